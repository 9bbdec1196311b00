"""Work done by other processes: in order, few ahead, and no worker's end is the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import prodcls.cluster
from cluster_factory import address, always_dies, cluster, dies_once, squared
from prodcls.cluster import AHEAD, LOCAL, open_cluster
from prodcls.errors import CatalogueError, InputError


def test_answers_come_in_the_order_of_the_items_and_few_are_taken_ahead() -> None:
    taken = 0

    def numbers() -> Iterator[int]:
        nonlocal taken
        for number in range(14, 64):
            taken += 1
            yield number

    for done, (number, known, answer) in enumerate(cluster().ordered(squared, numbers()), start=14):
        assert (number, known, answer) == (done, None, done * done)
        assert taken - (number - 13) < AHEAD * cluster().workers
    assert taken == 50


def test_what_is_known_is_asked_of_nobody() -> None:
    found = list(cluster().ordered(squared, [13, 2, 13], lambda number: "unlucky" if number == 13 else None))
    assert found == [(13, "unlucky", None), (2, None, 4), (13, "unlucky", None)]


def test_a_worker_s_error_is_the_caller_s() -> None:
    with pytest.raises(CatalogueError) as caught:
        list(cluster().ordered(squared, [1, 13, 2]))
    assert (caught.value.code, caught.value.file, caught.value.row) == ("number-bad", "f.csv", 13)
    assert list(cluster().ordered(squared, [2])) == [(2, None, 4)]


def test_the_task_of_a_worker_that_was_killed_is_done_by_another(tmp_path: Path) -> None:
    assert [answer for *_, answer in cluster().ordered(dies_once, [tmp_path])] == ["alive"]


def test_a_task_that_kills_every_worker_is_told() -> None:
    with pytest.raises(InputError) as caught:
        list(cluster().ordered(always_dies, [1]))
    assert caught.value.code == "cluster-lost"


def test_a_worker_of_another_version_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.cluster, "version", lambda _: "9.9.9")
    with pytest.raises(InputError, match=r"a worker has prodcls .*, and 9\.9\.9 asks it") as caught:
        list(cluster().ordered(squared, [1]))
    assert caught.value.code == "cluster-version"


def test_a_running_scheduler_is_asked_by_its_address_and_goes_on_afterwards() -> None:
    for _ in range(2):
        with open_cluster(address(), 1) as found:
            assert found.workers == cluster().workers
            assert list(found.ordered(squared, [3])) == [(3, None, 9)]


@pytest.mark.parametrize(
    ("scheduler", "code"),
    [
        ("tcp://192.0.2.1:8786", "scheduler-open"),
        ("tcp://shop.example:8786", "scheduler-open"),
        ("tcp://0.0.0.0:8786", "scheduler-open"),
        ("127.0.0.1:8786", "scheduler-invalid"),
        ("tcp://127.0.0.1", "scheduler-invalid"),
        ("tcp://127.0.0.1:99999", "scheduler-invalid"),
        ("tcp://[::1:8786", "scheduler-invalid"),
        ("http://127.0.0.1:8786", "scheduler-invalid"),
        ("LOCAL", "scheduler-invalid"),
        ("", "scheduler-invalid"),
        ("tls://127.0.0.1:9", "scheduler-unreachable"),
        ("tcp://127.0.0.1:9", "scheduler-unreachable"),
    ],
)
def test_an_address_that_is_none_or_that_others_can_listen_to_is_refused(
    scheduler: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prodcls.cluster, "CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError) as caught, open_cluster(scheduler, 1):
        pass
    assert caught.value.code == code


def test_without_certificates_tls_is_not_tried() -> None:
    secure = address().replace("tcp://", "tls://")
    with pytest.raises(InputError, match="certificates") as caught, open_cluster(secure, 1):
        pass
    assert caught.value.code == "scheduler-unreachable"


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'prodcls\[dask\]'"), open_cluster(LOCAL, 1):
        pass
