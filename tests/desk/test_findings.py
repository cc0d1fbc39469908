"""The work list: everything to be looked at in a year, until somebody has looked."""

import pytest

from fieldapp.core import review
from fieldapp.core.errors import FieldappError
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Severity
from fieldapp.desk import checks, columns, dismissal, findings, index, season_checks
from fieldapp.protocols.directory import protocol as directory
from fieldapp.protocols.occasional import schema as occasional
from fieldapp.store import changes, reviewing
from fieldapp.store.connection import Database
from tests.desk.maps import PAS_DE_CALAIS, VIMY, lay
from tests.desk.seasons import PALMATE, TOAD, altered, area, fresh, number, pond, said, save, seen, visit


def codes(db: Database, record: Record, year: int = 2021) -> set[str]:
    return {one.code for one in findings.of_year(db, year) if one.record == record.uid}


def test_a_warning_of_the_protocol_stays_until_it_is_confirmed(db: Database) -> None:
    at = visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-12-20", 3)
    seen(db, at, TOAD)
    assert "out_of_season" in codes(db, at)
    altered(db, at, confirmed=["out_of_season"])
    assert "out_of_season" not in codes(db, at)


def test_seen_it_is_right_ends_a_finding_with_a_history_and_an_undo(db: Database) -> None:
    at = visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-12-20", 3)
    seen(db, at, TOAD)
    told = [one for one in findings.of_year(db, 2021) if one.record == at.uid]
    assert {one.severity for one in told} == {Severity.WARNING}
    findings.dismiss(db, told)
    assert codes(db, at) == set()
    assert {dismissal.code_of(kept) for kept in fresh(db, at).data["confirmed"]} == {one.code for one in told}
    changes.undo(db)
    assert codes(db, at) == {one.code for one in told}


