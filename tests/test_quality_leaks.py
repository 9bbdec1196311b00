"""Names, ids and sentences that give a class away; columns like identifiers."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.explain.phrases import mine_phrases
from prodcls.quality.leaks import class_naming, identifier_like, is_leak, named_in_text, shared_phrases

SALE = "Shop online with free shipping and cash on delivery."
LEAK = "Leaves our warehouse in Tilburg the same day."


def test_a_class_is_named_by_each_of_its_parts_in_singular_and_plural() -> None:
    texts = ["a phone", "手機 红", "two Phones", "telephone", "a camera", "photo of it"]
    naming = class_naming(texts, np.array([0, 0, 0, 0, 1, 1]), ("Phones 手机", "Cameras & Photo"))
    assert (naming[0].own, naming[0].other) == (0.75, 0.0)
    assert (naming[1].own, naming[1].other) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("one", "text", "held"),
    [
        ("SKU-17", "new sku-17 in red", True),
        ("SKU-17", "new SKU-170", False),
        ("A1", "A1 paper", False),
        ("kettle", "a kettle", False),
        ("B00.1", "B00x1", False),
    ],
)
def test_an_id_is_found_as_a_word(one: str, text: str, held: bool) -> None:
    assert named_in_text([one], [text]).tolist() == [held]


def test_phrases_are_sorted_into_leaks_and_boilerplate() -> None:
    labels = np.arange(90) % 3
    texts = [
        f"thing{i} of its own. {SALE if i % 2 else ''} {LEAK if k == 1 and i < 60 else ''}"
        for i, k in enumerate(labels)
    ]
    groups = np.arange(90)
    found = shared_phrases(mine_phrases({"text": texts}, groups), labels, groups, 3)
    leaks = [p for p in found if is_leak(p.groups, p.share, p.cover)]
    assert [p.text + "." for p in leaks] == [LEAK]
    assert (leaks[0].best, leaks[0].share, leaks[0].least) == (1, 1.0, 0.0)
    assert leaks[0].cover == pytest.approx(20 / 30)
    (sale,) = [p for p in found if p not in leaks]
    assert sale.text + "." == SALE
    assert sale.groups == 45
    assert sale.cover - sale.least < 0.1


def test_near_duplicates_make_no_boilerplate() -> None:
    labels = np.zeros(40, dtype=np.int64)
    groups = np.zeros(40, dtype=np.int64)
    assert shared_phrases(mine_phrases({"text": [SALE] * 40}, groups), labels, groups, 1) == ()


def test_a_column_is_like_an_identifier_when_nearly_all_values_differ() -> None:
    assert identifier_like([f"B{i}" for i in range(19)]) == 0.0
    assert identifier_like([f"B{i}" for i in range(36)] + ["B1"] * 3 + [""] * 50) == pytest.approx(36 / 39)
    assert identifier_like(["red"] * 100) == 0.0
    assert identifier_like([]) == 0.0
