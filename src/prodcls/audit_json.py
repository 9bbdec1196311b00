"""``audit.json``: the report to JSON text and back, exactly, and the JSON Schema of it.

Everything is driven by the type hints of the dataclasses in `prodcls.audit`, so that a new field needs no line here.
Floats are written with the digits that restore them bit for bit; NaN and infinities are refused, since JSON has none.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import types
import typing

from prodcls.audit import AuditReport
from prodcls.audit_check import CheckReport
from prodcls.audit_dossiers import Dossier
from prodcls.audit_drift import DriftReport
from prodcls.errors import BundleError, DefectError

__all__ = [
    "SCHEMA_FILE",
    "dossier_from_line",
    "dossier_to_line",
    "from_json",
    "from_line",
    "json_schema",
    "schema_text",
    "to_json",
    "to_line",
]

SCHEMA_FILE = "audit.schema.json"
"""Name of the committed schema, beside this module."""

Value = typing.TypeVar("Value")

_SURROGATE = re.compile("[\ud800-\udfff]")


def to_json(report: AuditReport | CheckReport | DriftReport) -> str:
    """Write a report as JSON text.

    Parameters
    ----------
    report : AuditReport or CheckReport or DriftReport

    Returns
    -------
    str
        Ends with a line feed; the same report gives the same text, and always encodes as UTF-8.

    Raises
    ------
    DefectError
        A value is not of its field's type, or a number is not finite.
    """
    plain = _encode(type(report), report, "report")
    return _escaped(json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=1)) + "\n"


def _escaped(text: str) -> str:
    """Return JSON that encodes as UTF-8: halves of surrogate pairs are written as escapes."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def dossier_to_line(dossier: Dossier) -> str:
    """Write a dossier as one line of JSON, as ``$defs/Dossier`` of the schema describes it.

    Parameters
    ----------
    dossier : Dossier

    Returns
    -------
    str
        Ends with a line feed, and holds no other.

    Raises
    ------
    DefectError
        As in `to_json`.
    """
    return to_line(Dossier, dossier)


def to_line(kind: object, value: object) -> str:
    """Write a value as one line of JSON.

    Parameters
    ----------
    kind : type
        Of ``value``: a dataclass of dataclasses, tuples, dictionaries with text as keys and JSON scalars, or a union.
    value : kind

    Returns
    -------
    str
        Ends with a line feed, and holds no other.

    Raises
    ------
    DefectError
        As in `to_json`.
    """
    plain = _encode(kind, value, getattr(kind, "__name__", "value").lower())
    return _escaped(json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))) + "\n"


def dossier_from_line(text: str, *, file: str | None = None) -> Dossier:
    """Read a dossier from a line of JSON.

    Parameters
    ----------
    text : str
    file : str, optional
        Named in the error.

    Returns
    -------
    Dossier

    Raises
    ------
    BundleError
        The line is none that `dossier_to_line` wrote.
    """
    return from_line(Dossier, text, file=file)


def from_line(kind: type[Value], text: str, *, file: str | None = None) -> Value:
    """Read a value from a line of JSON.

    Parameters
    ----------
    kind : type
        As `to_line` had it.
    text : str
    file : str, optional
        Named in the error.

    Returns
    -------
    kind

    Raises
    ------
    BundleError
        The line is none that `to_line` wrote.
    """
    name = getattr(kind, "__name__", "value").lower()
    try:
        plain = json.loads(text, parse_constant=_refuse_constant)
        return typing.cast("Value", _decode(kind, plain, name))
    except (ValueError, RecursionError) as error:
        message = f"this is no {name} ({error}); make it again with prodcls fit"
        raise BundleError(message, code="audit-json", file=file) from error


def from_json(text: str, *, file: str | None = None) -> AuditReport:
    """Read a report from JSON text.

    Parameters
    ----------
    text : str
    file : str, optional
        Named in the error.

    Returns
    -------
    AuditReport

    Raises
    ------
    BundleError
        The text is no JSON, or not of the form that `json_schema` describes.
    """
    try:
        plain = json.loads(text, parse_constant=_refuse_constant)
        return typing.cast("AuditReport", _decode(AuditReport, plain, "report"))
    except (ValueError, RecursionError) as error:
        message = f"this is no audit report ({error}); make it again with prodcls fit"
        raise BundleError(message, code="audit-json", file=file) from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _fields(kind: object) -> dict[str, tuple[object, bool]]:
    """Return the type of each field and whether it must be given."""
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(typing.cast("type", kind))
    return {f.name: (hints[f.name], f.default is dataclasses.MISSING) for f in fields}


