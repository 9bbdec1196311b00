"""Charts are safe, well formed, deterministic, and put their marks where the values are."""

from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from prodcls.audit import Confusion
from prodcls.charts import Key, Row, Scale, Tick, compact, frame, signed_ticks, tag, ticks
from prodcls.charts_heat import confusion_order, heatmap, heatmap_compact
from prodcls.charts_rows import Bar, DotRow, Mark, Step, bars, dots, share_scale, waterfall
from prodcls.charts_swarm import HEIGHT, Swarm, beeswarm
from report_factory import make_report

HOSTILE = "\"><script>alert(1)</script>&amp;'<img src=x onerror=y>"
FINITE = st.floats(-1e6, 1e6, allow_nan=False)


def parsed(chart: Markup) -> ET.Element:
    return ET.fromstring(f"<root>{chart}</root>")


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [e for e in root.iter() if name in e.get("class", "").split()]


def percent(text: str | None) -> float:
    assert text is not None
    assert text.endswith("%")
    return float(text[:-1])


@given(st.text(), st.text())
def test_tag_escapes_children_and_attributes(child: str, attribute: str) -> None:
    written = tag("b", child, title=attribute)
    assert written.count("<") == 2
    assert written.count('"') == 2


def test_tag_leaves_markup_alone() -> None:
    assert tag("g", tag("i"), "<", class_="x", aria_label="y") == '<g class="x" aria-label="y"><i></i>&lt;</g>'


@given(FINITE)
def test_compact_is_short_and_near(number: float) -> None:
    text = compact(number)
    assert abs(float(text) - number) <= 0.00501
    assert text != "-0"


@example(1.0, 401.0, 2)
@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.integers(2, 8))
def test_ticks_are_inside_and_evenly_spaced(low: float, width: float, about: int) -> None:
    found = ticks(low, low + width, about)
    assert 1 <= len(found) <= about + 2
    assert all(low - width * 1e-6 <= t <= low + width * (1 + 1e-6) for t in found)
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert all(math.isclose(s, steps[0], rel_tol=1e-6) for s in steps)


def test_signed_ticks_carry_a_sign_but_zero() -> None:
    assert [t.text for t in signed_ticks(-2, 2, 4)] == ["\u22122", "\u22121", "0", "+1", "+2"]


@given(FINITE)
def test_scale_stays_on_the_track(number: float) -> None:
    assert 0 <= Scale(-3, 5).percent(number) <= 100


def test_frame_has_alternative_text_axis_and_legend() -> None:
    scale = Scale(0, 1, (Tick(0, "none"), Tick(1, "all")))
    root = parsed(frame([Row("a", marks=tag("rect"))], alt="What it shows", scale=scale, legend=(Key("k-a", "for"),)))
    [chart] = of_class(root, "chart")
    assert chart.get("role") == "img"
    assert chart.get("aria-label") == "What it shows"
    assert [e.text for e in root.iter("text")] == ["none", "all"]
    assert [e.text for e in of_class(root, "legend")[0].iter("bdi")] == ["for"]


@pytest.mark.parametrize(
    "chart",
    [
        bars((Bar(HOSTILE, 1, HOSTILE),), alt=HOSTILE),
        dots((DotRow(HOSTILE, (Mark(0.5, 0.4, 0.6, "a"),), HOSTILE),), alt=HOSTILE, legend=(Key("k-a", HOSTILE),)),
        waterfall((Step(HOSTILE, HOSTILE, 1, HOSTILE, "b0"),), total_label=HOSTILE, total_text=HOSTILE, alt=HOSTILE),
        beeswarm((Swarm(HOSTILE, (0.1,), (0.5,), HOSTILE, "b0"),), alt=HOSTILE, legend=(Key("s0", HOSTILE),)),
        heatmap(Confusion((HOSTILE,), ((3,),)), alt=HOSTILE, corner=HOSTILE, head=HOSTILE, figures=("1",), legend=()),
        heatmap_compact(Confusion((HOSTILE,), ((3,),)), (0,), alt=HOSTILE, legend=(Key("k-hr", HOSTILE),)),
    ],
)
def test_hostile_labels_stay_text(chart: Markup) -> None:
    root = parsed(chart)
    assert {e.tag for e in root.iter()} <= {
        *("root", "div", "svg", "bdi", "i", "small", "ul", "li"),
        *("g", "rect", "line", "circle", "path", "text"),
    }
    assert not any(name.startswith("on") or name in ("style", "href", "src") for e in root.iter() for name in e.attrib)


def test_bars_are_in_proportion() -> None:
    root = parsed(bars((Bar("a", 4, "4"), Bar("b", 1, "1"), Bar("c", 0, "0")), alt="x"))
    assert [percent(e.get("width")) for e in of_class(root, "f-a")] == [100, 25, 0]


