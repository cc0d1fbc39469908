"""What stands on a page while work goes on: what is being done, how far it is, and how to cancel it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.background import Job
from fieldapp.ui.widgets import ActionButton, ProgressLine, text_label
from fieldapp.ui.wording import number_words

PAUSE_MS = 400
"""Work that ends before is not worth a line that flickers."""


class Working(QFrame):
    """A line with words, figures, progress and "Annuler"; it shows itself when the work takes longer than a moment."""

    def __init__(self, *, name: str = "working", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "card")
        self._job: Job | None = None
        self._words = text_label("", "strong", name=f"{name}.words")
        self._figures = text_label("", "secondary", name=f"{name}.figures")
        self._line = ProgressLine(name=f"{name}.line")
        self.button = ActionButton(_("Annuler"), "close", name=f"{name}.cancel", on=self.cancel)
        self.button.show_key("Esc")
        box = theme.row(self._words, self._line, self._figures, 1, self.button)
        box.setStretch(1, 20)
        box.setContentsMargins(theme.L, theme.S, theme.S, theme.S)
        self.setLayout(box)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.show)
        self.hide()

    def start(self, words: str, job: Job, *, at_once: bool = False) -> None:
        """Stand for this job until `stop`; `at_once` for work that is known to take time."""
        self._job = job
        self._words.setText(words)
        self._figures.setText("")
        self._line.set(0, 0)
        self._line.hide()  # an empty line would say that nothing moves
        self.button.setEnabled(True)
        if at_once:
            self.show()
        else:
            self._timer.start()

    def tell(self, count: int, total: int, text: str = "") -> None:
        """Say how far the work is."""
        self._line.set(count, total)
        self._line.setVisible(total > 0)
        if text:
            self._words.setText(text)
        of = _("{count} sur {total}").format(count=number_words(count), total=number_words(total))
        self._figures.setText(of if total else (number_words(count) if count else ""))

    def stop(self) -> None:
        """The work has ended."""
        self._job = None
        self._timer.stop()
        self.hide()

    def is_busy(self) -> bool:
        """Return whether work goes on."""
        return self._job is not None

    def cancel(self) -> bool:
        """Ask the work to stop; return whether there was any."""
        if self._job is None:
            return False
        self._job.cancel()
        self.button.setEnabled(False)
        self._words.setText(_("Annulation…"))
        return True
