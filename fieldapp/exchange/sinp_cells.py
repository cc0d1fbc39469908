"""The cells of a SINP row: what comes from the event, from the place, and from the occurrence itself.

Source of names, codes and checks: GeoNature 2.17.4, core/imports (preset mapping "Synthese GeoNature"), and
Nomenclature-api-module 1.6.5. A cell that is left empty gets the default of the instance; a code that its nomenclature
does not have would have the whole row refused, so it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from fieldapp.core.occurrence import ABSENT, SURVEYED, Event, Measurement, Occurrence, Person, Place
from fieldapp.core.telling import MOST, degrees, minutes
from fieldapp.exchange.nomenclatures import LISTS

Cells = tuple[str, ...]

MOST_OBSERVERS, MOST_NAME, MOST_PLACE, MOST_METHOD = 1000, 1000, 500, 255
"""Characters that the cells of the observers, of a cited name and a determiner, of a place and of a method may have.

Source: GeoNature, gn_synthese.synthese (observers, nom_cite, determiner, place_name, grp_method).
"""

_CUT = "…"
"""Stands at the end of a text that was too long for its cell."""

UNKNOWN_OBSERVER, HIDDEN_OBSERVER = "Inconnu", "Anonyme"
"""Written where nobody is named: the cell must not be empty."""

YES, NO, NOT_KEPT = "1", "2", "3"
"""Codes of PREUVE_EXIST: there is one, there is none, none was taken."""

_LIFE_STAGES, _SEXES = frozenset(LISTS["STADE_VIE"]), frozenset(LISTS["SEXE"])
_STATUSES, _CONDITIONS = frozenset(LISTS["STATUT_BIO"]), frozenset(LISTS["ETA_BIO"])
_BEHAVIOURS, _TECHNIQUES = frozenset(LISTS["OCC_COMPORTEMENT"]), frozenset(LISTS["METH_OBS"])
_NATURALNESS, _GROUPS = frozenset(LISTS["NATURALITE"]), frozenset(LISTS["TYP_GRP"])
_OBJECTS, _COUNTINGS = frozenset(LISTS["OBJ_DENBR"]), frozenset(LISTS["TYP_DENBR"])
_DETERMINATIONS = frozenset(LISTS["METH_DETERMIN"])
_NATURES = frozenset(LISTS["NAT_OBJ_GEO"])

_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s/:?#]+\.[^\s/:?#]+\S*", re.IGNORECASE)
"""What GeoNature takes for the address of a proof: a scheme, and a host with a dot."""

_PARTING = re.compile("[;,|]")
"""Signs at which GeoNature parts the observers."""


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """Return a text on one line, without the signs that no reader of tables accepts."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def capped(text: str, most: int) -> str:
    """Return a text on one line that its cell can hold; what was cut off is marked."""
    told = clean(text)
    return told if len(told) <= most else f"{told[: most - len(_CUT)].rstrip()}{_CUT}"


def own_hour(event: Event, one: Occurrence) -> Cells:
    """Return first day, last day, first and last hour of what was noted with an hour of its own.

    It has no last hour, and in a night that began the day before it is of one of the days.
    """
    own = one.hour_min
    if minutes(own) is None:
        return hours(event)
    on = event.date_max if event.date_min < event.date_max and own < event.hour_min else event.date_min
    return on, on if event.hour_min else event.date_max, own, ""


def hours(event: Event) -> Cells:
    """Return first day, last day, first hour, last hour of an event; an hour that is none is left out."""
    first = event.hour_min if minutes(event.hour_min) is not None else ""
    last = event.hour_max if minutes(event.hour_max) is not None else ""
    if event.date_min == event.date_max and last < first:
        last = ""
    return event.date_min, event.date_max, first, last


def unparted(name: str) -> str:
    """Return the name of somebody without the signs at which GeoNature would make several people of it."""
    return _PARTING.sub(" ", name)


@lru_cache(maxsize=1024)
def observers(people: tuple[Person, ...]) -> str:
    """Return "NOM Prénom (Organisme), …", whole names only, as many as the cell may hold."""
    written = ""
    for person in people:
        name, whose = unparted(person.name), unparted(person.organisation)
        told = clean(f"{name} ({whose})" if whose else name)
        longer = f"{written}, {told}" if written else told
        if len(longer) > MOST_OBSERVERS:
            break
        written = longer
    return written or UNKNOWN_OBSERVER


def geometry(place: Place) -> str:
    """Return the WKT of a place in degrees, "" where it has no position: its area or line, else its point."""
    if place.wkt:
        return place.wkt
    if place.longitude is None or place.latitude is None:
        return ""
    return f"POINT({degrees(place.longitude)} {degrees(place.latitude)})"


