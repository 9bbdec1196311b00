"""The model card is read as people wrote it, or refused with the place and the remedy."""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256
from pathlib import Path

import pytest

from prodcls.audit_model_card import GROUPS, ModelCard
from prodcls.errors import InputError
from prodcls.language import LANGUAGES, load_language
from prodcls.model_card import LONGEST, PARAGRAPHS, load_model_card

ROOT = Path(__file__).resolve().parents[1]


def load(folder: Path, text: str) -> ModelCard:
    path = folder / "modelcard.toml"
    path.write_text(text, encoding="utf-8")
    return load_model_card(path).card


def test_texts_lists_and_days(tmp_path: Path) -> None:
    text = 'owner = " 商品组 "\nusers = ["a", "", "b"]\nreview_date = 2027-01-31\nchanges = ""\n'
    assert load(tmp_path, text) == ModelCard(owner=("商品组",), users=("a", "b"), review_date=("2027-01-31",))


def test_an_empty_file_is_an_empty_card(tmp_path: Path) -> None:
    assert load(tmp_path, "") == ModelCard()
    assert load(tmp_path, 'review_date = ""') == ModelCard()
    assert load(tmp_path, 'review_date = "2027-01-31"') == ModelCard(review_date=("2027-01-31",))


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("owners = 'x'", "card-unknown", "'owners': there is no such key; did you mean 'owner'"),
        ("owner = 3", "card-type", "owner: is neither a text nor a list of texts"),
        ("owner = ['a', 1]", "card-type", "owner: is neither"),
        ("owner = {name = 'x'}", "card-type", "owner: is neither"),
        ("[owner]\nname = 'x'", "card-type", "owner: is neither"),
        ("review_date = 'soon'", "card-type", "review_date: 'soon' is no day"),
        ("review_date = 2027-01-31T00:00:00", "card-type", "is no day"),
        ("review_date = ['2027-01-31']", "card-type", "is no day"),
        (f"owner = '{'x' * (LONGEST + 1)}'", "card-long", f"{LONGEST + 1} characters"),
        (f"owner = {['x'] * (PARAGRAPHS + 1)}", "card-long", f"{PARAGRAPHS + 1} paragraphs"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, text: str, code: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        load(tmp_path, text)
    assert caught.value.code == code
    assert "modelcard.toml" in str(caught.value)


def test_groups_hold_every_field_once() -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert sorted(names) == sorted(f.name for f in fields(ModelCard))
    for code in LANGUAGES:
        words = load_language(code).words
        for family, known in {"card_field": names, "card_group": list(GROUPS)}.items():
            assert [k.split(".")[1] for k in words if k.startswith(f"{family}.")] == known


def test_the_example_fills_every_field() -> None:
    path = ROOT / "docs" / "modelcard.example.toml"
    found = load_model_card(path)
    assert all(found.card.field(f.name) for f in fields(ModelCard))
    assert found.sha256 == sha256(path.read_bytes()).hexdigest()
