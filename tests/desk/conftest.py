"""A database of every protocol, as the program opens it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "season.db", protocols.installed(), Author("person", "laptop")) as opened:
        yield opened
