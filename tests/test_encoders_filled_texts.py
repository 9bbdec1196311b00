"""Texts as SigLIP reads them: the tokens that transformers finds, and where they stand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from encoder_factory import make_tokenizer
from photo_factory import write_pieces
from prodcls.encoders.filled_texts import open_filled, plain_text
from prodcls.errors import InputError

TEXTS = [
    "Enamel Teapot, with lid",
    "  usb  cable\n!",
    "t-shirt",
    "搪瓷茶壶 red",
    "İstanbul red, ΟΔΟΣ",
    "a \u2581 b",
    "\u2581red",
    "!!! red",
    "ＵＳＢ cable \ufb01ne \u00bd",
    "blue cotton shirt for men " * 3,
    "'",
    "",
    "   ",
]
LENGTH = 20


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pieces")
    return write_pieces(folder)


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("fast")
    found = make_tokenizer(size=128)
    end = found.token_to_id("[SEP]")
    found.post_processor = processors.TemplateProcessing(single="$A [SEP]", special_tokens=[("[SEP]", end)])
    PreTrainedTokenizerFast(tokenizer_object=found, pad_token="[PAD]", eos_token="[SEP]").save_pretrained(folder)
    return folder


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_those_of_transformers(pieces: Path, text: str) -> None:
    from transformers import SiglipTokenizer

    theirs = SiglipTokenizer.from_pretrained(pieces)
    wanted = theirs(text, padding="max_length", truncation=True, max_length=LENGTH)["input_ids"]
    ids, spans, share = open_filled(pieces, "").pieces(text, LENGTH)
    assert ids == wanted
    assert len(spans) == LENGTH
    assert (share < 1) is (len(text) > 60)


@pytest.mark.parametrize("side", ["right", "left"])
def test_tokens_of_a_fast_tokenizer_are_those_of_transformers(fast: Path, tmp_path: Path, side: str) -> None:
    from transformers import PreTrainedTokenizerFast

    folder = Path(shutil.copytree(fast, tmp_path / side))
    theirs = PreTrainedTokenizerFast.from_pretrained(folder, padding_side=side)
    theirs.save_pretrained(folder)
    for text in ("Enamel teapot, red", "blue cotton shirt " * 12, ""):
        wanted = theirs(text, padding="max_length", truncation=True, max_length=LENGTH)["input_ids"]
        ids, spans, _ = open_filled(folder, "").pieces(text, LENGTH)
        assert ids == wanted
        there = [text[start:end] for start, end in spans if start < end]
        assert "".join(there) == text[: spans[-1][1] or None].replace(" ", "")[: len("".join(there))]


def test_pieces_stand_where_their_letters_do(pieces: Path) -> None:
    text = " İ, T-Shirt  (usb)"
    _, spans, _ = open_filled(pieces, "").pieces(text, LENGTH)
    told = [text[start:end].strip() for start, end in spans if start < end]
    assert "".join(told).replace("-", "").replace("(", "").replace(",", "") in ("İTShirtusb", "İİTShirtusb")
    assert spans[-1] == (0, 0)


def test_each_letter_knows_its_place() -> None:
    text = "\u2581 İx,\u3000Y!! "
    plain, places = plain_text(text, lower=True, bare=True)
    assert plain == "i\u0307x y"
    assert [text[i] for i in places] == ["İ", "İ", "x", "\u3000", "Y"]
    assert plain_text("A, b", lower=False, bare=False) == ("A, b", [0, 1, 2, 3])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("spiece.model", "no pieces", "is no tokenizer"),
        ("tokenizer_config.json", json.dumps({"pad_token": "<none>"}), "knows no"),
        ("tokenizer_config.json", "[]", "no JSON object"),
    ],
)
def test_a_tokenizer_that_cannot_be_used_is_refused(
    pieces: Path, tmp_path: Path, name: str, content: str, reason: str
) -> None:
    folder = Path(shutil.copytree(pieces, tmp_path / "odd"))
    (folder / name).write_text(content)
    with pytest.raises(InputError, match=reason) as caught:
        open_filled(folder, "odd")
    assert caught.value.code == "encoder-unusable"


def test_a_fast_tokenizer_without_a_mark_is_refused(fast: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(fast, tmp_path / "odd"))
    told = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    (folder / "tokenizer.json").write_text(json.dumps(told | {"post_processor": None}), encoding="utf-8")
    with pytest.raises(InputError, match="no mark"):
        open_filled(folder, "odd").pieces("teapot", LENGTH)


def test_filling_is_that_of_the_configuration_where_the_tokenizer_tells_none(fast: Path, tmp_path: Path) -> None:
    for told, wanted in (({"text_config": {"pad_token_id": 7}}, 7), ({}, 1)):
        folder = Path(shutil.copytree(fast, tmp_path / str(wanted)))
        (folder / "tokenizer_config.json").unlink()
        (folder / "config.json").write_text(json.dumps(told))
        assert open_filled(folder, "").pieces("red", 6)[0][-1] == wanted
