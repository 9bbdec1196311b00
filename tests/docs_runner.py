"""The commands of a page of the documentation, run in order as a reader would run them.

A fence ``sh`` holds commands, one ``python`` statements; a fence ``text`` right after one of them is what it prints, in
which ``...`` stands for anything: alone on a line for any lines. Lines that call prodcls run in this process, with the
command line's own parser and exit codes; others run in a shell. Other fences are not run.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from prodcls.cli import cli
from prodcls.console import EXIT_UNMET, run
from service_factory import running

__all__ = ["Fence", "Reader", "fences", "fits", "pages"]

PORT = "localhost:8000"
"""Where a page finds the service; it is started on a free port instead."""

DECIMAL = re.compile(r"\d+\.\d+")
SHELL_WORDS = re.compile(r"[|><;&]|\$\(")


@dataclass(frozen=True)
class Fence:
    """One fence of a page that is run; ``shown`` is what the page says that it prints."""

    kind: str
    text: str
    line: int
    shown: str | None = None


def pages(root: Path) -> list[Path]:
    """Return the pages that have something to run."""
    found = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return [page for page in found if list(fences(page))]


def fences(page: Path) -> Iterator[Fence]:
    """Yield what is run of a page, in order."""
    tokens = MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))
    for i, token in enumerate(tokens):
        kind = token.info.strip()
        if token.type == "fence" and kind in ("sh", "python"):
            after = tokens[i + 1] if i + 1 < len(tokens) else None
            shown = after.content if after is not None and after.type == "fence" and after.info == "text" else None
            yield Fence(kind, token.content, (token.map or [0])[0] + 1, shown)


def fits(shown: str, printed: str) -> bool:
    """Tell whether what a page shows is what was printed, but for its ellipses and for the rounding of decimals.

    Another processor may bring a decimal to the next last digit.
    """
    pattern, decimals = "", []
    for line in shown.rstrip().splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
            continue
        decimals += DECIMAL.findall(line)
        parts = [r"(?<!\d)(\d+\.\d+)".join(map(re.escape, DECIMAL.split(part))) for part in line.rstrip().split("...")]
        pattern += ".*".join(parts) + r"[ ]*\n"
    found = re.fullmatch(pattern, printed.rstrip() + "\n")
    pairs = zip(decimals, found.groups(), strict=True) if found else ()
    return found is not None and all(abs(float(a) - float(b)) < 2.5 * 10.0 ** -len(a.split(".")[1]) for a, b in pairs)


@dataclass
class Reader:
    """Who follows a page, in a folder of their own, which is the current one."""

    folder: Path
    names: dict[str, Any] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)
    said: io.StringIO = field(default_factory=io.StringIO)
    port: int = 0
    code: int = 0

    def follow(self, fence: Fence) -> tuple[str, str]:
        """Run one fence; return its standard output and all that it printed."""
        out, self.said = _Both(), io.StringIO()
        out.other = self.said
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(self.said):
            if fence.kind == "python":
                exec(compile(fence.text, f"line {fence.line}", "exec"), self.names)
            else:
                lines = list(_commands(fence.text))
                for line, after in zip(lines, [*lines[1:], ""], strict=True):
                    self._command(line, may_fail="$?" in after)
        return out.getvalue(), self.said.getvalue()

    def _command(self, line: str, *, may_fail: bool) -> None:
        if line == "kill %1":
            self.stack.close()
            return
        if line.startswith("export "):
            name, _, value = shlex.split(line)[1].partition("=")
            os.environ[name] = value
            return
        words = _own_words(line.removesuffix("&"))
        if words is None or SHELL_WORDS.search(line.removesuffix("&")):
            self.code = self._in_shell(line)
        elif line.endswith("&"):
            service = self.stack.enter_context(running(self.folder / words[1], *words[2:]))
            self.port, self.code = service.port, 0
        else:
            self.code = run(cli, words, "prodcls")
        assert may_fail or self.code in (0, EXIT_UNMET), f"{line}: exit code {self.code}\n{self.said.getvalue()}"

    def _in_shell(self, line: str) -> int:
        """Run a line in bash, where prodcls is the one of this process, and print what it prints."""
        own = f'prodcls() {{ "{sys.executable}" -m prodcls.cli "$@"; }}; python() {{ "{sys.executable}" "$@"; }}'
        line = line.replace(PORT, f"127.0.0.1:{self.port}").replace("$?", str(self.code))
        script = f"set -euo pipefail; {own}\n{line}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, capture_output=True, text=True, encoding="utf-8", check=False
        )
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)
        return done.returncode


class _Both(io.StringIO):
    """Standard output, which also goes where everything goes."""

    other: io.StringIO

    def write(self, text: str) -> int:
        self.other.write(text)
        return super().write(text)


def _commands(text: str) -> Iterator[str]:
    """Yield the commands of a fence without comments; lines that go on, and here-documents, as one."""
    lines = iter(text.splitlines())
    for line in lines:
        command = line
        while command.endswith("\\"):
            command = command[:-1].rstrip() + " " + next(lines).strip()
        here = re.search(r"<<'(\w+)'", command)
        if here:
            for more in lines:
                command += "\n" + more
                if more == here[1]:
                    break
        else:
            command = re.sub(r"(^|\s+)#.*", "", command).strip()
        if command:
            yield command


def _own_words(line: str) -> list[str] | None:
    """Return the words after ``prodcls`` or of ``python -m prodcls.NAME``; None for other commands."""
    words = shlex.split(line)
    if words[:1] == ["prodcls"]:
        return words[1:]
    if words[:2] == ["python", "-m"] and words[2].startswith("prodcls."):
        return [words[2].removeprefix("prodcls."), *words[3:]]
    return None
