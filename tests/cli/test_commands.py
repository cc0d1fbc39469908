"""The commands one by one, called in this process; the command line itself is in test_main."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.cli import command_line, commands
from fieldapp.core import paths
from fieldapp.core.errors import AlreadyOpenError, FileRefusedError
from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier import summary as barrier_summary
from fieldapp.store import instance, records
from fieldapp.store.opening import open_for_use
from tests.protocols.banding.birds import DOURGES, ringers
from tests.protocols.banding.crbpo_files import ACCIDENTS, capture, write_rows
from tests.protocols.pitfall_barrier import barrier_sample


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


def test_the_summary_of_banding_gives_the_published_year_as_json_and_in_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ringing.db"
    sample = paths.resource("demo/banding_2020_crbpo.csv")
    assert commands.import_(path, "crbpo", sample, update=False, encoding="utf-8", report=None) == commands.DONE
    capsys.readouterr()
    assert commands.summary(path, "banding", year=2020, as_json=True) == commands.DONE
    figures = json.loads(capsys.readouterr().out)
    assert (figures["rings"], figures["controls"], figures["foreign_controls"]) == (3664, 445, 32)
    rows = {
        (row["theme"], row["commune"]): (row["rings"], row["controls"], row["species"], row["sessions"])
        for row in figures["programmes"]
    }
    assert len(rows) == len(figures["programmes"]) == 11
    # source: the published table of 2020
    assert rows["STOC", "AVION"] == (145, 39, 16, 3)
    assert rows["STOC", "WINGLES"] == (210, 42, 12, 4)
    assert rows["PHENO", "DOURGES"] == (2126, 201, 47, 15)
    assert rows["VOIE", "OSTRICOURT"] == (189, 17, 16, 8)
    assert commands.summary(path, "banding", year=None, as_json=False) == commands.DONE
    assert "Bagues : 3664, la somme des lignes est égale." in capsys.readouterr().out


@pytest.fixture(scope="module")
def barrier_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database that holds the sixteen seasons of the sample barrier."""
    path = tmp_path_factory.mktemp("barrier") / "barrier.db"
    file = paths.resource("demo/barrier_vimy_2005_2020.csv")
    assert commands.import_(path, "barrier", file, update=False, encoding="utf-8", report=None) == commands.DONE
    return path


