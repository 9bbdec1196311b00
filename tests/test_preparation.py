"""Texts and photos go to the encoders they are meant for, and vectors stay of unit length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import prodcls.preparation
import prodcls.scratch
from prodcls.catalogue import Catalogue, ColumnRole, Schema, Source
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import choose_text_encoders
from prodcls.errors import SchemaError
from prodcls.preparation import IMAGE_BLOCK, RESERVED, Recipe, choose_recipe, joined, prepare
from prodcls.progress import SilentProgress
from synthetic import ColourEncoder, WordEncoder, embeddings, use_fake_encoders, write_photo


def make_catalogue(
    texts: dict[str, tuple[str, ...]], photos: tuple[Path | None, ...] | None = None, n: int = 3
) -> Catalogue:
    return Catalogue(
        ids=tuple(f"p{i}" for i in range(n)),
        rows=np.arange(1, n + 1),
        texts=texts,
        numeric={"price": np.array([1.0, np.nan, 3.0])},
        categorical={"brand": ("x", "", "y")},
        photos=photos,
        labels=None,
        schema=Schema(tuple(ColumnRole(name, "text", "") for name in texts)),
        source=Source("x.csv", "0", 0),
        rejections=(),
    )


@pytest.mark.parametrize("title", ["Big red kettle", "大红色电热水壶", ""])
def test_encoders_are_chosen_by_script(title: str) -> None:
    choice = choose_text_encoders([title] * 3)
    recipe = choose_recipe(make_catalogue({"title": (title,) * 3}), None, "onnx")
    assert recipe == Recipe(("title",), choice.encoders, None, "onnx", choice.reason)


def test_encoders_set_by_the_user_stay() -> None:
    recipe = choose_recipe(make_catalogue({"title": ("大红色",) * 3}, (None,) * 3), ("minilm",), "torch")
    assert recipe == Recipe(("title",), ("minilm",), "lite0", "torch", "set by --text-encoder")


def test_without_text_no_text_encoder_is_chosen() -> None:
    assert choose_recipe(make_catalogue({}), None, "onnx").text_encoders == ()


def test_each_text_column_and_the_photos_become_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    write_photo(tmp_path / "red.png", (255, 0, 0))
    catalogue = make_catalogue(
        {"title": ("red kettle", "", "blue"), "description": ("one", "two", "three")},
        (tmp_path / "red.png", None, None),
    )
    inputs = prepare(catalogue, choose_recipe(catalogue, None, "onnx"), EmbeddingStore(tmp_path), SilentProgress())
    assert inputs.ids == catalogue.ids
    assert inputs.texts == catalogue.texts
    assert inputs.numeric is catalogue.numeric
    assert inputs.categorical is catalogue.categorical
    assert list(inputs.dense) == ["title", "description", IMAGE_BLOCK]
    assert inputs.dense["title"].present.tolist() == [True, False, True]
    assert inputs.dense["title"].vectors.shape == (3, 2 * WordEncoder.dimension)
    assert inputs.dense[IMAGE_BLOCK].present.tolist() == [True, False, False]
    assert inputs.dense[IMAGE_BLOCK].vectors.shape == (3, ColourEncoder.dimension)
    for e in inputs.dense.values():
        np.testing.assert_allclose(np.linalg.norm(e.vectors, axis=1), e.present, atol=1e-5)


def test_photos_are_read_by_several_encoders_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    write_photo(tmp_path / "red.png", (255, 0, 0))
    catalogue = make_catalogue({}, (tmp_path / "red.png", None, None))
    recipe = choose_recipe(catalogue, None, "onnx", "lite0, other")
    assert (recipe.image_encoder, recipe.image_encoders) == ("lite0,other", ("lite0", "other"))
    store = EmbeddingStore(tmp_path)
    found = prepare(catalogue, recipe, store, SilentProgress()).dense[IMAGE_BLOCK]
    alone = prepare(catalogue, replace(recipe, image_encoder="lite0"), store, SilentProgress()).dense[IMAGE_BLOCK]
    np.testing.assert_allclose(found.vectors, np.tile(alone.vectors, 2) / np.sqrt(2), atol=1e-6)
    assert found.present.tolist() == [True, False, False]
    assert found.encoder == f"{alone.encoder} + {alone.encoder}"


def test_what_one_encoder_cannot_read_is_absent() -> None:
    first, second = (embeddings("image", np.ones((2, 3), np.float32)) for _ in range(2))
    both = joined([first, replace(second, present=np.array([True, False]))])
    assert both.present.tolist() == [True, False]
    assert not both.vectors[1].any()


def test_photos_may_all_be_missing_where_the_model_has_a_photo_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    recipe = Recipe(("title",), ("words",), "lite0", "onnx", "")
    inputs = prepare(make_catalogue({"title": ("a", "b", "c")}), recipe, EmbeddingStore(tmp_path), SilentProgress())
    assert not inputs.dense[IMAGE_BLOCK].present.any()


class Bars(SilentProgress):
    """Keeps what the bars showed."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[str, int, list[int]]] = []

    @contextmanager
    def items(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        done: list[int] = []
        self.shown.append((label, total, done))
        yield done.append


def test_each_encoder_shows_what_it_has_to_do_and_nothing_the_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    catalogue = make_catalogue({"title": ("a", "b", "a")})
    recipe = Recipe(("title",), ("one",), None, "onnx", "")
    first, second = Bars(), Bars()
    prepare(catalogue, recipe, EmbeddingStore(tmp_path), first)
    prepare(catalogue, recipe, EmbeddingStore(tmp_path), second)
    assert first.shown == [("title: one", 2, [0, 1, 2])]
    assert second.shown == []


@given(
    hnp.arrays(np.float32, (4, 3), elements=st.floats(-100, 100, width=32)),
    hnp.arrays(np.float32, (4, 5), elements=st.floats(-100, 100, width=32)),
)
def test_joined_blocks_average_the_likeness_of_their_parts(a: np.ndarray, b: np.ndarray) -> None:
    parts = [embeddings("title", v) for v in (a, b)]
    raw = [replace(p, vectors=v) for p, v in zip(parts, (a, b), strict=True)]
    both = joined(raw)
    expected = np.mean([p.vectors @ p.vectors.T for p in parts], axis=0)
    np.testing.assert_allclose(both.vectors @ both.vectors.T, expected, atol=1e-4)


def test_joined_blocks_name_all_encoders_and_read_the_least() -> None:
    a, b = (embeddings("title", np.ones((2, 3))) for _ in range(2))
    both = joined([replace(a, encoder="x", read_share=np.array([1.0, 0.5])), replace(b, encoder="y")])
    assert both.encoder == "x + y"
    assert both.block == "title"
    assert both.read_share.tolist() == [1.0, 0.5]


def test_blocks_are_joined_alike_in_a_file_and_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    parts = [replace(embeddings("title", v), vectors=v) for v in rng.normal(size=(2, 50, 3)).astype(np.float32)]
    expected = joined(parts)
    monkeypatch.setattr(prodcls.preparation, "CHUNK_ROWS", 1)
    monkeypatch.setattr(prodcls.scratch, "IN_MEMORY", 0)
    np.testing.assert_array_equal(joined(parts, tmp_path).vectors, expected.vectors)


@pytest.mark.parametrize("name", RESERVED)
def test_a_text_column_cannot_take_the_name_of_other_evidence(name: str) -> None:
    with pytest.raises(SchemaError) as caught:
        choose_recipe(make_catalogue({name: ("a", "b", "c")}), None, "onnx")
    assert caught.value.code == "column-reserved"
    assert name in str(caught.value)
