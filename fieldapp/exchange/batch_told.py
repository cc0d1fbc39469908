"""What a batch tells, row by row: what the recipient knows already is passed over, what was written is counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from fieldapp.core.errors import BatchError
from fieldapp.core.occurrence import Event, Occurrence, Place, Telling
from fieldapp.core.telling import in_part
from fieldapp.core.text import _
from fieldapp.exchange.formats import AROUND, Format
from fieldapp.exchange.manifest import Figures
from fieldapp.exchange.written import Options
from fieldapp.store import batches
from fieldapp.store.batches import Batch
from fieldapp.store.connection import Database
from fieldapp.store.ledger import Item, Ledger, State

DIGEST_BYTES = 16

_TOGETHER = 100
"""Visits that are compared with what was told before in one question to the database."""

_NOWHEN = Event(uid="", record="", protocol="", kind="", place=Place(uid=""), date_min="", date_max="")

_encode = msgspec.msgpack.encode
_replace = msgspec.structs.replace

HowFar = Callable[[int], object]

_UNKNOWN = {"commune": "", "commune_code": "", "department": "", "cell": "", "areas": ()}


@dataclass(frozen=True, slots=True)
class Row:
    """What of a telling reaches the rows of a format, with what is said of all of them by the options of the file."""

    form: Format
    options: Options

    def key(self) -> bytes:
        """Return what all digests begin with."""
        licence = self.options.licence if self.form.tells_season else ""
        return _encode([self.options.dataset_uuid or "", licence])

    def event(self, event: Event) -> Event:
        """Return an event as its rows tell it; what lies above it is an affair of its own for most."""
        above = self.event(event.parent) if event.parent is not None and self.form.tells_season else None
        return _replace(event, parent=above, place=self.place(event.place))

    def place(self, place: Place) -> Place:
        """Return a place with what the rows tell of what lies around it; an area that stands for another is whole."""
        untold = {name: _UNKNOWN[name] for name in AROUND if name not in self.form.around}
        return place if place.blurred or not untold else _replace(place, **untold)


class Told:
    """Passes tellings on to a writer and keeps account of them.

    `before` are the batches that the recipient knows; without any, everything is new. `pending` are the rows that the
    writer was given and has not written, `given` counts by taxon what may be told.
    """

    def __init__(
        self, db: Database, ledger: Ledger, figures: Figures, row: Row, before: Sequence[Batch], how_far: HowFar
    ) -> None:
        self._db = db
        self._ledger = ledger
        self._figures = figures
        self._row = row
        self._key = row.key()
        self._before = before
        self._how_far = how_far
        self._visit: Event | None = None
        self._of_visit = hashlib.blake2b(digest_size=DIGEST_BYTES)
        self.pending: dict[str, Item] = {}
        self.given: Counter[int] = Counter()
        self._count = 0

    def stream(self, tellings: Iterable[Telling]) -> Iterator[Telling]:
        """Yield what is to be written: everything, or what differs from what the recipient was told.

        What differs is a part of its visit and of its season, which then claim nothing.
        """
        rest = iter(tellings)
        while piece := list(islice(rest, _TOGETHER)):
            digests = [[self._digest(one) for one in telling.occurrences] for telling in piece]
            known = self._known(piece)
            for telling, found in zip(piece, digests, strict=True):
                kept = tuple(
                    one
                    for one, digest in zip(telling.occurrences, found, strict=True)
                    if self._is_to_write(one, digest, known)
                )
                self._how_far(self._count)
                if not self._before:
                    yield telling
                elif kept:
                    yield in_part(telling, kept)

    def _known(self, piece: Sequence[Telling]) -> dict[str, bytes]:
        if not self._before:
            return {}
        uids = [one.uid for telling in piece for one in telling.occurrences]
        return {item: one.digest for item, one in batches.known(self._db, self._before, uids).items()}

    def _is_to_write(self, one: Occurrence, digest: bytes, known: dict[str, bytes]) -> bool:
        self.given[one.cd_nom] += 1
        self._count += 1
        before = known.get(one.uid)
        if before == digest:
            self._ledger.add(Item(one.uid, one.record, digest, State.SAME, bool(one.where.blurred)))
            return False
        if one.uid in self.pending:
            raise BatchError(_twice())
        state = State.NEW if before is None else State.CORRECTED
        self.pending[one.uid] = Item(one.uid, one.record, digest, state, bool(one.where.blurred))
        return True

    def _digest(self, one: Occurrence) -> bytes:
        """Return a digest of all that the format tells of an occurrence."""
        if one.event is not self._visit:
            self._visit = one.event
            told = self._key + _encode(self._row.event(one.event))
            self._of_visit = hashlib.blake2b(told, digest_size=DIGEST_BYTES)
        found = self._of_visit.copy()
        place = None if one.place is None else self._row.place(one.place)
        found.update(_encode(_replace(one, event=_NOWHEN, place=place)))
        return found.digest()

    def note(self, one: Occurrence) -> None:
        """Note that a row was written; BatchError for one that nobody gave, or that was written before."""
        item = self.pending.pop(one.uid, None)
        if item is None:
            raise BatchError(_twice())
        try:
            self._ledger.add(item)
        except ValueError as error:
            raise BatchError(_twice()) from error
        self._figures.note(one)


def _twice() -> str:
    return _(
        "Une ligne a été écrite deux fois, ou n’était pas demandée : rien n’a été gardé. Signalez-le, c’est une erreur "
        "du programme."
    )
