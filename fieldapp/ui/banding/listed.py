"""The rows of the page "data" for banding: captures in words, and the sessions that are to be finished."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from fieldapp.core import checking
from fieldapp.core.record import Placed
from fieldapp.core.schema import Problem, Severity, StudyProtocol, Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding.line import COLUMNS
from fieldapp.store import listing, records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.banding import finding, overview
from fieldapp.ui.banding.words import ring_words, species_words
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.windows.incomplete import IncompleteTable
from fieldapp.ui.windows.listed import Filter, ListWords, Missing, Report, Way
from fieldapp.ui.wording import day_words, number_words

SHOWN = ("sex", "age", "wing_mm", "fat", "mass_g", "net", "hour")
"""The cells of a capture that the list shows besides ring and species, as the capture line writes them."""


class CaptureTable:
    """What the page shows of banding: one row per capture, and the sessions that lack something or are not closed."""

    def __init__(self, services: Services, protocol: StudyProtocol) -> None:
        if protocol.session is None:
            raise LookupError(protocol.code)
        form = protocol.session
        self._services = services
        self.protocol = protocol
        self.entity = protocol.entity(form.line)
        self.visit = protocol.entity(form.session)
        self.site = protocol.entity(form.site)
        self.group = protocol.entity(form.group)
        self.with_year = True
        self.flexible = {3: (9, 0.45), 11: (8, 0.4), -1: (4, 0.15)}  # species, place, theme
        self.words = self._list_words()
        self.ways = (
            Way("Return", _("Ouvrir"), _("Compléter"), _("ouvrir la capture"), "edit", self._open, "data.sheet"),
            Way("O", _("Séance"), _("Captures"), _("la séance de la ligne"), "round", self._session, "data.session"),
            Way("B", _("Bague"), "", _("la vie de l’oiseau"), "ring", self._ring, "data.ring"),
        )
        self.todo = IncompleteTable(
            services,
            protocol,
            site=form.site,
            group=form.group,
            where=_("Lieu"),
            which=Column(_("Thème")),
            which_of=lambda values: str(values.get("theme", "")),
            people=self.visit.by_name["holder"],
        )

    def _list_words(self) -> ListWords:
        return ListWords(
            place=_("Lieu"),
            anywhere=_("tous"),
            choose_place=_("choisir un lieu de baguage"),
            contains=_("bague, lieu, commune, mémo…"),
            dated=_("Séances"),
            unfinished=_("à finir"),
            only_unfinished=_("séances à finir, ou toutes les captures"),
            checking=_("Vérification des séances"),
            empty=_("Chaque oiseau pris en main, bagué ou contrôlé, aura sa ligne ici."),
            bring_in=_("Importer un fichier CRBPO"),
            complete=_("Toutes les séances de cette saison sont closes, avec leur effort."),
            count=lambda count: ngettext("{n} séance à finir", "{n} séances à finir", count).format(
                n=number_words(count)
            ),
        )

    # ------------------------------------------------------------------------------------------- finding

    def is_everywhere(self, text: str) -> bool:
        """Return whether the letters are a ring number: a bird is looked for in all seasons."""
        return bool(finding.read(text))

    def ids(self, db: Database, wanted: Filter) -> array[int]:
        """Return the row numbers that the filter leaves, newest first; a ring is found by its index."""
        if finding.read(wanted.text) and (found := finding.captures(db, wanted.text)):
            return listing.numbers(db, [line.uid for line in found if self._passes(line, wanted)])
        return listing.ids(
            db,
            self.protocol.code,
            self.entity.code,
            year=wanted.year,
            root=wanted.root,
            cd_nom=wanted.cd_nom,
            text=wanted.text,
        )

    def _passes(self, line: Placed, wanted: Filter) -> bool:
        session, place = line.parents.get(self.visit.code), line.parents.get(self.group.code)
        on = session.on_date if session else None
        return (
            (wanted.year is None or (on or "").startswith(f"{wanted.year:04}"))
            and (wanted.root is None or (place is not None and place.uid == wanted.root))
            and (wanted.cd_nom is None or line.record.cd_nom == wanted.cd_nom)
        )

    def lacking(self, db: Database, year: int | None, report: Report) -> Missing:
        """Return what each session of a season (None: all) lacks of its effort, and which are not closed."""
        first, last = (f"{year:04}-01-01", f"{year:04}-12-31") if year else ("", "9999")
        sessions = records.dated(db, self.protocol.code, self.visit.code, first, last)
        found: dict[str, tuple[str, ...]] = {}
        for number, session in enumerate(sessions):
            report(number, len(sessions))
            if lacks := tuple(self._lacks(session.data)):
                found[session.uid] = lacks
        return found

    def _lacks(self, values: Values) -> Iterator[str]:
        if overview.state_of(values, rounds.today()) in {overview.OPEN, overview.TO_CLOSE}:
            yield _("À clore.")
        for name in overview.missing(values):
            yield checking.words(Problem(name, "missing", Severity.INCOMPLETE), self.protocol, self.visit)

    # ------------------------------------------------------------------------------------------- words

    def columns(self) -> list[Column]:
        """Return the columns: the day and the bird, what was measured, then where and why."""
        return [
            Column(_("Date")),
            Column(_("Bague"), strong=True),
            Column(_("B/C")),
            Column(_("Espèce"), strong=True),
            *(Column(_(COLUMNS[code].label), number=COLUMNS[code].is_number) for code in SHOWN),
            Column(_("Lieu")),
            Column(_("Thème")),
        ]

    def fetch(self, ids: Sequence[int]) -> list[Row]:
        """Return the words of these row numbers; a record that is gone gives an empty row."""
        rows = [self._row(line) for line in listing.rows(self._services.db, ids)]
        return [*rows, *([()] * (len(ids) - len(rows)))]

    def _row(self, line: Placed) -> Row:
        values: Values = line.record.data
        session = line.parents.get(self.visit.code)
        return (
            day_words(session.on_date if session else None)[: None if self.with_year else 5],
            ring_words(values),
            str(values.get("action", "")),
            species_words(values),
            *(COLUMNS[code].show(values) for code in SHOWN),
            overview.where(line.parents.get(self.site.code), line.parents.get(self.group.code)),
            str(values.get("theme") or (session.data.get("theme", "") if session else "")),
        )

    # ------------------------------------------------------------------------------------------- opening

    def _open(self, line: Placed) -> tuple[str, dict[str, Any]] | None:
        """Lead to the capture; a session that lacks something to its sheet."""
        page = "session" if line.record.entity == self.visit.code else "capture"
        return page, {"uid": line.uid}

    def _session(self, line: Placed) -> tuple[str, dict[str, Any]] | None:
        own = line.record.entity == self.visit.code
        session = line.record if own else line.parents.get(self.visit.code)
        return None if session is None else ("captures", {"uid": session.uid})

    def _ring(self, line: Placed) -> tuple[str, dict[str, Any]] | None:
        key = line.record.data.get("ring_key")
        return ("ring", {"key": key}) if key else None
