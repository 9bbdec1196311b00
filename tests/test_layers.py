"""Holds the layer drawing of docs/architecture.md against the imports in src/prodcls."""

from __future__ import annotations

import ast
import graphlib
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "prodcls"


def read_drawing(text: str) -> list[list[str]]:
    """Return the rows of the first code block, top first, each a list of names.

    A row ends with the line that carries a description, two or more blanks after the names. ``name/`` stands for a
    package with all its modules, ``name*`` for every module whose name begins so.
    """
    block = text.split("```")[1].strip("\n")
    rows: list[list[str]] = [[]]
    for line in block.splitlines():
        names, _, description = line.partition("  ")
        rows[-1] += names.split()
        if description.strip():
            rows.append([])
    assert rows.pop() == [], "the last row has no description"
    return rows


def unit(module: Path) -> str:
    """Return the name under which a module is drawn: its own, or ``name/`` of the top package that it is in."""
    first, *rest = module.relative_to(PACKAGE).with_suffix("").parts
    return f"{first}/" if rest else first


def imported(source: str, package: list[str]) -> set[str]:
    """Return the dotted names inside ``prodcls`` that ``source`` imports, functions and type checking included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return {name.removeprefix("prodcls.") for name in found if name.startswith("prodcls.")}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def edges(module: Path, units: set[str]) -> set[str]:
    """Return the units that ``module`` imports from, its own left out."""
    package = ["prodcls", *module.relative_to(PACKAGE).parts[:-1]]
    tops = {name.split(".")[0] for name in imported(module.read_text(encoding="utf-8"), package)}
    named = {top if top in units else f"{top}/" for top in tops}
    return (named & units) - {unit(module)}


DRAWING = read_drawing((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
UNITS = {unit(module) for module in modules()}


def row_of(name: str) -> int:
    """Return the row of a unit, 0 at the top."""
    exact = [i for i, row in enumerate(DRAWING) if name in row]
    family = [i for i, row in enumerate(DRAWING) if any(n.endswith("*") and fnmatchcase(name, n) for n in row)]
    return (exact or family or [-1])[0]


def test_every_name_is_drawn_once() -> None:
    names = [name for row in DRAWING for name in row]
    assert sorted(names) == sorted(set(names))


def test_every_module_is_drawn() -> None:
    assert {name for name in UNITS if row_of(name) < 0} == set()


def test_every_drawn_module_exists() -> None:
    drawn = {name for row in DRAWING for name in row}
    assert {name for name in drawn if not any(fnmatchcase(u, name) for u in UNITS)} == set()


@pytest.mark.parametrize("module", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_down(module: Path) -> None:
    own = row_of(unit(module))
    upward = {name for name in edges(module, UNITS) if row_of(name) < own}
    assert upward == set(), f"{unit(module)} imports from a row above its own"


def test_no_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for module in modules():
        graph.setdefault(unit(module), set()).update(edges(module, UNITS))
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError with the cycle


def test_the_drawing_is_read_as_meant() -> None:
    text = "# A\n```\na b   top\nc\nd* e/  middle,  with blanks\nf      bottom\n```\n"
    assert read_drawing(text) == [["a", "b"], ["c", "d*", "e/"], ["f"]]


def test_imports_are_found_wherever_they_stand() -> None:
    source = "import prodcls.a, os\nfrom prodcls import b\nfrom . import c\nfrom ..d.x import y\n"
    source += "def f():\n from prodcls.e import z\n"
    names = imported(source, ["prodcls", "pkg"])
    assert {name.split(".")[0] for name in names} == {"a", "b", "pkg", "d", "e"}
    assert re.fullmatch(r"pkg\.c", next(name for name in names if name.startswith("pkg")))
