"""The bar of a number: segments side by side on a log scale, the product's own number where it lies."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from prodcls.charts_band import BandBar, Segment, band_bar

BAR = BandBar(
    "price",
    100.0,
    "Kettle",
    (Segment(10.0, 99.9, "Phone"), Segment(100.0, 999.0, "Kettle"), Segment(1000, 1000, "冰箱")),
)


def drawn(bar: BandBar) -> ET.Element:
    return ET.fromstring(f"<x>{band_bar(bar, own_text='100', alt='<alt>')}</x>")


def percent(element: ET.Element, name: str) -> float:
    return float((element.get(name) or "").rstrip("%"))


def test_segments_fill_the_track() -> None:
    root = drawn(BAR)
    rects = list(root.iter("rect"))
    assert [r.get("class") for r in rects] == ["f-b", "f-a", "f-b3"]
    at = 0.0
    for rect in rects:
        assert percent(rect, "x") == pytest.approx(at, abs=0.02)
        at += percent(rect, "width")
    assert at == pytest.approx(100, abs=0.05)
    [own] = [line for line in root.iter("line") if line.get("class") == "own"]
    assert percent(own, "x1") == 50
    assert [text.text for text in root.iter("text")] == ["10", "100", "1,000"]


def test_the_legend_begins_with_the_products_class() -> None:
    names = ["".join(li.itertext()) for li in drawn(BAR).iter("li")]
    assert names == ["Kettle", "Phone", "冰箱"]


def test_a_single_number_has_a_bar_too() -> None:
    root = drawn(BandBar("<b>", 7.0, "A", (Segment(7.0, 7.0, "A"),)))
    [rect] = root.iter("rect")
    assert percent(rect, "width") == 50
