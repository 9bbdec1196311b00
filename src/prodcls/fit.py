"""``python -m prodcls.fit``: learn the categories of a catalogue."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, get_args

import click

from prodcls.byte_sizes import parse_size
from prodcls.config import (
    ALL,
    COVERAGE,
    LIMITS,
    REVIEW_MINUTES,
    Balance,
    Device,
    Engine,
    ExampleName,
    FitConfig,
    Head,
    Lang,
    Precision,
    Tune,
)
from prodcls.console import EXIT_UNMET, printable, run_and_exit
from prodcls.rates import Rates, read_rates

__all__ = ["DELIMITER", "NUMBER_FORMAT", "fit"]

FILE = click.Path(exists=True, path_type=Path)
CATALOGUE = click.Path(exists=True, allow_dash=True, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _names(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Return names parted by commas; a name with a comma stands in double quotes; nothing at all means none."""
    if value is None:
        return None
    names = tuple(name.strip() for name in next(csv.reader([value], skipinitialspace=True), []))
    if "" in names:
        message = f"there is an empty name in {value!r}"
        raise click.BadParameter(message)
    return names


def _delimiter(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    return "\t" if value in ("tab", "\\t") else value


def _formats(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    return value or None


def _rates(_ctx: click.Context, _param: click.Parameter, value: Path | None) -> Rates | None:
    return None if value is None else read_rates(value)


def _size(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    return None if value is None else parse_size(value)


DELIMITER = click.option(
    "--delimiter",
    metavar="CHARACTER",
    callback=_delimiter,
    help="Delimiter of CSV files: , ; | or 'tab'.  [default: detected]",
)

SCHEDULER = click.option(
    "--scheduler",
    metavar="local|ADDRESS",
    help="Dask cluster that does the work: processes of this machine, or tcp://127.0.0.1:PORT, or tls://HOST:PORT. "
    "Moves no byte of the result. Needs prodcls[dask].  [default: this process]",
)

NUMBER_FORMAT = click.option(
    "--number-format",
    metavar="[COLUMN=]SAMPLE",
    multiple=True,
    callback=_formats,
    help="How numbers are written: 1,234.5  1.234,5  '1 234,5'  12,34,567.8 and the like, or only the decimal mark; "
    "for one column price=1.234,5. Can be given again.  [default: each column shows it]",
)


def _dossiers(_ctx: click.Context, _param: click.Parameter, value: str) -> int | str:
    if value == ALL:
        return value
    if not value.isdecimal():
        message = f"{value!r} is neither a number nor 'all'"
        raise click.BadParameter(message)
    return int(value)


def _range(name: str) -> click.IntRange:
    return click.IntRange(LIMITS[name].low, LIMITS[name].high)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("catalogue", type=CATALOGUE, required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=FitConfig.out,
    help="Folder for the bundle and the report.",
)
@click.option(
    "--example",
    type=click.Choice(get_args(ExampleName)),
    help="Instead of CATALOGUE, one that is made: a bank's products, medical devices, or a plant's machines.",
)
@click.option("--target", metavar="COLUMN", help="Column that holds the class.")
@click.option(
    "--path", metavar="COLUMN", help="Column that holds the class with its parents, as in A >> B; '' for none."
)
@click.option("--id", metavar="COLUMN", help="Column that names a product; '' numbers the rows.")
@click.option("--text", metavar="COLUMNS", callback=_names, help="Text columns in reading order, parted by commas.")
@click.option("--image", metavar="COLUMN", help="Column that holds the photo's path; '' leaves photos out.")
@click.option("--audio", metavar="COLUMN", help="Column that holds the sound's path; '' leaves sounds out.")
@click.option("--numeric", metavar="COLUMNS", callback=_names, help="Number columns; '' for none.")
@click.option(
    "--categorical", metavar="COLUMNS", callback=_names, help="Columns of fixed values such as brand; '' for none."
)
@click.option(
    "--image-root", type=FOLDER, help="Folder that photos and sounds must lie in.  [default: the catalogue's]"
)
@click.option("--encoding", help="Encoding of CSV files.  [default: detected]")
@DELIMITER
@click.option("--quote", type=click.Choice(['"', "'"]), help="What stands around their cells.  [default: detected]")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook.  [default: the first that holds something]")
@click.option("--strict", is_flag=True, help="Stop at the first row or cell that cannot be taken as it stands.")
@NUMBER_FORMAT
@click.option(
    "--rates",
    type=FILE,
    callback=_rates,
    help="Table of exchange rates (CSV: currency,base,rate,date; or TOML) that brings all prices into one currency.",
)
@click.option(
    "--clean/--no-clean",
    default=FitConfig.clean,
    help="Clean texts: markup, damaged encodings, full-width letters, invisible characters, white space.",
)
@click.option(
    "--head",
    type=click.Choice(get_args(Head)),
    default=FitConfig.head,
    help="evidence: named evidence of each class; flat: all columns in one booster.",
)
@click.option(
    "--balance",
    type=click.Choice(get_args(Balance)),
    default=FitConfig.balance,
    help="Hold large classes back against small ones as far as this figure gains by more than chance.",
)
@click.option(
    "--text-encoder",
    metavar="NAMES",
    callback=_names,
    help="Text encoders, parted by commas; auto: those best on a sample.  [default: chosen by the catalogue's scripts]",
)
@click.option("--audio-encoder", metavar="NAME", default=FitConfig.audio_encoder, help="Encoder of sounds.")
@click.option(
    "--image-encoder",
    metavar="NAMES",
    default=FitConfig.image_encoder,
    help="Photo encoders, parted by commas; `prodcls encoders` lists what there is.",
)
@click.option(
    "--runtime", type=click.Choice(get_args(Engine)), default=FitConfig.runtime, help="What runs the encoders."
)
@click.option(
    "--precision",
    type=click.Choice(get_args(Precision)),
    default=FitConfig.precision,
    help="Numbers that the encoders multiply; the report tells what the shorter ones change.",
)
@click.option(
    "--device",
    type=click.Choice(get_args(Device)),
    default=FitConfig.device,
    help="Where the encoders run; cuda with --runtime torch.",
)
@click.option("--folds", type=_range("folds"), default=FitConfig.folds, help="Folds of the evaluation.")
@click.option(
    "--coverage",
    type=click.FloatRange(*COVERAGE),
    default=FitConfig.coverage,
    help="Share of products whose prediction set is to hold the true class.",
)
@click.option(
    "--review-minutes",
    type=click.FloatRange(*REVIEW_MINUTES),
    default=FitConfig.review_minutes,
    help="Minutes that a person takes to look at a product; the report counts hours by it.",
)
@click.option("--test", type=FILE, help="Catalogue to evaluate on instead of folds.")
@click.option(
    "--overrides",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Decisions of people that `prodcls review --import` recorded: they take the place of the catalogue's labels.",
)
@click.option(
    "--baselines/--no-baselines", default=FitConfig.baselines, help="Evaluate the baselines on the same folds."
)
@click.option(
    "--group-duplicates/--no-group-duplicates",
    default=FitConfig.group_duplicates,
    help="Keep near-duplicates in one fold.",
)
@click.option(
    "--augment",
    metavar="N",
    type=_range("augment"),
    default=FitConfig.augment,
    help="Train classes with fewer than N rows also on turned, cut and mirrored copies of their photos; 0 for none.",
)
@click.option(
    "--tune",
    type=click.Choice(get_args(Tune)),
    help="Let the text encoder learn from the classes: a small adapter for each fold, whose effect is reported beside "
    "the encoder as it is. Takes minutes more.",
)
@click.option(
    "--min-class-size",
    type=_range("min_class_size"),
    default=FitConfig.min_class_size,
    help="Classes with fewer rows are reported and set apart.",
)
@click.option(
    "--random-state", type=_range("random_state"), default=FitConfig.random_state, help="Seed of everything random."
)
@click.option("--threads", type=_range("threads"), help="Threads.  [default: one a processor]")
@SCHEDULER
@click.option(
    "--memory",
    metavar="SIZE",
    callback=_size,
    help="Memory that the fit may take, such as 4GB: it is kept, or the fit ends before it encodes anything, with what "
    "would be needed.  [default: told when the machine has less than is needed]",
)
@click.option(
    "--witnesses",
    type=_range("witnesses"),
    default=FitConfig.witnesses,
    help="Products on which SHAP, LIME and the model itself are asked whether its explanations hold; 0 for none.",
)
@click.option(
    "--robustness",
    type=_range("robustness"),
    default=FitConfig.robustness,
    help="Products that are scored again with typos, without a photo, and the like; 0 for none.",
)
@click.option(
    "--dossiers",
    metavar="N|all",
    callback=_dossiers,
    default=str(FitConfig.dossiers),
    help="Products with an account and a page of their own, of which the report itself shows at most 60.",
)
@click.option("--lang", type=click.Choice(get_args(Lang)), default=FitConfig.lang, help="Language of the report.")
@click.option(
    "--cache-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where embeddings are kept.  [default: the user's cache folder]",
)
@click.option(
    "--audit", type=FILE, help="File with thresholds for the verdict.  [default: audit.toml beside the catalogue]"
)
@click.option(
    "--model-card",
    type=FILE,
    help="File with intended use, people in charge and the like.  [default: modelcard.toml beside the catalogue]",
)
@click.option("--compare", type=FOLDER, help="Bundle of an earlier audit: the report says what changed since.")
@click.option("--enforce", is_flag=True, help="Exit with code 3 when a threshold does not hold.")
def fit(catalogue: Path | None, example: ExampleName | None, **options: Any) -> int:  # noqa: ANN401 - each option has its own type
    """Learn the categories of CATALOGUE, evaluate, and write a bundle and an audit report.

    CATALOGUE is a CSV, JSONL or Parquet file, a folder of Parquet files, an Excel or OpenDocument workbook, a folder
    with one folder of photos a class, or - for the standard input. Columns are recognised by name where no option sets
    them. Without CATALOGUE a demo catalogue is made.
    """
    config = FitConfig(catalogue=catalogue, **options)
    if example is not None:
        from prodcls.example_list import with_example

        config = with_example(config, example)
        click.echo(f"catalogue: {config.catalogue}")
    from prodcls.bars import open_progress
    from prodcls.training import fit_catalogue

    outcome = fit_catalogue(config, open_progress())
    for line in outcome.summary_lines:
        click.echo(printable(line))
    click.echo(f"bundle: {outcome.bundle_path}")
    click.echo(f"digest: {outcome.digest}")
    click.echo(f"report: {outcome.report_path}")
    for line in outcome.failing:
        click.echo(printable(f"threshold not held: {line}"), err=True)
    return EXIT_UNMET if config.enforce and outcome.failing else 0


if __name__ == "__main__":
    run_and_exit(fit, "python -m prodcls.fit")
