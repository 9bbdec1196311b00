"""torch runs networks on a processor, or on a card where there is one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from network_factory import Built, doubler
from prodcls.encoders import text_encoder
from prodcls.encoders.torch_run import run_torch
from prodcls.errors import InputError

TEXTS = ("Red cotton shirt", "Stainless-steel pressure cooker 5L")


def test_without_a_card_the_user_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match=r"no graphics card.*leave --device cuda out.*\[device-absent\]"):
        run_torch(doubler(Built()), device="cuda")


@pytest.mark.parametrize("bf16", [False, True])
def test_module_and_items_go_to_the_card_and_numbers_come_back(monkeypatch: pytest.MonkeyPatch, bf16: bool) -> None:
    """The card is made up: what is sent to it stays where it is."""
    sent: list[object] = []
    kept, made = torch.tensor, torch.autocast

    def tensor(data: Any, *, device: str) -> torch.Tensor:
        sent.append(device)
        return kept(data)

    def autocast(device: str, *, dtype: torch.dtype, enabled: bool) -> torch.autocast:
        sent.append((device, dtype, enabled))
        return made("cpu", dtype=dtype, enabled=enabled)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.nn.Module, "to", lambda module, device: sent.append(device) or module)
    run = run_torch(doubler(Built()), device="cuda", bf16=bf16)
    assert sent == ["cuda"]
    monkeypatch.setattr(torch, "tensor", tensor)
    monkeypatch.setattr(torch, "autocast", autocast)
    (total,) = run(np.array([[1, 2], [3, 4]]), ("total",))
    assert sent == ["cuda", ("cuda", torch.bfloat16, bf16), "cuda"]
    assert total.tolist() == [6.0, 14.0]
    assert total.dtype == np.float32


def test_short_numbers_are_near_the_long_ones() -> None:
    plain, short = (text_encoder("minilm", runtime).encode(TEXTS).vectors for runtime in ("torch", "torch-bf16"))  # type: ignore[arg-type]
    assert (plain != short).any()
    assert (plain * short).sum(1).min() >= 0.999
