from typing import Any

import pytest

from fieldapp.core.exchange import RowRefusedError
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier import schema
from fieldapp.protocols.pitfall_barrier.csv_places import Barrier, bucket_key
from fieldapp.protocols.pitfall_barrier.schema import CODE
from tests.protocols.pitfall_barrier.here import Here

SITE = make_record(CODE, schema.SITE, {"site_name": "Mare du Bois", "commune": "Thélus"}, None)


def bucket(number: str, **more: Any) -> Record:
    return make_record(CODE, schema.BUCKET, {"bucket": number, "side": "outside", **more}, SITE.uid)


def here(*found: Record) -> Barrier:
    return Barrier(Here(SITE, *found), "mare du bois", "THELUS")


def test_a_known_barrier_is_found_whatever_its_accents() -> None:
    assert here().site is SITE
    assert Barrier(Here(SITE), "Mare du Bois", "Vimy").site.uid != SITE.uid


def test_a_new_barrier_has_the_same_identity_everywhere() -> None:
    first, second = Barrier(Here(), "Étang", "Vimy"), Barrier(Here(SITE), "ETANG", "vimy")
    assert first.site.uid == second.site.uid
    assert first.site.data == {"site_name": "Étang", "commune": "Vimy"}


def test_a_bucket_that_is_not_here_is_refused_where_there_are_any() -> None:
    one = bucket("3bis")
    barrier = here(one)
    assert barrier.bucket_on(barrier.spelling("3 BIS"), None, "2024-03-02") is one
    with pytest.raises(RowRefusedError, match="n’a pas de seau 4 ce jour-là"):
        barrier.bucket_on("4", None, "2024-03-02")
    with pytest.raises(RowRefusedError, match="de l’autre côté"):
        barrier.bucket_on("3bis", "inside", "2024-03-02")


def test_a_bucket_is_looked_for_on_the_day() -> None:
    old, new = bucket("4", until_on="2023-12-31"), bucket("4", from_on="2024-01-01", side="inside")
    barrier = here(old, new)
    assert barrier.bucket_on("4", "outside", "2023-03-02") is old
    assert barrier.bucket_on("4", None, "2024-03-02") is new
    with pytest.raises(RowRefusedError):
        barrier.bucket_on("4", "outside", "2024-03-02")


def test_a_barrier_without_buckets_gets_those_of_the_file() -> None:
    barrier = here()
    one = barrier.bucket_on("4", "inside", "2024-03-02")
    assert one.data == {"bucket": "4", "side": "inside"}
    assert barrier.bucket_on("4", None, "2024-03-03") is one
    assert barrier.bucket_on("5", None, "2024-03-02").data["side"] == "outside"


def test_a_new_individual_has_the_one_sex_of_its_lines() -> None:
    barrier = here()
    for name, sex in (("TC-1", "F"), ("tc-1", "f"), ("TC-2", "M"), ("TC-2", "")):
        barrier.survey_individual(name, sex)
    assert barrier.individual("TC-1", 139).data == {"individual_name": "TC-1", "cd_nom": 139, "sex": "2"}
    assert "sex" not in barrier.individual("TC-2", 139).data
    with pytest.raises(RowRefusedError, match=r"Triton crêté.*Crapaud commun"):
        barrier.individual("TC-1", 259)


def morning(*catches: dict[str, Any]) -> tuple[Record, list[Record]]:
    visit = make_record(CODE, schema.VISIT, {"check_on": "2024-03-02", "state": "checked"}, SITE.uid)
    return visit, [make_record(CODE, schema.OBSERVATION, values, visit.uid) for values in catches]


def test_mornings_are_found_by_their_date() -> None:
    visit, catches = morning({"bucket": "4"})
    barrier = here(visit, *catches)
    assert barrier.visit_on("2024-03-02") is visit
    assert barrier.visit_on("2024-03-03") is None
    assert barrier.catches_on("2024-03-02") == catches
    assert not here(visit).catches_on("2024-03-02")
    assert not Barrier(Here(), "Étang", "Vimy").catches_on("2024-03-02")


def test_spellings_of_a_number_are_one_bucket() -> None:
    assert bucket_key("3 bis") == bucket_key("3BIS") == bucket_key("03bis") != bucket_key("3")
    assert bucket_key("0") == bucket_key("00") != bucket_key("10")
    assert here(bucket("2")).spelling("02") == "2"
    assert here(bucket("02"), bucket("2")).spelling("02") == "02"


def test_a_barrier_is_found_by_its_identity_under_a_new_name() -> None:
    first = Barrier(Here(), "Mare", "Vimy").site
    renamed = make_record(CODE, schema.SITE, {"site_name": "Mare Ferry", "commune": "Vimy"}, None, first.uid)
    barrier = Barrier(Here(renamed), "Mare", "Vimy")
    assert (barrier.site, barrier.is_renamed) == (renamed, True)
    assert not here().is_renamed


def test_what_a_file_makes_is_said_in_one_sentence() -> None:
    barrier = Barrier(Here(), "Étang", "Vimy")
    barrier.campaigns.settle(["2024-03-01", "2024-03-09"])
    used = [barrier.bucket_on(number, None, "2024-03-01") for number in ("10", "2")]
    barrier.bucket_on("99", None, "2024-03-01")  # of a line that was refused
    barrier.note_news({record.uid: record for record in (barrier.site, *used)})
    (note,) = barrier.notes
    assert "la barrière « Étang, Vimy » ; 2 seaux (2, 10) ; la campagne du 01/03/2024 au 09/03/2024." in note
