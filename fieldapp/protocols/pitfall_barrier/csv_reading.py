"""The rows of a barrier's file, read into records: people, barrier, campaign, bucket, morning, individual, catch.

A file tells of a morning on each of its lines. Identities follow from what the lines say, so that the same file twice
adds nothing, on whatever computer; a morning or a catch that was typed by hand is found again by what it says.
"""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.core import clock
from fieldapp.core.exchange import Cells, Known, ParsedRow, RowNote, RowRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record
from fieldapp.core.text import _, fold, ngettext
from fieldapp.protocols.pitfall_barrier import csv_cells as cells_of
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier import lists, schema
from fieldapp.protocols.pitfall_barrier.csv_catches import Fate, Match, Place, as_told, catch_uid, match
from fieldapp.protocols.pitfall_barrier.csv_cells import in_words, short
from fieldapp.protocols.pitfall_barrier.csv_days import (
    CATCHES,
    DAY_CELLS,
    EMPTY,
    MISSED,
    UNCLEAR,
    Day,
    Morning,
    read_day,
)
from fieldapp.protocols.pitfall_barrier.csv_lines import Catch, CatchReader, direction_notes
from fieldapp.protocols.pitfall_barrier.csv_people import People
from fieldapp.protocols.pitfall_barrier.csv_places import Barrier

_FIRST_CATCH = len(layout.PLACE) + len(layout.MORNING)
_AFTER_CATCH = _FIRST_CATCH + len(layout.CATCH)
_NO_CATCH = ("",) * len(layout.CATCH)
_AT = {name: place for place, name in enumerate(layout.CATCH)}
_INDIVIDUAL, _SEX = _AT["individual"], _AT["sex"]

NAMED_CATCHES = 6
"""Of more catches that a file does not tell the others are only counted."""


