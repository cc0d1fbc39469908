"""The ringing table on a database of its own, for the tests of the capture page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import theme
from tests.ui.banding import ringing_day
from tests.ui.banding.ringing_day import Open


@pytest.fixture
def ringing_db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "ringing.db", protocols.installed(), Author("Alex B.", "laptop")) as database:
        yield database


@pytest.fixture
def open_captures(qtbot: QtBot, qapp: QApplication, ringing_db: Database) -> Iterator[Open]:
    """Return what opens the capture page on the session of the day."""
    theme.apply(qapp)
    with ringing_day.opened(qtbot, ringing_db) as make:
        yield make
