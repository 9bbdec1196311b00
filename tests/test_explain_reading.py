"""What words are worth in ASCII is what they are worth in any script."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.explain import reading
from prodcls.lexical import terms

TEXTS = st.text(st.sampled_from("ab C'd.-_ \n5"), max_size=25) | st.text(st.characters(max_codepoint=127), max_size=25)


@settings(deadline=None, max_examples=200)
@given(TEXTS, st.data())
def test_both_ways_tell_the_same_of_every_place(text: str, data: st.DataObject) -> None:
    known = sorted({term.text for term in terms(text)})
    worth = data.draw(st.dictionaries(st.sampled_from(known), st.floats(-5, 5))) if known else {}
    found = {}
    for name in ("_in_ascii", "_in_any_script"):
        spans, values = getattr(reading, name)(text, worth)
        total: dict[tuple[int, ...], float] = {}
        for span, value in zip(spans.tolist(), values.tolist(), strict=True):
            total[tuple(span)] = total.get(tuple(span), 0.0) + value
        found[name] = {span: value for span, value in total.items() if abs(value) > 1e-12}
    assert found["_in_ascii"].keys() == found["_in_any_script"].keys()
    for span, value in found["_in_ascii"].items():
        np.testing.assert_allclose(value, found["_in_any_script"][span], atol=1e-12)
