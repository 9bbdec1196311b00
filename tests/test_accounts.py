"""An account can be read, printed, shown and kept."""

from __future__ import annotations

import pickle

import pytest

from case_factory import make_case
from prodcls.accounts import Account
from prodcls.language import LANGUAGES
from prodcls.render import render_why


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_shown_in_its_language(lang: str) -> None:
    case = make_case()
    account = Account(case, lang)
    assert account.to_html() == render_why(case, lang)
    assert f'lang="{"en" if lang == "en" else "zh-Hans"}"' in account._repr_html_()
    assert case.title in str(account)


def test_it_says_in_a_line_what_it_is() -> None:
    account = Account(make_case())
    assert repr(account) == "<Account of 'p1': 'Kettle' (93.0%) and not 'Phone'>"
    main = account.case.main
    told = (account.id, account.predicted, account.probability, account.versus, account.margin)
    assert told == (main.id, main.predicted, main.probability, main.versus, main.margin)


def test_it_can_be_kept() -> None:
    account = Account(make_case(methods=("chain", "lime")))
    account._repr_html_()
    again = pickle.loads(pickle.dumps(account))
    assert again == account
    assert again.to_dict() == account.to_dict()
    assert [one["method"] for one in account.to_dict()["attributions"]] == ["chain", "lime"]
