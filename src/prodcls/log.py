"""``prodcls log``: verify, show, replay and prune a decision log."""

from __future__ import annotations

import re
from pathlib import Path

import click

from prodcls.bundle_trust import Trust
from prodcls.console import EXIT_UNMET, printable, run_and_exit
from prodcls.fit import CATALOGUE
from prodcls.trust import trust_options

__all__ = ["log"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def log() -> None:
    """Verify, show, replay and prune the log that `prodcls predict --log FILE` writes."""


@log.command()
@click.argument("file", type=FILE)
@click.option("--head", metavar="HEX", help="Hash of an entry, kept elsewhere, that the log must still hold.")
def verify(file: Path, head: str | None) -> int:
    """Compute the hash of every entry of FILE again. Exit code 3 when one does not hold."""
    from prodcls.decision_check import verify_log

    found = verify_log(file, head and head.lower())
    if found.fault:
        click.echo(f"NOT as it was written: {printable(found.fault)}")
        return EXIT_UNMET
    click.echo(f"verified: {found.entries} entries\nhead: entry {found.number}, {found.head}")
    if head is None:
        click.echo("keep the head elsewhere: only --head shows that the end was not cut off or all of it written anew")
    return 0


@log.command()
@click.argument("file", type=FILE)
@click.option("--last", type=click.IntRange(1), default=10, help="Entries shown, newest last.")
def show(file: Path, last: int) -> None:
    """Print the newest entries of FILE."""
    from prodcls.decision_log import last_entries

    for entry in last_entries(file, last):
        click.echo(printable(f"{entry.number} {entry.hash[:16]} {entry.body}"))


@log.command()
@click.argument("file", type=FILE)
@click.argument("entry", type=click.IntRange(1))
@click.option("--bundle", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--catalogue", type=CATALOGUE, required=True, help="File that was classified.")
@click.option("--image-root", type=click.Path(exists=True, file_okay=False, path_type=Path))
@trust_options
def replay(file: Path, entry: int, bundle: Path, catalogue: Path, image_root: Path | None, trust: Trust) -> int:
    """Take the decision ENTRY of FILE again and compare it bit for bit. Exit code 3 when it differs."""
    from prodcls.bars import open_progress
    from prodcls.new_products import Reading
    from prodcls.replaying import replay as again

    reading = Reading(image_root=image_root)
    differences = again(file, entry, bundle, catalogue, progress=open_progress(), reading=reading, trust=trust)
    for line in differences:
        click.echo(printable(line))
    click.echo("DIFFERS" if differences else "same")
    return EXIT_UNMET if differences else 0


@log.command()
@click.argument("file", type=FILE)
@click.option("--older-than", required=True, metavar="DAYSd", help="Age of what is removed, such as 365d.")
def prune(file: Path, older_than: str) -> None:
    """Remove old entries of FILE and leave an entry that says so; the rest still verifies."""
    from datetime import UTC, datetime, timedelta

    from prodcls.decision_log import prune as remove

    if not re.fullmatch(r"[0-9]{1,5}d", older_than):
        raise click.BadParameter("give days, such as 365d", param_hint="--older-than")
    removed = remove(file, datetime.now(UTC) - timedelta(days=int(older_than[:-1])))
    click.echo(f"removed: {removed} entries")


if __name__ == "__main__":
    run_and_exit(log, "python -m prodcls.log")