def test_what_the_desk_finds_can_be_dismissed_too(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    at = visit(db, site, "2021-04-20")
    made = [seen(db, at, TOAD, count) for count in [*range(1, 101), 500]]
    assert checks.HIGH_COUNT in codes(db, made[-1])
    with index.followed(db) as kept:
        lines = columns.load(db, kept)
    assert findings.numbers(db, findings.hits(db, lines))[checks.HIGH_COUNT].tolist() == [number(db, made[-1])]
    findings.dismiss(db, [one for one in findings.of_year(db, 2021) if one.code == checks.HIGH_COUNT])
    assert checks.HIGH_COUNT not in codes(db, made[-1])
    with index.followed(db) as kept:
        lines = columns.load(db, kept)
    assert checks.HIGH_COUNT not in findings.numbers(db, findings.hits(db, lines))
    altered(db, made[-1], comments="vus de près")
    assert checks.HIGH_COUNT not in codes(db, made[-1])
    altered(db, made[-1], count_min=50_000, count_max=50_000)
    assert checks.HIGH_COUNT in codes(db, made[-1])


def test_a_passage_missing_of_one_year_says_nothing_of_the_next(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    for year in (2020, 2021):
        visit(db, site, f"{year}-04-20")
    findings.dismiss(db, [one for one in findings.of_year(db, 2020) if one.code == season_checks.MISSING_PASSAGE])
    assert season_checks.MISSING_PASSAGE not in codes(db, site, 2020)
    assert season_checks.MISSING_PASSAGE in codes(db, site, 2021)


def test_what_one_dataset_lacks_is_said_once_for_all_its_visits(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    datasets = [
        save(db, make_record(directory.CODE, directory.DATASET, {"name": name}, None)) for name in ("POP", "Suivi")
    ]
    by_dataset = {
        one.uid: [visit(db, site, f"2021-0{month}-2{at}", methode_de_prospection=["2"], id_dataset=one.uid).uid
                  for month in (4, 5, 6)]
        for at, one in enumerate(datasets)
    }  # fmt: skip
    told = [one for one in findings.of_year(db, 2021) if one.code == "no_derogation"]
    assert sorted(sorted([one.record, *one.others]) for one in told) == sorted(map(sorted, by_dataset.values()))
    findings.dismiss(db, [one for one in told if one.record in by_dataset[datasets[0].uid]])
    (left,) = [one for one in findings.of_year(db, 2021) if one.code == "no_derogation"]
    assert sorted([left.record, *left.others]) == sorted(by_dataset[datasets[1].uid])
    altered(db, datasets[1], derogation_reference="2021-12")
    assert not [one for one in findings.of_year(db, 2021) if one.code == "no_derogation"]


def listed(db: Database, on: str, cd_nom: int, longitude: float = 2.8) -> Record:
    """Save a list of the day with one line."""
    at = {"visit_date_min": on, "longitude": longitude, "latitude": 50.38, "observers": ["who"]}
    day = save(db, make_record(occasional.CODE, occasional.VISIT, at, None))
    line = {"cd_nom": cd_nom, occasional.STATUS: "Pr", "count_min": 1, "count_max": 1}
    return save(db, make_record(occasional.CODE, occasional.OBSERVATION, line, day.uid))


def firsts(db: Database) -> list[tuple[str, str]]:
    return [(one.record, one.params["area"]) for one in findings.of_year(db, 2021) if one.code == checks.FIRST_COMMUNE]


def test_lists_of_the_day_count_for_the_first_of_a_commune_and_are_checked(db: Database) -> None:
    lay(db, "commune", [VIMY])
    listed(db, "2019-05-01", TOAD)
    site = pond(db, area(db, "Terrils"), "Mare 1", 2.8, 50.38)
    seen(db, visit(db, site, "2021-04-20"), TOAD)
    newt = listed(db, "2021-05-01", PALMATE)
    assert firsts(db) == [(newt.uid, "Vimy")]


def test_two_communes_of_one_name_are_two(db: Database) -> None:
    lay(db, "commune", [VIMY, ("62999", "Vimy", 2.90, 50.35, 2.95, 50.40)])
    listed(db, "2019-05-01", TOAD)
    listed(db, "2021-05-01", PALMATE, 2.92)
    assert firsts(db) == []
    newt = listed(db, "2021-05-02", PALMATE)
    assert firsts(db) == [(newt.uid, "Vimy")]


def test_a_line_found_invalid_is_no_first_one(db: Database) -> None:
    lay(db, "commune", [VIMY])
    listed(db, "2019-05-01", TOAD)
    wrong = listed(db, "2021-05-01", PALMATE)
    later = listed(db, "2021-06-01", PALMATE)
    assert firsts(db) == [(wrong.uid, "Vimy")]
    reviewing.validate(db, [wrong.uid], "4", comment="photo d’un triton ponctué")
    assert firsts(db) == [(later.uid, "Vimy")]


def test_questions_answers_and_later_changes_are_told_of_their_own_record(db: Database) -> None:
    at = visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20")
    first, second = seen(db, at, TOAD), seen(db, at, PALMATE)
    said(db, at, **{"_question.Heure_fin": {"text": "Si tôt ?", "by": "c", "at": "2021-05-01T00:00:00.000Z"}})
    (asked,) = review.questions(fresh(db, at).data)
    said(db, second, _validated={"level": "1", "of": "0" * 32})
    assert (codes(db, at), codes(db, first), codes(db, second)) == ({findings.QUESTION}, set(), {findings.STALE})
    said(db, at, **{"answer.Heure_fin": {"text": "Oui", "by": "o", "at": "2021-05-02T00:00:00.000Z", "to": asked.key}})
    (told,) = [one for one in findings.of_year(db, 2021) if one.record == at.uid]
    assert (told.code, told.field, told.params) == (
        findings.ANSWERED, "Heure_fin", {"question": "Si tôt ?", "answer": "Oui"},
    )  # fmt: skip


@pytest.mark.parametrize("code", sorted(findings.OPEN_UNTIL_DONE))
def test_what_is_ended_otherwise_cannot_be_dismissed(db: Database, code: str) -> None:
    at = visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20")
    finding = findings.Finding(code, at.uid, at.protocol, 2021, Severity.WARNING)
    with pytest.raises(FieldappError):
        findings.dismiss(db, [finding])


def test_the_first_of_a_commune_goes_by_the_map_where_one_is_loaded(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1", 2.8, 50.38, commune="Ailleurs")
    seen(db, visit(db, site, "2019-04-20"), TOAD)
    newt = seen(db, visit(db, site, "2021-04-20"), PALMATE)
    (told,) = [one for one in findings.of_year(db, 2021) if one.code == checks.FIRST_COMMUNE]
    assert (told.record, told.params["area"], told.severity) == (newt.uid, "Ailleurs", Severity.NOTICE)
    lay(db, "commune", [VIMY])
    lay(db, "department", [PAS_DE_CALAIS])
    told_now = {one.code: one.params["area"] for one in findings.of_year(db, 2021) if one.record == newt.uid}
    assert told_now[checks.FIRST_COMMUNE] == "Vimy"
    assert checks.FIRST_DEPARTMENT in told_now


def test_a_site_off_the_outline_of_its_area_is_told_of_the_year_of_its_last_visit(db: Database) -> None:
    site = pond(db, area(db, "vimy"), "Mare 1", 3.5, 50.38)
    visit(db, site, "2021-04-20")
    lay(db, "managed", [VIMY])
    assert checks.OUTSIDE_AREA in codes(db, site)
    assert checks.OUTSIDE_AREA not in codes(db, site, 2020)


def test_warnings_come_first_and_a_protocol_may_be_asked_alone(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1", commune="Vimy")
    seen(db, visit(db, site, "2019-04-20"), TOAD)
    seen(db, visit(db, site, "2021-12-20", 3), PALMATE)
    told = findings.of_year(db, 2021)
    severities = [one.severity for one in told]
    assert severities == sorted(severities, key=lambda one: one is not Severity.WARNING)
    assert {Severity.WARNING, Severity.NOTICE} == set(severities)
    assert {one.code for one in told} >= {season_checks.MISSING_PASSAGE, checks.FIRST_COMMUNE, "out_of_season"}
    assert findings.of_year(db, 2021, "banding") == []
    assert findings.of_year(db, 2021, "pop_amphibiens") == told
