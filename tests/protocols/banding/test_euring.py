"""EURING records as a whole: each field in its place, readable by the package `euring`, nothing lost without a word."""

from dataclasses import replace
from typing import Any

import pytest
from euring.data import load_place_details, load_species_details

from fieldapp.protocols.banding import euring, euring_fields, lists
from tests.protocols.banding.euring_sample import decoded, fields_of, located_records, one, rows_of

DEPARTMENTS = {"59": "Nord", "62": "Pas-de-Calais"}
"""The names of the departments of the sample (source: INSEE)."""


@pytest.mark.parametrize("version", ["2020", "2000+"])
def test_every_record_of_the_sample_is_read_back_by_the_package(version: str) -> None:
    records, rows = located_records()
    written, left_out = rows_of(list(records), version)
    assert not left_out
    assert len(written) == len(rows) == 4109
    places, species = load_place_details(), load_species_details()
    for line in written:
        found = decoded("|".join(line), version)
        row = rows[found["reference"]]
        assert (found["ringing_scheme"], found["identification_number"].replace(".", "")) == (
            row["CENTRE"],
            row["BAGUE"],
        )
        day = found["date"]
        assert f"{day[:2]}/{day[2:4]}/{day[4:]}" == row["DATE"]
        assert f"{found['time'][:2]}:{found['time'][2:]}" == row["HEURE"]
        bird = lists.bird(row["ESPECE"])
        assert bird is not None
        assert species[found["species_concluded"]]["name"] in {bird.lb_nom, *bird.synonyms}
        assert places[found["place_code"]]["region"] == DEPARTMENTS[row["DEPT"]]
        assert found["place_name"] == f"{row['LIEUDIT']}, {row['LOCALITE']}"
        assert found["metal_ring_information"] == {"B": "1", "C": "4"}[row["ACTION"]]


def test_the_position_of_the_sample_stands_in_both_formats() -> None:
    records, _rows = located_records()
    new = {row[59]: row for row in rows_of(list(records))[0]}
    old = {row[59]: row for row in rows_of(list(records), "2000+")[0]}
    assert new.keys() == old.keys()
    for uid, row in new.items():
        assert row[24] == "." * 15
        text = old[uid][24]
        for place, value in ((text[:7], row[60]), (text[7:], row[61])):
            degrees = int(place[1:-4]) + int(place[-4:-2]) / 60 + int(place[-2:]) / 3600
            assert abs(degrees - float(value)) < 1 / 3600  # both lie in the north and the east


def test_a_new_bird_in_both_formats_field_by_field() -> None:
    shared = (
        "FRP|A0|...8680001|0|1|ZZ|12770|12770|N|0|M|U|M|M|4|4|U|--|--|-|18052020|0|0630|FR07|{where}|8|20|0|{format}|"
        "-----|---|-----|75.5|||17.8||||||||||||||2||||||P|Marais, AVION|THEME=STOC ; AD=3|{uid}"
    )
    records = one(wing_mm=75.5, mass_g=17.84, fat="3", brood_patch="2", sexing_method="DC")
    uid = records[3].uid
    new = shared.format(where="...............|F", format=6, uid=uid) + "|50.4040|2.8270||"
    old = shared.format(where="+502414+0024937|0", format=4, uid=uid)
    assert ["|".join(row) for row in rows_of(records)[0]] == [new]
    assert ["|".join(row) for row in rows_of(records, "2000+")[0]] == [old]
    decoded(new)
    decoded(old, "2000+")


def test_a_pullus_has_a_brood_and_no_status() -> None:
    found = fields_of(one(age="PUL"))
    names = ("age_concluded", "status", "brood_size", "pullus_age", "accuracy_of_pullus_age", "catching_method")
    assert [found[name] for name in names] == ["1", "-", "00", "99", "U", "-"]


