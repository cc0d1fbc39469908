"""A database of the small protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.store.connection import Author, Database, open_database
from tests.store.ponds import PONDS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database of this test lies."""
    return tmp_path / "base" / "fieldapp.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """Return an empty database of the small protocol."""
    with open_database(path, [PONDS], Author("person-1", "laptop-1")) as opened:
        yield opened
