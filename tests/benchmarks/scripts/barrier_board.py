"""Opens mornings of a barrier of many seasons on the bucket board; prints the milliseconds as JSON.

A time runs from asking for a morning to the board painted and ready for its first key. `first` is that of the first
morning of a started program, which has made the page ready while the start page stood (`ui.barrier.ahead`); `cold` as
second argument keeps it from doing so. `opened` are those of the mornings after it, each of another day. What the
seasons tell comes from the background later, and is waited for between two mornings.
"""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from fieldapp import protocols
from fieldapp.core import clock
from fieldapp.core.settings import Settings
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.ui import theme, windows
from fieldapp.ui.barrier import ahead
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow

OPENINGS = 21
TODAY = date(2019, 4, 20)
SEASONS_AFTER_MS = 120
"""When a morning begins to read the seasons (`ui.barrier.board_later`, whose loading is part of the first opening)."""


def main() -> None:
    """Open mornings of the last full season, most of them checked already, and one that is new."""
    os.environ[clock.TODAY_VARIABLE] = TODAY.isoformat()
    if "cold" in sys.argv:
        ahead.AFTER_MS = 3_600_000
    app = QApplication([])
    theme.apply(app)
    db = open_for_use(Path(sys.argv[1]), protocols.installed(), Author("Alex B.", "laptop"))
    services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
    window = MainWindow(windows.pages(services.protocols), services=services)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    window.navigate("today")
    idle(app, window)
    while "cold" not in sys.argv and ahead.PAGE not in window._built:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    site = records.roots(db, CODE, "site")[0].uid
    days = [TODAY - timedelta(days=back) for back in random.Random(4).sample(range(1, 70), OPENINGS)]
    times = [opening(app, window, site, day.isoformat()) for day in (TODAY, *days)]
    window.close()
    db.close()
    print(json.dumps({"first": times[0], "opened": times[1:]}))


def opening(app: QApplication, window: MainWindow, site: str, on: str) -> float:
    """Return how many milliseconds it takes from asking for a morning to its board on the screen."""
    idle(app, window)
    window.navigate("today")
    idle(app, window)
    gc.collect()
    start = time.perf_counter()
    window.navigate("morning", site=site, on=on)
    app.processEvents()
    return (time.perf_counter() - start) * 1000


def idle(app: QApplication, window: MainWindow) -> None:
    """Wait until nothing is under way, the reading of the seasons that a morning begins a little later included."""
    until = time.perf_counter() + 2 * SEASONS_AFTER_MS / 1000
    while window.background.busy() or time.perf_counter() < until:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


main()
