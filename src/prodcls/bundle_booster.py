"""Whether a booster's text is one that LightGBM wrote: looked at in full before LightGBM itself reads it.

LightGBM believes its own text. A child that points back makes it walk in a circle for ever, and a number out of range
lets it read beyond its memory; which products reach such a place is up to whoever wrote it, so that no trial finds it.
Here every number of every tree is held to what it may be. What stands after the trees, the parameters of training, is
taken off: nothing is predicted from it.
"""

from __future__ import annotations

import re
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from prodcls.errors import BundleError

__all__ = ["MAX_BYTES", "MAX_LEAVES", "checked_booster", "refuse_booster"]

MAX_BYTES = 1 << 28
"""Of the text: ten times what the largest flat head takes."""

MAX_LEAVES = 255
"""Of a tree; both heads train far smaller ones. TreeSHAP goes as deep as a tree does."""

_LIST, _REALS = r"([0-9 -]*)", r"([0-9.e+ -]*)"
_SPLITS = (
    ("split_feature", _LIST),
    ("split_gain", _REALS),
    ("threshold", r"([0-9.e+ inf-]*)"),  # infinite where a split is between known and missing
    ("decision_type", _LIST),
    ("left_child", _LIST),
    ("right_child", _LIST),
)
_LEAVES = (("leaf_value", _REALS), ("leaf_weight", _REALS), ("leaf_count", _LIST))
_INNER = (("internal_value", _REALS), ("internal_weight", _REALS), ("internal_count", _LIST))
_CATEGORIES = (("cat_boundaries", _LIST), ("cat_threshold", _LIST))


def _lines(fields: tuple[tuple[str, str], ...]) -> str:
    return "".join(rf"{name}={form.replace('(', f'(?P<{name}>', 1)}\n" for name, form in fields)


_HEADER = re.compile(
    r"tree\nversion=v4\nnum_class=(?P<classes>[0-9]{1,6})\nnum_tree_per_iteration=(?P<a_round>[0-9]{1,6})\n"
    r"label_index=0\nmax_feature_idx=(?P<last>[0-9]{1,7})\n"
    r"(?:objective=(?:(?P<binary>binary sigmoid:1)|multiclass num_class:(?P<softmax>[0-9]{1,6}))\n)?"
    r"feature_names=(?P<names>[A-Za-z0-9_ ]+)\n(?:monotone_constraints=(?P<monotone>[01 -]+)\n)?"
    r"feature_infos=(?P<infos>[a-z0-9.e+:\[\] -]+)\ntree_sizes=(?P<sizes>[0-9 ]+)\n\n"
)
_TREE = re.compile(
    r"Tree=(?P<number>[0-9]{1,7})\nnum_leaves=(?P<leaves>[0-9]{1,4})\nnum_cat=(?P<categories>[0-9]{1,4})\n"
    + _lines(_SPLITS + _LEAVES + _INNER)
    + rf"(?:{_lines(_CATEGORIES)})?"
    + r"is_linear=0\nshrinkage=(?P<shrinkage>[0-9.e+-]+)\n\n\n"
)
_END = "end of trees\n"
_INFO = re.compile(r"none|\[[0-9.e+-]+:[0-9.e+-]+\]|-?[0-9]+(?::-?[0-9]+)*")


def checked_booster(data: bytes) -> str:
    """Return the part of a booster's text that LightGBM is to read.

    Parameters
    ----------
    data : bytes
        As LightGBM wrote it for one of the two heads.

    Returns
    -------
    str
        Up to the end of its trees.

    Raises
    ------
    BundleError
        Code ``bundle-booster``, naming the tree that is not one.
    """
    if len(data) > MAX_BYTES:
        refuse_booster(f"has {len(data)} bytes where {MAX_BYTES} are allowed")
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        refuse_booster("holds other characters than LightGBM writes")
    header = _HEADER.match(text)
    if header is None:
        refuse_booster("does not begin as LightGBM writes it")
    try:
        features, sizes = _check_header(header)
    except ValueError as error:
        refuse_booster(f"has a header that contradicts itself: {error}")
    place = header.end()
    for number, size in enumerate(sizes):
        tree = _TREE.match(text, place)
        try:
            if tree is None or int(tree["number"]) != number or tree.end() - place != size:
                _require(False, "another length or form")
            else:
                _check_tree(tree, features)
        except (ValueError, OverflowError) as error:
            refuse_booster(f"has in tree {number} what LightGBM does not write: {str(error)[:100]}")
        place += size
    if not text.startswith(_END, place):
        refuse_booster("goes on after its last tree")
    return text[: place + len(_END)]


