"""What stands in the database already, as the readers and writers of files ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import StudyProtocol, Taxon
from fieldapp.store import records, taxa
from fieldapp.store.connection import Database


class Taxa(Mapping[int, Taxon]):
    """The taxa by cd_nom: the protocol's own list, then whatever the store knows, each looked up once.

    Its length and its walk are those of the protocol's list: the reference has hundreds of thousands of names.
    """

    def __init__(self, db: Database, protocol: StudyProtocol) -> None:
        self._db = db
        self._own = {taxon.cd_nom: taxon for taxon in protocol.taxa()}
        self._found: dict[int, Taxon | None] = dict(self._own)

    def __getitem__(self, cd_nom: int) -> Taxon:
        if cd_nom not in self._found:
            fits = abs(cd_nom) < 1 << 62
            self._found[cd_nom] = taxa.by_cd_nom(self._db, [cd_nom]).get(cd_nom) if fits else None
        taxon = self._found[cd_nom]
        if taxon is None:
            raise KeyError(cd_nom)
        return taxon

    def __iter__(self) -> Iterator[int]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)

    def __contains__(self, cd_nom: object) -> bool:
        return isinstance(cd_nom, int) and (self._found.get(cd_nom) is not None or self.get(cd_nom) is not None)


class KnownRecords:
    """The live records of a database (see `core.exchange.Known`)."""

    def __init__(self, db: Database, protocol: StudyProtocol) -> None:
        self._db = db
        self._taxa = Taxa(db, protocol)

    @property
    def taxa(self) -> Mapping[int, Taxon]:
        """The taxa that may be named."""
        return self._taxa

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