def test_bars_without_any_value() -> None:
    assert percent(of_class(parsed(bars((Bar("a", 0, "0"),), alt="x")), "f-a")[0].get("width")) == 0


def test_share_scale_leaves_out_what_is_far_behind() -> None:
    best, near, far = Mark(0.95, 0.94, 0.96, "a"), Mark(0.9, 0.89, 0.91, "a"), Mark(0.1, 0.09, 0.11, "a")
    scale = share_scale((best, near, far))
    assert 0.8 < scale.low < 0.89
    assert 0.96 < scale.high <= 1
    root = parsed(dots((DotRow("a", (best,), ""), DotRow("b", (near,), ""), DotRow("c", (far,), "")), alt="x"))
    assert len(of_class(root, "m-a")) == 2
    assert len([e for e in of_class(root, "f-a") if e.tag == "path"]) == 1


def test_share_scale_of_one_perfect_value() -> None:
    scale = share_scale((Mark(1.0, 1.0, 1.0, "a"),))
    assert scale.low < scale.high == 1


def test_intervals_reach_from_low_to_high() -> None:
    row = DotRow("a", (Mark(0.5, 0.4, 0.6, "a"),), "")
    root = parsed(dots((row,), alt="x", reference=0.5))
    [line], [dot], [reference] = of_class(root, "w-a"), of_class(root, "m-a"), of_class(root, "ref")
    assert percent(line.get("x1")) < percent(dot.get("cx")) < percent(line.get("x2"))
    assert percent(reference.get("x1")) == percent(dot.get("cx"))


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=12))
def test_waterfall_ends_where_the_total_ends(changes: list[float]) -> None:
    steps = tuple(Step("a", "", c, "", "b0") for c in changes)
    root = parsed(waterfall(steps, total_label="sum", total_text="", alt="x"))
    [total] = of_class(root, "f-total")
    drawn = [e for e in of_class(root, "f-a") + of_class(root, "f-b") if e.tag == "rect"]
    assert len(drawn) == len(changes)
    widths = sum(percent(e.get("width")) for e in of_class(root, "f-a")) - sum(
        percent(e.get("width")) for e in of_class(root, "f-b")
    )
    assert math.isclose(abs(widths), percent(total.get("width")), abs_tol=0.01 * (len(changes) + 2))


@example([(5e-324, 0.0)])
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 1)), min_size=1, max_size=300))
def test_swarm_has_every_dot_inside_its_track(points: list[tuple[float, float]]) -> None:
    values, levels = zip(*points, strict=True)
    root = parsed(beeswarm((Swarm("a", values, levels, "", "b0"),), alt="x", legend=()))
    dots_drawn = [d for p in root.iter("path") for d in p.get("d", "").split("M")[1:]]
    assert len(dots_drawn) == len(points)
    heights = [int(d.removesuffix("h0").split()[1]) for d in dots_drawn]
    assert all(0 <= y <= HEIGHT for y in heights)


def test_order_puts_confused_classes_side_by_side() -> None:
    counts = ((9, 0, 0, 4), (0, 9, 2, 0), (0, 3, 9, 0), (3, 0, 0, 9))
    assert confusion_order(counts) == (0, 3, 1, 2)


@given(st.integers(1, 12), st.randoms())
def test_order_is_a_permutation(many: int, rng: object) -> None:
    counts = tuple(tuple(rng.randrange(4) for _ in range(many)) for _ in range(many))  # type: ignore[attr-defined]
    assert sorted(confusion_order(counts)) == list(range(many))


def test_heatmap_prints_every_count_that_is_not_zero() -> None:
    confusion = make_report(7).evaluation.confusion
    root = parsed(heatmap(confusion, alt="x", corner="c", head="r", figures=("1",) * 7, legend=()))
    shown = [int(e.text or "") for e in root.iter("text") if e.get("class")]
    assert shown == [n for row in confusion.counts for n in row if n]


def test_compact_map_draws_every_cell_that_is_not_zero() -> None:
    confusion = make_report(100).evaluation.confusion
    order = confusion_order(confusion.counts)
    drawn = heatmap_compact(confusion, order, alt="x", legend=())
    squares = sum(e.get("d", "").count("M") for e in parsed(drawn).iter("path"))
    assert squares == sum(n > 0 for row in confusion.counts for n in row)
    assert len(drawn) < 40_000
    assert drawn == heatmap_compact(confusion, order, alt="x", legend=())


def test_numbers_that_are_as_good_as_one_have_one_tick() -> None:
    assert ticks(0.0, 5e-324) == (0.0,)
    assert ticks(2.0, 2.0) == (2.0,)
