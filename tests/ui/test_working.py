"""Work that takes time is seen, counted, and can be cancelled."""

import threading

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldapp.core.errors import CancelledError
from fieldapp.ui import theme
from fieldapp.ui.background import Background, Progress
from fieldapp.ui.widgets import ProgressLine
from fieldapp.ui.working import Working


def test_work_shows_its_count_and_ends_when_it_is_cancelled(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    working, background = Working(name="w"), Background()
    qtbot.addWidget(working)
    go_on = threading.Event()
    ended: list[BaseException] = []

    def work(progress: Progress) -> None:
        progress.report(3, 10)
        go_on.wait(10)
        progress.check()

    job = background.run(work, failed=ended.append, progress=working.tell)
    working.start("Lecture", job, at_once=True)
    line, figures = working.findChild(ProgressLine, "w.line"), working.findChild(QLabel, "w.figures")
    assert line is not None
    assert not line.isVisible()  # nothing is told yet of how far it is
    assert figures is not None
    qtbot.waitUntil(lambda: figures.text() == "3 sur 10")
    assert line.share == 0.3
    assert line.isVisible()
    assert working.isVisible()
    assert working.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert isinstance(ended[0], CancelledError)
    working.stop()
    assert not working.cancel()
    background.close()
    QCoreApplication.sendPostedEvents()
