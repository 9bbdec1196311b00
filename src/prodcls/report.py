"""``python -m prodcls.report``: the audit report again, from the bundle alone."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from prodcls.bundle_trust import Trust
from prodcls.config import Lang
from prodcls.console import run_and_exit
from prodcls.trust import trust_options

__all__ = ["report"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the report.  [default: the one that holds BUNDLE]",
)
@click.option("--lang", type=click.Choice(get_args(Lang)), help="Language of the report.  [default: the fit's]")
@click.option(
    "--compare",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Bundle of an earlier audit: the report says what changed since.",
)
@click.option("--pdf", "as_pdf", is_flag=True, help="Print audit.pdf too, through a Chromium that is installed.")
@trust_options
def report(bundle: Path, out: Path | None, lang: Lang | None, compare: Path | None, as_pdf: bool, trust: Trust) -> None:
    """Write the audit report of BUNDLE again: audit.json, audit.html and the pages of products.

    In the language of the fit, and without --compare, they are the fit's files, byte by byte.
    """
    from prodcls.pdf import find_browser, print_page

    browser = find_browser() if as_pdf else None
    from prodcls.bars import open_notes
    from prodcls.bundle_opening import open_bundle
    from prodcls.comparison import report_of
    from prodcls.outputs import check_finished
    from prodcls.pages import PAGE, write_pages

    found = open_bundle(bundle, open_notes(), trust, encodes=False)
    beside = bundle.absolute().parent
    check_finished(beside)
    folder = beside if out is None else out
    count = write_pages(folder, report_of(found, compare, trust), lang or found.options.lang, beside)
    click.echo(f"report: {folder / PAGE} ({count} files)")
    if browser is not None:
        pdf = (folder / PAGE).with_suffix(".pdf")
        print_page(browser, folder / PAGE, pdf)
        click.echo(f"pdf: {pdf}")


if __name__ == "__main__":
    run_and_exit(report, "python -m prodcls.report")
