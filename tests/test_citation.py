"""The citation file is what its format asks for, and says what the package says of itself."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]

TEXT = {"type": "string", "minLength": 1}
AUTHOR = {
    "oneOf": [
        {"required": ["name"], "properties": {"name": TEXT}, "additionalProperties": False},
        {
            "anyOf": [{"required": ["family-names"]}, {"required": ["given-names"]}, {"required": ["alias"]}],
            "properties": {
                "family-names": TEXT,
                "given-names": TEXT,
                "alias": TEXT,
                "orcid": TEXT,
                "affiliation": TEXT,
            },
            "additionalProperties": False,
        },
    ]
}
FORMAT = {
    "type": "object",
    "required": ["cff-version", "message", "title", "authors"],
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": TEXT,
        "title": TEXT,
        "type": {"enum": ["software", "dataset"]},
        "abstract": TEXT,
        "authors": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "object"} | AUTHOR},
        "version": TEXT,
        "license": TEXT,
        "keywords": {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT},
        "date-released": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "repository-code": {"type": "string", "pattern": "^https://"},
    },
    "additionalProperties": False,
}
"""What version 1.2.0 of the Citation File Format says of the keys that the file may have here."""


@pytest.fixture
def found() -> Any:
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_it_is_in_the_format(found: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(FORMAT)
    jsonschema.validate(found, FORMAT)
    for damaged in ({**found, "authors": []}, {**found, "authors": [{}]}, {**found, "type": "paper"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(damaged, FORMAT)


def test_it_says_what_the_package_says(found: Any) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (found["version"], found["license"]) == (project["version"], project["license"])
    assert [name.lower() for name in found["keywords"]] == project["keywords"]


def test_the_licence_is_there_in_full() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability" in text
