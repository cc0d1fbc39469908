"""The season 2020 of the sample as records and trees, read by a small reader of its own; and sessions made by hand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from fieldapp.core import paths
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Node, Record, make_record
from fieldapp.core.schema import Entity
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, SITE, SITES_GROUP, VISIT

FileRow = dict[str, str]


@lru_cache(maxsize=1)
def file_rows() -> tuple[FileRow, ...]:
    """Return the rows of the sample (synthetic, with the totals of the published table of 2020)."""
    with paths.resource("demo/banding_2020_crbpo.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";"))


def minutes(text: str) -> int:
    hours, _colon, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def sample_records() -> list[Record]:
    """Return the places, net sets, sessions and captures of the sample, parents first."""
    found: dict[str, Record] = {}

    def keep(entity: Entity, name: str, parent: str | None, values: dict[str, Any]) -> str:
        uid = name_uid(entity.code, name)
        if uid not in found:
            found[uid] = make_record(CODE, entity, values, parent, uid)
        return uid

    for number, row in enumerate(file_rows(), 1):
        place = keep(
            SITES_GROUP,
            row["LOCALITE"] + row["LIEUDIT"],
            None,
            {"place_name": row["LIEUDIT"], "commune": row["LOCALITE"], "department": row["DEPT"]},
        )
        theme = row["THEME SESSION"]
        site = keep(
            SITE, place + theme, place, {"site_name": f"filets {theme}", "theme": theme, "id_prog": row["ID_PROG"]}
        )
        day = "-".join(reversed(row["DATE"].split("/")))
        visit = keep(
            VISIT,
            site + day,
            site,
            {
                "date": day,
                "theme": theme,
                "opened_at": row["HS"],
                "duration_min": minutes(row["DS"]),
                "net_m": float(row["FS"]),
                "open_nets": ["1", "2"],
            },
        )
        keep(
            OBSERVATION,
            f"{number}",
            visit,
            {
                "action": row["ACTION"],
                "ring_scheme": row["CENTRE"],
                "ring": row["BAGUE"],
                "ring_key": row["CENTRE"] + row["BAGUE"],
                "species": row["ESPECE"],
                "age": row["AGE"],
                "sex": row["SEXE"],
                "hour": row["HEURE"],
                "net": row["NF"],
                "condition": row["COND REPR"],
                "circumstances": row["CIRC REPR"],
                "theme": row["THEME"] if row["THEME"] != theme else None,
            },
        )
    return list(found.values())


def trees_of(records: Sequence[Record]) -> list[Node]:
    """Return the trees that the records make."""
    nodes = {record.uid: Node(record) for record in records}
    for node in nodes.values():
        if node.record.parent in nodes:
            nodes[node.record.parent].children.append(node)
    return [node for node in nodes.values() if node.record.parent is None]


def place(name: str = "Marais", commune: str = "AVION", *sites: Node) -> Node:
    """Return a ringing place with its net sets."""
    return _node(SITES_GROUP, {"place_name": name, "commune": commune}, sites)


def site(theme: str = "STOC", *sessions: Node, **values: Any) -> Node:
    """Return a net set with its sessions."""
    return _node(SITE, {"site_name": "filets", "theme": theme, **values}, sessions)


def session(day: str, *captures: Node, **values: Any) -> Node:
    """Return a session of six hours with 120 m of net, unless the values say otherwise (None: not noted)."""
    return _node(VISIT, {"date": day, "duration_min": 360, "net_m": 120, **values}, captures)


def bird(ring: str, age: str = "+1A", action: str = "B", species: str = "SYLATR", **values: Any) -> Node:
    """Return a capture; `ring` is the number of a ring of Paris, "" for none."""
    key = {"ring": ring, "ring_scheme": "FRP", "ring_key": f"FRP{ring}"} if ring else {}
    return _node(OBSERVATION, {"action": action, "age": age, "species": species, **key, **values}, ())


def _node(entity: Entity, values: dict[str, Any], children: Sequence[Node]) -> Node:
    record = make_record(CODE, entity, values, None)
    below = [
        Node(make_record(CODE, _entity(child), child.record.data, record.uid, child.record.uid), child.children)
        for child in children
    ]
    return Node(record, below)


def _entity(node: Node) -> Entity:
    return next(entity for entity in (SITE, VISIT, OBSERVATION) if entity.code == node.record.entity)
