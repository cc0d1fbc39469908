from typing import Any

import pytest

from fieldapp.core.occurrence import Measurement, Place
from fieldapp.exchange.dwca_rows import Inventory, Rows
from fieldapp.exchange.dwca_terms import EVENT, HUMBOLDT, MEASUREMENT, OCCURRENCE
from tests.exchange.frogs import CELL, DATASET, POND, SEASON, VISIT, event, missed, options, seen


def of_event(told: Any, **given: Any) -> dict[str, str]:
    return dict(zip(EVENT.terms, Rows(options(**given)).event(told), strict=True))


def of(one: Any, **given: Any) -> dict[str, str]:
    return dict(zip(OCCURRENCE.terms, Rows(options(**given)).occurrence(one), strict=True))


def inventory(told: Any, seen_there: Inventory | None = None) -> dict[str, str]:
    found = seen_there or Inventory()
    found.add(told)
    return dict(zip(HUMBOLDT.terms, Rows(options()).inventory(told, found), strict=True))


def test_a_visit_says_when_where_how_and_how_long() -> None:
    row = of_event(VISIT)
    assert (row["eventID"], row["parentEventID"]) == (VISIT.uid, SEASON.uid)
    assert (row["eventType"], row["eventDate"], row["eventTime"]) == ("visit", "2024-03-09", "21:02/21:32")
    assert (row["year"], row["month"], row["day"]) == ("2024", "3", "9")
    assert (row["sampleSizeValue"], row["sampleSizeUnit"]) == ("30", "minutes")
    assert (row["samplingProtocol"], row["samplingEffort"]) == ("à vue, de nuit", "30 min")
    assert (row["decimalLatitude"], row["decimalLongitude"]) == ("-50.25", "2.5")
    assert (row["geodeticDatum"], row["coordinateUncertaintyInMeters"]) == ("EPSG:4326", "5")
    assert (row["municipality"], row["county"], row["countryCode"]) == ("Vimy", "62", "FR")
    assert row["higherGeography"] == "ZNIEFF du Bois | Terril 7"
    assert (row["dataGeneralizations"], row["informationWithheld"]) == ("", "")
    assert (row["datasetID"], row["datasetName"], row["language"]) == (DATASET, "Mares", "fr")


def test_a_season_is_an_interval_without_a_place_on_the_map() -> None:
    row = of_event(SEASON)
    assert (row["eventDate"], row["year"], row["month"], row["day"]) == ("2024-01-01/2024-12-31", "2024", "", "")
    assert (row["decimalLatitude"], row["geodeticDatum"], row["coordinateUncertaintyInMeters"]) == ("", "", "")


@pytest.mark.parametrize("values", [{"date_max": ""}, {"date_min": ""}])
def test_an_interval_with_an_open_end_is_no_day(values: dict[str, str]) -> None:
    row = of_event(event(SEASON, **values))
    assert (row["eventDate"], row["year"]) == ("", "")


def test_degrees_are_never_a_power_of_ten() -> None:
    row = of_event(event(place=Place(uid="p", longitude=1e-05, latitude=-0.0)))
    assert (row["decimalLatitude"], row["decimalLongitude"]) == ("0", "0.00001")


@pytest.mark.parametrize(("code", "said"), [("12", "sur le terrain"), ("20", "loupe ou microscope"), ("73", "73")])
def test_a_code_of_the_determination_is_told_in_words_or_else_as_it_is(code: str, said: str) -> None:
    _technique, found = Rows(options()).codes(seen(determination=code))
    row = dict(zip(MEASUREMENT.terms, found, strict=True))
    assert row["measurementValue"].endswith(said)
    assert row["measurementRemarks"] == f"METH_DETERMIN={code}"


def test_a_night_over_new_year_has_no_year_of_its_own() -> None:
    row = of_event(event(date_min="2024-12-31", date_max="2025-01-01"))
    assert (row["eventDate"], row["year"]) == ("2024-12-31/2025-01-01", "")


def test_a_place_that_an_area_stands_for_says_so() -> None:
    row = of_event(event(place=CELL))
    assert row["dataGeneralizations"].startswith("Place generalised to a cell of 10 km")
    assert row["informationWithheld"] == "Exact place withheld"
    assert (row["footprintWKT"], row["footprintSRS"]) == (CELL.wkt, "EPSG:4326")
    # Half the diagonal of a square of 10 km: 10,000 * sqrt(2) / 2.
    assert row["coordinateUncertaintyInMeters"] == "7071"


def test_an_occurrence_speaks_english_where_darwin_core_does() -> None:
    row = of(seen(bio_condition="3", behaviour="4", bio_status="3", cause_of_death="route", organism="photo 12"))
    assert (row["basisOfRecord"], row["occurrenceStatus"]) == ("HumanObservation", "present")
    assert (row["sex"], row["lifeStage"], row["vitality"]) == ("male", "adult", "dead")
    assert (row["behavior"], row["reproductiveCondition"], row["causeOfDeath"]) == (
        "migrating",
        "reproductive",
        "route",
    )
    assert (row["organismID"], row["recordedBy"]) == ("photo 12", "MARTIN Claire | PETIT Ali")
    assert (row["identificationVerificationStatus"], row["identificationRemarks"]) == (
        "certain or very probable",
        "photo vue",
    )


def test_the_taxon_is_that_of_taxref_with_its_classification() -> None:
    row = of(seen())
    assert (row["taxonID"], row["acceptedNameUsageID"], row["nameAccordingTo"]) == ("351", "351", "TAXREF")
    assert (row["scientificName"], row["scientificNameAuthorship"]) == (
        "Rana temporaria Linnaeus, 1758",
        "Linnaeus, 1758",
    )
    assert [row[name] for name in ("kingdom", "phylum", "class", "order", "family")] == [
        "Animalia", "Chordata", "Amphibia", "Anura", "Ranidae",
    ]  # fmt: skip
    assert (row["taxonRank"], row["vernacularName"]) == ("species", "Grenouille rousse")


