"""One record of the tree, as every room passes it around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fieldapp.core.ids import new_uid
from fieldapp.core.schema import Entity, Values

MAX_VALUE_BYTES = 1024 * 1024
"""Longest values of one record, or of what one save sets of it, as JSON: a hub takes no longer ones."""

MAX_LABEL = 1000
"""Longest label of an action: a hub takes no longer one."""

ANSWER = "answer."
"""How the name of an observer's answer begins, before the field that was asked about (see `core.review`)."""

_LARGEST_INTEGER = 2**63 - 1
"""What SQLite can hold."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the record store.

    `data` holds the protocol's own fields; an unfilled field is absent. `on_date` (ISO date) and `cd_nom` repeat the
    entity's date and taxon fields for the store's indexes. `read` is the record as it was read before it was altered,
    None for one that is as it was read, or was made: what came meanwhile into other fields stays when it is saved.
    """

    uid: str
    protocol: str
    entity: str
    parent: str | None
    data: dict[str, Any]
    on_date: str | None = None
    cd_nom: int | None = None
    deleted: bool = False
    read: Record | None = field(default=None, compare=False, repr=False)

    def removed(self) -> Record:
        """Return this record marked as deleted; its values are kept."""
        return replace(self, deleted=True, read=self.read or self)

    def read_as(self, data: Values) -> Record:
        """Return this record as it was read earlier, with these values, by who alters it now."""
        return replace(self, read=replace(self, data=dict(data), read=None))

    def restored(self) -> Record:
        """Return this record marked as not deleted."""
        return replace(self, deleted=False, read=self.read or self)


def make_record(protocol: str, entity: Entity, data: Values, parent: str | None, uid: str | None = None) -> Record:
    """Return a record of the entity; empty values are left out, `uid` is made when none is given."""
    # Most values are true of themselves, and need not be compared.
    filled = {
        name: value for name, value in data.items() if value or (value is not None and value != "" and value != [])
    }
    on_date = filled.get(entity.date_field) if entity.date_field else None
    cd_nom = filled.get(entity.taxon_field) if entity.taxon_field else None
    # What came from elsewhere may hold anything: a value that is no date or number is kept, and not indexed.
    on_date = on_date if isinstance(on_date, str) else None
    cd_nom = cd_nom if type(cd_nom) is int and abs(cd_nom) <= _LARGEST_INTEGER else None
    return Record(uid or new_uid(), protocol, entity.code, parent, filled, on_date, cd_nom)


def is_about(name: str) -> bool:
    """Return whether a value of a record was said in its review (see `core.review`), by its name."""
    return name.startswith(("_", ANSWER))


def with_data(record: Record, entity: Entity, data: Values) -> Record:
    """Return the record with other values, its indexed columns kept in step.

    What was said in review stays: no form knows of it. `with_review` alters that.
    """
    about = {name: value for name, value in record.data.items() if is_about(name)}
    return with_values(record, entity, {**data, **about} if about else data)


def with_review(record: Record, entity: Entity, said: Values) -> Record:
    """Return the record with these values of its review; None takes one away. KeyError for a field of the protocol."""
    if foreign := [name for name in said if not is_about(name)]:
        raise KeyError(foreign[0])
    return with_values(record, entity, {**record.data, **said})


def with_values(record: Record, entity: Entity, data: Values) -> Record:
    """Return the record with these values in the place of all that it has, those of its review too."""
    fresh = make_record(record.protocol, entity, data, record.parent, record.uid)
    return replace(fresh, deleted=record.deleted, read=record.read or record)


def taken_as_read(record: Record) -> None:
    """Let a record that was just saved count as read: what is altered of it from now on starts from here."""
    # Whoever saved it may keep it and alter it again; another object would leave that one behind.
    object.__setattr__(record, "read", None)


@dataclass(slots=True)
class Node:
    """A record with the records below it."""

    record: Record
    children: list[Node] = field(default_factory=list)

    def walk(self, entity: str) -> Iterator[Node]:
        """Yield this node and all below it that are of the entity, depth first."""
        if self.record.entity == entity:
            yield self
        for child in self.children:
            yield from child.walk(entity)


@dataclass(frozen=True, slots=True)
class Placed:
    """A record with the records above it, by their entity."""

    record: Record
    parents: Mapping[str, Record]

    @property
    def uid(self) -> str:
        """The uid of the record."""
        return self.record.uid
