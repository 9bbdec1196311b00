"""The examples' catalogues: the same bytes every time, with the faults that they say and no other ones."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from prodcls.catalogue import Catalogue
from prodcls.config import FitConfig
from prodcls.example_domain import Domain, write_domain
from prodcls.example_list import EXAMPLES, ROLES, write_example
from prodcls.gathering import gather
from prodcls.intake import read_catalogue
from prodcls.progress import SilentProgress
from prodcls.reporting_quality import find_faults
from prodcls.schema import ColumnOptions
from synthetic import use_fake_encoders


@dataclass(frozen=True)
class Made:
    """One example as it was written."""

    domain: Domain
    path: Path
    rows: dict[str, dict[str, str]]
    planted: dict[str, Any]
    catalogue: Catalogue

    @property
    def truth(self) -> dict[str, str]:
        """True class by identifier."""
        return {
            one: self.planted["mislabelled"].get(one, row[self.domain.columns[-2]]) for one, row in self.rows.items()
        }


@pytest.fixture(scope="module", params=EXAMPLES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    path = write_example(request.param, tmp_path_factory.mktemp(request.param))
    domain = EXAMPLES[request.param]
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row[domain.columns[0]]: row for row in csv.DictReader(file)}
    planted = json.loads((path.parent / "planted.json").read_text(encoding="utf-8"))
    return Made(
        domain, path, rows, planted, read_catalogue(path, ColumnOptions(**ROLES[request.param]), need_labels=True)
    )


def test_the_same_bytes_every_time(made: Made, tmp_path: Path) -> None:
    small = replace(made.domain, rows=100)
    one, two = (write_domain(small, tmp_path / folder).parent for folder in ("one", "two"))
    files = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(two) for p in two.rglob("*") if p.is_file())
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)


def test_every_cell_is_taken_as_it_stands(made: Made) -> None:
    assert len(made.catalogue) == made.domain.rows
    assert made.catalogue.rejections == ()
    gaps = {one for ids in made.planted["missing"].values() for one in ids}
    assert all(not made.rows[one][column] for column, ids in made.planted["missing"].items() for one in ids)
    assert len(gaps) == sum(made.domain.gaps.values())


def test_each_fault_is_where_it_is_said_to_be(made: Made) -> None:
    identifier, name, text, *_, label, path = made.domain.columns
    leaking = {one for one, row in made.rows.items() if made.planted["leak_sentence"] in row[text]}
    assert leaking <= set(made.planted["leak_ids"])
    assert {made.truth[one] for one in leaking} == {made.planted["leak_class"]}
    assert len(made.planted["mislabelled"]) == made.domain.mislabelled
    for one, truth in made.planted["mislabelled"].items():
        assert made.rows[one][label] == made.domain.confused[truth] != truth
        assert made.rows[one][path].endswith(f" >> {made.rows[one][label]}")
    for one, two in made.planted["near_duplicates"]:
        assert made.rows[two][name].startswith(made.rows[one][name])
        assert made.rows[one][label] == made.rows[two][label]
    assert len(made.planted["near_duplicates"]) == made.domain.copies
    ((column, (absurd,)),) = made.planted["absurd"].items()
    values = {i: v for i, v in zip(made.catalogue.ids, made.catalogue.numeric[column], strict=True) if not np.isnan(v)}
    same = [v for i, v in values.items() if made.truth[i] == made.truth[absurd] and i != absurd]
    assert values[absurd] > 10 * np.median(same)
    assert identifier


def test_classes_are_of_like_size(made: Made) -> None:
    sizes = Counter(made.truth.values())
    assert min(sizes.values()) > 0.6 * len(made.rows) / len(sizes)


def test_no_single_view_tells_the_classes_apart(made: Made) -> None:
    texts = [" . ".join(parts) for parts in zip(*made.catalogue.texts.values(), strict=True)]
    numbers = np.stack([np.nan_to_num(np.log1p(v), nan=-1.0) for v in made.catalogue.numeric.values()], axis=1)
    labels, folds = np.array(made.catalogue.labels), StratifiedKFold(5, shuffle=True, random_state=0)
    words = make_pipeline(TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)), LinearSVC())
    by_words = cross_val_score(words, texts, labels, cv=folds).mean()
    forest = RandomForestClassifier(60, min_samples_leaf=4, random_state=0)
    by_numbers = cross_val_score(forest, numbers, labels, cv=folds).mean()
    assert 0.75 < by_words < 0.97
    assert 1.5 / len(set(labels)) < by_numbers < 0.95


def test_an_audit_finds_what_was_planted(made: Made, tmp_path: Path) -> None:
    name = next(name for name, domain in EXAMPLES.items() if domain is made.domain)
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        config = FitConfig(catalogue=made.path, cache_dir=tmp_path, image="", **ROLES[name])
        quality = find_faults(gather(config, SilentProgress()))
    found = {f.kind: {one for e in f.examples for one in e.ids} for f in quality.findings}
    planted = made.planted
    ((_, (absurd,)),) = planted["absurd"].items()
    assert absurd in found.get("number_absurd", set()) | found.get("number_outlier", set())
    assert "price_absurd" not in found
    assert len(found["label_error"] & planted["mislabelled"].keys()) >= 0.6 * len(planted["mislabelled"])
    assert planted["leak_sentence"].rstrip(".") in {
        str(e.values["phrase"])
        for f in quality.findings
        if f.kind in ("leak_phrase", "boilerplate_uneven")
        for e in f.examples
    }
    pairs = {frozenset(pair) for pair in planted["near_duplicates"]}
    groups = {frozenset(e.ids) for f in quality.findings if f.kind == "near_duplicate" for e in f.examples}
    assert len(groups & pairs) >= 0.6 * len(groups)  # some short texts are alike by chance
    assert "identifier_column" not in found
