"""The options by which a command is told which bundle is meant, the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from prodcls.bundle_trust import Trust

__all__ = ["trust_options"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

Command = Callable[..., Any]


def trust_options(command: Command) -> Command:
    """Add the options, and hand what they say to ``command`` as ``trust``.

    Parameters
    ----------
    command : callable

    Returns
    -------
    callable
    """

    @click.option(
        "--expect-sha256",
        metavar="DIGEST",
        help="Digest that BUNDLE must have, from a place you trust; prodcls fit and prodcls sign print it.",
    )
    @click.option(
        "--public-key",
        type=FILE,
        help="Ed25519 key (PEM) that must have signed BUNDLE, and a bundle given by --compare; see prodcls sign.",
    )
    @click.option("--signature", type=FILE, help="Signature of BUNDLE.  [default: NAME.sig beside the folder NAME]")
    @wraps(command)
    def with_trust(
        *given: Any,  # noqa: ANN401 - what the command takes
        expect_sha256: str | None,
        public_key: Path | None,
        signature: Path | None,
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        return command(*given, trust=Trust(expect_sha256, public_key, signature), **options)

    return with_trust
