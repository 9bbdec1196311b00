"""Regions lie where they are on the photo, the deeper the larger their value."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from prodcls.charts_photo import DEEPEST, Region, covered_photo, marked_photo

REGIONS = (
    Region((0.0, 0.0, 0.5, 0.5), 2.0, "+2.00"),
    Region((0.5, 0.5, 1.0, 1.0), -1.0, ""),
    Region((0.5, 0.0, 1.0, 0.5), 0.1, ""),
    Region((0.0, 0.9, 0.1, 1.0), 0.0, "no room"),
)


def test_regions_keep_their_places_and_signs() -> None:
    root = ET.fromstring(str(marked_photo("QUJD", (200, 100), REGIONS, alt='a "photo"')))
    assert root.get("viewBox") == "0 0 320 160"
    assert root.get("aria-label") == 'a "photo"'
    [image] = root.iter("image")
    assert image.get("href") == "data:image/jpeg;base64,QUJD"
    first, second, third, last = root.iter("rect")
    assert [r.get("class") for r in (first, second, third, last)] == ["g-a framed", "g-b framed", "g-a", "g-a"]
    assert (first.get("x"), first.get("y"), first.get("width"), first.get("height")) == ("1.5", "1.5", "157", "77")
    assert (second.get("x"), second.get("y")) == ("161.5", "81.5")
    depths = [float(r.get("fill-opacity") or "") for r in (first, second, third, last)]
    assert depths[0] == DEEPEST
    assert depths == sorted(depths, reverse=True)
    assert [text.text for text in root.iter("text")] == ["+2.00"]


def test_without_regions_there_is_only_the_photo() -> None:
    root = ET.fromstring(str(marked_photo("QUJD", (10, 30), (), alt="")))
    assert [e.tag for e in root.iter()] == ["svg", "image"]
    assert root.get("viewBox") == "0 0 106.67 320"


def test_covers_lie_where_the_regions_are() -> None:
    boxes = ((0.25, 0.0, 0.5, 0.5), (0.5, 0.0, 0.75, 0.5))
    root = ET.fromstring(str(covered_photo("QUJD", (200, 100), boxes, alt="x")))
    covers = [[r.get(k) for k in ("x", "y", "width", "height")] for r in root.iter("rect")]
    assert covers == [["80", "0", "80", "80"], ["160", "0", "80", "80"]]
