"""The rows of the page "data": the columns of the observations of one protocol, and the words of each record."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fieldapp.core.forms import GridColumn, PlaceState
from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import Kind, StudyProtocol, Values
from fieldapp.core.text import _
from fieldapp.store import listing, records
from fieldapp.ui.rounds import sheets_begun
from fieldapp.ui.services import Services
from fieldapp.ui.standing import Judge, links_of
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.wording import ABSENT, Words, day_words

COUNTING = "id_nomenclature_typ_denbr"
"""The field that says how was counted (source: PnX-SI/protocoles_suivi POPAmphibien 2.2.0, observation.json)."""

STATES = {
    PlaceState.TODO: "neutral",
    PlaceState.DRAFT: "draft",
    PlaceState.OCCUPIED: "done",
    PlaceState.NOTHING_SEEN: "nothing_seen",
    PlaceState.DRY: "dry",
    PlaceState.INACCESSIBLE: "inaccessible",
}


class ObservationTable:
    """What the table shows of one protocol: its columns, and the words of each record."""

    def __init__(self, services: Services, protocol: StudyProtocol) -> None:
        if protocol.form is None:
            raise LookupError(protocol.code)
        self._services = services
        self.protocol = protocol
        self.form = protocol.form
        self.entity = protocol.entity(self.form.sheet.observation)
        self.visit = protocol.entity(self.form.sheet.visit)
        shown = [column for column in self.form.sheet.columns if self._is_shown(column)]
        self._columns = tuple(column for column in shown if not self._is_about_counting(column))
        self._last = tuple(column for column in shown if self._is_about_counting(column))
        self._words = Words(services.db, services.taxa(protocol.code))
        self._observers = next(
            (item for item in self.visit.fields if item.kind is Kind.LINKS and item.target == "person"), None
        )
        self.with_year = True
        self.fetches = 0

    def _is_shown(self, column: GridColumn) -> bool:
        item = self.entity.by_name.get(column.code)
        return column.code != self.form.sheet.taxon_field and not (item and item.kind is Kind.LONG_TEXT)

    def _is_about_counting(self, column: GridColumn) -> bool:
        """Return whether the column says how the animals were counted: the least of what a line says, told last."""
        item = self.entity.by_name.get(column.code)
        return column.code == COUNTING and item is not None and item.kind is Kind.CHOICE

    def columns(self) -> list[Column]:
        """Return the columns; how it was counted and by whom come last: large letters leave the state in sight."""
        site, group = self.protocol.entity(self.form.round.site), self.protocol.entity(self.form.round.group)
        return [
            Column(_("Date")),
            Column(f"{_(site.label)} · {_(group.label).lower()}", strong=True),
            Column(_("Pass."), number=True),
            Column(_("Espèce"), strong=True),
            *(Column(_(column.label), number=column.is_number) for column in self._columns),
            Column(_("État"), badge=True),
            *(Column(_(column.label), number=column.is_number) for column in self._last),
            Column(_("Observateurs")),
        ]

    def fetch(self, ids: Sequence[int]) -> list[Row]:
        """Return the words of these row numbers; a record that is gone gives an empty row."""
        self.fetches += 1
        found = listing.rows(self._services.db, ids)
        drafts = self._drafts(found)
        rows = [self._row(line, drafts) for line in found]
        return [*rows, *([()] * (len(ids) - len(rows)))]

    def _drafts(self, lines: Sequence[Placed]) -> set[str]:
        """Return the uids of the visits of these lines that lack something or whose sheet waits, as the round does."""
        db, form = self._services.db, self.form.round
        above = {visit.uid: line.parents for line in lines if (visit := line.parents.get(self.visit.code))}
        visits = {uid: parents[self.visit.code] for uid, parents in above.items()}
        below: dict[str, list[Record]] = {}
        for child in records.children(db, list(visits)):
            below.setdefault(child.parent or "", []).append(child)
        begun = set(sheets_begun(db, self.protocol).values())
        links = links_of(db, self.protocol, visits.values())
        judges: dict[int, Judge] = {}
        found = set()
        for uid, visit in visits.items():
            year = int((visit.on_date or "9999")[:4])
            judge = judges.setdefault(year, Judge(self.protocol, year, begun, links))
            places = [above[uid].get(form.site), above[uid].get(form.group)]
            parents = {place.entity: place.data for place in places if place}
            if judge.state(visit, below.get(uid, ()), parents) is PlaceState.DRAFT:
                found.add(uid)
        return found

    def _row(self, line: Placed, drafts: Collection[str]) -> Row:
        sheet, form = self.form.sheet, self.form.round
        visit = line.parents.get(sheet.visit)
        values = visit.data if visit else {}
        taxon = self._words.taxon(line.record.cd_nom) if line.record.cd_nom else None
        state = form.state(values, [line.record.data])
        name = self._words.taxon_name(line.record.cd_nom)
        seen = state is not PlaceState.NOTHING_SEEN and state is not PlaceState.DRY
        latin = taxon.lb_nom if taxon and taxon.nom_vern else ""
        return (
            day_words(visit.on_date if visit else None)[: None if self.with_year else 5],
            f"{self._title(line, form.site)}|{self._title(line, form.group)}",
            str(form.passage_of(values)),
            f"{name}|{latin}" if seen else _("aucun amphibien"),
            *(self._cell(column, line.record.data) if seen else "" for column in self._columns),
            f"{STATES[PlaceState.DRAFT if visit and visit.uid in drafts else state]}|",
            *(self._cell(column, line.record.data) if seen else "" for column in self._last),
            self._words.value(self._observers, values.get(self._observers.name)) if self._observers else "",
        )

    def _cell(self, column: GridColumn, values: Values) -> str:
        """Return the words of a cell; what every line has by default ("indéterminé") is no more than a dash."""
        item = self.entity.by_name.get(column.code)
        if item and item.default is not None and values.get(item.name) == item.default:
            return ABSENT
        return column.show(values)

    def _title(self, line: Placed, entity: str) -> str:
        record = line.parents.get(entity)
        return self._words.title(record) if record else ""
