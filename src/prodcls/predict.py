"""``python -m prodcls.predict``: classify the products of a catalogue with a fitted bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from prodcls.config import LIMITS
from prodcls.console import run_and_exit

__all__ = ["predict"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("catalogue", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Scored file; its ending chooses the format.",
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
    "--image-root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that photos must lie in.  [default: the catalogue's]",
)
@click.option("--encoding", help="Encoding of a CSV file.  [default: detected]")
@click.option(
    "--delimiter", type=click.Choice([",", ";", "|", "tab"]), help="What parts its columns.  [default: detected]"
)
@click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of numbers.  [default: as in the fit]")
def predict(
    bundle: Path,
    catalogue: Path,
    out: Path,
    batch_size: int,
    top_k: int,
    delimiter: str | None,
    **reading: Any,  # noqa: ANN401 - each option has its own type
) -> None:
    """Classify the products of CATALOGUE with BUNDLE, the folder that a fit wrote."""
    from prodcls.bars import open_progress
    from prodcls.scoring import Reading, predict_catalogue

    outcome = predict_catalogue(
        bundle,
        catalogue,
        out,
        batch_size=batch_size,
        top_k=top_k,
        progress=open_progress(),
        reading=Reading(delimiter="\t" if delimiter == "tab" else delimiter, **reading),
    )
    for line in outcome.summary_lines:
        click.echo(line)
    click.echo(f"scored: {out}")


if __name__ == "__main__":
    run_and_exit(predict, "python -m prodcls.predict")
