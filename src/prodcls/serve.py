"""``python -m prodcls.serve``: a bundle as an HTTP service."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from prodcls.console import printable, run_and_exit
from prodcls.trust import trust_options

__all__ = ["serve"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

TOKEN = "PRODCLS_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable with the token that callers must show."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("bundle", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", help="Address to listen on; any but a loopback one needs a token.")
@click.option("--port", type=int, default=8000, help="0 takes a free one.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"File with the token that callers must show.  [default: the environment variable {TOKEN}]",
)
@click.option(
    "--image-root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the training catalogue's photos, to show them.",
)
@click.option(
    "--log", type=click.Path(dir_okay=False, path_type=Path), help="Decision log that gets an entry for each product."
)
@click.option("--review", type=FILE, help="Scored file of `predict`: people decide on its products at /review.")
@click.option("--overrides", type=click.Path(dir_okay=False, path_type=Path), help="File that decisions are added to.")
@click.option("--catalogue", type=FILE, help="Catalogue that was scored: shows titles, and why.")
@trust_options
@click.option("--max-body", metavar="SIZE", default="32MB", help="Largest body of a request.")
@click.option("--max-products", "products", type=int, default=256, help="Most products in a request.")
@click.option("--max-requests", "requests", type=int, default=64, help="Most requests worked on at the same time.")
@click.option("--timeout", "request_seconds", type=float, default=30.0, help="Seconds for an answer.")
@click.option("--vectors", metavar="SIZE", default="256MB", help="Memory for vectors of texts and photos seen last.")
def serve(
    bundle: Path,
    token_file: Path | None,
    review: Path | None,
    overrides: Path | None,
    catalogue: Path | None,
    max_body: str,
    vectors: str,
    **options: Any,  # noqa: ANN401 - each option has its own type
) -> None:
    """Serve BUNDLE over HTTP: POST /v1/classify, /v1/why and so on; /openapi.json describes it.

    The bundle is loaded again when a fit replaces it. Ctrl-C, or SIGTERM, ends the service when the requests that were
    begun are answered.
    """
    from prodcls.byte_sizes import parse_size
    from prodcls.errors import InputError
    from prodcls.service.settings import Reviewed, ServiceSettings, read_token

    if (review is None) != (overrides is None):
        raise click.UsageError("--review and --overrides go together: what is decided on, and where decisions go")
    reviewed = None if review is None or overrides is None else Reviewed(review, overrides, catalogue)
    token = read_token(os.environ.get(TOKEN), token_file)
    settings = ServiceSettings(
        token=token, reviewed=reviewed, body_bytes=parse_size(max_body), vector_bytes=parse_size(vectors), **options
    )
    try:
        from prodcls.service.running import listen, run_service
    except ModuleNotFoundError as error:
        message = f"the service needs another package ({error.name}): pip install 'prodcls[serve]'"
        raise InputError(message, code="serve-not-installed") from None

    with listen(settings) as socket:
        host, port = socket.getsockname()[:2]
        click.echo(printable(f"serving {bundle} at http://{f'[{host}]' if ':' in host else host}:{port}"), err=True)
        run_service(bundle, settings, socket)


if __name__ == "__main__":
    run_and_exit(serve, "python -m prodcls.serve")
