"""What four frameworks ask for, item by item, and what of the report supports each.

The items follow, in this project's own words, Annex IV of Regulation (EU) 2024/1689 (AI Act), the categories of the
NIST AI Risk Management Framework 1.0 (2023), the control areas of Annex A of ISO/IEC 42001:2023, and the sections of a
model card (Mitchell et al. 2019). Titles stand in the strings ``crosswalk.FRAMEWORK.NUMBER``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FRAMEWORKS", "Framework", "Item"]


@dataclass(frozen=True)
class Item:
    """One item of a framework.

    Attributes
    ----------
    number : str
        As the framework numbers it; for a model card, its place.
    evidence : tuple of str
        Names in `prodcls.sections.crosswalk_evidence.EVIDENCE`.
    said : tuple of str
        Fields of the model card that speak to it.
    partly : bool
        Whether the evidence can only ever speak to a part of it.
    """

    number: str
    evidence: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    partly: bool = False

    @property
    def key(self) -> str:
        """Name of the item in the strings, such as ``"2d"`` for ``"2(d)"``."""
        return "".join(c for c in self.number.lower() if c.isalnum())


@dataclass(frozen=True)
class Framework:
    """A framework.

    Attributes
    ----------
    key : str
        Name in the strings and, in the anchor, after ``crosswalk-``.
    items : tuple of Item
    """

    key: str
    items: tuple[Item, ...]


ANNEX_IV = Framework(
    "annexiv",
    (
        Item("1", ("lineage", "classes"), ("name", "version", "intended_use", "owner")),
        Item("2(a)", ("encoders", "training")),
        Item("2(b)", ("explanation", "ablation", "rivals"), ("intended_use",)),
        Item("2(c)", ("encoders", "cost")),
        Item("2(d)", ("rows", "rejected", "duplicates"), ("data_origin", "data_licence", "personal_data")),
        Item("2(e)", ("accounts", "faithfulness", "queue"), ("oversight",)),
        Item("2(f)", (), ("changes",)),
        Item("2(g)", ("accuracy", "worst_class", "calibration", "verdict"), ("reviewer",)),
        Item("2(h)", ("digest",), partly=True),
        Item("3", ("accuracy", "worst_class", "limits", "queue"), ("out_of_scope", "oversight")),
        Item("4", ("macro_f1", "worst_class", "calibration", "classwise", "verdict"), partly=True),
        Item("5", (), ("known_risks",)),
        Item("6", ("digest",), ("changes", "version"), partly=True),
        Item("7", (), ("standards",)),
        Item("8"),
        Item("9", ("incidents",), ("monitoring", "review_date"), partly=True),
    ),
)

NIST = Framework(
    "nist",
    (
        Item("Govern 1", ("verdict",), ("review_date",), partly=True),
        Item("Govern 2", (), ("owner", "contact", "reviewer")),
        Item("Govern 3"),
        Item("Govern 4", (), ("known_risks",)),
        Item("Govern 5", (), ("contact", "users")),
        Item("Govern 6", ("encoders",), ("data_licence", "licence"), partly=True),
        Item("Map 1", (), ("intended_use", "users", "out_of_scope")),
        Item("Map 2", ("classes", "limits"), partly=True),
        Item("Map 3", ("rivals", "accuracy"), ("intended_use",)),
        Item("Map 4", ("encoders", "rows"), ("known_risks",), partly=True),
        Item("Map 5", (), ("ethical_considerations",)),
        Item("Measure 1", ("accuracy", "macro_f1", "verdict")),
        Item("Measure 2", ("worst_class", "classwise", "explanation", "faithfulness", "leaks")),
        Item("Measure 3", ("digest",), ("monitoring",), partly=True),
        Item("Measure 4", ("doubted",), ("reviewer",), partly=True),
        Item("Manage 1", ("verdict", "queue"), ("known_risks",), partly=True),
        Item("Manage 2", ("queue",), ("oversight", "monitoring"), partly=True),
        Item("Manage 3", ("encoders",), ("data_licence",), partly=True),
        Item("Manage 4", ("overrides", "incidents"), ("monitoring", "contact"), partly=True),
    ),
)

ISO_42001 = Framework(
    "iso42001",
    (
        Item("A.2"),
        Item("A.3", (), ("owner", "contact", "reviewer")),
        Item("A.4", ("encoders", "cost", "rows"), partly=True),
        Item("A.5", (), ("ethical_considerations", "known_risks")),
        Item("A.6", ("lineage", "verdict"), ("version", "changes", "monitoring"), partly=True),
        Item("A.7", ("rows", "rejected", "duplicates", "doubted"), ("data_origin", "data_licence", "personal_data")),
        Item("A.8", ("accounts", "limits"), ("users", "contact"), partly=True),
        Item("A.9", ("queue", "overrides"), ("intended_use", "out_of_scope", "oversight"), partly=True),
        Item("A.10", ("encoders",), ("data_licence", "licence"), partly=True),
    ),
)

MODEL_CARD = Framework(
    "card",
    (
        Item("1", ("lineage", "encoders"), ("owner", "version", "licence", "contact")),
        Item("2", (), ("intended_use", "users", "out_of_scope")),
        Item("3", ("classes", "scripts")),
        Item("4", ("accuracy", "macro_f1", "calibration")),
        Item("5", ("training", "duplicates")),
        Item("6", ("rows", "rejected"), ("data_origin", "personal_data")),
        Item("7", ("accuracy", "worst_class", "confusion", "rivals")),
        Item("8", (), ("ethical_considerations",)),
        Item("9", ("limits",), ("caveats",)),
    ),
)

FRAMEWORKS = (ANNEX_IV, NIST, ISO_42001, MODEL_CARD)
"""In the order of the page."""
