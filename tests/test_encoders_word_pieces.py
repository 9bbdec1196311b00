"""Word pieces are cut at the longest text, its two marks kept, and the share that is left is told."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from prodcls.encoders.word_pieces import mean_parts, whole_texts, word_pieces


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordLevel({"[": 0, "]": 1, "a": 2, "b": 3, "?": 4}, unk_token="?"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="[ $A ]", special_tokens=[("[", 0), ("]", 1)])
    made.enable_truncation(3)
    made.enable_padding()
    return whole_texts(made)


def test_a_short_text_is_whole(tokenizer: Tokenizer) -> None:
    assert word_pieces(tokenizer, "a b", 4) == ([0, 2, 3, 1], [(0, 0), (0, 1), (2, 3), (0, 0)], 1.0)


def test_a_long_text_keeps_both_marks(tokenizer: Tokenizer) -> None:
    assert word_pieces(tokenizer, "a b a b", 4) == ([0, 2, 3, 1], [(0, 0), (0, 1), (2, 3), (0, 0)], 0.5)


def test_parts_of_a_mean_sum_to_its_direction() -> None:
    states = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    mean = states.astype(np.float64).mean(axis=0)
    np.testing.assert_allclose(mean_parts(states).sum(axis=0), mean / np.linalg.norm(mean))
