"""Tellings made by hand: a visit of a pond near Vimy, with whatever of it a test wants otherwise."""

from __future__ import annotations

from typing import Any

from fieldapp.core.occurrence import Dataset, Event, Measurement, Occurrence, Person, Place, Review, Telling

NEWT, TOAD = 139, 197
POND = Place(
    uid="pond-uid",
    name="mare de la fosse secrète",
    above="Terrils du secret",
    longitude=2.8123457,
    latitude=50.3712349,
    precision_m=5,
    altitude_min_m=57.0,
)
SEASON = Event(
    uid="season-uid",
    record="",
    protocol="pop_amphibiens",
    kind="season",
    place=Place(uid="aire-uid", name="Terrils du secret"),
    date_min="2026-01-01",
    date_max="2026-12-31",
    comment="aire secrète",
    scope="Amphibia",
    is_scope_complete=True,
    reports_absence=True,
)


def visit(uid: str = "visit-1", on: str = "2026-04-14", place: Place = POND, **values: Any) -> Event:
    given: dict[str, Any] = {
        "record": uid,
        "protocol": "pop_amphibiens",
        "kind": "visit",
        "parent": SEASON,
        "hour_min": "21:02",
        "hour_max": "21:14",
        "observers": (Person("person-1", "MARTIN Lou", "CPIE"),),
        "dataset": Dataset("dataset-1", "Mares du secret", "7f4a2a3e-0000-4000-8000-000000000001"),
        "method": "de nuit à la fosse secrète",
        "sample_size": 12.0,
        "sample_unit": "minutes",
        "effort": "12 min",
        "habitat": "mare secrète",
        "comment": "au pied du terril secret",
        "scope": "Amphibia",
        "is_scope_complete": True,
        "reports_absence": True,
        "measurements": (
            Measurement("water", "température de l’eau", "11.3", "°C"),
            Measurement("rive", "rives", "rive du secret"),
        ),
    }
    return Event(uid=uid, place=place, date_min=on, date_max=on, **{**given, **values})


def seen(event: Event, uid: str, cd_nom: int = TOAD, **values: Any) -> Occurrence:
    given: dict[str, Any] = {
        "count_min": 2,
        "count_max": 2,
        "hour_min": "21:05",
        "comment": "sous la pierre secrète",
        "organism": "FR 868 0042",
        "measurements": (Measurement("net", "filet", "7"),),
        "review": Review("1", "PETIT Anne", "2026-05-02", "secret", "secret"),
    }
    return Occurrence(
        uid=uid, record=f"record-{uid}", event=event, cd_nom=cd_nom, nom_cite=f"taxon {cd_nom}", **{**given, **values}
    )


def told(event: Event, *occurrences: Occurrence) -> Telling:
    return Telling(event, occurrences)


def newt_and_toad(number: int = 1, **values: Any) -> Telling:
    """Return a visit that saw a newt and a toad."""
    event = visit(f"visit-{number}", **values)
    return told(event, seen(event, f"newt-{number}", NEWT), seen(event, f"toad-{number}", TOAD))
