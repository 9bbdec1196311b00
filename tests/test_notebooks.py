"""The notebooks run from the first cell to the last, in order, and show what they promise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NAMES = ("01-first-audit", "02-why-this-class", "03-your-own-data")
SHOWN = {"01-first-audit": (6, 1), "02-why-this-class": (7, 3), "03-your-own-data": (6, 1)}
"""Cells with an output, and how many of them show an account or a bundle."""


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that all notebooks run in, so that the second finds the bundle of the first."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp("jupyter")))
        yield tmp_path_factory.mktemp("notebooks")


def test_there_are_these_three() -> None:
    assert tuple(sorted(path.stem for path in FOLDER.glob("*.ipynb"))) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_is_kept_without_what_running_adds(name: str) -> None:
    notebook = read(name)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert (cell.execution_count, cell.outputs) == (None, [])


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_shows_its_figures(name: str, place: Path) -> None:
    notebook = read(name)
    where = {"metadata": {"path": os.fspath(place)}}
    NotebookClient(notebook, kernel_name="python3", timeout=600, resources=where).execute()
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    every = [output for some in outputs for output in some]
    pages = [output.data["text/html"] for output in every if "text/html" in output.get("data", {})]
    parts = [page for page in pages if 'class="prodcls"' in page]
    assert (len(outputs), len(parts)) == SHOWN[name]
    assert [output.text for output in every if output.get("name") == "stderr"] == []
    assert any("<svg" in part for part in parts) == (name != "01-first-audit")
