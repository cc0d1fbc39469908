"""Lists of the day in the terms that all recipients share: one event per list, one occurrence per line.

A list looks for nothing in particular: that a species is not on it says nothing of it. Only a line that says "non
observé" tells of an absence. A number that nobody counted stays untold.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.core.checking import is_filled
from fieldapp.core.occurrence import (
    ABSENT,
    POINT,
    PRESENT,
    SURVEYED,
    Event,
    Occurrence,
    Place,
    Standard,
    Telling,
    Visited,
    people_of,
    person_of,
)
from fieldapp.core.record import Record
from fieldapp.core.schema import Taxon, Values
from fieldapp.core.shapes import Shape, read_shape
from fieldapp.core.telling import counts_seen, hour, measuring, position, text, whole
from fieldapp.protocols.occasional import schema

LIST_KIND = "list"
"""Darwin Core's eventType of a list."""

_of_list = measuring(schema.VISIT, ("weather",))
_of_line = measuring(schema.OBSERVATION, ("id_nomenclature_exist_proof", "digital_proof"))


def tell(visited: Visited, taxa: Mapping[int, Taxon]) -> Telling | None:
    """Return a list told; None where it has no line and so tells nothing to anyone."""
    lines = [line for line in visited.lines if line.cd_nom]
    if not lines:
        return None
    event = _event(visited)
    return Telling(event, tuple(_occurrence(line, event, visited, taxa) for line in lines))


def _event(visited: Visited) -> Event:
    visit, values = visited.visit, visited.visit.data
    place = _place(visit)
    first, last = hour(values, "hour_min"), hour(values, "hour_max")
    return Event(
        uid=visit.uid,
        record=visit.uid,
        protocol=schema.CODE,
        kind=LIST_KIND,
        place=place,
        date_min=visit.on_date or "",
        date_max=visit.on_date or "",
        hour_min=first,
        hour_max=last if first <= last else "",
        observers=people_of(values.get("observers"), visited.links),
        dataset=visited.dataset,
        group_code="OBS",
        comment=text(values, "comments"),
        is_finished=is_filled(schema.VISIT, values)
        and place.longitude is not None
        and all(is_filled(schema.OBSERVATION, line.data) for line in visited.lines),
        measurements=_of_list(values),
    )


def _place(visit: Record) -> Place:
    """Return where a list was: its outline, with the point that was noted or else its middle, or the point alone."""
    values = visit.data
    longitude, latitude = position(values)
    shape = _shape(values)
    if shape is not None and (longitude is None or latitude is None):
        longitude, latitude = shape.middle
    return Place(
        uid=visit.uid,
        name=text(values, "place_name"),
        longitude=longitude,
        latitude=latitude,
        wkt=shape.wkt if shape else "",
        nature=SURVEYED if shape else POINT,
        precision_m=whole(values, "precision_m"),
    )


def _shape(values: Values) -> Shape | None:
    """Return the outline, None where there is none that can be read: what came from elsewhere may hold anything."""
    try:
        return read_shape(text(values, "geometry"))
    except ValueError:
        return None


def _occurrence(line: Record, event: Event, visited: Visited, taxa: Mapping[int, Taxon]) -> Occurrence:
    values = line.data
    determiner = person_of(visited.links.get(text(values, "determiner")))
    is_absent = text(values, schema.STATUS) == ABSENT
    least, most = (0, 0) if is_absent else _counts(values)
    return Occurrence(
        uid=line.uid,
        record=line.uid,
        event=event,
        cd_nom=line.cd_nom or 0,
        nom_cite=_cited(line, taxa),
        status=ABSENT if is_absent else PRESENT,
        count_min=least,
        count_max=most,
        count_object=text(values, schema.OBJECT),
        count_type=text(values, schema.COUNTING),
        life_stage=text(values, schema.STAGE),
        sex=text(values, schema.SEX),
        bio_status=text(values, schema.BIO_STATUS),
        bio_condition=text(values, schema.CONDITION),
        behaviour=text(values, schema.BEHAVIOUR),
        naturalness=text(values, "id_nomenclature_naturalness"),
        technique=text(values, schema.TECHNIQUE),
        determination=text(values, "id_nomenclature_determination_method"),
        determiner=determiner.name if determiner else "",
        place=_own_place(line, event.place),
        comment=text(values, "comments"),
        measurements=_of_line(values),
    )


def _counts(values: Values) -> tuple[int | None, int | None]:
    """Return how many were seen: one number that stands alone is both."""
    least, most = whole(values, "count_min"), whole(values, "count_max")
    return counts_seen(most if least is None else least, least if most is None else most)


def _cited(line: Record, taxa: Mapping[int, Taxon]) -> str:
    """Return the name that was noted: that of a file where it is still of this taxon, else the reference's."""
    cd_nom, cited = line.cd_nom or 0, text(line.data, "nom_cite")
    if cited and line.data.get("nom_cite_for") == cd_nom:
        return cited
    return taxa[cd_nom].nom_complet if cd_nom in taxa else str(cd_nom)


def _own_place(line: Record, above: Place) -> Place | None:
    longitude, latitude = position(line.data)
    if longitude is None:
        return None
    return Place(uid=line.uid, name=above.name, longitude=longitude, latitude=latitude)


STANDARD = Standard(
    visit=schema.VISIT.code,
    line=schema.OBSERVATION.code,
    tell=tell,
    title="Observations occasionnelles, liste du jour",
)
