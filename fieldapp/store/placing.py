"""Which visit a record lies in, and how deep in the tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from fieldapp.store.connection import Database
from fieldapp.store.records import CHUNK, encode

_Place = tuple[str, str | None, str, str]


class Placing:
    """The places of some records (uid, parent, protocol, entity) and of those above them, which it looks up."""

    def __init__(self, db: Database, places: Iterable[_Place]) -> None:
        self._db = db
        self._places: dict[str, tuple[str | None, bool]] = {}
        self._visits: dict[str, str] = {}
        self._dated: dict[tuple[str, str], bool] = {}
        self._add(places)
        wanted = {parent for parent, _dated in self._places.values() if parent} - self._places.keys()
        while wanted:
            self._add(_look_up(db, wanted))
            wanted = {self._places[uid][0] or "" for uid in wanted if uid in self._places} - {"", *self._places}

    def _add(self, places: Iterable[_Place]) -> None:
        for uid, parent, protocol, entity in places:
            self._places[uid] = (parent, self._is_dated(protocol, entity))

    def _is_dated(self, protocol: str, entity: str) -> bool:
        key = (protocol, entity)
        if key not in self._dated:
            known = self._db.protocols.get(protocol)
            self._dated[key] = known is not None and known.entity(entity).date_field is not None
        return self._dated[key]

    def visit(self, uid: str) -> str:
        """Return the topmost dated record at or above this one; the record itself where there is none."""
        if uid not in self._visits:
            found = uid
            for above in (uid, *self.above(uid)):
                if self._places[above][1]:
                    found = above
            self._visits[uid] = found
        return self._visits[uid]

    def holds(self, uid: str) -> bool:
        """Return whether this is a visit, to which all below it belongs, and not a record that stands for itself."""
        return self._places[uid][1]

    def depth(self, uid: str) -> int:
        """Return how many records lie above this one."""
        return sum(1 for _above in self.above(uid))

    def above(self, uid: str) -> Iterator[str]:
        """Yield the records above this one, the nearest first."""
        parent = self._places[uid][0]
        while parent and parent in self._places:
            yield parent
            parent = self._places[parent][0]


def _look_up(db: Database, uids: Iterable[str]) -> Iterator[_Place]:
    rest = iter(uids)
    while chunk := list(islice(rest, CHUNK)):
        rows = db.rows(
            "SELECT uid, parent, protocol, entity FROM record WHERE uid IN (SELECT value FROM json_each(?))",
            (encode(chunk).decode(),),
        )
        yield from rows
