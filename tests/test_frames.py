from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.errors import CatalogueError
from prodcls.frames import table_from_frame


def test_frames() -> None:
    frame = pd.DataFrame(
        {
            "sku": [12.0, np.nan, 7.0],
            "price": [1.5, 2.0, np.nan],
            "brand": ["NA", None, pd.NA],
            "n": pd.array([1, None, 3], dtype="Int64"),
            "mixed": [1, "a", 2.5],
        },
        index=[5, 5, 9],
    )
    table = table_from_frame(frame)
    assert table.columns == {
        "sku": ("12", "", "7"),
        "price": ("1.5", "2.0", ""),
        "brand": ("NA", "", ""),
        "n": ("1", "", "3"),
        "mixed": ("1", "a", "2.5"),
    }
    assert table.rows.tolist() == [1, 2, 3]
    assert table.source.path == "<data frame>"


def test_the_digest_of_a_frame_is_that_of_its_cells() -> None:
    one = table_from_frame(pd.DataFrame({"a": ["x", "yz"]})).source.sha256
    assert one == table_from_frame(pd.DataFrame({"a": ["x", "yz"]}, index=[3, 4])).source.sha256
    assert one != table_from_frame(pd.DataFrame({"a": ["xy", "z"]})).source.sha256


def test_frames_need_columns_with_different_names() -> None:
    with pytest.raises(CatalogueError, match="column-twice"):
        table_from_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(CatalogueError, match="file-empty"):
        table_from_frame(pd.DataFrame())


@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=5))
def test_frames_of_any_text_are_accounted_for(cells: list[str]) -> None:
    table = table_from_frame(pd.DataFrame({"a": pd.Series(cells, dtype=object)}))
    assert sorted([*table.rows.tolist(), *(r.row for r in table.rejections)]) == list(range(1, len(cells) + 1))
