"""A text encoder in a folder of its own, as sentence-transformers and transformers save them: what it is, unopened."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from prodcls.encoders.folder_files import (
    CONFIG,
    OF_FILLED_TEXTS,
    SPIECES,
    TOKENIZER,
    TOKENIZER_CONFIG,
    WEIGHTS,
    demand_files,
    files_digest,
    read_card,
    read_object,
    refuse,
    tensor_shapes,
)

__all__ = ["CLIP", "MOST_TOKENS", "SIGLIP", "TOWERS", "ModelFolder", "Pooling", "read_folder"]

Pooling = Literal["mean", "cls", "end", "filled"]

MOST_TOKENS = 512
"""Tokens read of a text at most, whatever the model allows: beyond it time grows with the square of the length."""

CLIP, SIGLIP = "clip", "siglip"
"""What ``config.json`` calls models with a tower for texts and one for photos."""

TOWERS = {CLIP: "text_projection", SIGLIP: "text_model.head"}
"""What makes the vector of the last state, by the names of tensors."""

EMBEDDINGS = (
    "text_model.embeddings.token_embedding.weight",
    "text_model.embeddings.position_embedding.weight",
)
"""Of tokens and of their places."""

KNOWN_MODULES = ("Transformer", "Pooling", "Normalize")
"""Steps of a sentence-transformers model that are read; layers after pooling are not."""


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
    pooling : {"mean", "cls", "end", "filled"}
        Whether the mean of the token states is taken, or the state of the first token, or of the last one as in CLIP,
        or of the last one of texts filled up to one length as in SigLIP.
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
    demand_files(path, (CONFIG, WEIGHTS))
    config = read_object(path / CONFIG)
    kind = config.get("model_type")
    if kind != SIGLIP or not (path / SPIECES).is_file():
        demand_files(path, (TOKENIZER,))
    if kind in TOWERS:
        return _text_tower(path, kind)
    pooling, dense = _pooling(path), [one for one in _modules(path) if one not in KNOWN_MODULES]
    if dense:
        raise refuse(path, f"the model has steps after pooling that are not known: {', '.join(dense)}")
    try:
        dimension, vocabulary = int(config["hidden_size"]), int(config["vocab_size"])
    except (KeyError, TypeError, ValueError) as error:
        raise refuse(
            path, f"config.json tells no hidden_size or vocab_size ({error}): it is no text encoder"
        ) from error
    card = read_card(path)
    return ModelFolder(
        path=path,
        digest=files_digest(path),
        dimension=dimension,
        vocabulary=vocabulary,
        max_tokens=_max_tokens(path, config),
        pooling=pooling,
        prompt=_prompt(path),
        size=(path / WEIGHTS).stat().st_size,
        licence=card.licence,
        languages=card.languages,
    )


def _text_tower(path: Path, kind: str) -> ModelFolder:
    """Return the text tower of CLIP or SigLIP: its sizes are those of its tensors."""
    shapes = tensor_shapes(path)
    try:
        tokens, places, vector = (shapes[name] for name in (*EMBEDDINGS, f"{TOWERS[kind]}.weight"))
    except KeyError as error:
        raise refuse(path / WEIGHTS, f"lacks tensors of a text tower, such as {error}") from error
    card = read_card(path)
    return ModelFolder(
        path=path,
        digest=files_digest(path, OF_FILLED_TEXTS) if kind == SIGLIP else files_digest(path),
        dimension=vector[0],
        vocabulary=tokens[0],
        max_tokens=_length(path, places[0]) if kind == SIGLIP else min(MOST_TOKENS, places[0]),
        pooling="filled" if kind == SIGLIP else "end",
        prompt=_prompt(path),
        size=(path / WEIGHTS).stat().st_size,
        licence=card.licence,
        languages=card.languages,
    )


def _length(path: Path, places: int) -> int:
    """Return the tokens that every text of SigLIP is filled up to."""
    told = read_object(path / TOKENIZER_CONFIG).get("model_max_length")
    return min(places, told) if isinstance(told, int) and told > 1 else places


def _modules(path: Path) -> list[str]:
    try:
        listed = json.loads((path / "modules.json").read_bytes())
        return [str(one["type"]).rpartition(".")[2] for one in listed]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise refuse(path, f"modules.json cannot be read ({error})") from error


def _pooling(path: Path) -> Pooling:
    told = read_object(path / "1_Pooling" / "config.json")
    modes = [name for name, chosen in told.items() if name.startswith("pooling_mode_") and chosen is True]
    if modes in ([], ["pooling_mode_mean_tokens"]):
        return "mean"
    if modes == ["pooling_mode_cls_token"]:
        return "cls"
    raise refuse(path, f"pools its tokens by {', '.join(modes)}; the mean or the first token is what can be read")


def _max_tokens(path: Path, config: dict[str, Any]) -> int:
    told = read_object(path / "sentence_bert_config.json").get("max_seq_length")
    places = config.get("max_position_embeddings", MOST_TOKENS)
    if config.get("model_type") in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        places -= 2  # these begin to count at the padding token's number
    return int(min(MOST_TOKENS, places, told or MOST_TOKENS))


def _prompt(path: Path) -> str:
    told = read_object(path / "config_sentence_transformers.json")
    return str((told.get("prompts") or {}).get(told.get("default_prompt_name"), ""))
