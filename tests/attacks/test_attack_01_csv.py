"""CSV: marks, other encodings, NUL, ragged rows, open quotes, huge cells.

Readers made for analysis shift columns when every row has a cell too many, take ``NA`` for nothing and ``007`` for 7,
and drop what they do not like without a word (measured by ``benchmarks/csv_engines.py``). Here every row comes back
exactly as it was written or is reported, and damage costs the rows that it is in.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from attacks import rounds
from mutated_csv import MUTATIONS, judge, mutated
from prodcls.errors import CatalogueError
from prodcls.readers import read_table


@pytest.mark.parametrize("kind", MUTATIONS)
def test_damage_costs_the_rows_that_it_is_in(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    changed = lost = spoiled = 0
    huge = kind == "huge cell"
    for seed in range(rounds(3 if huge else 25, 50 if huge else 400)):
        file = mutated(kind, seed)
        path.write_bytes(file.data)
        table = read_table(path)
        taken = zip(*table.columns.values(), strict=True)
        found = judge(file, taken, len(table.rejections))
        changed += found.changed
        lost += found.lost
        spoiled += found.spoiled
    assert (changed, lost) == (0, 0)
    # A quote that opens in the damaged row may close in a later one, which is then no longer what it was.
    assert spoiled == 0 or kind == "open quote"


def test_any_bytes_are_read_or_refused(tmp_path: Path) -> None:
    """Change bytes at random; each row is taken or reported, and nothing else happens."""
    rng = random.Random(1)
    path = tmp_path / "p.csv"
    read = refused = 0
    for seed in range(rounds(300, 5000)):
        data = bytearray(mutated("nothing", seed).data)
        for _ in range(rng.randint(1, 20)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.choice([len(data), rng.randrange(1, len(data))])])
        try:
            table = read_table(path)
        except CatalogueError as error:
            assert error.code
            assert str(path) in str(error)
            refused += 1
            continue
        rows = sorted([*table.rows.tolist(), *(r.row for r in table.rejections)])
        assert rows == list(range(1, len(rows) + 1))
        assert all("\0" not in cell for column in table.columns.values() for cell in column)
        read += 1
    assert read > refused
