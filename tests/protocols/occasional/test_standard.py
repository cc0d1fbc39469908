"""A list of the day in common terms: what was noted is told, what nobody said is not."""

from typing import Any

import pytest

from fieldapp.core.occurrence import Dataset, Occurrence, Telling, Visited
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Taxon
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.protocols.occasional.schema import CODE, OBSERVATION, VISIT
from fieldapp.protocols.occasional.standard import STANDARD

ALEX = make_record("directory", PERSON, {"name": "BERNARD Alex"}, None)
LIST = {
    "visit_date_min": "2026-04-14", "hour_min": "10:20", "hour_max": "11:05", "place_name": "Terril 74",
    "longitude": 2.8109, "latitude": 50.4176, "precision_m": 50, "observers": [ALEX.uid], "comments": "au soleil",
    "weather": "12 °C",
}  # fmt: skip
OUTLINE = "POLYGON ((2.8 50.4, 2.9 50.4, 2.9 50.5, 2.8 50.5, 2.8 50.4))"
TAXA = {53741: Taxon(53741, 53741, "Vanessa atalanta", "(Linnaeus, 1758)", "Vulcain")}


def told(visit: dict[str, Any], *lines: dict[str, Any]) -> Telling | None:
    above = make_record(CODE, VISIT, visit, None)
    below = [make_record(CODE, OBSERVATION, {"cd_nom": 53741, **line}, above.uid) for line in lines]
    links: dict[str, Record] = {ALEX.uid: ALEX}
    return STANDARD.tell(Visited(above, {}, below, links, {}, {}, Dataset("d", "Faune")), TAXA)


def one(visit: dict[str, Any], line: dict[str, Any]) -> Occurrence:
    found = told(visit, line)
    assert found is not None
    [occurrence] = found.occurrences
    return occurrence


def test_a_list_is_an_event_with_its_place_its_hours_and_its_people() -> None:
    event = one(LIST, {}).event
    assert (event.kind, event.group_code, event.protocol) == ("list", "OBS", "occasional")
    assert (event.date_min, event.date_max, event.hour_min, event.hour_max) == (
        "2026-04-14", "2026-04-14", "10:20", "11:05",
    )  # fmt: skip
    assert [person.name for person in event.observers] == ["BERNARD Alex"]
    assert event.dataset.name == "Faune"
    assert (event.comment, event.is_finished, event.reports_absence) == ("au soleil", True, False)
    assert [(fact.kind, fact.value) for fact in event.measurements] == [("Météo", "12 °C")]


def test_a_point_is_stationary_and_an_outline_an_inventory_with_its_middle() -> None:
    place = one(LIST, {}).where
    assert (place.name, place.longitude, place.latitude, place.wkt) == ("Terril 74", 2.8109, 50.4176, "")
    assert (place.nature, place.precision_m) == ("St", 50)
    drawn = one({"visit_date_min": "2026-04-14", "geometry": OUTLINE}, {}).where
    assert (drawn.nature, drawn.wkt) == ("In", OUTLINE)
    assert (round(drawn.longitude or 0, 6), round(drawn.latitude or 0, 6)) == (2.85, 50.45)
    broken = one({**LIST, "geometry": "POLYGON"}, {}).where
    assert (broken.nature, broken.wkt, broken.longitude) == ("St", "", 2.8109)


def test_a_number_that_nobody_counted_stays_unknown() -> None:
    uncounted = one(LIST, {"id_nomenclature_observation_status": "Pr"})
    assert (uncounted.status, uncounted.count_min, uncounted.count_max, uncounted.count_object) == (
        "Pr",
        None,
        None,
        "",
    )
    counted = one(LIST, {"count_min": 3, "id_nomenclature_obj_count": "IND", "id_nomenclature_type_count": "Co"})
    assert (counted.count_min, counted.count_max, counted.count_object, counted.count_type) == (3, 3, "IND", "Co")


def test_only_a_line_that_says_so_tells_of_an_absence() -> None:
    missed = one(LIST, {"id_nomenclature_observation_status": "No"})
    assert (missed.status, missed.count_min, missed.count_max) == ("No", 0, 0)


def test_codes_own_place_determiner_and_proof_are_told() -> None:
    occurrence = one(
        LIST,
        {
            "id_nomenclature_life_stage": "15", "id_nomenclature_sex": "3", "id_nomenclature_obs_technique": "0",
            "id_nomenclature_behaviour": "15", "id_nomenclature_bio_status": "3", "id_nomenclature_bio_condition": "3",
            "id_nomenclature_naturalness": "1", "id_nomenclature_determination_method": "22", "determiner": ALEX.uid,
            "id_nomenclature_exist_proof": "1", "digital_proof": "https://exemple.fr/1.jpg", "longitude": 2.812,
            "latitude": 50.418, "comments": "usé",
        },
    )  # fmt: skip
    assert (occurrence.life_stage, occurrence.sex, occurrence.technique, occurrence.behaviour) == ("15", "3", "0", "15")
    assert (occurrence.bio_status, occurrence.bio_condition, occurrence.naturalness) == ("3", "3", "1")
    assert (occurrence.determination, occurrence.determiner, occurrence.comment) == ("22", "BERNARD Alex", "usé")
    assert (occurrence.where.longitude, occurrence.where.latitude) == (2.812, 50.418)
    assert [(fact.kind, fact.value, fact.value_code) for fact in occurrence.measurements] == [
        ("Preuve", "Oui", "1"), ("Preuve : adresse ou fichier", "https://exemple.fr/1.jpg", ""),
    ]  # fmt: skip


def test_the_name_is_that_of_the_file_as_long_as_it_is_of_this_taxon() -> None:
    assert one(LIST, {}).nom_cite == "Vanessa atalanta (Linnaeus, 1758)"
    assert one(LIST, {"nom_cite": "le vulcain", "nom_cite_for": 53741}).nom_cite == "le vulcain"
    assert one(LIST, {"nom_cite": "le citron", "nom_cite_for": 54417}).nom_cite == "Vanessa atalanta (Linnaeus, 1758)"


def test_a_list_without_a_line_tells_nothing_and_one_without_place_or_people_is_not_finished() -> None:
    assert told(LIST) is None
    assert not one({**LIST, "observers": []}, {}).event.is_finished
    assert not one({name: value for name, value in LIST.items() if name != "latitude"}, {}).event.is_finished


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        ({"count_min": 0, "count_max": 0}, (None, None)),
        ({"count_max": 0}, (None, None)),
        ({"count_min": 0, "count_max": 5}, (None, 5)),
        ({"count_min": 5, "count_max": 0}, (5, 0)),
        ({"count_max": 5}, (5, 5)),
        ({"count_min": 2**31}, (None, None)),
    ],
)
def test_something_seen_at_the_number_of_nought_was_not_counted(
    noted: dict[str, int], expected: tuple[int | None, int | None]
) -> None:
    seen = one(LIST, noted)
    assert (seen.count_min, seen.count_max) == expected


def test_a_line_without_species_leaves_its_list_unfinished() -> None:
    found = told(LIST, {}, {"cd_nom": None})
    assert found is not None
    assert (len(found.occurrences), found.event.is_finished) == (1, False)


def test_an_outline_is_told_as_every_reader_takes_it() -> None:
    assert one({**LIST, "geometry": f"SRID=4326;{OUTLINE}\n"}, {}).where.wkt == OUTLINE
