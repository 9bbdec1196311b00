"""Encoders of other packages: found by entry points, held to what is relied on, explained by leaving words out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from photo_factory import write_photos
from prodcls.encoders import image_encoder, text_encoder
from prodcls.encoders.conformance import conforms
from prodcls.encoders.foreign import Foreign, foreign_names
from prodcls.errors import InputError
from prodcls.photo_copies import PhotoCopy

PACKAGE = '''
import hashlib
import numpy as np

class Letters:
    """Counts letters: as simple as an encoder can be."""

    identity, dimension, kind = "letters-1", 26, "text"

    def __init__(self, runtime, threads):
        self.runtime, self.threads = runtime, threads

    def encode(self, items):
        counts = [[item.lower().count(chr(97 + i)) for i in range(26)] for item in items]
        found = np.array(counts, dtype=np.float32)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)

class Corners:
    """Looks at the corners of a photo, and bends what it sees."""

    identity, dimension, kind = "corners-1", 12, "image"

    def __init__(self, runtime, threads):
        pass

    def encode(self, items):
        return np.array([np.tanh(photo[::photo.shape[0] - 1, ::photo.shape[1] - 1].ravel() / 99) for photo in items])

def broken(runtime, threads):
    raise OSError("no weights: pip install letters-weights")

def incomplete(runtime, threads):
    return object()
'''


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that offers three encoders, as pip installs it."""
    (tmp_path / "letters_for_tests.py").write_text(PACKAGE, encoding="utf-8")
    told = tmp_path / "letters_for_tests-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: letters-for-tests\nVersion: 1.0\n", encoding="utf-8")
    points = "".join(
        f"{name} = letters_for_tests:{what}\n"
        for name, what in (
            ("letters", "Letters"),
            ("corners", "Corners"),
            ("broken", "broken"),
            ("incomplete", "incomplete"),
        )
    )
    (told / "entry_points.txt").write_text(f"[prodcls.encoders]\n{points}", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_they_are_found_by_name(installed: Path) -> None:
    del installed
    assert set(foreign_names()) >= {"letters", "broken", "incomplete"}
    encoder = text_encoder("letters")
    assert (encoder.name, encoder.identity, encoder.dimension, encoder.kind) == ("letters", "letters-1", 26, "text")
    vectors = encoder.encode(["aab", "b"]).vectors
    np.testing.assert_allclose(vectors[:, :2], [[2 / 5**0.5, 1 / 5**0.5], [0, 1]], rtol=1e-6)


def test_one_that_only_encodes_conforms(installed: Path) -> None:
    del installed
    checks = conforms(lambda: text_encoder("letters"))
    assert [check for check in checks if not check.holds] == []


def test_one_for_photos_is_given_pixels_and_conforms(installed: Path, tmp_path: Path) -> None:
    del installed
    checks = conforms(lambda: image_encoder("corners"))
    assert [check for check in checks if not check.holds] == []
    assert checks[-1].found == "by leaving regions out"
    (photo, *_) = write_photos(tmp_path / "photos")
    copy = PhotoCopy(photo, 1.0, 0.0, 0.0, 0.0, 0.0, mirrored=True)
    straight, mirrored = image_encoder("corners").encode([photo, copy]).vectors.reshape(2, 4, 3)
    np.testing.assert_array_equal(mirrored, straight[[1, 0, 3, 2]])
    (parts,) = image_encoder("corners").encode_parts([photo])
    seen = np.flatnonzero(np.abs(parts.vectors[:49]).sum(axis=1) > 1e-6).tolist()
    assert set(seen) <= {0, 6, 42, 48}


def test_a_name_of_texts_is_none_of_photos(installed: Path) -> None:
    del installed
    with pytest.raises(InputError, match="no image encoder 'letters'"):
        image_encoder("letters")


def test_words_are_left_out_where_no_parts_are_told(installed: Path) -> None:
    del installed
    text = "teapot, with lid"
    (parts,) = text_encoder("letters").encode_parts([text])
    assert parts.approximate
    assert parts.spans is not None
    assert [text[a:b] for a, b in parts.spans.tolist()] == ["teapot", "with", "lid", ""]
    np.testing.assert_allclose(parts.vectors.sum(axis=0), parts.vector, atol=1e-6)


@pytest.mark.parametrize("name", ["broken", "incomplete"])
def test_what_cannot_be_opened_is_told(installed: Path, name: str) -> None:
    del installed
    with pytest.raises(InputError) as caught:
        text_encoder(name)
    assert caught.value.code == "encoder-unusable"
    assert name in str(caught.value)


class Fixed:
    """Gives what it was made with."""

    identity, dimension, kind = "fixed", 2, "text"

    def __init__(self, give: Callable[[int], np.ndarray]) -> None:
        self.give = give

    def encode(self, items: list[str]) -> np.ndarray:
        return self.give(len(items))


@pytest.mark.parametrize(
    "give", [lambda n: np.zeros((n, 3)), lambda n: np.zeros((n + 1, 2)), lambda n: np.full((n, 2), np.nan)]
)
def test_vectors_that_are_none_are_refused(give: Callable[[int], np.ndarray]) -> None:
    with pytest.raises(InputError, match="shape"):
        Foreign("fixed", Fixed(give)).encode(["a", "b"])


def test_the_suite_finds_an_encoder_that_company_moves(installed: Path) -> None:
    del installed
    drawn = np.random.default_rng(0)
    checks = conforms(lambda: Foreign("fixed", Fixed(lambda n: drawn.normal(size=(n, 2)))))
    failed = {check.name for check in checks if not check.holds}
    assert {"opened again it says the same, bit by bit", "company moves no bit"} <= failed
