"""JSON lines: deep nesting, keys named twice, NaN, lone surrogates.

Nesting of a hundred thousand levels ends in a RecursionError (CVE-2022-48564 and its kin are of this kind), of two
values of one key the last one wins silently, and ``"00123"`` becomes 123 in readers that guess types.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

from attacks import rounds
from prodcls.readers import read_table

DEEP = 100_000

Change = Callable[[random.Random, str], tuple[str, bool]]

CHANGES: dict[str, Change] = {
    "as it is": lambda _, line: (line, True),
    "deep list": lambda _, line: (line[:-1] + ', "x": ' + "[" * DEEP + "]" * DEEP + "}", False),
    "deep object": lambda _, line: (line[:-1] + ', "x": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}", False),
    "key twice": lambda _, line: (line[:-1] + ', "id": "other"}', False),
    "key twice by blanks": lambda _, line: (line[:-1] + ', " id": "other"}', False),
    "NaN": lambda _, line: (line[:-1] + ', "x": NaN}', True),
    "lone surrogate": lambda _, line: (line[:-1] + ', "x": "\\ud83d"}', False),
    "NUL": lambda _, line: (line[:-1] + ', "x": "a\\u0000"}', False),
    "huge number": lambda _, line: (line[:-1] + ', "x": ' + "9" * 5000 + "}", True),
    "cut": lambda rng, line: (line[: rng.randrange(1, len(line))], False),
    "two objects": lambda _, line: (line + line, False),
    "list": lambda _, line: (f"[{line}]", False),
    "comment": lambda _, line: (f"// {line}", False),
    "single quotes": lambda _, line: (line.replace('"', "'"), False),
}


def test_each_line_is_taken_exactly_or_reported(tmp_path: Path) -> None:
    rng = random.Random(2)
    path = tmp_path / "p.jsonl"
    wrong = 0
    for _ in range(rounds(20, 358)):  # of 14 lines each
        rows, lines, good = [], [], []
        for i, (name, change) in enumerate(CHANGES.items()):
            row = {"id": f"{rng.randrange(1000):05d}", "title": rng.choice(["NA", "冰箱", '5" x', "1e5"]), "n": i}
            line, fine = change(rng, json.dumps(row, ensure_ascii=rng.random() < 0.5))
            lines.append(line)
            rows.append((row["id"], row["title"], str(i)))
            good.append(fine)
            assert "\n" not in line, name
        path.write_text("\n".join(lines), encoding="utf-8")
        table = read_table(path)
        taken = list(zip(*(table.columns[name] for name in ("id", "title", "n")), strict=True))
        wrong += taken != [row for row, fine in zip(rows, good, strict=True) if fine]
        wrong += [r.row for r in table.rejections] != [i for i, fine in enumerate(good, start=1) if not fine]
        assert all(r.code.startswith(("json-", "nul-", "encoding-")) for r in table.rejections)
    assert wrong == 0