def _is_union(hint: object) -> bool:
    return typing.get_origin(hint) in (types.UnionType, typing.Union)


def _encode(hint: object, value: object, place: str) -> object:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        if isinstance(value, typing.cast("type", hint)):
            return {n: _encode(k, getattr(value, n), f"{place}.{n}") for n, (k, _) in _fields(hint).items()}
    elif origin is tuple:
        if isinstance(value, tuple):
            return [_encode(inner[0], v, f"{place}[{i}]") for i, v in enumerate(value)]
    elif origin is dict:
        if isinstance(value, dict) and all(isinstance(k, str) for k in value):
            return {str(k): _encode(inner[1], v, f"{place}[{k!r}]") for k, v in value.items()}
    elif _is_union(hint):
        for kind in inner:
            try:
                return _encode(kind, value, place)
            except DefectError:
                continue
    else:
        return _encode_scalar(hint, value, place)
    raise DefectError(f"{place} is of type {type(value).__name__}, not {hint}")


def _encode_scalar(hint: object, value: object, place: str) -> object:
    if hint is type(None) and value is None:
        return None
    if typing.get_origin(hint) is typing.Literal and value in typing.get_args(hint):
        return value
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str):
        return str(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise DefectError(f"{place} is {value}: a report holds finite numbers only")
        return float(value)
    raise DefectError(f"{place} is {value!r}, not of type {getattr(hint, '__name__', hint)}")


def _decode(hint: object, value: object, place: str) -> object:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        fields = _fields(hint)
        unknown = sorted(value.keys() - fields.keys())
        missing = sorted(n for n, (_, needed) in fields.items() if needed and n not in value)
        if unknown or missing:
            raise ValueError(f"{place}: unknown {unknown}, missing {missing}")
        given = {n: _decode(fields[n][0], v, f"{place}.{n}") for n, v in value.items()}
        return typing.cast("type", hint)(**given)
    if origin is tuple and isinstance(value, list):
        return tuple(_decode(inner[0], v, f"{place}[{i}]") for i, v in enumerate(value))
    if origin is dict and isinstance(value, dict):
        return {k: _decode(inner[1], v, f"{place}[{k!r}]") for k, v in value.items()}
    if _is_union(hint):
        for kind in inner:
            try:
                return _decode(kind, value, place)
            except ValueError:
                continue
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if (hint in (str, int, bool, type(None)) and type(value) is hint) or (origin is typing.Literal and value in inner):
        return value
    raise ValueError(f"{place} is not of type {getattr(hint, '__name__', hint)}")


def json_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of ``audit.json``."""
    definitions: dict[str, object] = {}
    root = _schema(AuditReport, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Audit report of prodcls",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """Return the text that ``audit.schema.json`` must hold."""
    return json.dumps(json_schema(), indent=2) + "\n"


def _schema(hint: object, definitions: dict[str, object]) -> dict[str, object]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        name = typing.cast("type", hint).__name__
        if name not in definitions:
            definitions[name] = {}
            fields = _fields(hint)
            definitions[name] = {
                "type": "object",
                "description": (hint.__doc__ or "").split("\n")[0],
                "properties": {n: _schema(kind, definitions) for n, (kind, _) in fields.items()},
                "required": [n for n, (_, needed) in fields.items() if needed],
                "additionalProperties": False,
            }
        return {"$ref": f"#/$defs/{name}"}
    if origin is tuple:
        return {"type": "array", "items": _schema(inner[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(inner[1], definitions)}
    if _is_union(hint):
        return {"anyOf": [_schema(kind, definitions) for kind in inner]}
    if origin is typing.Literal:
        return {"enum": list(inner)}
    names = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    return {"type": names[typing.cast("type", hint)]}
