"""The account of a decision for a terminal: 80 columns, any script, and readable without colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from prodcls.card_text import WIDTH, clean, fit, padded, pieces_of, wrapped
from prodcls.card_views import change_lines, similar_lines
from prodcls.console import printable
from prodcls.explain.attribution import Attribution, Part
from prodcls.explain.case import Case, Said, WordSum, groups, said, word_sums
from prodcls.language import Language, Prose, plain
from prodcls.sections.in_set import set_lines, set_summary
from prodcls.sections.marks import strength
from prodcls.sections.methods import is_attention, method_figure, method_note, method_words
from prodcls.sections.parts import class_name
from prodcls.sections.reasons import absent_note
from prodcls.sections.rolled_up import rolled_up, rolled_up_note
from prodcls.sections.why import certificate, group_name, note, odds

__all__ = ["WIDTH", "card_lines"]

BAR = 22
"""Columns of the longest bar, on either side of zero."""

GROUPS = 12
"""Most groups of parts shown one by one."""

NOTABLE = 0.005
"""Least share, in logits, that is shown by itself: less would be printed as zero."""

WORDS = 8
"""Most words shown for and against."""

_FOR, _AGAINST, _DIM, _HEAD = "bold blue", "bold yellow", "dim", "bold"


def card_lines(case: Case, t: Language) -> tuple[Text, ...]:
    """Return the card.

    Parameters
    ----------
    case : Case
    t : Language

    Returns
    -------
    tuple of Text
        One a line, none wider than `WIDTH`. Their styles repeat what signs and bars say.
    """
    lines = tuple(_Card(case, t).lines())
    for line in lines:
        line.rstrip()
    return lines


@dataclass(frozen=True)
class _Card:
    case: Case
    t: Language

    def lines(self) -> Iterator[Text]:
        main = self.case.main
        yield from self._head(main)
        yield Text()
        yield from self._account(main)
        yield from self._words(word_sums(main.parts))
        yield from self._photo(main.parts)
        yield from self._sound(main.parts)
        for other in self.case.attributions[1:]:
            yield from self._method(other)
        if self.case.changes is not None:
            regions = [p.label for p in main.parts if p.kind == "region"]
            yield from change_lines(self.case.changes, regions, self.t, self._prints)
        if self.case.similar is not None:
            yield from similar_lines(self.case.similar, self.t, self._prints)
        yield Text()
        yield from self._prose(certificate(main, self.t), _DIM)
        for told in self.case.notes:
            yield from self._prose(note(told.key, told.text, self.t), _DIM)
        for absent in absent_note(main, self.t):
            yield from self._prose(absent, _DIM)

    def _say(self, key: str, **values: str | Prose) -> str:
        return clean(self.t(key, **values))

    def _prose(self, prose: Prose, style: str = "") -> Iterator[Text]:
        return wrapped(pieces_of(clean("".join(span.text for span in prose)), style))

    def _prints(self, text: str | Prose, style: str, indent: str) -> Iterator[Text]:
        words = text if isinstance(text, str) else "".join(span.text for span in text)
        return wrapped(pieces_of(clean(words), style), indent)

    def _head(self, main: Attribution) -> Iterator[Text]:
        yield from self._marked_title()
        yield Text(fit(f"{self._say('dossier.id')} {printable(main.id)}", WIDTH), _DIM)
        yield Text("─" * WIDTH, _DIM)
        versus = clean("".join(span.text for span in class_name(main.versus, self.t)))
        outcomes = [
            (self._say("why.this"), main.predicted, main.probability, _FOR),
            (self._say("why.that"), versus, main.versus_probability, _AGAINST),
        ]
        width = max(cell_len(role) for role, *_ in outcomes)
        for role, name, probability, style in outcomes:
            line = Text(f"{padded(role, width)}  ")
            line.append(padded(clean(name), WIDTH - width - 12), style)
            yield line.append(self.t.probability(probability).rjust(10))
        if self.case.label is not None:
            yield Text(fit(f"{padded(self._say('dossier.label'), width)}  {clean(self.case.label)}", WIDTH))
        yield from self._prose(odds(main, self.t))
        yield from self._set()
        yield from self._path()

    def _set(self) -> Iterator[Text]:
        """Yield the prediction set with what keeps each further class in it, where there is one."""
        summary = set_summary(self.case.members, self.t)
        if not summary:
            return
        yield Text()
        yield Text(self._say("inset.title"), _HEAD)
        yield from self._prose(summary, _DIM)
        for line in set_lines(self.case.members, self.t):
            yield from self._prints(line, "", "  ")

    def _path(self) -> Iterator[Text]:
        """Yield the decision level by level, where the classes form a tree."""
        steps = rolled_up(self.case.path, self.t)
        if not steps:
            return
        yield Text()
        yield Text(self._say("rollup.title"), _HEAD)
        for step in steps:
            yield from self._prints(step, "", "  ")
        yield from self._prose(rolled_up_note(self.case.path, self.t), _DIM)

    def _marked_title(self) -> Iterator[Text]:
        """Yield the title with signs behind the words that count, or the id where there is none."""
        column = next((c for c in self.case.texts if self.case.fields.get(c, "").strip()), None)
        if column is None:
            return
        words = word_sums(self.case.main.parts)
        most = max((abs(w.value) for w in words), default=0.0)
        text, pieces, at = self.case.fields[column], list[tuple[str, str]](), 0
        for word in (w for w in words if w.column == column and strength(w.value, most)):
            sign, style = ("+", _FOR) if word.value >= 0 else ("-", _AGAINST)
            pieces += pieces_of(printable(text[at : word.start]), _HEAD)
            pieces.append((f"{clean(word.text)}[{sign * strength(word.value, most)}]", style))
            at = word.end
        pieces += pieces_of(printable(text[at:]), _HEAD)
        yield from list(wrapped(pieces))[:4]

    def _account(self, main: Attribution) -> Iterator[Text]:
        found = groups(main.parts)
        shown = [g for g in found[:GROUPS] if abs(g.value) >= NOTABLE]
        most = max((abs(g.value) for g in found), default=0.0) or 1.0
        for group in shown:
            yield self._bar(clean(group_name(group, self.t)), group.value, most)
        left = found[len(shown) :]
        if left:
            name = self._say("account.rest", n=plain(self.t.count(len(left))))
            yield self._bar(name, sum(g.value for g in left), most)
        yield self._bar(self._say("account.total"), main.margin if main.certificate else sum(g.value for g in found), 0)

    def _bar(self, name: str, value: float, most: float) -> Text:
        """Return a line with a name, a figure, and a bar to the right for A or to the left against it."""
        line = Text(padded(name, WIDTH - 2 * BAR - 11))
        style = _FOR if value >= 0 else _AGAINST
        line.append(self.t.signed(value).rjust(9), style)
        if most:
            length = round(BAR * abs(value) / most)
            left = ("-" * length if value < 0 else "").rjust(BAR)
            line.append(f" {left}", _AGAINST).append("|", _DIM).append("+" * length if value >= 0 else "", _FOR)
        else:
            line.stylize(_HEAD)
        return line

    def _words(self, words: tuple[WordSum, ...]) -> Iterator[Text]:
        found = said(words)
        pro = [s for s in found if s.value > 0][:WORDS]
        contra = [s for s in found if s.value < 0][:WORDS]
        if not found:
            return
        predicted = self.case.main.predicted
        yield Text()
        half = WIDTH // 2
        heads = (self._say("why.pro", predicted=predicted), self._say("why.contra"))
        yield Text(padded(self._say("why.top"), WIDTH).rstrip(), _HEAD)
        yield Text(padded(heads[0], half), _DIM).append(fit(heads[1], half), _DIM)
        for i in range(max(len(pro), len(contra))):
            line = Text()
            for side, style in ((pro, _FOR), (contra, _AGAINST)):
                entry = _entry(side[i], self.t.signed(side[i].value).rjust(6), half - 2) if i < len(side) else ""
                line.append(padded(entry, half), style)
            yield line

    def _photo(self, parts: tuple[Part, ...]) -> Iterator[Text]:
        """Yield the regions as a map, one sign or two a region."""
        regions = [p for p in parts if p.kind == "region" and p.box is not None]
        if not regions:
            return
        most = max(abs(p.value) for p in regions) or 1.0
        places = {tuple(map(int, p.label.split(","))): p.value for p in regions}
        yield Text()
        together = self.t.signed(sum(p.value for p in regions))
        yield Text(f"{self._say('why.regions')}: {together}", _HEAD)
        for row in range(min(r for r, _ in places), max(r for r, _ in places) + 1):
            line = Text("  ")
            for column in range(min(c for _, c in places), max(c for _, c in places) + 1):
                value = places.get((row, column), 0.0)
                sign = ("+" if value >= 0 else "-") * strength(value, most)
                line.append(sign.center(3) if sign else " · ", _FOR if value >= 0 else _AGAINST)
            yield line

    def _sound(self, parts: tuple[Part, ...]) -> Iterator[Text]:
        """Yield the segments of the sound in the order of time, each with its bar."""
        segments = [p for p in parts if p.kind == "segment"]
        if not segments:
            return
        most = max(abs(p.value) for p in segments)
        yield Text()
        together = self.t.signed(sum(p.value for p in segments))
        yield Text(f"{self._say('why.segments')}: {together}", _HEAD)
        for part in sorted(segments, key=lambda p: p.box or ()):
            yield self._bar(f"  {part.label}", part.value, most)

    def _method(self, other: Attribution) -> Iterator[Text]:
        yield Text()
        yield Text(f"{other.method}:", _HEAD)
        yield from self._prints(method_note(other, self.t), "", "  ")
        found = method_words(other)[: 2 * WORDS]
        styles = ("", "") if is_attention(other) else (_FOR, _AGAINST)
        figures = ((s, method_figure(other, s.value, self.t)) for s in found)
        yield from wrapped(((f"{_entry(s, figure, 40)}   ", styles[s.value < 0]) for s, figure in figures), "  ")


def _entry(word: Said, figure: str, width: int) -> str:
    times = f" ×{word.count}" if word.count > 1 else ""
    return fit(f"{figure} {clean(word.text)}{times}", width)
