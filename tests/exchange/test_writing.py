import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.exchange.writing import written_whole


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


def run_as(code: str, path: Path) -> str:
    script = f"import os, resource, signal, sys\nfrom pathlib import Path\npath = Path({str(path)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout


ATTEMPT = """
from fieldapp.core.errors import FileRefusedError
from fieldapp.exchange.writing import written_whole
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
