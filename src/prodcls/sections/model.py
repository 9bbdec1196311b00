"""A bundle in tables: where it comes from, the figures of its audit, the columns that it reads."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_figures import FIGURES
from prodcls.description import Description
from prodcls.language import Language, Prose, as_text, code, plain, quoted
from prodcls.sections.parts import Column, Table

__all__ = ["ModelTables", "model_tables"]


@dataclass(frozen=True)
class ModelTables:
    """What is shown of a bundle.

    Attributes
    ----------
    facts, figures, columns : Table
        Without rows of figures where the bundle keeps no report.
    classes : tuple of str
    """

    facts: Table
    figures: Table
    columns: Table
    classes: tuple[str, ...]


def model_tables(found: Description, t: Language) -> ModelTables:
    """Return the tables of a bundle.

    Parameters
    ----------
    found : Description
    t : Language

    Returns
    -------
    ModelTables
    """
    facts: tuple[tuple[str, Prose], ...] = (
        ("serve.fact.bundle", code(found.bundle)),
        ("serve.fact.created", plain(t.date(found.created))),
        ("serve.fact.version", code(found.version)),
        ("serve.fact.head", code(found.head)),
        ("serve.fact.encoders", code(", ".join(found.encoders))),
        ("serve.fact.catalogue", code(found.catalogue)),
        ("serve.fact.catalogue_sha256", code(found.catalogue_sha256)),
        ("serve.fact.products", plain(t.count(found.training_products))),
        ("serve.fact.classes", plain(t.count(len(found.classes)))),
        *((("serve.fact.added", code(", ".join(found.added))),) if found.added else ()),
    )
    value = t.say("head.value")
    heads = Column(t.say("head.figure")), Column(value, numeric=True)
    figures = tuple((_name(name, t), plain(_figure(name, number, t))) for name, number in found.figures.items())
    columns = tuple((quoted(one.name), t.say(f"role.{one.role}")) for one in found.columns)
    return ModelTables(
        Table(t("lineage.origin"), (Column(t.say("head.what")), Column(value)), tuple((t.say(k), v) for k, v in facts)),
        Table(t("serve.figures"), heads, figures),
        Table(t("serve.columns"), (Column(t.say("head.column")), Column(t.say("head.role"))), columns),
        found.classes,
    )


def _name(figure: str, t: Language) -> Prose:
    """Return the name of a figure, without the links of the report to its glossary."""
    return plain(as_text(t.say(f"check.{figure}")))


def _figure(name: str, number: float, t: Language) -> str:
    """Return a figure as the report writes it: a share in per cent, what is close to nothing with its power."""
    if FIGURES[name].share:
        return t.share(number)
    return t.small(number) if 0 < abs(number) < 1e-4 else t.decimal(number, 4)
