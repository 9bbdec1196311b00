"""Parts of a notebook: whole, closed, of their own style, and the rest of the page stays as it was."""

from __future__ import annotations

import re

import pytest

from case_factory import make_case
from hostile import HOSTILE
from prodcls.description import describe
from prodcls.language import LANGUAGES
from prodcls.notebook import account_part, bundle_part, nested_style
from prodcls.render import TEMPLATES
from real_bundle import real
from test_render import Page

ATTACK = '"><img src=//evil.example/x.png onerror=alert(1)>'


def account_with(text: str) -> str:
    return account_part(make_case(f"kettle {text}", f"tea {text}", name=text, cell=text, predicted=text))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_part_is_one_closed_element_without_scripts(lang: str) -> None:
    for part in (account_part(make_case(methods=("chain", "lime")), lang), bundle_part(describe(real().bundle), lang)):
        page = Page(part)
        assert page.open == []
        assert page.structure[0][0] == "div"
        assert {tag for tag, _ in page.structure}.isdisjoint({"html", "head", "body", "main", "script", "link", "meta"})
        assert all(url.startswith(("#", "data:image/jpeg;base64,")) for url in page.urls)
        assert not re.search(r"@import|url\(|position: fixed", page.raw["style"])


def test_texts_of_a_catalogue_change_nothing_of_the_structure() -> None:
    plain = {*Page(account_with("plain")).structure}
    for text in (ATTACK, "</style></div><script>alert(1)</script>"):
        part = account_with(text)
        assert {*Page(part).structure} == plain
        assert "<img src=//" not in part
        assert "<script" not in part
    assert Page(account_part(make_case(" ".join(HOSTILE), name="".join(HOSTILE)[:300]), "zh")).open == []


def test_two_parts_share_no_places_and_links_lead_into_their_own() -> None:
    one, other = Page(account_part(make_case())), Page(account_part(make_case("another kettle")))
    assert set(one.ids).isdisjoint(other.ids)
    assert len(one.ids) == len(set(one.ids))
    assert {url[1:] for url in one.urls if url.startswith("#")} <= set(one.ids)
    assert account_part(make_case()) == account_part(make_case())


def test_every_rule_is_nested() -> None:
    page, own = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "notebook.css"))
    style = nested_style(page, own)
    depth, outer = 0, []
    for piece in re.split(r"([{}])", style):
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth -= 1
        elif depth == 0 and piece.strip():
            outer.append(piece.strip())
    assert depth == 0
    assert all(rule.startswith("@media screen") or rule.endswith(".prodcls.prodcls") for rule in outer)
    assert ":root" not in style
    assert "@page" not in style
    with pytest.raises(ValueError, match=":root"):
        nested_style("p { margin: 0; }", own)
