"""Which visit a record lies in, and how deep in the tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from fieldapp.store.connection import Database
from fieldapp.store.records import CHUNK, encode

_Place = tuple[str, str | None, str, str]


class Placing:
    """The places of some records (uid, parent, protocol, entity) and of those above them, which it looks up.

    So it does for those of which only the uid is known, `also`.
    """

    def __init__(self, db: Database, places: Iterable[_Place], also: Iterable[str] = ()) -> None:
        self._db = db
        self._places: dict[str, tuple[str | None, bool]] = {}
        self._visits: dict[str, str] = {}
        self._depths: dict[str, int] = {}
        self._dated: dict[tuple[str, str], bool] = {}
        self._add(places)
        wanted = {parent for parent, _dated in self._places.values() if parent} | set(also)
        wanted -= self._places.keys()
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
        found = self._visits.get(uid)
        if found is None:
            # Known from here on, so that records which lie below themselves do not go round for ever.
            self._visits[uid] = uid
            parent = self._places[uid][0]
            above = self.visit(parent) if parent in self._places else uid
            found = self._visits[uid] = above if self._places[above][1] else uid
        return found

    def holds(self, uid: str) -> bool:
        """Return whether this is a visit, to which all below it belongs, and not a record that stands for itself."""
        return self._places[uid][1]

    def depth(self, uid: str) -> int:
        """Return how many records lie above this one."""
        found = self._depths.get(uid)
        if found is None:
            self._depths[uid] = 0
            parent = self._places[uid][0]
            found = self._depths[uid] = self.depth(parent) + 1 if parent in self._places else 0
        return found

    def above(self, uid: str) -> Iterator[str]:
        """Yield the records above this one, the nearest first; of records that lie below themselves each once."""
        seen = {uid}
        parent = self._places[uid][0]
        while parent and parent in self._places and parent not in seen:
            seen.add(parent)
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


def count_visits(db: Database, uids: Iterable[str]) -> int:
    """Return how many of these are visits, and not records that stand for themselves."""
    return sum(
        any(item.code == entity and item.date_field for item in db.protocols[protocol].entities)
        for _uid, _parent, protocol, entity in _look_up(db, uids)
    )
