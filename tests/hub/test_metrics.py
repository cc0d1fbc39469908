"""The figures of a hub, as Prometheus reads them, and who may read them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldapp.hub import limits
from fieldapp.hub.metrics import BUCKETS_S, Metrics
from fieldapp.hub.opening import open_storage
from fieldapp.hub.serving import Options, start
from fieldapp.hub.storage import Storage
from tests.hub.calling import Laptop, call, enrolled, made

LINE = re.compile(r'([a-z_]+)(\{(?:[a-z]+="[^"]*",?)+\})? (-?[0-9.]+)')


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    found = open_storage(str(tmp_path / "hub.db"))
    found.migrate()
    yield found
    found.close()


def figures(text: str) -> dict[str, float]:
    """Return the figures by their name with its labels; every line must be one that Prometheus reads."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            parts = LINE.fullmatch(line)
            assert parts, line
            found[parts[1] + (parts[2] or "")] = float(parts[3])
    return found


def test_a_request_is_counted_by_route_and_status_and_in_its_bucket() -> None:
    metrics = Metrics()
    for seconds in (0.001, 0.002, 0.003, 99.0):
        metrics.begin()
        metrics.end("POST", "/v1/sync", 200, seconds, received=10, sent=5)
    metrics.begin()
    found = figures(metrics.text())
    assert found['fieldapp_hub_requests_total{method="POST",route="/v1/sync",status="200"}'] == 4
    assert found["fieldapp_hub_requests_running"] == 1
    name = "fieldapp_hub_request_seconds"
    counts = [found[f'{name}_bucket{{route="/v1/sync",le="{bound}"}}'] for bound in (*BUCKETS_S, "+Inf")]
    assert counts == [2, *[3] * (len(BUCKETS_S) - 1), 4]
    assert found[f'{name}_count{{route="/v1/sync"}}'] == 4
    assert found[f'{name}_sum{{route="/v1/sync"}}'] == pytest.approx(99.006)
    assert found['fieldapp_hub_bytes_total{kind="received"}'] == 40
    assert found['fieldapp_hub_bytes_total{kind="sent"}'] == 20


def test_changes_are_counted_by_what_became_of_them() -> None:
    metrics = Metrics()
    metrics.changes({"received": 3, "refused": 1, "disputed": 0})
    metrics.changes({"received": 2})
    found = figures(metrics.text())
    assert [found[f'fieldapp_hub_changes_total{{kind="{kind}"}}'] for kind in ("received", "refused", "disputed")] == [
        5,
        1,
        0,
    ]


def test_every_family_says_what_it_is_before_its_figures() -> None:
    metrics = Metrics()
    metrics.begin()
    metrics.end("GET", "/health", 200, 0.1, 0, 0)
    told: set[str] = set()
    for line in metrics.text().splitlines():
        if line.startswith("# TYPE "):
            told.add(line.split()[2])
        elif not line.startswith("#"):
            name = re.sub("_(bucket|sum|count)$", "", line.partition("{")[0].partition(" ")[0])
            assert name in told, line


def test_a_hub_counts_what_goes_through_it_and_no_path_that_somebody_made_up(storage: Storage) -> None:
    with start(storage, Options(port=0)) as running:
        laptop = enrolled(storage, running.port)
        laptop.sync(made(), made())
        call(running.port, "GET", "/Lou/Martin?name=Lou")
        call(running.port, "BREW", "/health")
        reply = call(running.port, "GET", "/metrics")
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    text = reply.body.decode()
    found = figures(text)
    assert found['fieldapp_hub_requests_total{method="POST",route="/v1/sync",status="200"}'] == 1
    assert found['fieldapp_hub_requests_total{method="GET",route="other",status="404"}'] == 1
    assert found['fieldapp_hub_changes_total{kind="received"}'] == 2
    assert "Lou" not in text
    assert laptop.account not in text


def asked(laptop: Laptop) -> int:
    return laptop.call("GET", "/metrics", X_Forwarded_For="203.0.113.7").status


def test_from_elsewhere_only_a_coordinator_reads_the_figures(storage: Storage) -> None:
    with start(storage, Options(port=0, behind_proxy=True)) as running:
        told: dict[str, Any] = {
            role: asked(enrolled(storage, running.port, role)) for role in ("volunteer", "leader", "coordinator")
        }
        told["nobody"] = call(running.port, "GET", "/metrics", None, {"X-Forwarded-For": "203.0.113.7"}).status
        told["here"] = call(running.port, "GET", "/metrics").status
    assert told == {"volunteer": 403, "leader": 403, "coordinator": 200, "nobody": 401, "here": 401}


def test_they_can_be_opened_to_everybody(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "is_loopback", lambda _host: False)
    with start(storage, Options(port=0, lan=True)) as running:
        assert call(running.port, "GET", "/metrics").status == 401
    with start(storage, Options(port=0, lan=True, open_metrics=True)) as running:
        assert call(running.port, "GET", "/metrics").status == 200
