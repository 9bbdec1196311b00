"""The console script ``prodcls``: one subcommand per command module."""

from __future__ import annotations

from importlib import import_module
from typing import NoReturn

import click
from click.shell_completion import get_completion_class

from prodcls.console import run_and_exit

__all__ = ["cli", "main"]

COMMANDS = {
    name: name
    for name in (
        "fit",
        "refit",
        "check",
        "drift",
        "predict",
        "why",
        "report",
        "verify",
        "log",
        "review",
        "serve",
        "cache",
        "sign",
    )
} | {"encoders": "encoder_list", "add-class": "add_class"}
"""Modules of this package that hold the click command of a name; the package of the encoders has that name already."""


class _CommandModules(click.Group):
    """Imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"prodcls.{COMMANDS[cmd_name]}"), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)  # noqa: S101 - tells the type checker what the module promises
        return command


def _print_completion(ctx: click.Context, _param: click.Parameter, shell: str | None) -> None:
    if shell is None:
        return
    completion = get_completion_class(shell)
    if completion is not None:
        click.echo(completion(cli, {}, "prodcls", "_PRODCLS_COMPLETE").source())
    ctx.exit()


@click.group(cls=_CommandModules, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="prodcls", prog_name="prodcls")
@click.option(
    "--completion",
    type=click.Choice(["bash", "zsh", "fish"]),
    callback=_print_completion,
    expose_value=False,
    is_eager=True,
    help="Print the completion script of a shell, for its start-up file.",
)
def cli() -> None:
    """Classify products from text, photo and price, and show for each why this class and not that one."""


def main() -> NoReturn:
    """Run the console script and leave with its exit code."""
    run_and_exit(cli, "prodcls")


if __name__ == "__main__":
    main()
