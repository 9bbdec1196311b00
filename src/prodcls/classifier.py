"""`ProductClassifier`: the evidence head as an estimator by scikit-learn's conventions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from prodcls.accounts import Account
from prodcls.atomic import cache_root
from prodcls.bundle_products import KnownColumns, known_columns
from prodcls.catalogue import Catalogue, RawTable, Schema
from prodcls.config import Balance, Head, Lang, Runtime
from prodcls.duplicates import near_duplicate_groups
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders.base import available_processors
from prodcls.errors import SchemaError
from prodcls.frames import single_row, table_from_frame
from prodcls.inputs import Inputs
from prodcls.intake import build_catalogue
from prodcls.lookalikes import alike_pairs
from prodcls.lookup import found_in
from prodcls.model import fit_model
from prodcls.preparation import IMAGE_BLOCK, choose_recipe, open_readers, prepare
from prodcls.progress import SilentProgress
from prodcls.reasons import Method, Question, account_of
from prodcls.schema import ColumnOptions, match_schema, recognise
from prodcls.trained import ServedModel

__all__ = ["ProductClassifier"]


class ProductClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Classify the products of a data frame from their texts, photos and columns.

    Columns are recognised by name (``title``, ``description``, ``price``, ``brand``, ``image`` and their like in
    English and Chinese); the parameters override that.

    Parameters
    ----------
    text : sequence of str, optional
        Text columns in reading order.
    image : str, optional
        Column with the photo's path.
    audio : str, optional
        Column with the sound's path.
    numeric : sequence of str, optional
    categorical : sequence of str, optional
    image_root : path, optional
        Folder that photos and sounds must lie in; the current folder by default.
    clean : bool, default True
        Whether texts are cleaned.
    head : {"evidence", "flat"}, default "evidence"
    balance : {"macro-f1", "accuracy", "none"}, default "macro-f1"
        Figure that classes of unequal size are balanced for, where that raises it by more than chance.
    text_encoder : sequence of str, optional
        Chosen by the scripts of the texts by default.
    image_encoder : str or sequence of str, default "lite0"
        Several are put side by side.
    audio_encoder : str, default "log-mel"
    runtime : {"onnx", "torch"}, default "onnx"
    cache_dir : path, optional
        Where embeddings are kept.
    n_jobs : int, optional
        Threads; one a processor by default. -1 is all processors, -2 all but one, as everywhere in scikit-learn.
    random_state : int, default 0

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        Class labels, sorted.
    model_ : Model
    schema_ : Schema
        Roles of the columns.
    recipe_ : Recipe
        Which encoder reads what.
    known_ : KnownColumns
        Numeric columns of the model, where a price is one column for each currency, and the values of the others.
    n_features_in_ : int
    feature_names_in_ : ndarray of str

    Examples
    --------
    >>> from prodcls import ProductClassifier
    >>> classifier = ProductClassifier(text=["title"])
    >>> classifier.get_params()["head"]
    'evidence'
    """

    def __init__(  # noqa: PLR0913 - scikit-learn reads its parameters from this signature
        self,
        *,
        text: Sequence[str] | None = None,
        image: str | None = None,
        audio: str | None = None,
        numeric: Sequence[str] | None = None,
        categorical: Sequence[str] | None = None,
        image_root: str | Path | None = None,
        clean: bool = True,
        head: Head = "evidence",
        balance: Balance = "macro-f1",
        text_encoder: Sequence[str] | None = None,
        image_encoder: str | Sequence[str] = "lite0",
        audio_encoder: str = "log-mel",
        runtime: Runtime = "onnx",
        cache_dir: str | Path | None = None,
        n_jobs: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.text = text
        self.image = image
        self.audio = audio
        self.numeric = numeric
        self.categorical = categorical
        self.image_root = image_root
        self.clean = clean
        self.head = head
        self.balance = balance
        self.text_encoder = text_encoder
        self.image_encoder = image_encoder
        self.audio_encoder = audio_encoder
        self.runtime = runtime
        self.cache_dir = cache_dir
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: Sequence[object]) -> ProductClassifier:
        """Learn the classes ``y`` of the products ``X``.

        Parameters
        ----------
        X : DataFrame of n rows
        y : sequence of length n

        Returns
        -------
        ProductClassifier
            This object.

        Raises
        ------
        SchemaError
            If no column can be used.
        ValueError
            If ``y`` has another length than ``X``, a missing label, or fewer than two classes.
        """
        labels = np.asarray(y)
        if labels.shape != (len(X),):
            message = f"X has {len(X)} rows and y has shape {labels.shape}"
            raise ValueError(message)
        if pd.isna(labels).any():
            message = f"y has {int(pd.isna(labels).sum())} missing labels"
            raise ValueError(message)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            message = "y has one class; at least two are needed"
            raise ValueError(message)
        table = table_from_frame(X)
        options = ColumnOptions(
            text=_tuple(self.text),
            image=self.image,
            audio=self.audio,
            numeric=_tuple(self.numeric),
            categorical=_tuple(self.categorical),
            id="",
        )
        self.schema_ = recognise(table, options, need_target=False)
        catalogue = self._catalogue(table, self.schema_)
        self.recipe_ = choose_recipe(
            catalogue,
            _tuple(self.text_encoder),
            self.runtime,
            self.image_encoder if isinstance(self.image_encoder, str) else ",".join(self.image_encoder),
            self.audio_encoder,
        )
        self._take_all(catalogue, len(X))
        inputs = self._inputs(catalogue)
        self.known_: KnownColumns = known_columns(inputs)
        image = inputs.dense.get(IMAGE_BLOCK)
        alike = None if image is None else alike_pairs(image.vectors, image.present)
        groups = near_duplicate_groups(inputs.joined_text(), alike=alike)
        names = self._names()
        with threadpool_limits(1):  # the same bits on any number of processors
            fit = fit_model(
                inputs,
                codes.astype(np.int64),
                groups,
                names,
                head=self.head,
                balance=self.balance,
                random_state=self.random_state,
                threads=self._threads(),
            )
        self.model_ = fit.model
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return calibrated probabilities of shape (n, K), columns in the order of ``classes_``.

        Parameters
        ----------
        X : DataFrame of n rows

        Raises
        ------
        SchemaError
            If columns are missing; the message says which.
        NotFittedError
            If `fit` has not been called.
        """
        check_is_fitted(self)
        catalogue = self._read(X)
        inputs = self._inputs(catalogue).aligned(self.known_.numeric, self.known_.categorical)
        return self.model_.probabilities(inputs, threads=self._threads())

    def predict(self, X: pd.DataFrame) -> NDArray[np.generic]:
        """Return the most probable class of each product, shape (n,).

        Parameters
        ----------
        X : DataFrame of n rows
        """
        best = self.predict_proba(X).argmax(axis=1)
        classes: NDArray[np.generic] = self.classes_[best]
        return classes

    def why(
        self,
        X: pd.Series | pd.DataFrame,
        *,
        versus: object = None,
        method: Method = "chain",
        lang: Lang = "en",
    ) -> Account:
        """Say why a product is in its class and not in another.

        Parameters
        ----------
        X : Series or DataFrame
            Its row.
        versus : object, optional
            Label of the rival, or ``"rest"`` for all others together; the runner-up by default.
        method : {"chain", "chain-corrected", "shap", "lime", "integrated-gradients", "attention", "all"}
            See ``prodcls why --help``.
        lang : {"en", "zh"}
            Of what is shown.

        Returns
        -------
        Account
            Without what needs the training products, which a bundle keeps: the most similar ones, prediction sets, and
            changes that give another class.

        Raises
        ------
        InputError
            If the row or the rival is at fault.
        """
        check_is_fitted(self)
        served = ServedModel(self.model_, self.recipe_, self.known_)
        found = found_in(self._read(single_row(X)), served, open_readers(self.recipe_, self._threads()))
        question = Question(versus=None if versus is None else str(versus), method=method)
        return Account(account_of(served, found, question, SilentProgress()), lang)

    def _names(self) -> tuple[str, ...]:
        """Return labels as an account names them; by number where two are written alike."""
        names = tuple(map(str, self.classes_))
        return names if len(set(names)) == len(names) else tuple(f"{name} ({k})" for k, name in enumerate(names))

    def _read(self, X: pd.DataFrame) -> Catalogue:
        table = table_from_frame(X)
        catalogue = self._catalogue(table, match_schema(table, self.schema_, need_target=False))
        self._take_all(catalogue, len(X))
        return catalogue

    def _catalogue(self, table: RawTable, schema: Schema) -> Catalogue:
        return build_catalogue(table, schema, image_root=self._root(), need_labels=False, clean=self.clean)

    def _take_all(self, catalogue: Catalogue, rows: int) -> None:
        if len(catalogue) != rows:  # every row needs its prediction, so none may be rejected
            first = next(r for r in catalogue.rejections if r.scope == "row")
            raise SchemaError(first.reason, code=first.code, row=first.row, column=first.column)

    def _inputs(self, catalogue: Catalogue) -> Inputs:
        cache = Path(self.cache_dir) if self.cache_dir is not None else cache_root()
        store = EmbeddingStore(cache / "embeddings")
        return prepare(catalogue, self.recipe_, store, SilentProgress(), threads=self._threads())

    def _root(self) -> Path:
        return Path(self.image_root) if self.image_root is not None else Path.cwd()

    def _threads(self) -> int:
        processors = available_processors()
        jobs = self.n_jobs or processors
        return jobs if jobs > 0 else max(1, processors + 1 + jobs)  # joblib's reading of negative numbers


def _tuple(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)
