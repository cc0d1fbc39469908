"""The season 2020 as rows of its file and as trees, built here by hand: what is tested does not read its own input."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Taxon
from fieldapp.protocols.pop_amphibiens import lists

Rows = list[dict[str, str]]


@pytest.fixture
def rows(sample_pop: Path) -> Rows:
    with sample_pop.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture
def taxa() -> Mapping[int, Taxon]:
    return {taxon.cd_nom: taxon for taxon in lists.taxa()}


def node(uid: str, entity: str, data: dict[str, Any], *children: Node) -> Node:
    return Node(Record(uid, "pop_amphibiens", entity, None, data), list(children))


@pytest.fixture
def season(rows: Rows) -> list[Node]:
    groups: dict[str, Node] = {}
    sites: dict[str, Node] = {}
    visits: dict[str, Node] = {}
    for row in rows:
        group, site, visit = row["uuid_aire_etude"], f"{row['aire_etude']}/{row['nom_site']}", row["uuid_passage"]
        if group not in groups:
            groups[group] = node(group, "sites_group", {"sites_group_name": row["aire_etude"]})
        if site not in sites:
            sites[site] = node(site, "site", {"base_site_name": row["nom_site"]})
            groups[group].children.append(sites[site])
        if visit not in visits:
            values = {
                "visit_date_min": row["date_passage"],
                "num_passage": int(row["num_passage"]),
                "accessibility": row["accessibilite"],
            }
            visits[visit] = node(visit, "visit", values)
            sites[site].children.append(visits[visit])
        line = {"presence": row["presence_amphibien"], "cd_nom": int(row["cd_nom"])}
        visits[visit].children.append(node(row["uuid_observation"], "observation", line))
    return list(groups.values())
