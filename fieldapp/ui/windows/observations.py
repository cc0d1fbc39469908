"""The rows of the page "data": the columns of the observations of one protocol, and the words of each record."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from typing import Any

from fieldapp.core.forms import GridColumn, PlaceState
from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import Kind, StudyProtocol, Values
from fieldapp.core.text import _, ngettext
from fieldapp.exchange.preview import incomplete
from fieldapp.store import listing, records
from fieldapp.store.connection import Database
from fieldapp.ui.rounds import sheets_begun
from fieldapp.ui.services import Services
from fieldapp.ui.standing import Judge, links_of
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.windows.history import sheet_params
from fieldapp.ui.windows.incomplete import IncompleteTable
from fieldapp.ui.windows.listed import Filter, ListWords, Missing, Report, Way
from fieldapp.ui.wording import ABSENT, Words, day_words, latin_beside, number_words

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
        self.group = protocol.entity(self.form.round.group)
        shown = [column for column in self.form.sheet.columns if self._is_shown(column)]
        self._columns = tuple(column for column in shown if not self._is_about_counting(column))
        self._last = tuple(column for column in shown if self._is_about_counting(column))
        self._words = Words(services.db, services.taxa(protocol.code))
        self._observers = next(
            (item for item in self.visit.fields if item.kind is Kind.LINKS and item.target == "person"), None
        )
        self.with_year = True
        self.fetches = 0
        self.flexible = {1: (7, 0.3), 3: (8, 0.45), -1: (7, 0.25)}  # place, species, observers
        self.words = self._list_words()
        self.ways = (
            Way(
                "Return",
                _("Ouvrir la fiche"),
                _("Ouvrir la fiche"),
                _("ouvrir la fiche du passage"),
                "edit",
                self._sheet,
                "data.sheet",
            ),
        )
        self.todo = IncompleteTable(
            services,
            protocol,
            site=self.form.round.site,
            group=self.form.round.group,
            where=f"{_(protocol.entity(self.form.round.site).label)} · {_(self.group.label).lower()}",
            which=Column(_("Pass."), number=True),
            which_of=lambda values: str(self.form.round.passage_of(values)),
            people=self._observers,
        )

    def _list_words(self) -> ListWords:
        return ListWords(
            place=_(self.group.label),
            anywhere=_("toutes"),
            choose_place=_("choisir une aire"),
            contains=_("mare, commune, observateur…"),
            dated=_("Passages"),
            unfinished=_("à compléter"),
            only_unfinished=_("passages à compléter, ou toutes les données"),
            checking=_("Vérification des passages"),
            empty=_("Chaque espèce notée sur une fiche, et chaque passage sans rien vu, aura sa ligne ici."),
            bring_in=_("Importer un fichier SHF"),
            complete=_("Tous les passages de cette saison ont ce que le protocole demande."),
            count=lambda count: ngettext("{n} passage à compléter", "{n} passages à compléter", count).format(
                n=number_words(count)
            ),
        )

    def _sheet(self, line: Placed) -> tuple[str, dict[str, Any]] | None:
        is_visit = line.record.entity == self.visit.code
        visit = line.record if is_visit else line.parents.get(self.visit.code)
        if visit is None:
            return None
        return "sheet", {**sheet_params(visit), **({} if is_visit else {"line": line.uid})}

    def is_everywhere(self, _text: str) -> bool:
        """Return that no letters of this protocol are looked for beyond the season."""
        return False

    def ids(self, db: Database, wanted: Filter) -> array[int]:
        """Return the row numbers that the filter leaves, newest first."""
        return listing.ids(
            db,
            self.protocol.code,
            self.entity.code,
            year=wanted.year,
            root=wanted.root,
            cd_nom=wanted.cd_nom,
            text=wanted.text,
        )

    def lacking(self, db: Database, year: int | None, report: Report) -> Missing:
        """Return what each visit of a season (None: all) and its observations lack."""
        return incomplete(db, self.protocol, self.visit.code, year, report=report)

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
        latin = latin_beside(taxon)
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
