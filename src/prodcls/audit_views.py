"""Views over the whole catalogue as data: words, phrases and regions by class, curves of numbers, the small tree."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ClassView", "ClassWord", "EffectCurve", "EffectLine", "GlobalViews", "RegionCrop", "TreeStep", "TreeView"]


@dataclass(frozen=True)
class ClassWord:
    """A word, or a phrase that products share, in the accounts of one class.

    Attributes
    ----------
    text : str
        As most often written.
    total : float
        Logits in favour of the class, summed over the accounts.
    mean : float
        The same for each account that it is in.
    products : int
        Accounts that it is in.
    phrase_products : int
        Products of the whole catalogue with the phrase, near-duplicates counted once; 0 for a word.
    class_share : float
        Of the products with the phrase, those labelled with this class, in [0, 1]; 0 for a word.
    class_cover : float
        Of the products labelled with this class, those with the phrase, in [0, 1]; 0 for a word.
    leak : bool
        Whether the phrase stands (almost) only with this class and with many of it, so that it may give the label away.
    """

    text: str
    total: float
    mean: float
    products: int
    phrase_products: int
    class_share: float
    class_cover: float
    leak: bool


@dataclass(frozen=True)
class RegionCrop:
    """The region of a photo that says most for its class.

    Attributes
    ----------
    id : str
        Of the product.
    picture : str
        Base64 JPEG.
    value : float
        Logits in favour of the predicted class against the runner-up.
    """

    id: str
    picture: str
    value: float


@dataclass(frozen=True)
class ClassView:
    """What speaks for and against one class.

    Attributes
    ----------
    name : str
    products : int
        Accounts in which the class is the predicted one or the runner-up.
    words_for, words_against : tuple of ClassWord
        Largest size first.
    regions : tuple of RegionCrop
        Largest first.
    """

    name: str
    products: int
    words_for: tuple[ClassWord, ...]
    words_against: tuple[ClassWord, ...]
    regions: tuple[RegionCrop, ...]


@dataclass(frozen=True)
class EffectLine:
    """Effect of a number on the log odds of one class at each edge, in logits."""

    name: str
    effect: tuple[float, ...]


@dataclass(frozen=True)
class EffectCurve:
    """Accumulated local effects of one numeric column.

    Attributes
    ----------
    column : str
    edges : tuple of float
        B + 1 edges of bins, ascending.
    counts : tuple of int
        Products in each of the B bins.
    lines : tuple of EffectLine
        One a class; centred.
    """

    column: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    lines: tuple[EffectLine, ...]


@dataclass(frozen=True)
class TreeStep:
    """A question or an answer of the small tree.

    Attributes
    ----------
    name : str
        Evidence that is asked for, in words; empty for an answer.
    block, key : str
        Of the evidence, as in `prodcls.audit.Beeswarm`.
    threshold : float
        The question is whether the first class is ahead by more than this.
    no, yes : int
        Numbers of the next steps; -1 for an answer.
    share : float
        Of all comparisons, those that come here, in [0, 1].
    first : float
        Of these, those in which the model takes the first class, in [0, 1].
    """

    name: str
    block: str
    key: str
    threshold: float
    no: int
    yes: int
    share: float
    first: float


@dataclass(frozen=True)
class TreeView:
    """The small tree and how often it agrees with the model.

    Attributes
    ----------
    steps : tuple of TreeStep
        The first question first.
    fidelity : float
        Share of held-out comparisons in which tree and model take the same class, in [0, 1].
    stump : float
        The same for the best single question.
    chance : float
        The same for always taking the first class: 0.5, since each pair is seen in both orders.
    products : int
    """

    steps: tuple[TreeStep, ...]
    fidelity: float
    stump: float
    chance: float
    products: int


@dataclass(frozen=True)
class GlobalViews:
    """All views over the catalogue.

    Attributes
    ----------
    classes : tuple of ClassView
        Most frequent first.
    products : int
        Products whose words were taken apart.
    word_share : float
        Share of the word block's score in these accounts, in [0, 1].
    photos : int
        Photos that were taken apart.
    curves : tuple of EffectCurve
    tree : TreeView or None
        None without folds.
    """

    classes: tuple[ClassView, ...]
    products: int
    word_share: float
    photos: int
    curves: tuple[EffectCurve, ...]
    tree: TreeView | None
