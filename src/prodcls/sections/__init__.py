"""The sections of the audit page, in their order.

A section is a module here with a context dataclass and a ``build`` function, and a template of the same name. To add
one, write both and name its ``SECTION`` below.
"""

from __future__ import annotations

from prodcls.sections import (
    behaviour,
    confidence,
    confusions,
    crosswalk,
    data,
    dossiers,
    explanation,
    glossary,
    intended,
    limits,
    lineage,
    oversight,
    performance,
    robustness,
    since,
    trust,
    verdict,
    words,
)
from prodcls.sections.parts import Section

__all__ = ["SECTIONS"]

SECTIONS: tuple[Section, ...] = (
    verdict.SECTION,
    intended.SECTION,
    lineage.SECTION,
    data.SECTION,
    performance.SECTION,
    confusions.SECTION,
    confidence.SECTION,
    explanation.SECTION,
    words.SECTION,
    behaviour.SECTION,
    trust.SECTION,
    dossiers.SECTION,
    robustness.SECTION,
    oversight.SECTION,
    crosswalk.SECTION,
    since.SECTION,
    limits.SECTION,
    glossary.SECTION,
)
