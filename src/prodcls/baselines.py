"""Competitors of the head, fitted and scored on the same folds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import RidgeClassifier
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from prodcls.duplicates import mostly_unspaced
from prodcls.flat import fit_flat, flat_probabilities
from prodcls.inputs import Inputs

__all__ = ["BaselineResult", "baseline_names", "run_baseline"]

_Predict = Callable[[NDArray[np.intp], NDArray[np.intp]], NDArray[np.int64]]
"""From training and test rows to the classes predicted for the test rows."""


@dataclass(frozen=True)
class BaselineResult:
    """What a baseline predicted.

    Attributes
    ----------
    predicted : ndarray of shape (n,), int64
        Class of each row by the model that has not seen its fold; -1 for rows that are only trained on.
    seconds : float
        Wall time of fitting and predicting all folds.
    """

    predicted: NDArray[np.int64]
    seconds: float


def baseline_names(inputs: Inputs) -> tuple[str, ...]:
    """Return the baselines that these products allow.

    ``"majority"``; ``"tfidf_svc"`` and ``"ridge lexical"`` where there is text; ``"ridge BLOCK"`` for each dense block
    that is not all missing; ``"flat"`` where there is anything but text.

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    tuple of str
    """
    has_text = any(cell.strip() for cell in inputs.joined_text())
    lexical = ("tfidf_svc", "ridge lexical") if has_text else ()
    blocks = tuple(f"ridge {name}" for name, e in inputs.dense.items() if e.present.any())
    flat = ("flat",) if inputs.dense or inputs.numeric or inputs.categorical else ()
    return ("majority", *lexical, *blocks, *flat)


def run_baseline(
    name: str,
    inputs: Inputs,
    labels: NDArray[np.int64],
    n_classes: int,
    folds: NDArray[np.int64],
    random_state: int,
    threads: int,
) -> BaselineResult:
    """Fit a baseline on the other folds and predict each fold.

    Parameters
    ----------
    name : str
        One of `baseline_names`.
    inputs : Inputs
        n products.
    labels : ndarray of shape (n,), int64
        Class numbers from 0.
    n_classes : int
    folds : ndarray of shape (n,), int64
        Rows with a negative fold are only trained on.
    random_state : int
    threads : int

    Returns
    -------
    BaselineResult

    Raises
    ------
    ValueError
        If there is no such baseline for these products.
    """
    if name not in baseline_names(inputs):
        message = f"no baseline {name!r}: choose one of {', '.join(baseline_names(inputs))}"
        raise ValueError(message)
    started = time.perf_counter()
    predict = _competitor(name, inputs, labels, n_classes, random_state, threads)
    predicted = np.full(len(labels), -1, dtype=np.int64)
    for fold in np.unique(folds[folds >= 0]):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        alike = bool((labels[train] == labels[train[0]]).all())  # no classifier can be fitted to one class
        predicted[test] = labels[train[0]] if alike else predict(train, test)
    return BaselineResult(predicted, time.perf_counter() - started)


def _competitor(
    name: str, inputs: Inputs, labels: NDArray[np.int64], n_classes: int, random_state: int, threads: int
) -> _Predict:
    """Return what fits the baseline on some rows and predicts others."""
    if name == "majority":
        return lambda train, test: np.full(len(test), np.bincount(labels[train]).argmax(), dtype=np.int64)
    if name == "flat":

        def flat(train: NDArray[np.intp], test: NDArray[np.intp]) -> NDArray[np.int64]:
            model = fit_flat(inputs.take(train), labels[train], n_classes, random_state, threads)
            best: NDArray[np.int64] = flat_probabilities(model, inputs.take(test), threads).argmax(axis=1)
            return best

        return flat
    if name == "tfidf_svc":
        return _linear(lambda: LinearSVC(random_state=random_state), _Words(inputs), labels)
    block = name.removeprefix("ridge ")
    features = _Words(inputs) if block == "lexical" else _Vectors(inputs, block)
    return _linear(lambda: RidgeClassifier(alpha=1.0), features, labels)


def _linear(
    classifier: Callable[[], LinearSVC | RidgeClassifier], features: _Words | _Vectors, labels: NDArray[np.int64]
) -> _Predict:
    def predict(train: NDArray[np.intp], test: NDArray[np.intp]) -> NDArray[np.int64]:
        known, unknown = features.split(train, test)
        found: NDArray[np.int64] = classifier().fit(known, labels[train]).predict(unknown)
        return found

    return predict


class _Vectors:
    """A dense block as unit vectors."""

    def __init__(self, inputs: Inputs, block: str) -> None:
        self._vectors = normalize(inputs.dense[block].vectors)

    def split(self, train: NDArray[np.intp], test: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self._vectors[train], self._vectors[test]


class _Words:
    """Words and pairs of words as TF-IDF; runs of 1 to 3 characters in texts of a script without spaces."""

    def __init__(self, inputs: Inputs) -> None:
        words = CountVectorizer(ngram_range=(1, 2)).build_analyzer()
        characters = CountVectorizer(analyzer="char", ngram_range=(1, 3)).build_analyzer()
        # A text without words gets one of its own, so that no vocabulary is empty.
        self._terms = [(characters(x) if mostly_unspaced(x) else words(x)) or [""] for x in inputs.joined_text()]

    def split(self, train: NDArray[np.intp], test: NDArray[np.intp]) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        """Return both parts in the vocabulary and frequencies of the training rows alone."""
        vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True)
        known = vectorizer.fit_transform([self._terms[i] for i in train])
        return known, vectorizer.transform([self._terms[i] for i in test])
