"""The taxa that may be named, by cd_nom: a protocol's own list first, then whatever the database knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldapp.core.schema import StudyProtocol, Taxon
from fieldapp.store import taxa
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
