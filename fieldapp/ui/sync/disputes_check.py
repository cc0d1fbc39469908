"""Whether a version may be chosen: the protocol's own check of the record as it would be then. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fieldapp.core import checking
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record, with_data
from fieldapp.core.schema import Context, Kind, Problem, Severity, Values
from fieldapp.store import records, taxa
from fieldapp.ui.services import Services


def refusals(services: Services, record: Record, choices: Mapping[str, Any]) -> list[str]:
    """Return the sentences that say why these values can't be, [] where they can.

    What is impossible in the record as it stands is no reason: choosing another field must not hang on it.
    """
    protocol = services.db.protocols[record.protocol]
    entity = protocol.entity(record.entity)
    values = {**record.data, **{name: value for name, value in choices.items() if name not in {PARENT, DELETED}}}
    target = replace(
        with_data(record, entity, values),
        parent=choices.get(PARENT, record.parent),
        deleted=bool(choices.get(DELETED, record.deleted)),
    )
    if target.deleted:
        return []
    before = {(problem.code, problem.field) for problem in _blocking(services, record)}
    found = [problem for problem in _blocking(services, target) if (problem.code, problem.field) not in before]
    return [checking.words(problem, protocol, entity) for problem in found]


def _blocking(services: Services, record: Record) -> list[Problem]:
    protocol = services.db.protocols[record.protocol]
    found = checking.problems(protocol, protocol.entity(record.entity), context_of(services, record))
    return [problem for problem in found if problem.severity is Severity.BLOCKING]


def context_of(services: Services, record: Record) -> Context:
    """Return what the rules may look at: all that the store holds around the record."""
    db = services.db
    above = records.placed(db, [record])[0].parents
    beside = records.children(db, [record.parent]) if record.parent else []
    return Context(
        record.data,
        {code: parent.data for code, parent in above.items()},
        siblings=[one.data for one in beside if one.entity == record.entity and one.uid != record.uid],
        children=[one.data for one in records.children(db, [record.uid])],
        taxa=_taxa(services, record),
        links=_links(services, record),
        known=_barrier(services, record, above),
    )


def _taxa(services: Services, record: Record) -> Mapping[int, Any]:
    """Return the protocol's taxa, and those of the reference that the record names."""
    entity = services.db.protocols[record.protocol].entity(record.entity)
    named = [record.data[item.name] for item in entity.fields if item.kind is Kind.TAXON and item.name in record.data]
    return {**services.taxa(record.protocol), **taxa.by_cd_nom(services.db, named)}


def _links(services: Services, record: Record) -> dict[str, Values]:
    entity = services.db.protocols[record.protocol].entity(record.entity)
    wanted: list[str] = []
    for item in entity.fields:
        if item.kind in {Kind.LINK, Kind.LINKS} and (value := record.data.get(item.name)):
            wanted += value if isinstance(value, list) else [value]
    return {uid: found.data for uid, found in records.get_many(services.db, wanted).items()}


def _barrier(services: Services, record: Record, above: Mapping[str, Record]) -> dict[str, Any]:
    """Return the buckets and campaigns of the barrier, which the rules of a morning ask for; {} elsewhere."""
    board = services.db.protocols[record.protocol].board
    if board is None or not above:
        return {}
    site = above.get(board.site)
    around = records.undated(services.db, [site.uid]) if site is not None else []
    return {
        name: [one.data for one in around if one.entity == entity and one.uid != record.uid]
        for name, entity in (("buckets", board.bucket), ("campaigns", board.campaign))
    }
