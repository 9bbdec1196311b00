"""What a manifest tells of added classes is read back, or refused where it is of another model."""

from __future__ import annotations

from typing import Any

import pytest

from prodcls.bundle_added import (
    ADDED,
    Addition,
    added_names,
    additions_from,
    additions_to,
    additions_told,
    not_reported,
)
from prodcls.catalogue import Source
from prodcls.errors import BundleError

SOURCE = Source("shirts.csv", "ab" * 32, 100, {"format": "csv"})
ONE = Addition({"Shirt": 3, "Skirt": 1}, "2026-11-28T12:00:00+00:00", SOURCE, "cd" * 32)


def test_it_is_read_as_it_was_written() -> None:
    told = additions_to({"source": 1, ADDED: "an older one"}, (ONE,))
    assert told["source"] == 1
    assert additions_from(told, ("Phone", "Shirt", "Skirt")) == (ONE,)
    assert added_names((ONE,)) == ("Shirt", "Skirt")
    assert additions_from({}, ("Phone",)) == ()


@pytest.mark.parametrize(
    "told",
    [
        "Shirt",
        [{"classes": {"Shirt": 3}}],
        additions_to({}, (Addition({"Hat": 1}, "", SOURCE, ""),))[ADDED],
        additions_to({}, (ONE, ONE))[ADDED],
        additions_to({}, (Addition({"Phone": 1, "Shirt": 1, "Skirt": 1}, "", SOURCE, ""),))[ADDED],
    ],
)
def test_what_is_of_another_model_is_refused(told: Any) -> None:
    with pytest.raises(BundleError) as refused:
        additions_from({ADDED: told}, ("Phone", "Shirt", "Skirt"))
    assert refused.value.code == "bundle-content"


def test_a_line_names_classes_examples_file_and_time() -> None:
    many = Addition({f"c{i}": 2 for i in range(12)}, ONE.created, SOURCE, "")
    told = additions_told((ONE, many))
    assert told[0] == (
        "added on 2026-11-28 and never evaluated: 'Shirt' from 3, 'Skirt' from 1 example(s) of shirts.csv "
        "(SHA-256 abababababab)"
    )
    assert "and 2 more example(s)" in told[1]
    assert ONE.bundle in not_reported((ONE, many))
