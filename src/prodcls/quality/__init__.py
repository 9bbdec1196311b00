"""What is wrong with the data of a catalogue: pure functions from its texts, columns, labels and embeddings."""
