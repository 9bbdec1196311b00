"""Witnesses are found by name, and their libraries stay unloaded until they are asked."""

from __future__ import annotations

import subprocess
import sys

import pytest

from prodcls.errors import InputError
from prodcls.explain.witnesses import NAMES, witness


def test_every_name_has_a_witness_that_calls_itself_so() -> None:
    kinds = [type(witness(name)).__name__ for name in NAMES]
    assert kinds == ["Shap", "Lime", "LeaveOneOut", "Occlusion", "Alone", "IntegratedGradients", "Attention"]


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="shap, lime, leave-one-out") as error:
        witness("gradient")
    assert error.value.code == "witness-unknown"


def test_no_library_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys; from prodcls.explain.witnesses import NAMES, witness; [witness(name) for name in NAMES]; "
        "print([name for name in ('shap', 'lime', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
