"""Cases made by hand, to be shown."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

from PIL import Image

from prodcls.explain.attribution import Attribution, Part, certify
from prodcls.explain.case import Case, Note
from prodcls.explain.segments import words

CONTEXTS = ("marks", "border", "tail", "together", "interplay", "missing")


def _photo() -> str:
    stream = io.BytesIO()
    Image.new("RGB", (30, 20), (200, 40, 40)).save(stream, "JPEG")
    return base64.b64encode(stream.getvalue()).decode("ascii")


def make_attribution(
    texts: dict[str, str], *, method: str = "chain", predicted: str = "Kettle", versus: str = "Phone"
) -> Attribution:
    """Return an account with parts of every kind; every third word speaks against, the last one is not read."""
    parts = [
        Part(block, "word", text[w.start : w.end], (-0.4 if i % 3 == 2 else 0.9) / (i + 1), column, w.start, w.end)
        for block in ("own", "lexical")
        for column, text in texts.items()
        for i, w in enumerate(words(text))
    ]
    if parts:
        parts[-1] = replace(parts[-1], kind="unread", value=0.0)
        if len(parts) >= 2 * len(texts):
            parts = [p for p in parts if p.block != "own" or (p.column, p.start) != (parts[-1].column, parts[-1].start)]
    parts += [
        Part(
            "image",
            "region",
            f"{r + 1}, {c + 1}",
            0.3 if (r, c) == (1, 2) else -0.02,
            box=(c / 4, r / 3, (c + 1) / 4, (r + 1) / 3),
        )
        for r in range(3)
        for c in range(4)
    ]
    parts += [
        Part("price", "column", "60", 0.25, "price"),
        Part("prior", "evidence", "prior", -0.5),
        Part("own", "evidence", "neighbours", 0.0625),
        Part("own", "evidence", "closest", 0.0625),
        Part("image", "evidence", "score", 0.0625),
        Part("own", "context", "intercept", 0.7),
        Part("rest", "context", "spread", -1.1),
        *(Part("own", "context", label, 0.01 * (i + 1)) for i, label in enumerate(CONTEXTS)),
    ]
    ordered = tuple(sorted(parts, key=lambda p: -abs(p.value)))
    margin = sum(p.value for p in ordered)
    certificate = certify(ordered, margin) if method.startswith("chain") else None
    return Attribution("p1", method, predicted, versus, 0.93, 0.04, margin, ordered, certificate)


def make_case(
    title: str = "Steel kettle 1.5L for tea",
    description: str = "不锈钢水壶 free sale",
    *,
    name: str = "p1",
    cell: str = "60",
    predicted: str = "Kettle",
    versus: str = "Phone",
    methods: tuple[str, ...] = ("chain",),
) -> Case:
    texts = {"title": title, "description": description}
    found = tuple(
        replace(make_attribution(texts, method=m, predicted=predicted, versus=versus), id=name) for m in methods
    )
    return Case(
        attributions=found,
        fields={**texts, "price": cell},
        texts=tuple(texts),
        photo=_photo(),
        photo_size=(30, 20),
        label=predicted,
        notes=(Note("note.trained"), Note("note.photo", name), Note("note.cell", cell)),
        bundle="0123456789abcdef",
    )
