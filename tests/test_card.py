"""The terminal card: within 80 columns, in any script, readable without colour, and nothing steers the terminal."""

from __future__ import annotations

import dataclasses
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from case_factory import make_case
from hostile import HOSTILE
from prodcls.card import WIDTH, card_lines
from prodcls.explain.case import Case
from prodcls.explain.product import REST
from prodcls.language import LANGUAGES, load_language

EN = load_language("en")


def shown(case: Case, lang: str = "en") -> list[str]:
    return [line.plain for line in card_lines(case, load_language(lang))]


def row(lines: list[str], name: str) -> str:
    [line] = [line for line in lines if line.startswith(name)]
    return line


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("title", ["Steel kettle " * 40, "不锈钢电水壶" * 40, "ตู้เย็น" * 40, "x" * 500, "", "🙂 שלום"])
def test_no_line_is_wider_than_the_terminal(title: str, lang: str) -> None:
    for line in shown(make_case(title, title, name=title or "p1", predicted=title or "Kettle"), lang):
        assert cell_len(line) <= WIDTH
        assert line == line.rstrip()


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=40) | st.sampled_from(HOSTILE))
def test_nothing_in_a_product_steers_the_terminal(text: str) -> None:
    case = make_case(text, text, name=text or "p1", cell=text, predicted=text or "Kettle", versus=text or "Phone")
    for line in shown(case):
        assert line.isprintable()
        assert cell_len(line) <= WIDTH


def test_signs_say_what_colours_say() -> None:
    lines = shown(make_case())
    assert lines[0] == "Steel[+++] kettle[++] 1.5L[-] for[+] tea[+]"
    assert row(lines, "This class  Kettle").endswith("93.0%")
    assert row(lines, "Rival       Phone").endswith("4.0%")
    assert re.search(r"−1\.10 +-+\|$", row(lines, "Others share the rest"))
    assert re.search(r"\+3\.24 +\|\++$", row(lines, "Words: title"))
    assert row(lines, "Sum").split()[-1] == EN.signed(make_case().main.margin)


def test_bars_are_as_long_as_their_shares() -> None:
    lengths = {}
    for line in shown(make_case()):
        found = re.search(r"([+−]\d\.\d\d) +(-*)\|(\+*)$", line)
        if found:
            value = float(found[1].replace("−", "-"))
            lengths[value] = len(found[3]) - len(found[2])
    most = max(lengths, key=abs)
    assert abs(lengths[most]) == 22
    for value, length in lengths.items():
        assert length == pytest.approx(22 * value / abs(most), abs=0.6)


def test_words_are_summed_and_sorted_by_side() -> None:
    lines = shown(make_case())
    at = next(i for i, line in enumerate(lines) if line.startswith("Words that count most"))
    assert lines[at + 1].split() == ["for", "Kettle", "against", "it"]
    assert lines[at + 2].split() == ["+1.80", "Steel", "−0.27", "1.5L"]


def test_the_photo_is_a_map_of_signs() -> None:
    lines = shown(make_case())
    at = next(i for i, line in enumerate(lines) if line == "Photo, region by region: +0.08")
    assert [line.split() for line in lines[at + 1 : at + 4]] == [
        ["·", "·", "·", "·"],
        ["·", "·", "+++", "·"],
        ["·", "·", "·", "·"],
    ]


def test_what_would_change_the_class_is_told_with_its_places() -> None:
    lines = shown(make_case())
    text = "\n".join(lines)
    assert "Without these 3 words it would be Phone: 60.0%, with 30.0% left for Kettle." in " ".join(lines)
    assert "  title: Steel[0:5] kettle[6:12] 1.5L[13:17]" in lines
    at = next(i for i, line in enumerate(lines) if line.startswith("With 2 of 12 regions"))
    rows = [line.split() for line in lines[at:] if set(line.split()) <= {"#", "·"} and line]
    assert rows == [["·"] * 4, ["·", "#", "#", "·"], ["·"] * 4]
    assert "# Phone: 10 to 412" in text
    assert "= Kettle: 413 to 2,000" in text
    [bar] = [line.strip() for line in lines if re.fullmatch(r"\s*[=#%^]{60}", line)]
    assert re.fullmatch(r"#+=+\^=+%+", bar)
    assert "At any weight from 1 to 50 it stays Kettle; its own is 3." in lines


def test_similar_products_carry_their_flags() -> None:
    lines = shown(make_case())
    assert "  0.98 Kettle: Steel kettle 1.5L for tea" in lines
    assert "        ! near-duplicate" in lines
    assert "        ! label in doubt: Kettle 97.0% by a model without it" in lines
    assert any("42 of them" in line for line in lines)
    bare = dataclasses.replace(make_case(), changes=None, similar=None)
    assert not any("another class" in line or "Training products" in line for line in shown(bare))


def test_all_others_are_named_in_words() -> None:
    assert any(line.startswith("Rival       any other class") for line in shown(make_case(versus=REST)))
    assert any("其他任何类别" in line for line in shown(make_case(versus=REST), "zh"))


def test_other_methods_and_notes_follow() -> None:
    text = "\n".join(shown(make_case(methods=("chain", "lime"))))
    assert "\nlime:\n" in text
    assert "adds up" in text or "add up to" in text
    assert "The model was trained on this product" in text
    assert "--image-root" in text


@pytest.mark.parametrize("title", ["Steel kettle " * 40, "不锈钢电水壶" * 40, "", "🙂 שלום"])
@pytest.mark.parametrize(
    ("lang", "warning"), [("en", "Not an explanation of the decision"), ("zh", "这不是对决定的解释")]
)
def test_attention_is_shown_with_a_warning_and_without_signs(title: str, lang: str, warning: str) -> None:
    lines = shown(make_case(title, title, methods=("chain", "attention")), lang)
    start = lines.index("attention:")
    assert lines[start + 1].lstrip().startswith(warning)
    assert all(cell_len(line) <= WIDTH for line in lines)
    if "kettle" in title:
        assert any("50.0% kettle (title) ×40" in line for line in lines[start:])


def test_integrated_gradients_say_what_they_leave_out() -> None:
    text = " ".join(line.strip() for line in shown(make_case(methods=("chain", "integrated-gradients"))))
    assert "and not the served margin: the booster’s +0.50 have no gradient" in text
    assert "The parts miss the lead by +0.012" in text
    assert "an encoder of it gives no gradient: title" in text


def test_a_witness_promises_no_sum() -> None:
    assert "promises no exact sum" in " ".join(shown(make_case(methods=("lime",))))


def test_colour_only_repeats_what_is_there() -> None:
    plain, coloured = io.StringIO(), io.StringIO()
    for line in card_lines(make_case(), EN):
        Console(file=plain, width=WIDTH, no_color=True).print(line, soft_wrap=True)
        Console(file=coloured, width=WIDTH, force_terminal=True).print(line, soft_wrap=True)
    assert "\x1b[" in coloured.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.getvalue()) == plain.getvalue()
