"""Reports of drift checks, made up."""

from __future__ import annotations

from dataclasses import replace

from prodcls.audit_drift import (
    Certainty,
    DriftDetail,
    DriftLine,
    DriftReport,
    DriftSection,
    MovedProduct,
    MovedReason,
)

__all__ = ["calm_drift", "make_drift"]

KINDS = (
    *(("class", ""), ("predicted", ""), ("length", "title"), ("number", "price [CNY]"), ("expected", "price [CNY]")),
    *(("category", "brand"), ("unseen", "brand"), ("script", "title"), ("words", ""), ("photo", "image")),
    *(("embedding", "title"), ("embedding", "image"), ("certainty", ""), ("review", "")),
)
POINTS = (0.1, 0.3, 0.5, 0.7, 0.9)
REASONS = (
    MovedReason("embedding", "title", "", "D0001", 4.2),
    MovedReason("expected", "price [CNY]", "51,842", "2,468", 3.0),
    MovedReason("words", "", "แท็บเล็ต · 5G", "", 2.5),
    MovedReason("unseen", "brand", "Zeniko", "", 2.0),
    MovedReason("script", "", "thai", "", 2.0),
    MovedReason("script", "", "", "", 2.0),
    MovedReason("missing", "image", "", "", 2.0),
    MovedReason("certainty", "", "Phones", "", 1.1),
)


def _line(kind: str, name: str, number: int) -> DriftLine:
    area = kind == "embedding"
    return DriftLine(
        name=name,
        kind=kind,
        effect=0.9 if area else 0.2 + 0.01 * number,
        corrected=0.0001,
        missing_before=0.0,
        missing_after=0.25,
        index=None if area else 0.3,
        unseen=0.2 if kind in ("unseen", "category") else None,
        low=0.45 if area else None,
        high=0.55 if area else None,
        alarm=True,
    )


def _detail(kind: str, name: str) -> DriftDetail:
    if kind in ("class", "predicted", "category", "script", "photo"):
        values = {"script": ("latin", "thai", ""), "photo": ("yes", "")}.get(kind, ("Kettle", "Phones", ""))
        return DriftDetail(name, kind, {v: (0.1 * i, 0.3 - 0.1 * i) for i, v in enumerate(values)}, (), (), {}, 0)
    if kind == "unseen":
        return DriftDetail(name, kind, {}, (), (), {"<b>Ravo</b>": 17, "新牌": 3}, 4)
    wide = 1000.0 if kind == "number" else 1.0
    return DriftDetail(name, kind, {}, POINTS, tuple(wide * v for v in POINTS), {}, 0)


def make_drift() -> DriftReport:
    """Return a report in which everything has moved."""
    moved = tuple(
        MovedProduct(f"D{i:04d}", i + 1, f"Kettle 水壶 {i}", "Phones", 0.9 - 0.1 * i, 4.2 - 0.3 * i, REASONS[i : i + 3])
        for i in range(len(REASONS))
    )
    return DriftReport(
        format_version=1,
        title="new.csv",
        data_sha256="ab" * 32,
        data_format="format csv",
        bundle_sha256="cd" * 32,
        trained_on="products.csv",
        drift=DriftSection(600, 260, 0.02, tuple(_line(*key, i) for i, key in enumerate(KINDS))),
        details=tuple(_detail(*key) for key in KINDS if key[0] not in ("embedding", "review")),
        certainty=Certainty(0.86, 0.4, 0.3, 0.6, 7),
        unknown_columns=("colour", "weight"),
        unknown_numbers={"price [USD]": 12},
        absent_numbers=("price [EUR]",),
        rejected={"photo-absent": 3},
        moved=moved,
        distances={product.id: product.distance for product in moved} | {"E1": 0.2},
    )


def calm_drift() -> DriftReport:
    """Return a report in which nothing has moved."""
    found = make_drift()
    lines = tuple(replace(line, alarm=False, corrected=1.0) for line in found.drift.lines)
    return replace(
        found,
        drift=replace(found.drift, lines=lines),
        details=tuple(replace(d, unseen={}, more=0) for d in found.details),
        certainty=Certainty(None, None, None, None, 0),
        unknown_columns=(),
        unknown_numbers={},
        absent_numbers=(),
        rejected={},
        moved=tuple(replace(product, distance=0.4, reasons=()) for product in found.moved),
        distances={"E1": 0.4},
    )
