"""``python -m prodcls.review``: a worklist for people, and their decisions read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from prodcls.config import Lang
from prodcls.console import printable, run_and_exit
from prodcls.errors import InputError
from prodcls.fit import CATALOGUE, DELIMITER, NUMBER_FORMAT
from prodcls.trust import trust_options

__all__ = ["review"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(dir_okay=False, path_type=Path)

TOLD = 40
"""Bad lines that are told one by one."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("scored", type=FILE)
@click.option("-o", "--out", type=WRITTEN, help="Worklist to write: .csv for spreadsheets, .html for a browser.")
@click.option("--import", "filled", type=FILE, help="Worklist that came back, CSV or workbook: record its decisions.")
@click.option(
    "--overrides",
    type=WRITTEN,
    help="File of decisions. With --import they are added to it; with --out products that have one are left out.",
)
@click.option("--catalogue", type=CATALOGUE, help="Catalogue that was classified: adds titles and, on a page, photos.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=500, help="Products listed, most pressing first.")
@click.option("--all", "everything", is_flag=True, help="List products that are not up for review too.")
@click.option("--lang", type=click.Choice(get_args(Lang)), default="en", help="Language of the worklist.")
@click.option(
    "--new-class",
    "allowed",
    metavar="NAME",
    multiple=True,
    help="Class that may be decided for although the bundle does not know it. Can be given again.",
)
@click.option("--skip-bad", is_flag=True, help="Record the good lines where others cannot be taken.")
@click.option(
    "--image-root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that photos must lie in.  [default: the catalogue's]",
)
@click.option("--encoding", help="Encoding of CSV files.  [default: detected]")
@DELIMITER
@click.option("--quote", type=click.Choice(['"', "'"]), help="What stands around their cells.  [default: detected]")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook.  [default: the first that holds something]")
@NUMBER_FORMAT
@trust_options
def review(bundle: Path, scored: Path, out: Path | None, filled: Path | None, **options: Any) -> int:  # noqa: ANN401
    """List for people what they should look at in SCORED, which `prodcls predict` wrote with BUNDLE.

    The worklist has empty columns for the decision, who took it, when and why; --import reads them back, checks every
    line and adds them to --overrides, which `prodcls fit --overrides` learns from.
    """
    if (out is None) == (filled is None):
        message = "give either -o WORKLIST, or --import WORKLIST with --overrides FILE"
        raise click.UsageError(message)
    if filled is not None:
        return _import(bundle, scored, filled, options)
    assert out is not None  # noqa: S101 - one of the two
    from prodcls.bars import open_progress
    from prodcls.file_formats import TableOptions
    from prodcls.new_products import Reading
    from prodcls.reviewing import Export, export_worklist

    files = {name: options[name] for name in ("encoding", "delimiter", "quote", "sheet")}
    reading = Reading(options["image_root"], TableOptions(**files), options["number_format"])
    wanted = Export(
        options["catalogue"],
        reading,
        options["everything"],
        options["limit"],
        _existing(options),
        options["lang"],
        options["trust"],
    )
    for line in export_worklist(bundle, scored, out, wanted, open_progress()):
        click.echo(printable(line))
    click.echo(f"worklist: {out}")
    return 0


def _existing(options: dict[str, Any]) -> Path | None:
    """Return the file of decisions, if it is there: before the first import it is not."""
    path: Path | None = options["overrides"]
    return path if path is not None and path.exists() else None


def _import(bundle: Path, scored: Path, filled: Path, options: dict[str, Any]) -> int:
    overrides: Path | None = options["overrides"]
    if overrides is None:
        message = "--import needs --overrides FILE, to which the decisions are added"
        raise click.UsageError(message)
    from prodcls.bars import open_progress
    from prodcls.reviewing import Terms, import_decisions

    skip = bool(options["skip_bad"])
    terms = Terms(options["allowed"], skip, options["trust"])
    found = import_decisions(bundle, scored, filled, overrides, open_progress(), terms=terms)
    for bad in found.bad[:TOLD]:
        # A spreadsheet counts the header as a row.
        place = f"row {bad.row} (line {bad.row + 1} of the sheet)" + (f", column {bad.column!r}" if bad.column else "")
        shown = f" ({bad.excerpt!r})" if bad.excerpt else ""
        click.echo(printable(f"{place}: {bad.reason}{shown} [{bad.code}]"), err=True)
    if len(found.bad) > TOLD:
        click.echo(f"and {len(found.bad) - TOLD} more", err=True)
    if found.bad and not skip:
        message = f"{len(found.bad)} lines cannot be taken, and nothing was recorded: mend them, or see --skip-bad"
        raise InputError(message, code="worklist-bad-lines", file=str(filled))
    for line in found.lines:
        click.echo(printable(line))
    if found.bad:
        click.echo(f"{len(found.bad)} lines were left out")
    click.echo(f"overrides: {overrides}")
    return 0


if __name__ == "__main__":
    run_and_exit(review, "python -m prodcls.review")
