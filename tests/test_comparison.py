"""A report says what changed since an earlier audit, from the fit on and afterwards, the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from bundle_factory import saved
from prodcls.audit_json import from_json
from prodcls.bundle import load_bundle
from prodcls.bundle_products import Judgements
from prodcls.comparison import Audited, compare_audits, read_audited, report_of
from prodcls.config import FitConfig
from prodcls.console import run
from prodcls.errors import BundleError
from prodcls.progress import SilentProgress
from prodcls.report import report
from prodcls.training import fit_catalogue
from prodcls.verification import locate, verify_place
from prodcls.verify import verify
from synthetic import catalogue_rows, use_fake_encoders, write_csv


@dataclass(frozen=True)
class Two:
    """Two audits of a catalogue that changed, the later one fitted with ``--compare``."""

    old: Path
    new: Path
    later: FitConfig


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    folder = tmp_path_factory.mktemp("two")
    rows = catalogue_rows({"Kettles": 14, "Phones": 12, "Towels": 10})
    config = FitConfig(
        catalogue=write_csv(folder / "old.csv", rows),
        out=folder / "old",
        cache_dir=folder / "cache",
        folds=3,
        dossiers=2,
        threads=1,
        baselines=False,
    )
    changed = [dict(row) for row in rows[3:]]
    changed[0]["title"] = "something else"
    changed[1]["category"] = "Towels" if changed[1]["category"] != "Towels" else "Phones"
    for row in changed[4:18]:
        row["title"] = "new best offer"  # words that tell nothing: other predictions
    changed.append({**rows[0], "id": "added"})
    later = replace(
        config, catalogue=write_csv(folder / "new.csv", changed), out=folder / "new", compare=folder / "old" / "bundle"
    )
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        fit_catalogue(config, SilentProgress())
        fit_catalogue(later, SilentProgress())
    return Two(folder / "old", folder / "new", later)


def test_the_fit_says_what_changed(two: Two) -> None:
    written = from_json((two.new / "audit.json").read_text(encoding="utf-8"))
    found = written.comparison
    assert found is not None
    assert from_json((two.old / "audit.json").read_text(encoding="utf-8")).comparison is None
    old, new = read_audited(two.old / "bundle"), read_audited(two.new / "bundle")
    assert found.bundle_sha256 == old.report.lineage.bundle_sha256
    assert (found.data_path, found.same_data) == ("old.csv", False)
    assert (found.data.added, found.data.removed, found.data.relabelled) == (1, 3, 1)
    assert found.data.cells == {"title": 15}
    assert found.data.added_ids == ("added",)
    figures = {f.name: f for f in found.figures}
    assert figures["accuracy"].after == new.report.evaluation.accuracy.value
    assert figures["accuracy"].before == old.report.evaluation.accuracy.value
    blocks = {s.block: (s.before, s.after) for s in found.shares}
    assert blocks["title"] == tuple(a.report.explanation.block_shares["title"] for a in (old, new))
    assert found.options == ()  # the file is no option of the model; data_path names it


def test_products_in_another_class_are_those_of_both_judgements(two: Two) -> None:
    old, new = read_audited(two.old / "bundle"), read_audited(two.new / "bundle")
    found = compare_audits(old, new)
    told, tells = (dict(zip(a.products.ids, a.products.judged.classes, strict=True)) for a in (old, new))
    labels = dict(zip(new.products.ids, new.products.labels, strict=True))
    flipped = {name for name in told.keys() & tells.keys() if told[name] != tells[name]}
    assert {f.id for f in found.flips} == flipped != set()
    assert found.paired is not None
    assert found.paired.products == len(told.keys() & tells.keys()) == 33
    assert found.paired.lost == sum(told[n] == labels[n] for n in flipped) == found.flip_counts.lost
    assert found.paired.gained == sum(tells[n] == labels[n] for n in flipped) == found.flip_counts.gained
    for flip in found.flips:
        assert (flip.before, flip.after, flip.label) == (told[flip.id], tells[flip.id], labels[flip.id])
        for account in (flip.account_before, flip.account_after):
            sizes = [abs(part.contribution) for part in account]
            assert len(sizes) == 3
            assert sizes == sorted(sizes, reverse=True)
    assert [f.kind for f in found.flips] == sorted((f.kind for f in found.flips), key=("lost", "gained", "other").index)


def test_accounts_name_the_evidence_that_counted_most(two: Two) -> None:
    new = read_audited(two.new / "bundle")
    kept = new.products.judged.accounts
    assert set(kept) == {b.key for b in new.report.explanation.beeswarm}
    for row in range(len(new.products)):
        first = new.account(row)[0]
        assert abs(first.contribution) == max(abs(float(shares[row])) for shares in kept.values())
        assert first.contribution == float(kept[first.key][row])


@pytest.mark.parametrize(
    ("lost", "gained", "other", "shown"),
    [
        (21, 12, 8, (10, 6, 4)),
        (30, 0, 0, (20, 0, 0)),
        (2, 30, 1, (2, 17, 1)),
        (3, 2, 1, (3, 2, 1)),
        (0, 8, 30, (0, 8, 12)),
    ],
)
def test_no_kind_crowds_out_the_others(
    two: Two, lost: int, gained: int, other: int, shown: tuple[int, int, int]
) -> None:
    old = read_audited(two.old / "bundle")
    # Labels, then classes before and now: right before, right now, wrong both times.
    rows = [("Kettles", "Kettles", "Phones")] * lost + [("Kettles", "Phones", "Kettles")] * gained
    rows += [("Kettles", "Phones", "Towels")] * other
    ids, labels = tuple(f"p{i}" for i in range(len(rows))), tuple(row[0] for row in rows)

    def judged(at: int) -> Audited:
        said = Judgements(tuple(row[at] for row in rows), np.full(len(rows), 0.5))
        empty = {"texts": {}, "categorical": {}, "numeric": {}, "present": {}, "photos": (None,) * len(rows)}
        return Audited(old.report, replace(old.products, ids=ids, labels=labels, judged=said, **empty))

    found = compare_audits(judged(1), judged(2))
    assert (found.flip_counts.lost, found.flip_counts.gained, found.flip_counts.other) == (lost, gained, other)
    assert tuple(sum(f.kind == kind for f in found.flips) for kind in ("lost", "gained", "other")) == shown


def test_an_audit_compared_with_itself_shows_no_change(two: Two) -> None:
    old = read_audited(two.old / "bundle")
    found = compare_audits(old, old)
    assert (found.same_data, found.flips, found.classes, found.options) == (True, (), (), ())
    assert found.paired is not None
    assert (found.paired.lost, found.paired.gained, found.paired.p_value) == (0, 0, 1.0)
    assert all(f.before == f.after for f in found.figures)


def test_products_of_other_ids_cannot_be_paired(two: Two) -> None:
    old = read_audited(two.old / "bundle")
    ids = tuple(f"other {name}" for name in old.products.ids)
    found = compare_audits(old, Audited(old.report, replace(old.products, ids=ids)))
    assert found.paired is None
    assert found.data.added == found.data.removed == len(ids)


def test_the_digest_does_not_tell_where_the_earlier_bundle_lay(two: Two) -> None:
    bundle = load_bundle(two.new / "bundle")
    assert bundle.options.compare is None
    assert "compare" not in report_of(bundle).lineage.configuration


def test_a_report_is_compared_afterwards_and_verified(
    two: Two, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    old, new = str(two.old / "bundle"), str(two.new / "bundle")
    assert run(report, [new, "--compare", old, "--out", str(tmp_path)], "prodcls report") == 0
    assert (tmp_path / "audit.html").read_bytes() == (two.new / "audit.html").read_bytes()
    assert run(report, [old, "--compare", new, "--out", str(tmp_path), "--lang", "zh"], "prodcls report") == 0
    assert run(verify, [str(tmp_path), "--bundle", old], "prodcls verify") == 3
    assert "comparison" in capsys.readouterr().out
    assert run(verify, [str(tmp_path), "--bundle", old, "--compare", new], "prodcls verify") == 0
    assert all(r.passed for r in verify_place(locate(two.new)))


def test_an_earlier_bundle_without_a_report_is_refused_before_the_work(two: Two, tmp_path: Path) -> None:
    config = replace(two.later, out=tmp_path / "out", compare=saved(tmp_path / "bundle"))
    with pytest.raises(BundleError, match="bundle-report"):
        fit_catalogue(config, SilentProgress())
    assert not (tmp_path / "out").exists()
