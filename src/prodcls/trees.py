"""The tree that classes stand in, read from their names or from a column of paths, and what is wrong with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.category_paths import name_key, separator_of, split_path

__all__ = ["Irregularity", "Path", "TreeReading", "class_paths", "is_tree", "read_tree"]

Path = tuple[str, ...]
"""Names from the top."""


@dataclass(frozen=True)
class Irregularity:
    """One case of an inconsistent tree.

    Attributes
    ----------
    kind : str
        ``"parents"``: a class under two parents; ``"no_path"``: a class that no path was decided for; ``"absent"``:
        paths without the class of their product; ``"inner"``: a class above another class; ``"spelling"``: a node
        written in two ways; ``"same_name"``: two nodes of one name; ``"below"``: paths that go on below the class.
    name : str
        Of the class, or of the node.
    paths : tuple of Path
        As they were found, the most frequent first.
    counts : tuple of int
        Rows of each of ``paths``.
    kept : Path
        What was decided; empty where nothing was, or nothing had to be.
    rows : ndarray of shape (m,), intp
        Rows concerned, of a class under two parents those that say otherwise than ``kept``; empty where the case is
        about names alone.
    """

    kind: str
    name: str
    paths: tuple[Path, ...]
    counts: tuple[int, ...]
    kept: Path
    rows: NDArray[np.intp]


@dataclass(frozen=True)
class TreeReading:
    """What was found.

    Attributes
    ----------
    paths : tuple of Path, length K, or None
        Of each class; one without a path of its own stands at the top by its name. None where the classes form no
        tree: no two of them share a top.
    looked : bool
        Whether there was anything to read a tree from.
    irregularities : tuple of Irregularity
    """

    paths: tuple[Path, ...] | None
    looked: bool = False
    irregularities: tuple[Irregularity, ...] = ()


def class_paths(names: tuple[str, ...]) -> tuple[Path, ...] | None:
    """Return each class as a path from the top; None where the names are no paths.

    Parameters
    ----------
    names : tuple of str

    Returns
    -------
    tuple of Path, or None
    """
    return read_tree(names, np.arange(len(names)), None).paths


def is_tree(paths: Sequence[Path]) -> bool:
    """Tell whether some classes have a parent in common."""
    return len({path[0] for path in paths}) < len(paths)


def read_tree(classes: tuple[str, ...], labels: NDArray[np.int64], cells: Sequence[str] | None) -> TreeReading:
    """Read the tree.

    Names are the same where they differ in case, width or blanks only; the spelling of most rows is kept. A class takes
    the path of more than half of its rows that have one; where there is none, it stands at the top by its own name.

    Parameters
    ----------
    classes : tuple of str
    labels : ndarray of shape (n,), int64
        Positions in ``classes``.
    cells : sequence of str, length n, or None
        Column of paths. None: the class names themselves are paths, or there is no tree.

    Returns
    -------
    TreeReading
    """
    separator = separator_of(classes if cells is None else cells)
    if separator is None:
        return TreeReading(None)
    if cells is None:
        sizes = np.bincount(labels, minlength=len(classes)).tolist()
        voted = [Counter({split_path(name, separator): n}) for name, n in zip(classes, sizes, strict=True)]
        return _decided(classes, voted, [], None)
    parsed = {cell: split_path(cell, separator) for cell in set(cells)}
    voted = [Counter[Path]() for _ in classes]
    members = defaultdict[tuple[int, Path], list[int]](list)
    keys = [name_key(name) for name in classes]
    absent, below = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for row, (k, cell) in enumerate(zip(labels.tolist(), cells, strict=True)):
        path = parsed[cell]
        place = next((i for i in reversed(range(len(path))) if name_key(path[i]) == keys[k]), None)
        if place is None:
            if path:
                absent[k].append(row)
            continue
        voted[k][path[: place + 1]] += 1
        members[k, _keyed(path[: place + 1])].append(row)
        if place + 1 < len(path):
            below[k].append(row)
    found = [*_of_rows("absent", classes, absent, cells, parsed), *_of_rows("below", classes, below, cells, parsed)]
    if 2 * sum(map(len, absent.values())) >= sum(bool(parsed[cell]) for cell in cells):
        return TreeReading(None, True, tuple(found))  # the column is about something else
    return _decided(classes, voted, found, members)


def _of_rows(
    kind: str,
    classes: tuple[str, ...],
    rows: dict[int, list[int]],
    cells: Sequence[str],
    parsed: dict[str, Path],
) -> Iterator[Irregularity]:
    for k in sorted(rows, key=lambda k: (-len(rows[k]), k)):
        counts = Counter(parsed[cells[row]] for row in rows[k])
        yield _case(kind, classes[k], counts, (), rows[k])


def _case(kind: str, name: str, counts: Counter[Path], kept: Path, rows: Sequence[int] = ()) -> Irregularity:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    paths, numbers = tuple(path for path, _ in ordered), tuple(n for _, n in ordered)
    return Irregularity(kind, name, paths, numbers, kept, np.array(rows, dtype=np.intp))


def _keyed(path: Path) -> Path:
    return tuple(map(name_key, path))


def _decided(
    classes: tuple[str, ...],
    voted: list[Counter[Path]],
    found: list[Irregularity],
    members: dict[tuple[int, Path], list[int]] | None,
) -> TreeReading:
    """Return the tree that most rows speak for; ``members`` are the rows of each class and path, None for names."""
    spellings, odd = _spellings(voted)
    paths = []
    for k, (name, votes) in enumerate(zip(classes, voted, strict=True)):
        by_key = Counter[Path]()
        for path, n in votes.items():
            by_key[_keyed(path)] += n
        best, most = min(by_key.items(), key=lambda item: (-item[1], item[0]), default=((), 0))
        kept = tuple(spellings[best[: i + 1]] for i in range(len(best))) if 2 * most > by_key.total() else ()
        if kept and members is not None:
            kept = (*kept[:-1], name)
        if len(by_key) > 1:
            shown = Counter({tuple(spellings[p[: i + 1]] for i in range(len(p))): n for p, n in by_key.items()})
            others = [row for key in by_key for row in (members or {}).get((k, key), ()) if key != best or not kept]
            found.append(_case("parents", name, shown, kept, sorted(others)))
        if not kept:
            found.append(_case("no_path", name, votes, ()))
        paths.append(kept or (name,))
    tree = tuple(paths)
    if not is_tree(tree):
        return TreeReading(None, True, tuple(found))
    return TreeReading(tree, True, (*found, *_inner(classes, tree), *odd, *_same_name(tree)))


def _spellings(voted: list[Counter[Path]]) -> tuple[dict[Path, str], list[Irregularity]]:
    """Return the spelling of each node that most rows use, and the nodes with several."""
    written: dict[Path, Counter[Path]] = defaultdict(Counter)
    for votes in voted:
        for path, n in votes.items():
            key = _keyed(path)
            for depth in range(1, len(path) + 1):
                written[key[:depth]][(path[depth - 1],)] += n
    chosen, odd = {}, []
    for key in sorted(written):
        counts = written[key]
        (chosen[key],) = min(counts, key=lambda name: (-counts[name], name))
        if len(counts) > 1:
            odd.append(_case("spelling", chosen[key], counts, (chosen[key],)))
    return chosen, odd


def _inner(classes: tuple[str, ...], tree: tuple[Path, ...]) -> Iterator[Irregularity]:
    """Yield the classes that stand above another class."""
    above: dict[Path, list[Path]] = defaultdict(list)
    for path in tree:
        for depth in range(1, len(path)):
            above[path[:depth]].append(path)
    for name, path in zip(classes, tree, strict=True):
        if path in above:
            yield _case("inner", name, Counter(dict.fromkeys(above[path], 1)), path)


def _same_name(tree: tuple[Path, ...]) -> Iterator[Irregularity]:
    """Yield the names that nodes in several places have."""
    places: dict[str, set[Path]] = defaultdict(set)
    for path in tree:
        for depth in range(1, len(path) + 1):
            places[name_key(path[depth - 1])].add(path[:depth])
    for key in sorted(places):
        if len(places[key]) > 1:
            paths = sorted(places[key])
            yield _case("same_name", paths[0][-1], Counter(dict.fromkeys(paths, 1)), ())
