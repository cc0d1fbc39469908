"""The rows of a Darwin Core archive: events, occurrences, their measurements, and Humboldt's inventories.

Cells are as they were told; `lines` sees to it that none breaks its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from fieldapp.core.occurrence import ABSENT, PRESENT, Event, Measurement, Occurrence, Person, Place, Standard, Telling
from fieldapp.core.schema import StudyProtocol, Taxon
from fieldapp.core.telling import degrees, minutes_between
from fieldapp.exchange import dwca_terms as terms
from fieldapp.exchange.flat_columns import names, one_line
from fieldapp.exchange.nomenclatures import LISTS
from fieldapp.exchange.written import Options

Row = list[str]

_COUNTED, _INDIVIDUALS = "Co", "IND"
"""Codes of TYP_DENBR and OBJ_DENBR."""

_HALF_DIAGONAL_M = 7071
"""How far the middle of a square of 10 km is from its corners."""

_NIGHT_DAYS = 2

_CODES = {"METH_OBS": "Technique d’observation", "METH_DETERMIN": "Méthode de détermination"}
"""What is told as a measurement for want of a term."""

_TAB = "\t"

_BREAKING = "\r\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""What some reader takes for the end of a line, or does not take at all, besides the line feed."""

_STATUS = {PRESENT: "present", ABSENT: "absent"}

_DATUM = "EPSG:4326"

_BETWEEN = " | "
"""What parts the values of a list (source: Darwin Core, recommended practice of most terms)."""


def lines(rows: Sequence[Row]) -> str:
    """Return the lines of some rows: tabs between the cells, and nowhere else a tab or an end of line."""
    text = "".join([f"{_TAB.join(cells)}\n" for cells in rows])
    is_whole = text.count("\n") == len(rows) and text.count(_TAB) == sum(map(len, rows)) - len(rows)
    if not is_whole or any(sign in text for sign in _BREAKING):
        text = "".join([f"{_TAB.join(map(one_line, cells))}\n" for cells in rows])
    return text


