"""HTML is taken out where it is evident, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.markup import without_markup


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a<br>b", "a\nb"),
        ("a<BR/>b", "a\nb"),
        ("a</p >b", "a\nb"),
        ("a<b>c", "a<b>c"),
        ("a<b>c</b>", "ac"),
        ("<i>x</b> <foo>", "x <foo>"),
        ("a <b and c> d <br>", "a <b and c> d \n"),
        ("<input disabled>x", " x"),
        ('<a href="x>y" title=z>t</a>', "t"),
        ("<a href=\"x'>t</a>", "t"),
        ("<!DOCTYPE html><html><body>t", "\n\n\nt"),
        ("<?xml version='1.0'?>t", "\nt"),
        ("a<!-- b --><!-- c -->d", "a  d"),
        ("a<!-- b", "a<!-- b"),
        ("<script>a</script>b<script>c", "\nb\nc"),
        ("<script>a</scripty></script>b", "\nb"),
        ("</script>a", "\na"),
        ("<<b>>x</b>", "<>x"),
        ("5 < x <br> y", "5 < x \n y"),
        ("t<img src='x", "t"),
        ("t < a=b", "t < a=b"),
        ("<o:p>t</o:p>", "t"),
    ],
)
def test_tags(text: str, left: str) -> None:
    assert without_markup(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("&amp; &lt; &gt; &quot; &apos;", "& < > \" '"),
        ("&eacute;&#233;&#xE9;&#XE9;", "éééé"),
        ("&#150;&#146;", "–’"),  # what Windows writers meant, as browsers read it
        ("a&nbsp b&nbsp;c &nbspace", "a\u00a0 b\u00a0c &nbspace"),
        ("&amp;amp;amp;", "&"),
        ("&#38;#38;lt;", "<"),
        ("&copy &reg 2", "&copy &reg 2"),
        ("&bogus; &; &#; &#x; &#xZZ;", "&bogus; &; &#; &#x; &#xZZ;"),
        ("&#0; &#xD800; &#x110000; &#9999999;", "&#0; &#xD800; &#x110000; &#9999999;"),
        ("?a=1&b=2&lang=en", "?a=1&b=2&lang=en"),
    ],
)
def test_entities(text: str, left: str) -> None:
    assert without_markup(text) == left


@given(st.text(st.characters(exclude_characters="<&")))
def test_text_without_marks_is_left(text: str) -> None:
    assert without_markup(text) == text


@given(st.text("<>/!-bpr ='\"a&;", max_size=60))
def test_nothing_appears_that_was_not_there(text: str) -> None:
    left = without_markup(text).replace("\n", "").replace(" ", "").replace("&", "")
    rest = iter(text)
    assert all(character in rest for character in left)
