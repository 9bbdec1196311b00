"""The report turns into JSON and back without loss."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import prodcls.audit_json
from prodcls.audit import AuditReport, Dossier, Interval
from prodcls.audit_json import SCHEMA_FILE, from_json, json_schema, schema_text, to_json
from prodcls.errors import BundleError, DefectError
from report_factory import make_report

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, st.text(max_size=12))


def test_round_trip_is_exact() -> None:
    report = make_report(12, chinese=True)
    text = to_json(report)
    assert from_json(text) == report
    assert to_json(from_json(text)) == text


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(dossiers=st.lists(st.builds(Dossier), max_size=2), accuracy=st.builds(Interval))
def test_round_trip_of_any_values(dossiers: list[Dossier], accuracy: Interval) -> None:
    base = make_report(3, sampled=4)
    evaluation = dataclasses.replace(base.evaluation, accuracy=accuracy)
    report = dataclasses.replace(base, dossiers=tuple(dossiers), evaluation=evaluation)
    text = to_json(report)
    text.encode("utf-8")
    assert from_json(text) == report


def test_integers_in_float_fields_read_back_alike() -> None:
    base = make_report(3, sampled=4)
    report = dataclasses.replace(base, timing={"read": 1})
    assert to_json(from_json(to_json(report))) == to_json(report)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), None, "1", True])
def test_a_value_that_is_no_finite_number_is_a_defect(value: float) -> None:
    report = dataclasses.replace(make_report(3, sampled=4), timing={"read": value})
    with pytest.raises(DefectError, match=r"report\.timing"):
        to_json(report)


def test_contract_for_other_tools() -> None:
    plain = json.loads(to_json(make_report()))
    assert {"rows", "classes"} <= plain["data"].keys()
    for figure in (plain["evaluation"]["accuracy"], plain["evaluation"]["macro_f1"]):
        assert figure.keys() == {"value", "low", "high"}
    for baseline in plain["evaluation"]["baselines"].values():
        assert {"accuracy", "macro_f1"} <= baseline.keys()
    assert plain["evaluation"]["per_class"]
    assert "encoder_share" in plain["timing"]
    assert plain["resources"]["peak_rss_bytes"] > 0


def test_schema_is_current_and_fits() -> None:
    committed = Path(prodcls.audit_json.__file__).with_name(SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == schema_text(), "write prodcls.audit_json.schema_text() to the file again"
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(json.loads(to_json(make_report())), json_schema())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"format_version": NaN}',
        "[" * 100_000,
        to_json(make_report(3, sampled=4)).replace('"rows"', '"row"'),
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BundleError, match="audit-json"):
        from_json(text, file="audit.json")


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(AuditReport)])
def test_wrong_type_of_any_field_is_refused(field: str) -> None:
    plain = json.loads(to_json(make_report(3, sampled=4)))
    plain[field] = [[]]
    with pytest.raises(BundleError, match=field):
        from_json(json.dumps(plain))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, json_schema())
