"""Chooses one species after the other on the analyses of a barrier of twenty seasons; prints the times as JSON.

A time runs from the choice to the curves painted: the dates and curves of all seasons computed, the figure built, laid
out and painted on the page, in a window of 1366 × 768.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

from fieldapp import protocols
from fieldapp.core.settings import Settings
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.ui import theme, windows
from fieldapp.ui.plots import DayCurves, Plot
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.widgets import Suggest

ROUNDS = 5


def main() -> None:
    """Print {cd_nom: [milliseconds]}, the number of curves, and the milliseconds that reading all seasons took."""
    app = QApplication([])
    theme.apply(app)
    db = open_for_use(Path(sys.argv[1]), protocols.installed(), Author("Alex B.", "laptop"))
    services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
    pages = [page for page in windows.pages(services.protocols) if page.code == "analyses"]
    window = MainWindow(pages, services=services)
    window.resize(1366, 768)
    window.show()
    start = time.perf_counter()
    window.navigate("analyses", protocol=CODE, view="curves")
    while window.background.busy():
        app.processEvents()
    read = (time.perf_counter() - start) * 1000
    times, curves = choose_all(app, window)
    window.close()
    db.close()
    print(json.dumps({"times": times, "curves": curves, "read": read}))


def choose_all(app: QApplication, window: MainWindow) -> tuple[dict[str, list[float]], int]:
    """Return the times of each species, and the number of curves of the figure with most of them."""
    species, plot = (
        window.findChild(Suggest, "barrier.analyses.species"),
        window.findChild(Plot, "barrier.analyses.plot"),
    )
    assert species is not None
    assert plot is not None
    species.setFocus()
    species.clear()
    species.refresh()
    offered = species.rows()
    times: dict[str, list[float]] = {}
    curves = 0
    for number in range(ROUNDS + 1):
        for item in offered:
            start = time.perf_counter()
            species.take(item)
            app.processEvents()
            for view in plot.findChildren(QGraphicsView):
                view.viewport().repaint()
            if number:  # the first round loads what every later one has
                times.setdefault(str(item.key), []).append((time.perf_counter() - start) * 1000)
            app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # as the loop of a window does
            assert isinstance(plot.figure, DayCurves)
            curves = max(curves, len(plot.figure.curves))
    return times, curves


main()