def test_the_session_knows_better_than_the_place_where_it_was() -> None:
    found = fields_of(one(session={"latitude": 50.5, "longitude": 2.9}))
    assert (found["latitude"], found["longitude"]) == ("50.5000", "2.9000")


@pytest.mark.parametrize(("version", "accuracy"), [("2020", "Z"), ("2000+", "9")])
def test_without_a_position_the_place_code_says_where_it_was(version: str, accuracy: str) -> None:
    found = fields_of(one(place={"latitude": None, "longitude": None}), version)
    assert found["geographical_coordinates"] == "." * 15
    assert (found["accuracy_of_coordinates"], found["place_code"]) == (accuracy, "FR07")
    assert not found.get("latitude")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"action": "SANS", "ring": None, "ring_key": None}, "sans bague"),
        ({"ring": "1,23E+07", "ring_key": None}, "numéro de bague illisible"),
        ({"ring": "12345678901", "ring_key": "FRP12345678901"}, "numéro de bague illisible"),
        ({"ring_key": "QQQ8680001"}, "centre de baguage inconnu"),
        ({"species": "XXXYYY"}, "espèce sans code EURING"),
        ({"place": {"euring_place_code": "FR99"}}, "lieu sans code EURING"),
        ({"place": {"country": "ZZ", "department": ""}}, "lieu sans code EURING"),
        ({"place": {"department": "975"}}, "lieu sans code EURING"),
        ({"place": {"latitude": 504.04}}, "position hors du globe"),
        ({"session": {"date": None}}, "séance sans date"),
    ],
)
def test_what_has_no_record_is_named_with_its_reason(changed: dict[str, Any], word: str) -> None:
    records = one(**changed)
    rows, left_out = rows_of(records)
    assert not rows
    (item,) = left_out
    assert item.uid == records[3].uid
    assert "SYLATR" in item.title or "XXXYYY" in item.title
    assert word in item.sentence


def test_one_capture_without_a_record_takes_no_other_with_it() -> None:
    rows, left_out = rows_of([*one(species="XXXYYY"), *one(ring="8680002", ring_key="FRP8680002")])
    assert [row[2] for row in rows] == ["...8680002"]
    assert len(left_out) == 1


def test_lines_come_in_the_order_of_the_field() -> None:
    late = one(session={"date": "2020-05-19"}, ring="8680009", ring_key="FRP8680009")
    first = one(line=2, ring="8680002", ring_key="FRP8680002")
    other = one(line=1)[3]
    rows, _left_out = rows_of([*late, *first, replace(other, parent=first[2].uid)])
    assert [row[2][-7:] for row in rows] == ["8680001", "8680002", "8680009"]


def test_a_theme_is_that_of_the_session_or_of_the_capture() -> None:
    records = [
        *one(session={"theme": "GIBIER"}),
        *one(theme="GIBIER", ring="8680002", ring_key="FRP8680002"),
        *one(ring="8680003", ring_key="FRP8680003"),
    ]
    rows, _left_out = rows_of(records, theme=" gibier ")
    assert sorted(row[2][-7:] for row in rows) == ["8680001", "8680002"]


def test_a_replaced_ring_stays_the_name_of_the_bird() -> None:
    found = fields_of(one(action="C", replaced_ring="8670009", replaced_ring_key="FRP8670009"))
    assert found["identification_number"] == "...8670009"
    assert found["metal_ring_information"] == "5"
    assert "BAGUE=8680001" in found["remarks"]


def test_every_bird_of_the_list_has_a_code_that_euring_knows() -> None:
    species = load_species_details()
    assert {bird.euring for bird in lists.birds().values()} <= species.keys()


def test_both_formats_name_their_columns() -> None:
    assert len(euring_fields.FIELDS) == 64
    records = one()
    assert euring_fields.FIELDS[59] == "Reference"
    for version, width in ((euring.EURING_2020, 64), (euring.EURING_2000_PLUS, 60)):
        assert len(rows_of(records, "2020" if width == 64 else "2000+")[0][0]) == width == version.fields
