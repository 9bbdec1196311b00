"""A bundle and the model of a fold answer the same questions; what nothing is known of is told."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from prodcls.bundle import Bundle, KnownColumns
from prodcls.inputs import Inputs
from prodcls.trained import FoldModel, something_known
from synthetic import make_sample


@pytest.mark.parametrize("name", ["model", "recipe", "schema", "source", "known", "products", "leaves"])
def test_bundle_and_fold_have_what_is_asked_for(name: str) -> None:
    assert name in {f.name for f in dataclasses.fields(FoldModel)}
    assert name in {f.name for f in dataclasses.fields(Bundle)} | set(dir(Bundle))


def test_one_text_number_photo_or_known_category_is_something() -> None:
    inputs = make_sample(4).inputs
    gone = {name: dataclasses.replace(e, present=np.zeros(4, bool)) for name, e in inputs.dense.items()}
    blank = Inputs(inputs.ids, {}, gone, {"price": np.full(4, np.nan)}, {"brand": ("", "acme", "new", "")})
    known = KnownColumns(("price",), {"brand": ("acme",)})
    assert something_known(blank, known).tolist() == [False, True, False, False]
    priced = dataclasses.replace(blank, numeric={"price": np.array([np.nan, np.nan, np.nan, 0.0])})
    assert something_known(priced, known).tolist() == [False, True, False, True]
    first = next(iter(gone))
    seen = dataclasses.replace(gone[first], present=np.array([True, False, False, False]))
    assert something_known(dataclasses.replace(blank, dense={**gone, first: seen}), known).tolist()[0]
