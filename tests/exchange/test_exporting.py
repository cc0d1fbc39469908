from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import Exporter
from fieldapp.core.record import Node, Record
from fieldapp.exchange import demo
from fieldapp.exchange.exporting import export_file, exporters, seasons
from fieldapp.store import disk, records
from fieldapp.store.connection import Database, open_database

POP = protocols.by_code("pop_amphibiens")


def save_visit(db: Database, uid: str, on_date: str, comment: str = "") -> None:
    """Save a visit with one observation in a pond of its own."""
    data = {"visit_date_min": on_date, "observers": ["p"], **({"comments": comment} if comment else {})}
    records.save(
        db,
        [
            Record("p", "directory", "person", None, {"name": "Un"}),
            Record("g", POP.code, "sites_group", None, {"sites_group_name": "Aire"}),
            Record("s", POP.code, "site", "g", {"base_site_name": "Mare"}),
            Record(uid, POP.code, "visit", "s", data, on_date),
            Record(f"{uid}-1", POP.code, "observation", uid, {"cd_nom": 259, "presence": "Oui"}, None, 259),
        ],
        "test",
    )


def test_the_report_tells_rows_and_years(db: Database, shf_export: Exporter, tmp_path: Path) -> None:
    save_visit(db, "b", "2021-03-01")
    save_visit(db, "a", "2020-03-01")
    report = export_file(db, shf_export, tmp_path / "out.csv")
    assert (report.rows, report.years) == (2, (2020, 2021))
    assert "2020–2021" in report.text()
    dates = [line.split(";")[20] for line in (tmp_path / "out.csv").read_text("utf-8").splitlines()[1:]]
    assert dates == ["2020-03-01", "2021-03-01"]


def test_one_year_leaves_the_others_out(db: Database, shf_export: Exporter, tmp_path: Path) -> None:
    save_visit(db, "b", "2021-03-01")
    save_visit(db, "a", "2020-03-01")
    assert export_file(db, shf_export, tmp_path / "out.csv", year=2021).rows == 1


def test_an_empty_export_has_a_header_and_says_so(db: Database, shf_export: Exporter, tmp_path: Path) -> None:
    report = export_file(db, shf_export, tmp_path / "out.csv")
    assert report.rows == 0
    assert "aucune donnée" in report.text()
    assert (tmp_path / "out.csv").read_bytes().startswith(b"uuid_observation;")


def test_a_zero_byte_in_a_text_does_not_spoil_the_file(db: Database, shf_export: Exporter, tmp_path: Path) -> None:
    save_visit(db, "a", "2020-03-01", "avant\0après")
    export_file(db, shf_export, tmp_path / "out.csv")
    content = (tmp_path / "out.csv").read_bytes()
    assert b"\0" not in content
    assert "avantaprès".encode() in content


def test_a_season_comes_with_the_people_that_it_points_to(db: Database) -> None:
    save_visit(db, "a", "2020-03-01")
    (season,) = seasons(db, POP, "visit", [2020])
    assert season.year == 2020
    assert [node.record.uid for node in season.trees] == ["g"]
    assert set(season.links) == {"p"}


def test_someone_deleted_since_still_signs_the_visit(db: Database, shf_export: Exporter, tmp_path: Path) -> None:
    save_visit(db, "a", "2020-03-01")
    records.delete(db, "p", "parti")
    export_file(db, shf_export, tmp_path / "out.csv")
    assert ";Un;" in (tmp_path / "out.csv").read_text("utf-8")


def test_an_export_that_is_refused_half_way_leaves_the_former_file(
    db: Database, shf_export: Exporter, tmp_path: Path
) -> None:
    demo.fill(db)
    save_visit(db, "a", "2021-03-01")
    twin = Record("s2", POP.code, "site", "g", {"base_site_name": " Mare"})
    visit = Record("w", POP.code, "visit", "s2", {"visit_date_min": "2021-04-01"}, "2021-04-01")
    records.save(db, [twin, visit], "test")
    path = tmp_path / "out.csv"
    path.write_text("before")
    with pytest.raises(FileRefusedError, match="s’écrivent"):
        export_file(db, shf_export, path)
    assert path.read_text() == "before"
    assert not list(tmp_path.glob("*.partiel"))


def test_an_export_never_takes_the_place_of_its_database(db: Database, shf_export: Exporter) -> None:
    save_visit(db, "a", "2020-03-01")
    for path in disk.files_of(db.path):
        with pytest.raises(FileRefusedError, match="rien n’a été écrit"):
            export_file(db, shf_export, path)
    assert records.get(db, "a") is not None


def test_an_export_is_of_one_moment_whatever_is_saved_meanwhile(
    db: Database, shf_export: Exporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in (2020, 2021):
        save_visit(db, f"v{year}", f"{year}-03-01")
    season = records.season

    def saved_meanwhile(*arguments: Any) -> list[Node]:
        found = season(*arguments)
        with open_database(db.path, list(db.protocols.values())) as other:
            records.delete(other, "v2021", "supprimer")
        return found

    monkeypatch.setattr(records, "season", saved_meanwhile)
    assert export_file(db, shf_export, tmp_path / "out.csv").rows == 2
    assert not db.connection.in_transaction
    assert export_file(db, shf_export, tmp_path / "out.csv").rows == 1


def test_one_row_is_said_in_the_singular(db: Database, shf_export: Exporter, tmp_path: Path) -> None:
    save_visit(db, "a", "2020-03-01")
    assert "1 ligne écrite (2020)" in export_file(db, shf_export, tmp_path / "out.csv").text()


def test_every_export_has_a_code_of_its_own() -> None:
    found = [item.code for protocol in protocols.installed() for item in protocol.exports]
    assert len(found) == len(set(found))
    assert {"shf", "shf-analyses", "pop-matrix"} <= set(exporters(protocols.installed()))
