from __future__ import annotations

import numpy as np

from prodcls.catalogue import RawTable, Rejection, Source
from prodcls.ledger import Ledger, plain


def test_cells_are_those_of_the_rows_kept() -> None:
    table = RawTable({"a": ("x", " Cafe\u0301 ", "z")}, np.array([1, 5, 9]), Source("", "", 0))
    ledger = Ledger(table, [1, 2])
    assert ledger.cells("a") == ["Café", "z"]
    ledger.reject_cell(1, "a", "code", "why", "z" * 200)
    ledger.reject_row(0, "", "code", "why")
    assert [(r.row, r.column, r.scope) for r in ledger.rejections] == [(9, "a", "cell"), (1, "", "row")]
    assert ledger.rejections[1] == Rejection(1, "", "code", "why", "", "row")
    assert len(ledger.rejections[0].excerpt) == 80


def test_inner_white_space_is_kept() -> None:
    assert plain("\u3000a  b\n c\t") == "a  b\n c"
