"""Attack 23: a locale with decimal commas, another lower case, or other digits.

A program that calls ``setlocale`` lets the C library read and write numbers with a comma: what libraries write or read
by it, a booster's text say, would then differ, or be cut off at the point. German has the comma, Turkish that and
an i without a dot, Persian another calendar. Commands run in processes of their own that really call ``setlocale``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from attacks import rounds
from localities import LOCALES, compared, made_locales, mixed, outputs, under, why_not
from prodcls.bundle import load_bundle
from prodcls.training import FitOutcome
from sameness import Fit, read_rows, run, write_rows


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment in which the locales are found; without their sources the tests skip, or fail where required."""
    reason = why_not()
    if reason is not None:
        if os.environ.get("PRODCLS_REQUIRE_LOCALES"):
            pytest.fail(reason)
        pytest.skip(reason)
    return made_locales(tmp_path_factory.mktemp("locales"))


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Path:
    """A few rows of the demo."""
    return write_rows(tmp_path_factory.mktemp("few") / "products.csv", read_rows(demo)[:40])


@pytest.fixture(scope="module")
def plain(
    fitted_demo: FitOutcome, demo: Path, catalogue: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What the commands print and write in the locale C."""
    folder, env = fitted_demo.bundle_path.parent, {"LC_ALL": "C", "PYTHONUTF8": "1"}
    return outputs(folder, catalogue, demo.parent, env, tmp_path_factory.mktemp("C") / "out", brief=True)


@pytest.mark.parametrize("name", LOCALES[1:])
def test_the_locales_are_really_other_ones(places: dict[str, str], name: str) -> None:
    code = "import locale; print(locale.setlocale(locale.LC_ALL, ''), locale.localeconv()['decimal_point'])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env={**os.environ, **under(name, places)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [name, "." if name.startswith("fa") else ","]


def test_every_command_gives_the_same_bytes(
    places: dict[str, str], fitted_demo: FitOutcome, demo: Path, catalogue: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    fitted = fitted_demo.bundle_path.parent
    assert outputs(fitted, catalogue, demo.parent, mixed(places), tmp_path / "out", brief=True) == plain


def test_where_nothing_but_ascii_can_be_printed_pages_stay_utf_8(fitted_demo: FitOutcome, tmp_path: Path) -> None:
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    bundle, page = fitted_demo.bundle_path, tmp_path / "why.html"
    product = load_bundle(bundle).products.ids[0]
    printed = run("prodcls.why", bundle, product, "--no-counterfactuals", "--lang", "zh", "--html", page, env=bare)
    assert printed.isascii()
    assert b"\\u" in printed
    assert any("\u4e00" <= c <= "\u9fff" for c in page.read_text(encoding="utf-8"))


@pytest.mark.skipif(rounds(sample=0, full=1) == 0, reason="the long variant: PRODCLS_ATTACKS=full")
def test_fits_are_the_same_too(places: dict[str, str], demo: Path, tmp_path: Path) -> None:
    fit = Fit(write_rows(tmp_path / "p.csv", read_rows(demo)[:100]), demo.parent, ("--witnesses", "0"))
    fit.run(tmp_path / "reference")
    found = compared(fit, tmp_path / "reference", tmp_path / "out", places)
    assert not any(found.values()), found
