"""Bars stand where their segments are in time, upwards for what speaks for the class."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from prodcls.charts import Scale, Tick
from prodcls.charts_sound import TALLEST, Heard, sound_strip

SEGMENTS = (Heard(0.0, 1.0, 2.0, "+2.00"), Heard(1.0, 2.0, -1.0, ""), Heard(2.0, 2.5, 0.0, ""))


def drawn(segments: tuple[Heard, ...]) -> ET.Element:
    scale = Scale(0.0, 2.5, (Tick(0.0, "0 s"), Tick(2.0, "2 s")))
    return ET.fromstring(f"<x>{sound_strip(segments, label='<Sound>', figure='+1', scale=scale, alt='<alt>')}</x>")


def percent(element: ET.Element, name: str) -> float:
    return float((element.get(name) or "").rstrip("%"))


def test_bars_are_in_time_and_their_height_is_their_value() -> None:
    first, second, third = drawn(SEGMENTS).iter("rect")
    assert [one.get("class") for one in (first, second, third)] == ["f-a", "f-b", "f-a"]
    assert 0.0 < percent(first, "x") < percent(first, "x") + percent(first, "width") < 40.0
    assert 40.0 < percent(second, "x") < percent(second, "x") + percent(second, "width") < 80.0
    assert percent(third, "width") == pytest.approx(percent(first, "width") / 2, abs=0.02)
    assert (first.get("y"), first.get("height")) == (f"{-TALLEST:.1f}", f"{TALLEST:.1f}")
    assert float(second.get("y") or "") == 0.0
    assert float(second.get("height") or "") == pytest.approx(TALLEST / 2, abs=0.05)
    assert third.get("height") == "0.0"


def test_seconds_are_on_the_axis_and_figures_beyond_the_bars() -> None:
    root = drawn(SEGMENTS)
    assert [text.text for text in root.iter("text")] == ["+2.00", "0 s", "2 s"]
    [figure] = [text for text in root.iter("text") if text.text == "+2.00"]
    assert float(figure.get("y") or "") < -TALLEST
    [chart] = [div for div in root.iter("div") if div.get("role") == "img"]
    assert chart.get("aria-label") == "<alt>"


def test_a_sound_that_says_nothing_is_drawn_flat() -> None:
    heights = [rect.get("height") for rect in drawn((Heard(0.0, 2.5, 0.0, ""),)).iter("rect")]
    assert heights == ["0.0"]
