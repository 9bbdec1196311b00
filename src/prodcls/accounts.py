"""The account of one decision as a library's user holds it: to read, to print, to show in a notebook, to keep."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from prodcls.card import card_lines
from prodcls.explain.case import Case
from prodcls.language import load_language
from prodcls.notebook import account_part
from prodcls.render import render_why

__all__ = ["Account"]


@dataclass(frozen=True, repr=False)
class Account:
    """Why one product is in one class and not in another.

    Printed, it is the card of ``prodcls why``; as the last value of a notebook's cell, the figures of its page.

    Attributes
    ----------
    case : Case
        All that was said, as data.
    lang : str
        ``"en"`` or ``"zh"``: of what is shown.
    """

    case: Case
    lang: str = "en"

    @property
    def id(self) -> str:
        """The product's id."""
        return self.case.main.id

    @property
    def predicted(self) -> str:
        """The class accounted for."""
        return self.case.main.predicted

    @property
    def probability(self) -> float:
        """Its calibrated probability."""
        return self.case.main.probability

    @property
    def versus(self) -> str:
        """The rival; ``"rest"`` for all other classes together."""
        return self.case.main.versus

    @property
    def margin(self) -> float:
        """Logits by which the class leads its rival; the parts sum to it."""
        return self.case.main.margin

    def to_dict(self) -> dict[str, Any]:
        """Return all that was said as JSON has it, see `prodcls.explain.case.Case.to_dict`."""
        return self.case.to_dict()

    def to_html(self) -> str:
        """Return the page that ``prodcls why --html`` writes: a whole document that needs no other file."""
        return render_why(self.case, self.lang)

    def __repr__(self) -> str:
        return f"<Account of {self.id!r}: {self.predicted!r} ({self.probability:.1%}) and not {self.versus!r}>"

    def __str__(self) -> str:
        return "\n".join(line.plain for line in card_lines(self.case, load_language(self.lang)))

    @cached_property
    def _part(self) -> str:
        return account_part(self.case, self.lang)

    def _repr_html_(self) -> str:
        return self._part
