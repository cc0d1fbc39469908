"""Figures of one hub process, in the text form that Prometheus reads; every process of a hub is asked by itself."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of the text (source: prometheus.io, "Exposition formats", text-based format)."""

BUCKETS_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram of durations; the first is what a sync with nothing to do may cost."""

CHANGES = ("received", "refused", "disputed")
"""What is counted of changes: those that were new, those put into quarantine, those that met a rival."""


@dataclass
class Metrics:
    """The figures; safe to be used by several threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _durations: dict[str, list[int]] = field(default_factory=dict)
    _seconds: Counter[str] = field(default_factory=Counter)
    _bytes: Counter[str] = field(default_factory=Counter)
    _changes: Counter[str] = field(default_factory=Counter)
    _running: int = 0

    def begin(self) -> None:
        """Count a request that is being served."""
        with self._lock:
            self._running += 1

    def end(self, method: str, route: str, status: int, seconds: float, received: int, sent: int) -> None:
        """Count a request that was served; `route` is its template, never a path that somebody made up."""
        with self._lock:
            self._running -= 1
            self._requests[method, route, status] += 1
            counts = self._durations.setdefault(route, [0] * (len(BUCKETS_S) + 1))
            counts[bisect_left(BUCKETS_S, seconds)] += 1
            self._seconds[route] += seconds  # type: ignore[assignment]
            self._bytes["received"] += received
            self._bytes["sent"] += sent

    def changes(self, counts: Mapping[str, int]) -> None:
        """Add to the changes, by one of CHANGES."""
        with self._lock:
            self._changes.update(counts)

    def text(self) -> str:
        """Return all figures."""
        with self._lock:
            return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield from _head("fieldapp_hub_requests_total", "counter", "Requests served, by route and status.")
        for (method, route, status), count in sorted(self._requests.items()):
            labels = f'method="{_label(method)}",route="{_label(route)}",status="{status}"'
            yield f"fieldapp_hub_requests_total{{{labels}}} {count}"
        yield from _head("fieldapp_hub_requests_running", "gauge", "Requests that are being served.")
        yield f"fieldapp_hub_requests_running {self._running}"
        yield from _head("fieldapp_hub_request_seconds", "histogram", "Time that requests took, by route.")
        for route in sorted(self._durations):
            yield from self._histogram(route)
        yield from _head("fieldapp_hub_changes_total", "counter", "Changes of records, by what became of them.")
        for kind in CHANGES:
            yield f'fieldapp_hub_changes_total{{kind="{kind}"}} {self._changes[kind]}'
        yield from _head("fieldapp_hub_bytes_total", "counter", "Bytes of bodies, as they travelled.")
        for kind in ("received", "sent"):
            yield f'fieldapp_hub_bytes_total{{kind="{kind}"}} {self._bytes[kind]}'

    def _histogram(self, route: str) -> Iterator[str]:
        name, label, so_far = "fieldapp_hub_request_seconds", f'route="{_label(route)}"', 0
        for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), self._durations[route], strict=True):
            so_far += count
            yield f'{name}_bucket{{{label},le="{bound}"}} {so_far}'
        yield f"{name}_sum{{{label}}} {self._seconds[route]:.6f}"
        yield f"{name}_count{{{label}}} {so_far}"


def _head(name: str, kind: str, words: str) -> tuple[str, str]:
    return f"# HELP {name} {words}", f"# TYPE {name} {kind}"


def _label(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
