"""The sample as a tree, read by a small reader of its own, and barriers made by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from fieldapp.core import paths
from fieldapp.core.record import Node, make_record
from fieldapp.core.schema import Entity
from fieldapp.protocols.pitfall_barrier.campaign import days_between
from fieldapp.protocols.pitfall_barrier.schema import BUCKET, CAMPAIGN, CODE, OBSERVATION, SITE, VISIT

TODAY = date(2026, 11, 20)
"""A day after every season of the sample."""

SEXES = {"M": "3", "F": "2"}
STATES = {"vivant": "alive", "mort": "dead"}
DIRECTIONS = {"entrée": "in", "sortie": "out"}
WEATHER = ("night_min_c", "night_max_c", "rain_mm")

Catch = Mapping[str, Any]


def node(entity: Entity, data: Mapping[str, Any], children: Iterable[Node] = ()) -> Node:
    return Node(make_record(CODE, entity, data, None), list(children))


@lru_cache(maxsize=1)
def file_rows() -> tuple[dict[str, str], ...]:
    """Return the rows of the sample (synthetic)."""
    with paths.resource("demo/barrier_vimy_2005_2020.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";"))


@lru_cache(maxsize=1)
def sample() -> Node:
    """Return the barrier of the sample; a campaign goes from the first to the last day of its year."""
    mornings: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in file_rows():
        mornings[row["check_on"]].append(row)
    years: dict[str, list[str]] = defaultdict(list)
    for on in mornings:
        years[on[:4]].append(on)
    return barrier(
        *(campaign(min(days), max(days)) for days in years.values()),
        *(node(BUCKET, {"bucket": str(number), "side": "outside"}) for number in range(1, 13)),
        *(_morning(on, rows) for on, rows in mornings.items()),
        name="Mare Jules Ferry",
    )


def _morning(on: str, rows: list[dict[str, str]]) -> Node:
    head = rows[0]
    if head["checked"] == "non":
        return node(VISIT, {"check_on": on, "state": "missed", "reason": "nobody"})
    weather = {name: float(head[name]) for name in WEATHER if head[name]}
    return check(on, *(_caught(row) for row in rows if row["cd_nom"]), **weather)


def _caught(row: dict[str, str]) -> Catch:
    return {
        "bucket": row["bucket"],
        "cd_nom": int(row["cd_nom"]),
        "stage": "2",
        "sex": SEXES[row["sex"]],
        "count": int(row["count"]),
        "direction": DIRECTIONS[row["direction"]],
        "vitality": STATES[row["state"]],
    }


# ------------------------------------------------------------------------------------------------ by hand


def barrier(*children: Node, name: str = "Mare", commune: str = "Vimy") -> Node:
    return node(SITE, {"site_name": name, "commune": commune}, children)


def campaign(opened_on: str, closed_on: str) -> Node:
    return node(CAMPAIGN, {"opened_on": opened_on, "closed_on": closed_on})


def bucket(number: str, **data: Any) -> Node:
    return node(BUCKET, {"bucket": number, "side": "outside", **data})


def catch(count: int = 1, sex: str | None = None, **data: Any) -> Catch:
    own = {"bucket": "1", "cd_nom": 259, "stage": "2", "direction": "in", "vitality": "alive", "count": count}
    return {**own, **({"sex": SEXES.get(sex, sex)} if sex else {}), **data}


def check(on: str, *catches: Catch, **data: Any) -> Node:
    state = "checked" if catches else "empty"
    return node(VISIT, {"check_on": on, "state": state, **data}, (node(OBSERVATION, one) for one in catches))


def missed(on: str) -> Node:
    return node(VISIT, {"check_on": on, "state": "missed", "reason": "weather"})


def spring(
    year: int, caught: Mapping[str, int], *, first: str = "02-01", last: str = "04-30", without: Iterable[str] = ()
) -> list[Node]:
    """Return a campaign whose every morning is looked into but those `without`; animals by "MM-DD"."""
    left_out = set(without)
    mornings = []
    for on in days_between(f"{year}-{first}", f"{year}-{last}"):
        if on[5:] not in left_out:
            mornings.append(check(on, *([catch(caught[on[5:]])] if caught.get(on[5:]) else [])))
    return [campaign(f"{year}-{first}", f"{year}-{last}"), *mornings]
