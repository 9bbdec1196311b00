"""The JSON interface of a real service: what it answers, what it refuses, and that company changes nothing."""

from __future__ import annotations

import asyncio
import base64
import csv
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prodcls.atomic import cache_root
from prodcls.bundle import load_bundle
from prodcls.new_products import Reading
from prodcls.progress import SilentProgress
from prodcls.reasons import Question, answer
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.service import api
from prodcls.training import FitOutcome
from service_factory import Answer, Running, form, running

COLUMNS = ("title", "description", "price", "currency", "brand")


@pytest.fixture(scope="module")
def service(fitted_demo: FitOutcome) -> Iterator[Running]:
    with running(fitted_demo.bundle_path, "--image-root", str(cache_root() / "demo"), "--max-products", "20") as found:
        yield found


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (cache_root() / "demo" / "products.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))[:12]


def photo(row: dict[str, str]) -> bytes | None:
    path = cache_root() / "demo" / row["image"]
    return path.read_bytes() if path.is_file() else None


def product(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"id": row["id"], "cells": {name: row[name] for name in COLUMNS}}
    data = photo(row)
    return found if data is None else found | {"image": base64.b64encode(data).decode()}


def scored(rows: list[dict[str, str]], bundle: Path, folder: Path) -> list[dict[str, Any]]:
    """Return what `predict` says of the same rows, one at a time."""
    catalogue = folder / "new.csv"
    with catalogue.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    options = PredictOptions(reading=Reading(cache_root() / "demo"), batch_size=1, top_k=3)
    predict_catalogue(bundle, catalogue, folder / "out.jsonl", options, progress=SilentProgress())
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]


