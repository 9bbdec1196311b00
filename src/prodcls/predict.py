"""``python -m prodcls.predict``: classify the products of a catalogue with a fitted bundle."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from prodcls.config import LIMITS, MAX_ERROR
from prodcls.console import printable, run_and_exit
from prodcls.fit import CATALOGUE, DELIMITER, NUMBER_FORMAT, SCHEDULER
from prodcls.trust import trust_options

__all__ = ["predict"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("catalogue", type=CATALOGUE)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Scored file; its ending chooses the format: .parquet, .csv, .jsonl. Without an ending it is a folder of "
    "Parquet files, for millions of rows.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(LIMITS["batch_size"].low, LIMITS["batch_size"].high),
    default=1024,
    help="Rows held in memory at a time.",
)
@click.option(
    "--top-k",
    type=click.IntRange(LIMITS["top_k"].low, LIMITS["top_k"].high),
    default=3,
    help="Classes given for each product, most probable first.",
)
@click.option(
    "--max-error",
    type=click.FloatRange(MAX_ERROR[0], MAX_ERROR[1]),
    metavar="SHARE",
    help="Share of errors allowed among decisions without a person, such as 0.01; the less certain are up for review.",
)
@click.option(
    "--image-root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that photos must lie in.  [default: the catalogue's]",
)
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Decision log that gets an entry for each product; made when absent (see prodcls log).",
)
@click.option(
    "--explain",
    type=click.Choice(["top-words", "full"]),
    help="Also write why each class and not the runner-up: the few strongest reasons, or the whole account of prodcls "
    "why. Reads all different texts and photos again, which takes about as long as reading them the first time.",
)
@click.option(
    "--workers",
    type=click.IntRange(LIMITS["threads"].low, LIMITS["threads"].high),
    help="Products read and explained at the same time; changes no byte of the result.  [default: the processors]",
)
@SCHEDULER
@click.option("--encoding", help="Encoding of CSV files.  [default: detected]")
@DELIMITER
@click.option("--quote", type=click.Choice(['"', "'"]), help="What stands around their cells.  [default: detected]")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook.  [default: the first that holds something]")
@click.option("--strict", is_flag=True, help="Stop at the first row or cell that cannot be taken as it stands.")
@NUMBER_FORMAT
@trust_options
def predict(
    bundle: Path,
    catalogue: Path,
    out: Path,
    image_root: Path | None,
    number_format: tuple[str, ...] | None,
    **others: Any,  # noqa: ANN401 - each option has its own type
) -> None:
    """Classify the products of CATALOGUE with BUNDLE, the folder that a fit wrote."""
    from prodcls.bars import open_progress
    from prodcls.file_formats import TableOptions
    from prodcls.new_products import Reading
    from prodcls.scoring import PredictOptions, predict_catalogue

    files = TableOptions(**{field.name: others.pop(field.name) for field in fields(TableOptions)})
    reading = Reading(image_root=image_root, files=files, number_format=number_format)
    options = PredictOptions(reading=reading, **others)
    outcome = predict_catalogue(bundle, catalogue, out, options, progress=open_progress())
    for line in outcome.summary_lines:
        click.echo(printable(line))
    click.echo(f"scored: {out}")


if __name__ == "__main__":
    run_and_exit(predict, "python -m prodcls.predict")
