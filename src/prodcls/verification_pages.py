"""The files of a report held against those made again from the bundle, byte by byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from prodcls.audit import AuditReport
from prodcls.audit_json import from_json
from prodcls.bundle import Bundle
from prodcls.differences import first_few, json_differences, text_difference
from prodcls.errors import BundleError
from prodcls.pages import DATA, PAGE, build_pages, language_of, left_over

__all__ = ["PageComparison", "Result", "read_or_none", "result_of"]


@dataclass(frozen=True)
class Result:
    """One thing looked at.

    Attributes
    ----------
    name : str
    passed : bool or None
        None: it could not be looked at, since another check failed.
    details : tuple of str
        What differs, or what was compared.
    """

    name: str
    passed: bool | None
    details: tuple[str, ...] = ()


def result_of(name: str, differences: Iterator[str], compared: str) -> Result:
    """Return a result that passes where there is no difference.

    Parameters
    ----------
    name : str
    differences : iterator of str
    compared : str
        What to say where there is none.

    Returns
    -------
    Result
    """
    found = first_few(differences)
    return Result(name, not found, found or (compared,))


def read_or_none(path: Path) -> bytes | None:
    """Return the bytes of a file, or None where there is none."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


@dataclass(frozen=True)
class PageComparison:
    """The files of a report, held against those made from the bundle.

    Attributes
    ----------
    folder : Path
        That the report lies in.
    source : Path
        That the files with its other dossiers lie in.
    report : AuditReport
        Of the bundle.
    bundle : Bundle
    """

    folder: Path
    source: Path
    report: AuditReport
    bundle: Bundle

    def data(self, path: Path) -> Result:
        """Compare the report as data with the bundle's.

        Parameters
        ----------
        path : Path

        Returns
        -------
        Result
        """
        found = read_or_none(path)
        if found is None:
            return Result(path.name, False, ("is missing",))
        expected = next(page.text for page in build_pages(self.report, "en") if page.name == DATA)
        if found == expected.encode():
            return Result(path.name, True, ("fits the schema and is the bundle's report",))

        def differences() -> Iterator[str]:
            try:
                from_json(found.decode("utf-8"))
            except (BundleError, UnicodeDecodeError) as error:
                yield f"does not fit audit.schema.json: {error}"
            try:
                plain = json.loads(found)
            except (ValueError, RecursionError):
                return
            yield from json_differences(json.loads(expected), plain)

        lines = first_few(differences())
        return Result(path.name, False, lines or (_differs(expected, found),))

    def page(self, path: Path) -> Result:
        """Compare a page; one of a name that the report does not have is taken for the audit page.

        Parameters
        ----------
        path : Path

        Returns
        -------
        Result
        """
        found = read_or_none(path)
        if found is None:
            return Result(path.name, False, ("is missing",))
        lang = language_of(found.decode("utf-8", "replace"))
        if lang is None:
            return Result(path.name, False, ("is no page of this program: it names no language",))
        expected = self._expected(path.name, lang)
        if found == expected.encode():
            return Result(path.name, True, (f"made again from the bundle, the same {len(found)} bytes",))
        return Result(path.name, False, (_differs(expected, found), *self._other_version()))

    def _expected(self, name: str, lang: str) -> str:
        """Return the page of that name, else the audit page; only these two are held at a time."""
        audit = ""
        for page in build_pages(self.report, lang, self.source):
            if page.name.split("/")[-1] == name:
                return page.text
            audit = page.text if page.name == PAGE else audit
        return audit

    def others(self) -> Result:
        """Compare every file but the audit page and the data.

        Returns
        -------
        Result
        """
        page = read_or_none(self.folder / PAGE)
        lang = (page and language_of(page.decode("utf-8", "replace"))) or self.bundle.options.lang
        compared: list[str] = []

        def differences() -> Iterator[str]:
            for name, text in self._built(lang):
                compared.append(name)
                found = read_or_none(self.folder / name)
                if found is None:
                    yield f"{name} is missing"
                elif found != text.encode():
                    yield f"{name}, {_differs(text, found)}"

        lines = first_few(differences())
        if lines:
            return Result("other pages", False, (*lines, *self._other_version()))
        return Result("other pages", True, (f"{len(compared)} made again from the bundle, the same bytes",))

    def unexpected(self) -> Result:
        """Look for pages that the report does not have.

        Returns
        -------
        Result
        """
        names = {name for name, _ in build_pages(self.report, self.bundle.options.lang, self.source)}
        extra = left_over(self.folder, names)
        return result_of("no further pages", (f"{name} is not of this report" for name in extra), "none")

    def _built(self, lang: str) -> Iterator[tuple[str, str]]:
        return ((name, text) for name, text in build_pages(self.report, lang, self.source) if name not in (DATA, PAGE))

    def _other_version(self) -> tuple[str, ...]:
        """Return a hint where another release wrote the pages, which then may differ without any harm."""
        wrote, here = self.bundle.manifest.version, version("prodcls")
        return () if wrote == here else (f"written by prodcls {wrote} and made again by {here}: install {wrote}",)


def _differs(expected: str, found: bytes) -> str:
    text = found.decode("utf-8", "backslashreplace")
    return text_difference(expected, text) if text != expected else "is written otherwise"
