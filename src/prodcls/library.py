"""`Bundle` of ``from prodcls import Bundle``: a bundle that classifies data frames and explains products.

It holds a `prodcls.bundle.Bundle`, the data that a folder on disk contains, and calls what the commands call.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prodcls.accounts import Account
from prodcls.bundle import Bundle as StoredBundle
from prodcls.bundle_opening import open_bundle
from prodcls.bundle_trust import Trust
from prodcls.catalogue import Catalogue, Rejection
from prodcls.cells import spell
from prodcls.description import Description, describe
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import available_processors
from prodcls.errors import CatalogueError
from prodcls.frames import single_row, table_from_frame
from prodcls.lookup import Found, found_in, product_from_cells, product_from_training
from prodcls.new_products import Reading, read_rows
from prodcls.notebook import bundle_part
from prodcls.preparation import Readers, open_readers, prepare
from prodcls.progress import SilentProgress
from prodcls.reasons import Method, Question, case_of
from prodcls.scoring import batches
from prodcls.scoring_rows import Scorer, point_within

if TYPE_CHECKING:
    from prodcls.config import Lang

__all__ = ["Bundle"]

BATCH = 1024
"""Products held in memory as vectors at a time."""


class Bundle:
    """A fitted bundle, verified, that classifies products and says why.

    Made by `Bundle.load`.

    Parameters
    ----------
    stored : prodcls.bundle.Bundle
        What is on disk.
    image_root : Path
        Folder that photos must lie in.
    store : EmbeddingStore
        Keeps what was encoded.

    Examples
    --------
    >>> from prodcls import Bundle
    >>> Bundle.load("missing")
    Traceback (most recent call last):
    ...
    prodcls.errors.BundleError: missing: there is no such folder; give the one that a fit wrote [bundle-missing]
    """

    def __init__(self, stored: StoredBundle, image_root: Path, store: EmbeddingStore) -> None:
        self.stored = stored
        self.image_root = image_root
        self._store = store

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        expect_sha256: str | None = None,
        public_key: str | Path | None = None,
        signature: str | Path | None = None,
        image_root: str | Path | None = None,
        cache_dir: str | Path | None = None,
    ) -> Bundle:
        """Read a bundle: every file is verified before it is parsed, and the model tried on products it keeps.

        Parameters
        ----------
        path : str or Path
            Folder that a fit wrote.
        expect_sha256 : str, optional
            Digest that the bundle must have, from a place you trust.
        public_key : str or Path, optional
            PEM file of the Ed25519 key that must have signed it.
        signature : str or Path, optional
            ``NAME.sig`` beside the folder ``NAME`` by default.
        image_root : str or Path, optional
            Folder that photos must lie in; the current one by default.
        cache_dir : str or Path, optional
            Where embeddings are kept; the user's cache folder by default.

        Returns
        -------
        Bundle

        Raises
        ------
        BundleError
            If it is damaged, incomplete, of another version, or another than the one meant.
        InputError
            If the digest or the key is none.

        Warns
        -----
        UserWarning
            If the bundle was written with other versions or on another kind of processor, or classes were added to it.
        """
        trust = Trust(expect_sha256, _path(public_key), _path(signature))
        stored = open_bundle(Path(path), _Warning(), trust)
        store = EmbeddingStore() if cache_dir is None else EmbeddingStore(Path(cache_dir) / "embeddings")
        return cls(stored, Path(image_root or Path.cwd()), store)

    @property
    def digest(self) -> str:
        """SHA-256 that two bundles share when all their files are equal."""
        return self.stored.digest

    @property
    def classes_(self) -> NDArray[np.str_]:
        """Class names in the order of the columns of `predict_proba`, shape (K,)."""
        return np.array(self.stored.model.classes)

    @cached_property
    def description(self) -> Description:
        """Where it comes from, which columns it reads, and the figures of its audit."""
        return describe(self.stored)

    def classify(self, frame: pd.DataFrame, *, top_k: int = 3, max_error: float | None = None) -> pd.DataFrame:
        """Classify products, and say which of them a person should look at.

        Parameters
        ----------
        frame : DataFrame of n rows
            With the columns that the model uses; others are left aside.
        top_k : int
            Classes given for each product.
        max_error : float, optional
            Share of errors allowed among the decisions that go without a person; the less certain are up for review.

        Returns
        -------
        DataFrame
            The columns that ``prodcls predict`` writes, and the index of ``frame``. A row that cannot be taken is
            left out. What was not taken as it stands is in ``attrs["rejections"]``, a dict for each.

        Raises
        ------
        InputError
            If columns are missing, no row can be taken, or ``max_error`` cannot be kept to.

        Warns
        -----
        UserWarning
            If a row or a cell was not taken as it stands.
        """
        least = 0.0 if max_error is None else point_within(self.stored, max_error).threshold
        scorer = Scorer(self.stored, self._store, top_k, least=least)
        catalogue = self._read(frame)
        parts = [scorer.score(part, SilentProgress()).to_pandas() for part in batches(catalogue, BATCH)]
        scored: pd.DataFrame = pd.concat(parts, ignore_index=True).set_axis(frame.index[catalogue.rows - 1], axis=0)
        rejections = [one for one in (*catalogue.rejections, *scorer.failed_photos) if one.scope != "note"]
        scored.attrs["rejections"] = [_told(one) for one in rejections]
        if rejections:
            first = rejections[0]
            message = (
                f"{len(rejections)} rows or cells were not taken as they stand, see .attrs['rejections']; the first is "
                f"in row {first.row}, column {first.column}: {first.reason} [{first.code}]"
            )
            warnings.warn(message, stacklevel=2)
        return scored

    def predict_proba(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Return calibrated probabilities of shape (n, K), columns in the order of ``classes_``.

        Parameters
        ----------
        frame : DataFrame of n rows

        Raises
        ------
        InputError
            If columns are missing, or a row cannot be taken: each needs its prediction.
        """
        catalogue = self._read(frame)
        if len(catalogue) != len(frame):
            first = next(one for one in catalogue.rejections if one.scope == "row")
            raise CatalogueError(first.reason, code=first.code, row=first.row, column=first.column)
        return np.concatenate(list(self._probabilities(catalogue)))

    def predict(self, frame: pd.DataFrame) -> NDArray[np.str_]:
        """Return the most probable class of each product, shape (n,).

        Parameters
        ----------
        frame : DataFrame of n rows
        """
        best: NDArray[np.str_] = self.classes_[self.predict_proba(frame).argmax(axis=1)]
        return best

    def why(
        self,
        product: str | Mapping[str, object] | pd.Series | pd.DataFrame,
        *,
        versus: str | None = None,
        predicted: str | None = None,
        method: Method = "chain",
        changes: bool = False,
        lang: Lang = "en",
    ) -> Account:
        """Say why a product is in its class and not in another.

        Parameters
        ----------
        product : str, mapping, Series or DataFrame
            The id of a training product; a new product's values by column, where one left out is missing; or a row
            of a frame, read as `classify` reads the frame.
        versus : str, optional
            Rival; ``"rest"`` for all others together. The runner-up by default.
        predicted : str, optional
            Class to account for; the most probable one by default.
        method : {"chain", "chain-corrected", "shap", "lime", "integrated-gradients", "attention", "all"}
            See ``prodcls why --help``.
        changes : bool
            Whether to look for the smallest changes that give another class; takes seconds.
        lang : {"en", "zh"}
            Of what is shown.

        Returns
        -------
        Account

        Raises
        ------
        InputError
            If the product, a class or a cell is at fault.
        """
        reading = Reading(image_root=self.image_root)
        question = Question(predicted=predicted, versus=versus, method=method, counterfactuals=changes, reading=reading)
        return Account(case_of(self.stored, self._find(product), question, SilentProgress()), lang)

    def _find(self, product: str | Mapping[str, object] | pd.Series | pd.DataFrame) -> Found:
        if isinstance(product, str):
            return product_from_training(self.stored, product, self._readers, self.image_root)
        if isinstance(product, pd.Series | pd.DataFrame):
            return found_in(self._read(single_row(product)), self.stored, self._readers)
        cells = {str(column): spell(value) for column, value in product.items()}
        return product_from_cells(self.stored, cells, self._readers, image_root=self.image_root)

    @cached_property
    def _readers(self) -> Readers:
        return open_readers(self.stored.recipe)

    def _read(self, frame: pd.DataFrame) -> Catalogue:
        return read_rows(table_from_frame(frame), self.stored, self.image_root)

    def _probabilities(self, catalogue: Catalogue) -> Iterator[NDArray[np.float64]]:
        known, threads = self.stored.known, available_processors()
        for part in batches(catalogue, BATCH):
            inputs = prepare(part, self.stored.recipe, self._store, SilentProgress())
            yield self.stored.model.probabilities(inputs.aligned(known.numeric, known.categorical), threads=threads)

    def __repr__(self) -> str:
        return f"<Bundle {self.digest[:12]}: {len(self.classes_)} classes, trained on {self.stored.source.path}>"

    def _repr_html_(self) -> str:
        return bundle_part(self.description)


class _Warning(SilentProgress):
    """Warns of what a command would say on standard error."""

    def note(self, line: str) -> None:
        warnings.warn(line, stacklevel=4)


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)


def _told(one: Rejection) -> dict[str, object]:
    return {"row": one.row, "column": one.column, "code": one.code, "reason": one.reason, "scope": one.scope}
