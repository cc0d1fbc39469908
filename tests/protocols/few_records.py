"""A database of a few records, without a database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import Taxon


class FewRecords:
    """What the readers of a protocol's files ask of the database."""

    def __init__(self, taxa: Iterable[Taxon], *found: Record) -> None:
        self._found = found
        self.taxa: Mapping[int, Taxon] = {taxon.cd_nom: taxon for taxon in taxa}

    def get(self, uid: str) -> Record | None:
        return next((record for record in self._found if record.uid == uid), None)

    def named(self, text: str) -> Sequence[Taxon]:
        names = ((taxon, f"{taxon.nom_vern} {taxon.lb_nom}".casefold()) for taxon in self.taxa.values())
        return [taxon for taxon, words in names if all(part in words for part in text.casefold().split())]

    def children(self, parent: str) -> Sequence[Record]:
        return [record for record in self._found if record.parent == parent]

    def undated(self, parent: str) -> Sequence[Record]:
        return [record for record in self.children(parent) if record.on_date is None]

    def roots(self, protocol: str, entity: str) -> Sequence[Record]:
        return [r for r in self._found if (r.protocol, r.entity, r.parent) == (protocol, entity, None)]

    def by_field(self, protocol: str, entity: str, name: str, values: Iterable[str]) -> Sequence[Placed]:
        raise NotImplementedError

    def between(self, protocol: str, entity: str, name: str, first: str, last: str) -> Sequence[Record]:
        raise NotImplementedError

    def tally(self, protocol: str, entity: str, names: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        raise NotImplementedError
