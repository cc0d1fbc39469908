"""The command line as people type it: in a process of its own for the main ways, in this one for the others."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldapp import __main__, __version__
from fieldapp.store import migrations
from tests.protocols.banding.birds import ringers

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run `python -m fieldapp` with the arguments; `before` is Python that runs first in that process."""
    code = f"{before}\nfrom fieldapp.__main__ import main\nraise SystemExit(main())"
    start = ["-c", code] if before else ["-m", "fieldapp"]
    environment = {name: text for name, text in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def refused(done: subprocess.CompletedProcess[str], *words: object) -> None:
    """Assert that the command was refused with one sentence that holds the words, and without a traceback."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert str(word) in done.stderr


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "fieldapp.db"


def test_the_season_goes_in_its_summary_is_the_published_one_and_the_same_file_comes_out(
    database: Path, tmp_path: Path, sample_pop: Path
) -> None:
    done = run("import", "shf", sample_pop, "--database", database)
    assert (done.returncode, done.stderr) == (0, "")
    done = run("--database", database, "summary", "pop-amphibiens", "--year", "2020", "--json")
    figures = json.loads(done.stdout)
    by_group = figures.pop("species_by_sites_group")
    # Source: activity report 2020 of the association; 261 visits and 389 rows as in the sample's description.
    assert figures == {
        "year": 2020, "sites_groups": 8, "sites": 137, "visits": 261, "occupied_sites": 51, "observations": 389,
        "positive": 237, "species": 11,
    }  # fmt: skip
    assert len(by_group) == 8
    assert (min(by_group.values()), max(by_group.values())) == (2, 7)
    out = tmp_path / "out.csv"
    assert run("export", "shf", out, "--database", database).returncode == 0
    assert out.read_bytes() == sample_pop.read_bytes()
    assert run("check", "--database", database).returncode == 0


def test_commands_never_load_qt_and_load_sqlite_utils_only_to_migrate(database: Path, sample_pop: Path) -> None:
    code = f"""
import sys
from fieldapp.__main__ import main
assert main(["import", "shf", {str(sample_pop)!r}, "--database", {str(database)!r}]) == 0
first = set(sys.modules)
print("QT" if {{"PySide6", "shiboken6", "pyqtgraph"}} & first else "no qt", file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "no qt"
    code = code.replace('"import", "shf", ' + repr(str(sample_pop)), '"summary", "pop-amphibiens"')
    code = code.replace('{"PySide6"', '{"sqlite_utils", "numpy", "PySide6"')
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "no qt"


# ---------------------------------------------------------------------------------------- bad input


def test_a_missing_file_is_refused_in_one_sentence(database: Path, tmp_path: Path) -> None:
    refused(
        run("import", "shf", tmp_path / "nowhere.csv", "--database", database), tmp_path / "nowhere.csv", "vérifiez"
    )


def test_ten_megabytes_of_zeros_are_refused(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "zeros.csv"
    path.write_bytes(bytes(10_000_000))
    refused(run("import", "shf", path, "--database", database), path, "octets nuls")


def test_bad_rows_are_refused_by_line_and_the_good_ones_are_in(
    database: Path, tmp_path: Path, sample_pop: Path
) -> None:
    lines = sample_pop.read_bytes().split(b"\r\n")
    path = tmp_path / "bad.csv"
    path.write_bytes(b"\r\n".join([*lines[:2], lines[2].replace(b";2;2;", b";-1;2;"), *lines[3:]]))
    done = run("import", "shf", path, "--database", database)
    refused(done, path, "1 ligne sur 389", "--report")
    assert "ligne 3, nombre_min" in done.stdout
    assert json.loads(run("summary", "pop-amphibiens", "--json", "--database", database).stdout)["observations"] == 388


def in_process(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = __main__.main([str(argument) for argument in arguments])
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.encode("cp1252"), ["ligne 2", "--encoding cp1252"]),
        (lambda text: text.replace(";", "\t").encode(), ["tabulation"]),
        (lambda text: text.replace(";commune;", ";").encode(), ["commune", "ajoutez-la"]),
        (lambda text: text.replace(";commune;", ";jeu_de_donnees;").encode(), ["commune"]),
        (lambda _text: b"", ["vide"]),
        (lambda text: ("\ufeff" + text).encode("utf-16"), ["UTF-16"]),
    ],
    ids=["encoding", "separator", "missing column", "other column", "empty", "utf-16"],
)
def test_a_file_that_cant_be_read_as_a_whole_is_refused_and_makes_no_database(
    database: Path,
    tmp_path: Path,
    sample_pop: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[str], bytes],
    words: list[str],
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(change(sample_pop.read_bytes().decode()))
    code, said = in_process(capsys, "import", "shf", path, "--database", database)
    assert code == 1
    assert all(word in said for word in [str(path), *words]), said
    assert not database.exists(), "a slip in the name of a file must not leave an empty database"


def test_a_folder_in_the_place_of_a_file_is_refused(
    database: Path, tmp_path: Path, sample_pop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_process(capsys, "import", "shf", tmp_path, "--database", database)[0] == 1
    assert in_process(capsys, "import", "shf", sample_pop, "--database", tmp_path)[0] == 1
    assert in_process(capsys, "import", "shf", sample_pop, "--database", database)[0] == 0
    code, said = in_process(capsys, "export", "shf", tmp_path, "--database", database)
    assert (code, "dossier" in said) == (1, True)


def test_a_database_of_a_newer_program_is_refused(
    database: Path, sample_pop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_process(capsys, "import", "shf", sample_pop, "--database", database)[0] == 0
    with sqlite3.connect(database) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
    connection.close()
    before = database.read_bytes()
    code, said = in_process(capsys, "summary", "pop-amphibiens", "--database", database)
    assert (code, "plus récente" in said) == (1, True)
    assert database.read_bytes() == before


def test_a_database_that_is_none_is_refused(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database.write_bytes(b"not a database, but long enough to look like one")
    code, said = in_process(capsys, "check", "--database", database)
    assert (code, str(database) in said) == (1, True)


def test_a_report_that_cant_be_written_is_said(
    database: Path, tmp_path: Path, sample_pop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = in_process(capsys, "import", "shf", sample_pop, "--report", tmp_path, "--database", database)
    assert (code, str(tmp_path) in said) == (1, True)


# Whoever runs the tests may have Python where nobody else may look: everything is loaded first.
NOBODY = """
import encodings.utf_8_sig, os, shutil, sqlite_utils
import fieldapp.__main__, fieldapp.cli.command_line, fieldapp.store.backup
fieldapp.cli.command_line._parser()
from fieldapp import protocols
for protocol in protocols.installed():
    protocol.taxa(), [*protocol.imports], [*protocol.exports], [*protocol.rules], [*protocol.analyses]
os.getuid() or os.setuid(65534)
"""


def open_to_all(folder: Path) -> None:
    for above in (folder, *folder.parents):
        if above.stat().st_uid == os.getuid() and above.is_relative_to(tempfile.gettempdir()):
            above.chmod(above.stat().st_mode | 0o055)


def test_a_database_in_a_read_only_folder_is_refused(tmp_path: Path, sample_pop: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    open_to_all(locked)
    locked.chmod(0o555)
    refused(run("import", "shf", sample_pop, "--database", locked / "a.db", before=NOBODY), locked, "--database")
    locked.chmod(0o755)
    assert list(locked.iterdir()) == []


def test_a_full_disk_while_exporting_leaves_no_file(database: Path, tmp_path: Path, sample_pop: Path) -> None:
    assert run("import", "shf", sample_pop, "--database", database).returncode == 0
    limit = (
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    )
    out = tmp_path / "out.csv"
    refused(run("export", "shf", out, "--database", database, before=limit), out, "place")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("out.csv")]


# ------------------------------------------------------------------------------------------ wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["import", "shf"],
        ["export", "foo", "out.csv"],
        ["summary", "pop-amphibiens", "--year", "vingt"],
        ["import", "shf", "a.csv", "--encoding", "ebcdic"],
        ["--no-display", "folder"],
        ["export", "shf", "a", "--taxon", "x"],
        ["export", "shf", "a", "--taxon"],
        ["check", "--nothing"],
        ["--demo=3"],
    ],
)
def test_wrong_usage_has_exit_code_2_and_says_how_it_is_written(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = in_process(capsys, *arguments)
    assert code == 2
    assert "usage :" in said
    assert "Commande mal écrite" in said
    english = ("required", "invalid", "choose", "unrecognized", "expected", "argument")
    assert not [word for word in english if word in said]


def test_a_ring_typed_with_and_without_its_scheme_prints_its_life(tmp_path: Path) -> None:
    with ringers(tmp_path / "rings.db") as team:
        team.capture("8680001", "2024-08-03", action="B")
        path = team.db.path
    done = run("ring", "FRP", "8680001", "--json", "--database", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["first"] == "2024-08-03"
    assert run("--database", path, "ring", "8680001").stdout.startswith("868 0001 · Rousserolle effarvatte")
    refused(run("ring", "8680002", "--database", path), "La bague FRP 8680002", "relisez le numéro")


def test_the_version_and_the_help_have_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out
    assert __main__.main(["import", "--help"]) == 0
    assert "lire" in capsys.readouterr().out


def test_the_database_may_be_named_before_or_after_the_command(
    tmp_path: Path, sample_pop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    assert in_process(capsys, "--database", before, "import", "shf", sample_pop)[0] == 0
    assert in_process(capsys, "import", "shf", sample_pop, "--database", after)[0] == 0
    assert before.is_file()
    assert after.is_file()


def test_the_language_of_the_sentences_is_the_one_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from fieldapp.core import text

    monkeypatch.setenv(__main__.LANGUAGE_VARIABLE, "en")
    __main__.main(["--version"])
    assert text.language() == "en"


# --------------------------------------------------------------------------------------------- the shell


def test_a_reader_that_has_seen_enough_is_no_failure(database: Path, sample_pop: Path) -> None:
    assert run("import", "shf", sample_pop, "--database", database).returncode == 0
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "fieldapp", "summary", "pop-amphibiens", "--database", str(database)],
            cwd=ROOT, stdout=pipe, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_window_without_a_display_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    refused(run(), "--no-display")


def test_a_window_without_qt_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    code, said = in_process(capsys)
    assert (code, "fieldapp[desktop]" in said) == (1, True)


def test_the_demonstration_without_a_display_writes_its_files_and_names_them(tmp_path: Path) -> None:
    done = run("--demo", "--no-display", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    paths = [Path(line) for line in done.stdout.splitlines() if line.startswith("/")]
    assert all(path.is_file() for path in paths)
    assert {"demo.db", "pop_amphibiens_standard.csv"} <= {path.name for path in paths}
    assert sum(path.suffix == ".png" for path in paths) >= 3
    assert "Mares occupées : 51" in done.stdout
