"""The lines of a barrier's file that are refused, and what is said of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import Importer
from fieldapp.exchange.importing import import_file
from fieldapp.exchange.report import Outcome
from fieldapp.store.connection import Database
from tests.exchange.barrier.lines import CATCH, EMPTY, MISSED, Import, Line, of, refused, write


@pytest.mark.parametrize(
    ("change", "column", "sentence"),
    [
        ({"checked": "non"}, "checked", "Une prise le 02/03/2024, matin « non relevé »"),
        ({"checked": ""}, "checked", "La case est vide : écrivez oui ou non."),
        ({"checked": "peut-être"}, "checked", "« peut-être » n’est pas un mot de cette colonne"),
        ({"check_on": "2102-03-02"}, "check_on", "Le 02/03/2102 est dans l’avenir"),
        ({"check_on": "1024-03-02"}, "check_on", "trop ancien"),
        ({"check_on": "2024-02-30"}, "check_on", "« 2024-02-30 » n’est pas une date possible"),
        ({"check_on": ""}, "check_on", "La date manque"),
        ({"pond": " "}, "pond", "Le nom de la mare manque"),
        ({"commune": ""}, "commune", "La commune manque"),
        ({"bucket": ""}, "bucket", "Le seau manque"),
        ({"side": "dessus"}, "side", "« dessus » n’est pas un mot de cette colonne"),
        ({"cd_nom": "123456789"}, "cd_nom", "« 123456789 » n’est pas un taxon connu"),
        ({"cd_nom": "Bufo"}, "cd_nom", "« Bufo » n’est pas un taxon connu"),
        ({"cd_nom": "", "french_name": ""}, "cd_nom", "L’espèce manque"),
        ({"cd_nom": "", "french_name": "grenouille"}, "cd_nom", None),
        ({"cd_nom": "", "french_name": "machin"}, "cd_nom", "« machin » ne suffit pas"),
        ({"stage": "Adulte?"}, "stage", "faut-il écrire « Adulte » ?"),
        ({"sex": "X"}, "sex", "M, F, ?, inconnu, mixte ou couple"),
        ({"sex": "couple", "count": "3"}, "count", "Un couple fait deux animaux : 3"),
        ({"sex": "couple", "count": "1"}, "count", "Écrivez 2"),
        ({"count": "0"}, "count", "Une prise a au moins un animal"),
        ({"count": "1000"}, "count", "1000 animaux dans un seau, c’est trop (au plus 999)"),
        ({"count": "-2"}, "count", "« -2 » n’est pas un nombre d’animaux"),
        ({"count": "3+"}, "count", "« 3+ » n’est pas un nombre d’animaux"),
        ({"count": ""}, "count", "Le nombre manque"),
        ({"direction": ""}, "direction", "écrivez entrée ou sortie"),
        ({"state": "vivnt"}, "state", "faut-il écrire « vivant » ?"),
        ({"night_min_c": "71"}, "night_min_c", "71 °C n’est pas possible (de -40 à 45)"),
        ({"night_max_c": "froid"}, "night_max_c", "« froid » n’est pas un nombre"),
        ({"rain_mm": "-1"}, "rain_mm", "-1 mm n’est pas possible"),
        ({"individual": "TC-001", "count": "2"}, "count", "2 animaux"),
    ],
)
def test_a_bad_cell_is_refused_with_its_line_its_column_and_what_to_do(
    db: Database, take: Import, change: Line, column: str, sentence: str | None
) -> None:
    good = CATCH | {"check_on": "2024-03-05"}
    report = take(good, CATCH | change)
    if sentence is None:
        assert report.counts[Outcome.CREATED] == 2
        return
    (row,) = refused(report)
    assert (row.line, row.column) == (3, column)
    assert sentence in row.sentence
    assert [visit.on_date for visit in of(db, "visit")] == ["2024-03-05"]
    assert len(of(db, "observation")) == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((CATCH, CATCH | {"bucket": "5"}, MISSED), "est « non » sur une ligne et « oui » sur une autre"),
        ((CATCH, EMPTY), "a des prises et une ligne sans animal"),
        ((EMPTY, MISSED), "est « non » sur une ligne et « oui » sur une autre"),
    ],
)
def test_a_morning_told_in_two_ways_is_refused_whole(
    db: Database, take: Import, lines: Sequence[Line], sentence: str
) -> None:
    report = take(*lines, EMPTY | {"check_on": "2024-03-05"})
    found = refused(report)
    assert [row.line for row in found] == list(range(2, 2 + len(lines)))
    assert all(sentence in row.sentence and "02/03/2024" in row.sentence and row.column == "checked" for row in found)
    assert [visit.on_date for visit in of(db, "visit")] == ["2024-03-05"]


def test_two_checks_of_one_morning_are_refused_both(db: Database, take: Import) -> None:
    report = take(EMPTY, EMPTY | {"observer": "Observateur Deux"}, EMPTY, EMPTY | {"check_on": "2024-03-05"})
    assert [row.outcome for row in report.rows] == [Outcome.REFUSED] * 3 + [Outcome.CREATED]
    assert "« Observateur Un » et « Observateur Deux »" in report.rows[0].sentence
    assert [visit.on_date for visit in of(db, "visit")] == ["2024-03-05"]


def test_the_same_empty_check_twice_is_one(db: Database, take: Import) -> None:
    report = take(EMPTY, EMPTY)
    assert [row.outcome for row in report.rows] == [Outcome.CREATED, Outcome.IDENTICAL]
    assert report.rows[1].sentence == "Même ligne que la ligne 2."
    assert len(of(db, "visit")) == 1


@pytest.mark.parametrize(
    ("column", "text"),
    [("observer", "Observateur Deux"), ("night_min_c", "3.4"), ("night_max_c", ""), ("rain_mm", "1.5")],
)
def test_a_morning_that_two_lines_tell_otherwise_is_refused_whole(
    db: Database, take: Import, column: str, text: str
) -> None:
    found = refused(take(CATCH, CATCH | {"bucket": "5", column: text}))
    assert [(row.line, row.column) for row in found] == [(2, column), (3, column)]
    assert not of(db, "visit")


def test_an_individual_of_two_species_is_refused(take: Import) -> None:
    newt = CATCH | {"individual": "TC-001", "cd_nom": "139", "french_name": "Triton crêté"}
    (row,) = refused(take(newt, CATCH | {"individual": "TC-001", "check_on": "2024-03-05"}))
    assert (row.line, row.column) == (3, "individual")
    assert row.sentence.startswith("TC-001 est ailleurs « Triton crêté » et ici « Crapaud commun »")


def test_a_new_barrier_has_each_bucket_on_one_side(take: Import) -> None:
    (row,) = refused(take(CATCH, CATCH | {"side": "intérieur", "direction": "sortie"}))
    assert (row.line, row.column) == (3, "side")


def test_a_file_without_its_columns_is_refused_whole(db: Database, importer: Importer, tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("pond;commune;check_on\r\nMare;Vimy;2024-03-02\r\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="checked"):
        import_file(db, importer, path)
    assert not of(db, "site")


def test_a_file_of_a_french_spreadsheet_is_read(db: Database, importer: Importer, tmp_path: Path) -> None:
    path = write(tmp_path / "utf8.csv", [CATCH])
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    report = import_file(db, importer, path)
    assert report.counts[Outcome.CREATED] == 1
    assert [site.data["commune"] for site in of(db, "site")] == ["Thélus"]


def test_a_file_that_was_corrected_comes_in_whole(db: Database, take: Import) -> None:
    bad = [CATCH | {"checked": "non", "check_on": "2024-02-20"}, CATCH | {"count": "0", "check_on": "2024-04-30"}]
    assert len(refused(take(CATCH, *bad))) == 2
    good = [CATCH | {"check_on": "2024-02-20"}, CATCH | {"check_on": "2024-04-30"}]
    report = take(CATCH, *good)
    assert [row.outcome for row in report.rows] == [Outcome.IDENTICAL, Outcome.CREATED, Outcome.CREATED]


def test_a_refused_line_does_not_stretch_the_campaign(db: Database, take: Import) -> None:
    take(CATCH, CATCH | {"check_on": "2024-12-04", "count": "0"})
    assert [one.data["closed_on"] for one in of(db, "campaign")] == ["2024-03-02"]
