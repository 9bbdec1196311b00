"""What words are worth in ASCII is what they are worth in any script; what regions are worth, whatever the encoder."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.encoders import Encoded, Kind, Parts
from prodcls.explain import reading
from prodcls.explain.pieces import Pieces
from prodcls.explain.subject import Split
from prodcls.lexical import terms
from prodcls.photo_fitting import Fitting
from prodcls.probes import Probe

TEXTS = st.text(st.sampled_from("ab C'd.-_ \n5"), max_size=25) | st.text(st.characters(max_codepoint=127), max_size=25)


@settings(deadline=None, max_examples=200)
@given(TEXTS, st.data())
def test_both_ways_tell_the_same_of_every_place(text: str, data: st.DataObject) -> None:
    known = sorted({term.text for term in terms(text)})
    worth = data.draw(st.dictionaries(st.sampled_from(known), st.floats(-5, 5))) if known else {}
    found = {}
    for name in ("_in_ascii", "_in_any_script"):
        spans, values = getattr(reading, name)(text, worth)
        total: dict[tuple[int, ...], float] = {}
        for span, value in zip(spans.tolist(), values.tolist(), strict=True):
            total[tuple(span)] = total.get(tuple(span), 0.0) + value
        found[name] = {span: value for span, value in total.items() if abs(value) > 1e-12}
    assert found["_in_ascii"].keys() == found["_in_any_script"].keys()
    for span, value in found["_in_ascii"].items():
        np.testing.assert_allclose(value, found["_in_any_script"][span], atol=1e-12)


class Bent:
    """An encoder whose vector is not linear in what is pooled."""

    name = identity = "bent"
    dimension = 3
    kind: Kind = "image"

    def encode(self, items: object, progress: object = None) -> Encoded:
        raise NotImplementedError

    def encode_parts(self, items: object) -> tuple[Parts, ...]:
        raise NotImplementedError

    def finish(self, pooled: np.ndarray) -> np.ndarray:
        return np.tanh(pooled)


def regions(parts: Parts, size: tuple[int, int]) -> tuple[Pieces, float]:
    """Return the pieces of a photo, and the lead that they are to sum to."""
    probe = Probe(np.array([[0.5, -0.2], [1.0, 0.3], [-0.4, 0.8]], np.float32), np.array([0.1, -0.3], np.float32))
    vector = parts.vector.astype(np.float64) / np.linalg.norm(parts.vector)
    lead = vector @ (probe.weights[:, 0] - probe.weights[:, 1]).astype(np.float64)
    difference = reading.between(0, 1)
    found = reading.region_pieces(size, Split((Bent(),), (parts,)), probe, difference)
    return found, float(lead + difference(probe.intercept))


def drawn(grid: tuple[int, int], more: int, *, bent: bool, **told: object) -> Parts:
    vectors = np.random.default_rng(grid[0]).normal(size=(grid[0] * grid[1] + more, 3))
    pooled = vectors.sum(axis=0).astype(np.float32)
    vector = np.tanh(pooled) if bent else pooled
    return Parts(vectors, pooled, vector, None, grid, not bent, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(("more", "bent"), [(1, True), (1, False), (0, True)])
def test_what_no_region_tells_has_a_name_and_all_sum_to_the_lead(more: int, bent: bool) -> None:
    pieces, lead = regions(drawn((3, 3), more, bent=bent, fitting=Fitting(30, "stretch")), (40, 20))
    assert set(pieces.aside) == {"intercept", "border", "photo"}
    assert pieces.aside["border"] == 0
    assert len(pieces.values) == 9
    np.testing.assert_allclose(pieces.total, lead, atol=1e-6)


def test_regions_that_were_hidden_are_told_apart() -> None:
    pieces, lead = regions(drawn((2, 2), 1, bent=False, approximate=True, fitting=Fitting(way="as it is")), (90, 40))
    assert set(pieces.aside) == {"intercept", "border", "hidden"}
    assert pieces.places.boxes[1] == (0.5, 0.0, 1.0, 0.5)
    np.testing.assert_allclose(pieces.total, lead, atol=1e-6)


def test_regions_lie_on_the_photo_wherever_its_picture_was_cut() -> None:
    whole, _ = regions(drawn((4, 4), 0, bent=False), (100, 50))
    assert len(whole.values) == 8  # the others see nothing but the white above and below
    assert set(whole.aside) == {"intercept", "border"}
    cut, _ = regions(drawn((4, 4), 0, bent=False, fitting=Fitting(32, "crop", 32)), (128, 64))
    boxes = np.array(cut.places.boxes, dtype=np.float64)
    assert len(boxes) == 16
    np.testing.assert_allclose([boxes[:, 0].min(), boxes[:, 2].max()], [0.25, 0.75])
    np.testing.assert_allclose([boxes[:, 1].min(), boxes[:, 3].max()], [0.0, 1.0])


def test_regions_of_several_encoders_go_on_one_grid_and_all_sum_to_the_lead() -> None:
    parts = (
        drawn((3, 3), 1, bent=True, fitting=Fitting(30, "crop", 34)),
        drawn((5, 5), 0, bent=False),
        drawn((2, 2), 1, bent=False, approximate=True, fitting=Fitting(way="as it is")),
    )
    random, size = np.random.default_rng(3), (90, 40)
    probe = Probe(random.normal(size=(9, 2)).astype(np.float32), random.normal(size=2).astype(np.float32))
    vector = np.concatenate([one.vector / np.linalg.norm(one.vector) for one in parts]) / np.sqrt(3)
    lead = vector @ (probe.weights[:, 0] - probe.weights[:, 1]).astype(np.float64)
    difference = reading.between(0, 1)
    found = reading.region_pieces(size, Split((Bent(),) * 3, parts), probe, difference)
    assert len(found.values) == len(found.places.labels) == 3 * 5
    assert found.places.boxes[0] == (0.0, 0.0, 0.2, pytest.approx(1 / 3))
    assert set(found.aside) == {"intercept", "border", "photo", "hidden"}
    np.testing.assert_allclose(found.total, lead + difference(probe.intercept), atol=1e-6)
    alone = reading.region_pieces(size, Split((Bent(),), parts[1:2]), _of(probe, slice(3, 6)), difference)
    assert found.aside["border"] == pytest.approx(alone.aside["border"] / np.sqrt(3))


def _of(probe: Probe, dimensions: slice) -> Probe:
    return Probe(probe.weights[dimensions], probe.intercept)
