"""How much memory a fit takes at its peak, part by part, from the size of what it has to learn.

Only arrays that grow are counted, and what was measured of the rest: each constant below stands for a figure of
``benchmarks/memory.py``. The estimate is meant to lie above the true peak, and not far above.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

__all__ = ["Estimate", "Load", "at_once_within", "estimate_memory", "rows_within"]

MB = 1_000_000

ENCODERS = {"minilm": (260, 25), "use": (270, 40), "use-pooled": (270, 40), "lite0": (100, 15)}
"""MB of each encoder's weights with what runs them, and of each thread that encodes."""

OTHER_ENCODER = (1000, 60)
"""The same of an encoder of a folder or of another package, taken to be a BERT of the usual size."""


WITNESSES = 220
"""MB of the libraries that explain in other ways, and of the networks that they ask for gradients."""

REPORT = 100
"""MB of the report, of its pictures and of what the bundle is written from, beside what grows with the rows."""

DUAL_COPIES = 3.2
"""Matrices of training rows squared, float32, that a probe holds which is fitted through them."""

DUAL_ROWS, LEAST_DUAL_ROWS = 12_000, 2_000
"""Training rows up to which a probe is fitted in this way: many dimensions, and always. As in `prodcls.probes`."""

GRADIENT_COPIES, GRADIENT_CLASSES = 6.5, 32
"""Matrices of terms by some classes, float64, that the probe of the words holds where it is fitted step by step."""

PRIMAL_TERMS = 8192
"""Terms up to which that probe is fitted through a matrix of terms squared. As in `prodcls.probes`."""

FEW_CLASSES, WEIGHTS, MOST_TERMS = 128, 2**25, 200_000
"""Classes up to which all evidence is kept; beyond, most terms times classes; most terms. As in `prodcls.held_out`."""

SHORTLIST = 40
"""Classes of a product of which evidence is kept where classes are many. As in `prodcls.shortlist`."""

BLOCK_CELLS = 2**21
"""Channel values made at a time, of all classes, 8 bytes each and held four times. As in `prodcls.shortlist`."""

RESERVE = 0.05
"""Share of all parts that is added, since freed memory is not all given back to the system."""

NEIGHBOUR_ROWS, NEIGHBOUR_CELLS = 1024, 2**25
"""Rows compared with all training rows at a time, and most comparisons, 20 bytes each. As in `prodcls.neighbours`."""

TERM_BYTES = 300
"""Of one term of a vocabulary: its text, its column and what finds it."""

OCCURRENCE_BYTES = 80
"""Of one term of one text, while vocabularies are learnt."""

WORD_BYTES = 300
"""Of one word of one text, while near-duplicates are looked for."""

CANDIDATES = 60
"""Classes of a product, over the pool's and the booster's, of which all evidence is held several times."""


@dataclass(frozen=True)
class Load:
    """What a fit has to hold.

    Attributes
    ----------
    held : int
        Bytes that the process takes before embedding: the program, its libraries and the catalogue.
    rows : int
        Of the catalogue, and of the one for testing.
    tested : int
        Of the one for testing.
    classes : int
    dimensions : tuple of int
        Of the vectors of each block.
    columns : int
        Numeric and categorical ones.
    terms, all_terms : int
        Different words and pairs of words, those in at least two texts and all.
    occurrences : int
        Pairs of a text and a term in it.
    encoders : tuple of str
    folds : int
    threads : int
    copies : int
        Altered copies of photos that are trained on.
    flat : bool
        Whether the flat head is fitted.
    baselines, explained : bool
        Whether there are baselines, and explanations that read the products again.
    """

    held: int
    rows: int
    classes: int
    dimensions: tuple[int, ...]
    columns: int
    terms: int
    all_terms: int
    occurrences: int
    encoders: tuple[str, ...]
    folds: int
    threads: int
    tested: int = 0
    copies: int = 0
    flat: bool = False
    baselines: bool = True
    explained: bool = True


@dataclass(frozen=True)
class Estimate:
    """Bytes that a fit takes at its peak.

    Attributes
    ----------
    parts : dict of str to int
        By what takes them, at the time when all of them together take most.
    at_once : int
        Folds that are fitted at the same time.
    """

    parts: dict[str, int]
    at_once: int

    @property
    def total(self) -> int:
        """Sum of the parts."""
        return sum(self.parts.values())


