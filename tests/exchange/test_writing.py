import contextlib
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.exchange.writing import written_together, written_whole


def write(path: Path, text: str) -> None:
    with written_whole(path) as file:
        file.write(text)


def test_the_file_appears_whole_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "é\r\n")
    assert (tmp_path / "a.csv").read_bytes() == "é\r\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


class _PlugPulledError(Exception):
    pass


def write_half(path: Path) -> None:
    with written_whole(path) as file:
        file.write("half")
        raise _PlugPulledError


def test_a_failure_half_way_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    with pytest.raises(_PlugPulledError):
        write_half(path)
    assert path.read_text() == "before"
    assert [found.name for found in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="dossier"):
        write(tmp_path, "x")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="n’existe pas"):
        write(tmp_path / "nowhere" / "a.csv", "x")


def database(path: Path) -> Path:
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE record (x)")
    return path


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal", ".lock", "-WAL"])
def test_a_database_and_what_lies_beside_it_are_never_written_over(tmp_path: Path, ending: str) -> None:
    path = database(tmp_path / "a.db")
    before = path.read_bytes()
    with pytest.raises(FileRefusedError, match="base de données"):
        write(Path(f"{path}{ending}"), "x")
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    with pytest.raises(FileRefusedError, match="base de données"):
        write(link, "x")
    assert path.read_bytes() == before
    assert {found.name for found in tmp_path.iterdir()} == {"a.db", "link.csv"}


def test_a_database_that_is_open_is_refused_without_a_look_into_it(tmp_path: Path) -> None:
    """A look would drop SQLite's locks on it when the file is closed again."""
    path = tmp_path / "a.db"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("CREATE TABLE record (x)")
        with pytest.raises(FileRefusedError, match="base de données"), _no_open():
            write(path, "x")


@contextlib.contextmanager
def _no_open() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", lambda *_arguments: pytest.fail("opened"))
        yield


def test_a_forbidden_file_is_refused_under_any_of_its_names(tmp_path: Path) -> None:
    source, other = tmp_path / "t.csv", tmp_path / "other.csv"
    source.write_text("source")
    other.hardlink_to(source)
    missing = tmp_path / "missing.csv"
    for path in (source, other, tmp_path / "." / "t.csv", missing):
        with pytest.raises(FileRefusedError, match="le fichier lu ou la base"), written_whole(path, (source, missing)):
            pytest.fail("written")
    assert source.read_text() == "source"


def test_the_file_is_on_the_disk_before_it_has_its_name_and_its_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[str, int]] = []
    replace = os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append(("fsync", os.fstat(handle).st_ino)))

    def renamed(old: Path, new: Path) -> None:
        steps.append(("replace", old.stat().st_ino))
        replace(old, new)

    monkeypatch.setattr(os, "replace", renamed)
    path = tmp_path / "a.csv"
    write(path, "x")
    file = path.stat().st_ino
    assert steps == [("fsync", file), ("replace", file), ("fsync", tmp_path.stat().st_ino)]


def run_as(code: str, path: Path) -> str:
    script = f"import os, resource, signal, sys\nfrom pathlib import Path\npath = Path({str(path)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout


ATTEMPT = """
from fieldapp.core.errors import FileRefusedError
from fieldapp.exchange.writing import written_together, written_whole
try:
    with written_whole(path) as file:
        file.write("x" * 1_000_000)
except FileRefusedError as error:
    print(error)
"""


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    limit = (
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
    )
    said = run_as(limit + ATTEMPT, path)
    assert str(path) in said
    assert "place" in said
    assert path.read_text() == "before"
    assert [found.name for found in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    for above in folder.parents:
        if above.stat().st_uid == os.getuid() and above.is_relative_to(tempfile.gettempdir()):
            above.chmod(above.stat().st_mode | 0o055)
    # Modules first: as nobody the program itself may be out of reach.
    drop = "from fieldapp.exchange import writing\nos.getuid() or os.setuid(65534)\n"
    said = run_as(drop + ATTEMPT, folder / "a.csv")
    folder.chmod(0o755)
    assert "droits" in said
    assert list(folder.iterdir()) == []


def together(path: Path, **files: str) -> None:
    with written_together(path) as parts:
        for name, text in files.items():
            (parts.folder / f"{name}.csv").write_text(text)
        parts.publish()


def test_files_that_belong_together_appear_together(tmp_path: Path) -> None:
    together(tmp_path / "a.csv", a="1", b="2")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "1", "b.csv": "2"}


@pytest.mark.parametrize("name", ["travail", "avant", "nouveau", "travail.lock"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    for text in ("1", "2"):
        with written_together(tmp_path / name) as parts:
            (parts.folder / name).write_text(text)
            parts.publish()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: "2"}


def test_what_belonged_to_the_former_file_goes_with_it_and_comes_back_with_it(tmp_path: Path) -> None:
    for name in ("a.csv", "a.csv.list", "a.csv.other"):
        (tmp_path / name).write_text("before")

    def publish(*, fails: bool) -> None:
        with written_together(tmp_path / "a.csv") as parts:
            (parts.folder / "a.csv").write_text("now")
            parts.outdated = ("a.csv.list", "a.csv", "missing")
            parts.publish()
            assert not (tmp_path / "a.csv.list").exists()
            assert list(parts.placed) == [tmp_path / "a.csv"]
            if fails:
                raise _PlugPulledError

    with pytest.raises(_PlugPulledError):
        publish(fails=True)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys(
        ("a.csv", "a.csv.list", "a.csv.other"), "before"
    )
    publish(fails=False)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "now", "a.csv.other": "before"}


def test_what_a_program_left_behind_is_cleared_and_what_another_writes_is_not(tmp_path: Path) -> None:
    ended = """
from fieldapp.exchange.writing import written_together
with written_together(path) as parts:
    (parts.folder / "a.csv").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    script = f"import os, signal\nfrom pathlib import Path\npath = Path({str(tmp_path / 'a.csv')!r})\n{ended}"
    subprocess.run([sys.executable, "-c", script], check=False)
    (left,) = tmp_path.iterdir()
    with written_together(tmp_path / "a.csv.bak") as other:  # the name of another file begins alike
        assert left.exists()
        (other.folder / "a.csv.bak").write_text("1")
        with written_together(tmp_path / "a.csv") as parts, written_together(tmp_path / "a.csv") as twice:
            assert not left.exists()
            assert other.folder.exists()
            assert parts.folder.exists()
            (twice.folder / "a.csv").write_text("2")
            twice.publish()
        other.publish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.csv.bak"]


def test_files_that_were_not_published_never_appear(tmp_path: Path) -> None:
    with written_together(tmp_path / "a.csv") as parts:
        (parts.folder / "a.csv").write_text("1")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_after_they_appeared_brings_the_former_files_back(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("before")

    def fail() -> None:
        with written_together(tmp_path / "a.csv") as parts:
            for name in ("a", "b"):
                (parts.folder / f"{name}.csv").write_text("now")
            parts.publish()
            assert (tmp_path / "b.csv").read_text() == "now"
            raise _PlugPulledError

    with pytest.raises(_PlugPulledError):
        fail()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"b.csv": "before"}


def test_a_file_beside_never_takes_the_place_of_a_database(tmp_path: Path) -> None:
    base = database(tmp_path / "b.csv")
    before = base.read_bytes()
    with pytest.raises(FileRefusedError, match="base de données"):
        together(tmp_path / "a.csv", a="1", b="2")
    assert base.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]
