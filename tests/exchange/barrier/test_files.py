"""The file of a barrier, from the disk into a real database and back."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

from fieldapp import protocols
from fieldapp.core.exchange import Exporter, Importer
from fieldapp.exchange.importing import import_file
from fieldapp.exchange.report import Outcome
from fieldapp.protocols.directory.protocol import CODE as DIRECTORY
from fieldapp.store import changes, records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from tests.exchange.barrier.lines import CATCH, Import, lines_of, of, sample, sample_lines, write, written


def test_the_sample_has_the_lines_animals_gaps_and_newts_that_it_is_known_for(db: Database, importer: Importer) -> None:
    lines = sample_lines()
    report = import_file(db, importer, sample())
    assert len(report.rows) == len(lines) == 8428
    assert report.counts[Outcome.CREATED] == 8428
    (row,) = report.remarks
    assert row.sentence.startswith(
        "Ce fichier crée ici : la barrière « Mare Jules Ferry, Vimy » ; 12 seaux (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "
        "12) ; 16 campagnes, de 2005 à 2020 ; 93 individus."
    )
    catches, visits = of(db, "observation"), of(db, "visit")
    assert sum(catch.data["count"] for catch in catches) == sum(int(line["count"] or 0) for line in lines) == 8900
    missed = {line["check_on"] for line in lines if line["checked"] == "non"}
    assert {visit.on_date for visit in visits if visit.data["state"] == "missed"} == missed
    assert len(missed) == 154
    named = {line["individual"] for line in lines} - {""}
    assert {record.data["individual_name"] for record in of(db, "individual")} == named
    assert len(named) == 93


def test_each_taxon_sex_and_morning_of_the_sample_has_its_animals(db: Database, importer: Importer) -> None:
    import_file(db, importer, sample())
    days = {visit.uid: visit.data for visit in of(db, "visit")}
    names = {"3": "M", "2": "F"}
    told: Counter[tuple[Any, ...]] = Counter()
    for catch in of(db, "observation"):
        data = catch.data
        key = days[catch.parent or ""]["check_on"], data["bucket"], data["cd_nom"], names[data["sex"]], data["vitality"]
        told[key] += data["count"]
    expected: Counter[tuple[Any, ...]] = Counter()
    state = {"vivant": "alive", "mort": "dead"}
    for line in sample_lines():
        if line["count"]:
            key = line["check_on"], line["bucket"], int(line["cd_nom"]), line["sex"], state[line["state"]]
            expected[key] += int(line["count"])
    assert told == expected
    weather = {(line["check_on"], float(line["rain_mm"])) for line in sample_lines() if line["rain_mm"]}
    assert {(data["check_on"], data["rain_mm"]) for data in days.values() if "rain_mm" in data} == weather


def test_the_sample_brings_its_barrier_buckets_campaigns_and_people(db: Database, importer: Importer) -> None:
    import_file(db, importer, sample())
    (site,) = of(db, "site")
    assert site.data == {"site_name": "Mare Jules Ferry", "commune": "Vimy"}
    assert {bucket.data["bucket"] for bucket in of(db, "bucket")} == {str(number) for number in range(1, 13)}
    days = sorted((one.data["opened_on"], one.data["closed_on"]) for one in of(db, "campaign"))
    assert days == [(f"{year}-02-01", f"{year}-06-15") for year in range(2005, 2021)]
    people = {record.data["name"] for record in records.roots(db, DIRECTORY, "person")}
    assert people == {"Observateur Un", "Observateur Deux"}


def test_what_was_read_is_written_back_byte_for_byte(
    db: Database, importer: Importer, exporter: Exporter, tmp_path: Path
) -> None:
    import_file(db, importer, sample())
    first, report = written(db, exporter, tmp_path / "one.csv")
    assert first == sample().read_bytes()
    assert (report.rows, report.unwritten, report.left_out) == (8428, "", ())
    with open_for_use(tmp_path / "other.db", protocols.installed()) as other:
        import_file(other, importer, tmp_path / "one.csv")
        assert written(other, exporter, tmp_path / "two.csv")[0] == first


def test_one_year_is_written_alone(db: Database, importer: Importer, exporter: Exporter, tmp_path: Path) -> None:
    import_file(db, importer, sample())
    content, report = written(db, exporter, tmp_path / "2020.csv", year=2020)
    expected = [line for line in sample_lines() if line["check_on"].startswith("2020")]
    assert lines_of(content) == expected
    assert report.years == (2020,)


def test_the_same_file_twice_adds_nothing_in_whatever_order(db: Database, importer: Importer, tmp_path: Path) -> None:
    import_file(db, importer, sample())
    again = import_file(db, importer, sample())
    assert (again.created, again.changed, again.counts[Outcome.IDENTICAL]) == (0, 0, 8428)
    lines = sample_lines()
    random.Random(4).shuffle(lines)
    mixed = import_file(db, importer, write(tmp_path / "mixed.csv", lines))
    assert (mixed.created, mixed.changed, mixed.counts[Outcome.IDENTICAL]) == (0, 0, 8428)


def test_two_laptops_give_the_same_identities(db: Database, importer: Importer, tmp_path: Path) -> None:
    lines = [line for line in sample_lines() if line["check_on"].startswith("2013")]
    import_file(db, importer, write(tmp_path / "one.csv", lines))
    with open_for_use(tmp_path / "other.db", protocols.installed()) as other:
        random.Random(8).shuffle(lines)
        import_file(other, importer, write(tmp_path / "two.csv", lines))
        for entity in ("site", "bucket", "campaign", "individual", "visit", "observation"):
            mine, theirs = of(db, entity), of(other, entity)
            assert {(one.uid, str(one.data)) for one in mine} == {(one.uid, str(one.data)) for one in theirs}


def test_an_import_that_was_taken_back_can_come_again(db: Database, take: Import) -> None:
    first = take(CATCH, CATCH | {"bucket": "5"})
    assert first.created == 8  # a person, the barrier, its campaign and two buckets, the morning, two catches
    action = changes.by_id(db, first.action or 0)
    assert action is not None
    changes.undo_action(db, action)
    assert not of(db, "visit")
    assert take(CATCH, CATCH | {"bucket": "5"}).counts[Outcome.CREATED] == 2
    assert len(of(db, "observation")) == 2


def test_a_part_of_a_year_and_then_the_year_are_the_year(db: Database, importer: Importer, tmp_path: Path) -> None:
    lines = [line for line in sample_lines() if line["check_on"].startswith("2005")]
    part = [line for line in lines if line["check_on"] < "2005-02-15"]
    buckets = {line["bucket"] for line in part}
    lines = [line for line in lines if line["bucket"] in buckets]
    import_file(db, importer, write(tmp_path / "part.csv", part))
    report = import_file(db, importer, write(tmp_path / "all.csv", lines))
    assert not report.refused
    days = [(one.data["opened_on"], one.data["closed_on"]) for one in of(db, "campaign")]
    assert days == [("2005-02-01", "2005-06-15")]
    action = changes.by_id(db, report.action or 0)
    assert action is not None
    changes.undo_action(db, action)
    assert [one.data["closed_on"] for one in of(db, "campaign")] == ["2005-02-14"]
