"""``python -m prodcls.predict``: classify the products of a catalogue with a fitted bundle."""

from __future__ import annotations

from pathlib import Path

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
def predict(bundle: Path, catalogue: Path, out: Path, batch_size: int, top_k: int) -> None:
    """Classify the products of CATALOGUE with BUNDLE, the folder that a fit wrote."""
    from prodcls.bars import open_progress
    from prodcls.scoring import predict_catalogue

    outcome = predict_catalogue(bundle, catalogue, out, batch_size=batch_size, top_k=top_k, progress=open_progress())
    for line in outcome.summary_lines:
        click.echo(line)
    click.echo(f"scored: {out}")


if __name__ == "__main__":
    run_and_exit(predict, "python -m prodcls.predict")
