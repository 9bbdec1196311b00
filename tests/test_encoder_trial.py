"""Encoders chosen by trial: the most accurate, a second one only where it pays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from encoder_factory import write_bert
from prodcls.catalogue import Catalogue, ColumnRole, Schema, Source
from prodcls.embeddings import EmbeddingStore
from prodcls.encoder_trial import SAMPLE, best_of, try_text_encoders
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.model_folder import read_folder
from prodcls.errors import InputError
from prodcls.progress import SilentProgress


def rows(right: int, n: int = 1000) -> np.ndarray:
    return np.arange(n) < right


@pytest.mark.parametrize(
    ("right", "chosen"),
    [
        ({("a",): rows(900), ("b",): rows(910)}, ("b",)),
        ({("a",): rows(900), ("b",): rows(910), ("b", "a"): rows(912)}, ("b",)),
        ({("a",): rows(900), ("b",): rows(910), ("b", "a"): rows(930)}, ("b", "a")),
    ],
)
def test_a_second_encoder_has_to_pay(right: dict[tuple[str, ...], np.ndarray], chosen: tuple[str, ...]) -> None:
    assert best_of(right, dict.fromkeys("ab", 0.01)) == chosen


def test_chance_does_not_pay() -> None:
    drawn = np.random.default_rng(0)
    single, both = drawn.random(100) < 0.5, drawn.random(100) < 0.5
    both[:50] = True
    both[50:] = np.arange(50) < single.sum() - 50 + 1  # one product more, and half of them swapped
    assert best_of({("a",): single, ("a", "b"): both}, {"a": 0.01, "b": 0.01}) == ("a",)


def test_a_gain_within_two_standard_errors_does_not_pay() -> None:
    alone = rows(480)
    for won, chosen in ((49, ("a",)), (60, ("a", "b"))):
        gained = alone.copy()
        gained[:38], gained[480 : 480 + won] = False, True
        assert best_of({("a",): alone, ("a", "b"): gained}, {"a": 0.01, "b": 0.01}) == chosen


def test_of_two_as_good_ones_the_faster_is_used() -> None:
    right = {("a",): rows(900), ("b",): rows(900)}
    assert best_of(right, {"a": 0.02, "b": 0.01}) == ("b",)
    assert best_of(right, {"a": 0.0105, "b": 0.01}) == ("a",)  # about as fast: another run may turn it


KITCHEN = [
    "炒锅",
    "茶壶",
    "饭碗",
    "筷子",
    "汤勺",
    "菜刀",
    "砧板",
    "烤箱",
    "水壶",
    "蒸笼",
    "榨汁机",
    "电饭煲",
    "咖啡杯",
    "保温瓶",
    "盘子",
    "漏勺",
    "铲子",
    "微波炉",
    "酒杯",
    "餐叉",
]
CLOTHES = [
    "衬衫",
    "长裤",
    "连衣裙",
    "毛衣",
    "外套",
    "袜子",
    "短裤",
    "羽绒服",
    "西装",
    "风衣",
    "牛仔裤",
    "背心",
    "睡衣",
    "卫衣",
    "夹克",
    "裙子",
    "领带",
    "围巾",
    "手套",
    "帽子",
]


def chinese(n: int = 40) -> Catalogue:
    """Return a catalogue that only an encoder with Chinese can tell apart: hardly two products share a character."""
    pairs = [
        (word, label) for two in zip(KITCHEN, CLOTHES, strict=True) for word, label in zip(two, "杯衣", strict=True)
    ][:n]
    texts, labels = {"title": tuple(text for text, _ in pairs)}, tuple(label for _, label in pairs)
    schema = Schema((ColumnRole("title", "text", "named"), ColumnRole("class", "target", "named")))
    ids, source = tuple(map(str, range(n))), Source("shop.csv", "", 0)
    return Catalogue(ids, np.arange(n), texts, {}, {}, None, labels, schema, source, ())


def test_the_encoder_that_reads_the_language_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bert(tmp_path / "models" / "small-bert")
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path / "models"))
    trial = try_text_encoders(chinese(), "torch", EmbeddingStore(tmp_path / "store"), SilentProgress())
    assert trial.chosen[0].startswith("use")
    assert read_folder(tmp_path / "models" / "small-bert").name in trial.reason
    assert "40 products" in trial.reason


def test_without_classes_there_is_nothing_to_choose_by(tmp_path: Path) -> None:
    one = replace(chinese(4), labels=("a",) * 4)
    with pytest.raises(InputError) as caught:
        try_text_encoders(one, "torch", EmbeddingStore(tmp_path), SilentProgress())
    assert caught.value.code == "encoder-none"
    assert SAMPLE >= 500
