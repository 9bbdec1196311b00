"""``python -m prodcls.cache``: what the cache holds, and making room."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from prodcls.console import printable, run_and_exit

__all__ = ["cache"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--info", is_flag=True, help="Tell what it holds; also what happens without an option.")
@click.option(
    "--prune",
    metavar="SIZE",
    help="Remove embeddings, those used longest ago first, until at most SIZE of them is left, such as 2GB.",
)
@click.option(
    "--cache-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder.  [default: PRODCLS_CACHE, else the user's cache folder]",
)
def cache(info: bool, prune: str | None, cache_dir: Path | None) -> None:
    """Tell what the cache of embeddings and exported encoders holds, or make room in it.

    What is removed is encoded again when it is needed, and nothing else is lost.
    """
    from prodcls.atomic import cache_root
    from prodcls.byte_sizes import parse_size, shown_size
    from prodcls.cache_room import cache_files, cache_parts, prune_cache

    limit = None if prune is None else parse_size(prune)
    root = cache_dir or cache_root()
    files = cache_files(root)
    if limit is not None:
        gone = prune_cache(files, limit)
        click.echo(f"removed: {len(gone)} files, {shown_size(sum(file.size for file in gone))}")
        files = cache_files(root)
    if info or limit is None:
        for part in cache_parts(files):
            used = datetime.fromtimestamp(part.used, UTC).date().isoformat()
            click.echo(printable(f"{shown_size(part.size):>9}  {part.files:>6} files  used {used}  {part.name}"))
    click.echo(printable(f"cache: {root}, {len(files)} files, {shown_size(sum(file.size for file in files))}"))


if __name__ == "__main__":
    run_and_exit(cache, "python -m prodcls.cache")