def of_place(place: Place) -> Cells:
    """Return geometry, precision, name and nature, then whether it stands for another place."""
    return (
        geometry(place),
        "" if place.precision_m is None else str(place.precision_m),
        capped(", ".join(filter(None, (place.above, place.name))), MOST_PLACE),
        SURVEYED if place.blurred else place.nature if place.nature in _NATURES else "",
        "OUI" if place.blurred else "NON",
    )


def altitudes(place: Place) -> Cells:
    """Return the lowest and the highest altitude in whole metres; neither where they contradict each other."""
    least, most = (
        None if one is None or abs(one) > MOST else round(one) for one in (place.altitude_min_m, place.altitude_max_m)
    )
    if least is not None and most is not None and least > most:
        return "", ""
    return "" if least is None else str(least), "" if most is None else str(most)


def of_group(event: Event) -> Cells:
    """Return how the rows of an event belong together: the kind of group, and the words of how was looked."""
    return event.group_code if event.group_code in _GROUPS else "", capped(event.method, MOST_METHOD)


SEPARATOR = ";"


def quoted(cell: str) -> str:
    """Return a cell that has no end of line as it stands in the file, in quotation marks where it needs them."""
    return '"' + cell.replace('"', '""') + '"' if SEPARATOR in cell or '"' in cell else cell


def joined(*cells: str) -> str:
    """Return cells as a part of a line."""
    return SEPARATOR.join(map(quoted, cells))


_NO_PROOF = ("", "", "")

_NOT_SEEN = joined("", "1", "1", "", "", NO, "", "", "", "0", "6", "IND", "Co", ABSENT)
"""The cells of an absence: nothing that describes an animal is given (source: SINP v3, GeoNature #4280)."""

_NOT_DETERMINED = joined("", "1")


def described(one: Occurrence) -> str:
    """Return the part of the line from `technique_observation` to `statut_observation`."""
    if one.status == ABSENT:
        return _NOT_SEEN
    return _described(
        one.technique,
        one.bio_status,
        one.bio_condition,
        one.naturalness,
        _proof(one.measurements) if one.measurements else _NO_PROOF,
        one.life_stage,
        one.sex,
        one.count_object,
        one.count_type,
        one.status,
    )


@lru_cache(maxsize=4096)
def _described(
    technique: str, bio: str, condition: str, naturalness: str, proof: Cells, stage: str, sex: str, counted: str,
    counting: str, status: str,
) -> str:  # fmt: skip
    return joined(
        technique if technique in _TECHNIQUES else "",
        bio if bio in _STATUSES else "",
        condition if condition in _CONDITIONS else "",
        "",
        naturalness if naturalness in _NATURALNESS else "",
        *proof,
        "",
        stage if stage in _LIFE_STAGES else "",
        sex if sex in _SEXES else "",
        counted if counted in _OBJECTS else "",
        counting if counting in _COUNTINGS else "",
        status,
    )


def determined(one: Occurrence) -> str:
    """Return how it was determined and what it did, as a part of the line; an absence was not, and did nothing."""
    if one.status == ABSENT:
        return _NOT_DETERMINED
    return joined(
        one.determination if one.determination in _DETERMINATIONS else "",
        one.behaviour if one.behaviour in _BEHAVIOURS else "",
    )


def _proof(measurements: Sequence[Measurement]) -> Cells:
    """Return whether there is a proof, its address (left out where it is none), and a proof that is no file."""
    said = address = ""
    for one in measurements:
        if one.code == "digital_proof" and _ADDRESS.fullmatch(one.value):
            address = one.value
        elif one.code == "id_nomenclature_exist_proof":
            said = one.value_code
    if address:
        return YES, address, ""
    return said if said in {NO, NOT_KEPT} else "", "", ""


def remark_of_event(event: Event) -> str:
    """Return the words about a visit: its comment, how much was looked, its habitat, and what has no column."""
    return _remark((event.comment, event.effort, event.habitat), event.measurements)


def remark(one: Occurrence) -> str:
    """Return the words about an occurrence: its comment, which animal it was, and what has no column."""
    named = f"Individu : {one.organism}" if one.organism else ""
    cause = f"Cause de la mort : {one.cause_of_death}" if one.cause_of_death else ""
    if not one.measurements and not named and not cause:
        return clean(one.comment)
    return _remark((one.comment, named, cause), one.measurements)


def _remark(words: Sequence[str], measurements: Sequence[Measurement]) -> str:
    return clean(" ; ".join([*filter(None, words), *map(_measured, measurements)]))


@lru_cache(maxsize=4096)
def _measured(one: Measurement) -> str:
    return f"{one.kind} : {one.value} {one.unit}".rstrip()
