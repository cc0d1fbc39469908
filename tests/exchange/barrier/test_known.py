"""A barrier's file beside what the database has already."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fieldapp.core.exchange import Exporter
from fieldapp.core.record import make_record
from fieldapp.exchange.report import Outcome
from fieldapp.protocols.pitfall_barrier import schema
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.exchange.barrier.lines import CATCH, EMPTY, MISSED, Import, Line, by_hand, lines_of, of, refused, written


def test_a_morning_typed_by_hand_is_the_same_morning(db: Database, take: Import) -> None:
    _site, visit, _made = by_hand(db, {}, {}, {"bucket": "5"})
    report = take(CATCH, CATCH, CATCH | {"bucket": "5"}, CATCH | {"bucket": "5", "sex": "F"})
    assert report.counts == dict.fromkeys(Outcome, 0) | {Outcome.IDENTICAL: 3, Outcome.CREATED: 1}
    assert report.created == 1
    assert [one.uid for one in of(db, "visit")] == [visit.uid]
    assert len(of(db, "observation")) == 4


def test_another_number_is_kept_or_replaced_as_asked(db: Database, take: Import) -> None:
    by_hand(db, {"count": 3})
    kept = take(CATCH | {"night_min_c": "4.5"})
    assert [row.outcome for row in kept.rows] == [Outcome.DIFFERENT]
    assert [(one.data["count"]) for one in of(db, "observation")] == [3]
    take(CATCH | {"night_min_c": "4.5"}, update=True)
    assert [(one.data["count"]) for one in of(db, "observation")] == [1]
    assert [(one.data["night_min_c"]) for one in of(db, "visit")] == [4.5]


def test_a_catch_that_was_corrected_here_is_not_doubled_by_its_file(db: Database, take: Import) -> None:
    take(CATCH, CATCH | {"bucket": "5"})
    moved = next(one for one in of(db, "observation") if one.data["bucket"] == "4")
    records.save(
        db, [make_record(CODE, schema.OBSERVATION, moved.data | {"bucket": "5"}, moved.parent, moved.uid)], "x"
    )
    report = take(CATCH, CATCH | {"bucket": "5"})
    assert [row.outcome for row in report.rows] == [Outcome.DIFFERENT, Outcome.IDENTICAL]
    assert len(of(db, "observation")) == 2


def test_an_individual_known_here_is_recognised(db: Database, take: Import, exporter: Exporter, tmp_path: Path) -> None:
    site, _visit, _made = by_hand(db, {})
    newt = make_record(CODE, schema.INDIVIDUAL, {"individual_name": "TC-001", "cd_nom": 139}, site.uid)
    records.save(db, [newt], "test", all_new=True)
    line = CATCH | {"cd_nom": "139", "french_name": "Triton crêté", "individual": "tc-001", "bucket": "5"}
    assert take(line).counts[Outcome.CREATED] == 1
    assert [one.uid for one in of(db, "individual")] == [newt.uid]
    assert newt.uid in {one.data.get("individual") for one in of(db, "observation")}
    assert lines_of(written(db, exporter, tmp_path / "out.csv")[0])[1]["individual"] == "TC-001"


def test_a_new_individual_has_the_sex_on_which_its_lines_agree(db: Database, take: Import) -> None:
    newt = CATCH | {"cd_nom": "139", "french_name": "Triton crêté"}
    lines = [newt | {"individual": "TC-001"}, newt | {"individual": "TC-001", "check_on": "2024-03-03"}]
    lines += [
        newt | {"individual": "TC-002", "bucket": "1"},
        newt | {"individual": "TC-002", "bucket": "2", "sex": "F"},
    ]
    take(*lines)
    assert {one.data["individual_name"]: one.data.get("sex") for one in of(db, "individual")} == {
        "TC-001": "3", "TC-002": None
    }  # fmt: skip


def test_a_campaign_that_is_open_takes_its_mornings(db: Database, take: Import) -> None:
    by_hand(db)
    take(EMPTY | {"check_on": "2024-05-31"}, EMPTY | {"check_on": "2023-03-01"}, EMPTY | {"check_on": "2023-03-09"})
    days = sorted((one.data["opened_on"], one.data["closed_on"]) for one in of(db, "campaign"))
    assert days == [("2023-03-01", "2023-03-09"), ("2024-02-01", "2024-05-31")]


@pytest.mark.parametrize(
    ("line", "column", "sentence"),
    [
        (CATCH | {"check_on": "2024-06-01"}, "check_on", "hors de la campagne de « Mare du Bois », du 01/02/2024 au"),
        (CATCH | {"bucket": "44"}, "bucket", "n’a pas de seau 44 ce jour-là (elle a : 4, 5)"),
        (CATCH | {"side": "intérieur"}, "side", "Le seau 4 est de l’autre côté de la barrière"),
    ],
)
def test_what_the_barrier_is_not_is_refused(db: Database, take: Import, line: Line, column: str, sentence: str) -> None:
    by_hand(db, {})
    before = records.count(db, CODE, "observation"), records.count(db, CODE, "bucket"), records.count(db, CODE, "visit")
    (row,) = refused(take(line))
    assert (row.line, row.column) == (2, column)
    assert sentence in row.sentence
    assert before == tuple(records.count(db, CODE, one) for one in ("observation", "bucket", "visit"))


@pytest.mark.parametrize("state", ["empty", "missed"])
def test_a_morning_told_otherwise_here_takes_no_catch(db: Database, take: Import, state: str) -> None:
    by_hand(db, state=state)
    assert [row.outcome for row in take(CATCH, CATCH | {"bucket": "5"}).rows] == [Outcome.REFUSED] * 2
    assert not of(db, "observation")


@pytest.mark.parametrize(("line", "state"), [(EMPTY, "vide"), (MISSED, "non relevé")])
def test_a_morning_here_without_catches_gets_those_of_the_file_only_when_it_is_to_be_taken(
    db: Database, take: Import, line: Line, state: str
) -> None:
    take(line)
    (row,) = take(CATCH).rows
    assert (row.outcome, row.column) == (Outcome.REFUSED, "checked")
    assert f"est noté {state} ; le fichier y a une prise" in row.sentence
    assert of(db, "observation") == []
    take(CATCH, update=True)
    (visit,) = of(db, "visit")
    assert visit.data["state"] == "checked"
    assert "reason" not in visit.data
    assert len(of(db, "observation")) == 1


def test_a_morning_with_catches_here_does_not_become_empty(db: Database, take: Import) -> None:
    by_hand(db, {})
    for update in (False, True):
        take(EMPTY, update=update)
        take(MISSED, update=update)
        assert [one.data["state"] for one in of(db, "visit")] == ["checked"]
        assert len(of(db, "observation")) == 1


def test_a_renamed_pond_keeps_its_checks(db: Database, take: Import) -> None:
    days = [f"2024-02-{day:02}" for day in (1, 2, 28)]
    take(*(CATCH | {"check_on": day} for day in days))
    (site,) = of(db, "site")
    renamed = make_record(CODE, schema.SITE, site.data | {"site_name": "Mare Ferry"}, None, site.uid)
    typed = make_record(CODE, schema.VISIT, {"check_on": "2024-02-03", "state": "checked"}, site.uid)
    season = of(db, "campaign")[0]
    season = make_record(CODE, schema.CAMPAIGN, season.data | {"closed_on": "2024-05-31"}, site.uid, season.uid)
    records.save(db, [renamed, typed, season], "test")
    report = take(CATCH | {"check_on": "2024-02-03"}, CATCH | {"bucket": "99"}, CATCH | {"check_on": "2024-07-03"})
    assert [row.outcome for row in report.rows] == [Outcome.CREATED, Outcome.REFUSED, Outcome.REFUSED]
    assert "s’appelle ici « Mare Ferry, Thélus »" in report.rows[0].sentence
    assert [one.uid for one in of(db, "visit") if one.on_date == "2024-02-03"] == [typed.uid]
    assert [one.data["bucket"] for one in of(db, "bucket")] == ["4"]


@pytest.mark.parametrize("change", [{"sex": "F"}, {"cd_nom": "139", "french_name": "Triton crêté"}, {"count": "2"}])
def test_a_corrected_line_differs_or_is_taken(db: Database, take: Import, change: Line) -> None:
    take(CATCH)
    assert [row.outcome for row in take(CATCH | change).rows] == [Outcome.DIFFERENT]
    assert len(of(db, "observation")) == 1
    assert [row.outcome for row in take(CATCH | change, update=True).rows] == [Outcome.UPDATED]
    assert len(of(db, "observation")) == 1
    assert [row.outcome for row in take(CATCH | change).rows] == [Outcome.IDENTICAL]


def test_a_pair_that_was_no_pair_is_taken(db: Database, take: Import) -> None:
    take(CATCH | {"sex": "couple", "count": "2"})
    assert [row.outcome for row in take(CATCH | {"count": "2"}, update=True).rows] == [Outcome.UPDATED]
    assert [(one.data["sex"], "amplexus" in one.data) for one in of(db, "observation")] == [("3", False)]


def test_a_line_that_is_gone_from_the_file_is_told_and_stays(db: Database, take: Import) -> None:
    take(CATCH, CATCH | {"bucket": "3"}, CATCH | {"bucket": "3", "sex": "F"})
    report = take(CATCH)
    assert "2 prises notées ici ne sont pas dans le fichier" in report.rows[0].sentence
    assert "seau 3, Crapaud commun, 1" in report.rows[0].sentence
    assert len(of(db, "observation")) == 3


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ({"count": 3}, [CATCH, CATCH, CATCH]),
        ({"sex": "5", "amplexus": True, "count": 2}, [CATCH, CATCH | {"sex": "F"}]),
        ({"sex": "1"}, [CATCH | {"sex": ""}]),
        ({"stage": "2"}, [CATCH | {"stage": ""}]),
    ],
)
def test_a_morning_typed_in_other_groups_is_told_already(
    db: Database, take: Import, typed: dict[str, Any], lines: Sequence[Line]
) -> None:
    _site, _visit, made = by_hand(db, typed)
    for update in (False, True):
        report = take(*lines, update=update)
        assert report.counts[Outcome.IDENTICAL] == len(lines)
        assert not any("Même ligne" in row.sentence for row in report.rows)
        assert [one.data for one in of(db, "observation")] == [made[0].data]


def test_other_numbers_are_refused_until_the_file_is_to_be_taken(db: Database, take: Import) -> None:
    by_hand(db, {"count": 3})
    found = refused(take(CATCH, CATCH))
    assert [row.line for row in found] == [2, 3]
    assert "Seau 4, Crapaud commun : 3 ici, 2 dans le fichier" in found[0].sentence
    assert [one.data["count"] for one in of(db, "observation")] == [3]
    assert not refused(take(CATCH, CATCH, update=True))
    assert [one.data["count"] for one in of(db, "observation")] == [1, 1]


def test_a_newt_that_only_the_file_names_gets_its_name_with_an_update(db: Database, take: Import) -> None:
    by_hand(db, {"cd_nom": 139})
    line = CATCH | {"cd_nom": "139", "french_name": "Triton crêté", "individual": "TC-001"}
    (row,) = take(line).rows
    assert (row.outcome, row.column) == (Outcome.DIFFERENT, "individual")
    assert not of(db, "individual")
    take(line, update=True)
    (newt,) = of(db, "individual")
    assert [one.data["individual"] for one in of(db, "observation")] == [newt.uid]


def test_weather_that_the_file_says_otherwise_no_longer_comes_from_a_weather_file(db: Database, take: Import) -> None:
    _site, visit, _made = by_hand(db, {})
    marked = {"weather_fields": ["night_min_c", "rain_mm"]}
    records.save(db, [make_record(CODE, schema.VISIT, visit.data | marked, visit.parent, visit.uid)], "test")
    take(CATCH, update=True)
    assert [one.data["weather_fields"] for one in of(db, "visit")] == [["night_min_c", "rain_mm"]]
    take(CATCH | {"rain_mm": "4.5"}, update=True)
    assert [(one.data["rain_mm"], one.data["weather_fields"]) for one in of(db, "visit")] == [(4.5, ["night_min_c"])]


def test_a_number_with_a_nought_is_the_same_bucket(db: Database, take: Import) -> None:
    by_hand(db)
    assert take(CATCH | {"bucket": "04"}).counts[Outcome.CREATED] == 1
    assert [one.data["bucket"] for one in of(db, "observation")] == ["4"]
