"""Reference pages made from the source: ``<!-- generated: NAME -->`` in a page is replaced by what NAME makes.

The text that is put in is Markdown like the rest of the page, so that its headings and links are checked as well.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from site_codes import Code, error_codes
from sphinx.application import Sphinx

import prodcls

PACKAGE = Path(prodcls.__file__).parent

CODES = {
    "Catalogue": (
        ("CatalogueError", "SchemaError"),
        "The file as a whole cannot be used: exit code 2.",
    ),
    "Rows and cells": (
        ("Rejection", "ImageError"),
        "Counted and listed in `rejections.parquet`; with `--strict` the first one ends the command with exit code 2.",
    ),
    "Bundles and reports": (("BundleError",), "Exit code 2."),
    "Worklists": (("Decision",), "Told by row and column; with `--skip-bad` the other lines are recorded."),
    "Service": (("Problem",), "Answers of the service, as `application/problem+json`."),
    "Options, files and everything else": (("InputError",), "Exit code 2."),
}
"""Heading -> groups of codes, and what becomes of them."""

LIMITS = {
    "Files": (
        ("readers", "MAX_FILE_BYTES", "MAX_ROWS", "MAX_HELD_CHARS", "MAX_REJECTIONS"),
        ("cells", "MAX_COLUMNS", "MAX_CELL_CHARS"),
        ("delimited", "MAX_LINE_CHARS"),
        ("json_lines", "MAX_LINE_CHARS"),
        ("parquet_files", "MAX_EXPANDED_BYTES"),
        ("workbooks", "MAX_EXPANDED_BYTES"),
        ("toml_files", "LARGEST"),
    ),
    "Photos": (
        ("images", "MAX_PHOTO_BYTES", "MAX_FRAMES"),
        ("photo_decoding", "FORMATS", "MAX_PIXELS", "MAX_SIDE", "MAX_RATIO", "WORKING_SIDE"),
    ),
    "Sounds": (
        ("sounds", "MAX_SOUND_BYTES"),
        ("sound_wav", "MIN_RATE", "MAX_RATE", "MAX_CHANNELS", "MAX_SECONDS", "LEAST_SECONDS"),
        ("encoders.log_mel", "BANDS", "LOW", "HIGH", "WINDOW", "HOP"),
        ("sound_segments", "SEGMENTS", "LENGTHS"),
    ),
    "Model": (
        ("head", "POOL_CANDIDATES", "POOL_ROWS", "CALIBRATION_CELLS", "INNER_FOLDS", "FEWER_FOLDS", "MANY_ROWS"),
        ("held_out", "FEW_CLASSES", "WEIGHTS", "MOST_WORDS"),
        ("probes", "DUAL_ROWS", "PRIMAL_TERMS"),
        ("columns", "CELLS"),
        ("candidates", "CANDIDATES"),
        ("evidence", "NEIGHBOURS"),
        ("booster", "MAX_ROUNDS"),
        ("conformal", "PROMISED"),
        ("explain.attribution", "TOLERANCE"),
    ),
}
"""Heading -> modules with the names of their constants, which have a docstring each."""

ROUTING = "set_fit_request, set_predict_request, set_score_request"
"""Methods that scikit-learn gives to every estimator for its own use."""

_MARK = re.compile(r"^<!-- generated: ([a-z-]+) -->$", re.MULTILINE)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines]


def codes() -> str:
    """Return the tables of all error codes."""
    found = error_codes(PACKAGE)
    out = []
    for heading, (groups, what) in CODES.items():
        here = [code for code in found.values() if code.group in groups]
        status = groups == ("Problem",)
        head = ("code", "status", "message") if status else ("code", "message")
        rows = [(f"`{c.name}`", *([str(c.status)] if status else []), _plain(c)) for c in here]
        out += [f"## {heading}", "", what, "", *_table(head, rows), ""]
    return "\n".join(out)


def _plain(code: Code) -> str:
    """Return a message as a sentence in which nothing is markup."""
    return re.sub(r"([*_`<>\[\]$\\])", r"\\\1", code.message)


def _docstring(module: str, name: str) -> str:
    tree = ast.parse((PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    for at, node in enumerate(tree.body):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == name and at + 1 < len(tree.body):
            after = tree.body[at + 1]
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                return " ".join(str(after.value.value).split())
    return ""


def _figure(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def limits() -> str:
    """Return the tables of limits: options, files, photos, sounds, the model, the service."""
    from prodcls.config import LIMITS as OPTIONS
    from prodcls.service.settings import RANGES, ServiceSettings

    rows = [
        (f"`{n.replace('_', '-')}`", f"{_figure(x.low)} to {_figure(x.high)} {x.unit}", x.reason)
        for n, x in OPTIONS.items()
    ]
    out = ["## Options", "", *_table(("option", "range", "why"), rows), ""]
    for heading, modules in LIMITS.items():
        rows = []
        for module, *names in modules:
            values = vars(importlib.import_module(f"prodcls.{module}"))
            rows += [(f"`{module}.{n}`", _figure(values[n]), _docstring(module, n)) for n in names]
        out += [f"## {heading}", "", *_table(("name", "value", "of what"), rows), ""]
    preset = {one.name: one.default for one in fields(ServiceSettings)}
    rows = [
        (f"`{name}`", _figure(preset[name]), f"{_figure(low)} to {_figure(high)} {unit}")
        for name, (low, high, unit) in RANGES.items()
    ]
    return "\n".join([*out, "## Service", "", *_table(("setting", "default", "range"), rows), ""])


def audit_schema() -> str:
    """Return one section for each object of audit.json."""
    schema = json.loads((PACKAGE / "audit.schema.json").read_text(encoding="utf-8"))
    defined = schema["$defs"]
    first = schema["$ref"].rpartition("/")[2]
    out = []
    for name in (first, *sorted(defined.keys() - {first})):
        out += [f"(schema-{name.lower()})=", f"## {name}", "", _escaped(defined[name].get("description", "")), ""]
        required = defined[name].get("required", ())
        rows = [
            (f"`{key}`", _type(kind), "yes" if key in required else "no")
            for key, kind in defined[name].get("properties", {}).items()
        ]
        out += [*_table(("field", "type", "always there"), rows), ""] if rows else [_type(defined[name]), ""]
    return "\n".join(out)


def _escaped(text: str) -> str:
    return re.sub(r"([*_<>\[\]$\\])", r"\\\1", text)


def _type(kind: dict[str, Any]) -> str:
    """Return a JSON schema type in words, with links to the objects that it names."""
    if "$ref" in kind:
        name = kind["$ref"].rpartition("/")[2]
        return f"[{name}](#schema-{name.lower()})"
    if "anyOf" in kind:
        return " or ".join(map(_type, kind["anyOf"]))
    if "enum" in kind or "const" in kind:
        return ", ".join(f"`{json.dumps(value)}`" for value in kind.get("enum", [kind.get("const")]))
    if kind.get("type") == "array":
        return f"array of {_type(kind.get('items', {}))}"
    if isinstance(kind.get("additionalProperties"), dict):
        return f"object, each value {_type(kind['additionalProperties'])}"
    return str(kind.get("type", "any"))


def terms(lang: str = "en") -> str:
    """Return the glossary of the reports as a definition list."""
    said = json.loads((PACKAGE / "strings" / f"{lang}.json").read_text(encoding="utf-8"))
    names = [key.split(".")[1] for key in said if key.startswith("term.") and key.endswith(".word")]
    pairs = sorted((said[f"term.{name}.word"], said[f"term.{name}.meaning"]) for name in names)
    return "\n".join(f"{_escaped(word)}\n: {_escaped(meaning)}\n" for word, meaning in pairs)


def api() -> str:
    """Return the directives for what the package offers under its own name."""
    out = []
    for name in sorted(prodcls.__all__):
        kind = "class" if isinstance(getattr(prodcls, name), type) else "function"
        members = f"   :members:\n   :exclude-members: {ROUTING}\n" if kind == "class" else ""
        lines = f".. auto{kind}:: prodcls.{name}\n{members}"
        out += [f"## {name}", "", f"```{{eval-rst}}\n{lines}```", ""]
    return "\n".join(out)


MAKERS: dict[str, Callable[[], str]] = {
    "api": api,
    "audit-schema": audit_schema,
    "codes": codes,
    "limits": limits,
    "terms": terms,
    "terms-zh": lambda: terms("zh"),
}


def _replace(_app: Sphinx, _page: str, source: list[str]) -> None:
    source[0] = _MARK.sub(lambda found: MAKERS[found[1]](), source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", _replace)
    return {"parallel_read_safe": True}
