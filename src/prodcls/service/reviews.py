"""The queue of products that people decide on, in the service: what is listed, why, and what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from prodcls.bundle import Bundle
from prodcls.catalogue import Catalogue
from prodcls.errors import InputError
from prodcls.explain.case import Case
from prodcls.lookup import found_in
from prodcls.new_products import Reading, read_new
from prodcls.overrides import append_overrides, read_overrides, standing
from prodcls.progress import SilentProgress
from prodcls.reasons import case_of
from prodcls.scored_rows import Scored, check_bundle, open_scored, scored_rows
from prodcls.service.engine import Engine
from prodcls.service.settings import Reviewed
from prodcls.worklist import choose, line_key
from prodcls.worklist_checks import Against, check_filled
from prodcls.worklist_files import FILLED, Filled, FilledFile

__all__ = ["Queue", "Reviews", "Waiting"]

LISTED = 200
"""Most products on the page of the queue."""


@dataclass(frozen=True)
class Waiting:
    """A product that waits for a decision: its key, what the model said, and its title where that is known."""

    key: str
    scored: Scored
    title: str


@dataclass(frozen=True)
class Queue:
    """The products that wait, most pressing first.

    Attributes
    ----------
    shown : tuple of Waiting
    waiting, decided : int
        Of all products that are up for review.
    """

    shown: tuple[Waiting, ...]
    waiting: int
    decided: int


@dataclass(frozen=True)
class _Loaded:
    """The scored file, read for one bundle."""

    bundle: str
    rows: tuple[Scored, ...]
    sha256: str
    products: Catalogue | None
    places: dict[str, int]


class Reviews:
    """Lists what waits, says why it was decided so, and records what people decide.

    Parameters
    ----------
    files : Reviewed
    """

    def __init__(self, files: Reviewed) -> None:
        self.files = files
        self._loaded: _Loaded | None = None

    def queue(self, bundle: Bundle, limit: int = LISTED) -> Queue:
        """Return what waits for a decision.

        Parameters
        ----------
        bundle : Bundle
        limit : int

        Returns
        -------
        Queue

        Raises
        ------
        InputError
            If the scored file is of another bundle, or a file cannot be read.
        """
        loaded = self._load(bundle)
        chosen = choose(loaded.rows, limit=limit, decided=self._decided())
        shown = tuple(Waiting(line_key(bundle.digest, row), row, _title(row, loaded)) for row in chosen.rows)
        return Queue(shown, chosen.waiting, chosen.decided)

    def find(self, bundle: Bundle, key: str) -> Waiting:
        """Return a product of the queue by its key; raises InputError where there is none."""
        loaded = self._load(bundle)
        row = next((row for row in loaded.rows if line_key(bundle.digest, row) == key), None)
        if row is None:
            message = f"the queue has no line {key!r}: it was made for another bundle or another scored file"
            raise InputError(message, code="product-unknown")
        return Waiting(key, row, _title(row, loaded))

    def case(self, engine: Engine, waiting: Waiting) -> Case | None:
        """Return why the model decided so; None where the catalogue is not at hand or no longer has the product."""
        loaded = self._load(engine.bundle)
        place = loaded.places.get(waiting.scored.id)
        if loaded.products is None or place is None:
            return None
        found = found_in(loaded.products.take(np.array([place])), engine.bundle, engine.readers)
        return case_of(engine.bundle, found, engine.question(predicted=None, versus=None), SilentProgress())

    def decide(self, bundle: Bundle, waiting: Waiting, *, decision: str, who: str, reason: str) -> None:
        """Record what a person decided, now.

        Parameters
        ----------
        bundle : Bundle
        waiting : Waiting
        decision : str
            A class of the bundle.
        who : str
        reason : str

        Raises
        ------
        InputError
            If something is missing, too long or no class; nothing is recorded then.
        """
        now = datetime.now(UTC)
        when = now.isoformat(timespec="seconds")
        line = Filled(1, waiting.scored.id, waiting.key, None, decision.strip(), who.strip(), when, reason.strip())
        classes = frozenset(bundle.model.classes)
        against = Against({waiting.key: waiting.scored}, classes, (), bundle.digest, self._load(bundle).sha256, now)
        names = {name: name for name in FILLED}
        good, bad = check_filled(FilledFile((line,), 0, (), names), against, self.files.scored.name)
        if bad:
            raise InputError(bad[0].reason, code=bad[0].code, column=bad[0].column)
        append_overrides(self.files.overrides, good)

    def _decided(self) -> frozenset[str]:
        if not self.files.overrides.exists():
            return frozenset()
        return frozenset(standing(read_overrides(self.files.overrides).records))

    def _load(self, bundle: Bundle) -> _Loaded:
        """Read the scored file and the catalogue, once for each bundle."""
        kept = self._loaded
        if kept is not None and kept.bundle == bundle.digest:
            return kept
        scored = self.files.scored
        file = open_scored(scored)
        check_bundle(scored, bundle.digest)
        rows = tuple(row for row in scored_rows(file, scored) if row.review)
        products = None
        if self.files.catalogue is not None:
            _, products = read_new(self.files.catalogue, bundle, Reading())
        places = {} if products is None else {name: i for i, name in enumerate(products.ids)}
        self._loaded = _Loaded(bundle.digest, rows, file.source.sha256, products, places)
        return self._loaded


def _title(row: Scored, loaded: _Loaded) -> str:
    place = loaded.places.get(row.id)
    if loaded.products is None or place is None:
        return ""
    return next((cells[place] for cells in loaded.products.texts.values() if cells[place].strip()), "")
