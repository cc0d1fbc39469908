"""The visits or sessions of a season that still lack something, for the page "data": the words of each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fieldapp.core.record import Placed
from fieldapp.core.schema import Field, StudyProtocol, Values
from fieldapp.core.text import _
from fieldapp.store import listing
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.windows.listed import Missing
from fieldapp.ui.wording import Words, day_words


class IncompleteTable:
    """The columns and the words of the incomplete visits or sessions of one protocol.

    `site` and `group` are the entities of the place, `where` is the title of their column. `which` is the column that
    tells those of one place and day apart (passage, theme), `which_of` its words. `people` is the field of those who
    were there, None where there is none.
    """

    def __init__(
        self,
        services: Services,
        protocol: StudyProtocol,
        *,
        site: str,
        group: str,
        where: str,
        which: Column,
        which_of: Callable[[Values], str],
        people: Field | None,
    ) -> None:
        self._services, self._protocol = services, protocol
        self._site, self._group, self._where = protocol.entity(site), protocol.entity(group), where
        self._which, self._which_of, self._people = which, which_of, people
        self._words = Words(services.db, services.taxa(protocol.code))
        self.missing: Missing = {}

    def columns(self) -> list[Column]:
        """Return the columns; what is missing takes the room."""
        return [
            Column(_("Date")),
            Column(self._where, strong=True),
            self._which,
            Column(_("Ce qui manque"), stretch=True),
            Column(_(self._people.label) if self._people else ""),
        ]

    def fetch(self, ids: Sequence[int]) -> list[Row]:
        """Return the words of these visits; one that is gone gives an empty row."""
        rows = [self._row(line) for line in listing.rows(self._services.db, ids)]
        return [*rows, *([()] * (len(ids) - len(rows)))]

    def sentence(self, uid: str) -> str:
        """Return all that a visit lacks."""
        return " ".join(self.missing.get(uid, ()))

    def _row(self, line: Placed) -> Row:
        values = line.record.data
        titles = [line.parents.get(entity.code) for entity in (self._site, self._group)]
        site, group = (self._words.title(found) if found else "" for found in titles)
        return (
            day_words(line.record.on_date),
            f"{site}|{group}",
            self._which_of(values),
            self.sentence(line.uid),
            self._words.value(self._people, values.get(self._people.name)) if self._people else "",
        )
