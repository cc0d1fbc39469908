"""A window on the season of the ponds, with the pages of the review."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.review.bench import Bench, bench_on, season_file


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the season, to be copied: importing it takes longer than most tests."""
    return season_file(tmp_path_factory.mktemp("review") / "season.db")


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication, tmp_path: Path, season: Path) -> Iterator[Bench]:
    with bench_on(qtbot, qapp, Path(shutil.copy(season, tmp_path / "season.db"))) as opened:
        yield opened
