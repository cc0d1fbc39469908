"""The campaigns that the mornings of one barrier's file belong to: those of the barrier, and those that a file makes.

A file says nothing of campaigns. Where a year has none, its first and last morning make one. Such a campaign says of
itself that its days came from a file (`file_days`); until a person changes them it goes on with every file, to the
first and the last morning known. A person's campaign never moves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from fieldapp.core.exchange import RowRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Values
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier import campaign, lists, schema
from fieldapp.protocols.pitfall_barrier.csv_cells import in_words, short
from fieldapp.protocols.pitfall_barrier.rules_site import LONGEST_CAMPAIGN_DAYS

NEAR_DAYS = 60
"""A morning outside the campaigns of its year and nearer to one than this is rather of that one, its date or the
campaign's days being wrong; beyond, it is of another season (a choice of the program)."""

SILENT_DAYS = 30
"""So many days without a line before the last morning of a campaign, or after its first, are asked about: that morning
has perhaps a wrong month (a choice of the program; the sample has a line for each day)."""


def is_from_file(values: Values) -> bool:
    """Return whether the days of a campaign came from a file and nobody has changed them since."""
    return "file_days" in values and values["file_days"] == _days_text(values)


def _days_text(values: Values) -> str:
    return f"{values.get('opened_on', '')}/{values.get('closed_on', '')}"


