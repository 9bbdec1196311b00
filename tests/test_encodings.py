from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodcls import encodings
from prodcls.encodings import TextEncoding, detect_encoding, take_fingerprint
from prodcls.errors import CatalogueError


def decode(folder: Path, data: bytes, encoding: str | None = None) -> tuple[str, TextEncoding]:
    path = folder / "x.csv"
    path.write_bytes(data)
    found = detect_encoding(path, encoding, file="x.csv")
    with path.open(encoding=found.name, errors=found.errors, newline="") as stream:
        return stream.read(), found


CHINESE = "编号,商品名称,价格\n1,双门冰箱家用节能,2999\n2,无线吸尘器,899\n"


@pytest.mark.parametrize(
    ("text", "stored", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-32", "utf-32"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        ("id,title\n1,Crème brûlée à Zürich\n", "latin-1", "cp1252"),
        ("id,title\n1,Crème légère\n2,Größe\n3,5 €\n", "cp1252", "cp1252"),
        ("id,title\n1,plain\n", "ascii", "utf-8"),
    ],
)
def test_encodings_are_found(text: str, stored: str, found: str, tmp_path: Path) -> None:
    decoded, how = decode(tmp_path, text.encode(stored))
    assert (decoded, how.name) == (text, found)
    assert "guessed" in how.how or found in {"utf-8", "utf-8-sig", "utf-16", "utf-32"}


def test_latin_1_is_the_last_resort(tmp_path: Path) -> None:
    assert decode(tmp_path, b"id\n\xe9\x81\n")[1].name == "latin-1"


def test_a_broken_byte_leaves_utf8_what_it_is(tmp_path: Path) -> None:
    text, found = decode(tmp_path, CHINESE.encode() + b"3,bro\xffken,5\n")
    assert (found.name, found.errors) == ("utf-8", "surrogateescape")
    assert text == CHINESE + "3,bro\udcffken,5\n"


def test_characters_across_blocks_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_BLOCK", 5)
    for stored in ("utf-8", "gb18030", "utf-16"):
        assert decode(tmp_path, CHINESE.encode(stored))[0] == CHINESE


@pytest.mark.parametrize(
    ("encoding", "code"),
    [
        ("utf-7000", "encoding-unknown"),
        ("hex", "encoding-unknown"),
        ("utf\0", "encoding-unknown"),
        ("ascii", "encoding-mismatch"),
        ("undefined", "encoding-mismatch"),
    ],
)
def test_given_encodings_must_fit(encoding: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        decode(tmp_path, "é".encode(), encoding)
    assert caught.value.code == code


def test_a_given_encoding_rules(tmp_path: Path) -> None:
    assert decode(tmp_path, "é".encode(), "latin-1")[0] == "Ã©"


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b" \n")
    assert take_fingerprint(path).blank
    path.write_bytes(b"abc" * 1_000_000)
    found = take_fingerprint(path)
    assert (found.sha256, found.size, found.blank) == (hashlib.sha256(path.read_bytes()).hexdigest(), 3_000_000, False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_no_bytes_crash_the_decoder(data: bytes, tmp_path: Path) -> None:
    try:
        text, _ = decode(tmp_path, data)
    except CatalogueError as error:
        assert error.code == "encoding-mismatch"
    else:
        assert isinstance(text, str)
