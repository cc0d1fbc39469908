"""Types birds on the capture page over the database named, by keys as a person does; prints the milliseconds as JSON.

`painted`: from the key that ends a known ring to its history on the screen. `saved`: from the key that ends a line to
the line stored and shown, as pairs of a session of ten lines and one of five hundred. `opened`: from asking for a
session of five hundred lines to its page on the screen. The database is changed: give a copy.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

sys.path.insert(0, str(Path(__file__).parents[3]))

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.core.settings import Settings
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, RING_STRING
from fieldapp.store import records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import theme, windows
from fieldapp.ui.banding.capture import CapturePage
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from tests.benchmarks import banding_data

RINGS, PAIRS, OPENINGS = 300, 21, 11
SPECIES = "ACRSCI"
SHORT, LONG = 9, 499


class Table:
    """The ringing table: the window, its capture page, and the keyboard."""

    def __init__(self, application: QApplication, db: Database) -> None:
        self.application, self.db = application, db
        services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
        self.window = MainWindow(windows.pages(services.protocols), services=services)
        self.window.resize(1366, 768)
        self.window.show()
        self.window.activateWindow()
        self.idle()

    def idle(self) -> None:
        """Wait until nothing is under way."""
        while self.window.background.busy():
            self.application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        self.application.processEvents()

    def open(self, session: Record) -> CapturePage:
        """Show the lines of a session and what is usual there."""
        self.window.navigate("captures", uid=session.uid)
        self.idle()
        page = self.window.page()
        assert isinstance(page, CapturePage)
        return page

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the cursor is."""
        QTest.keyClick(self.application.focusWidget() or self.window, key, modifier)

    def timed(self, work: Callable[[], object], seen: Callable[[], QWidget]) -> float:
        """Return the milliseconds until the work is done and the widget painted."""
        start = time.perf_counter()
        work()
        self.application.processEvents()
        seen().repaint()
        return (time.perf_counter() - start) * 1000


def painted(table: Table, session: Record, rings: list[str]) -> list[float]:
    """Type rings that are known, one after the other, into an empty line."""
    page = table.open(session)
    times = []
    for ring in rings:
        cell = page.line.cells["ring"]
        cell.setFocus()
        QTest.keyClicks(cell, ring)
        table.application.processEvents()  # as between two keys of a person: only the last one is measured
        times.append(table.timed(lambda: table.press(Qt.Key.Key_Return), lambda: page.life))
        number = page.findChild(QWidget, "life.number")
        assert number is not None
        assert number.isVisible(), ring
        table.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
        table.application.processEvents()
    return times


def saved(table: Table, sessions: tuple[Record, Record], ring: int) -> list[tuple[float, float]]:
    """Type the tenth line of one session and the five hundredth of another in turn; each is taken back again."""
    pairs = []
    for _pair in range(PAIRS + 1):
        pair = [one_line(table, session, str(ring)) for session in sessions]
        pairs.append((pair[0], pair[1]))
    return pairs[1:]  # the first warms up


def one_line(table: Table, session: Record, ring: str) -> float:
    """Type a bird into every cell and return how long the last key took; then delete the bird."""
    page = table.open(session)
    before = len(records.children(table.db, [session.uid]))
    bird = lists.birds()[SPECIES]
    texts = {
        "ring": ring, "species": SPECIES, "sex": "m", "age": "+", "wing_mm": f"{sum(bird.wing_mm) / 2:.0f}", "fat": "2",
        "mass_g": f"{sum(bird.mass_g) / 2:.1f}", "net": "3",
    }  # fmt: skip
    codes = list(page.line.cells)
    for code in codes[:-1]:
        cell = page.line.cells[code]
        assert table.application.focusWidget() is cell, (code, table.application.focusWidget())
        QTest.keyClicks(cell, texts.get(code, ""))
        if table.application.focusWidget() is cell:
            table.press(Qt.Key.Key_Return)
        table.application.processEvents()
    QTest.keyClicks(page.line.cells[codes[-1]], texts.get(codes[-1], ""))
    took = table.timed(lambda: table.press(Qt.Key.Key_Return), lambda: page)
    captures = records.children(table.db, [session.uid])
    if len(captures) != before + 1:
        raise AssertionError([item.text() for item in page.line.findChildren(QLineEdit)])
    records.delete(table.db, max(captures, key=lambda record: record.data["line"]).uid, "benchmark")
    table.window.navigate("banding")
    table.idle()
    return took


def opened(table: Table, session: Record) -> list[float]:
    """Go to the session from the list of sessions, time after time."""
    times = []
    for _opening in range(OPENINGS + 1):
        table.window.navigate("banding")
        table.idle()
        times.append(table.timed(lambda: table.window.navigate("captures", uid=session.uid), lambda: table.window))
        table.idle()
    return times[1:]


def prepared(db: Database) -> tuple[tuple[Record, Record], list[str], int]:
    """Save two sessions with lines; return them, rings that are known, and the next ring of an open string."""
    chance = random.Random(3)
    site, person = banding_data.site_and_person(db)
    sessions = tuple(
        banding_data.session(site, person, banding_data.DAY, opened_at=hour) for hour in ("05:30", "06:00")
    )
    open_string = next(
        record for record in records.roots(db, CODE, RING_STRING.code) if record.data["state"] == "received"
    )
    first = int(open_string.data["first"])
    string = replace(open_string, data={**open_string.data, "state": "open"})
    made, ring = [], first
    for session, count in zip(sessions, (SHORT, LONG), strict=True):
        for line in range(1, count + 1):
            values = {"action": "B", **banding_data.bird(chance, ring, SPECIES, line)}
            made.append(make_record(CODE, OBSERVATION, values, session.uid))
            ring += 1
    records.save(db, [string, *sessions, *made], "benchmark", kind="import")
    rings = [str(banding_data.FIRST_RING + chance.randrange(900_000)) for _ring in range(RINGS)]
    return (sessions[0], sessions[1]), rings, ring


def main(path: Path) -> None:
    """Print the times."""
    application = QApplication([])
    theme.apply(application)
    with open_for_use(path, protocols.installed(), Author("benchmark", "benchmark")) as db:
        sessions, rings, ring = prepared(db)
        table = Table(application, db)
        start = time.perf_counter()
        table.open(sessions[0])
        learnt = time.perf_counter() - start
        gc.freeze()  # as ui.main does once the window is there
        found = {
            "painted": painted(table, sessions[0], rings),
            "opened": opened(table, sessions[1]),
            "saved": saved(table, sessions, ring),
            "learnt_s": learnt,
        }
        table.window.close()
        table.idle()
    print(json.dumps(found))


main(Path(sys.argv[1]))
