"""The EURING files of banding, from a real database to the disk."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from euring import EuringRecord
from euring.data import load_place_details, load_species_details

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.core.exchange import Exporter, ExportSource, Table
from fieldapp.exchange.exporting import export_file, exporters
from fieldapp.exchange.importing import import_file, importers
from fieldapp.protocols.banding import lists
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from tests.protocols.banding.euring_sample import located_records, one, texts_with_f
from tests.protocols.banding.season import FileRow, file_rows


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "x.db", protocols.installed()) as found:
        yield found


def exporter(code: str) -> Exporter:
    return exporters(protocols.installed())[code][1]


@pytest.mark.parametrize("code", ["euring", "euring2000plus"])
def test_the_sample_is_one_record_a_line_without_titles(db: Database, tmp_path: Path, code: str) -> None:
    made, rows = located_records()
    records.save(db, made, "test", all_new=True)
    report = export_file(db, exporter(code), tmp_path / "out.txt", year=2020)
    content = (tmp_path / "out.txt").read_bytes().decode("utf-8")
    assert content.endswith("\r\n")
    written = content.removesuffix("\r\n").split("\r\n")
    assert report.rows == len(written) == len(rows) == 4109
    assert not report.left_out


def test_the_same_twice_is_the_same_bytes(db: Database, tmp_path: Path) -> None:
    records.save(db, located_records()[0], "test", all_new=True)
    for name in ("one.txt", "two.txt"):
        export_file(db, exporter("euring"), tmp_path / name)
    assert (tmp_path / "one.txt").read_bytes() == (tmp_path / "two.txt").read_bytes()


def test_a_record_says_the_same_whether_its_year_is_written_alone_or_not(db: Database, tmp_path: Path) -> None:
    records.save(db, [*one(session={"date": "2018-05-18"}), *one(action="C")], "test")
    export_file(db, exporter("euring"), tmp_path / "all.txt")
    export_file(db, exporter("euring"), tmp_path / "year.txt", year=2020)
    alone = (tmp_path / "year.txt").read_text("utf-8").splitlines()
    assert (tmp_path / "all.txt").read_text("utf-8").splitlines()[1:] == alone
    assert alone[0].split("|")[32] == "00731"


def test_marks_reach_the_file(db: Database, tmp_path: Path) -> None:
    records.save(db, one({"kind": "geolocator", "event": "added", "device": "X12"}), "test")
    export_file(db, exporter("euring"), tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text("utf-8").split("|")[5] == "LB"


def test_what_is_left_out_is_counted_and_named(db: Database, tmp_path: Path) -> None:
    without: dict[str, Any] = {"action": "SANS", "ring": None, "ring_key": None}
    made = [*one(), *one(**without), *one(**without, line=2), *one(species="XXXYYY")]
    records.save(db, made, "test")
    report = export_file(db, exporter("euring"), tmp_path / "out.txt")
    assert report.rows == 1
    assert [len(items) for items in report.reasons().values()] == [2, 1]
    assert "3 fiches ne sont pas dans le fichier, surtout : oiseau sans bague" in report.text()
    assert {item.title for item in report.left_out} == {
        "2020-05-18, ligne 1, SYLATR", "2020-05-18, ligne 2, SYLATR", "2020-05-18, ligne 1, 8680001 XXXYYY",
    }  # fmt: skip


def test_a_session_to_finish_is_told_of_in_the_words_of_banding(db: Database, tmp_path: Path) -> None:
    made = one()
    records.save(db, [*made, *one()[:3]], "test")
    assert "1 séance sans capture" in export_file(db, exporter("euring"), tmp_path / "out.txt").text()


def test_nothing_to_write_is_an_empty_file(db: Database, tmp_path: Path) -> None:
    report = export_file(db, exporter("euring"), tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes() == b""
    assert report.text().endswith("aucune donnée pour cette demande.")


def test_one_theme(db: Database, tmp_path: Path) -> None:
    made, rows = located_records()
    records.save(db, made, "test", all_new=True)
    report = export_file(db, exporter("euring"), tmp_path / "out.txt", theme="VOIE")
    assert report.rows == sum(row["THEME"] == "VOIE" for row in rows.values()) == 580


@pytest.mark.parametrize("cell", ["a|b", "a\nb"])
def test_a_cell_that_would_break_its_line_is_never_written(tmp_path: Path, cell: str) -> None:
    def broken(_source: ExportSource) -> Table:
        return Table(("a", "b"), iter([(cell, "c")]))

    item = Exporter("x", "x", "|", "visit", broken, has_quotes=False)
    protocol = replace(protocols.by_code("banding"), exports=(item,))
    with open_for_use(tmp_path / "y.db", [protocol]) as db, pytest.raises(ValueError, match=r"a[|\n]b"):
        export_file(db, item, tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(("code", "name"), [("euring", "euring2020"), ("euring2000plus", "euring2000plus")])
def test_what_was_imported_from_the_crbpo_is_read_back_equal(
    db: Database, tmp_path: Path, code: str, name: str
) -> None:
    importer = importers(protocols.installed())["crbpo"][1]
    assert not import_file(db, importer, paths.resource("demo/banding_2020_crbpo.csv")).refused
    assert not export_file(db, exporter(code), tmp_path / "out.txt", year=2020).left_out
    species, places = load_species_details(), load_place_details()
    found: Counter[tuple[str, ...]] = Counter()
    for line in (tmp_path / "out.txt").read_text("utf-8").splitlines():
        with texts_with_f():
            record = EuringRecord.decode(line, name)
        assert record.errors == {"record": [], "fields": []}
        values = {key: str(field["value"]) for key, field in record.fields.items()}
        found[
            values["ringing_scheme"],
            values["identification_number"].replace(".", ""),
            values["date"],
            species[values["species_concluded"]]["name"],
            places[values["place_code"]]["region"],
            values["place_name"],
        ] += 1
    assert found == Counter(_of_row(row, species) for row in file_rows())


def _of_row(row: FileRow, species: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return ring, date, species and place of a row; the package's names of species that our list calls otherwise."""
    bird = lists.bird(row["ESPECE"])
    assert bird is not None
    name = species[bird.euring]["name"]
    assert name in {bird.lb_nom, *bird.synonyms}
    place = f"{row['LIEUDIT']}, {row['LOCALITE']}"
    department = {"59": "Nord", "62": "Pas-de-Calais"}[row["DEPT"]]
    return row["CENTRE"], row["BAGUE"], row["DATE"].replace("/", ""), name, department, place