def test_a_taxon_that_nobody_knows_has_the_name_that_was_noted() -> None:
    row = of(seen(cd_nom=7, nom_cite="Bestiole verte"))
    assert (row["taxonID"], row["scientificName"], row["verbatimIdentification"]) == (
        "7",
        "Bestiole verte",
        "Bestiole verte",
    )
    assert (row["family"], row["vernacularName"], row["nameAccordingTo"]) == ("", "", "TAXREF")


@pytest.mark.parametrize(
    ("values", "count", "quantity", "kind"),
    [
        ({}, "3", "", ""),
        ({"count_object": ""}, "", "3", "unspecified units"),
        ({"count_object": "NSP"}, "", "3", "unspecified units"),
        ({"count_object": "NSP", "count_max": 4}, "", "3-4", "unspecified units"),
        ({"count_type": "Ca"}, "", "3", "individuals"),
        ({"count_type": ""}, "", "3", "individuals"),
        ({"count_type": "Es"}, "", "3", "individuals"),
        ({"count_max": 10}, "", "3-10", "individuals"),
        ({"count_max": None}, "", ">=3", "individuals"),
        ({"count_min": None}, "", "<=3", "individuals"),
        ({"count_object": "PON"}, "", "3", "clutches"),
        ({"count_object": "CPL", "count_max": 4}, "", "3-4", "pairs"),
        ({"count_min": None, "count_max": None}, "", "", ""),
    ],
)
def test_what_was_counted_is_a_count_and_all_else_a_quantity(
    values: dict[str, Any], count: str, quantity: str, kind: str
) -> None:
    row = of(seen(**values))
    assert (row["individualCount"], row["organismQuantity"], row["organismQuantityType"]) == (count, quantity, kind)


def test_an_absence_is_absent_and_nought() -> None:
    row = of(missed())
    assert (row["occurrenceStatus"], row["individualCount"], row["organismQuantity"]) == ("absent", "0", "")


def test_an_occurrence_lies_at_its_own_place_and_hour_where_it_has_one() -> None:
    assert of(seen())["locationID"] == POND.uid
    own = of(seen(place=CELL, hour_min="21:10"))
    assert (own["locationID"], own["eventTime"]) == (CELL.uid, "21:10")


def test_measurements_have_an_identity_of_their_own_and_codes_without_a_term_are_among_them() -> None:
    wing = Measurement("wing", "Aile", "72.5", "mm", "")
    fat = Measurement("fat", "Adiposité", "un peu", "", "2")
    one = seen(measurements=(wing, fat))
    rows = Rows(options())
    found = [*rows.measurements(VISIT, one.uid, one.measurements), *rows.codes(one)]
    assert [dict(zip(MEASUREMENT.terms, row, strict=True)) for row in found] == [
        {
            "eventID": VISIT.uid, "measurementID": f"{one.uid}:{code}", "occurrenceID": one.uid,
            "measurementType": kind, "measurementValue": value, "measurementUnit": unit, "measurementRemarks": said,
        }
        for code, kind, value, unit, said in (
            ("wing", "Aile", "72.5", "mm", "wing"),
            ("fat", "Adiposité", "un peu", "", "fat=2"),
            ("METH_OBS", "Technique d’observation", "Vu", "", "METH_OBS=0"),
            ("METH_DETERMIN", "Méthode de détermination", "Examen visuel à distance", "", "METH_DETERMIN=18"),
        )
    ]  # fmt: skip
    (of_visit,) = rows.measurements(VISIT, "", VISIT.measurements)
    assert of_visit[:3] == [VISIT.uid, f"{VISIT.uid}:expertise", ""]


def test_the_inventory_says_what_was_looked_for_and_what_was_not_there() -> None:
    row = inventory(VISIT, Inventory(missed={"Rana", "Amphibia", "Bufo"}, found={"Bufo"}))
    assert (row["targetTaxonomicScope"], row["isTaxonomicScopeFullyReported"]) == ("Amphibia", "true")
    assert (row["isAbsenceReported"], row["absentTaxa"]) == ("true", "Amphibia | Rana")
    assert (row["eventDurationValue"], row["eventDurationUnit"]) == ("30", "minutes")
    assert (row["isSamplingEffortReported"], row["samplingEffortValue"], row["samplingEffortUnit"]) == (
        "true",
        "30",
        "minutes",
    )
    assert (row["samplingPerformedBy"], row["siteCount"]) == ("MARTIN Claire | PETIT Ali", "1")
    assert row["protocolNames"] == "ponds"


@pytest.mark.parametrize(
    ("values", "duration", "unit"),
    [
        ({"hour_min": "23:30", "hour_max": "00:10"}, "40", "minutes"),
        ({"hour_max": ""}, "", ""),
        ({"hour_min": "tard"}, "", ""),
        ({"hour_max": "99:99"}, "", ""),
        ({"date_max": "2024-03-10"}, "", ""),
        ({"date_max": "2024-03-18"}, "10", "days"),
        ({"date_max": "plus tard"}, "", ""),
    ],
)
def test_how_long_it_lasted_is_told_where_it_is_known(values: dict[str, Any], duration: str, unit: str) -> None:
    row = inventory(event(**values))
    assert (row["eventDurationValue"], row["eventDurationUnit"]) == (duration, unit)


def test_sites_that_areas_stand_for_are_not_counted() -> None:
    assert inventory(event(place=CELL))["siteCount"] == ""