class Rows:
    """Makes rows for one archive; what repeats (taxa, places, protocols) is worked out once."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._taxa = _TaxonCells(options.taxa)
        self._place: tuple[Place | None, Row] = (None, [])
        self._event: tuple[Event | None, tuple[str, str, str]] = (None, ("", "", ""))
        self._standards: dict[str, Standard | None] = {}
        self._names: dict[int, Sequence[str]] = {}

    def event(self, event: Event) -> Row:
        """Return the row of an event in the core."""
        day = event.date_min if event.date_min == event.date_max else ""
        return [
            event.uid,
            event.parent.uid if event.parent else "",
            event.kind,
            self._dataset(event),
            event.dataset.name,
            self._options.language,
            self._options.licence,
            _days(event.date_min, event.date_max),
            _interval(event.hour_min, event.hour_max),
            _part(event.date_min, event.date_max, 0, 4),
            _part(day, day, 5, 7),
            _part(day, day, 8, 10),
            event.habitat,
            event.method or self.title(event.protocol),
            _number(event.sample_size),
            event.sample_unit if event.sample_size is not None else "",
            event.effort,
            event.comment,
            *self._place_cells(event.place),
        ]

    def occurrence(self, one: Occurrence) -> Row:
        """Return the row of an occurrence in its extension."""
        event, remark = one.event, one.review.remark
        if self._event[0] is not event:
            shared = (self._dataset(event), names(event.observers), _interval(event.hour_min, event.hour_max))
            self._event = (event, shared)
        dataset, people, hours = self._event[1]
        exact, quantity, kind = _quantity(one)
        return [
            event.uid,
            one.uid,
            "HumanObservation",
            _STATUS.get(one.status, ""),
            dataset,
            people,
            exact,
            quantity,
            kind,
            terms.SEXES.get(one.sex, ""),
            terms.LIFE_STAGES.get(one.life_stage, ""),
            terms.REPRODUCTIVE.get(one.bio_status, ""),
            terms.BEHAVIOURS.get(one.behaviour, ""),
            terms.VITALITY.get(one.bio_condition, ""),
            one.cause_of_death,
            one.organism,
            f"{one.comment}{_BETWEEN}{remark}" if remark and one.comment else remark or one.comment,
            one.hour_min or hours,
            one.determiner,
            terms.VERIFICATION.get(one.review.level, ""),
            one.review.comment,
            one.nom_cite,
            str(one.cd_nom),
            *(self._taxa[one.cd_nom] or self._taxa.unknown(one.nom_cite)),
            *self._place_cells(one.where),
        ]

    def measurements(self, event: Event, owner: str, found: Sequence[Measurement]) -> Iterator[Row]:
        """Yield the rows of what was measured at an event (`owner` is ""), or of one of its occurrences.

        What was measured several times (the marks of a bird) is numbered from the second on.
        """
        told = Counter[str]()
        for one in found:
            code = f"{one.code}={one.value_code}" if one.value_code else one.code
            told[one.code] += 1
            again = f":{told[one.code]}" if told[one.code] > 1 else ""
            yield [
                event.uid, f"{owner or event.uid}:{one.code}{again}", owner, one.kind, one.value,
                one.unit, code,
            ]  # fmt: skip

    def codes(self, one: Occurrence) -> Iterator[Row]:
        """Yield as measurements the SINP's codes of an occurrence that Darwin Core has no term for."""
        for name, code in (("METH_OBS", one.technique), ("METH_DETERMIN", one.determination)):
            if code:
                said = LISTS[name].get(code, code)
                yield [one.event.uid, f"{one.uid}:{name}", one.uid, _CODES[name], said, "", f"{name}={code}"]

    def inventory(self, event: Event, seen: Inventory) -> Row:
        """Return Humboldt's row of an event, with what was gathered of it and of the events below it."""
        duration, unit = _duration(event)
        has_effort = bool(event.effort) or event.sample_size is not None
        # Of a season, or of an area in the place of visits, it is known only where every visit tells all.
        absent = seen.absent if event.record or event.reports_absence else []
        standard = self.standard(event.protocol)
        return [
            event.uid,
            str(len(seen.places)) if seen.places and not seen.is_blurred else "",
            duration,
            unit,
            event.scope,
            _truth(is_so=event.is_scope_complete) if event.scope else "",
            _truth(is_so=bool(absent)),
            _BETWEEN.join(absent),
            self.title(event.protocol),
            standard.reference if standard else "",
            names(seen.people.values()),
            _truth(is_so=has_effort),
            _number(event.sample_size),
            event.sample_unit if event.sample_size is not None else "",
        ]

    def seen(self, telling: Telling) -> Inventory:
        """Return what is gathered of a visit."""
        found = Inventory()
        found.add(telling.event)
        for one in telling.occurrences:
            if one.status == ABSENT:
                found.missed.add(self._named(one)[0])
            else:
                found.found.update(self._named(one))
        return found

    def _named(self, one: Occurrence) -> Sequence[str]:
        """Return the Latin name of a taxon without its author, and the names of those above it, as far as known."""
        if one.cd_nom not in self._names:
            taxon = self._options.taxa.get(one.cd_nom)
            self._names[one.cd_nom] = (taxon.lb_nom, *taxon.lineage) if taxon else ()
        # A taxon that the reference does not know is one of those that were looked for.
        return self._names[one.cd_nom] or (one.nom_cite, one.event.scope)

    def title(self, protocol: str) -> str:
        """Return the full name of a protocol, its code where it is not known."""
        standard = self.standard(protocol)
        return standard.title if standard else protocol

    def standard(self, protocol: str) -> Standard | None:
        """Return how a protocol is described, None where it is not known."""
        if protocol not in self._standards:
            self._standards[protocol] = _standard(self._options.protocols.get(protocol))
        return self._standards[protocol]

    def _dataset(self, event: Event) -> str:
        return self._options.dataset_uuid or event.dataset.uuid

    def _place_cells(self, place: Place) -> Row:
        if self._place[0] is not place:
            self._place = (place, _place_row(place))
        return self._place[1]


@dataclass(slots=True)
class Inventory:
    """What is gathered of an event: its places, who took part (by uid), and the taxa that were looked for.

    `missed` are the names of those that were not seen, `found` of those that were, with the names of all above them.
    """

    places: set[str] = field(default_factory=set)
    people: dict[str, Person] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
    is_blurred: bool = False

    @property
    def absent(self) -> list[str]:
        """The names of the taxa that were missed and nowhere found."""
        return sorted(self.missed - self.found)

    def add(self, event: Event) -> None:
        """Take in an event."""
        self.places.add(event.place.uid)
        self.is_blurred = self.is_blurred or bool(event.place.blurred)
        self.people.update((person.uid, person) for person in event.observers)

    def join(self, other: Inventory) -> None:
        """Take in what was gathered of an event below."""
        self.places |= other.places
        self.people |= other.people
        self.missed |= other.missed
        self.found |= other.found
        self.is_blurred = self.is_blurred or other.is_blurred


