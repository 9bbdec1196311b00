"""A page as PDF, through a browser that is already on the machine and gets no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from prodcls.atomic import write_bytes
from prodcls.errors import InputError

__all__ = ["find_browser", "print_page"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
"""Programs that print pages headless, in the order in which they are looked for."""

FLAGS = (
    *("--headless=new", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-quic", "--no-pdf-header-footer"),
    *("--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
"""The last two leave nothing that can be reached: names are not found, and the proxy is a port that discards."""

SECONDS = 600
"""Longest time that a page may take."""


def find_browser() -> str:
    """Return the program that prints pages.

    Returns
    -------
    str

    Raises
    ------
    InputError
        Code ``pdf-browser``, with how to get one.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        message = (
            "a PDF needs Chromium or Chrome on the PATH: install it (Debian and Ubuntu: apt install chromium; macOS: "
            "brew install --cask chromium), or open audit.html in any browser and print it to a file"
        )
        raise InputError(message, code="pdf-browser")
    return found


def print_page(browser: str, page: Path, pdf: Path) -> None:
    """Print a page to a PDF, without headers and footers of the browser's own.

    Parameters
    ----------
    browser : str
        From `find_browser`.
    page : Path
        HTML file.
    pdf : Path
        Replaced when it exists.

    Raises
    ------
    InputError
        Code ``pdf-failed``, if the browser did not write it.
    WriteError
        If ``pdf`` cannot be written.
    """
    # The browser's sandbox cannot be set up by the superuser, as whom containers run.
    flags = (*FLAGS, "--no-sandbox") if hasattr(os, "geteuid") and os.geteuid() == 0 else FLAGS
    with tempfile.TemporaryDirectory(prefix="prodcls-pdf-", ignore_cleanup_errors=True) as profile:
        made = Path(profile, "page.pdf")
        command = [browser, *flags, f"--user-data-dir={profile}", f"--print-to-pdf={made}", page.absolute().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        except (OSError, subprocess.TimeoutExpired) as error:
            said = [type(error).__name__]
        data = made.read_bytes() if made.is_file() else b""
        if not data.startswith(b"%PDF"):
            message = f"{browser} did not print it ({said[-1] if said else 'no reason given'}): print it by hand"
            raise InputError(message, code="pdf-failed", file=str(page))
    write_bytes(pdf, data)
