"""Write ``src/prodcls/simplified.txt``, the table by which traditional characters are folded to simplified ones.

``python tools/simplified_table.py > src/prodcls/simplified.txt``, with the OpenCC of the lock file. Each character is
asked for alone, so that one always stands for one. See docs/adr/0038.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict

from opencc import OpenCC

RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x323AF))
"""Han characters, but for the compatibility forms, which normalisation takes care of."""


def lines() -> list[str]:
    """Return a line for each simplified character: it, then all that are folded to it."""
    simplify = OpenCC("t2s").convert
    folded: dict[str, list[str]] = defaultdict(list)
    for first, last in RANGES:
        for written in map(chr, range(first, last + 1)):
            plain = simplify(simplify(written))  # one character is simplified twice
            if plain != written and len(plain) == 1 and unicodedata.is_normalized("NFKC", written):
                folded[plain].append(written)
    return [plain + "".join(written) for plain, written in sorted(folded.items())]


if __name__ == "__main__":
    sys.stdout.buffer.write("\n".join([*lines(), ""]).encode())
