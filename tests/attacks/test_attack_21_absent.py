"""Products that lack their photo, their text, their price, or all of them: a model that fills in answers with nonsense.

All eight subsets go through ``predict``, ``why`` and the report of a fit. What is absent must be called absent, and no
other thing; a product of which nothing is known must be marked for review, and the page must say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from prodcls.audit_json import from_json
from prodcls.card import card_lines
from prodcls.config import FitConfig
from prodcls.explain.case import Case
from prodcls.language import load_language
from prodcls.progress import SilentProgress
from prodcls.reasons import Question, answer
from prodcls.render import dossier_filename, render_why
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.training import fit_catalogue
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo

EN = load_language("en")
PARTS = {"image": "Photo", "title": "title", "price": "price"}
"""Column, and what its block is called."""

SUBSETS = tuple(frozenset(c for c, has in zip(PARTS, kept, strict=True) if has) for kept in product((1, 0), repeat=3))


def name_of(subset: frozenset[str]) -> str:
    return "-".join(sorted(subset)) or "nothing"


@dataclass(frozen=True)
class Fitted:
    """A fit on products of which eight lack something, and the file with these eight."""

    out: Path
    eight: Path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fitted]:
    folder = tmp_path_factory.mktemp("absent")
    rows = catalogue_rows({"Kettles": 26, "Phones": 22})
    for i, row in enumerate(rows):
        row.pop("brand")
        row["image"] = f"{i}.png"
        write_photo(folder / f"{i}.png", (250, 5 * i, 10) if row["category"] == "Kettles" else (10, 5 * i, 250))
    for row, subset in zip(rows, SUBSETS, strict=False):
        row.update(dict.fromkeys(PARTS.keys() - subset, ""), id=name_of(subset))
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        eight = write_csv(folder / "eight.csv", rows[: len(SUBSETS)])
        config = FitConfig(
            catalogue=write_csv(folder / "shop.csv", rows),
            out=folder / "out",
            cache_dir=folder / "cache",
            folds=3,
            witnesses=0,
            robustness=0,
            dossiers=len(rows),
        )
        fit_catalogue(config, SilentProgress())
        yield Fitted(folder / "out", eight)


def absent_in(text: str) -> set[str]:
    """Return what a page or a card calls absent; words are part of the text."""
    _, _, rest = " ".join(text.split()).partition("Absent: ")
    listed = rest.partition(".")[0]
    for mark in ("<bdi>", "</bdi>"):
        listed = listed.replace(mark, "")
    return set(filter(None, listed.split(", "))) - {"Words"}


def wanted(subset: frozenset[str]) -> set[str]:
    return {name for column, name in PARTS.items() if column not in subset}


def test_predict_marks_for_review_what_it_knows_nothing_of(fitted: Fitted, tmp_path: Path) -> None:
    out = tmp_path / "scored.parquet"
    outcome = predict_catalogue(
        fitted.out / "bundle", fitted.eight, out, PredictOptions(batch_size=1000, top_k=2), progress=SilentProgress()
    )
    found = {row["id"]: row for row in pq.read_table(out).to_pylist()}
    assert found.keys() == {name_of(subset) for subset in SUBSETS}
    assert found["nothing"]["review"]
    assert any("nothing is known" in line and line.startswith("1 rows") for line in outcome.summary_lines)
    assert all(0.0 <= row["second_probability"] <= row["probability"] <= 1.0 for row in found.values())
    assert found["nothing"]["probability"] < found["image-price-title"]["probability"]


@pytest.mark.parametrize("subset", SUBSETS, ids=name_of)
def test_why_calls_absent_what_is_absent(fitted: Fitted, subset: frozenset[str]) -> None:
    case: Case = answer(
        fitted.out / "bundle",
        Question(product=name_of(subset), catalogue=fitted.eight, counterfactuals=False),
        SilentProgress(),
    )
    card = "\n".join(line.plain for line in card_lines(case, EN))
    page = render_why(case)
    assert absent_in(card) == absent_in(page) == wanted(subset)
    for text in (" ".join(card.split()), page):
        assert ("Nothing is known of this product" in text) == (not subset)


@pytest.mark.parametrize("subset", SUBSETS, ids=name_of)
def test_the_report_calls_absent_what_is_absent(fitted: Fitted, subset: frozenset[str]) -> None:
    page = (fitted.out / "products" / dossier_filename(name_of(subset))).read_text(encoding="utf-8")
    assert absent_in(page) == wanted(subset)
    assert ("Nothing is known of this product" in page) == (not subset)


def test_the_report_puts_it_in_the_review_queue(fitted: Fitted) -> None:
    report = from_json((fitted.out / "audit.json").read_text(encoding="utf-8"))
    assert report.oversight is not None
    assert "nothing" in {item.id for item in report.oversight.queue}
