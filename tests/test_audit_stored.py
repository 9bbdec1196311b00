"""A bundle gives back the very report that was stored in it, or says why it cannot."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from prodcls.audit import AuditReport
from prodcls.audit_json import to_json
from prodcls.audit_stored import store_report, whole_report
from prodcls.bundle_layout import Manifest, make_manifest
from prodcls.errors import BundleError
from report_factory import make_report
from test_audit_measured import other_run

CREATED = "2026-02-03T04:05:06+00:00"


def stored(report: AuditReport) -> tuple[bytes, Manifest]:
    found = store_report(report)
    data = found.text.encode()
    return data, make_manifest({"report.json": data}, CREATED, found.measured)


def test_the_whole_report_comes_back_with_time_and_digest_of_the_manifest() -> None:
    report = make_report(12, chinese=True)
    data, manifest = stored(report)
    manifest = Manifest(**{**vars(manifest), "measured": json.loads(manifest.to_bytes())["measured"]})
    digest = hashlib.sha256(manifest.to_bytes()).hexdigest()
    expected = replace(report, lineage=replace(report.lineage, bundle_sha256=digest, created=CREATED))
    assert whole_report(data, manifest) == expected
    assert to_json(whole_report(data, manifest)) == to_json(expected)


def test_two_runs_of_a_fit_store_the_same_text() -> None:
    report = make_report()
    later = other_run(report)
    later = replace(later, lineage=replace(later.lineage, created="2031-01-01T00:00:00+00:00", bundle_sha256="00" * 32))
    (first, one), (second, two) = stored(report), stored(later)
    assert first == second
    assert one.digest == two.digest
    assert one.to_bytes() != two.to_bytes()


def test_a_title_that_is_the_name_of_the_file_is_no_part_of_the_digest() -> None:
    kept = []
    for name in ("a.csv", "b.csv"):
        report = make_report()
        report = replace(report, title=name, lineage=replace(report.lineage, data_path=name))
        data, manifest = stored(report)
        assert whole_report(data, manifest).title == name
        kept.append((data, manifest.digest))
    assert kept[0] == kept[1]


def test_a_bundle_without_a_report_says_what_to_do() -> None:
    with pytest.raises(BundleError, match=r"fit the catalogue again.*bundle-report"):
        whole_report(None, stored(make_report())[1])


@pytest.mark.parametrize(
    "measured",
    [
        {},
        {"/timing": "long"},
        {"/timing": 3},
        {"/timing": [["total", float("inf")]]},
        {"/resources/peak_rss_bytes": "7"},
        {"/more": 1},
    ],
)
def test_a_manifest_of_another_report_is_refused(measured: dict[str, Any]) -> None:
    data, manifest = stored(make_report())
    told = {**manifest.measured, **measured} if measured else {}
    with pytest.raises(BundleError, match="bundle-content"):
        whole_report(data, replace(manifest, measured=told))


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"[]"])
def test_another_file_is_no_report(data: bytes) -> None:
    with pytest.raises(BundleError, match=r"audit-json|bundle-content"):
        whole_report(data, stored(make_report())[1])
