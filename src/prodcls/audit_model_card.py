"""The model card as data: what people say of a model and no measurement can."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GROUPS", "ModelCard"]

GROUPS: dict[str, tuple[str, ...]] = {
    "model": ("name", "version", "licence"),
    "use": ("intended_use", "users", "out_of_scope"),
    "people": ("owner", "contact", "reviewer", "oversight"),
    "data": ("data_origin", "data_licence", "personal_data"),
    "risks": ("ethical_considerations", "known_risks", "caveats"),
    "upkeep": ("review_date", "monitoring", "changes", "standards"),
}
"""Fields of a model card in the order of the page, by group."""


@dataclass(frozen=True)
class ModelCard:
    """What people wrote about a model; every field may be empty, which is shown as "not provided".

    The fields follow Mitchell et al., "Model Cards for Model Reporting" (2019), and what Annex IV of Regulation (EU)
    2024/1689 asks of people. Each holds paragraphs.

    Attributes
    ----------
    name, version, licence : tuple of str
        Of the model.
    intended_use, users, out_of_scope : tuple of str
        What it is for, who is to use it, and what it must not be used for.
    owner, contact, reviewer, oversight : tuple of str
        Who answers for it, how to reach them, who checked this report, and how people watch over its decisions.
    data_origin, data_licence, personal_data : tuple of str
        Where the catalogue comes from, by what right it is used, and whether it tells of persons.
    ethical_considerations, known_risks, caveats : tuple of str
    review_date : tuple of str
        Day of the next review, ISO 8601.
    monitoring, changes, standards : tuple of str
        How it is watched after release, what changed since the version before, which standards were applied.
    """

    name: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    intended_use: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()
    reviewer: tuple[str, ...] = ()
    oversight: tuple[str, ...] = ()
    data_origin: tuple[str, ...] = ()
    data_licence: tuple[str, ...] = ()
    personal_data: tuple[str, ...] = ()
    ethical_considerations: tuple[str, ...] = ()
    known_risks: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    review_date: tuple[str, ...] = ()
    monitoring: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()

    def field(self, name: str) -> tuple[str, ...]:
        """Return the paragraphs of a field; empty where nobody filled it."""
        found: tuple[str, ...] = getattr(self, name)
        return found
