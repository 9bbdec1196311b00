"""What a service counts: no label holds what a caller made up."""

from __future__ import annotations

from prodcls.service.meters import Meters


def test_requests_are_counted_by_route_and_status() -> None:
    meters = Meters()
    meters.count("GET", "/v1/model", 200, 0.01)
    meters.count("GET", "/v1/model", 200, 0.02)
    meters.count("POST", "/v1/classify", 413, 0.01)
    lines = meters.text().decode().splitlines()
    assert 'prodcls_requests_total{method="GET",route="/v1/model",status="200"} 2.0' in lines
    assert 'prodcls_requests_total{method="POST",route="/v1/classify",status="413"} 1.0' in lines
    assert 'prodcls_request_seconds_count{route="/v1/model"} 2.0' in lines


def test_a_made_up_method_is_none() -> None:
    meters = Meters()
    for method in ("DELETE", "PROPFIND", 'X"} 1\nforged'):
        meters.count(method, "other", 405, 0.01)
    assert 'prodcls_requests_total{method="other",route="other",status="405"} 3.0' in meters.text().decode()
    assert "forged" not in meters.text().decode()


def test_a_gauge_is_read_when_it_is_asked_for() -> None:
    meters, held = Meters(), [1.0]
    meters.gauge("held_bytes", "Bytes held.", lambda: held[0])
    held[0] = 7.0
    assert "held_bytes 7.0" in meters.text().decode().splitlines()


def test_two_services_count_for_themselves() -> None:
    one, other = Meters(), Meters()
    one.count("GET", "/", 200, 0.01)
    assert "prodcls_requests_total{" not in other.text().decode()
