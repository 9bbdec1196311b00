"""Logs and pages that say what they must not: forged lines, steered terminals, people's data (CWE-117, CWE-150).

A title with a line feed writes a line of its own into a log, one with an escape sequence clears the terminal, and
whoever sends a traceback or a report sends along whatever cells it quotes (ATTACKS row 26). 40 payloads stand in every
place that a catalogue names things; canaries stand where nobody asked the program to look.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from PIL import ExifTags, Image

from prodcls.console import run
from prodcls.fit import fit
from prodcls.predict import predict
from synthetic import catalogue_rows, use_fake_encoders, write_csv

PAYLOADS = (
    *(
        "a\nembed: all is well",
        "a\rerror",
        "a\r\nbundle: /etc",
        "a\n\nCRITICAL owned",
        "a\x0bb",
        "a\x0cb",
        "a\x1cb",
        "a\x1eb",
    ),
    *("a\x85b", "a\u2028b", "a\u2029b", "\x1b[2Jcleared", "\x1b[31mred", "\x1b]0;title\x07", "\x1b]8;;http://x\x07k"),
    *(
        "\x1b]52;c;Y2xpcA==\x07",
        "\x1bP+q\x1b\\",
        "\x9b2J",
        "\x90q\x9c",
        "a\x08\x08\x08b",
        "bell\x07",
        "del\x7f",
        "\x1b(0",
    ),
    *("\u202etxet", "\u202da", "\u2066a", "\u2067a", "\u2068a\u2069", "\u200ea", "\u200fa", "\u061ca", "\u202aa\u202c"),
    *(
        "[red]rich[/red]",
        "[link=http://x]k[/link]",
        "%s%n%x",
        "{0.__class__}",
        "${jndi:ldap://x}",
        "\ufeffa",
        "a\u200bb",
    ),
    "a\xadb",
)
STEERING = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\u200b\xad]"
)

CANARIES = ("canary-mail@example.org", "+44 7700 900123", "canary-of-12-Acacia-Avenue", "canary-card-4111111111111111")
IN_PHOTO = ("canary-owner", "canary-comment", "51.4775", "canary-serial")


@dataclass(frozen=True)
class Told:
    """What the commands said and wrote."""

    lines: str
    folder: Path


def photo(path: Path, colour: int) -> None:
    """Write a photo that says who took it, and where."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = exif[ExifTags.Base.Copyright] = "canary-owner"
    exif[ExifTags.Base.ImageDescription] = "canary-comment"
    exif[ExifTags.Base.BodySerialNumber] = "canary-serial"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (51.0, 28.0, 39.0)
    gps[ExifTags.GPS.GPSAreaInformation] = b"ASCII\0\0\x0051.4775"
    Image.new("RGB", (40, 40), (colour, 255 - colour, 90)).save(path, exif=exif, comment=b"canary-comment")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One fit and one prediction over a catalogue of payloads and canaries."""
    folder = tmp_path_factory.mktemp("canary-home")
    rows = catalogue_rows({PAYLOADS[0]: 22, PAYLOADS[11]: 22, PAYLOADS[34]: 3})
    for i, row in enumerate(rows):
        payload = PAYLOADS[i % len(PAYLOADS)]
        row |= {"id": f"{payload}-{i}", "brand": payload, "image": f"{i}.jpg" if i % 5 else f"{payload}.jpg"}
        row |= {"title": f"{row['title']} {payload}", "price": row["price"] if i % 7 else f"{payload}9"}
        row |= {f"column {p}": p for p in PAYLOADS if p.strip()}
        row["customer"] = CANARIES[i % 4]
        photo(folder / f"{i}.jpg", 4 * i)
    table = write_csv(folder / "shop.csv", rows)
    out = ["--folds", "2", "--no-baselines", "--witnesses", "0", "--robustness", "0", "--dossiers", "4"]
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        patch.chdir(folder)
        said = io.StringIO()

        def echo(message: object = "", *, err: bool = False, **_: object) -> None:
            del err
            said.write(f"{message}\n")

        patch.setattr(click, "echo", echo)
        words = [str(table), "--out", str(folder / "out"), "--cache-dir", str(folder / "cache"), *out]
        assert run(fit, words, "fit") == 0, said.getvalue()
        bundle = str(folder / "out" / "bundle")
        for row in rows:
            row["brand"] = f"new {row['brand']}"
        again = write_csv(folder / "again.csv", rows)
        assert run(predict, [bundle, str(again), "-o", str(folder / "scored.jsonl")], "predict") == 0, said.getvalue()
    return Told(said.getvalue(), folder)


def test_there_are_forty() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) == 40


def test_no_line_is_forged_and_no_terminal_steered(told: Told) -> None:
    assert len(told.lines.splitlines()) > 20
    assert STEERING.findall(told.lines) == []
    forged = ("embed: all", "error", "bundle: /etc", "CRITICAL")
    assert [line for line in told.lines.split("\n") if line.startswith(forged)] == []


def test_what_nobody_asked_for_is_in_no_log_and_no_page(told: Told) -> None:
    pages = [p for p in (told.folder / "out").rglob("*") if p.is_file()]
    assert len(pages) > 10
    hits = [(canary, "log") for canary in (*CANARIES, *IN_PHOTO) if canary in told.lines]
    for page in (*pages, told.folder / "scored.jsonl"):
        data = page.read_bytes()
        hits += [(canary, page.name) for canary in (*CANARIES, *IN_PHOTO) if canary.encode() in data]
    assert hits == []


def test_pictures_in_pages_hold_no_metadata(told: Told) -> None:
    shown = 0
    for page in (told.folder / "out").rglob("*.html"):
        for found in re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", page.read_text(encoding="utf-8")):
            data = base64.b64decode(found)
            assert b"Exif" not in data
            assert b"canary" not in data
            assert Image.open(io.BytesIO(data)).getexif().get_ifd(ExifTags.IFD.GPSInfo) == {}
            shown += 1
    assert shown > 0


def test_reports_name_no_folder_of_the_machine(told: Told) -> None:
    for page in (told.folder / "out").rglob("*"):
        if page.is_file():
            assert b"canary-home" not in page.read_bytes(), page.name


@pytest.mark.parametrize("payload", [*PAYLOADS, *CANARIES])
def test_a_defect_quotes_no_cell(
    payload: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    @click.command()
    def broken() -> None:
        cell = f"{payload} of a person"
        try:
            float(cell)
        except ValueError as cause:
            raise KeyError(cell) from cause

    assert run(broken, [], "prodcls") == 1
    line = capsys.readouterr().err
    (file,) = tmp_path.iterdir()
    assert len(line.splitlines()) == 1
    assert STEERING.findall(line) == []
    for text in (line, file.read_text(encoding="utf-8")):
        assert payload not in text
        assert "of a person'" not in text
