"""What the columns of a barrier's file mean."""

from pathlib import Path

import pytest

from fieldapp.core.exchange import Exporter
from fieldapp.core.record import make_record
from fieldapp.exchange.report import Outcome
from fieldapp.protocols.directory.protocol import CODE as DIRECTORY
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.exchange.barrier.lines import CATCH, EMPTY, MISSED, Import, lines_of, of, written


def test_pairs_come_as_one_line_of_animals(db: Database, take: Import, exporter: Exporter, tmp_path: Path) -> None:
    take(CATCH | {"sex": "Couple", "count": "4"})
    (catch,) = of(db, "observation")
    assert (catch.data["amplexus"], catch.data["sex"], catch.data["count"]) == (True, "5", 4)
    (line,) = lines_of(written(db, exporter, tmp_path / "out.csv")[0])
    assert (line["sex"], line["count"]) == ("couple", "4")


@pytest.mark.parametrize(
    ("remark", "reason", "comment", "back"),
    [
        ("non relevé", None, None, "non relevé"),
        ("", None, None, "non relevé"),
        ("Non releve", None, None, "non relevé"),
        ("non relevé : Intempéries", "weather", None, "non relevé : Intempéries"),
        ("non relevé : intemperies : neige", "weather", "neige", "non relevé : Intempéries : neige"),
        ("non relevé : clé perdue", None, "clé perdue", "non relevé : clé perdue"),
        ("clé perdue", None, "clé perdue", "non relevé : clé perdue"),
    ],
)
def test_a_missed_morning_keeps_its_reason(
    db: Database, take: Import, exporter: Exporter, tmp_path: Path, remark: str, reason: str | None,
    comment: str | None, back: str,
) -> None:  # fmt: skip
    assert take(MISSED | {"remark": remark}).counts[Outcome.CREATED] == 1
    (visit,) = of(db, "visit")
    assert (visit.data["state"], visit.data.get("reason"), visit.data.get("comments")) == ("missed", reason, comment)
    (line,) = lines_of(written(db, exporter, tmp_path / "out.csv")[0])
    assert line == MISSED | {"remark": back}


def test_words_are_read_whatever_their_accents_and_capitals(db: Database, take: Import) -> None:
    line = CATCH | {
        "checked": "OUI", "side": "EXTERIEUR", "stage": "adulte", "sex": "f", "direction": "Entree", "state": "MORT",
        "check_on": "02/03/2024",
    }  # fmt: skip
    assert take(line).counts[Outcome.CREATED] == 1
    (catch,) = of(db, "observation")
    assert (catch.data["stage"], catch.data["sex"], catch.data["direction"]) == ("2", "2", "in")
    assert catch.data["vitality"] == "dead"
    assert [visit.on_date for visit in of(db, "visit")] == ["2024-03-02"]


@pytest.mark.parametrize(("sex", "code"), [("", None), ("?", "1"), ("M", "3"), ("F", "2")])
def test_a_sex_that_was_not_seen_stays_unsaid(db: Database, take: Import, sex: str, code: str | None) -> None:
    take(CATCH | {"sex": sex})
    assert [catch.data.get("sex") for catch in of(db, "observation")] == [code]


def test_a_decimal_comma_is_read_and_told_once(db: Database, take: Import) -> None:
    report = take(CATCH | {"night_min_c": "3,3"}, CATCH | {"night_min_c": "3,3", "bucket": "5"})
    assert [visit.data["night_min_c"] for visit in of(db, "visit")] == [3.3]
    (note,) = report.remarks
    assert (note.line, note.column, note.outcome) == (2, "night_min_c", Outcome.CREATED)
    assert note.sentence.startswith("« 3,3 » a été lu 3.3, et sera écrit ainsi. Ce fichier crée ici : ")


def test_several_observers_are_several_people(db: Database, take: Import, exporter: Exporter, tmp_path: Path) -> None:
    take(CATCH | {"observer": "Observateur Un, observateur deux"}, EMPTY | {"check_on": "2024-03-03"})
    names = {record.uid: record.data["name"] for record in records.roots(db, DIRECTORY, "person")}
    assert sorted(names.values()) == ["Observateur Un", "observateur deux"]
    lines = lines_of(written(db, exporter, tmp_path / "out.csv")[0])
    assert [line["observer"] for line in lines] == ["Observateur Un ; observateur deux", "Observateur Un"]


def test_somebody_of_the_directory_is_found_even_with_a_comma_in_the_name(db: Database, take: Import) -> None:
    person = make_record(DIRECTORY, PERSON, {"name": "DUPONT, Jean"}, None)
    records.save(db, [person], "test", all_new=True)
    take(CATCH | {"observer": "Dupont, Jean"})
    assert [visit.data["observers"] for visit in of(db, "visit")] == [[person.uid]]


