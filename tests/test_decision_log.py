"""No edit of the log goes unseen, and nothing is ever half written."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.decision_check import verify_log
from prodcls.decision_log import append, last_entries, log_key, prune, read_entry
from prodcls.errors import InputError, WriteError

START = datetime(2026, 1, 1, tzinfo=UTC)


def body(i: int) -> str:
    return json.dumps({"kind": "decision", "time": (START + timedelta(days=i)).isoformat(), "predicted": f"c{i}"})


def written(path: Path, n: int = 10) -> Path:
    log_key(path)
    for part in (range(n // 2), range(n // 2, n)):
        with append(path, map(body, part)):
            pass
    return path


def sql(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("log") / "decisions.sqlite")


def test_what_was_written_holds(log: Path) -> None:
    found = verify_log(log)
    assert (found.entries, found.number, found.fault) == (10, 10, None)
    assert [e.body for e in last_entries(log, 3)] == [body(7), body(8), body(9)]
    assert read_entry(log, 10).hash == found.head
    assert verify_log(log, read_entry(log, 4).hash).fault is None
    assert "no entry has the hash" in str(verify_log(log, "0" * 64).fault)


@pytest.mark.parametrize(
    ("edit", "first"),
    [
        ("UPDATE entries SET body = replace(body, 'c3', 'c5') WHERE number = 4", "entry 4 "),
        ("UPDATE entries SET body = CAST(body AS BLOB) WHERE number = 4", "entry 4 "),
        ("UPDATE entries SET body = CAST(x'ff' AS TEXT) WHERE number = 4", "entry 4 cannot be read"),
        ("UPDATE entries SET hash = zeroblob(32) WHERE number = 4", "entry 4 "),
        ("UPDATE entries SET number = 11 WHERE number = 4", "entry 4 is not there"),
        ("DELETE FROM entries WHERE number = 4", "entry 4 is not there"),
        ("DELETE FROM entries WHERE number = 1", "entry 1 is not there"),
        ("DELETE FROM entries WHERE number = 10", "missing at the end"),
        ("INSERT INTO entries SELECT 11, body, hash FROM entries WHERE number = 10", "entry 11 "),
        ("UPDATE log SET head = 9", "the newest entry is 10"),
        ("UPDATE log SET hash = zeroblob(32)", "the newest entry is 10"),
        ("UPDATE log SET follows = zeroblob(32)", "entry 1 "),
        ("UPDATE log SET first = 1", "entry 2 is not there"),
        ("UPDATE log SET key = zeroblob(32)", "the header"),
        ("UPDATE log SET created = 'x'", "the header"),
    ],
)
def test_each_tampering_is_found_and_its_first_line_named(edit: str, first: str, log: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(log, tmp_path / "copy"))
    sql(copy, edit)
    assert first in str(verify_log(copy).fault)


def test_reordered_lines_are_found(log: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(log, tmp_path / "copy"))
    swap = [f"UPDATE entries SET number = {new} WHERE number = {old}" for old, new in ((3, 99), (4, 3), (99, 4))]
    sql(copy, *swap)
    assert "entry 3 " in str(verify_log(copy).fault)


@given(number=st.integers(1, 10), place=st.integers(0, 200), character=st.characters(codec="utf-8"))
def test_any_edit_of_any_character_is_found(
    number: int, place: int, character: str, log: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    old = body(number - 1)
    place %= len(old)
    new = old[:place] + character + old[place + 1 :]
    copy = Path(shutil.copy(log, tmp_path_factory.getbasetemp() / "edited"))
    connection = sqlite3.connect(copy)
    connection.execute("UPDATE entries SET body = ? WHERE number = ?", (new, number))
    connection.commit()
    connection.close()
    fault = verify_log(copy).fault
    assert fault is None if new == old else f"entry {number} " in str(fault)


def test_what_cut_the_end_off_is_shown_by_a_head_kept_elsewhere(log: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(log, tmp_path / "copy"))
    head = verify_log(log).head
    earlier = "(SELECT hash FROM entries WHERE number = 9)"
    sql(copy, f"UPDATE log SET head = 9, hash = {earlier}", "DELETE FROM entries WHERE number = 10")
    assert verify_log(copy).fault is None  # the chain alone cannot tell
    assert verify_log(copy, head).fault is not None


def test_removing_old_entries_leaves_a_note_and_the_rest_verifies(tmp_path: Path) -> None:
    path = written(tmp_path / "log")
    for days, removed, left in ((0, 0, 10), (4, 4, 7), (5, 1, 7), (99, 7, 1)):
        assert prune(path, START + timedelta(days=days), now=START + timedelta(days=20)) == removed
        found = verify_log(path)
        assert (found.entries, found.fault) == (left, None)
    assert json.loads(last_entries(path, 1)[0].body)["kind"] == "pruned"
    sql(path, "UPDATE log SET key = zeroblob(32)")
    assert "when entries were last removed" in str(verify_log(path).fault)


def test_a_failure_before_the_end_leaves_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "log")
    with pytest.raises(RuntimeError), append(path, [body(10), body(11)]):
        raise RuntimeError
    assert verify_log(path).entries == 10


def test_another_version_and_other_files_are_refused(log: Path, tmp_path: Path) -> None:
    later = Path(shutil.copy(log, tmp_path / "later"))
    sql(later, "PRAGMA user_version = 2")
    trigger = Path(shutil.copy(log, tmp_path / "trigger"))
    sql(trigger, "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END")
    other = tmp_path / "other"
    sql(other, "CREATE TABLE t (x)")
    text = tmp_path / "text"
    text.write_text("id,title\n" * 200)
    for path, code in ((later, "log-version"), (trigger, "log-damaged"), (other, "log-damaged"), (text, "log-damaged")):
        before = path.read_bytes()
        for use in (verify_log, log_key):
            with pytest.raises(InputError) as caught:
                use(path)
            assert caught.value.code == code
        assert path.read_bytes() == before


def test_a_log_that_is_in_use_is_refused(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prodcls.decision_log.BUSY_SECONDS", 0.01)
    path = Path(shutil.copy(log, tmp_path / "busy"))
    with append(path, [body(10)]), pytest.raises(InputError, match="try again") as caught, append(path, [body(11)]):
        pass
    assert caught.value.code == "log-locked"
    assert verify_log(path).entries == 11


def test_a_full_disk_is_told_and_the_log_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "log")
    before = path.read_bytes()
    plain = sqlite3.connect

    def small(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = plain(*arguments, **named)
        connection.execute(f"PRAGMA max_page_count = {len(before) // 4096}")  # as a disk of that many pages would
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", small)
        with pytest.raises(WriteError) as caught, append(path, map(body, range(1000))):
            pytest.fail("more than there is room for")
    assert caught.value.code == "disk-full"
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["log"]
    with pytest.raises(WriteError, match="its folder is not there"):
        log_key(tmp_path / "no such folder" / "log")