def refused(answer: Answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status
    assert told["request_id"] == answer.headers["x-request-id"]
    return answer.status, told["code"]


def test_it_says_what_a_prediction_says_bit_by_bit(
    service: Running, rows: list[dict[str, str]], fitted_demo: FitOutcome, tmp_path: Path
) -> None:
    expected = scored(rows, fitted_demo.bundle_path, tmp_path)
    told = service.post("/v1/classify", {"products": [product(row) for row in rows], "top_k": 3}).json()
    assert [one["id"] for one in told["products"]] == [row["id"] for row in rows]
    for mine, theirs in zip(told["products"], expected, strict=True):
        assert mine["error"] is None
        assert [(c["name"], c["probability"]) for c in mine["classes"]] == [
            (theirs[f"class_{i}"], theirs[f"probability_{i}"]) for i in (1, 2, 3)
        ]
        for name in ("predicted", "probability", "prediction_set", "review", "reasons", "stopped_at"):
            assert mine[name] == theirs[name], name


def test_company_changes_nothing(service: Running, rows: list[dict[str, str]]) -> None:
    together = service.post("/v1/classify", {"products": [product(row) for row in rows]}).json()["products"]
    with ThreadPoolExecutor(8) as pool:
        alone = list(pool.map(lambda row: service.post("/v1/classify", {"products": [product(row)]}), rows))
    assert [one.json()["products"][0] for one in alone] == together


def test_company_in_other_currencies_and_numbers_changes_nothing(service: Running, rows: list[dict[str, str]]) -> None:
    prices = ("18.90 EUR", "¥2,399", "", "1.299", "₹1,29,999", "$5")
    given = [product(row | {"price": price, "currency": ""}) for row, price in zip(rows, prices, strict=False)]
    together = service.post("/v1/classify", {"products": given}).json()["products"]
    assert [service.post("/v1/classify", {"products": [one]}).json()["products"][0] for one in given] == together


def test_a_form_with_photos_says_the_same(service: Running, rows: list[dict[str, str]]) -> None:
    row = next(row for row in rows if photo(row) is not None)
    plain = product(row)
    asked = {"products": [{"id": plain["id"], "cells": plain["cells"], "image_part": "front"}]}
    body, headers = form({"request": json.dumps(asked)}, {"front": photo(row) or b""})
    sent = service.ask("POST", "/v1/classify", body, headers)
    assert sent.json() == service.post("/v1/classify", {"products": [plain]}).json()


def test_a_number_is_read_as_a_number(service: Running) -> None:
    given = [{"cells": {"title": "phone", "price": price, "currency": "CNY"}} for price in (1.299, "1.2990", "1.299")]
    first, second, unclear = service.post("/v1/classify", {"products": given}).json()["products"]
    assert first["classes"] == second["classes"]
    (note,) = unclear["notes"]
    assert (note["column"], note["code"], note["missing"]) == ("price", "price-ambiguous", True)


def test_one_bad_product_costs_itself_only(service: Running) -> None:
    good = {"id": "a", "cells": {"title": "washing machine"}}
    bad = {"id": "b", "cells": {"titel": "washing machine"}}
    told = service.post("/v1/classify", {"products": [good, bad]})
    assert told.status == 200
    assert told.json()["products"][0]["error"] is None
    assert told.json()["products"][1]["error"]["code"] == "column-unknown"
    assert "did you mean 'title'" in told.json()["products"][1]["error"]["detail"]
    assert refused(service.post("/v1/classify", {"products": [bad]})) == (422, "column-unknown")


def test_what_nothing_is_known_of_goes_to_a_person(service: Running) -> None:
    (told,) = service.post("/v1/classify", {"products": [{"cells": {}}]}).json()["products"]
    assert told["review"]
    assert "nothing-known" in told["reasons"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (422, "request-invalid")),
        (b"{", (422, "request-invalid")),
        (b"[]", (422, "request-invalid")),
        (b'{"products": []}', (422, "request-invalid")),
        (b'{"products": [{"cells": {"title": NaN}}]}', (422, "number-not-finite")),
        (b'{"products": [{"cells": {"title": {}}}]}', (422, "request-invalid")),
        (b'{"products": [{"cells": {}}], "top_k": 0}', (422, "request-invalid")),
        (b'{"products": [{"cells": {}}], "more": 1}', (422, "request-invalid")),
        (b'{"products": [{"cells": {"title": "\\ud800"}}]}', (422, "request-invalid")),
        (b'{"products": [{"cells": {"title": "a\\u0000b"}}]}', (422, "nul-character")),
        (b'{"products": [{"cells": {"price": 1e400}}]}', (422, "number-not-finite")),
        (b'{"products": [{"cells": {"price": ' + b"9" * 5000 + b"}}]}", (422, "request-invalid")),
        (b'{"products": [{"cells": {"image": "/etc/passwd"}}]}', (422, "photo-by-name")),
        (b'{"products": [{"image": "***"}]}', (422, "photo-not-base64")),
        (b'{"products": [{"image": "", "image_part": "a"}]}', (422, "photo-twice")),
        (b'{"products": [{"image_part": "a"}]}', (422, "photo-part-missing")),
        (b'{"products": [' + b",".join([b"{}"] * 21) + b"]}", (413, "products-too-many")),
        (b'{"products": [{"cells": {"title": "' + b"x" * 100_001 + b'"}}]}', (413, "cell-too-long")),
        (b"[" * 100_000, (422, "request-invalid")),
        (b"\xff\xfe", (422, "request-invalid")),
    ],
)
def test_what_is_no_request_is_refused(service: Running, body: bytes, expected: tuple[int, str]) -> None:
    answer = service.ask("POST", "/v1/classify", body, {"content-type": "application/json"})
    assert refused(answer) == expected
    assert b"xxxx" not in answer.body  # nothing of what was sent comes back


def test_other_media_and_forms_without_a_request_are_refused(service: Running) -> None:
    assert refused(service.ask("POST", "/v1/classify", b"a,b", {"content-type": "text/csv"})) == (415, "media-type")
    for fields, code in (({}, "request-missing"), ({"request": "{}", "other": "{}"}, "part-unknown")):
        body, headers = form(fields)
        assert refused(service.ask("POST", "/v1/classify", body, headers)) == (422, code)
    broken = {"content-type": "multipart/form-data"}
    assert refused(service.ask("POST", "/v1/classify", b"--", broken)) == (400, "form-invalid")


def test_a_photo_that_is_none_is_told_and_counts_as_missing(service: Running) -> None:
    given = {"id": "a", "cells": {"title": "camera"}, "image": base64.b64encode(b"no picture").decode()}
    (told,) = service.post("/v1/classify", {"products": [given]}).json()["products"]
    assert [(note["code"], note["missing"]) for note in told["notes"]] == [("photo-corrupt", True)]
    bare = service.post("/v1/classify", {"products": [{"id": "a", "cells": {"title": "camera"}}]}).json()["products"][0]
    assert told["classes"] == bare["classes"]