def test_remarks_are_of_the_morning_or_of_their_catch(
    db: Database, take: Import, exporter: Exporter, tmp_path: Path
) -> None:
    both = [CATCH | {"remark": "barrière réparée"}, CATCH | {"bucket": "5", "remark": "barrière réparée // blessé"}]
    other = CATCH | {"check_on": "2024-03-03"}
    own = [other | {"remark": "maigre"}, other | {"bucket": "5", "remark": "gravide"}]
    assert take(*both, *own).counts[Outcome.CREATED] == 4
    remarks = {visit.on_date: visit.data.get("comments") for visit in of(db, "visit")}
    assert remarks == {"2024-03-02": "barrière réparée", "2024-03-03": None}
    assert sorted(catch.data.get("comments", "") for catch in of(db, "observation")) == [
        "",
        "blessé",
        "gravide",
        "maigre",
    ]
    lines = lines_of(written(db, exporter, tmp_path / "out.csv")[0])
    assert [line["remark"] for line in lines] == [
        "barrière réparée", "barrière réparée // blessé", "// maigre", "// gravide"
    ]  # fmt: skip


def test_two_equal_lines_are_two_catches(db: Database, take: Import, exporter: Exporter, tmp_path: Path) -> None:
    assert take(CATCH, CATCH).counts[Outcome.CREATED] == 2
    assert len(of(db, "observation")) == 2
    assert take(CATCH, CATCH).counts[Outcome.IDENTICAL] == 2
    assert lines_of(written(db, exporter, tmp_path / "out.csv")[0]) == [CATCH, CATCH]


def test_a_bucket_inside_lets_animals_out(db: Database, take: Import, exporter: Exporter, tmp_path: Path) -> None:
    lines = [CATCH | {"side": "intérieur", "direction": "sortie"}, CATCH | {"bucket": "3bis"}]
    take(*lines)
    assert {one.data["bucket"]: one.data["side"] for one in of(db, "bucket")} == {"4": "inside", "3bis": "outside"}
    assert lines_of(written(db, exporter, tmp_path / "out.csv")[0]) == lines


def test_two_barriers_lie_in_one_file(db: Database, take: Import, exporter: Exporter, tmp_path: Path) -> None:
    other = CATCH | {"pond": "Étang Neuf", "commune": "Vimy", "observer": "Observateur Deux"}
    assert take(CATCH, other).counts[Outcome.CREATED] == 2
    assert len(of(db, "site")) == len(of(db, "visit")) == len(of(db, "bucket")) == 2
    assert lines_of(written(db, exporter, tmp_path / "out.csv")[0]) == [other, CATCH]


def test_the_number_of_a_taxon_is_found_by_its_name(db: Database, take: Import) -> None:
    report = take(CATCH | {"cd_nom": ""})
    assert [catch.cd_nom for catch in of(db, "observation")] == [259]
    (note,) = report.remarks
    assert note.sentence.startswith("Le cd_nom manque : « Crapaud commun » a été lu 259. Ce fichier crée ici : ")


def test_a_name_that_is_not_of_its_number_is_told(db: Database, take: Import) -> None:
    (note,) = take(CATCH | {"french_name": "Triton palmé"}).remarks
    assert (note.outcome, note.column) == (Outcome.CREATED, "french_name")
    assert "259 (Crapaud commun)" in note.sentence
    assert [catch.cd_nom for catch in of(db, "observation")] == [259]


def test_one_remark_beside_empty_cells_is_of_the_morning(
    db: Database, take: Import, exporter: Exporter, tmp_path: Path
) -> None:
    take(CATCH | {"remark": "barrière réparée"}, CATCH | {"bucket": "5"})
    assert [visit.data.get("comments") for visit in of(db, "visit")] == ["barrière réparée"]
    assert not any("comments" in catch.data for catch in of(db, "observation"))
    first = written(db, exporter, tmp_path / "one.csv")[0]
    report = take(*lines_of(first))
    assert report.counts[Outcome.IDENTICAL] == 2
    assert written(db, exporter, tmp_path / "two.csv")[0] == first


def test_unlikely_weather_and_ways_are_told(take: Import) -> None:
    wrong = {"night_min_c": "9", "night_max_c": "8", "rain_mm": "140", "direction": "sortie"}
    (row,) = take(CATCH | wrong).remarks
    for words in ("Minimum 9 °C, maximum 8 °C", "140 mm de pluie", "Sortie, mais le seau 4"):
        assert words in row.sentence
