"""What the fault tests share: the small protocol's database, and children that do work, some without any rights."""

import os
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldapp.core.errors import FieldappError
from fieldapp.store.connection import Database, open_database
from tests.store.ponds import PONDS

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
"""The user without rights of every Linux and macOS system."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "base" / "fieldapp.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    with open_database(path, [PONDS]) as opened:
        yield opened


def child(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start a Python program that knows this source tree; what it prints can be read line by line."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def without_rights(work: Callable[[], object]) -> str:
    """Return what `work` raised, as "ErrorName: sentence", when done by a user who owns nothing; "" when nothing."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the child only does the work and ends
        pid = os.fork()
    if pid == 0:
        said = ""
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            work()
        except (FieldappError, OSError, sqlite3.Error) as error:
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(pid, 0)
    return said
