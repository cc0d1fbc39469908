"""The rows of "all protocols": the columns that every protocol has, and the words of each record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.core import review
from fieldapp.core.forms import GridColumn
from fieldapp.core.parse import Count, parse_integer, show_count
from fieldapp.core.record import Placed, Record
from fieldapp.core.review import ReviewState
from fieldapp.core.schema import Field, StudyProtocol, Values
from fieldapp.core.text import N_, _
from fieldapp.desk.lines import STATES, Flag, Layout, layout, sheet_of
from fieldapp.store import listing
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.windows.listed import name_of
from fieldapp.ui.wording import Words, day_words

if TYPE_CHECKING:
    from fieldapp.desk.columns import Columns
    from fieldapp.desk.filters import Key

STATE_WORDS: Mapping[ReviewState, tuple[str, str]] = {
    ReviewState.DRAFT: ("draft", N_("en saisie")),
    ReviewState.COMPLETE: ("todo", N_("complète")),
    ReviewState.VALIDATED: ("done", N_("validée")),
    ReviewState.TO_REVIEW: ("review", N_("à revoir")),
}
"""How each state of review is shown: the mark (see `widgets.cards.STATES`) and its words."""

KEYS: tuple[Key | None, ...] = ("date", "protocol", "place", "taxon", "count", None, "state", "level")
"""What each column puts the rows in the order of."""

COUNT_COLUMN = 4


@dataclass(frozen=True, slots=True)
class _OfVisit:
    """What all lines of a visit share: how its protocol counts, and the words of its day, place and people."""

    where: Layout
    column: GridColumn | None
    day: str
    protocol: str
    place: str
    people: str


@dataclass(frozen=True, slots=True)
class AllRows:
    """Makes the words of the rows of all protocols."""

    services: Services
    words: Words
    layouts: Mapping[str, Layout]

    @classmethod
    def of(cls, services: Services) -> AllRows:
        """Return the rows of the open database."""
        found = {code: where for code, one in services.protocols.items() if (where := layout(one))}
        return cls(services, Words(services.db, {}), found)

    def columns(self) -> list[Column]:
        """Return the columns, in the order of KEYS."""
        return [
            Column(_("Date")),
            Column(_("Suivi")),
            Column(_("Lieu"), strong=True),
            Column(_("Espèce"), strong=True),
            Column(_("Nombre"), number=True),
            Column(_("Observateurs")),
            Column(_("État"), badge=True),
            Column(_("Niveau"), number=True),
        ]

    def fetch(self, ids: Sequence[int], columns: Columns | None) -> list[Row]:
        """Return the words of these row numbers; a record that is gone gives an empty row.

        The state is that of `columns`, which knows whether something is missing.
        """
        states = _states(columns, ids)
        visits: dict[str, _OfVisit] = {}
        rows = {}
        for id_, line in listing.numbered(self.services.db, ids):
            visit = visit_of(line, self.layouts[line.record.protocol])
            uid = visit.uid if visit is not None else ""
            if uid not in visits:
                visits[uid] = self._of_visit(line, visit)
            rows[id_] = self._row(line, visits[uid], states.get(id_))
        return [rows.get(id_, ()) for id_ in ids]

    def _of_visit(self, line: Placed, visit: Record | None) -> _OfVisit:
        """Return what all lines of a visit share."""
        protocol = self.services.protocols[line.record.protocol]
        where = self.layouts[protocol.code]
        people = (self._people(visit, item) for item in where.people) if visit is not None else ()
        return _OfVisit(
            where,
            count_column(where),
            day_words(visit.on_date if visit is not None else None),
            _(name_of(protocol)),
            self._place(line, visit, protocol),
            ", ".join(filter(None, people)),
        )

    def _row(self, line: Placed, at: _OfVisit, state: ReviewState | None) -> Row:
        record = line.record
        mark, words = STATE_WORDS[state or review.state(record, is_complete=True)]
        level = review.level(record)
        return (
            at.day,
            at.protocol,
            at.place,
            self._species(record, at.where),
            count_words(at.where, at.column, record),
            at.people,
            f"{mark}|{_(words)}",
            level if level != review.WAITING else "",
        )

    def _place(self, line: Placed, visit: Record | None, protocol: StudyProtocol) -> str:
        above = [record for record in line.parents.values() if record is not visit]
        if not above and visit is not None and protocol.day_list is not None:  # such a visit is its own place
            return str(visit.data.get(protocol.day_list.place, ""))
        return "|".join(self.words.title(record) for record in above[:2])

    def _species(self, record: Record, where: Layout) -> str:
        if record.entity == where.visit.code:
            return _("rien noté")
        sheet = sheet_of(where.protocol)
        if sheet is not None and not sheet.is_sighting(record.data):
            return _("rien vu")
        taxon = self.words.taxon(record.cd_nom) if record.cd_nom else None
        if taxon is None or not taxon.nom_vern:
            return self.words.taxon_name(record.cd_nom)
        return f"{taxon.nom_vern}|{taxon.lb_nom}"

    def _people(self, visit: Record, item: Field) -> str:
        value = visit.data.get(item.name)
        return self.words.value(item, value) if value else ""


def visit_of(line: Placed, where: Layout) -> Record | None:
    """Return the visit of a line, itself where it is one."""
    return line.record if line.record.entity == where.visit.code else line.parents.get(where.visit.code)


def count_words(where: Layout, column: GridColumn | None, record: Record) -> str:
    """Return the count of a line as its protocol writes it, "" where nobody counted; one animal a line is 1."""
    if record.entity == where.visit.code:
        return ""
    return column.show(record.data) if column is not None else "1"


def count_column(where: Layout) -> GridColumn | None:
    """Return how the count of a protocol's lines is read and written, None for lines of one animal each."""
    sheet = sheet_of(where.protocol)
    own = next((column for column in sheet.columns if column.code == "count"), None) if sheet is not None else None
    if own is not None:
        return own
    item = where.line.by_name.get("count")
    return _plain_count(item) if item is not None else None


def _plain_count(item: Field) -> GridColumn:
    def read(text: str) -> Mapping[str, object]:
        return {item.name: parse_integer(text) if text.strip() else None}

    def show(values: Values) -> str:
        value = values.get(item.name)
        return show_count(Count(value, value, False)) if isinstance(value, int) else ""

    return GridColumn(item.name, item.label, read, show, is_number=True)


def _states(columns: Columns | None, ids: Sequence[int]) -> dict[int, ReviewState]:
    if columns is None:
        return {}
    return {line: STATES[int(columns.state[place])] for line, place in columns.places_of(ids).items()}


FLAG_NAMES: Mapping[Flag, str] = {
    Flag.QUESTION: N_("question posée"),
    Flag.ANSWERED: N_("question répondue"),
    Flag.STALE: N_("modifiée depuis sa validation"),
    Flag.WARNING: N_("avertissement à confirmer"),
    Flag.DISPUTED: N_("versions à relire"),
    Flag.REMARKABLE: N_("donnée remarquable"),
    Flag.ABSENCE: N_("absence"),
    Flag.BARE: N_("rien noté"),
}
"""What the flags are called where one chooses among them."""
