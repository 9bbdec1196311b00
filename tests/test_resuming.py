"""A fit takes over what one that did not finish had found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import prodcls.judging
from prodcls.atomic import write_addressed
from prodcls.audit_json import from_line, to_line
from prodcls.config import FitConfig
from prodcls.progress import SilentProgress
from prodcls.resuming import RESUME, Resumption, fingerprint, forget
from prodcls.training import fit_catalogue
from synthetic import catalogue_rows, use_fake_encoders, write_csv


@dataclass(frozen=True)
class Result:
    """Such as a fit keeps."""

    figures: dict[str, float]
    counts: tuple[int, ...] = ()
    more: Result | None = None


def never() -> Result:
    pytest.fail("made again")


@given(st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False)))
def test_results_come_back_to_the_last_bit(figures: dict[str, float]) -> None:
    found = from_line(Result, to_line(Result, Result(figures, (3, -1))))
    assert found == Result(figures, (3, -1))
    kept, given_ = list(found.figures.values()), list(figures.values())
    assert np.array(kept).tobytes() == np.array(given_).tobytes()


def test_what_was_kept_is_not_made_again(tmp_path: Path) -> None:
    made = Result({"x": 0.1 + 0.2}, (1,), Result({}))
    assert Resumption(tmp_path).result("stage", 1, Result, lambda: made) == made
    later = Resumption(tmp_path)
    assert later.result("stage", 1, Result, never) == made
    assert later.result("stage", 11, Result, lambda: Result({})) == Result({})
    assert later.told("stage") == "stage: 1 taken over from a fit that did not finish"
    assert later.told("other") is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-3]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"1.5", b"1.6")),
        lambda path: (path.unlink(), write_addressed(path.parent, "stage-0", ".json", b'{"counts": 3}')),
        lambda path: path.unlink(),
    ],
)
def test_what_is_damaged_is_made_again(spoil: Callable[[Path], object], tmp_path: Path) -> None:
    Resumption(tmp_path).result("stage", 0, Result, lambda: Result({"x": 1.5}))
    spoil(next(tmp_path.iterdir()))
    again = Resumption(tmp_path)
    assert again.result("stage", 0, Result, lambda: Result({"x": 2.5})) == Result({"x": 2.5})
    assert again.told("stage") is None


def test_what_cannot_be_kept_is_still_a_result(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    made = Resumption(tmp_path / "file").result("stage", 0, Result, lambda: Result({"x": 1.0}))
    assert made == Result({"x": 1.0})
    endless = Resumption(tmp_path / "folder").result("stage", 0, Result, lambda: Result({"x": float("inf")}))
    assert endless == Result({"x": float("inf")})
    assert not (tmp_path / "folder").exists()


def test_other_grounds_have_another_name() -> None:
    names = [fingerprint(parts) for parts in ((b"ab", b"c"), (b"a", b"bc"), (b"abc",), ())]
    assert len(set(names)) == 4
    assert fingerprint([b"ab", b"c"]) == names[0]


def test_a_fit_that_is_interrupted_goes_on_and_ends_in_the_same_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    config = FitConfig(
        catalogue=write_csv(tmp_path / "shop.csv", catalogue_rows({"Kettles": 14, "Phones": 10})),
        out=tmp_path / "whole",
        cache_dir=tmp_path / "cache",
        folds=2,
        dossiers=0,
        threads=1,
        witnesses=3,
        robustness=5,
    )
    whole = fit_catalogue(config, SilentProgress())
    assert not (config.out / RESUME).exists()

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "resumed"
    config = FitConfig(**{**vars(config), "out": out})
    with monkeypatch.context() as patch:
        patch.setattr(prodcls.judging, "robustness_section", interrupt)
        with pytest.raises(KeyboardInterrupt):
            fit_catalogue(config, SilentProgress())
    assert [p.name for p in out.iterdir()] == [RESUME]

    other = Told()
    fit_catalogue(FitConfig(**{**vars(config), "random_state": 1, "out": tmp_path / "other"}), other)
    (tmp_path / "third").mkdir()
    (out / RESUME).rename(tmp_path / "third" / RESUME)
    fit_catalogue(FitConfig(**{**vars(config), "random_state": 1, "out": tmp_path / "third"}), other)
    assert not [line for line in other.lines if "taken over" in line]
    assert not (tmp_path / "third" / RESUME).exists()

    with monkeypatch.context() as patch:
        patch.setattr(prodcls.judging, "robustness_section", interrupt)
        with pytest.raises(KeyboardInterrupt):
            fit_catalogue(config, SilentProgress())
    told = Told()
    monkeypatch.setattr(prodcls.judging, "run_baseline", interrupt)
    monkeypatch.setattr("prodcls.reporting_trust.cross_check", interrupt)
    resumed = fit_catalogue(config, told)
    assert [line for line in told.lines if "taken over" in line] == [
        "baselines: 5 taken over from a fit that did not finish",
        "witnesses: 3 taken over from a fit that did not finish",
    ]
    manifests = [(o.bundle_path / "manifest.json").read_text() for o in (whole, resumed)]
    assert len({text.partition('"digest"')[2].partition(",")[0] for text in manifests}) == 1
    assert not (out / RESUME).exists()


class Told(SilentProgress):
    """Keeps what a user would read."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)


def test_nothing_is_left_to_forget(tmp_path: Path) -> None:
    forget(tmp_path)
    (tmp_path / RESUME / "a").mkdir(parents=True)
    forget(tmp_path)
    assert list(tmp_path.iterdir()) == []
