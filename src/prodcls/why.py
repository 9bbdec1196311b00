"""``python -m prodcls.why``: why one product is in this class and not in that one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from prodcls.config import Lang
from prodcls.console import run_and_exit
from prodcls.fit import CATALOGUE
from prodcls.predict import predict
from prodcls.trust import trust_options

if TYPE_CHECKING:
    from prodcls.explain.case import Case

__all__ = ["why"]

FILES = ("encoding", "delimiter", "quote", "sheet")
SHARED = (*FILES, "number_format")
"""Options that are those of a prediction."""

METHODS = ("chain", "chain-corrected", "shap", "lime", "integrated-gradients", "attention", "all")


def _cells(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Return cells given as COLUMN=TEXT."""
    cells = {}
    for item in given:
        column, equals, text = item.partition("=")
        if not equals:
            message = f"{item!r} is not of the form COLUMN=TEXT"
            raise click.BadParameter(message)
        cells[column] = text
    return cells


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("product", required=False)
@click.option("--versus", metavar="CLASS", help="Rival; 'rest' for all others together.  [default: the runner-up]")
@click.option("--class", "predicted", metavar="CLASS", help="Class to account for.  [default: the predicted one]")
@click.option("--catalogue", type=CATALOGUE, help="File that holds PRODUCT, as for predict.")
@click.option(
    "--image-root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the photos.  [default: the catalogue's, or the current one]",
)
@click.option("--title", metavar="TEXT", help="Describe a product: its first text column.")
@click.option("--description", metavar="TEXT", help="Its second text column.")
@click.option("--price", metavar="AMOUNT", help="Its first number column.")
@click.option("--brand", metavar="NAME", help="Its first column of fixed values.")
@click.option("--cell", "cells", metavar="COLUMN=TEXT", multiple=True, callback=_cells, help="Any column; repeatable.")
@click.option("--image", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its photo.")
@click.option("--audio", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its sound.")
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="chain",
    help="chain: the exact account; chain-corrected: its words and regions weighed by asking the model again; "
    "shap, lime: witnesses from outside; integrated-gradients: beside the exact account, the linear pool's lead "
    "through the encoders, without the booster; attention: beside it, where the encoder looks, not an explanation of "
    "the decision; all: the exact account and the four witnesses.",
)
@click.option(
    "--counterfactuals/--no-counterfactuals",
    default=True,
    help="Look for the fewest words, the smallest part of the photo and the prices that give another class; "
    "takes seconds.",
)
@click.option(
    "--evaluations",
    type=click.IntRange(1, 100_000),
    default=200,
    help="Most versions scored when looking for words, and for a part of the photo.",
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to this file.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print JSON in place of the card, an object a line: one a method, then one a view.",
)
@click.option("--lang", type=click.Choice(get_args(Lang)), default="en", help="Language of card and page.")
@trust_options
def why(
    bundle: Path,
    html: Path | None,
    as_json: bool,
    lang: str,
    image_root: Path | None,
    number_format: tuple[str, ...] | None,
    **question: Any,  # noqa: ANN401 - each option has its own type
) -> None:
    """Say why PRODUCT of the catalogue that BUNDLE was fitted on is in its class and not in another.

    Without PRODUCT, describe one with --title, --price, --image and so on.
    """
    described = {role: question.pop(role) for role in ("title", "description", "price", "brand")}
    from prodcls.bars import open_notes, open_progress
    from prodcls.file_formats import TableOptions
    from prodcls.new_products import Reading
    from prodcls.reasons import Question, answer

    files = TableOptions(**{name: question.pop(name) for name in FILES})
    question["reading"] = Reading(image_root, files, number_format)
    quick = question["method"] == "chain"
    case = answer(
        bundle,
        Question(described={role: text for role, text in described.items() if text is not None}, **question),
        open_notes() if quick else open_progress(),
    )
    if html is not None:
        from prodcls.atomic import write_text
        from prodcls.render import render_why

        write_text(html, render_why(case, lang))
    if as_json:
        for attribution in case.attributions:
            click.echo(attribution.to_json())
        for view in (case.changes, case.similar, case.path):
            if view is not None:
                click.echo(view.to_json())
        return
    _print_card(case, lang)
    if html is not None:
        click.echo(f"page: {html}")


why.params[6:6] = [param for param in predict.params if param.name in SHARED]


def _print_card(case: Case, lang: str) -> None:
    from rich.console import Console

    from prodcls.card import WIDTH, card_lines
    from prodcls.language import load_language

    console = Console(width=WIDTH, highlight=False)
    for line in card_lines(case, load_language(lang)):
        console.print(line, soft_wrap=True)


if __name__ == "__main__":
    run_and_exit(why, "python -m prodcls.why")
