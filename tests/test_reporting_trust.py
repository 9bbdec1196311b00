"""Right, wrong and uncertain products take turns, and the section is the mean of their figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.audit_measured import take_out
from prodcls.audit_trust import TrustSection
from prodcls.calibration import softmax
from prodcls.config import FitConfig
from prodcls.evaluation import OutOfFold, cross_validate
from prodcls.gathering import Material, gather
from prodcls.progress import SilentProgress
from prodcls.reporting_trust import AGAIN, ENOUGH, choose_products, trust_section
from synthetic import catalogue_rows, use_fake_encoders, write_csv


@given(st.integers(1, 60), st.integers(0, 5))
def test_every_product_comes_once_and_kinds_take_turns(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=n)
    ranked = np.stack([rng.integers(3, size=n), labels], axis=1)
    top = np.sort(rng.random((n, 2)))[:, ::-1]
    chosen = list(choose_products(labels, ranked, top, seed))
    assert sorted(at for at, _ in chosen) == list(range(n))
    kinds = Counter(kind for _, kind in chosen)
    assert kinds["uncertain"] == -(-n // 10)
    assert all((ranked[at, 0] == labels[at]) is np.bool_(kind == "right") or kind == "uncertain" for at, kind in chosen)
    first = [kind for _, kind in chosen[: len([k for k in kinds if kinds[k]])]]
    assert len(set(first)) == len(first)
    assert chosen == list(choose_products(labels, ranked, top, seed))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Material, OutOfFold, np.ndarray, TrustSection]:
    folder = tmp_path_factory.mktemp("trust")
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        rows = catalogue_rows({"Kettles": 14, "Phones": 12})
        config = FitConfig(catalogue=write_csv(folder / "shop.csv", rows), cache_dir=folder / "cache", folds=3)
        material = gather(config, SilentProgress())
        scores = cross_validate(material.problem)
        probabilities = softmax(scores.margins, scores.temperature)
        section = trust_section(material, scores, probabilities, ENOUGH, threads=1)
        assert section is not None
        again = trust_section(material, scores, probabilities, ENOUGH, threads=2)
        assert take_out(again)[0] == take_out(section)[0]
        assert trust_section(material, scores, probabilities, 0) is None
        flat = replace(scores, folds=tuple(replace(f, model=None) for f in scores.folds))
        assert trust_section(material, flat, probabilities, 3) is None
    return material, scores, probabilities, section


def test_the_section_tells_what_was_done(found: tuple[Material, OutOfFold, np.ndarray, TrustSection]) -> None:
    section = found[3]
    assert section.products == sum(section.kinds.values()) == ENOUGH
    assert section.intervals
    assert section.judged == "word"
    assert [m.name for m in section.methods] == ["chain", "chain-corrected", "lime", "shap", "random"]
    assert [m.name for m in section.ahead] == ["chain-corrected", "lime", "shap", "random"]
    assert [(m.name, m.products) for m in section.repeated] == [("chain", AGAIN), ("lime", AGAIN)]
    assert section.explained == 26 + 2 * ENOUGH
    assert section.max_residual <= 1e-6
    assert set(section.seconds) == {"chain", "chain-corrected", "lime", "shap"}


def test_differences_are_those_of_the_means(found: tuple[Material, OutOfFold, np.ndarray, TrustSection]) -> None:
    section = found[3]
    of = {m.name: m for m in section.methods}
    for other in section.ahead:
        difference = of["chain"].comprehensiveness.value - of[other.name].comprehensiveness.value
        assert other.comprehensiveness.value == pytest.approx(difference, abs=1e-12)
        assert other.comprehensiveness.low <= other.comprehensiveness.value <= other.comprehensiveness.high
    assert of["chain"].comprehensiveness.value > of["random"].comprehensiveness.value
