"""Scored files and filled worklists of any content, for tests of reviews."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from prodcls.overrides import Override
from prodcls.scored_rows import Scored
from prodcls.scoring_files import open_table

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("row", pa.int64()),
        ("predicted", pa.string()),
        ("probability", pa.float64()),
        ("second", pa.string()),
        ("second_probability", pa.float64()),
        ("class_1", pa.string()),
        ("probability_1", pa.float64()),
        ("prediction_set", pa.list_(pa.field("class", pa.string(), nullable=False))),
        ("review", pa.bool_()),
        ("reasons", pa.list_(pa.field("reason", pa.string(), nullable=False))),
        ("stopped_at", pa.string()),
    ]
)


def make_scored(number: int = 1, **changes: object) -> Scored:
    """Return a row that is up for review: a kettle that may be a phone."""
    told: dict[str, object] = {
        "id": f"SKU-{number}",
        "row": number,
        "predicted": "Kettle",
        "probability": 0.6,
        "members": ("Kettle", "Phone"),
        "ranked": {"Kettle": 0.6, "Phone": 0.3},
        "review": True,
        "reasons": ("not-one-class",),
    }
    return Scored(**{**told, **changes})  # type: ignore[arg-type]


def write_scored(path: Path, rows: Sequence[Scored], leave_out: tuple[str, ...] = ()) -> Path:
    """Write rows as ``prodcls predict`` does."""
    schema = pa.schema([field for field in SCHEMA if field.name not in leave_out])
    with open_table(path, schema) as write:
        told = []
        for r in rows:
            second = list(r.ranked.items())[1]
            told.append(
                {"id": r.id, "row": r.row, "predicted": r.predicted, "probability": r.probability}
                | {"second": second[0], "second_probability": second[1], "class_1": r.predicted}
                | {"probability_1": r.probability, "prediction_set": None if r.members is None else list(r.members)}
                | {"review": r.review, "reasons": list(r.reasons), "stopped_at": r.stopped_at or None}
            )
        write(pa.Table.from_pylist(told, schema=schema))
    return path


def make_override(number: int = 1, **changes: object) -> Override:
    """Return a decision."""
    told: dict[str, object] = {
        "id": f"SKU-{number}",
        "row": number,
        "predicted": "Kettle",
        "probability": 0.6,
        "members": ("Kettle", "Phone"),
        "reasons": ("not-one-class",),
        "decision": "Phone",
        "new_class": False,
        "who": "J.D.",
        "when": "2026-11-23",
        "reason": "it rings",
        "bundle": "b" * 64,
        "scored": "5" * 64,
    }
    return Override(**{**told, **changes})  # type: ignore[arg-type]


def fill(text: str, decide: Callable[[list[str]], Sequence[str]], delimiter: str = ",") -> str:
    """Fill a worklist as a spreadsheet would save it: ``decide`` gives decision, who, when, reason of a line."""
    head, *lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(head)
    for line in lines:
        line[6:10] = decide(line)
        writer.writerow(line)
    return written.getvalue()
