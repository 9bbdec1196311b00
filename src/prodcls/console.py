"""What a command says when it fails: one line, and an exit code."""

from __future__ import annotations

import codecs
import io
import json
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from prodcls.errors import InputError, ProdclsError
from prodcls.write_faults import is_of_the_disk, write_error

__all__ = ["EXIT_UNMET", "printable", "run", "run_and_exit"]

EXIT_DEFECT = 1
EXIT_INPUT = 2
EXIT_UNMET = 3
"""A check that was asked for did not hold."""
EXIT_INTERRUPTED = 130

VERSIONED = ("prodcls", "click", "lightgbm", "numpy", "onnxruntime", "pandas", "pyarrow", "scikit-learn", "torch")
"""Distributions whose versions go into a traceback file."""


def printable(text: str) -> str:
    r"""Return ``text`` as one line in which nothing can steer a terminal.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Characters that do not print, line breaks and direction marks among them, as escapes.

    Examples
    --------
    >>> print(printable("a\x1b[2Jb\u202ec\nd"))
    a\x1b[2Jb\u202ec\nd
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def run(command: click.Command, arguments: Sequence[str] | None, prog_name: str) -> int:
    """Run a command and turn every failure into one line on standard error.

    Parameters
    ----------
    command : click.Command
    arguments : sequence of str or None
        None: those of the process.
    prog_name : str
        How the user called it.

    Returns
    -------
    int
        0; 2 where the input, the call or the disk is at fault; 3 where a check that was asked for did not hold; 130
        when interrupted; 1 for a defect, of which a traceback file tells more, and for a closed pipe.
    """
    try:
        code = command.main(arguments, prog_name=prog_name, standalone_mode=False)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        name = context.command_path if context else prog_name
        _complain(name, f"{error.format_message()} (see {name} --help)")
        return EXIT_INPUT
    except InputError as error:
        _complain(prog_name, str(error))
        return EXIT_INPUT
    except (click.Abort, KeyboardInterrupt):
        _complain(prog_name, "interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort
        return _failed(prog_name, error)
    return code if isinstance(code, int) else 0


def run_and_exit(command: click.Command, prog_name: str) -> NoReturn:
    """Run a command with the arguments of the process and leave with its exit code.

    A terminal that has no letters of a product's script gets them as escapes, in the form that JSON has.
    """
    codecs.register_error("prodcls-escape", _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="prodcls-escape")
    sys.exit(run(command, None, prog_name))


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _failed(prog_name: str, error: Exception) -> int:
    """Tell of a disk that is full or broken, or else of a defect of ours: whatever other error comes up is one."""
    if isinstance(error, OSError) and is_of_the_disk(error):
        _complain(prog_name, str(write_error(error)))
        return EXIT_INPUT
    path = _write_traceback(error)
    # Messages of other exceptions quote cells of the catalogue, and this line ends in logs.
    said = f": {error}" if isinstance(error, ProdclsError | OSError) else ""
    _complain(prog_name, f"defect: {type(error).__name__}{said}; please report it with {path}")
    return EXIT_DEFECT


def _complain(prog_name: str, message: str) -> None:
    click.echo(f"{prog_name}: {printable(message)}", err=True)


def _write_traceback(error: Exception) -> Path:
    """Write where ``error`` came from into the current folder, or the temporary one where that is read-only."""
    name = f"prodcls-defect-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.txt"
    text = _describe(error)
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return folder / name
    return Path(os.devnull)


def _describe(error: Exception) -> str:
    """Return versions and stack of ``error`` and its causes.

    Messages of exceptions are left out on purpose: they quote cells of the catalogue, and this file is to be sent.
    """
    from importlib import metadata  # slow to import, and rarely needed

    lines = [f"python {platform.python_version()} on {platform.platform()}\n"]
    for name in VERSIONED:
        try:
            lines.append(f"{name} {metadata.version(name)}\n")
        except metadata.PackageNotFoundError:
            lines.append(f"{name} is not installed\n")
    link: BaseException | None = error
    while link is not None:
        lines += [
            "\n",
            f"{type(link).__module__}.{type(link).__qualname__}\n",
            *traceback.format_tb(link.__traceback__),
        ]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "".join(lines)