class BarrierParser:
    """Reads one file of barriers: its rows are shown to `survey`, then understood together, then given out by `parse`.

    Only together do they say which lines are refused, so what days a new campaign has, what a remark concerns, and
    which line tells of which catch that is here already.
    """

    def __init__(self, known: Known) -> None:
        self._people = People(known)
        self._reader = CatchReader(known)
        self._taxa = known.taxa
        self._today = clock.today().isoformat()
        self._barriers: dict[tuple[str, str], Barrier] = {}
        self._known = known
        self._days: dict[tuple[str, str], Day] = {}
        self._mornings: dict[tuple[str | bool, ...], Morning] = {}
        self._above: dict[tuple[str, ...], tuple[Record, ...]] = {}
        self._latest = Morning((), UNCLEAR)
        self._is_settled = False

    # ------------------------------------------------------------------------------------- the whole file

    def survey(self, cells: Cells) -> tuple[Morning, Catch | None]:
        """Note what the row says of its morning; return that morning and the catch, as rows alike share them."""
        own = tuple(cells[_FIRST_CATCH:_AFTER_CATCH])
        above = [*cells[:_FIRST_CATCH], *cells[_AFTER_CATCH:]]
        is_catch, morning = own != _NO_CATCH, self._latest
        if not is_catch or above != morning.cells or morning.says != CATCHES:
            key: tuple[str | bool, ...] = (*above, is_catch)
            found = self._mornings.get(key)
            if found is None:
                found = self._mornings[key] = self._survey_morning(above, own)
            morning = self._latest = found
        day = morning.day
        if morning.says != CATCHES or day is None:
            return morning, None
        catch = day.barrier.lines.get(own)
        if catch is None:
            catch = day.barrier.lines[own] = Catch(own)
            if own[_INDIVIDUAL].strip():
                day.barrier.survey_individual(own[_INDIVIDUAL], own[_SEX])
        day.catches.append((morning, catch))
        return morning, catch

    def _survey_morning(self, cells: Sequence[str], own: Sequence[str]) -> Morning:
        row = dict(zip(DAY_CELLS, cells, strict=True))
        has_catch = any(map(str.strip, own))
        try:
            looked = cells_of.read_needed_code(row, "checked") == "yes"
            _refuse_nameless(row)
            on_date = cells_of.read_day(row["check_on"], self._today)
            if has_catch and not looked:
                raise _catch_of_unchecked(on_date)
        except RowRefusedError as error:
            return Morning(cells, UNCLEAR, fault=error)
        barrier = self._barrier(row["pond"], row["commune"])
        says = CATCHES if has_catch else EMPTY if looked else MISSED
        day = self._days.get((barrier.site.uid, on_date))
        if day is None:
            day = self._days[barrier.site.uid, on_date] = Day(on_date, barrier)
        day.remarks.add(layout.read_remark(row["remark"])[0] if has_catch else row["remark"].strip())
        morning = Morning(cells, says, day)
        day.mornings.append(morning)
        return morning

    def _barrier(self, pond: str, commune: str) -> Barrier:
        found = self._barriers.get((pond, commune))
        if found is None:
            names = " ".join(pond.split()), " ".join(commune.split())
            key = fold(names[0]), fold(names[1])
            if key not in self._barriers:
                made = Barrier(self._known, *names)
                # A barrier that was renamed here may stand in the file under both names.
                same = (one for one in self._barriers.values() if one.site.uid == made.site.uid)
                self._barriers[key] = next(same, made)
            found = self._barriers[pond, commune] = self._barriers[key]
        return found

    # ------------------------------------------------------------------------------------ all rows together

    def _settle(self) -> None:
        """Understand the mornings of the file together: which are refused, their campaigns, what is here already."""
        self._is_settled = True
        days: dict[int, list[Day]] = {}
        for day in self._days.values():
            read_day(day, self._people)
            if day.fault is None:
                self._read_catches(day)
            of_barrier = days.setdefault(id(day.barrier), [])
            if day.is_accepted():
                of_barrier.append(day)
        for accepted in days.values():
            if accepted:
                self._settle_barrier(accepted[0].barrier, accepted)

    def _read_catches(self, day: Day) -> None:
        """Read the catches of a morning, note why lines are refused, and find the buckets that the others name."""
        buckets: dict[str, Record] = {}
        catches = [catch for morning, catch in day.catches if morning.fault is None]
        for catch in dict.fromkeys(catches):
            if not catch.key and catch.fault is None:
                self._reader.read(catch, day.barrier)
            if catch.fault is not None:
                day.faults[catch] = catch.fault
                continue
            try:
                bucket = day.barrier.bucket_on(catch.data["bucket"], catch.side, day.on_date)
            except RowRefusedError as error:
                day.faults[catch] = error
                continue
            buckets[bucket.uid] = bucket
            if notes := direction_notes(catch.data, bucket):
                day.asides[catch] = notes
        day.buckets = tuple(buckets.values())
        day.accepted = [catch for catch in catches if catch not in day.faults] if day.faults else catches

    def _settle_barrier(self, barrier: Barrier, days: Sequence[Day]) -> None:
        barrier.campaigns.settle(day.on_date for day in days)
        used: dict[str, Record] = {}
        for day in days:
            try:
                self._join(day, barrier)
            except RowRefusedError as error:
                day.fault = error
                continue
            used |= {record.uid: record for record in (barrier.site, *day.buckets)}
            used |= {one.individual.uid: one.individual for one in day.accepted if one.individual is not None}
        barrier.note_news(used)

    def _join(self, day: Day, barrier: Barrier) -> None:
        """Make the records above the catches of a morning; find those of its catches that are here already."""
        campaign = barrier.campaigns.on(day.on_date)
        day.renewed = barrier.campaigns.renewed.get(campaign.uid, ())
        present, here = barrier.visit_on(day.on_date), barrier.catches_on(day.on_date)
        if here and day.mornings[0].says != CATCHES:
            sentence = _(
                "Ici, le matin du {date} a des prises : corrigez la ligne, ou supprimez d’abord les prises sur le "
                "tableau des seaux."
            )
            raise RowRefusedError("checked", sentence.format(date=in_words(day.on_date)))
        if present is not None and day.mornings[0].says == CATCHES:
            state = str(present.data.get("state", ""))
            day.here = state if state in {schema.EMPTY, schema.MISSED} else ""
        uid = present.uid if present else name_uid("barrier visit", f"{barrier.site.uid} {day.on_date}")
        for morning in day.mornings:
            if morning.fault is None:
                morning.visit = Record(
                    uid, schema.CODE, schema.VISIT.code, barrier.site.uid, morning.data, day.on_date
                )  # fmt: skip
                above = (*morning.people, barrier.site, campaign)
                if morning.says == CATCHES:
                    morning.above = (*above, *day.buckets, morning.visit)
                else:
                    morning.above = self._above.setdefault(tuple([record.uid for record in above]), above)
        if here:
            self._match(day, uid, here)

    def _match(self, day: Day, visit: str, here: Sequence[Record]) -> None:
        found = match(visit, [catch.data for catch in day.accepted], here, [catch.key for catch in day.accepted])
        places: dict[Catch, list[Place]] = {}
        for catch, place in zip(day.accepted, found.places, strict=True):
            places.setdefault(catch, []).append(place)
        day.places = {catch: iter(of_catch) for catch, of_catch in places.items()}
        day.notes = self._untold_notes(found)

    def _untold_notes(self, found: Match) -> Sequence[RowNote]:
        """Return a note with the catches that are here and not in the file: an import deletes nothing."""
        if not found.untold:
            return ()
        told = [self._words(record) for record in found.untold]
        shown = " ; ".join(told[:NAMED_CATCHES]) + (" ; …" if len(told) > NAMED_CATCHES else "")
        sentence = ngettext(
            "{n} prise notée ici n’est pas dans le fichier, et reste : {catches}.",
            "{n} prises notées ici ne sont pas dans le fichier, et restent : {catches}.",
            len(told),
        )
        return (RowNote("bucket", sentence.format(n=len(told), catches=shown)),)

    def _words(self, record: Record) -> str:
        data = record.data
        name = lists.name_of(self._taxa.get(data.get("cd_nom", 0)), data.get("cd_nom", 0))
        words = _("seau {bucket}, {name}, {count}")
        return words.format(bucket=short(str(data.get("bucket", "?"))), name=name, count=data.get("count", "?"))

    # ------------------------------------------------------------------------------------------- one row

    def parse(self, row: tuple[Morning, Catch | None]) -> ParsedRow:
        """Return the records of a row; raises RowRefusedError with column and sentence."""
        if not self._is_settled:
            self._settle()
        morning, catch = row
        day = morning.day
        fault = morning.fault or (day.fault if day is not None else None)
        if fault is not None:
            raise _again(fault)
        if day is None:
            raise AssertionError(morning)
        if catch is None:
            if morning.visit is None:
                raise AssertionError(morning)
            return ParsedRow((*morning.above, morning.visit), _notes(morning, day), morning.above, day.renewed)
        if day.faults and catch in day.faults:
            raise _again(day.faults[catch])
        return self._catch_row(morning, catch, day)

    def _catch_row(self, morning: Morning, catch: Catch, day: Day) -> ParsedRow:
        """Return the records of a line with a catch; a contested line is refused unless the file is to be taken."""
        visit = morning.visit
        if visit is None:
            raise AssertionError(morning)
        data = catch.with_remark(morning.remark) if morning.remark else catch.data
        place = None
        if day.places:
            place = next(day.places[catch])
            uid, stored = place.uid, place.stored
            if stored is not None:
                data = as_told(data, stored.data)
        else:
            number = day.counted[catch.key] = day.counted.get(catch.key, 0) + 1
            uid = catch_uid(visit.uid, catch.key, number)
        own = Record(uid, schema.CODE, "observation", visit.uid, data, None, data["cd_nom"])
        notes = _notes(morning, day) if morning.notes or day.notes or day.barrier.notes else ()
        if catch.notes or (day.asides and catch in day.asides):
            notes = [*catch.notes, *day.asides.get(catch, ()), *notes]
        if place is not None and place.fate is Fate.TOLD and place.stored is not None:
            notes = [self._told_note(place.stored), *notes]
            return ParsedRow((*morning.above, place.stored), notes, morning.above, day.renewed)
        if catch.individual is None:
            parsed = ParsedRow((*morning.above, own), notes, morning.above, day.renewed)
        else:
            parsed = ParsedRow((*morning.above, catch.individual, own), notes, (), day.renewed)
        if place is not None and place.fate is Fate.CONTESTED:
            raise self._contested(place, catch, parsed)
        if day.here:
            raise _none_here(day, parsed)
        return parsed

    def _told_note(self, stored: Record) -> RowNote:
        words = _("Déjà noté ici en d’autres lots, autant d’animaux en tout ({catch}…) : rien n’est ajouté.")
        return RowNote("count", words.format(catch=self._words(stored)))

    def _contested(self, place: Place, catch: Catch, parsed: ParsedRow) -> RowRefusedError:
        sentence = _(
            "Seau {bucket}, {name} : {here} ici, {given} dans le fichier. Corrigez l’un ou l’autre, ou importez en "
            "prenant les valeurs du fichier."
        )
        cd_nom = catch.data["cd_nom"]
        text = sentence.format(
            bucket=short(str(catch.data["bucket"])), name=lists.name_of(self._taxa.get(cd_nom), cd_nom),
            here=place.here, given=place.given,
        )  # fmt: skip
        return RowRefusedError("count", text, otherwise=parsed)


