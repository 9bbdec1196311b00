"""A worklist that comes back from a stranger's spreadsheet (CWE-1236 and CWE-20, ATTACKS rows 4 and 12).

Whoever fills in a worklist may change any cell: put a decision under another product's id, swap keys, slip in a
formula, add lines, or damage ids by saving. A line is taken only when its key, which covers bundle, id, row, class and
probability, belongs to the very product that its id names; all others are told, and none is recorded for a product
that the line was not written for.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime
from pathlib import Path

from attacks import rounds
from attacks.test_attack_12_formulas import PAYLOADS, runs
from prodcls.language import load_language
from prodcls.worklist import Item, Worklist, line_key
from prodcls.worklist_checks import Against, check_filled
from prodcls.worklist_files import read_filled, worklist_csv
from review_factory import make_scored

EN = load_language("en")
BUNDLE = "b" * 64
IDS = ("0012", "1234567890123", "1E5", "SKU-1", "3-4", "=1+1", "水壶-7", "a\u202eb")
ROWS = [make_scored(i, id=name, probability=i / 10) for i, name in enumerate(IDS, start=1)]
ITEMS = {line_key(BUNDLE, row): row for row in ROWS}
GOOD = ("Phone", "J.D.", "2026-11-24", "it rings")
REWRITTEN = ("12", "1.23457E+12", "100000", "SKU-2", "4-Mar", "2", "", "ab", "1E+05")


def worklist(*titles: str) -> list[list[str]]:
    items = tuple(Item(key, row, title) for (key, row), title in zip(ITEMS.items(), titles * len(ROWS), strict=False))
    text = worklist_csv(Worklist(items, len(items), ("Kettle", "Phone"), BUNDLE, "s"), EN)
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def recorded(path: Path, lines: list[list[str]]) -> tuple[list[tuple[str, str]], int]:
    """Return (id, decision) of what is taken, and how many lines are told."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    against = Against(ITEMS, {"Kettle", "Phone"}, (), BUNDLE, "5" * 64, datetime(2026, 11, 24, tzinfo=UTC))
    good, bad = check_filled(read_filled(path), against, "w.csv")
    return [(o.id, o.decision) for o in good], len(bad)


def test_formulas_in_titles_and_ids_do_not_run() -> None:
    for title in PAYLOADS:
        assert sum(runs(cell) for line in worklist(title) for cell in line) == 0


def test_no_tampered_line_is_recorded_for_another_product(tmp_path: Path) -> None:
    wrong = silent = 0
    chance = random.Random(7)
    for _ in range(rounds(100, 10_000)):
        head, *lines = worklist("kettle")
        for line in lines:
            line[6:10] = GOOD
        meant = {line[10]: ITEMS[line[10]].id for line in lines}
        one, other = chance.sample(lines, 2)
        kind = chance.choice(("swap ids", "swap keys", "rewrite id", "copy key", "cut key", "add line"))
        if kind in ("swap ids", "swap keys"):
            place = 0 if kind == "swap ids" else 10
            one[place], other[place] = other[place], one[place]
        elif kind == "rewrite id":
            one[0] = chance.choice([cell for cell in REWRITTEN if cell != ITEMS[one[10]].id])
        elif kind == "copy key":
            one[10] = other[10]
        elif kind == "cut key":
            one[10] = one[10][: chance.randrange(len(one[10]))]
        else:
            lines.append(["SKU-1", *one[1:10], "k" + chance.choice("0123456789abcdef") * 29])
        taken, told = recorded(tmp_path / "w.csv", [head, *lines])
        wrong += sum(name not in meant.values() for name, _ in taken) + (len(taken) != len(set(taken)))
        silent += told == 0
    assert (wrong, silent) == (0, 0)


def test_an_untouched_worklist_is_taken_whole(tmp_path: Path) -> None:
    head, *lines = worklist(*PAYLOADS[: len(ROWS)])
    for line in lines:
        line[6:10] = GOOD
    taken, told = recorded(tmp_path / "w.csv", [head, *lines])
    assert ([name for name, _ in taken], told) == (list(IDS), 0)
