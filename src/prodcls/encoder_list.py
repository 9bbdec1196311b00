"""``python -m prodcls.encoder_list``: the encoders that there are, and whether one is fit for use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from prodcls.console import printable, run_and_exit

if TYPE_CHECKING:
    from prodcls.encoders.conformance import Check

__all__ = ["encoders"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--speed", is_flag=True, help="Also measure how many short texts or photos each reads in a second here.")
@click.option("--test", "tested", metavar="NAME", help="Try one encoder against everything that is relied on.")
@click.option("--download", metavar="REPOSITORY@REVISION", help="Fetch an encoder of one commit from the model hub.")
@click.option("--allow-download", is_flag=True, help="Let --download use the network; nothing else ever does.")
def encoders(speed: bool, tested: str | None, download: str | None, allow_download: bool) -> None:
    """List the encoders: those of this package, of other packages, and of folders below PRODCLS_ENCODERS.

    A folder is one that sentence-transformers or transformers saved, with config.json, model.safetensors and, for
    texts, tokenizer.json; or one with weights by torchvision's names. With --test, exit code 3 tells that something
    does not hold.
    """
    from prodcls.encoders.conformance import conformance
    from prodcls.encoders.listing import listed, measured

    if download is not None:
        from prodcls.encoders.hub import download as fetch

        click.echo(printable(f"encoder: {fetch(download, allowed=allow_download)}"))
        return
    if tested is not None:
        checks = conformance(tested)
        for line in _told(checks):
            click.echo(printable(line))
        if not all(check.holds for check in checks):
            raise SystemExit(3)
        return
    for one in listed():
        click.echo(printable(one.line + (f"; {measured(one)}" if speed and not one.trouble else "")))


def _told(checks: tuple[Check, ...]) -> Iterator[str]:
    for check in checks:
        yield f"{'holds ' if check.holds else 'FAILS '} {check.name}: {check.found}"


if __name__ == "__main__":
    run_and_exit(encoders, "python -m prodcls.encoder_list")