class Campaigns:
    """The campaigns of one barrier. `settle` is told all mornings of the file before `on` is asked for one.

    `stored` are those of the database, `visit_days` gives the days of the checks that it has.
    """

    def __init__(
        self, site: str, pond: str, stored: Sequence[Record], visit_days: Callable[[], Collection[str]]
    ) -> None:
        self._site, self._pond = site, pond
        self._stored = stored
        self._visit_days = visit_days
        self._typed: list[Record] = []
        self._from_files: dict[str, Record] = {}
        for record in stored:
            year = str(record.data.get("opened_on", ""))[:4]
            if is_from_file(record.data) and year not in self._from_files:
                self._from_files[year] = record
            else:
                self._typed.append(record)
        self._on: dict[str, Record] = {}
        self.made: list[Record] = []
        self.renewed: dict[str, tuple[Record]] = {}
        self.notes: list[str] = []

    def settle(self, days: Iterable[str]) -> None:
        """Give each morning (ISO dates) its campaign, make those that are missing and let those of files grow."""
        years: dict[str, list[str]] = {}
        for day in sorted({*days}):
            typed = campaign.campaign_on(self._typed, day) if self._typed else None
            if typed is not None:
                self._on[day] = typed
            else:
                years.setdefault(day[:4], []).append(day)
        for year, outside in years.items():
            self._settle_year(year, outside)

    def on(self, day: str) -> Record:
        """Return the campaign of a morning; raises RowRefusedError where it lies outside those of its year."""
        found = self._on.get(day)
        if found is None:
            raise RowRefusedError("check_on", self._outside_words(day))
        return found

    # ------------------------------------------------------------------------------------------ one year

    def _settle_year(self, year: str, days: Sequence[str]) -> None:
        base, beside = self._from_files.get(year), self._beside(year)
        own = [day for day in days if base is not None and campaign.holds(base.data, day)]
        other = [day for day in days if day not in own and all(_days_off(one, day) >= NEAR_DAYS for one in beside)]
        if base is None and beside and len(other) <= lists.settings()["max_gap_days"]:
            other = []
        known = self._known_days(base, [*own, *other])
        if other and any(_overlaps(one, known) for one in beside):
            other = []
            known = self._known_days(base, own)
        if not own and not other:
            return
        record = self._reaching(year, base, known)
        self._on |= dict.fromkeys([*own, *other], record)

    def _beside(self, year: str) -> list[Record]:
        """Return the campaigns that persons gave the year."""
        ends = ("opened_on", "closed_on")
        return [one for one in self._typed if any(str(one.data.get(end, "")).startswith(year) for end in ends)]

    def _known_days(self, base: Record | None, days: Sequence[str]) -> list[str]:
        """Return the mornings of a campaign in order: those of the file, and those that it holds already."""
        if base is None:
            return sorted(days)
        return sorted({*days, *(day for day in self._visit_days() if campaign.holds(base.data, day))})

    def _reaching(self, year: str, base: Record | None, known: Sequence[str]) -> Record:
        """Return the campaign of a file that reaches from the first to the last of its mornings."""
        values: Mapping[str, str] = {"opened_on": known[0], "closed_on": known[-1]}
        values = {**values, "file_days": _days_text(values)}
        if base is None:
            record = make_record(schema.CODE, schema.CAMPAIGN, values, self._site, self._free_uid(year))
            self.made.append(record)
        elif base.data["file_days"] == values["file_days"]:
            return base
        else:
            record = with_data(base, schema.CAMPAIGN, {**base.data, **values})
            self.renewed[record.uid] = (record,)
            sentence = _("La campagne de {year} va maintenant {days} (avant : {before}).")
            self.notes.append(sentence.format(year=year, days=days_words(values), before=days_words(base.data)))
        self._note_doubts(year, values, known)
        return record

    def _free_uid(self, year: str) -> str:
        """Return the identity of the year's campaign; another one where a person has made that one their own."""
        taken, turn = {record.uid for record in self._stored}, 1
        uid = name_uid("campaign", f"{self._site} {year}")
        while uid in taken:
            turn += 1
            uid = name_uid("campaign", f"{self._site} {year} {turn}")
        return uid

    # ------------------------------------------------------------------------------------------- words

    def _note_doubts(self, year: str, values: Values, known: Sequence[str]) -> None:
        """Note a campaign whose first or last morning, or whose length, makes one doubt a date."""
        length = _days_apart(known[0], known[-1]) + 1
        if len(known) > 1 and (silent := _days_apart(known[-2], known[-1]) - 1) >= SILENT_DAYS:
            sentence = _("Campagne de {year} : aucune ligne les {days} jours d’avant le {date} : vérifiez cette date.")
            self.notes.append(sentence.format(year=year, days=silent, date=in_words(known[-1])))
        elif len(known) > 1 and (silent := _days_apart(known[0], known[1]) - 1) >= SILENT_DAYS:
            sentence = _("Campagne de {year} : aucune ligne les {days} jours d’après le {date} : vérifiez cette date.")
            self.notes.append(sentence.format(year=year, days=silent, date=in_words(known[0])))
        elif length > LONGEST_CAMPAIGN_DAYS:
            sentence = _("Campagne de {year} : {length} jours, {days} : vérifiez l’année et le mois des dates.")
            self.notes.append(sentence.format(year=year, length=length, days=days_words(values)))

    def _outside_words(self, day: str) -> str:
        nearest = min(self._beside(day[:4]), key=lambda one: _days_off(one, day))
        sentence = _(
            "Ce matin est hors de la campagne de « {name} », {days} : corrigez la date, ou changez les jours de la "
            "campagne dans la fiche de la barrière et recommencez."
        )
        return sentence.format(name=short(self._pond), days=days_words(nearest.data))


def days_words(values: Values) -> str:
    """Return "du 01/02/2024 au 31/05/2024"; a day that is missing is "?"."""
    first, last = (in_words(day) if day else "?" for day in (values.get("opened_on"), values.get("closed_on")))
    return _("du {first} au {last}").format(first=first, last=last)


def _days_apart(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _days_off(record: Record, day: str) -> int:
    """Return how many days a day lies from the nearer end of a campaign that does not hold it."""
    ends = (record.data.get("opened_on"), record.data.get("closed_on"))
    return min(abs(_days_apart(str(end), day)) for end in ends if end)


def _overlaps(record: Record, days: Sequence[str]) -> bool:
    opened, closed = record.data.get("opened_on", ""), record.data.get("closed_on", "")
    return bool(days) and max(opened, days[0]) <= min(closed or opened, days[-1])
