"""What encoders there are, with all that one asks before choosing: kind, languages, limits, size, licence, speed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

from prodcls.byte_sizes import shown_size
from prodcls.encoders.base import Encoder, Item
from prodcls.encoders.folder_files import model_folders
from prodcls.encoders.folder_photo import FolderPhoto
from prodcls.encoders.folder_text import FolderText
from prodcls.encoders.folders import folder_encoder, folder_kinds
from prodcls.encoders.foreign import foreign_names, open_foreign
from prodcls.encoders.lite0 import SIDE, Lite0
from prodcls.encoders.log_mel import LogMel
from prodcls.encoders.minilm import MAX_TOKENS as MINILM_TOKENS
from prodcls.encoders.minilm import MiniLM
from prodcls.encoders.onnx_encoder import OnnxEncoder
from prodcls.encoders.use import MAX_TOKENS as USE_TOKENS
from prodcls.encoders.use import Use, UsePooled
from prodcls.encoders.weights import WeightFile
from prodcls.errors import InputError
from prodcls.sound_wav import MAX_SECONDS, wav_bytes
from prodcls.sounds import Sound

__all__ = ["Listed", "listed", "measured", "sample"]

USE_LANGUAGES = "16 languages with Chinese"


@dataclass(frozen=True)
class Listed:
    """One encoder as it is told.

    Attributes
    ----------
    name : str
    encoder : Encoder or None
        None where it cannot be used.
    languages, limit, licence : str
        Empty where nothing is known.
    size : int
        Bytes of its weights; 0 where nothing is known.
    trouble : str
        Why it cannot be used, and what to do; empty otherwise.
    """

    name: str
    encoder: Encoder | None
    languages: str = ""
    limit: str = ""
    licence: str = ""
    size: int = 0
    trouble: str = ""

    @property
    def line(self) -> str:
        """All of it in one line."""
        if self.encoder is None:
            return f"{self.name}: cannot be used: {self.trouble}"
        told = [f"{self.encoder.kind}, {self.encoder.dimension} numbers", self.languages, self.limit]
        told += [shown_size(self.size) if self.size else "", self.licence or "licence not told"]
        return f"{self.name}: {', '.join(filter(None, told))}"


def listed() -> Iterator[Listed]:
    """Yield the encoders of this package, of other packages and of folders; nothing is loaded but small files.

    Yields
    ------
    Listed
    """
    own = (
        (MiniLM(), "English", f"{MINILM_TOKENS} tokens"),
        (Use(), USE_LANGUAGES, f"{USE_TOKENS} tokens"),
        (UsePooled(), USE_LANGUAGES, f"{USE_TOKENS} tokens"),
        (Lite0(), "", f"{SIDE} x {SIDE} pixels"),
    )
    for encoder, languages, limit in own:
        try:
            size = encoder.weights.locate().stat().st_size
        except (InputError, OSError) as error:
            yield Listed(encoder.name, None, trouble=str(error))
        else:
            yield Listed(encoder.name, encoder, languages, limit, _licence(encoder.weights), size)
    yield Listed(LogMel.name, LogMel(), "a formula, nothing learnt", f"{MAX_SECONDS:g} seconds", "that of prodcls")
    for name in foreign_names():
        try:
            yield Listed(name, open_foreign(name, "onnx", None))
        except InputError as error:
            yield Listed(name, None, trouble=str(error))
    for path in model_folders():
        yield from _of_folder(path)


def _of_folder(path: Path) -> Iterator[Listed]:
    """Yield the encoders of a folder, or what is wrong with it."""
    try:
        encoders = [folder_encoder(path, kind) for kind in folder_kinds(path)]
    except InputError as error:
        yield Listed(path.name, None, trouble=str(error))
        return
    for encoder in encoders:
        if isinstance(encoder, FolderText):
            text = encoder.folder
            told = " ".join(text.languages), f"{text.max_tokens} tokens"
            yield Listed(encoder.name, encoder, *told, text.licence, text.size)
        elif isinstance(encoder, FolderPhoto):
            photo = encoder.folder
            yield Listed(encoder.name, encoder, "", photo.pixels.fitting.told, photo.licence, photo.size)
        elif isinstance(encoder, OnnxEncoder):
            one = encoder.folder
            limit = one.pixels.fitting.told if one.kind == "image" else f"{one.max_tokens} tokens"
            yield Listed(encoder.name, encoder, " ".join(one.languages), limit, one.licence, one.size)


def _licence(weights: WeightFile) -> str:
    """Return the licence that a package tells of itself, or the first line of its licence's text."""
    package = distribution(weights.requirement.partition("==")[0])
    told = package.metadata.json
    named = str(told.get("license_expression") or told.get("license") or "UNKNOWN")
    if named != "UNKNOWN":
        return named
    texts = [one.read_text() for one in package.files or () if one.name in ("LICENSE", "LICENSE.txt", "COPYING")]
    return "".join(texts).strip().partition("\n")[0].strip()


def sample(encoder: Encoder, folder: Path) -> list[Item]:
    """Return items to try an encoder on: short texts, or plain photos or tones that are written to ``folder``.

    Parameters
    ----------
    encoder : Encoder
    folder : Path

    Returns
    -------
    list of (str, Path or Sound)
    """
    if encoder.kind == "text":
        return [
            "Enamel teapot with lid, 1.2 l",
            "搪瓷茶壶 带盖 1.2升",
            "USB-C cable",
            "cotton shirt for men, blue, size M",
        ]
    found: list[Item] = []
    if encoder.kind == "audio":
        for i, hertz in enumerate((220.0, 440.0, 880.0, 1760.0)):
            path = folder / f"{i}.wav"
            path.write_bytes(wav_bytes(0.5 * np.sin(2.0 * np.pi * hertz * np.arange(8_000) / 16_000), 16_000))
            found.append(Sound(path))
        return found
    from PIL import Image

    for i, colour in enumerate(("red", "green", "white", "black")):
        path = folder / f"{i}.png"
        Image.new("RGB", (64 + 40 * i, 96), colour).save(path)
        found.append(path)
    return found


def measured(one: Listed, seconds: float = 1.0) -> str:
    """Return how fast an encoder is on this machine, in words.

    Parameters
    ----------
    one : Listed
        That can be used.
    seconds : float
        Time taken for it, about.

    Returns
    -------
    str
    """
    assert one.encoder is not None  # noqa: S101 - of those that can be used
    with tempfile.TemporaryDirectory() as name:
        items = sample(one.encoder, Path(name))
        one.encoder.encode(items)  # the first time loads and exports
        began, count = time.perf_counter(), 0
        while time.perf_counter() < began + seconds:
            one.encoder.encode(items)
            count += len(items)
    return f"{count / (time.perf_counter() - began):.0f} a second here"
