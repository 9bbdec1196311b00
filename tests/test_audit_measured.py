"""What was measured in one run is taken out of a report and put back, and nothing else moves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.audit import AuditReport
from prodcls.audit_measured import MEASURED, put_back, take_out
from report_factory import make_report


@dataclass(frozen=True)
class Leaf:
    name: str
    seconds: float = field(metadata=MEASURED)


@dataclass(frozen=True)
class Tree:
    leaf: Leaf | None
    by_name: dict[str, Leaf]
    several: tuple[Leaf, ...]
    versions: dict[str, str] = field(metadata=MEASURED)


leaves = st.builds(Leaf, st.text(max_size=4), st.floats(allow_nan=False))
trees = st.builds(
    Tree,
    st.none() | leaves,
    st.dictionaries(st.text(max_size=4), leaves, max_size=3),
    st.lists(leaves, max_size=3).map(tuple),
    st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3),
)


@given(trees)
def test_what_was_taken_out_goes_back(tree: Tree) -> None:
    stable, measured = take_out(tree)
    assert put_back(stable, measured) == tree
    assert take_out(stable)[0] == stable


@given(trees, st.floats(allow_nan=False))
def test_measured_fields_are_all_that_is_left_out(tree: Tree, seconds: float) -> None:
    slower = replace(tree, leaf=tree.leaf and replace(tree.leaf, seconds=seconds), versions={"python": "4"})
    assert take_out(slower)[0] == take_out(tree)[0]
    renamed = replace(tree, several=(*tree.several, Leaf("more", 0.0)))
    assert take_out(renamed)[0] != take_out(tree)[0]


def test_places_are_json_pointers() -> None:
    tree = Tree(None, {"a/b~c": Leaf("x", 1.0)}, (Leaf("y", 2.0),), {})
    assert take_out(tree)[1] == {"/by_name/a~1b~0c/seconds": 1.0, "/several/0/seconds": 2.0, "/versions": []}


def test_dictionaries_keep_their_order_in_a_file_with_sorted_keys() -> None:
    tree = Tree(None, {}, (), {"python": "3", "numpy": "2"})
    stable, measured = take_out(tree)
    again = put_back(stable, json.loads(json.dumps(measured, sort_keys=True)))
    assert list(again.versions.items()) == [("python", "3"), ("numpy", "2")]


def test_values_must_fit_the_fields() -> None:
    stable, measured = take_out(Tree(None, {}, (Leaf("y", 2.0),), {}))
    with pytest.raises(ValueError, match="/versions"):
        put_back(stable, {name: v for name, v in measured.items() if name != "/versions"})
    with pytest.raises(ValueError, match="/other"):
        put_back(stable, {**measured, "/other": 1})


def test_what_an_older_report_says_itself_is_left_there() -> None:
    tree = Tree(None, {}, (Leaf("y", 2.0),), {"python": "3"})
    assert put_back(tree, {"/versions": [["python", "4"]]}, partly=True) == replace(tree, versions={"python": "4"})


def other_run(report: AuditReport) -> AuditReport:
    """Return the report as the same fit gives it on another machine, slower, from a file with its rows shuffled."""
    rivals = {name: replace(b, seconds=9 * b.seconds) for name, b in report.evaluation.baselines.items()}
    return replace(
        report,
        timing={"read": 3.0, "total": 99.0},
        resources=replace(report.resources, peak_rss_bytes=7),
        evaluation=replace(report.evaluation, baselines=rivals),
        lineage=replace(
            report.lineage,
            versions={"python": "3.12"},
            machine={"cores": "64", "threads": "9"},
            data_path="shuffled.csv",
            data_sha256="11" * 32,
            tables={"rejections.parquet": "22" * 32},
        ),
        data=replace(report.data, rejection_examples=report.data.rejection_examples[::-1]),
        dossiers=tuple(replace(d, row=d.row + 1) for d in report.dossiers),
    )


def test_a_report_is_the_same_but_for_seconds_memory_versions_machine_and_file() -> None:
    report = make_report()
    stable, measured = take_out(report)
    assert take_out(other_run(report)) == (stable, take_out(other_run(report))[1])
    assert put_back(stable, json.loads(json.dumps(measured))) == report
    assert {"/timing", "/resources/peak_rss_bytes", "/lineage/versions", "/lineage/machine"} <= measured.keys()
    assert "/evaluation/baselines/ridge text/seconds" in measured
