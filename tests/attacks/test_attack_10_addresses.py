"""Addresses in the image column: whoever fetches them is made to ask servers inside his own network (CWE-918).

They are refused, always: there is no option to follow them. A server on loopback, where the suite would allow a
connection, is never asked, and the process makes no socket at all. That no other test of the suite opens a connection
either is held by `tests/offline` and a fixture of ``conftest.py``.
"""

from __future__ import annotations

import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from prodcls.config import FitConfig
from prodcls.gathering import gather
from prodcls.progress import SilentProgress
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo

sockets: list[str] | None = None


def watch(event: str, _: tuple[object, ...]) -> None:
    if sockets is not None and event.startswith("socket."):
        sockets.append(event)


sys.addaudithook(watch)

SCHEMES = (
    "http",
    "HTTPS",
    "ftp",
    "gopher",
    "dict",
    "ldap",
    "sftp",
    "s3",
    "gs",
    "smb",
    "jar:http",
    "data",
    "blob",
    "file",
)


class Counting(http.server.BaseHTTPRequestHandler):
    """Counts what it is asked for."""

    asked: list[str] = []  # noqa: RUF012 - one list for all requests is what is wanted

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)


@pytest.fixture
def server() -> Iterator[str]:
    """Host and port of a server that counts."""
    with http.server.HTTPServer(("127.0.0.1", 0), Counting) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield f"127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def payloads(host: str) -> list[str]:
    port = host.partition(":")[2]
    return [
        *(f"{scheme}://{host}/a.png" for scheme in SCHEMES),
        f"//{host}/a.png",
        f"\\\\{host}\\share\\a.png",
        f"\\\\{host}@SSL\\a.png",
        f"/\\{host}/a.png",
        f"http:{host}/a.png",
        f"http:/{host}/a.png",
        f"http:\\\\{host}\\a.png",
        f" http://{host}/a.png",
        f"\thttp://{host}/a.png",
        f"\u2028http://{host}/a.png",
        f"ht\ntp://{host}/a.png",
        f"url({host}/a.png)",
        f"http://user:secret@{host}/a.png",
        f"http://localhost:{port}/a.png",
        f"http://[::1]:{port}/a.png",
        f"http://2130706433:{port}/a.png",
        f"http://0x7f.1:{port}/a.png",
        f"http://127.1:{port}/a.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.invalid/computeMetadata/v1/",
        f"{host}/a.png",
        "data:image/png;base64,iVBORw0KGgo=",
        "|curl http://127.0.0.1/",
        f"a.png http://{host}/a.png",
        f"images/http://{host}/a.png",
        f"images/../http://{host}/a.png",
    ]


def test_addresses_are_refused_and_no_socket_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    global sockets  # noqa: PLW0603 - an audit hook cannot be taken away again
    use_fake_encoders(monkeypatch)
    cells = payloads(server)
    rows = catalogue_rows({"Kettles": len(cells) // 2 + 4, "Phones": len(cells) // 2 + 4})
    for i, row in enumerate(rows):
        row["image"] = cells[i] if i < len(cells) else "a.png"
    write_photo(tmp_path / "a.png", (9, 9, 9))
    config = FitConfig(
        catalogue=write_csv(tmp_path / "products.csv", rows), out=tmp_path / "out", cache_dir=tmp_path / "cache"
    )
    sockets = []
    material = gather(config, SilentProgress())
    seen, sockets = sockets, None
    assert seen == []
    assert Counting.asked == []
    assert len(material.catalogue) == len(rows)
    refused = [r for r in material.catalogue.rejections if r.column == "image"]
    assert len(refused) == len(cells)
    assert {r.code for r in refused} <= {"photo-url", "photo-absent", "photo-name", "photo-outside"}
    assert sum(r.code == "photo-url" for r in refused) >= 30
    assert sum(p is not None for p in material.catalogue.photos or ()) == len(rows) - len(cells)