def test_why_is_the_account_of_the_command(
    service: Running, rows: list[dict[str, str]], fitted_demo: FitOutcome
) -> None:
    row = rows[0]
    question = Question(product=row["id"], reading=Reading(cache_root() / "demo"), counterfactuals=False)
    case = answer(fitted_demo.bundle_path, question, SilentProgress())
    told = service.get("/v1/why", product=row["id"]).json()
    assert told["attributions"] == [json.loads(case.main.to_json())]
    assert told["bundle"] == case.bundle
    assert told["label"] == row["category"]
    main = told["attributions"][0]
    assert abs(sum(part["value"] for part in main["parts"]) - main["margin"]) <= 1e-6


def test_why_of_a_new_product_against_any_class(service: Running, rows: list[dict[str, str]]) -> None:
    classes = service.get("/v1/model").json()["classes"]
    given = product(rows[1])
    said = service.post("/v1/classify", {"products": [given]}).json()["products"][0]
    for versus in [name for name in classes if name != said["predicted"]]:
        main = service.post("/v1/why", {"product": given, "versus": versus}).json()["attributions"][0]
        assert (main["predicted"], main["versus"]) == (said["predicted"], versus)
        assert main["probability"] == pytest.approx(said["probability"], abs=1e-6)
        assert abs(main["certificate"]["residual"]) <= 1e-6
    assert refused(service.post("/v1/why", {"product": given, "versus": "no class"}))[0] == 422


def test_training_products_and_the_model(service: Running, rows: list[dict[str, str]], fitted_demo: FitOutcome) -> None:
    record = service.get(f"/v1/products/{rows[0]['id']}").json()
    assert record["label"] == rows[0]["category"]
    assert record["texts"]["title"] == rows[0]["title"]
    assert record["out_of_fold"] is not None
    assert refused(service.get("/v1/products/none")) == (404, "product-unknown")
    model = service.get("/v1/model").json()
    assert model["bundle"] == load_bundle(fitted_demo.bundle_path).digest
    assert model["figures"]["accuracy"] == fitted_demo.report.evaluation.accuracy.value


def test_other_paths_and_methods_are_problems_too(service: Running) -> None:
    assert refused(service.get("/v1/none")) == (404, "path-unknown")
    assert refused(service.ask("DELETE", "/v1/model")) == (405, "method-unknown")
    assert refused(service.get("/v1/why")) == (422, "request-invalid")


def test_the_description_names_every_path_and_body(service: Running) -> None:
    found = service.get("/openapi.json").json()
    assert {"/v1/classify", "/v1/why", "/v1/products/{product}", "/v1/model", "/healthz", "/metrics"} <= set(
        found["paths"]
    )
    schemas = found["components"]["schemas"]
    assert {"ClassifyRequest", "WhyRequest", "ProductIn", "Problem", "ClassifyResponse"} <= set(schemas)
    assert schemas["ClassifyRequest"]["examples"]


def test_what_is_counted_holds_nothing_that_was_sent(service: Running) -> None:
    service.get("/v1/products/canary-4711")
    service.ask("GET", "/canary-4712")
    text = service.get("/metrics").text
    assert "canary" not in text
    assert 'route="/v1/products/{product:path}",status="404"' in text
    assert 'route="other",status="404"' in text


def test_accounts_wait_for_one_another_and_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, asked = 0, 0, threading.Lock()

    def explain(*_: object) -> SimpleNamespace:
        nonlocal at_once, most
        with asked:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with asked:
            at_once -= 1
        return SimpleNamespace(to_dict=lambda: {"said": True})

    engine = SimpleNamespace(explain=explain, question=lambda **_: None)
    monkeypatch.setattr(api, "available_processors", lambda: 2)

    async def every() -> list[dict[str, Any]]:
        holder: Any = SimpleNamespace(engine=engine)
        nothing: Any = None
        service = api.Service(holder, nothing, nothing, nothing)
        return await asyncio.gather(*(api._why(service, f"p{i}", {}) for i in range(12)))

    assert asyncio.run(every()) == [{"said": True}] * 12
    assert most == 2
