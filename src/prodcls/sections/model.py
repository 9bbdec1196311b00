"""A bundle in tables: where it comes from, the figures of its audit, the columns that it reads."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.description import Description
from prodcls.language import Language, as_text, code, plain, quoted
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
    facts = (
        ("serve.fact.bundle", found.bundle),
        ("serve.fact.created", found.created),
        ("serve.fact.version", found.version),
        ("serve.fact.head", found.head),
        ("serve.fact.encoders", ", ".join(found.encoders)),
        ("serve.fact.catalogue", found.catalogue),
        ("serve.fact.catalogue_sha256", found.catalogue_sha256),
        ("serve.fact.products", t.count(found.training_products)),
        ("serve.fact.classes", t.count(len(found.classes))),
    )
    heads = (Column(t.say("head.label")), Column(t.say("head.value")))
    figures = tuple(
        (plain(as_text(t.say(f"check.{name}"))), plain(t.decimal(value, 4))) for name, value in found.figures.items()
    )
    columns = tuple((quoted(one.name), t.say(f"role.{one.role}")) for one in found.columns)
    numeric = (heads[0], Column(t.say("head.value"), numeric=True))
    return ModelTables(
        Table(t("lineage.origin"), heads, tuple((t.say(key), code(value)) for key, value in facts)),
        Table(t("serve.figures"), numeric, figures),
        Table(t("serve.columns"), (Column(t.say("head.column")), Column(t.say("head.role"))), columns),
        found.classes,
    )
