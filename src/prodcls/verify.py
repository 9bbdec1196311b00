"""``python -m prodcls.verify``: whether a report is what the fit wrote, with the figures of its predictions."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prodcls.bundle_trust import Trust
from prodcls.console import EXIT_UNMET, printable, run_and_exit
from prodcls.trust import trust_options

if TYPE_CHECKING:
    from prodcls.verification_pages import Result

__all__ = ["verify"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--bundle",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Bundle that a report kept elsewhere belongs to.  [default: 'bundle' beside the report]",
)
@click.option(
    "--compare",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Bundle of an earlier audit, where `prodcls report --compare` wrote the report.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object in place of lines.")
@trust_options
def verify(path: Path, bundle: Path | None, compare: Path | None, as_json: bool, trust: Trust) -> int:
    """Verify PATH: a bundle, the folder of a fit, an audit.html or an audit.json.

    Hashes and kept scores of the bundle, figures counted again from the out-of-fold predictions, and every file of the
    report made again from the bundle and compared byte by byte. Exit code 3 when anything differs.
    """
    from prodcls.verification import locate, verify_place

    checks: list[Result] = []
    for check in verify_place(locate(path, bundle), compare, trust):
        checks.append(check)
        if not as_json:
            _print(check)
    held = all(check.passed for check in checks)
    if as_json:
        found = {"path": str(path), "passed": held, "checks": [asdict(check) for check in checks]}
        click.echo(json.dumps(found, indent=1))
    else:
        failed = ", ".join(check.name for check in checks if check.passed is False)
        click.echo(f"verified: {len(checks)} checks, all OK" if held else f"NOT as it was written: {failed}")
    return 0 if held else EXIT_UNMET


def _print(check: Result) -> None:
    word = {True: "OK", False: "DIFFERS", None: "NOT CHECKED"}[check.passed]
    lines = [printable(line) for line in check.details]
    click.echo(f"{word:<11} {check.name}" + (f": {lines[0]}" if lines else ""))
    for line in lines[1:]:
        click.echo(f"{'':<11} {line}")


if __name__ == "__main__":
    run_and_exit(verify, "python -m prodcls.verify")