def _notes(morning: Morning, day: Day) -> Sequence[RowNote]:
    """Return what is told once of the file, of the morning and of its cells: with the first line that can tell it."""
    barrier = day.barrier
    if not (morning.notes or day.notes or barrier.notes):
        return ()
    found = [*morning.notes, *day.notes, *(RowNote("", text) for text in barrier.notes)]
    morning.notes, day.notes, barrier.notes = (), (), []
    return found


def _none_here(day: Day, parsed: ParsedRow) -> RowRefusedError:
    """Return why a catch of a morning that is here without any is refused, unless the file is to be taken."""
    words = {
        schema.EMPTY: _(
            "Ici, le matin du {date} est noté vide ; le fichier y a une prise. Corrigez le matin sur le tableau des "
            "seaux, ou importez en prenant les valeurs du fichier."
        ),
        schema.MISSED: _(
            "Ici, le matin du {date} est noté non relevé ; le fichier y a une prise. Corrigez le matin sur le tableau "
            "des seaux, ou importez en prenant les valeurs du fichier."
        ),
    }
    return RowRefusedError("checked", words[day.here].format(date=in_words(day.on_date)), otherwise=parsed)


def _again(fault: RowRefusedError) -> RowRefusedError:
    """Return the same refusal for another line."""
    return RowRefusedError(fault.column, fault.sentence)


def _refuse_nameless(row: cells_of.Row) -> None:
    if not row["pond"].strip():
        raise RowRefusedError("pond", _("Le nom de la mare manque : écrivez-le sur chaque ligne."))
    if not row["commune"].strip():
        raise RowRefusedError("commune", _("La commune manque : écrivez-la sur chaque ligne."))


def _catch_of_unchecked(on_date: str) -> RowRefusedError:
    sentence = _(
        "Une prise le {date}, matin « non relevé » : écrivez « oui » si quelqu’un est passé, sinon supprimez la prise."
    )
    return RowRefusedError("checked", sentence.format(date=in_words(on_date)))
