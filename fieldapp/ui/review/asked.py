"""The questions of the coordination that wait for the person at this computer. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldapp.core import review
from fieldapp.core.record import Placed, Record
from fieldapp.core.review import Question
from fieldapp.core.schema import Kind, StudyProtocol
from fieldapp.store import peers, records, reviewing
from fieldapp.store.connection import Database
from fieldapp.ui.services import Services


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the record that it is about, and what lies above that."""

    placed: Placed
    question: Question

    @property
    def record(self) -> Record:
        """The record that it is about."""
        return self.placed.record

    @property
    def key(self) -> tuple[str, str]:
        """The record and its field."""
        return self.record.uid, self.question.field


def waiting(services: Services) -> list[Asked]:
    """Return the questions that the person may answer, those without an answer first, the oldest first.

    A coordinator's own questions are left out. On a volunteer's laptop only those about records that were made on it,
    or that name them.
    """
    db = services.db
    found = reviewing.asked(db)
    mine = found if peers.is_coordinator(db) else _own(db, found)
    told = [Asked(placed, one) for placed in records.placed(db, mine) for one in review.questions(placed.record.data)]
    others = [one for one in told if one.question.by != db.author.who or not db.author.who]
    return sorted(others, key=lambda one: (one.question.is_answered, one.question.at, one.key))


def about(services: Services, uids: Iterable[str]) -> list[Asked]:
    """Return the open questions about these records, whoever asked, in the order of the records."""
    db = services.db
    found = [record for record in records.get_many(db, uids).values() if not record.deleted]
    return [Asked(placed, one) for placed in records.placed(db, found) for one in review.questions(placed.record.data)]


def _own(db: Database, found: list[Record]) -> list[Record]:
    makers = reviewing.makers(db, [record.uid for record in found])
    author = db.author
    own: list[Record] = []
    for placed in records.placed(db, found):
        who, device = makers.get(placed.uid, ("", ""))
        made_here = device == author.device or (bool(author.who) and who == author.who)
        chain = (placed.record, *placed.parents.values())
        if made_here or any(_names(db.protocols[one.protocol], one, author.who) for one in chain):
            own.append(placed.record)
    return own


def _names(protocol: StudyProtocol, record: Record, who: str) -> bool:
    """Return whether a record names this person in one of its fields."""
    for item in protocol.entity(record.entity).fields:
        value = record.data.get(item.name)
        if (
            who
            and item.kind in {Kind.LINK, Kind.LINKS}
            and (value == who or (isinstance(value, list) and who in value))
        ):
            return True
    return False
