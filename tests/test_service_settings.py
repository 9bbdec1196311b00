"""Limits of a service, and who may reach it without a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodcls.errors import InputError
from prodcls.service.settings import MIN_TOKEN, RANGES, ServiceSettings, is_loopback, read_token

TOKEN = "t" * MIN_TOKEN


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "shop.example", "", "127.0.0.1.example"])
def test_any_address_but_loopback_needs_a_token(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(InputError) as caught:
        ServiceSettings(host=host)
    assert caught.value.code == "token-missing"
    assert ServiceSettings(host=host, token=TOKEN).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_none(host: str) -> None:
    assert ServiceSettings(host=host).token is None


def test_a_token_that_can_be_guessed_is_refused_and_none_is_shown() -> None:
    with pytest.raises(InputError) as caught:
        ServiceSettings(token=TOKEN[1:])
    assert caught.value.code == "token-short"
    assert TOKEN not in repr(ServiceSettings(token=TOKEN))


@pytest.mark.parametrize("name", sorted(RANGES))
def test_every_number_has_a_range_that_holds_its_default(name: str) -> None:
    low, high, _ = RANGES[name]
    assert low <= getattr(ServiceSettings(), name) <= high
    for wrong in (low - 1, high + 1):
        with pytest.raises(InputError) as caught:
            ServiceSettings(**{name: wrong})
        assert caught.value.code == "option-invalid"
        assert name.replace("_", "-") in str(caught.value)


def test_a_token_comes_from_a_file_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert read_token("other", file) == TOKEN
    assert read_token("other", None) == "other"
    assert read_token("", None) is None
    for bad in (b" \n", b"\xff\xfe"):
        file.write_bytes(bad)
        with pytest.raises(InputError) as caught:
            read_token(None, file)
        assert caught.value.code == "token-unreadable"
