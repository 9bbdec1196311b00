"""The process that reads a booster first: its text comes in, an exit code goes out; it can open no file.

Started by `prodcls.bundle_first_load` as ``python -P -m prodcls.bundle_worker MEMORY CPU_SECONDS``. It asks of the
booster all that the product asks: margins, leaves, and shares by TreeSHAP. Exit code 0: all of it is as it must be.
"""

from __future__ import annotations

import sys

__all__ = ["REFUSED", "main"]

REFUSED = 3
"""Exit code when LightGBM says that the text is no booster, or gives what is no number."""

UNUSED = ("pandas", "pyarrow", "sklearn", "matplotlib", "graphviz", "dask")
"""What LightGBM imports where it is installed and does not need here: four fifths of its start."""

ROWS = 5


def main() -> int:
    """Read the text from the standard input and try it.

    Returns
    -------
    int
        Exit code.
    """
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    for name in UNUSED:
        sys.modules[name] = None  # type: ignore[assignment]  # the documented way to make an import fail
    try:
        import lightgbm
    except ImportError:  # a release that cannot do without one of them
        for name in UNUSED:
            del sys.modules[name]
        import lightgbm
    import numpy as np

    from prodcls.child_process import limit_memory, limit_time

    text = sys.stdin.buffer.read().decode("ascii")
    limit_memory(memory)
    limit_time(seconds)
    try:
        booster = lightgbm.Booster(model_str=text)
        features = booster.num_feature()
        rows = np.random.default_rng(0).normal(0.0, 3.0, (ROWS, features))
        rows = np.concatenate([rows, np.full((1, features), np.nan), np.zeros((1, features))])
        found = (
            booster.predict(rows, **{kind: True}, num_threads=1) for kind in ("raw_score", "pred_leaf", "pred_contrib")
        )
        held = all(len(part) == len(rows) and np.isfinite(part).all() for part in found)
    except (lightgbm.basic.LightGBMError, ValueError, MemoryError):
        held = False
    return 0 if held else REFUSED


if __name__ == "__main__":
    sys.exit(main())
