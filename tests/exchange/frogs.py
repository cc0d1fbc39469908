"""A visit of a pond told by hand, with figures that are plain to see, and what a writer is given beside it."""

from typing import Any

import msgspec

from fieldapp.core.occurrence import (
    ABSENT,
    Dataset,
    Event,
    Measurement,
    Occurrence,
    Person,
    Place,
    Review,
    Telling,
)
from fieldapp.core.schema import Taxon
from fieldapp.exchange.written import Options

DATASET = "b15d4952-7d20-46f1-8a3e-556a512b04c5"

TAXA = {
    351: Taxon(
        351, 351, "Rana temporaria", "Linnaeus, 1758", "Grenouille rousse", "ES", group="Amphibiens",
        lineage=("Animalia", "Chordata", "Amphibia", "Anura", "Ranidae"),
    ),
    914450: Taxon(914450, 914450, "Amphibia", "Blainville, 1816", "Amphibiens", "CL"),
}  # fmt: skip

POND = Place(
    uid="11111111-1111-4111-8111-111111111111",
    name="Mare du Bois",
    above="Aire 1",
    longitude=2.5,
    latitude=-50.25,
    precision_m=5,
    altitude_min_m=31.0,
    commune="Vimy",
    commune_code="62861",
    department="62",
    cell="10kmL93E068N703",
    areas=("ZNIEFF du Bois", "Terril 7"),
)
CELL = Place(
    uid="22222222-2222-4222-8222-222222222222",
    name="10kmL93E068N703",
    longitude=2.8,
    latitude=50.3,
    wkt="POLYGON((2.7 50.2,2.9 50.2,2.9 50.4,2.7 50.4,2.7 50.2))",
    nature="In",
    blurred="cell",
)
SEASON = Event(
    uid="33333333-3333-4333-8333-333333333333",
    record="",
    protocol="ponds",
    kind="season",
    place=Place(uid="44444444-4444-4444-8444-444444444444", name="Aire 1"),
    date_min="2024-01-01",
    date_max="2024-12-31",
    scope="Amphibia",
    is_scope_complete=True,
    reports_absence=True,
)
VISIT = Event(
    uid="55555555-5555-4555-8555-555555555555",
    record="55555555-5555-4555-8555-555555555555",
    protocol="ponds",
    kind="visit",
    place=POND,
    date_min="2024-03-09",
    date_max="2024-03-09",
    parent=SEASON,
    hour_min="21:02",
    hour_max="21:32",
    observers=(Person("p1", "MARTIN Claire", "CPIE"), Person("p2", "PETIT Ali", "CPIE")),
    dataset=Dataset("d1", "Mares", DATASET),
    group_code="PASS",
    method="à vue, de nuit",
    sample_size=30.0,
    sample_unit="minutes",
    effort="30 min",
    habitat="Mare",
    scope="Amphibia",
    is_scope_complete=True,
    reports_absence=True,
    measurements=(Measurement("expertise", "Expertise", "Chevronné", value_code="Chevronné"),),
)


def event(of: Event = VISIT, **values: Any) -> Event:
    """Return an event with other values."""
    return msgspec.structs.replace(of, **values)


def seen(at: Event = VISIT, number: int = 1, **values: Any) -> Occurrence:
    """Return frogs that were seen: three of them, counted, unless told otherwise."""
    given: dict[str, Any] = {
        "cd_nom": 351,
        "nom_cite": "Rana temporaria",
        "count_min": 3,
        "count_max": 3,
        "count_object": "IND",
        "count_type": "Co",
        "life_stage": "2",
        "sex": "3",
        "technique": "0",
        "determination": "18",
        "review": Review("1", "DURAND Luc", "2024-05-02", "photo vue"),
    }
    uid = f"66666666-6666-4666-8666-{number:012}"
    return Occurrence(uid=uid, record=uid, event=at, **(given | values))


def missed(at: Event = VISIT, number: int = 900) -> Occurrence:
    """Return what says that no amphibian was seen."""
    uid = f"77777777-7777-4777-8777-{number:012}"
    return Occurrence(
        uid=uid, record=uid, event=at, cd_nom=914450, nom_cite="Amphibia", status=ABSENT, count_min=0, count_max=0
    )


def telling(*occurrences: Occurrence) -> Telling:
    """Return the visit of the occurrences told."""
    return Telling(occurrences[0].event, occurrences)


def options(**values: Any) -> Options:
    """Return what a writer is given; the taxa are those above."""
    return Options(**({"title": "Mares de 2024", "taxa": TAXA} | values))


def ignore(_one: Occurrence) -> None:
    """Note nothing."""
