"""What people wrote down for an audit, beside the catalogue: thresholds and model card."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import GivenFile
from prodcls.config import FitConfig
from prodcls.errors import InputError
from prodcls.model_card import CARD_FILE_NAME, CardFile, load_model_card
from prodcls.thresholds import FILE_NAME, Thresholds, load_thresholds
from prodcls.toml_files import find_beside

__all__ = ["Papers", "read_papers"]


@dataclass(frozen=True)
class Papers:
    """Files of an audit that people write.

    Attributes
    ----------
    thresholds : Thresholds or None
    card : CardFile or None
        None where there is no file.
    """

    thresholds: Thresholds | None = None
    card: CardFile | None = None

    @property
    def given(self) -> tuple[GivenFile, ...]:
        """The files with their digests."""
        found = {"thresholds": self.thresholds, "model_card": self.card}
        return tuple(GivenFile(role, f.file, f.sha256) for role, f in found.items() if f is not None)


def read_papers(config: FitConfig) -> Papers:
    """Read what people wrote down for this audit.

    Parameters
    ----------
    config : FitConfig

    Returns
    -------
    Papers

    Raises
    ------
    InputError
        If a file is at fault, or ``--enforce`` is given without thresholds.
    """
    path = config.audit or find_beside(config.catalogue, FILE_NAME)
    thresholds = None if path is None else load_thresholds(path)
    if config.enforce and thresholds is None:
        where = "name a file with --audit" if config.catalogue is None else f"put {FILE_NAME} beside the catalogue"
        message = f"--enforce needs thresholds: {where}, with a table [thresholds] and lines such as accuracy = 0.95"
        raise InputError(message, code="thresholds-missing")
    written = config.model_card or find_beside(config.catalogue, CARD_FILE_NAME)
    return Papers(thresholds, None if written is None else load_model_card(written))
