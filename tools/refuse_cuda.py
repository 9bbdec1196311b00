"""Read pip's installation report from standard input and refuse a torch that was built for CUDA."""

from __future__ import annotations

import json
import platform
import sys

ADVICE = """\
The package index in use offers a CUDA build of torch {version}: several gigabytes that prodcls has no use for.
Run make again with TORCH_INDEX=URL, where URL is the CPU wheel index that pytorch.org's install page gives.
"""


def main() -> int:
    """Return 1, with advice on standard error, where the reported wheel asks for CUDA libraries on this system."""
    metadata = json.load(sys.stdin)["install"][0]["metadata"]
    needs_cuda = any(need.startswith(("nvidia-", "cuda-")) for need in metadata.get("requires_dist", ()))
    if needs_cuda and platform.system() == "Linux":
        sys.stderr.write(ADVICE.format(version=metadata["version"]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
