"""A main window with the pages of batches and recipients on a small season of ponds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record
from tests.exchange.handing_on import season
from tests.ui.windows.desk import Desk, desk_on

OURS = ("batches", "batch_new", "recipients", "place", "exchanges")


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    person = tmp_path / "person"
    person.mkdir()
    monkeypatch.setenv("HOME", str(person))
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=False, ours=OURS) as opened:
        yield opened


@pytest.fixture
def made(desk: Desk) -> dict[str, Record]:
    """Return the records of the season by a short name."""
    return season(desk.services.db)
