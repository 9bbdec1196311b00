"""Folders that hold an encoder: where they are looked for, what their small files say, and the digest of all of them.

Nothing of such a folder is ever run: weights are read from safetensors only, tokenizers from ``tokenizer.json`` or
pieces of words, and code beside them is not looked at.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from prodcls.errors import InputError

__all__ = [
    "CONFIG",
    "NAME",
    "OF_FILLED_TEXTS",
    "OF_VECTORS",
    "PREPROCESSOR",
    "SEARCH_VARIABLE",
    "SPIECES",
    "TOKENIZER",
    "TOKENIZER_CONFIG",
    "WEIGHTS",
    "Card",
    "demand_files",
    "files_digest",
    "find_path",
    "model_folders",
    "read_card",
    "read_object",
    "refuse",
    "search_path",
    "tensor_shapes",
]

SEARCH_VARIABLE = "PRODCLS_ENCODERS"
"""Environment variable with the folders that encoders' folders lie in, parted as in PATH."""

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
PREPROCESSOR = "preprocessor_config.json"
SPIECES, TOKENIZER_CONFIG = "spiece.model", "tokenizer_config.json"
OF_VECTORS = (
    *(CONFIG, WEIGHTS, "model.onnx", TOKENIZER, PREPROCESSOR, "modules.json", "1_Pooling/config.json"),
    *("sentence_bert_config.json", "config_sentence_transformers.json"),
)
"""Files that vectors depend on, where there are such files."""

OF_FILLED_TEXTS = (*OF_VECTORS, SPIECES, TOKENIZER_CONFIG)
"""Files that vectors of texts depend on where `prodcls.encoders.filled_texts` reads them."""

ADVICE = {
    CONFIG: "it is no model of transformers or sentence-transformers",
    WEIGHTS: "save the model with safe_serialization=True; files of pickle could run code and are not opened",
    "model.onnx": "put the ONNX file there under this name, with its numbers inside",
    TOKENIZER: "save a fast tokenizer beside it: AutoTokenizer.from_pretrained(...).save_pretrained(...)",
}
"""What to do where a file is missing."""

NAME = re.compile(r"[\w.-]{1,80}")
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


class Card(NamedTuple):
    """What the front matter of a model card says.

    Attributes
    ----------
    licence : str
        Empty where it does not say.
    languages : tuple of str
    """

    licence: str
    languages: tuple[str, ...]


def search_path() -> tuple[Path, ...]:
    """Return the folders that encoders' folders are looked for in: of ``PRODCLS_ENCODERS``, and the user's own."""
    from platformdirs import user_data_path

    named = [Path(part) for part in os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep) if part]
    return (*named, user_data_path("prodcls", appauthor=False) / "encoders")


def model_folders() -> Iterator[Path]:
    """Yield the folders that look like encoders; of one name, the first only."""
    seen: set[str] = set()
    for place in search_path():
        for path in sorted(place.glob(f"*/{CONFIG}")) if place.is_dir() else ():
            if path.parent.name not in seen and NAME.fullmatch(path.parent.name):
                seen.add(path.parent.name)
                yield path.parent


def find_path(name: str) -> Path | None:
    """Return the folder of the encoder called ``name``; None where there is none.

    Parameters
    ----------
    name : str
        With or without the digits of its digest.

    Returns
    -------
    Path or None

    Raises
    ------
    InputError
        Code ``encoder-differs``, if the folder holds other weights than ``name`` tells.
    """
    short, _, digits = name.partition("@")
    path = next((path for path in model_folders() if path.name == short), None)
    if path is None or not digits:
        return path
    found = files_digest(path)
    if not any(one.startswith(digits) for one in (found, files_digest(path, OF_FILLED_TEXTS))):
        message = f"encoder {short!r} has other weights ({found[:12]}) than those asked for ({digits})"
        raise InputError(message, code="encoder-differs", file=str(path))
    return path


def demand_files(path: Path, names: Iterable[str]) -> None:
    """Refuse a folder without files that are needed.

    Parameters
    ----------
    path : Path
    names : iterable of str

    Raises
    ------
    InputError
        Code ``encoder-incomplete``.
    """
    for name in names:
        if not (path / name).is_file():
            message = f"the encoder's folder has no {name}: {ADVICE[name]}"
            raise InputError(message, code="encoder-incomplete", file=str(path))


def refuse(path: Path, message: str) -> InputError:
    """Return the error that an encoder cannot be used, code ``encoder-unusable``."""
    return InputError(message, code="encoder-unusable", file=str(path))


def read_object(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; an empty one where there is no such file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if it holds something else.
    """
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise refuse(path, f"cannot be read as JSON ({error})") from error
    if not isinstance(found, dict):
        raise refuse(path, "is no JSON object")
    return found


def files_digest(path: Path, names: Iterable[str] = OF_VECTORS) -> str:
    """Return the SHA-256 over names and contents of all files of a folder that vectors depend on, 64 hex digits."""
    whole = hashlib.sha256()
    for name in names:
        if (path / name).is_file():
            found = (path / name).stat()
            stamp = found.st_ino, found.st_size, found.st_mtime_ns
            whole.update(f"{name} {_file_digest(path / name, stamp)}\n".encode())
    return whole.hexdigest()


@lru_cache(maxsize=64)
def _file_digest(path: Path, stamp: tuple[int, int, int]) -> str:
    """Return the digest of a file, read once while it stays as it is: every batch asks for its encoder by name."""
    del stamp
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tensor_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a folder's tensors that have one, by the header of the weights; none is read.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to tuple of int

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if the file is none of safetensors.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path / WEIGHTS, framework="numpy") as tensors:
            shapes = {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise refuse(path / WEIGHTS, f"cannot be read: {error}") from error
    return {name: shape for name, shape in shapes.items() if shape}


def read_card(path: Path) -> Card:
    """Return licence and languages as the front matter of a folder's model card tells them."""
    try:
        match = _FRONT_MATTER.match((path / "README.md").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return Card("", ())
    found: dict[str, list[str]] = {}
    key = ""
    for line in match[1].splitlines() if match else ():
        name, mark, value = line.partition(":")
        if mark and not line.startswith((" ", "-")):
            key = name.strip()
            found[key] = [value.strip()] if value.strip() else []
        elif line.strip().startswith("- ") and key:
            found[key].append(line.strip()[2:].strip())
    return Card("".join(found.get("license", ())[:1]), tuple(found.get("language", ())))
