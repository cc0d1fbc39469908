"""What the pictures of the lists show: the demonstration season, and a list of the day of the pictures."""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.core.record import make_record
from fieldapp.protocols.occasional.form import read_count
from fieldapp.protocols.occasional.schema import BEHAVIOUR, CODE, OBSERVATION, SEX, STAGE, TECHNIQUE, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Database

PLACE = {"place_name": "Terril 74, Avion", "longitude": 2.8109, "latitude": 50.4176}
"""A place of the demonstration, so that the list knows what was seen there."""

OBSERVER = "Observateur Un"
"""Who writes the list, as all that is typed in the pictures."""

SEEN: tuple[tuple[int, str, dict[str, str]], ...] = (
    (4117, "2", {SEX: "3", TECHNIQUE: "1", BEHAVIOUR: "18"}),
    (77756, "6", {STAGE: "2", TECHNIQUE: "0"}),
    (54417, "~3", {STAGE: "15"}),
    (95372, "x", {"comments": "sur schiste nu, en fleur"}),
    (82285, "12 tiges", {}),
)
"""cd_nom, number as it is typed, and what else is said."""


def begin_list(db: Database, on: str) -> str:
    """Save the list of the pictures and return its uid."""
    people = [one.uid for one in records.roots(db, "directory", "person") if one.data.get("name") == OBSERVER]
    values = {**PLACE, "visit_date_min": on, "hour_min": "10:20", "observers": people}
    visit = make_record(CODE, VISIT, values, None)
    below = [
        make_record(CODE, OBSERVATION, {**read_count(count), "cd_nom": cd_nom, **said}, visit.uid)
        for cd_nom, count, said in SEEN
    ]
    records.save(db, [visit, *below], str(PLACE["place_name"]))
    return visit.uid


def list_of(db: Database, on: str) -> str:
    """Return the uid of the list of the day, "" where there is none."""
    return next((visit.uid for visit in records.dated(db, CODE, VISIT.code, on, on)), "")


def scenes(uid: str, *, every: bool) -> Iterator[tuple[str, str, dict[str, object], str]]:
    """Yield the name of each picture, its page with parameters, and what is typed there."""
    yield "listes", "lists", {}, ""
    yield "liste-du-jour", "list", {"uid": uid}, "mes"
    if every:
        yield "liste-nouvelle", "list", {}, ""
        yield "donnees-listes", "data", {"protocol": CODE, "year": 2020}, ""


def pages(db: Database) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every page of the lists with parameters that fill it from the demonstration."""
    [visit] = records.roots(db, CODE, VISIT.code)[:1]
    yield "lists", {}
    yield "list", {}
    yield "list", {"uid": visit.uid}
    yield "list_line", {"uid": records.children(db, [visit.uid])[0].uid}
    yield "data", {"protocol": CODE}
    yield "history", {"uid": visit.uid}
