"""How every ONNX file is opened; importing this module loads ONNX Runtime."""

from __future__ import annotations

import onnxruntime

__all__ = ["open_session"]

ERRORS, NOTHING_BUT_THE_END = 3, 4
"""What ONNX Runtime writes to the standard error: errors and worse, or what it cannot go on after."""


def open_session(data: bytes, *, quiet: bool = False) -> onnxruntime.InferenceSession:
    """Open a file, to be run by one processor a call.

    Parameters
    ----------
    data : bytes
        Of the whole file.
    quiet : bool, default False
        Whether errors, which are raised too, are not written besides: their words are of whoever made the file.

    Returns
    -------
    InferenceSession
        May be run by several threads at once.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = NOTHING_BUT_THE_END if quiet else ERRORS
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
