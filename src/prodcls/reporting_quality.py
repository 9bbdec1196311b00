"""From a catalogue to what is wrong with it, as findings in order of severity.

The same findings with and without a fit: nothing here needs the model, only embeddings and quick probes, which a fit
has already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit_quality import Finding, QualityFindings
from prodcls.explain.phrases import Phrases, mine_phrases
from prodcls.gathering import Material
from prodcls.quality.opinions import Opinions, held_out_opinions
from prodcls.reporting_quality_columns import column_findings
from prodcls.reporting_quality_copies import copy_findings
from prodcls.reporting_quality_labels import label_findings
from prodcls.reporting_quality_rows import KINDS, SEVERITIES, Rows
from prodcls.reporting_quality_texts import text_findings
from prodcls.reporting_quality_tree import tree_findings, tree_kinds

__all__ = ["find_faults"]


def find_faults(
    material: Material, phrases: Phrases | None = None, scores: Mapping[str, NDArray[np.float64]] | None = None
) -> QualityFindings:
    """Look for everything that may be wrong with the data.

    Parameters
    ----------
    material : Material
    phrases : Phrases, optional
        Those of ``material``, where they have been mined already.
    scores : mapping of str to ndarray of shape (n, K), float64, optional
        What the probes of the blocks say of each product without its copies, where it is known already.

    Returns
    -------
    QualityFindings
    """
    problem = material.problem
    with threadpool_limits(1):  # the same bits on any number of processors
        opinions = held_out_opinions(material.unlearned, problem.labels, material.copies, len(problem.classes), scores)
        mined = mine_phrases(problem.inputs.texts, material.copies) if phrases is None else phrases
        rows = Rows(material)
        found = sorted(_all(rows, opinions, mined), key=lambda f: (SEVERITIES.index(f.severity), KINDS.index(f.kind)))
    kinds, of_tree = {f.kind for f in found}, tree_kinds(rows)
    looked_for = (k for k in KINDS if k in of_tree or not k.startswith("tree_"))
    return QualityFindings(tuple(found), tuple(k for k in looked_for if k not in kinds))


def _all(rows: Rows, opinions: Opinions, phrases: Phrases) -> Iterator[Finding]:
    yield from label_findings(rows, opinions)
    yield from copy_findings(rows)
    yield from text_findings(rows, phrases)
    yield from column_findings(rows)
    yield from tree_findings(rows)
