"""Cases made by hand, to be shown."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

from PIL import Image

from prodcls.explain.attribution import Attribution, Certificate, Part, Scope, certify
from prodcls.explain.case import Case, Note
from prodcls.explain.changes import Band, Bands, Change, Changes, Search
from prodcls.explain.product import REST
from prodcls.explain.segments import words
from prodcls.explain.similar import LEAVES, Similar, SimilarProduct, SimilarProducts
from prodcls.explain.steps import Branch, Reason, RollUp, SetMember, SetMembers, Step

CONTEXTS = ("marks", "border", "tail", "together", "interplay", "missing")


def class_named(versus: str) -> str:
    """Return a class for a rival, which may be all others together."""
    return "Phone" if versus == REST else versus


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
    found = Attribution("p1", method, predicted, versus, 0.93, 0.04, margin, ordered, certificate)
    if method == "integrated-gradients":
        gap = Part("title", "context", "no-gradient", 0.2)
        return replace(found, parts=(*ordered, gap), scope=Scope("pool", "of the pool", margin - 0.5, 0.0123))
    if method == "attention":
        return replace(found, parts=_attention(texts), scope=Scope("attention", "no explanation"))
    return found


def _attention(texts: dict[str, str]) -> tuple[Part, ...]:
    """Return equal shares of the words of each text."""
    shares = tuple(
        Part(column, "word", text[w.start : w.end], 1 / len(words(text)), column, w.start, w.end)
        for column, text in texts.items()
        for w in words(text)
    )
    return (*shares, Part("description", "context", "no-attention", 0.0))


def make_changes(
    texts: dict[str, str], predicted: str, becomes: str, column: str = "price", name: str = "p1"
) -> Changes:
    """Return changes of words, of the photo and of a number."""
    gone = [
        Part(c, "word", text[w.start : w.end], 0.5, c, w.start, w.end) for c, text in texts.items() for w in words(text)
    ][:3]
    hidden = tuple(Part("image", "region", f"2, {c + 1}", 0.2, box=(c / 4, 1 / 3, (c + 1) / 4, 2 / 3)) for c in (1, 2))
    found = Change(tuple(gone), becomes, 0.6, 0.3, minimal=True) if gone else None
    bands = (Band(10.0, 412.0, becomes), Band(413.0, 2000.0, predicted), Band(2010.0, 9000.0, f"{becomes}'"))
    return Changes(
        name,
        predicted,
        0.93,
        (
            Search("words", 8, found, 120, 200, 0, becomes),
            Search("region", 12, Change(hidden, becomes, 0.7, 0.2, minimal=False), 200, 200, 1, becomes),
        ),
        (Bands(column, 599.0, bands, 240), Bands("weight", 3.0, (Band(1.0, 50.0, predicted),), 200)),
    )


def make_similar(title: str, label: str, other: str, name: str = "p1") -> SimilarProducts:
    """Return similar products: a copy, one in doubt, one without a photo."""
    near = (
        SimilarProduct(f"{name}a", title, label, 0.98, copy=True, doubt=None, doubt_probability=None, photo=_photo()),
        SimilarProduct(f"{name}b", title, other, 0.8, copy=False, doubt=label, doubt_probability=0.97, photo=None),
        SimilarProduct(name, "", label, 0.5, copy=False, doubt=None, doubt_probability=None, photo=None),
    )
    return SimilarProducts(
        name, (Similar("title", 1, near), Similar("image", 1, near), Similar(LEAVES, 42, near[::-1]))
    )


def make_roll_up(predicted: str, versus: str, name: str) -> RollUp:
    """Return a way down the tree: sure of the branch, undecided between its classes."""
    reasons = (
        Reason("word", "", predicted, 1.5),
        Reason("column", "price", name, 0.5),
        Reason("regions", "image", "", 0.25),
    )
    against = (Reason("neighbours", "own", "", -0.75),)
    branch = Branch((f"{predicted} and {versus}",), 0.97, leaf=False)
    sides = [Branch((*branch.path, one), p, leaf=True) for one, p in ((predicted, 0.55), (versus, 0.42))]
    exact = Certificate(2.0, 2.0, 1e-15)
    return RollUp(
        name,
        branch,
        leaf=False,
        steps=(
            Step(branch, (Branch((name,), 0.03, leaf=False),), True, predicted, versus, 3.5, reasons, (), exact),
            Step(sides[0], (sides[1],), False, predicted, versus, 0.25, reasons, against, exact),
        ),
    )


def make_set(predicted: str, versus: str, name: str) -> SetMembers:
    """Return a prediction set of the two classes and one that is not told."""
    reasons = (Reason("word", "", versus, 0.75), Reason("column", "price", name, 0.25))
    member = SetMember(versus, 0.42, 0.25, reasons, Certificate(0.25, 0.25, 1e-15))
    return SetMembers(0.95, 3, predicted, inside=True, others=(member,))


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
        changes=make_changes(texts, predicted, class_named(versus), cell, name),
        similar=make_similar(title, predicted, class_named(versus), name),
        path=make_roll_up(predicted, class_named(versus), name),
        members=make_set(predicted, class_named(versus), name),
    )
