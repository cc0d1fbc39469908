"""An empty database into which CRBPO tables are read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from tests.protocols.banding.crbpo_files import Desk


@pytest.fixture
def crbpo_desk(tmp_path: Path) -> Iterator[Desk]:
    with open_for_use(tmp_path / "crbpo.db", protocols.installed(), Author("person", "laptop")) as db:
        yield Desk(db, tmp_path)


@pytest.fixture
def other_desk(tmp_path: Path) -> Iterator[Desk]:
    """Another laptop."""
    with open_for_use(tmp_path / "other.db", protocols.installed(), Author("other", "laptop 2")) as db:
        yield Desk(db, tmp_path)
