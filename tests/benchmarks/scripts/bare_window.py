"""A window of PySide6 with one label, closed once it was painted: the floor that no Qt program can go below."""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow


def memory_mb() -> float:
    """Return the resident memory of this process in MB."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


application = QApplication(sys.argv)
window = QMainWindow()
window.setCentralWidget(QLabel("fieldapp"))
window.resize(1366, 768)
window.show()
QTimer.singleShot(0, application.quit)
application.exec()
if "--memory" in sys.argv:
    print(memory_mb())