def refuse_booster(what: str) -> NoReturn:
    """Raise the error of a booster that cannot be used.

    Parameters
    ----------
    what : str
        What of it is wrong.

    Raises
    ------
    BundleError
        Always.
    """
    raise BundleError(f"the booster {what}: do not use the bundle; fit it again", code="bundle-booster")


def _check_header(found: re.Match[str]) -> tuple[int, list[int]]:
    """Return the number of features and the length of each tree; raises ValueError."""
    features, classes, a_round = int(found["last"]) + 1, int(found["classes"]), int(found["a_round"])
    softmax = found["softmax"]
    _require(classes == a_round == (1 if softmax is None else int(softmax)), "the number of classes")
    _require(softmax is None or classes > 1, "a softmax of one class")
    infos = found["infos"].split(" ")
    _require(len(found["names"].split(" ")) == len(infos) == features, "the number of features")
    _require(all(map(_INFO.fullmatch, infos)), "what is said of the features")
    if found["monotone"] is not None:
        _require(len(_whole(found["monotone"], features)) == features, "the number of constraints")
    sizes = [int(size) for size in found["sizes"].split(" ")]
    _require(len(sizes) % a_round == 0, "the number of trees")
    return features, sizes


def _check_tree(found: re.Match[str], features: int) -> None:
    """Hold the numbers of a tree against each other; raises ValueError or OverflowError."""
    leaves, categories = int(found["leaves"]), int(found["categories"])
    _require(1 <= leaves <= MAX_LEAVES, "the number of leaves")
    splits = leaves - 1
    _real(found["shrinkage"], 1)
    _real(found["leaf_value"], leaves)
    for name in ("split_gain", "internal_value", "internal_weight"):
        _real(found[name], splits)
    feature, kind = _whole(found["split_feature"], splits), _whole(found["decision_type"], splits)
    _require(((feature >= 0) & (feature < features)).all(), "a feature that there is not")
    # One bit for categories, one for where missing values go, and two for what counts as missing, of which 3 is none.
    _require(((kind >= 0) & (kind < 12)).all(), "an unknown kind of decision")
    thresholds = _counted(found["threshold"], splits).astype(np.float64)
    _check_categories(found, thresholds[kind & 1 == 1], categories)
    if splits:
        _real(found["leaf_weight"], leaves)
        _check_shape(found, leaves)


def _check_shape(found: re.Match[str], leaves: int) -> None:
    """Hold the children of a tree to one way from the root to each leaf, and the counts to their sums."""
    splits = leaves - 1
    children = np.stack([_whole(found[f"{side}_child"], splits) for side in ("left", "right")])
    expected = np.concatenate([np.arange(-leaves, 0), np.arange(1, splits)])
    _require(np.array_equal(np.sort(children, axis=None), expected), "a child twice, or one that there is not")
    _require(((children < 0) | (children > np.arange(splits))).all(), "a child above its parent")
    inner, leaf = _whole(found["internal_count"], splits), _whole(found["leaf_count"], leaves)
    # A leaf's child number is -1 minus its own, which counts the reversed leaves from the end.
    counts = np.concatenate([inner, leaf[::-1]])[children]
    _require((leaf > 0).all() and np.array_equal(inner, counts.sum(axis=0)), "counts that do not add up")


def _check_categories(found: re.Match[str], sets: NDArray[np.float64], categories: int) -> None:
    """Hold the sets of categories of a tree to those that its splits name, one after the other."""
    _require(np.array_equal(sets, np.arange(categories)), "a set of categories that there is not")
    _require((found["cat_boundaries"] is not None) == (categories > 0), "sets of categories that it does not use")
    if categories:
        ends, words = _whole(found["cat_boundaries"], categories + 1), _whole(found["cat_threshold"], None)
        _require(ends[0] == 0 and (np.diff(ends) > 0).all() and ends[-1] == len(words), "sets of no categories")
        _require(((words >= 0) & (words < 1 << 32)).all(), "a set of categories that is none")


def _whole(text: str, count: int | None) -> NDArray[np.int64]:
    return _counted(text, count).astype(np.int64)


def _real(text: str, count: int) -> NDArray[np.float64]:
    found = _counted(text, count).astype(np.float64)
    _require(np.isfinite(found).all(), "a number that is not finite")
    return found


def _counted(text: str, count: int | None) -> NDArray[np.str_]:
    found = np.array(text.split(" ") if text else [], dtype=np.str_)
    _require(count is None or len(found) == count, "another number of numbers")
    return found


def _require(held: bool | np.bool_, what: str) -> None:
    if not held:
        raise ValueError(what)