def test_the_summary_of_the_imported_barrier_is_that_of_the_file(
    barrier_base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["summary", "barrier", "--site", "mare jules FERRY", "--json", "--database", str(barrier_base)]
    assert command_line.run(command) == commands.DONE
    told = json.loads(capsys.readouterr().out)
    # Read from the file without the import, and compared with a computation of its own, in test_summary.
    expected = barrier_summary.summary(barrier_sample.sample(), {}, today=barrier_sample.TODAY)
    assert told == expected.as_json()
    assert command_line.run([*command, "--year", "2020"]) == commands.DONE
    (season,) = json.loads(capsys.readouterr().out)["seasons"]
    assert (season["year"], season["checks"], season["missed"]) == (2020, 44, 92)
    assert {row["p95_on"] for row in season["taxa"]} == {None}


@pytest.mark.parametrize("site", [None, "Mare Jules Ferry", "mare jules ferry, vimy", "JULES"])
def test_a_barrier_is_named_without_accents_and_capitals_or_not_at_all_where_it_is_the_only_one(
    barrier_base: Path, capsys: pytest.CaptureFixture[str], site: str | None
) -> None:
    assert commands.summary(barrier_base, "barrier", year=2020, as_json=False, site=site) == commands.DONE
    said = capsys.readouterr().out
    assert said.startswith("Mare Jules Ferry, Vimy")
    assert "Crapaud commun : dates manquantes. Personne n’a relevé du 18 mars au 15 juin (90 matins)" in said


def test_the_way_out_of_the_pond_is_summed_up_when_asked_for(
    barrier_base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["summary", "barrier", "--year", "2019", "--json", "--database", str(barrier_base), "--direction"]
    told = {}
    for way in ("in", "out", "all"):
        assert command_line.run([*command, way]) == commands.DONE
        (told[way],) = json.loads(capsys.readouterr().out)["seasons"]
    # Nothing of the sample went out; every animal is told in the heading whichever way is asked for.
    assert told["in"] == told["all"]
    assert (told["out"]["animals"], told["out"]["taxa"]) == (told["in"]["animals"], [])


def test_a_barrier_that_is_not_known_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "two.db"
    ask: dict[str, Any] = {"year": None, "as_json": True}
    with open_for_use(path, protocols.installed()) as db:
        with pytest.raises(FileRefusedError, match="aucune donnée"):
            commands.summary(path, "barrier", **ask)
        for uid, name in (("a", "Étang"), ("b", "Étang du fond")):
            records.save(
                db, [Record(uid, "pitfall_barrier", "site", None, {"site_name": name, "commune": "Vimy"})], "x"
            )
    known = "Étang du fond, Vimy ; Étang, Vimy"
    with pytest.raises(FileRefusedError, match=f"Aucun lieu ne s’appelle « Lens ». Il y a : {known}."):
        commands.summary(path, "barrier", site="Lens", **ask)
    with pytest.raises(FileRefusedError, match=f"--site NOM. Il y a : {known}."):
        commands.summary(path, "barrier", **ask)
    with pytest.raises(FileRefusedError, match=f"« tang » désigne plusieurs lieux, précisez --site : {known}."):
        commands.summary(path, "barrier", site="tang", **ask)
    # The whole name of one is a part of the other's.
    assert commands.summary(path, "barrier", site="etang", **ask) == commands.DONE


@pytest.mark.parametrize(("option", "word"), [({"site": "Avion"}, "--site"), ({"direction": "out"}, "--direction")])
def test_a_summary_of_all_places_takes_neither_a_place_nor_a_direction(
    database: Path, option: dict[str, str], word: str
) -> None:
    with pytest.raises(FileRefusedError, match=f"enlevez {word}"):
        commands.summary(database, "pop-amphibiens", year=None, as_json=True, **option)


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


@pytest.mark.parametrize(
    ("code", "asked", "word"),
    [
        ("shf", {"theme": "STOC"}, "--theme"),
        ("shf", {"layout": "2020"}, "--layout"),
        ("euring", {"layout": "2020"}, "--layout"),
        ("euring", {"taxon": 197}, "--taxon"),
    ],
)
def test_what_a_kind_of_file_does_not_offer_is_refused(
    database: Path, tmp_path: Path, code: str, asked: dict[str, Any], word: str
) -> None:
    with pytest.raises(FileRefusedError, match=word):
        commands.export(database, code, tmp_path / "out.csv", year=None, **asked)
    assert not (tmp_path / "out.csv").exists()


def test_an_export_names_what_it_leaves_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "banding.db"
    with open_for_use(path, protocols.installed()) as db:
        visit = Record("v", "banding", "visit", None, {"date": "2020-05-18", "theme": "STOC"}, "2020-05-18")
        ringed = {"action": "B", "ring_scheme": "FRP", "ring": "8680001", "ring_key": "FRP8680001", "species": "SYLATR"}
        birds = [
            Record("a", "banding", "observation", "v", ringed),
            Record("b", "banding", "observation", "v", {"action": "SANS", "species": "TURMER", "line": 2}),
        ]
        records.save(db, [visit, *birds], "test")
    command = ["export", "euring", str(tmp_path / "out.txt"), "--year", "2020", "--theme", "stoc", "--database"]
    assert command_line.run([*command, str(path)]) == commands.DONE
    said = capsys.readouterr()
    assert "1 ligne écrite (2020)" in said.out
    assert said.err.splitlines() == [
        "oiseau sans bague : EURING n’a de ligne que pour un oiseau marqué. (1)",
        "  2020-05-18, ligne 2, TURMER",
    ]


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


@pytest.fixture
def ringed(tmp_path: Path) -> Path:
    """Return a database with one bird, ringed at one place and controlled at another."""
    with ringers(tmp_path / "rings.db") as team:
        team.capture("8680001", "2024-08-03", action="B", place=DOURGES, sex="F", age="1A", wing_mm=66.5)
        team.capture("8680001", "2025-05-19", sex="F", age="2A", mass_g=12.6)
        team.capture("AB1234", "2025-05-19", ring_scheme="NLA")
        return team.db.path


@pytest.mark.parametrize("text", ["FRP 8680001", "8680001", "frp 868 0001", "FRP8680001"])
def test_the_life_of_a_ring_is_printed_as_text(ringed: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert commands.ring(ringed, text, as_json=False) == commands.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "868 0001 · Rousserolle effarvatte"
    assert [line[:10] for line in lines[1:3]] == ["03/08/2024", "19/05/2025"]
    assert lines[3].startswith("2 captures · 9 mois · 11,8 km")


def test_the_life_of_a_ring_is_printed_as_json(ringed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.ring(ringed, "8680001", as_json=True) == commands.DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["scheme"], told["ring"], told["species"]) == ("FRP", "8680001", "ACRSCI")
    assert [(event["on"], event["commune"], event["age"]) for event in told["events"]] == [
        ("2024-08-03", "DOURGES", "1A"),
        ("2025-05-19", "AVION", "2A"),
    ]
    assert told["days"] == (date(2025, 5, 19) - date(2024, 8, 3)).days


def test_a_foreign_ring_is_found_without_its_scheme(ringed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.ring(ringed, "AB1234", as_json=True) == commands.DONE
    assert json.loads(capsys.readouterr().out)["scheme"] == "NLA"


def test_an_unknown_ring_and_what_is_no_ring_are_refused_with_a_sentence(ringed: Path, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match=r"La bague FRP 8680002 n’est pas dans la base .*rings\.db : relisez"):
        commands.ring(ringed, "8680002", as_json=False)
    with pytest.raises(FileRefusedError, match="abîmé par un tableur"):
        commands.ring(ringed, "8.68E+06", as_json=False)
    with pytest.raises(FileRefusedError, match="Il n’y a pas de base"):
        commands.ring(tmp_path / "none.db", "8680001", as_json=False)


def test_a_crbpo_table_is_put_right_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = tmp_path / "a.db"
    asked: dict[str, Any] = {"update": False, "encoding": "utf-8", "report": None}
    assert commands.import_(base, "crbpo", ACCIDENTS, **asked) == commands.REFUSED
    refused = capsys.readouterr()
    assert "24 d’entre elles se corrigent d’elles-mêmes : --mend." in refused.err
    assert "À corriger, sans doute en : « 06:00 »" in refused.out
    assert commands.import_(base, "crbpo", ACCIDENTS, **asked, mend=True) == commands.REFUSED
    mended = capsys.readouterr()
    assert "--mend" not in mended.err
    assert "Corrigé : « 06:00 »" in mended.out


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "la seule ligne a été refusée, rien n’est entré"), (3, "les 3 lignes ont toutes été refusées, rien n’est")],
)
def test_where_every_row_is_refused_none_is_said_to_be_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], count: int, words: str
) -> None:
    path = write_rows(tmp_path / "x.csv", [capture(number, DATE="") for number in range(count)])
    asked: dict[str, Any] = {"update": False, "encoding": "utf-8", "report": None}
    assert commands.import_(tmp_path / "a.db", "crbpo", path, **asked) == commands.REFUSED
    error = capsys.readouterr().err
    assert words in error
    assert "les autres sont dans la base" not in error


