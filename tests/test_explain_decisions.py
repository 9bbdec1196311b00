"""Accounts of many decisions at once are those of each alone, to the last bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_factory import BENT, CLASSES, fitted, make_subject, stacked, subjects
from prodcls.explain.chain import explain, explain_many
from prodcls.explain.decisions import decide
from prodcls.explain.pieces import Pieces
from prodcls.explain.product import REST
from prodcls.explain.reading import Difference, split_pieces
from prodcls.explain.subject import Subject
from prodcls.head import EvidenceHead
from prodcls.model import Model

MODEL = fitted()


def told(model: Model, products: list[Subject]) -> list[object]:
    """Return the accounts of products that are scored together."""
    assert isinstance(model.head, EvidenceHead)
    dense = model.head.evidence.dense

    def pieces(i: int, block: str, difference: Difference) -> Pieces | None:
        split, texts = products[i].splits.get(block), products[i].inputs.texts
        if split is None:
            return None
        text = texts[block][0] if block in texts else ""
        return split_pieces(block, text, products[i].photo_size, split, dense[block].probe, difference)

    together = replace(stacked([one.inputs for one in products]), ids=("asked",) * len(products))
    decisions = decide(model, together)
    return [account.attribution() for account in decisions.accounts(pieces)]


@settings(deadline=None, max_examples=25)
@given(st.lists(subjects, min_size=1, max_size=6))
def test_company_moves_no_bit_of_an_account(products: list[Subject]) -> None:
    assert told(MODEL, products) == [explain(MODEL, one) for one in products]


def test_nor_where_an_encoder_is_not_linear() -> None:
    model = fitted(bent=True)
    products = [make_subject(f"steel kettle {i}", "best gift" * (i % 2), encoders=BENT) for i in range(5)]
    assert told(model, products) == [explain(model, one) for one in products]


def test_no_product_has_no_account() -> None:
    one = make_subject("kettle").inputs
    assert list(decide(MODEL, one.take(np.array([], dtype=np.intp))).accounts(lambda *_: None)) == []


def test_accounts_of_several_pairs_do_not_depend_on_each_other() -> None:
    subject = make_subject("steel kettle 正品", "best gift", photo="Kettle2", price=60.0)
    pairs = [(CLASSES[0], REST), (CLASSES[1], CLASSES[2]), (None, None)]
    assert explain_many(MODEL, subject, pairs) == tuple(explain(MODEL, subject, *pair) for pair in pairs)
