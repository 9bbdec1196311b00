"""Classify products from text, photo and price, and show why."""
