"""The rows of the page "data" for barriers: catches and the mornings without one, and what is to be finished."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import StudyProtocol, Values
from fieldapp.core.text import _, ngettext
from fieldapp.exchange.preview import incomplete
from fieldapp.protocols.pitfall_barrier import campaign as campaigns
from fieldapp.protocols.pitfall_barrier.schema import ADULT, DEAD, EMPTY, MISSED, OUTWARD, is_pair
from fieldapp.store import listing, records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.barrier import finding
from fieldapp.ui.barrier.words import SIGNS, days_words, kind_words, reason_words, state_badge
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.windows.incomplete import IncompleteTable
from fieldapp.ui.windows.listed import Filter, ListWords, Missing, Report, Way
from fieldapp.ui.wording import Words, day_words, latin_beside, number_words


class CatchTable:
    """What the page shows of barriers: a row per catch, and one per morning that was empty or not looked into.

    These are the rows of the barrier's file as well: a run of mornings can be read without a break.
    """

    def __init__(self, services: Services, protocol: StudyProtocol) -> None:
        if protocol.board is None:
            raise LookupError(protocol.code)
        form = protocol.board
        self._services = services
        self.protocol = protocol
        self.entity = protocol.entity(form.observation)
        self.visit = protocol.entity(form.visit)
        self.group = protocol.entity(form.site)
        self._campaign = form.campaign
        self._words = Words(services.db, services.taxa(protocol.code))
        self._observers = self.visit.by_name["observers"]
        self.with_year = True
        self.flexible = {1: (11, 0.3), 7: (5, 0.1), 8: (7, 0.2), -1: (9, 0.4)}  # species, individual, who, barrier
        self.words = self._list_words()
        self.ways = (
            Way("Return", _("Ouvrir le matin"), _("Compléter"), _("ouvrir ce matin"), "edit", self._open, "data.sheet"),
            Way("I", _("Individu"), "", _("l’individu de la ligne"), "individual", self._individual, "data.individual"),
            Way(
                "B", _("Barrière"), _("Barrière"), _("la saison de la barrière"), "barrier", self._site, "data.barrier"
            ),
        )
        self.todo = IncompleteTable(
            services,
            protocol,
            site=form.site,
            group=None,
            where=_("Barrière"),
            which=Column(_("Fiche")),
            which_of=lambda values: self._words.value(self.visit.by_name["state"], values.get("state")),
            people=self._observers,
            undated=form.campaign,
        )

    def _list_words(self) -> ListWords:
        return ListWords(
            place=_("Barrière"),
            anywhere=_("toutes"),
            choose_place=_("choisir une barrière"),
            contains=_("individu, remarque, « vide », « non relevé »…"),
            dated=_("Matins"),
            unfinished=_("à finir"),
            only_unfinished=_("matins à finir ou à expliquer, ou toutes les prises"),
            checking=_("Vérification des matins"),
            empty=_("Chaque prise, et chaque matin vide ou non relevé, aura sa ligne ici."),
            bring_in=_("Importer un fichier de barrière"),
            complete=_("Tous les matins de cette saison sont notés, et chaque matin sans relevé a été dit."),
            count=lambda count: ngettext("{n} ligne à finir", "{n} lignes à finir", count).format(
                n=number_words(count)
            ),
        )

    # ------------------------------------------------------------------------------------------- finding

    def is_everywhere(self, text: str) -> bool:
        """Return whether the letters name an individual: it is looked for in all seasons."""
        return bool(finding.named(self._services.db, text))

    def ids(self, db: Database, wanted: Filter) -> array[int]:
        """Return the row numbers that the filter leaves, newest first; an individual is found by its index.

        Mornings without a catch have a row as long as no species is asked for.
        """
        if known := finding.named(db, wanted.text):
            lines = [line for line in finding.catches(db, known) if self._passes(line, wanted)]
            return listing.numbers(db, [line.uid for line in lines])
        if state := finding.state_of(wanted.text):
            return self._mornings(db, wanted, state)
        code, year, root, text = self.protocol.code, wanted.year, wanted.root, wanted.text
        cd_nom = wanted.cd_nom
        found = listing.ids(db, code, self.entity.code, year=year, root=root, cd_nom=cd_nom, text=text)
        if cd_nom is not None:
            return found
        dated = listing.ids(db, code, self.visit.code, year=year, root=root, text=text)
        return listing.with_bare(db, found, dated, self.entity.code)

    def _mornings(self, db: Database, wanted: Filter, state: str) -> array[int]:
        """Return the mornings of a season (None: all) in this state; none where a species is asked for."""
        if wanted.cd_nom is not None:
            return array("q")
        first, last = (f"{wanted.year:04}-01-01", f"{wanted.year:04}-12-31") if wanted.year else ("", "9999")
        visits = records.dated(db, self.protocol.code, self.visit.code, first, last)
        uids = [visit.uid for visit in visits if visit.data.get("state") == state]
        return listing.ids(db, self.protocol.code, self.visit.code, year=wanted.year, root=wanted.root, among=uids)

    def _passes(self, line: Placed, wanted: Filter) -> bool:
        visit, site = line.parents.get(self.visit.code), line.parents.get(self.group.code)
        on = visit.on_date if visit else None
        return (
            (wanted.year is None or (on or "").startswith(f"{wanted.year:04}"))
            and (wanted.root is None or (site is not None and site.uid == wanted.root))
            and (wanted.cd_nom is None or line.record.cd_nom == wanted.cd_nom)
        )

    def lacking(self, db: Database, year: int | None, report: Report) -> Missing:
        """Return what each morning of a season (None: all) lacks, and for each campaign the mornings to explain."""
        found = incomplete(db, self.protocol, self.visit.code, year, report=report)
        for site in records.roots(db, self.protocol.code, self.group.code):
            for campaign in campaigns.campaigns(records.undated(db, [site.uid])):
                if year is None or str(campaign.data.get("opened_on", "")).startswith(f"{year:04}"):
                    found |= self._unexplained(db, campaign)
        return found

    def _unexplained(self, db: Database, campaign: Record) -> dict[str, tuple[str, ...]]:
        days = [morning.on for morning in _to_explain(db, campaign)]
        if not days:
            return {}
        words = ngettext(
            "{n} matin sans relevé ni raison : {days}.", "{n} matins sans relevé ni raison : {days}.", len(days)
        )
        return {campaign.uid: (words.format(n=len(days), days=days_words(days)),)}

    # ------------------------------------------------------------------------------------------- words

    def columns(self) -> list[Column]:
        """Return the columns: the day and the animals, where they fell in, then who looked and at which barrier."""
        return [
            Column(_("Date")),
            Column(_("Espèce"), strong=True),
            Column(_("Nombre"), number=True),
            Column(_("Sexe, stade")),
            Column(_("Seau"), number=True),
            Column(_("Sens")),
            Column(_("État"), badge=True),
            Column(_("Individu")),
            Column(_(self._observers.label)),
            Column(_("Barrière")),
        ]

    def fetch(self, ids: Sequence[int]) -> list[Row]:
        """Return the words of these row numbers; a record that is gone gives an empty row."""
        rows = [self._row(line) for line in listing.rows(self._services.db, ids)]
        return [*rows, *([()] * (len(ids) - len(rows)))]

    def _row(self, line: Placed) -> Row:
        own = line.record.entity == self.visit.code
        visit, site = self._morning(line), line.parents.get(self.group.code)
        values = visit.data if visit else {}
        return (
            day_words(visit.on_date if visit else None)[: None if self.with_year else 5],
            *(self._bare(values) if own else self._caught(line.record)),
            self._words.value(self._observers, values.get("observers")) if values.get("observers") else "",
            str(site.data.get("site_name", "")) if site else "",
        )

    def _bare(self, visit: Values) -> Iterator[str]:
        """Yield the cells of a morning without a catch."""
        said = {EMPTY: _("aucun animal"), MISSED: reason_words(visit)}
        yield from (said.get(str(visit.get("state")), _("aucune prise notée")), "", "", "", "", state_badge(visit), "")

    def _caught(self, record: Record) -> Iterator[str]:
        """Yield the cells of a catch."""
        values, taxon = record.data, self._words.taxon(record.cd_nom) if record.cd_nom else None
        latin = latin_beside(taxon)
        yield f"{self._words.taxon_name(record.cd_nom)}|{latin}"
        yield str(values.get("count", ""))
        yield self._kind(values)
        yield str(values.get("bucket", ""))
        yield _("sortie") if values.get("direction") == OUTWARD else _("entrée")
        yield f"inaccessible|{_('mort')}" if values.get("vitality") == DEAD else ""
        yield self._words.name(str(values["individual"])) if values.get("individual") else ""

    def _kind(self, values: Values) -> str:
        """Return sex and stage in words, "" where neither is known; signs are too small to be read down a column."""
        if is_pair(values):
            return kind_words(values)
        sex = values.get("sex") if values.get("sex") in SIGNS else None
        stage = values.get("stage") if values.get("stage") != ADULT else None
        told = (("sex", sex), ("stage", stage))
        return ", ".join(self._words.value(self.entity.by_name[name], code).lower() for name, code in told if code)

    # ------------------------------------------------------------------------------------------- opening

    def _morning(self, line: Placed) -> Record | None:
        return line.record if line.record.entity == self.visit.code else line.parents.get(self.visit.code)

    def _open(self, line: Placed) -> tuple[str, dict[str, Any]] | None:
        """Lead to the morning of a line; from a campaign to the first morning that nobody explained."""
        if line.record.entity == self._campaign:
            left = _to_explain(self._services.db, line.record)
            return ("morning", {"site": line.record.parent, "on": left[0].on}) if left else self._site(line)
        visit = self._morning(line)
        return ("morning", {"site": visit.parent, "on": visit.on_date}) if visit and visit.on_date else None

    def _individual(self, line: Placed) -> tuple[str, dict[str, Any]] | None:
        uid = line.record.data.get("individual")
        return ("individual", {"uid": uid}) if uid else None

    def _site(self, line: Placed) -> tuple[str, dict[str, Any]] | None:
        site = line.parents.get(self.group.code)
        return ("barrier", {"site": site.uid}) if site else None


def _to_explain(db: Database, campaign: Record) -> list[campaigns.Morning]:
    """Return the mornings of a campaign before today of which nobody said anything, oldest first."""
    first, last = str(campaign.data.get("opened_on", "")), str(campaign.data.get("closed_on", ""))
    visits = records.below_on(db, campaign.parent or "", first, last)
    return campaigns.to_explain(campaigns.mornings(campaign, visits, rounds.today()))
