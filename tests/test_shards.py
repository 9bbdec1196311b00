"""Dossiers go to files line by line and come back as they were."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from prodcls import shards as module
from prodcls.audit_json import dossier_to_line
from prodcls.errors import BundleError
from prodcls.shards import read_shards, write_shards
from report_factory import make_report

DOSSIERS = make_report().dossiers


def test_dossiers_come_back_from_files_of_so_many_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINES", 5)
    written = write_shards(tmp_path, iter(DOSSIERS))
    assert [(s.name, s.dossiers) for s in written] == [
        ("products/dossiers-00001.jsonl", 5),
        ("products/dossiers-00002.jsonl", 5),
        ("products/dossiers-00003.jsonl", 2),
    ]
    assert tuple(read_shards(tmp_path, written)) == DOSSIERS
    assert write_shards(tmp_path, iter(DOSSIERS)) == written


def test_a_damaged_file_is_refused_and_a_missing_one_passed_over(tmp_path: Path) -> None:
    written = write_shards(tmp_path, DOSSIERS[:2])
    path = tmp_path / written[0].name
    path.write_text(dossier_to_line(DOSSIERS[3]))
    with pytest.raises(BundleError, match="not the file that the report names"):
        list(read_shards(tmp_path, written))
    path.unlink()
    assert list(read_shards(tmp_path, written)) == []


def test_a_line_that_is_no_dossier_is_refused(tmp_path: Path) -> None:
    [shard] = write_shards(tmp_path, DOSSIERS[:1])
    path = tmp_path / shard.name
    path.write_text('{"id": 3}\n')
    other = dataclasses.replace(shard, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(BundleError, match="no dossier"):
        list(read_shards(tmp_path, [other]))


def test_text_that_no_file_can_hold_is_written_as_escapes() -> None:
    line = dossier_to_line(dataclasses.replace(DOSSIERS[0], id="\ud800\n\u2028"))
    assert line.encode().count(b"\n") == 1
