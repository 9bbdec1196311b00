"""A text encoder in a folder of its own, as sentence-transformers and transformers save them: what it is, unopened.

Nothing of such a folder is ever run: weights are read from safetensors only, tokenizers from ``tokenizer.json``, and
code beside them is not looked at.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from prodcls.errors import InputError

__all__ = ["SEARCH_VARIABLE", "ModelFolder", "Pooling", "find_folder", "model_folders", "read_folder", "search_path"]

Pooling = Literal["mean", "cls"]

SEARCH_VARIABLE = "PRODCLS_ENCODERS"
"""Environment variable with the folders that encoders' folders lie in, parted as in PATH."""

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
OPTIONAL = ("modules.json", "1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json")
MOST_TOKENS = 512
"""Tokens read of a text at most, whatever the model allows: beyond it time grows with the square of the length."""

KNOWN_MODULES = ("Transformer", "Pooling", "Normalize")
"""Steps of a sentence-transformers model that are read; layers after pooling are not."""

NAME = re.compile(r"[\w.-]{1,80}")
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True)
class ModelFolder:
    """A text encoder on disk.

    Attributes
    ----------
    path : Path
    digest : str
        SHA-256 over all files that its vectors depend on, 64 hex digits.
    dimension : int
        Length of a vector.
    vocabulary : int
        Tokens known.
    max_tokens : int
        Tokens read of a text, marks included.
    pooling : {"mean", "cls"}
        Whether the mean of the token states is taken, or the state of the first token.
    prompt : str
        Put in front of every text; usually empty.
    size : int
        Bytes of the weights.
    licence : str
        As its model card says; empty where it does not.
    languages : tuple of str
        Likewise.
    """

    path: Path
    digest: str
    dimension: int
    vocabulary: int
    max_tokens: int
    pooling: Pooling
    prompt: str
    size: int
    licence: str = ""
    languages: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """The folder's name with the first digits of the digest: what a bundle remembers."""
        return f"{self.path.name}@{self.digest[:12]}"


def search_path() -> tuple[Path, ...]:
    """Return the folders that encoders' folders are looked for in: of ``PRODCLS_ENCODERS``, and the user's own."""
    from platformdirs import user_data_path

    named = [Path(part) for part in os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep) if part]
    return (*named, user_data_path("prodcls", appauthor=False) / "encoders")


def model_folders() -> Iterator[Path]:
    """Yield the folders that look like text encoders; of one name, the first only."""
    seen: set[str] = set()
    for place in search_path():
        for path in sorted(place.glob(f"*/{CONFIG}")) if place.is_dir() else ():
            if path.parent.name not in seen and NAME.fullmatch(path.parent.name):
                seen.add(path.parent.name)
                yield path.parent


def find_folder(name: str) -> ModelFolder | None:
    """Return the encoder called ``name``, with or without the digits of its digest; None where there is none.

    Parameters
    ----------
    name : str

    Returns
    -------
    ModelFolder or None

    Raises
    ------
    InputError
        If the folder is not whole, cannot be used, or holds other weights than ``name`` tells.
    """
    short, _, digits = name.partition("@")
    path = next((path for path in model_folders() if path.name == short), None)
    if path is None:
        return None
    found = read_folder(path)
    if digits and not found.digest.startswith(digits):
        message = f"encoder {short!r} has other weights ({found.digest[:12]}) than those asked for ({digits})"
        raise InputError(message, code="encoder-differs", file=str(path))
    return found


def read_folder(path: Path) -> ModelFolder:
    """Return what a folder holds.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ModelFolder

    Raises
    ------
    InputError
        Codes ``encoder-incomplete`` and ``encoder-unusable``.
    """
    for name, advice in (
        (CONFIG, "it is no model of transformers or sentence-transformers"),
        (WEIGHTS, "save the model with safe_serialization=True; files of pickle could run code and are not opened"),
        (TOKENIZER, "save a fast tokenizer beside it: AutoTokenizer.from_pretrained(...).save_pretrained(...)"),
    ):
        if not (path / name).is_file():
            raise InputError(f"the encoder's folder has no {name}: {advice}", code="encoder-incomplete", file=str(path))
    config = _json(path / CONFIG)
    pooling, dense = _pooling(path), [one for one in _modules(path) if one not in KNOWN_MODULES]
    if dense:
        message = f"the model has steps after pooling that are not known: {', '.join(dense)}"
        raise InputError(message, code="encoder-unusable", file=str(path))
    try:
        dimension, vocabulary = int(config["hidden_size"]), int(config["vocab_size"])
    except (KeyError, TypeError, ValueError) as error:
        message = f"config.json tells no hidden_size or vocab_size ({error}): it is no text encoder"
        raise InputError(message, code="encoder-unusable", file=str(path)) from error
    card = _card(path)
    return ModelFolder(
        path=path,
        digest=_digest(path),
        dimension=dimension,
        vocabulary=vocabulary,
        max_tokens=_max_tokens(path, config),
        pooling=pooling,
        prompt=_prompt(path),
        size=(path / WEIGHTS).stat().st_size,
        licence="".join(card.get("license", ())[:1]),
        languages=tuple(card.get("language", ())),
    )


def _json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; an empty one where there is no such file."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read as JSON ({error})", code="encoder-unusable", file=str(path)) from error
    if not isinstance(found, dict):
        raise InputError("is no JSON object", code="encoder-unusable", file=str(path))
    return found


def _modules(path: Path) -> list[str]:
    try:
        listed = json.loads((path / "modules.json").read_bytes())
        return [str(one["type"]).rpartition(".")[2] for one in listed]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        message = f"modules.json cannot be read ({error})"
        raise InputError(message, code="encoder-unusable", file=str(path)) from error


def _pooling(path: Path) -> Pooling:
    told = _json(path / "1_Pooling" / "config.json")
    modes = [name for name, chosen in told.items() if name.startswith("pooling_mode_") and chosen is True]
    if modes in ([], ["pooling_mode_mean_tokens"]):
        return "mean"
    if modes == ["pooling_mode_cls_token"]:
        return "cls"
    message = f"pools its tokens by {', '.join(modes)}; the mean or the first token is what can be read"
    raise InputError(message, code="encoder-unusable", file=str(path))


def _max_tokens(path: Path, config: dict[str, Any]) -> int:
    told = _json(path / "sentence_bert_config.json").get("max_seq_length")
    places = config.get("max_position_embeddings", MOST_TOKENS)
    if config.get("model_type") in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        places -= 2  # these begin to count at the padding token's number
    return int(min(MOST_TOKENS, places, told or MOST_TOKENS))


def _prompt(path: Path) -> str:
    told = _json(path / "config_sentence_transformers.json")
    return str((told.get("prompts") or {}).get(told.get("default_prompt_name"), ""))


def _digest(path: Path) -> str:
    """Return a digest of the names and contents of all files that vectors depend on."""
    whole = hashlib.sha256()
    for name in (CONFIG, WEIGHTS, TOKENIZER, *OPTIONAL):
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


def _card(path: Path) -> dict[str, list[str]]:
    """Return licence and languages as the front matter of a model card tells them."""
    try:
        match = _FRONT_MATTER.match((path / "README.md").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return {}
    found: dict[str, list[str]] = {}
    key = ""
    for line in match[1].splitlines() if match else ():
        name, mark, value = line.partition(":")
        if mark and not line.startswith((" ", "-")):
            key = name.strip()
            found[key] = [value.strip()] if value.strip() else []
        elif line.strip().startswith("- ") and key:
            found[key].append(line.strip()[2:].strip())
    return found
