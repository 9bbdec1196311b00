"""Encoders fetched from a model hub: only when it is asked for, one commit, only the files that are read."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from prodcls.encoders.folder_files import CONFIG, NAME, OF_FILLED_TEXTS, WEIGHTS, search_path
from prodcls.encoders.folders import folder_encoder, folder_kinds
from prodcls.errors import InputError

__all__ = ["command_for", "download"]

CARD = "README.md"
FILES = (*(name for name in OF_FILLED_TEXTS if not name.endswith(".onnx")), CARD)
"""All that is ever fetched: weights as safetensors, and the small files beside them."""

REPOSITORY = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
REVISION = re.compile(r"[0-9a-f]{40}")


def command_for(name: str) -> str:
    """Return the command that fetches an encoder, with what is known of it by ``name``.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> command_for("org/some-bert")
    'prodcls encoders --download org/some-bert@REVISION --allow-download'
    """
    repository, _, revision = name.partition("@")
    known = REPOSITORY.fullmatch(repository) is not None
    told = revision if known and REVISION.fullmatch(revision) else "REVISION"
    return f"prodcls encoders --download {repository if known else 'REPOSITORY'}@{told} --allow-download"


def download(reference: str, *, allowed: bool) -> Path:
    """Fetch an encoder into the first folder that encoders are looked for in.

    Parameters
    ----------
    reference : str
        Repository and the 40 hex digits of a commit, as in ``org/model@0123...``.
    allowed : bool
        Whether the network may be used.

    Returns
    -------
    Path
        The encoder's folder, named as the repository.

    Raises
    ------
    InputError
        Codes ``download-unnamed``, ``download-not-allowed``, ``encoder-there``, ``extra-missing``, ``download-failed``;
        and those of `prodcls.encoders.folders.folder_encoder` for what cannot be used.
    """
    repository, _, revision = reference.partition("@")
    if not REPOSITORY.fullmatch(repository) or not REVISION.fullmatch(revision):
        message = (
            f"--download {reference}: name a repository and the 40 hex digits of one commit, as in {command_for('')}: "
            "a branch or a tag may hold something else tomorrow"
        )
        raise InputError(message, code="download-unnamed")
    if not allowed:
        message = f"nothing is fetched unless it is allowed: {command_for(reference)}"
        raise InputError(message, code="download-not-allowed")
    place, name = search_path()[0], repository.partition("/")[2]
    if not NAME.fullmatch(name) or name.startswith("."):
        raise InputError(f"--download {reference}: {name!r} is no name for an encoder", code="download-unnamed")
    if (place / name).exists():
        message = f"there is an encoder of this name already; remove it first, if it is not wanted: {place / name}"
        raise InputError(message, code="encoder-there", file=str(place / name))
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=place) as scratch:
        fetched = _fetched(repository, revision, Path(scratch) / "all")
        kept = Path(scratch) / name
        for file in FILES:
            if (fetched / file).is_file() and not (fetched / file).is_symlink():
                (kept / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(fetched / file, kept / file)
        if not (kept / CONFIG).is_file() or not (kept / WEIGHTS).is_file():
            message = f"{reference} has no {CONFIG} and {WEIGHTS}: only weights as safetensors in one file are taken"
            raise InputError(message, code="download-failed")
        for kind in folder_kinds(kept):
            folder_encoder(kept, kind)
        kept.replace(place / name)
    return place / name


def _fetched(repository: str, revision: str, folder: Path) -> Path:
    try:
        from huggingface_hub import constants, snapshot_download
    except ImportError as error:
        message = "--download needs another package: pip install 'prodcls[hub]'"
        raise InputError(message, code="extra-missing") from error
    constants.HF_HUB_DISABLE_TELEMETRY = True  # else it asks the hub for a list, and tells it what runs here
    try:
        snapshot_download(
            repository,
            revision=revision,
            allow_patterns=list(FILES),
            local_dir=folder,
            endpoint=os.environ.get("HF_ENDPOINT"),
        )
    except Exception as error:
        message = f"{repository}@{revision} was not fetched: {type(error).__name__}: {str(error)[:200]}"
        raise InputError(message, code="download-failed") from error
    return folder
