"""Words of one class against another."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from prodcls.explain.contrast import contrast_words

WORDS = ("baby", "baby shirt", "lamp", "rare", "shirt")


def test_words_that_lead_come_first_and_only_once() -> None:
    vectors = sp.csr_matrix(np.array([[0.5, 0.5, 0.1, 0.9, 0.2], [0.5, 0.4, 0.2, 0.0, 0.2]], dtype=np.float32))
    lead = np.array([1.0, 2.0, -1.0, 9.0, 1.0])
    # "rare" is in one product alone, "baby" and "shirt" are inside the pair, "lamp" speaks for the other class.
    assert contrast_words(vectors, lead, WORDS, 5) == ("baby shirt",)
    assert contrast_words(vectors, lead * [1, 0, -1, 1, 1], WORDS, 5) == ("baby", "shirt", "lamp")
    assert contrast_words(vectors, lead * [1, 0, -1, 1, 1], WORDS, 1) == ("baby",)


def test_nothing_to_read_gives_no_words() -> None:
    assert contrast_words(sp.csr_matrix((0, 5)), np.ones(5), WORDS, 5) == ()
