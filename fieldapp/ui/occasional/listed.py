"""The rows of the page "data" for lists of the day: a row per line, and what is to be finished."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from fieldapp.core.forms import GridColumn
from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import Kind, StudyProtocol, Values
from fieldapp.core.text import _, ngettext
from fieldapp.exchange.preview import incomplete
from fieldapp.store import listing
from fieldapp.store.connection import Database
from fieldapp.ui.occasional.begun import form_of
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.windows.incomplete import IncompleteTable
from fieldapp.ui.windows.listed import Filter, ListWords, Missing, Report, Way
from fieldapp.ui.wording import ABSENT, Words, day_words, latin_beside, number_words


class DayListTable:
    """What the page shows of lists: a row per species noted, with its place and day."""

    def __init__(self, services: Services, protocol: StudyProtocol) -> None:
        self._services = services
        self._form = form_of(protocol)
        self.protocol = protocol
        self.entity = protocol.entity(self._form.sheet.observation)
        self.visit = self.group = protocol.entity(self._form.sheet.visit)
        self._columns = tuple(one for one in self._form.sheet.columns if self._is_shown(one))
        self._words = Words(services.db, services.taxa(protocol.code))
        self._observers = self.visit.by_name["observers"]
        self.with_year = True
        self.flexible = {1: (9, 0.35), 2: (9, 0.4), -1: (7, 0.25)}  # place, species, observers
        self.words = self._list_words()
        self.ways = (
            Way(
                "Return",
                _("Ouvrir la liste"),
                _("Ouvrir la liste"),
                _("ouvrir la liste de cette ligne"),
                "edit",
                self._open,
                "data.sheet",
            ),
        )
        self.todo = IncompleteTable(
            services,
            protocol,
            site=self.visit.code,
            group=None,
            where=_("Liste"),
            which=Column(_("Lieu")),
            which_of=lambda values: str(values.get(self._form.place, "")),
            people=self._observers,
        )

    def _list_words(self) -> ListWords:
        return ListWords(
            place=_("Liste"),
            anywhere=_("toutes"),
            choose_place=_("choisir une liste"),
            contains=_("espèce, lieu, remarque…"),
            dated=_("Listes"),
            unfinished=_("à compléter"),
            only_unfinished=_("listes à compléter, ou toutes les données"),
            checking=_("Vérification des listes"),
            empty=_("Chaque espèce notée sur une liste du jour aura sa ligne ici."),
            bring_in=_("Importer un tableau d’observations"),
            complete=_("Toutes les listes de cette saison ont une date, un lieu, des observateurs et des espèces."),
            count=lambda count: ngettext("{n} liste à compléter", "{n} listes à compléter", count).format(
                n=number_words(count)
            ),
        )

    def _is_shown(self, column: GridColumn) -> bool:
        item = self.entity.by_name.get(column.code)
        return not (item and item.kind is Kind.LONG_TEXT)

    # ------------------------------------------------------------------------------------------- finding

    def is_everywhere(self, _text: str) -> bool:
        """Return that no letters are looked for beyond the season."""
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
        """Return what each list of a season (None: all) and its lines lack."""
        return incomplete(db, self.protocol, self.visit.code, year, report=report)

    # ------------------------------------------------------------------------------------------- words

    def columns(self) -> list[Column]:
        """Return the columns: the day, the place and the species first, who was there last."""
        return [
            Column(_("Date")),
            Column(_("Lieu"), strong=True),
            Column(_("Espèce"), strong=True),
            *(Column(_(column.label), number=column.is_number) for column in self._columns),
            Column(_(self._observers.label)),
        ]

    def fetch(self, ids: Sequence[int]) -> list[Row]:
        """Return the words of these row numbers; a record that is gone gives an empty row."""
        rows = [self._row(line) for line in listing.rows(self._services.db, ids)]
        return [*rows, *([()] * (len(ids) - len(rows)))]

    def _row(self, line: Placed) -> Row:
        visit = self._visit(line)
        values: Values = visit.data if visit else {}
        taxon = self._words.taxon(line.record.cd_nom) if line.record.cd_nom else None
        latin = latin_beside(taxon)
        return (
            day_words(visit.on_date if visit else None)[: None if self.with_year else 5],
            str(values.get(self._form.place, "")) or ABSENT,
            f"{self._words.taxon_name(line.record.cd_nom)}|{latin}",
            *(column.show(line.record.data) for column in self._columns),
            self._words.value(self._observers, values.get(self._observers.name)),
        )

    # ------------------------------------------------------------------------------------------- opening

    def _visit(self, line: Placed) -> Record | None:
        return line.record if line.record.entity == self.visit.code else line.parents.get(self.visit.code)

    def _open(self, line: Placed) -> tuple[str, dict[str, Any]] | None:
        visit = self._visit(line)
        if visit is None:
            return None
        return "list", {"uid": visit.uid, **({} if visit is line.record else {"line": line.uid})}
