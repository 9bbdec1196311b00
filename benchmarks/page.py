"""Draw ``benchmarks/scaling.html`` from ``benchmarks/results/scaling.json``: ``make bench`` makes both."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

FOLDER = Path(__file__).resolve().parent
RESULTS, PAGE = FOLDER / "results" / "scaling.json", FOLDER / "scaling.html"

TITLES = {
    "fit": ("Seconds to fit a model, titles encoded", "seconds"),
    "predict": ("Products a second, titles encoded", "products a second"),
    "encode": ("Texts a second", "texts a second"),
}
COLOURS = {"evidence": "#0b6e4f", "minilm": "#0b6e4f", "use-pooled": "#2f6db3"}
NAMES = {
    "evidence": "prodcls",
    "flat": "flat LightGBM",
    "minilm": "prodcls, MiniLM",
    "use-pooled": "prodcls, USE pooled",
}

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 2rem; }
figure { margin: 0; } figure svg { width: 100%; height: auto; background: #fff; border-radius: .5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .7rem; text-align: right; } th:first-child, td:first-child { text-align: left; }
tr { border-bottom: 1px solid #8884; }
"""

Curves = dict[str, dict[int, float]]
"""Figure by size, by who was timed."""


def charts(found: dict[str, Any]) -> dict[tuple[str, str], Curves]:
    """Return the curves of each chart, by what is timed and what it grows with."""
    made: dict[tuple[str, str], Curves] = defaultdict(lambda: defaultdict(dict))
    for one in found["benchmarks"]:
        info, seconds = one["extra_info"], one["stats"]["median"]
        who = one["params"].get("head") or one["params"]["who"]
        figure = seconds if info["chart"] == "fit" else info["items"] / seconds
        made[info["chart"], info["across"]][who][info["size"]] = figure
    return made


def drawn(what: str, across: str, curves: Curves) -> str:
    """Return a chart as SVG."""
    picture, axes = plt.subplots(figsize=(6, 3.8), layout="constrained")
    for who, points in curves.items():
        colour = COLOURS.get(who, "#8a4b08")
        axes.plot(list(points), list(points.values()), marker="o", color=colour, label=NAMES.get(who, who))
    axes.set(xscale="log", yscale="log", xlabel=across, ylabel=TITLES[what][1])
    sizes = sorted({size for points in curves.values() for size in points})
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    out = io.StringIO()
    picture.savefig(out, format="svg", metadata={"Date": None})
    plt.close(picture)
    return out.getvalue().partition("?>")[2].partition(">")[2] if out.getvalue().startswith("<?xml") else out.getvalue()


def figure(value: float) -> str:
    """Return a figure with three digits that say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(across: str, curves: Curves) -> str:
    """Return the same figures as a table."""
    sizes = sorted({size for points in curves.values() for size in points})
    head = "".join(f"<th scope=col>{size}</th>" for size in sizes)
    rows = "".join(
        f"<tr><th scope=row>{escape(NAMES.get(who, who))}</th>"
        + "".join(f"<td>{figure(points[size])}</td>" if size in points else "<td></td>" for size in sizes)
        + "</tr>"
        for who, points in curves.items()
    )
    return f"<table><thead><tr><th>{escape(across)}</th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def page(found: dict[str, Any]) -> str:
    """Return the page."""
    machine = found["machine_info"]
    processor = machine["cpu"]
    told = (
        f"{processor.get('brand_raw', machine['machine'])}, {processor['count']} processors, {found['datetime'][:10]}"
    )
    figures = "".join(
        f"<figure><figcaption><h2>{escape(TITLES[what][0])}, by {escape(across)}</h2></figcaption>"
        f"{drawn(what, across, curves)}{table(across, curves)}</figure>"
        for (what, across), curves in charts(found).items()
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>How costs grow</title><style>{STYLE}</style><body><h1>How costs grow</h1>"
        f"<p>{escape(told)}. Medians, both axes logarithmic; <code>make bench</code>. The products are those of "
        "amazon_in11k. All other figures are in <a href=RESULTS.md>RESULTS.md</a>.</p>"
        f"<main>{figures}</main></body></html>"
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
