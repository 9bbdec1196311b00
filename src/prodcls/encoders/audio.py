"""Encoders of sounds by name."""

from __future__ import annotations

from prodcls.config import Runtime
from prodcls.encoders.foreign import open_foreign
from prodcls.encoders.items import Encoder
from prodcls.encoders.log_mel import LogMel
from prodcls.errors import InputError

__all__ = ["AUDIO_ENCODERS", "audio_encoder"]

AUDIO_ENCODERS: dict[str, type[LogMel]] = {LogMel.name: LogMel}
"""Encoders of sounds that come with this package, by name."""


def audio_encoder(name: str = LogMel.name, runtime: Runtime = "onnx", threads: int | None = None) -> Encoder:
    """Return an encoder of sounds: one of this package, or of another installed one.

    Parameters
    ----------
    name : str
        Of `AUDIO_ENCODERS`, or of an entry point in the group ``prodcls.encoders`` whose kind is ``"audio"``.
    runtime : str, default "onnx"
    threads : int, optional
        Sounds encoded at the same time; as many as there are processors by default.

    Returns
    -------
    Encoder

    Raises
    ------
    InputError
        Codes ``encoder-unknown`` and ``encoder-unusable``.
    """
    if name in AUDIO_ENCODERS:
        return AUDIO_ENCODERS[name](runtime, threads)
    found = open_foreign(name, runtime, threads)
    if found is None or found.kind != "audio":
        message = f"no audio encoder {name!r}; there are {', '.join(AUDIO_ENCODERS)}, and those that packages offer"
        raise InputError(message, code="encoder-unknown")
    return found
