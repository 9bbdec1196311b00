"""The process that opens an ONNX file first: it comes in by the standard input, what came out of it goes out as JSON.

Started by `prodcls.encoders.onnx_trial`, with memory, seconds, what to feed it and the output's name as arguments. Exit
code 0: it was opened and run once, within the limits.
"""

from __future__ import annotations

import json
import sys

__all__ = ["REFUSED", "main"]

REFUSED = 3
"""Exit code when ONNX Runtime says what is wrong; the standard output then holds its words."""


def main() -> int:
    """Read the file from the standard input and run it once.

    Returns
    -------
    int
        Exit code.
    """
    memory, seconds, feeds, output = int(sys.argv[1]), float(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]
    import numpy as np

    from prodcls.child_process import limit_memory, limit_time
    from prodcls.encoders.onnx_session import open_session

    data = sys.stdin.buffer.read()
    limit_memory(memory)
    limit_time(seconds)
    try:
        session = open_session(data, quiet=True)
        given = {name: np.ones(shape, dtype=dtype) for name, (shape, dtype) in feeds.items()}
        found = np.asarray(session.run([output], given)[0])
        told = {"shape": found.shape, "dtype": str(found.dtype), "finite": bool(np.isfinite(found).all())}
    except Exception as error:  # noqa: BLE001 - of whatever kind, its words are what is told
        sys.stdout.write(json.dumps({"error": f"{type(error).__name__}: {str(error)[:300]}"}))
        return REFUSED
    sys.stdout.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
