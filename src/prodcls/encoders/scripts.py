"""Which scripts a catalogue is written in, and which text encoders can read them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["EncoderChoice", "choose_text_encoders", "script_shares"]

ENGLISH = "minilm"
MULTILINGUAL = "use-pooled"
OTHER_SCRIPT_SHARE = 0.02
"""Share of letters outside the Latin script from which on a multilingual encoder comes first."""
LATIN_SHARE = 0.5
"""Share of Latin letters from which on a mixed catalogue gets the English encoder too."""


@dataclass(frozen=True)
class EncoderChoice:
    """The text encoders for a catalogue.

    Attributes
    ----------
    encoders : tuple of str
        Names in the registry, most fitting first.
    reason : str
        One sentence for the reader.
    shares : dict of str to float
        Share of each script in all letters, largest first.
    """

    encoders: tuple[str, ...]
    reason: str
    shares: dict[str, float]


def script_shares(texts: Iterable[str]) -> dict[str, float]:
    """Return how the letters of ``texts`` are spread over scripts.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    dict of str to float
        Keyed by the first word of the letters' Unicode names in lower case (``"latin"``, ``"cjk"``, ``"hiragana"``),
        largest share first; the shares sum to 1. Empty when there is no letter.
    """
    letters: Counter[str] = Counter()
    for text in texts:
        letters.update(text)
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        # Full-width and stylised Latin letters are Latin letters once decomposed.
        plain = unicodedata.normalize("NFKC", letter)[:1]
        if plain.isalpha():
            scripts[unicodedata.name(plain, "unknown").split()[0].lower()] += count
    total = scripts.total()
    ranked = sorted(scripts.items(), key=lambda entry: (-entry[1], entry[0]))
    return {script: count / total for script, count in ranked}


def choose_text_encoders(texts: Iterable[str]) -> EncoderChoice:
    """Choose the text encoders that can read ``texts``.

    MiniLM knows English only: to it most words in other scripts are the same unknown token, so that unrelated Chinese
    products look alike. It is therefore never chosen alone where such letters matter.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    EncoderChoice
    """
    shares = script_shares(texts)
    latin = shares.get("latin", 0.0)
    others = ", ".join(f"{script} {share:.0%}" for script, share in shares.items() if script != "latin")
    if not shares:
        return EncoderChoice((ENGLISH, MULTILINGUAL), "no letters found: English and multilingual encoder", shares)
    if 1 - latin <= OTHER_SCRIPT_SHARE:
        reason = f"{latin:.0%} of the letters are Latin: English and multilingual encoder"
        return EncoderChoice((ENGLISH, MULTILINGUAL), reason, shares)
    if latin < LATIN_SHARE:
        reason = (
            f"letters are {others} and {latin:.0%} Latin: multilingual encoder, as the English one reads only Latin"
        )
        return EncoderChoice((MULTILINGUAL,), reason, shares)
    reason = f"{latin:.0%} of the letters are Latin, but {others}: multilingual encoder, and the English one beside it"
    return EncoderChoice((MULTILINGUAL, ENGLISH), reason, shares)
