"""``python -m prodcls.drift``: how a new catalogue differs from the one that a model was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from prodcls.bundle_trust import Trust
from prodcls.config import Lang
from prodcls.console import EXIT_UNMET, run_and_exit
from prodcls.fit import CATALOGUE
from prodcls.predict import predict
from prodcls.trust import trust_options

if TYPE_CHECKING:
    from prodcls.audit_drift import DriftReport

__all__ = ["drift"]

SHARED = ("image_root", "encoding", "delimiter", "quote", "sheet", "strict", "number_format")
"""Options that are those of a prediction."""

OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", type=CATALOGUE)
@click.option("--html", type=OUTPUT, help="Write a page to this file.")
@click.option("--json", "as_json", type=OUTPUT, help="Write what was found as JSON to this file.")
@click.option("--lang", type=click.Choice(get_args(Lang)), default="en", help="Language of summary and page.")
@trust_options
def drift(
    bundle: Path,
    new: Path,
    html: Path | None,
    as_json: Path | None,
    lang: str,
    image_root: Path | None,
    number_format: tuple[str, ...] | None,
    trust: Trust,
    **files: Any,  # noqa: ANN401 - each option has its own type
) -> int:
    """Say whether the products of NEW are still like those that BUNDLE, the folder that a fit wrote, was trained on.

    Compared are all columns, texts, photos, classes and how sure the model is. Exit code 3 when a comparison raises an
    alarm. Labels are not needed; where NEW has them, they are compared too.
    """
    from prodcls.bars import open_progress
    from prodcls.drifting import find_drift
    from prodcls.file_formats import TableOptions
    from prodcls.new_products import Reading

    reading = Reading(image_root, TableOptions(**files), number_format)
    report = find_drift(bundle, new, open_progress(), reading, trust=trust)
    _write(report, html, as_json, lang)
    _print(report, lang)
    for name, path in (("page", html), ("json", as_json)):
        if path is not None:
            click.echo(f"{name}: {path}")
    return EXIT_UNMET if report.alarms else 0


drift.params[4:4] = [param for param in predict.params if param.name in SHARED]


def _write(report: DriftReport, html: Path | None, as_json: Path | None, lang: str) -> None:
    from prodcls.together import together

    with together() as files:
        if html is not None:
            from prodcls.render import render_drift

            files.write_bytes(html, render_drift(report, lang).encode("utf-8"))
        if as_json is not None:
            from prodcls.audit_json import to_json

            files.write_bytes(as_json, to_json(report).encode("utf-8"))
        files.name_all()


def _print(report: DriftReport, lang: str) -> None:
    from rich.console import Console

    from prodcls.card_drift import drift_lines
    from prodcls.card_text import WIDTH
    from prodcls.language import load_language

    console = Console(width=WIDTH, highlight=False)
    for line in drift_lines(report, load_language(lang)):
        console.print(line, soft_wrap=True)


if __name__ == "__main__":
    run_and_exit(drift, "python -m prodcls.drift")
