"""The command line with encoders that need no weights, as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from prodcls.cli import main
from synthetic import use_fake_encoders

if __name__ == "__main__":
    use_fake_encoders(pytest.MonkeyPatch())
    main()
