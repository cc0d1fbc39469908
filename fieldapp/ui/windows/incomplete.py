"""The visits of a season that still lack something, for the page "data": the search, and the words of each row."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldapp.core.record import Placed
from fieldapp.core.schema import Kind, StudyProtocol
from fieldapp.core.text import _
from fieldapp.exchange.preview import incomplete
from fieldapp.store import listing
from fieldapp.ui.background import Progress
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.wording import Words, day_words

Missing = Mapping[str, tuple[str, ...]]
"""What each visit lacks: its uid -> sentences."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The visits to show, newest first, as row numbers; `missing` holds all those of the season."""

    ids: array[int]
    missing: Missing


def found_incomplete(
    services: Services,
    protocol: StudyProtocol,
    visit: str,
    year: int | None,
    root: str | None,
    text: str,
    known: Missing | None,
    progress: Progress,
) -> Incomplete:
    """Return the incomplete visits of a season (None: all), in one aire and with letters where given.

    `known` is what was found before for this season. A connection of its own; raises CancelledError.
    """
    with services.open_own() as db:
        missing = known
        if missing is None:
            missing = incomplete(db, protocol, visit, year, report=progress.report)
        ids = listing.ids(db, protocol.code, visit, year=year, root=root, text=text, among=missing)
    return Incomplete(ids, missing)


class IncompleteTable:
    """The columns and the words of the incomplete visits of one protocol."""

    def __init__(self, services: Services, protocol: StudyProtocol) -> None:
        if protocol.form is None:
            raise LookupError(protocol.code)
        self._services, self._protocol, self._form = services, protocol, protocol.form
        self._words = Words(services.db, services.taxa(protocol.code))
        visit = protocol.entity(self._form.sheet.visit)
        self._observers = next(
            (item for item in visit.fields if item.kind is Kind.LINKS and item.target == "person"), None
        )
        self.missing: Missing = {}

    def columns(self) -> list[Column]:
        """Return the columns; what is missing takes the room."""
        site = self._protocol.entity(self._form.round.site)
        group = self._protocol.entity(self._form.round.group)
        return [
            Column(_("Date")),
            Column(f"{_(site.label)} · {_(group.label).lower()}", strong=True),
            Column(_("Pass."), number=True),
            Column(_("Ce qui manque"), stretch=True),
            Column(_("Observateurs")),
        ]

    def fetch(self, ids: Sequence[int]) -> list[Row]:
        """Return the words of these visits; one that is gone gives an empty row."""
        rows = [self._row(line) for line in listing.rows(self._services.db, ids)]
        return [*rows, *([()] * (len(ids) - len(rows)))]

    def sentence(self, uid: str) -> str:
        """Return all that a visit lacks."""
        return " ".join(self.missing.get(uid, ()))

    def _row(self, line: Placed) -> Row:
        record, form = line.record, self._form.round
        titles = [line.parents.get(entity) for entity in (form.site, form.group)]
        site, group = (self._words.title(found) if found else "" for found in titles)
        observers = self._words.value(self._observers, record.data.get(self._observers.name)) if self._observers else ""
        return (
            day_words(record.on_date),
            f"{site}|{group}",
            str(form.passage_of(record.data)),
            self.sentence(line.uid),
            observers,
        )
