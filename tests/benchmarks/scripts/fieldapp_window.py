"""The program from its start to a usable window on the database named, closed once it waits for a key.

With `--memory` it then opens the data page, goes from the first record to the last, and prints its memory in MB.
"""

import gc
import sys
from functools import partial

gc.disable()  # as fieldapp.window does before it loads the window

from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from fieldapp.__main__ import main as command_line  # noqa: E402
from fieldapp.ui import main  # noqa: E402


def memory_mb() -> float:
    """Return the resident memory of this process in MB."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


def close(program: main.Program) -> None:
    """End the program as closing its window does."""
    program.close()
    QApplication.quit()


def scroll_all(program: main.Program) -> None:
    """Open the data page on every season and page through it from top to bottom."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QTableView

    assert program.window is not None
    program.window.navigate("data", year=None)
    application = QApplication.instance()
    assert application is not None
    table = program.window.page().findChild(QTableView, "data.table")  # type: ignore[union-attr]
    assert table is not None
    while program.window.background.busy():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    model = table.model()
    rows = model.rowCount()
    for step in range(200):
        table.scrollTo(model.index(min(rows - 1, step * rows // 199), 0))
        application.processEvents()
    print(f"{rows} {memory_mb():.1f}")
    close(program)


def ready(program: main.Program) -> None:
    """Go on with what was asked for."""
    work = scroll_all if "--memory" in sys.argv else close
    QTimer.singleShot(0, lambda: work(program))


main.run = partial(main.run, on_ready=ready)
raise SystemExit(command_line(["--database", sys.argv[1]]))
