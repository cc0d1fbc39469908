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

    `site` and `group` are the entities of the place (no `group`: the place stands alone), `where` is the title of their
    column. `undated` is an entity beside the visits that may lack something, "" for none. `which` is the column that
    tells those of one place and day apart (passage, theme), `which_of` its words. `people` is the field of those who
    were there, None where there is none.
    """

    def __init__(
        self,
        services: Services,
        protocol: StudyProtocol,
        *,
        site: str,
        group: str | None,
        where: str,
        which: Column,
        which_of: Callable[[Values], str],
        people: Field | None,
        undated: str = "",
    ) -> None:
        self._services, self._protocol = services, protocol
        self.undated = undated
        self._places, self._where = [site, group] if group else [site], where
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
        above = [line.parents.get(entity) for entity in self._places]
        is_undated = line.record.entity == self.undated
        return (
            self._words.title(line.record) if is_undated else day_words(line.record.on_date),
            "|".join(self._words.title(found) if found else "" for found in above),
            _(self._protocol.entity(self.undated).label) if is_undated else self._which_of(values),
            self.sentence(line.uid),
            self._words.value(self._people, values.get(self._people.name)) if self._people else "",
        )
