"""A bare window of PySide6, closed once it was painted: the first example of Qt for Python's own documentation.

A label in the middle and a button below it, without any data, theme, font or icon: the floor of a Qt program in Python.
"""

import sys

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget


def memory_mb() -> float:
    """Return the resident memory of this process in MB."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


application = QApplication(sys.argv)
window = QWidget()
label = QLabel("fieldapp")
label.setAlignment(Qt.AlignmentFlag.AlignCenter)
layout = QVBoxLayout(window)
layout.addWidget(label)
layout.addWidget(QPushButton("OK"))
window.resize(1366, 768)
window.show()
QTimer.singleShot(0, application.quit)
application.exec()
if "--memory" in sys.argv:
    print(memory_mb())
