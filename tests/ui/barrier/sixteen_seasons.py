"""The analyses page on the sixteen seasons of the sample, and what is counted from the file of the sample alone."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldapp.core import clock, paths
from fieldapp.exchange import demo
from fieldapp.ui import theme
from fieldapp.ui.plots import Figure, Plot
from tests.ui.windows.desk import Desk, desk_on

TOAD, CRESTED = "259", "139"
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the sixteen seasons of the sample; copy it before writing."""
    from fieldapp import protocols
    from fieldapp.store.opening import open_for_use

    path = tmp_path_factory.mktemp("seasons") / "barrier.db"
    with open_for_use(path, protocols.installed()) as db:
        demo.take(db, demo.BARRIER)
    return path


@pytest.fixture
def desk(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.setenv(clock.TODAY_VARIABLE, "2020-07-01")
    path = tmp_path / "barrier.db"
    path.write_bytes(filled.read_bytes())
    with desk_on(qtbot, qapp, path, filled=False) as opened:
        opened.services.change_settings = lambda found: setattr(opened.services, "settings", found)
        opened.go("analyses", protocol="pitfall_barrier")
        yield opened
    theme.apply(qapp)


@pytest.fixture(scope="module")
def rows() -> Rows:
    with paths.resource("demo/barrier_vimy_2005_2020.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def dates(rows: Rows, year: int, cd_nom: str = TOAD, sex: str = "", way: str = "entrée") -> list[str]:
    """Return the morning of every animal, in order."""
    found: list[str] = []
    for row in rows:
        is_wanted = row["cd_nom"] == cd_nom and row["direction"] == way and sex in {"", row["sex"]}
        if is_wanted and row["check_on"].startswith(str(year)):
            found += [row["check_on"]] * int(row["count"])
    return sorted(found)


def unchecked(rows: Rows, year: int) -> set[str]:
    return {row["check_on"] for row in rows if row["checked"] == "non" and row["check_on"].startswith(str(year))}


def reached(found: list[str], percent: int) -> str:
    """Return the morning of the animal with which the share is reached."""
    return found[-(-len(found) * percent // 100) - 1]


def figure(desk: Desk) -> Figure:
    plot = desk.find(Plot, "barrier.analyses.plot")
    assert plot.isVisible()
    assert plot.figure is not None
    return plot.figure


def see(desk: Desk, key: Qt.Key) -> None:
    desk.press(key)
    desk.idle()


def choose(desk: Desk, letters: str) -> None:
    desk.press(Qt.Key.Key_F3)
    desk.type("barrier.analyses.species", letters)
    desk.press(Qt.Key.Key_Return)


def notes(desk: Desk) -> str:
    return desk.find(QLabel, "barrier.analyses.notes").text()


def to_year(desk: Desk, year: int) -> None:
    while desk.label("barrier.analyses.season.year") != str(year):
        desk.press(Qt.Key.Key_Left)


def mild(rows: Rows, year: int, cold: float, rain: float) -> set[str]:
    return {
        row["check_on"]
        for row in rows
        if row["check_on"].startswith(str(year)) and row["checked"] == "oui"
        and float(row["night_min_c"]) >= cold and float(row["rain_mm"]) >= rain
    }  # fmt: skip
