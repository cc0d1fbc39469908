"""A command line that was installed without the libraries of the desk says so, and does all the rest."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fieldapp.desk import needed

ROOT = Path(__file__).resolve().parent.parent.parent

WITHOUT = f"""
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name in {needed.NEEDED!r}:
            raise ModuleNotFoundError(name)
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in {needed.NEEDED!r} else found(name, *rest)
sys.meta_path.insert(0, Blocker())
from fieldapp.__main__ import main
raise SystemExit(main(sys.argv[1:]))
"""


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process that has no library of the desk."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_extra_installs_what_is_needed() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert tuple(text.partition(">")[0] for text in extras["desk"]) == needed.NEEDED
    assert "fieldapp[desk]" in extras["desktop"]


@pytest.mark.parametrize(
    "words",
    [("export", "sinp", "x.csv"), ("register",), ("recipient", "list"), ("resend", "a", "b"), ("review", "list")],
)
def test_a_command_of_the_desk_names_what_to_install(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'pip install "fieldapp[desk]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_files_of_the_field_go_in_and_out_without_the_desk(tmp_path: Path, sample_pop: Path) -> None:
    database, out = tmp_path / "fieldapp.db", tmp_path / "out.csv"
    assert run("import", "shf", sample_pop, "--database", database).returncode == 0
    assert run("export", "shf", out, "--database", database).returncode == 0
    assert out.read_bytes() == sample_pop.read_bytes()
    assert run("check", "--database", database).returncode == 0
