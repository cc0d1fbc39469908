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
from tests.ui.banding.ringing_day import Hand, Open, fill, known_sizes, o_string, past


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


@pytest.fixture
def hand(ringing_db: Database, open_captures: Open) -> Hand:
    fill(ringing_db, o_string(), others=known_sizes())
    return open_captures()


@pytest.fixture
def control(ringing_db: Database, open_captures: Open) -> Hand:
    """Return a hand where 8680017 was ringed in 2024 and was a female in 2025 and 2026."""
    life = [
        *past("2024-08-03", "8680017"),
        *past("2025-05-19", "8680017", action="C", age="2A", sex="F"),
        *past("2026-06-21", "8680017", action="C", age="+1A", sex="F"),
    ]
    fill(ringing_db, o_string(), others=[*life, *known_sizes()])
    return open_captures()
