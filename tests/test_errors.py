"""Errors say where and what to do, and stay what they are in another process."""

from __future__ import annotations

import pickle

import pytest

from prodcls.errors import BundleError, CatalogueError, ImageError, InputError, WriteError


@pytest.mark.parametrize("kind", [InputError, CatalogueError, ImageError, BundleError, WriteError])
def test_an_error_is_the_same_in_another_process(kind: type[InputError]) -> None:
    error = kind("is unlucky", code="number-bad", file="f.csv", row=13, column="price")
    found = pickle.loads(pickle.dumps(error))
    assert type(found) is kind
    assert str(found) == str(error) == "f.csv, row 13, column 'price': is unlucky [number-bad]"
    assert vars(found) == vars(error)
