"""The commands one by one, called in this process; the command line itself is in test_main."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldapp import commands, protocols
from fieldapp.core.errors import AlreadyOpenError, FileRefusedError
from fieldapp.store import instance
from fieldapp.store.opening import open_for_use


@pytest.fixture
def database(tmp_path: Path, sample_pop: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a database that holds the sample season."""
    path = tmp_path / "fieldapp.db"
    assert commands.import_(path, "shf", sample_pop, update=False, encoding="utf-8", report=None) == commands.DONE
    capsys.readouterr()
    return path


def test_an_import_writes_its_report_where_it_is_asked(
    tmp_path: Path, sample_pop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = sample_pop.read_bytes().split(b"\r\n")
    lines[1] = lines[1].replace(b";12;22;", b";3+;22;")
    file = tmp_path / "bad.csv"
    file.write_bytes(b"\r\n".join(lines))
    report = tmp_path / "report.csv"
    code = commands.import_(tmp_path / "a.db", "shf", file, update=False, encoding="utf-8", report=report)
    said = capsys.readouterr()
    assert code == commands.REFUSED
    assert "ligne 2, nombre_min" in said.out
    assert "1 ligne sur 389" in said.err
    assert str(report) in said.err
    assert len(report.read_text("utf-8").splitlines()) == 390


def test_a_report_never_takes_the_place_of_the_file_read_or_of_the_database(
    tmp_path: Path, sample_pop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, base = tmp_path / "t.csv", tmp_path / "a.db"
    file.write_bytes(sample_pop.read_bytes())
    for report in (file, base):
        with pytest.raises(FileRefusedError, match="rien n’a été écrit"):
            commands.import_(base, "shf", file, update=False, encoding="utf-8", report=report)
    assert file.read_bytes() == sample_pop.read_bytes()
    assert not base.exists()


def test_an_export_never_takes_the_place_of_a_database(database: Path, tmp_path: Path) -> None:
    open_for_use(tmp_path / "other.db", protocols.installed()).close()
    for path in (database, tmp_path / "other.db"):
        before = path.read_bytes()
        with pytest.raises(FileRefusedError, match="rien n’a été écrit"):
            commands.export(database, "shf", path, year=None, taxon=None)
        assert path.read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"a;b\r\n1;2\r\n"])
def test_an_import_that_is_refused_makes_no_database(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "t.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(FileRefusedError):
        commands.import_(tmp_path / "a.db", "shf", file, update=False, encoding="utf-8", report=None)
    assert not list(tmp_path.glob("a.db*"))


def test_the_summary_is_text_or_json(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.summary(database, "pop-amphibiens", year=2020, as_json=True) == commands.DONE
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == [
        "year", "sites_groups", "sites", "visits", "occupied_sites", "observations", "positive", "species",
        "species_by_sites_group",
    ]  # fmt: skip
    assert commands.summary(database, "pop-amphibiens", year=None, as_json=False) == commands.DONE
    assert "Mares occupées : 51" in capsys.readouterr().out


def test_a_year_without_data_has_a_summary_of_zeros(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.summary(database, "pop-amphibiens", year=1999, as_json=True) == commands.DONE
    assert json.loads(capsys.readouterr().out)["visits"] == 0


def test_a_summary_of_an_empty_database_is_refused(tmp_path: Path) -> None:
    open_for_use(tmp_path / "empty.db", protocols.installed()).close()
    with pytest.raises(FileRefusedError, match="aucune donnée"):
        commands.summary(tmp_path / "empty.db", "pop-amphibiens", year=None, as_json=False)


@pytest.mark.parametrize(
    "ask",
    [
        lambda path: commands.export(path, "shf", path.with_name("out.csv"), year=None, taxon=None),
        lambda path: commands.summary(path, "pop-amphibiens", year=None, as_json=False),
        commands.check,
    ],
    ids=["export", "summary", "check"],
)
def test_a_question_to_a_database_that_is_not_there_is_refused_and_makes_none(
    tmp_path: Path, ask: Callable[[Path], int]
) -> None:
    path = tmp_path / "nowhere.db"
    with pytest.raises(FileRefusedError, match=r"nowhere\.db"):
        ask(path)
    assert not path.exists()


def test_a_taxon_is_refused_where_the_file_has_no_use_for_it(database: Path, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="--taxon"):
        commands.export(database, "shf", tmp_path / "out.csv", year=None, taxon=197)


def test_a_check_counts_and_names_what_is_wrong(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.check(database) == commands.DONE
    assert "799" in capsys.readouterr().out
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE record SET data = '{}' WHERE entity = 'observation' AND cd_nom = 197")
    connection.close()
    assert commands.check(database) == commands.REFUSED
    said = capsys.readouterr()
    assert len(said.err.splitlines()) >= 36
    assert "restore" in said.err


def test_a_backup_goes_to_a_file_or_into_a_folder_and_comes_back(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    assert commands.make_backup(database, tmp_path / "copy.db") == commands.DONE
    assert commands.make_backup(database, folder) == commands.DONE
    assert len(list(folder.glob("*.db"))) == 1
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM change")
    connection.close()
    capsys.readouterr()
    assert commands.restore(database, tmp_path / "copy.db") == commands.DONE
    said = capsys.readouterr().out
    assert "799" in said
    assert "avant-restauration" in said
    assert commands.check(database) == commands.DONE


def test_the_demonstration_is_a_throw_away_database_a_file_and_a_summary(tmp_path: Path, sample_pop: Path) -> None:
    for _time in range(2):
        written, text = commands.demo_files(tmp_path / "demo")
        assert [path.name for path in written] == ["demo.db", "pop_amphibiens_standard.csv"]
        assert all(path.is_file() for path in written)
        assert written[1].read_bytes() == sample_pop.read_bytes()
        assert "Données : 389" in text
    assert not list((tmp_path / "demo").glob("*.lock"))


def test_a_second_program_on_the_database_is_refused_for_an_import(database: Path, sample_pop: Path) -> None:
    with instance.hold(database), pytest.raises(AlreadyOpenError):
        commands.import_(database, "shf", sample_pop, update=False, encoding="utf-8", report=None)


def test_the_database_is_the_one_given_or_the_persons_own(own_folders: Path) -> None:
    assert commands.database_of(Path("a.db")) == Path("a.db")
    assert commands.database_of(None).is_relative_to(own_folders)
