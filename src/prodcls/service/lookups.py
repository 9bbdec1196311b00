"""What the pages ask of a bundle: training products by words, remembered accounts, and products with changes."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from prodcls.audit_stored import whole_report
from prodcls.description import Description, describe
from prodcls.errors import InputError
from prodcls.explain.case import Case
from prodcls.lookup import matching_photo, matching_sound
from prodcls.render import render_audit
from prodcls.service.engine import Decision, Engine
from prodcls.service.holder import Holder
from prodcls.service.products import NewProduct
from prodcls.service.reviews import Reviews
from prodcls.service.searching import Hits, ProductIndex

__all__ = ["CASES", "Lookups", "Origin", "Tried"]

CASES = 200
"""Accounts kept, so that a page that was seen comes back at once."""


@dataclass(frozen=True)
class Origin:
    """The training product that a description begins with; without an id, none.

    Attributes
    ----------
    id : str
    cells : mapping of str to str
        By column.
    photo, sound : bytes or None
        Its files, where they are at hand.
    """

    id: str
    cells: Mapping[str, str]
    photo: bytes | None
    sound: bytes | None = None


@dataclass(frozen=True)
class Tried:
    """A product as it was described, with what the model says of it.

    Attributes
    ----------
    decision : Decision
    case : Case
    before : tuple of (str, float), or None
        Class and probability of the product that it began with.
    """

    decision: Decision
    case: Case
    before: tuple[str, float] | None


class Lookups:
    """Answers the questions of the pages; its methods may be called by several threads.

    Parameters
    ----------
    holder : Holder
    """

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        reviewed = holder.settings.reviewed
        self.reviews = None if reviewed is None else Reviews(reviewed)
        self._cases: OrderedDict[tuple[object, ...], Case] = OrderedDict()
        self._index: tuple[str, ProductIndex] | None = None
        self._described: Description | None = None
        self._audits: tuple[str, dict[str, str]] = "", {}
        self._lock = Lock()
        self._rendering = Lock()

    @property
    def engine(self) -> Engine:
        """The engine that answers now."""
        return self.holder.engine

    def search(self, query: str) -> Hits:
        """Return the training products with all words of ``query``."""
        bundle = self.engine.bundle
        kept = self._index
        if kept is None or kept[0] != bundle.digest:
            kept = self._index = bundle.digest, ProductIndex(bundle.products)
        return kept[1].search(query)

    def description(self) -> Description:
        """Return what is served."""
        bundle = self.engine.bundle
        kept = self._described
        if kept is None or kept.bundle != bundle.digest:
            kept = self._described = describe(bundle)
        return kept

    def audit(self, lang: str) -> str:
        """Return the page of the audit; made once for each bundle, since it takes long.

        Parameters
        ----------
        lang : str

        Returns
        -------
        str

        Raises
        ------
        InputError
            If the bundle keeps no audit.
        """
        bundle = self.engine.bundle
        with self._rendering:
            if self._audits[0] != bundle.digest:
                self._audits = bundle.digest, {}
            pages = self._audits[1]
            if lang not in pages:
                pages[lang] = render_audit(whole_report(bundle.report, bundle.manifest), lang)
            return pages[lang]

    def case(self, product: str, versus: str | None, *, changes: bool = False) -> Case:
        """Return why a training product is in its class and not in another.

        Parameters
        ----------
        product : str
            Its id.
        versus : str or None
            The other class; the runner-up by default.
        changes : bool
            Whether to look for what would change the class.

        Returns
        -------
        Case

        Raises
        ------
        InputError
            Codes ``product-unknown``, ``class-unknown`` and the like.
        """
        engine = self.engine
        key = engine.bundle.digest, product, versus, changes
        with self._lock:
            if key in self._cases:
                self._cases.move_to_end(key)
                return self._cases[key]
        case = engine.explain(product, engine.question(predicted=None, versus=versus, counterfactuals=changes))
        with self._lock:
            self._cases[key] = case
            while len(self._cases) > CASES:
                self._cases.popitem(last=False)
        return case

    def origin(self, product: str) -> Origin:
        """Return cells, photo and sound of a training product; none without an id.

        Parameters
        ----------
        product : str

        Returns
        -------
        Origin

        Raises
        ------
        InputError
            Code ``product-unknown``.
        """
        if not product:
            return Origin("", {}, None)
        bundle, root = self.engine.bundle, self.holder.settings.image_root
        kept = bundle.products
        i = kept.find(product)
        cells = {name: column[i] for name, column in (kept.texts | kept.categorical).items()}
        for name, values in kept.numeric.items():
            column, _, unit = name.partition(" [")  # a price is a column for each of its currencies
            if not math.isnan(values[i]) and column in bundle.schema.asked:
                cells[column] = f"{values[i]:.10g} {unit.removesuffix(']')}".strip()
        reference = kept.photos[i]
        photo = None if root is None or reference is None else matching_photo(reference, root)
        heard = None if kept.sounds is None else kept.sounds[i]
        sound = None if root is None or heard is None else matching_sound(heard, root)
        return Origin(
            product,
            cells,
            None if photo is None else photo.read_bytes(),
            None if sound is None else sound.path.read_bytes(),
        )

    def tried(self, origin: Origin, cells: Mapping[str, str], photo: bytes | None, sound: bytes | None) -> Tried:
        """Classify and explain a product as it was described.

        Parameters
        ----------
        origin : Origin
            What it began with.
        cells : mapping of str to str
        photo : bytes or None
        sound : bytes or None

        Returns
        -------
        Tried

        Raises
        ------
        InputError
            If the product cannot be taken.
        """
        engine = self.engine
        product = NewProduct(origin.id or "new", cells, photo, sound)
        (found,) = engine.classify([product], 3, logged=False)  # a question is no decision on a product
        if isinstance(found, InputError):
            raise found
        case = engine.explain(product, engine.question(predicted=None, versus=None))
        if not origin.id:
            return Tried(found, case, None)
        main = self.case(origin.id, None).main
        return Tried(found, case, (main.predicted, main.probability))
