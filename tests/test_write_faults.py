"""Every failed write has a stable code, the file's name and advice."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from prodcls.errors import InputError, WriteError
from prodcls.write_faults import is_of_the_disk, naming, write_error


@pytest.mark.parametrize(
    ("number", "code", "advice"),
    [
        (errno.ENOSPC, "disk-full", "make room"),
        (errno.EDQUOT, "disk-full", "make room"),
        (errno.EFBIG, "file-too-large", "ulimit -f"),
        (errno.EIO, "write-failed", "look after the disk"),
        (errno.EROFS, "write-refused", "that you may write in"),
        (errno.ENOTDIR, "write-failed", "take away what is there"),
        (errno.ENAMETOOLONG, "write-failed", "shorter name"),
        (errno.EBADF, "write-failed", "look after the disk"),
    ],
)
def test_a_failed_write_names_the_file_and_says_what_to_do(number: int, code: str, advice: str) -> None:
    with pytest.raises(WriteError) as caught, naming(Path("out") / "a.csv"):
        raise OSError(number, os.strerror(number))
    assert caught.value.code == code
    assert caught.value.errno == number
    said = str(caught.value)
    assert said.startswith(f"{Path('out') / 'a.csv'}: cannot be written ({os.strerror(number)}): ")
    assert advice in said
    assert said.endswith(f"[{code}]")


def test_it_is_caught_as_either_kind() -> None:
    error = write_error(OSError(errno.ENOSPC, "full"))
    assert isinstance(error, OSError)
    assert isinstance(error, InputError)
    assert "a temporary one in " in str(error)


def test_the_innermost_file_is_the_one_told() -> None:
    with pytest.raises(WriteError, match=r"^inner: "), naming(Path("outer")), naming(Path("inner")):
        raise OSError(errno.EIO, "x")


def test_a_name_that_is_no_text_is_told_all_the_same() -> None:
    assert str(write_error(OSError(errno.EIO, "x", b"caf\xe9"))).startswith("caf\udce9: ")


def test_what_only_a_mistake_of_ours_can_cause_is_not_of_the_disk() -> None:
    known = {
        n: is_of_the_disk(OSError(n, "x")) for n in (errno.ENOSPC, errno.EROFS, errno.EFBIG, errno.ENOENT, errno.EBADF)
    }
    assert list(known.values()) == [True, True, True, False, False]
