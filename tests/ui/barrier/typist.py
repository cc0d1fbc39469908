"""A person at the board of a morning, in the real window, and the barrier where they sit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier.schema import CODE, OBSERVATION
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.morning import MorningPage
from fieldapp.ui.shell import MainWindow
from tests.ui.barrier import barrier_window
from tests.ui.barrier.barrier_window import LOU, barrier, campaign, check, people, visits

ON, YESTERDAY = "2019-03-18", "2019-03-17"
TOAD, PALMATE, CRESTED, FROG = 259, 444432, 139, 351
LETTERS = {TOAD: "c", PALMATE: "p", 444430: "a", 444431: "o", CRESTED: "k", FROG: "r", 444440: "e"}
KEYS = {
    "Enter": Qt.Key.Key_Return, "Esc": Qt.Key.Key_Escape, "Left": Qt.Key.Key_Left, "Right": Qt.Key.Key_Right,
    "Up": Qt.Key.Key_Up, "Down": Qt.Key.Key_Down, "End": Qt.Key.Key_End, "Back": Qt.Key.Key_Backspace,
    "PgUp": Qt.Key.Key_PageUp, "PgDown": Qt.Key.Key_PageDown, "Tab": Qt.Key.Key_Tab,
    **{f"F{number}": Qt.Key(Qt.Key.Key_F1 + number - 1) for number in range(1, 13)},
}  # fmt: skip
Kind = TypeVar("Kind", bound=QWidget)

db, open_window = barrier_window.db, barrier_window.open_window


@dataclass
class Typist:
    """A person at the board: presses keys where the cursor is and counts them, clicks what has a name."""

    qtbot: QtBot
    window: MainWindow
    db: Database
    pressed: int = 0
    saved: list[str] = field(default_factory=list)

    @property
    def page(self) -> MorningPage:
        found = self.window.page()
        assert isinstance(found, MorningPage)
        return found

    def keys(self, script: str) -> None:
        """Press keys parted by blanks: letters, "F8", "Ctrl+Enter"."""
        for item in script.split():
            *held, name = item.split("+") if len(item) > 1 else [item]
            key = KEYS.get(name, name) if not held or name in KEYS else Qt.Key(ord(name.upper()))
            modifier = Qt.KeyboardModifier.ControlModifier if held else Qt.KeyboardModifier.NoModifier
            self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
            self.pressed += 1

    def write(self, text: str) -> None:
        self.qtbot.keyClicks(QApplication.focusWidget(), text)

    def find(self, kind: type[Kind], name: str) -> Kind:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def click(self, name: str) -> None:
        widget = self.find(QWidget, name)
        assert widget.isVisible(), name
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(widget.width() // 2, widget.height() // 2))

    def label(self, name: str) -> str:
        return self.find(QLabel, name).text()

    def tile(self, bucket: str) -> str:
        return self.page.body.board.tile(bucket).accessibleName()

    def idle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.window.background.busy(), timeout=20_000)

    def visit(self, on: str = ON) -> Record | None:
        sites = records.roots(self.db, CODE, "site")
        return visits(self.db, sites[0].uid).get(on)

    def catches(self, on: str = ON) -> list[Record]:
        visit = self.visit(on)
        return (
            []
            if visit is None
            else [one for one in records.children(self.db, [visit.uid]) if one.entity == OBSERVATION.code]
        )

    def told(self, on: str = ON) -> list[tuple[Any, ...]]:
        return sorted(
            (one.data["bucket"], one.cd_nom, one.data.get("sex"), one.data["count"], one.data.get("amplexus", False))
            for one in self.catches(on)
        )


Sit = Callable[..., Typist]


@pytest.fixture
def sit(qtbot: QtBot, db: Database, open_window: barrier_window.Open, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Return what seats a person at the board of a barrier with one campaign."""
    monkeypatch.setattr(barrier_window, "REAL", {"morning"})

    def make(*, on: str = "", buckets: int = 12, **params: Any) -> Typist:
        people(db)
        if not records.roots(db, CODE, "site"):
            site = barrier(db, buckets=buckets)
            campaign(db, site, "2019-02-01", "2019-06-15")
        window = open_window("morning", who=LOU, **params)
        if on:
            window.navigate("morning", on=on)
        return Typist(qtbot, window, db)

    return make


def observers(db: Database, site: str) -> None:
    """Save a morning by hand, so that who looked carries over."""
    check(db, site, YESTERDAY, observers=[LOU])


def seated(db: Database, sit: Sit, **params: Any) -> Typist:
    """Seat a person where a morning was looked into the day before."""
    people(db)
    site = barrier(db, buckets=params.get("buckets", 12))
    campaign(db, site, "2019-02-01", "2019-06-15")
    observers(db, site)
    return sit(**params)
