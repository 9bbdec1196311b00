from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.console import printable, run
from prodcls.errors import AdditivityError, CatalogueError

SECRET = "Acme secret kettle"


def failing(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


def test_an_input_error_is_one_line_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    error = CatalogueError("no price\nin this cell", code="price-missing", file="a.csv", row=3, column="price")
    assert run(failing(error), [], "prodcls") == 2
    assert capsys.readouterr().err == (
        "prodcls: a.csv, row 3, column 'price': no price\\nin this cell [price-missing]\n"
    )


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_code_130(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(failing(error), [], "prodcls") == 130
    assert capsys.readouterr().err.strip() == "prodcls: interrupted"


def test_the_exit_code_of_a_command_is_kept() -> None:
    @click.command()
    @click.pass_context
    def command(context: click.Context) -> None:
        context.exit(5)

    assert run(command, [], "prodcls") == 5


def written_traceback(error: BaseException, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(failing(error), [], "prodcls") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    return Path(captured.err.strip().split(" please report it with ")[1])


def test_a_defect_leaves_a_traceback_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = written_traceback(AdditivityError("off by one"), capsys)
    text = path.read_text(encoding="utf-8")
    assert path.parent == tmp_path
    assert f"python {sys.version.split()[0]} on " in text
    assert "torch 2." in text
    assert "prodcls.errors.AdditivityError" in text
    assert f'File "{__file__}"' in text


def test_a_traceback_file_quotes_no_cell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cell = SECRET
    try:
        try:
            float(cell)
        except ValueError as cause:
            raise KeyError(cell) from cause
    except KeyError as error:
        path = written_traceback(error, capsys)
    text = path.read_text(encoding="utf-8")
    assert SECRET not in text
    assert text.index("builtins.KeyError") < text.index("builtins.ValueError")


def test_where_the_folder_is_read_only_the_file_goes_elsewhere(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path / "missing")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    path = written_traceback(RuntimeError("x"), capsys)
    assert path.parent == tmp_path
    assert path.exists()


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "disk-full"), (errno.EACCES, "write-refused")])
def test_a_full_disk_is_no_defect(
    number: int, code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(failing(OSError(number, os.strerror(number), "out/a.csv")), [], "prodcls") == 2
    said = capsys.readouterr().err
    assert said.startswith("prodcls: out/a.csv: cannot be written (")
    assert said.endswith(f"[{code}]\n")
    assert list(tmp_path.iterdir()) == []


def test_another_error_of_the_system_is_a_defect(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written_traceback(OSError(errno.EBADF, "Bad file descriptor"), capsys)


@given(st.text())
def test_printable_is_one_harmless_line(text: str) -> None:
    assert printable(text).isprintable()


@given(st.text(st.characters(categories=["L", "N", "P"])))
def test_printable_keeps_words_of_every_script(text: str) -> None:
    assert printable(text) == text
