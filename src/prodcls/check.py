"""``python -m prodcls.check``: what is wrong with the data of a catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prodcls.config import FitConfig
from prodcls.console import EXIT_UNMET, run_and_exit
from prodcls.fit import fit

if TYPE_CHECKING:
    from prodcls.audit_check import CheckReport

__all__ = ["check"]

SHARED = (
    *(
        "catalogue",
        "target",
        "path",
        "id",
        "text",
        "image",
        "audio",
        "numeric",
        "categorical",
        "image_root",
        "encoding",
    ),
    *(
        "delimiter",
        "quote",
        "sheet",
        "strict",
        "number_format",
        "rates",
        "clean",
        "text_encoder",
        "image_encoder",
        "audio_encoder",
        "runtime",
        "precision",
        "device",
        "test",
        "overrides",
    ),
    *("min_class_size", "threads", "scheduler", "lang", "cache_dir"),
)
"""Arguments and options that are those of a fit."""

OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--html", type=OUTPUT, help="Write a page to this file.")
@click.option("--json", "as_json", type=OUTPUT, help="Write the findings as JSON to this file.")
def check(html: Path | None, as_json: Path | None, lang: str, **options: Any) -> int:  # noqa: ANN401 - as in fit
    """Say what is wrong with the data of CATALOGUE (as for fit), without training a model.

    Doubtful labels, sentences that give a class away, copies, absurd prices and the like, each with examples and what
    to do. Exit code 3 when a finding must be mended. Without CATALOGUE a demo catalogue is made.
    """
    from prodcls.bars import open_progress
    from prodcls.checking import check_catalogue

    report = check_catalogue(FitConfig(**options), open_progress())
    _write(report, html, as_json, lang)
    _print(report, lang)
    for name, path in (("page", html), ("json", as_json)):
        if path is not None:
            click.echo(f"{name}: {path}")
    return EXIT_UNMET if report.errors else 0


check.params[:0] = [param for param in fit.params if param.name in SHARED]


def _write(report: CheckReport, html: Path | None, as_json: Path | None, lang: str) -> None:
    from prodcls.together import together

    with together() as files:
        if html is not None:
            from prodcls.render import render_check

            files.write_bytes(html, render_check(report, lang).encode("utf-8"))
        if as_json is not None:
            from prodcls.audit_json import to_json

            files.write_bytes(as_json, to_json(report).encode("utf-8"))
        files.name_all()


def _print(report: CheckReport, lang: str) -> None:
    from rich.console import Console

    from prodcls.card_check import check_lines
    from prodcls.card_text import WIDTH
    from prodcls.language import load_language

    console = Console(width=WIDTH, highlight=False)
    for line in check_lines(report, load_language(lang)):
        console.print(line, soft_wrap=True)


if __name__ == "__main__":
    run_and_exit(check, "python -m prodcls.check")
