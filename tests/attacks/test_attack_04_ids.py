"""Identifiers that are the same to people: NFC and NFD, case, blanks around.

In a dictionary of products the last one wins, and a decision is filed under another product. Here every copy is
reported, and both products can be told apart afterwards.
"""

from __future__ import annotations

import csv
import random
import unicodedata
from pathlib import Path

from attacks import rounds
from prodcls.intake import read_catalogue
from prodcls.schema import ColumnOptions

DISGUISES = {
    "as it is": str,
    "NFD": lambda name: unicodedata.normalize("NFD", name),
    "upper case": str.upper,
    "lower case": str.lower,
    "blank before": lambda name: f" {name}",
    "blank after": lambda name: f"{name} \t",
    "no-break space": lambda name: f"\u00a0{name}",
    "NFD in upper case": lambda name: unicodedata.normalize("NFD", name.upper()),
}


def test_every_copy_is_reported(tmp_path: Path) -> None:
    rng = random.Random(4)
    path = tmp_path / "p.csv"
    planted = reported = 0
    for _ in range(rounds(20, 500)):
        names = [f"{rng.choice(['Café', 'SKU', 'Größe', '商品'])}-{i:04d}" for i in range(20)]
        copies = [(name, DISGUISES[kind](name)) for kind in DISGUISES for name in rng.sample(names, 2)]
        rows = [(name, f"title {i}") for i, name in enumerate([*names, *(copy for _, copy in copies)])]
        rng.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([("id", "title"), *rows])
        catalogue = read_catalogue(path, ColumnOptions(), need_labels=False)
        planted += len(copies)
        reported += sum(r.code == "id-duplicate" for r in catalogue.rejections)
        assert len(catalogue) == len(set(catalogue.ids)) == len(rows)
        assert sorted(catalogue.texts["title"]) == sorted(title for _, title in rows)
    assert reported == planted


def test_ids_that_differ_are_no_copies(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    names = ["1", "01", "1.0", "I", "l", "О", "O", "0", "a b", "ab", "①", "ı"]
    path.write_text("id,title\n" + "".join(f"{name},x{i}\n" for i, name in enumerate(names)), encoding="utf-8")
    catalogue = read_catalogue(path, ColumnOptions(), need_labels=False)
    assert list(catalogue.ids) == names
    assert catalogue.rejections == ()
