"""``python -m prodcls.add_class``: a bundle with more classes, from their names and a few examples each."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prodcls.console import printable, run_and_exit
from prodcls.fit import CATALOGUE
from prodcls.predict import predict
from prodcls.trust import trust_options

if TYPE_CHECKING:
    from prodcls.adding import WrittenBundle
    from prodcls.new_products import Reading

__all__ = ["SHARED", "add_class", "reading_of", "tell_written"]

SHARED = ("encoding", "delimiter", "quote", "sheet", "strict", "number_format")
"""Options that are those of a prediction."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("examples", type=CATALOGUE)
@click.option(
    "-o", "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the new bundle."
)
@click.option("--name", metavar="CLASS", help="Class of all examples.  [default: the column that the fit learned]")
@click.option(
    "--image-root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that photos must lie in.  [default: the catalogue's]",
)
@trust_options
def add_class(bundle: Path, examples: Path, out: Path, **others: Any) -> None:  # noqa: ANN401
    """Add the classes of EXAMPLES, a catalogue with a few products of each, to BUNDLE, and write another bundle.

    Nothing is fitted again: the evidence of the classes that BUNDLE knows, its trees and its calibration stay as they
    are. Nothing is measured of the new classes either, so what is put into them is always up for review.
    """
    from prodcls.adding import AddOptions, add_classes
    from prodcls.bars import open_progress

    options = AddOptions(reading=reading_of(others), **others)
    tell_written(add_classes(bundle, examples, out, options, progress=open_progress()))


def reading_of(options: dict[str, Any]) -> Reading:
    """Take the options on how a catalogue is read, `SHARED` and ``image_root``, out of ``options``."""
    from prodcls.file_formats import TableOptions
    from prodcls.new_products import Reading

    files = TableOptions(**{field.name: options.pop(field.name) for field in fields(TableOptions)})
    return Reading(options.pop("image_root"), files, options.pop("number_format"))


def tell_written(outcome: WrittenBundle) -> None:
    """Print what became of a bundle."""
    for line in outcome.summary_lines:
        click.echo(printable(line))
    click.echo(f"bundle: {outcome.bundle_path}, digest {outcome.digest}")


add_class.params[4:4] = [param for param in predict.params if param.name in SHARED]


if __name__ == "__main__":
    run_and_exit(add_class, "python -m prodcls.add_class")
