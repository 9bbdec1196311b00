"""Catalogues made from code for the worked examples: what a domain is, and how its rows are drawn.

Each has faults whose list is known, as the demo catalogue has: an audit can be checked against ``planted.json``.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from prodcls.demo import pick, put, take

__all__ = ["Attachment", "Domain", "Kind", "Leak", "Planted", "Slip", "Spread", "write_domain"]

VAGUE_SHARE = 0.16
"""Share of rows whose name does not tell the thing."""

TERSE_SHARE = 0.3
"""Share of rows whose text has no sentence of its own kind."""

BLANK_SHARE = 0.06
"""Share of cells of fixed values that nobody filled in."""

LEAK_SHARE = 0.88

_OTHER = re.compile(r"[^\d.]")
_SOMETHING = re.compile(r"[1-9]|[A-Za-z]{2}")

Attachment = Callable[["Kind", np.random.Generator], bytes]
"""Makes the file of one row: a photo, a sound."""


class Spread(NamedTuple):
    """Numbers of one column in one kind of thing.

    Attributes
    ----------
    median : float
    deviation : float
        Of their logarithm.
    none : float
        Share of rows in which the number is 0.
    """

    median: float
    deviation: float
    none: float = 0.0


@dataclass(frozen=True)
class Kind:
    """One kind of thing; several may be of one class.

    Attributes
    ----------
    label, group : str
        Its class, and the level above.
    nouns : tuple of str
        What it is called.
    facts : tuple of str
        Short facts that may follow the name.
    lines : tuple of str
        Sentences of its own.
    numbers : dict of str to Spread
        By column; where a column is not here the cell stays empty.
    values : dict of str to tuple of str
        What a column of fixed values may hold, each as often.
    shape : str
        What its photo shows and its sound is of.
    """

    label: str
    group: str
    nouns: tuple[str, ...]
    facts: tuple[str, ...]
    lines: tuple[str, ...]
    numbers: dict[str, Spread]
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shape: str = ""


class Leak(NamedTuple):
    """A sentence that says nothing of the thing and stands in the rows of one class only."""

    label: str
    sentence: str


class Slip(NamedTuple):
    """One cell whose number is so many times too large."""

    column: str
    factor: float


@dataclass(frozen=True)
class Domain:
    """All that an example's catalogue is drawn from.

    Attributes
    ----------
    catalogue : str
        Name of its file.
    card : dict of str to str
        What people say of a model of it, by entry of the model card.
    seed : int
    rows, copies, mislabelled : int
        Of the rows, so many are the same thing offered again, and so many have a wrong label.
    prefix : str
        Of identifiers.
    columns : tuple of str
        Identifier, name and text first, then the others, the class and the class with its group last.
    kinds : tuple of Kind
    makers : tuple of str
        For the column ``maker``. None of them exists.
    maker : str
    modifiers, vague, shared : tuple of str
        Words of any name, names that tell nothing, sentences of any kind.
    spelled : dict of str to tuple of str
        How a column writes its numbers; each format as often.
    confused : dict of str to str
        By class, the one that people take it for.
    leak : Leak
    slip : Slip
    gaps : dict of str to int
        Cells that are empty, by column.
    attachments : dict of str to (str, Attachment)
        By column, the ending of its files and what makes them.
    """

    catalogue: str
    card: dict[str, str]
    seed: int
    rows: int
    copies: int
    mislabelled: int
    prefix: str
    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    makers: tuple[str, ...]
    maker: str
    modifiers: tuple[str, ...]
    vague: tuple[str, ...]
    shared: tuple[str, ...]
    spelled: dict[str, tuple[str, ...]]
    confused: dict[str, str]
    leak: Leak
    slip: Slip
    gaps: dict[str, int]
    attachments: dict[str, tuple[str, Attachment]] = field(default_factory=dict)


@dataclass(frozen=True)
class Planted:
    """The faults in a catalogue, by identifier.

    Attributes
    ----------
    leak_class, leak_sentence : str
    leak_ids : list of str
    mislabelled : dict of str to str
        Identifier -> true class.
    near_duplicates : list of tuple of (str, str)
        Original and copy.
    missing : dict of str to list of str
        By column, the rows whose cell is empty.
    absurd : dict of str to list of str
        By column, the rows whose number cannot be right.
    """

    leak_class: str
    leak_sentence: str
    leak_ids: list[str] = field(default_factory=list)
    mislabelled: dict[str, str] = field(default_factory=dict)
    near_duplicates: list[tuple[str, str]] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)
    absurd: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    kind: Kind
    cells: dict[str, str]
    files: dict[str, bytes]
    copy_of: int | None = None


def write_domain(domain: Domain, folder: Path) -> Path:
    """Write an example's catalogue, its files, its ``modelcard.toml``, and ``planted.json``.

    Parameters
    ----------
    domain : Domain
    folder : Path
        Made if absent; files of the same names are replaced where they differ.

    Returns
    -------
    Path
        The catalogue. It is written last: where it is, the rest is complete.
    """
    rng = np.random.Generator(np.random.PCG64(domain.seed))
    rows = [_row(domain, domain.kinds[i % len(domain.kinds)], rng) for i in range(domain.rows - domain.copies)]
    rows += [_again(domain, rows[int(i)], int(i), rng) for i in rng.choice(len(rows), domain.copies, replace=False)]
    order = rng.permutation(len(rows)).tolist()
    ids = {index: f"{domain.prefix}{place:04d}" for place, index in enumerate(order, start=1)}
    planted = _plant(domain, rows, ids, rng)
    for index, row in enumerate(rows):
        row.cells[domain.columns[0]] = ids[index]
        for column, data in row.files.items():
            row.cells[column] = f"{column}/{ids[index]}.{domain.attachments[column][0]}"
            (folder / column).mkdir(parents=True, exist_ok=True)
            put(folder / row.cells[column], data)
    truth = json.dumps({"seed": domain.seed, "rows": domain.rows, **asdict(planted)}, ensure_ascii=False, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    put(folder / "planted.json", truth.encode() + b"\n")
    # A JSON string is a TOML string too.
    card = "".join(f"{entry} = {json.dumps(text, ensure_ascii=False)}\n" for entry, text in domain.card.items())
    put(folder / "modelcard.toml", card.encode())
    table = io.StringIO()
    writer = csv.DictWriter(table, domain.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[index].cells for index in order)
    put(folder / domain.catalogue, table.getvalue().encode())
    return folder / domain.catalogue


def _some(rng: np.random.Generator, items: Sequence[str], count: int) -> list[str]:
    return [items[int(i)] for i in rng.choice(len(items), min(count, len(items)), replace=False)]


def _row(domain: Domain, kind: Kind, rng: np.random.Generator) -> _Row:
    _, name, text, *_ = domain.columns
    maker = pick(rng, domain.makers)
    cells = {
        name: _name(domain, kind, maker, rng),
        text: _text(domain, kind, rng),
        domain.maker: "" if rng.random() < BLANK_SHARE else maker,
        **{column: _number(spread, domain.spelled[column], rng) for column, spread in kind.numbers.items()},
        **{c: "" if rng.random() < BLANK_SHARE else pick(rng, choices) for c, choices in kind.values.items()},
        **_labels(domain, kind.label),
    }
    return _Row(kind, cells, {column: make(kind, rng) for column, (_, make) in domain.attachments.items()})


def _name(domain: Domain, kind: Kind, maker: str, rng: np.random.Generator) -> str:
    vague = rng.random() < VAGUE_SHARE
    words = [pick(rng, domain.modifiers), pick(rng, domain.vague if vague else kind.nouns)]
    if rng.random() < (0.2 if vague else 0.5):
        words.append(pick(rng, kind.facts))
    if rng.random() < 0.5:
        words.append(f"{'ABCDEGHKLMPRSTVX'[int(rng.integers(16))]}{int(rng.integers(10, 990))}")
    if rng.random() < 0.5:
        words.insert(0, maker)
    return " ".join(words)


def _text(domain: Domain, kind: Kind, rng: np.random.Generator) -> str:
    own = 0 if rng.random() < TERSE_SHARE else int(rng.integers(1, 3))
    lines = _some(rng, kind.lines, own) + _some(rng, domain.shared, int(rng.integers(1, 4)))
    return " ".join(_some(rng, lines, len(lines)))


def _number(spread: Spread, formats: Sequence[str], rng: np.random.Generator) -> str:
    value = spread.median * float(np.exp(rng.normal(0.0, spread.deviation)))
    return pick(rng, formats).format(0.0 if rng.random() < spread.none else value)


def _labels(domain: Domain, label: str) -> dict[str, str]:
    group = next(kind.group for kind in domain.kinds if kind.label == label)
    return {domain.columns[-2]: label, domain.columns[-1]: f"{group} >> {label}"}


def _again(domain: Domain, original: _Row, index: int, rng: np.random.Generator) -> _Row:
    """Return the same thing as somebody else enters it."""
    _, name, text, *_ = domain.columns
    cells = dict(original.cells)
    cells[name] += f" {pick(rng, domain.modifiers)}"
    cells[text] += f" {pick(rng, domain.shared)}"
    files = {column: make(original.kind, rng) for column, (_, make) in domain.attachments.items()}
    return _Row(original.kind, cells, files, index)


def _plant(domain: Domain, rows: list[_Row], ids: Mapping[int, str], rng: np.random.Generator) -> Planted:
    """Put faults into the rows, at most one in each, and return the list of them."""
    pairs = [(ids[r.copy_of], ids[i]) for i, r in enumerate(rows) if r.copy_of is not None]
    planted = Planted(*domain.leak, near_duplicates=pairs)
    text = domain.columns[2]
    for i, row in enumerate(rows):
        if row.copy_of is None and row.kind.label == domain.leak.label and rng.random() < LEAK_SHARE:
            row.cells[text] += f" {domain.leak.sentence}"
            planted.leak_ids.append(ids[i])
    twins = {twin for pair in planted.near_duplicates for twin in pair}
    drawn = [i for i in rng.permutation(len(rows)).tolist() if ids[i] not in twins]
    for i in take(drawn, domain.mislabelled):
        label = rows[i].kind.label
        rows[i].cells.update(_labels(domain, domain.confused[label]))
        planted.mislabelled[ids[i]] = label
    for column, count in domain.gaps.items():
        chosen = _take_filled(drawn, rows, column, count)
        for i in chosen:
            rows[i].cells[column] = ""
            rows[i].files.pop(column, None)
        planted.missing[column] = [ids[i] for i in chosen]
    column, factor = domain.slip
    (i,) = _take_filled(drawn, rows, column, 1)
    amount = float(_OTHER.sub("", rows[i].cells[column])) * factor
    rows[i].cells[column] = domain.spelled[column][0].format(amount)
    planted.absurd[column] = [ids[i]]
    return planted


def _take_filled(drawn: list[int], rows: Sequence[_Row], column: str, count: int) -> list[int]:
    """Remove the first ``count`` rows with something in ``column`` from ``drawn`` and return them."""
    filled = [i for i in drawn if column in rows[i].files or _SOMETHING.search(rows[i].cells.get(column, ""))]
    drawn[:] = filled[count:] + [i for i in drawn if i not in set(filled)]
    return filled[:count]