def estimate_memory(load: Load, at_once: int | None = None) -> Estimate:
    """Estimate the peak.

    Parameters
    ----------
    load : Load
    at_once : int, optional
        Folds fitted at the same time; as many as there are threads and folds by default.

    Returns
    -------
    Estimate
    """
    folds = 1 if load.tested else load.folds
    at_once = min(at_once or load.threads, folds)
    trained = load.rows - load.tested
    in_fold = trained if load.tested else math.ceil(load.rows * (load.folds - 1) / load.folds)
    lasting = {
        "program and catalogue": load.held,
        "encoders": MB
        * sum(
            fixed + each * load.threads for fixed, each in (ENCODERS.get(name, OTHER_ENCODER) for name in load.encoders)
        ),
        "embeddings": 4 * load.rows * sum(load.dimensions),
    }
    whole = _model(load, trained)
    # The model for use is fitted beside those of the folds; with a catalogue for testing it is the one that is tested.
    models = whole + (0 if load.tested else folds * _model(load, in_fold)) + 8 * 8 * load.rows * load.classes
    by_stage = {
        "near-duplicates": WORD_BYTES * load.occurrences // 2 + 60 * MB,
        "models": models + _fitting(load, trained) + (at_once - 1) * _fitting(load, in_fold),
        "report": models + whole + REPORT * MB + (0 if load.flat else _words(load, trained)),
    }
    if load.baselines:
        by_stage["baselines"] = models + _baselines(load, in_fold)
    if load.explained and not load.flat:
        lasting["explanations"] = WITNESSES * MB
    worst = max(by_stage, key=by_stage.__getitem__)
    parts = {**lasting, worst: by_stage[worst]}
    return Estimate({**parts, "reserve": math.ceil(RESERVE * sum(parts.values()))}, at_once)


def at_once_within(load: Load, budget: int) -> Estimate:
    """Return the estimate with as many folds at the same time as the budget allows, with one where it allows none.

    Parameters
    ----------
    load : Load
    budget : int
        Bytes.

    Returns
    -------
    Estimate
        Its total may exceed the budget.
    """
    found = estimate_memory(load)
    while found.total > budget and found.at_once > 1:
        found = estimate_memory(load, found.at_once - 1)
    return found


def rows_within(load: Load, budget: int) -> int:
    """Return about how many rows the budget has room for, words and terms in proportion, one fold at a time.

    Parameters
    ----------
    load : Load
    budget : int
        Bytes.

    Returns
    -------
    int
        0 where there is room for none.
    """
    fits, fails = 0, load.rows
    while fails - fits > 1:
        rows = (fits + fails) // 2
        names = ("tested", "copies", "terms", "all_terms", "occurrences")
        less = replace(load, rows=rows, **{name: getattr(load, name) * rows // load.rows for name in names})
        fits, fails = (rows, fails) if estimate_memory(less, 1).total <= budget else (fits, rows)
    return fits


def _model(load: Load, rows: int) -> int:
    """Return the bytes of a model learnt from ``rows`` rows: what is near, probes, and vocabulary."""
    if load.flat:
        return 30 * MB
    width, terms = sum(load.dimensions), _terms(load, rows)
    return 4 * rows * width + 4 * load.classes * (width + terms) + TERM_BYTES * terms


def _terms(load: Load, rows: int) -> int:
    """Return the terms that have a weight for each class."""
    if load.classes <= FEW_CLASSES:
        return min(load.terms, MOST_TERMS)
    most = PRIMAL_TERMS if rows > DUAL_ROWS else max(PRIMAL_TERMS, min(MOST_TERMS, WEIGHTS // load.classes))
    return min(load.terms, most)


def _fitting(load: Load, rows: int) -> int:
    """Return the bytes that fitting one model on ``rows`` rows takes beside the model."""
    if load.flat:
        return _flat(load, rows)
    width, widest = sum(load.dimensions), max(load.dimensions, default=0)
    channels = 3 * len(load.dimensions) + load.columns + 2
    kept = load.classes if load.classes <= FEW_CLASSES else SHORTLIST
    evidence = 8 * rows * kept * channels + 4 * 8 * min(rows * load.classes * channels, BLOCK_CELLS)
    inputs = 4 * (rows + load.copies) * width + OCCURRENCE_BYTES * load.occurrences + TERM_BYTES * load.all_terms
    compared = 20 * min(NEIGHBOUR_ROWS * rows, NEIGHBOUR_CELLS)
    dense = 4 * (rows + load.copies) * widest * 4 + 16 * LEAST_DUAL_ROWS * load.classes + compared
    if rows <= LEAST_DUAL_ROWS:
        dense += round(DUAL_COPIES * 4 * rows**2)
    candidates = 2 * 8 * rows * min(load.classes, CANDIDATES) * channels * 2
    return inputs + _words(load, rows) + max(evidence + dense, evidence + candidates)


def _words(load: Load, rows: int) -> int:
    """Return the bytes that the probe of the words takes while it is fitted."""
    terms = _terms(load, rows)
    if rows <= max(LEAST_DUAL_ROWS, min(terms, DUAL_ROWS)):
        return round(DUAL_COPIES * 4 * rows**2) + 3 * 4 * rows * load.classes
    if terms <= PRIMAL_TERMS:
        return 2 * 4 * terms**2 + 4 * 4 * terms * load.classes
    classes = min(load.classes, GRADIENT_CLASSES)
    return round(GRADIENT_COPIES * 8 * terms * classes) + 4 * 8 * rows * classes + 4 * rows * load.classes


def _flat(load: Load, rows: int) -> int:
    """Return the bytes of all columns in one booster."""
    width = sum(load.dimensions) + load.columns
    return 18 * rows * width + 24 * rows * load.classes + 60 * MB


def _baselines(load: Load, rows: int) -> int:
    """Return the bytes of the baseline that takes most."""
    words = 2 * OCCURRENCE_BYTES * load.occurrences + (TERM_BYTES + 3 * 8 * load.classes) * load.all_terms
    return max(_flat(load, rows), words + 3 * 8 * rows * load.classes)
