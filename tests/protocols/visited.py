"""A visit with what lies around it, made by hand: what a protocol is given to tell."""

from collections.abc import Mapping, Sequence
from typing import Any

from fieldapp.core.occurrence import Dataset, Visited
from fieldapp.core.record import Record

DATASET = Dataset("d", "Jeu", "0a8ad0c7-1d1c-4c2a-9a3b-7e2a4f1f2a11")

PEOPLE = {
    uid: Record(uid, "directory", "person", None, {"name": name, "organisation": "CPIE"})
    for uid, name in (("a", "DUPONT Anne"), ("b", "MARTIN Paul"), ("c", "PETIT Luc"))
}


def visited(
    visit: Record,
    *lines: Record,
    above: Sequence[Record] = (),
    beside: Sequence[Record] = (),
    deeper: Mapping[str, Sequence[Record]] | None = None,
) -> Visited:
    """Return a visit with these lines, the records above and beside it, and what lies below its lines."""
    siblings: dict[str, list[Record]] = {}
    for record in beside:
        siblings.setdefault(record.entity, []).append(record)
    return Visited(visit, {one.entity: one for one in above}, lines, PEOPLE, deeper or {}, siblings, DATASET)


def measured(measurements: Sequence[Any]) -> dict[str, tuple[str, str, str]]:
    """Return value, unit and code of measurements by their code."""
    return {one.code: (one.value, one.unit, one.value_code) for one in measurements}