class _TaxonCells(dict[int, Row]):
    """The cells of the taxa that were met, by cd_nom, from acceptedNameUsageID to nameAccordingTo."""

    def __init__(self, taxa: Mapping[int, Taxon]) -> None:
        super().__init__()
        self._known = taxa

    def __missing__(self, cd_nom: int) -> Row:
        taxon = self._known.get(cd_nom)
        self[cd_nom] = [] if taxon is None else _taxon_row(taxon)
        return self[cd_nom]

    @cached_property
    def _none(self) -> Row:
        return [""] * (len(_taxon_row(Taxon(0, 0, ""))) - 3)

    def unknown(self, name: str) -> Row:
        """Return the cells of a taxon that the reference does not know: its name as it was noted."""
        return ["", name, *self._none, "TAXREF"]


def _taxon_row(taxon: Taxon) -> Row:
    lineage = [*taxon.lineage, "", "", "", "", ""][:5]
    cells = (
        str(taxon.cd_ref), taxon.nom_complet, taxon.lb_auteur, terms.RANKS.get(taxon.rank, ""), *lineage,
        taxon.nom_vern, "TAXREF",
    )  # fmt: skip
    return [*cells]


def _place_row(place: Place) -> Row:
    latitude = longitude = ""
    if place.longitude is not None and place.latitude is not None:
        latitude, longitude = degrees(place.latitude), degrees(place.longitude)
    precision = place.precision_m
    if precision is None and place.blurred == "cell":
        precision = _HALF_DIAGONAL_M
    cells = (
        place.uid,
        _BETWEEN.join(place.areas),
        "FR" if place.commune_code or place.department else "",
        place.department,
        place.commune,
        place.name,
        f"Maille INPN de 10 km : {place.cell}" if place.cell else "",
        _number(place.altitude_min_m),
        _number(place.altitude_max_m),
        latitude,
        longitude,
        _DATUM if longitude else "",
        _number(precision) if longitude and precision else "",
        place.wkt,
        _DATUM if place.wkt else "",
        terms.GENERALISED.get(place.blurred, place.blurred),
        terms.WITHHELD if place.blurred else "",
    )
    return [*cells]


def _quantity(one: Occurrence) -> tuple[str, str, str]:
    """Return individualCount, organismQuantity and its type; "" for what nobody counted.

    A number of individuals that is said to have been counted is an individualCount. What was estimated, lies between
    two numbers or counts other things (clutches, pairs, or nobody said what) is a quantity.
    """
    least, most = one.count_min, one.count_max
    if one.status == ABSENT:
        return "0", "", ""
    if least is None and most is None:
        return "", "", ""
    if least == most and one.count_type == _COUNTED and one.count_object == _INDIVIDUALS:
        return str(least), "", ""
    if least == most:
        told = str(least)
    elif least is None:
        told = f"<={most}"
    elif most is None:
        told = f">={least}"
    else:
        told = f"{least}-{most}"
    return "", told, terms.QUANTITIES.get(one.count_object, terms.UNTOLD_QUANTITY)


def _duration(event: Event) -> tuple[str, str]:
    """Return how long an event lasted and the unit: minutes within a day where both hours are told, else days.

    From one day to the next is a night, of hours that nobody told.
    """
    if event.date_min == event.date_max and event.hour_min and event.hour_max:
        lasted = minutes_between(event.hour_min, event.hour_max)
        return ("", "") if lasted is None else (str(lasted), "minutes")
    try:
        days = (date.fromisoformat(event.date_max) - date.fromisoformat(event.date_min)).days + 1
    except ValueError:
        return "", ""
    return (str(days), "days") if days > _NIGHT_DAYS else ("", "")


def _days(first: str, last: str) -> str:
    """Return a day or an interval of days, "" where one end is open: a single day would be another thing."""
    return _interval(first, last) if first and last else ""


def _interval(first: str, last: str) -> str:
    return f"{first}/{last}" if first and last and first != last else first or last


def _part(first: str, last: str, begin: int, end: int) -> str:
    """Return a part of a day as a number without noughts before it, "" where first and last day differ in it."""
    text = first[begin:end]
    return text.lstrip("0") if text == last[begin:end] else ""


def _number(value: float | None) -> str:
    """Return a number as it is written in data, "" for none; whole ones without decimals."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)


def _truth(*, is_so: bool) -> str:
    return "true" if is_so else "false"


def _standard(protocol: StudyProtocol | None) -> Standard | None:
    return protocol.standard() if protocol and protocol.standard else None