def test_a_theme_that_no_record_has_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    base, out = tmp_path / "a.db", tmp_path / "out.csv"
    path = write_rows(tmp_path / "x.csv", [capture(1)])
    commands.import_(base, "crbpo", path, update=False, encoding="utf-8", report=None)
    with pytest.raises(FileRefusedError, match="le thème « PHNO »"):
        commands.export(base, "crbpo", out, year=None, theme="PHNO")
    assert not out.exists()


def test_nothing_is_put_right_where_the_kind_of_file_does_not_know_how(tmp_path: Path, sample_pop: Path) -> None:
    with pytest.raises(FileRefusedError, match="enlevez --mend"):
        commands.import_(tmp_path / "a.db", "shf", sample_pop, update=False, encoding="utf-8", report=None, mend=True)


def test_the_command_line_reads_and_writes_crbpo_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, out = str(tmp_path / "a.db"), tmp_path / "out.csv"
    assert command_line.run(["import", "crbpo", str(ACCIDENTS), "--mend", "--database", base]) == commands.REFUSED
    wanted = ["export", "crbpo", str(out), "--year", "2020", "--theme", "PHENO", "--layout", "2008", "--database", base]
    assert command_line.run(wanted) == commands.DONE
    assert out.read_text("utf-8").splitlines()[1].startswith(";BAGUEUR, Un;;BREDOUILLE;")
