"""The page of guarantees names tests that there are, and every attack stands on it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "guarantees.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def promises() -> list[tuple[str, str]]:
    """Return promise and what holds it, line by line."""
    rows = [line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    return [(said.strip(), held.strip()) for said, held in rows if said.strip() not in ("promise", "---")]


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("held", [held for _, held in promises()])
def test_every_promise_names_tests_that_there_are(held: str) -> None:
    named = NAMED.findall(held)
    assert named
    for file, function in named:
        found = names_in(ROOT / file)
        assert found
        assert not function or function in found


def test_every_attack_is_a_promise() -> None:
    named = {file for _, held in promises() for file, _ in NAMED.findall(held)}
    attacks = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "attacks").glob("test_*.py")}
    assert attacks <= named
