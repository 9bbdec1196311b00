"""``python -m prodcls.refit``: the model of a bundle again, on a catalogue that changed a little."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from prodcls.add_class import SHARED, reading_of, tell_written
from prodcls.console import run_and_exit
from prodcls.fit import CATALOGUE
from prodcls.predict import predict
from prodcls.trust import trust_options

__all__ = ["refit"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("catalogue", type=CATALOGUE)
@click.option(
    "-o", "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the new bundle."
)
@click.option(
    "--image-root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that photos must lie in.  [default: the catalogue's]",
)
@click.option(
    "--overrides",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Decisions of people, as for fit; needed where the bundle was fitted with some.",
)
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads.  [default: one a processor]")
@trust_options
def refit(bundle: Path, catalogue: Path, out: Path, **others: Any) -> None:  # noqa: ANN401
    """Fit the model of BUNDLE again on CATALOGUE, the same products as before but for some, and write another bundle.

    The model is the one that a whole fit would make. Nothing is evaluated: prediction sets and thresholds stay those of
    BUNDLE, and there is no report. Classes and columns must be the same.
    """
    from prodcls.bars import open_progress
    from prodcls.refitting import RefitOptions, refit_bundle

    options = RefitOptions(reading=reading_of(others), **others)
    tell_written(refit_bundle(bundle, catalogue, out, options, progress=open_progress()))


refit.params[6:6] = [param for param in predict.params if param.name in SHARED]


if __name__ == "__main__":
    run_and_exit(refit, "python -m prodcls.refit")
