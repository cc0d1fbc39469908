"""What stands in the database already, as the readers and writers of files ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import StudyProtocol, Taxon
from fieldapp.store import records, taxa
from fieldapp.store.connection import Database
from fieldapp.store.known_taxa import Taxa

__all__ = ["KnownRecords", "Taxa"]

NAMED = 60
"""Names that are looked at for one that a file names: the whole name is among them, or the file's is too short."""


class KnownRecords:
    """The live records of a database (see `core.exchange.Known`)."""

    def __init__(self, db: Database, protocol: StudyProtocol) -> None:
        self._db = db
        self._protocol = protocol
        self._taxa = Taxa(db, protocol)

    @property
    def taxa(self) -> Mapping[int, Taxon]:
        """The taxa that may be named."""
        return self._taxa

    def named(self, text: str) -> Sequence[Taxon]:
        """Return the taxa whose names hold all these words, those of the protocol's own list first; few of many."""
        return taxa.search(self._db, text, NAMED, preferred=self._protocol.code)

    def get(self, uid: str) -> Record | None:
        """Return the record with this uid unless it is missing or deleted."""
        found = records.get(self._db, uid)
        return None if found is None or found.deleted else found

    def children(self, parent: str) -> Sequence[Record]:
        """Return the live records right below this one."""
        return records.children(self._db, [parent])

    def undated(self, parent: str) -> Sequence[Record]:
        """Return the live records right below this one that have no date."""
        return records.undated(self._db, [parent])

    def roots(self, protocol: str, entity: str) -> Sequence[Record]:
        """Return the live records of an entity that have no parent."""
        return records.roots(self._db, protocol, entity)

    def by_field(self, protocol: str, entity: str, name: str, values: Iterable[str]) -> Sequence[Placed]:
        """Return the live records whose indexed field has one of these values, with those above them."""
        return records.placed(self._db, records.by_field(self._db, protocol, entity, name, values))

    def between(self, protocol: str, entity: str, name: str, first: str, last: str) -> Sequence[Record]:
        """Return the live records whose indexed field lies from `first` to `last` as texts, in that order."""
        return records.between(self._db, protocol, entity, name, first, last)

    def tally(self, protocol: str, entity: str, names: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        """Return how often each combination of these fields' values occurs: the values, then the count."""
        return records.tally(self._db, protocol, entity, names)
