"""Row 25, the pages: forms and queries of any content, as a browser would send them and as none would.

A form is read by another parser than JSON, its fields reach searches, tables and templates, and its answer is HTML: a
fault in any of them is an answer of 5xx, or a page that holds what was sent as markup. Fields, files and queries are
made up by Hypothesis, half of them of hostile texts, and sent to every page that takes any.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from attacks import rounds
from hostile import HOSTILE
from prodcls.service.app import make_app
from prodcls.service.holder import Holder
from prodcls.service.settings import ServiceSettings
from real_bundle import real
from service_factory import Answer, ask_app, reviewed

TRIES = settings(
    max_examples=rounds(sample=40, full=2000),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS = st.text(max_size=60) | st.sampled_from([text.encode(errors="replace").decode() for text in HOSTILE])
IDS = st.sampled_from(["", "p001", "p002"]) | TEXTS
LANGS = st.sampled_from(["en", "zh", "", "../x"])
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003"
    "010100c9fe92ef0000000049454e44ae426082"
)
"""A picture of one pixel."""
PHOTOS = st.sampled_from([b"", PHOTO, PHOTO[:40], b"GIF89a"]) | st.binary(max_size=200)
FIELDS = ("origin", "keep", "key", "decision", "other", "who", "reason", *(f"cell-{i}" for i in range(5)))
EDGE = b"--edge-of-the-form"


class Marked(HTMLParser):
    """Elements with their attributes that would act: scripts, handlers, frames, addresses elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.acting: list[str] = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        elsewhere = [
            v for n, v in attrs if n in ("href", "src", "action") and v and v[:1] not in "/#" and v[:5] != "data:"
        ]
        if tag in ("iframe", "object", "embed", "base") or elsewhere or any(n.startswith("on") for n, _ in attrs):
            self.acting.append(f"{tag} {attrs}")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("forms")
    return make_app(Holder(real().folder, ServiceSettings(reviewed=reviewed(folder))))


def sane(answer: Answer) -> None:
    """Check that an answer is no error of the service's own, and that nothing in its page acts."""
    assert answer.status < 500, answer.text[-500:]
    if answer.headers.get("content-type", "").startswith("text/html"):
        found = Marked(answer.text)
        assert (found.acting, found.scripts) == ([], 2)


def parts(fields: list[tuple[str, bytes]], photos: list[bytes]) -> bytes:
    """Return a form with these fields, in this order, some perhaps twice."""
    lines = [
        b'%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (EDGE, n.encode(), v) for n, v in fields
    ]
    head = (
        b'%s\r\nContent-Disposition: form-data; name="photo"; filename="p.png"\r\nContent-Type: image/png\r\n\r\n%s\r\n'
    )
    return b"".join((*lines, *(head % (EDGE, photo) for photo in photos), EDGE, b"--\r\n"))


SENT = st.lists(
    st.tuples(
        st.sampled_from(FIELDS),
        (TEXTS | IDS).map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=20),
    ),
    max_size=9,
)


@TRIES
@given(path=st.sampled_from(["/try", "/decide"]), lang=LANGS, fields=SENT, photos=st.lists(PHOTOS, max_size=2))
@example(path="/try", lang="en", fields=[("origin", b"p001"), ("keep", b"1"), ("cell-0", b"kettle")], photos=[PHOTO])
@example(path="/try", lang="zh", fields=[("cell-1", b"1.299")], photos=[])
def test_no_form_makes_a_defect_or_markup(
    app: Any, path: str, lang: str, fields: list[tuple[str, bytes]], photos: list[bytes]
) -> None:
    headers = {"content-type": f"multipart/form-data; boundary={EDGE[2:].decode()}"}
    sane(ask_app(app, "POST", path, parts(fields, photos), headers, lang=lang))


@TRIES
@given(
    path=st.sampled_from(["/", "/product", "/try", "/review", "/decide", "/model"]),
    query=st.dictionaries(
        st.sampled_from(["q", "id", "versus", "changes", "origin", "key", "who", "lang"]), TEXTS | IDS
    ),
)
@example(path="/product", query={"id": "p001", "versus": "Kettle", "changes": "1"})
@example(path="/", query={"q": "kettle"})
def test_no_query_makes_a_defect_or_markup(app: Any, path: str, query: dict[str, str]) -> None:
    sane(ask_app(app, "GET", path, **query))


@TRIES
@given(body=st.binary(max_size=300), media=st.sampled_from(["multipart/form-data; boundary=x", "multipart/form-data"]))
def test_no_bytes_in_place_of_a_form_make_a_defect(app: Any, body: bytes, media: str) -> None:
    for path in ("/try", "/decide", "/v1/classify"):
        sane(ask_app(app, "POST", path, body, {"content-type": media}))
