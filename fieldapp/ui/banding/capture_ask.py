"""Questions that stand in the line's place while they wait: answered by one key, or by a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QWidget

from fieldapp.core.text import _, together
from fieldapp.ui import theme
from fieldapp.ui.widgets import FlowLayout, IconLabel, KeyHint, text_label

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its key as it stands on the cap ("P", "Return"), its words, and the code that it stands for."""

    key: str
    words: str
    code: str


class KeyQuestion(QFrame):
    """A sentence and its answers, one key each. It holds the cursor until it is answered; Esc belongs to the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("capture.question")
        self.setProperty("role", "banner")
        self.setProperty("kind", "warning")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.words = text_label("", wrap=True, name="capture.question.words")
        self._answers: tuple[Answer, ...] = ()
        self._on: Callable[[str], object] = lambda _code: None
        self._choices = FlowLayout(spacing=theme.M)
        box = theme.column(theme.row(IconLabel("warning", "warning"), self.words, spacing=theme.S), self._choices)
        box.setSpacing(theme.XS)
        box.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        self.setLayout(box)
        self.hide()

    def ask(self, words: str, answers: Sequence[Answer], on: Callable[[str], object]) -> None:
        """Show the question and take the cursor; `on(code)` gets the answer."""
        self.words.setText(together(words))
        self._answers, self._on = tuple(answers), on
        while (item := self._choices.takeAt(0)) is not None:
            if (shown := item.widget()) is not None:
                shown.hide()
                shown.deleteLater()
        for answer in answers:
            self._choices.addWidget(_choice(answer))
        self.setAccessibleName(" ".join([words, *(f"{answer.key} {answer.words}" for answer in answers)]))
        self.show()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the answers from the page's own."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._code(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the answer of the key; any other printable key waits for an answer first."""
        code = self._code(event)
        if code is not None:
            self.hide()
            self._on(code.code)
        elif not (event.text() and event.text().isprintable()):
            super().keyPressEvent(event)

    def _code(self, event: QKeyEvent) -> Answer | None:
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return None
        pressed = "Return" if event.key() in _ENTER else event.text().upper()
        return next((answer for answer in self._answers if answer.key == pressed), None)


def _choice(answer: Answer) -> QWidget:
    shown = QWidget()
    shown.setLayout(theme.row(KeyHint(answer.key), text_label(answer.words), spacing=theme.XS))
    return shown


class TextQuestion(QFrame):
    """A sentence and a line to answer it in. Enter answers, Esc belongs to the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("capture.asked")
        self.setProperty("role", "banner")
        self.setProperty("kind", "info")
        self.words = text_label("", name="capture.asked.words")
        self.line = QLineEdit()
        self.line.setObjectName("capture.answer")
        self.line.returnPressed.connect(self._answered)
        self._on: Callable[[str], str] = lambda _text: ""
        self._why = text_label("", "error", wrap=True, name="capture.asked.why")
        ways = theme.row(
            KeyHint("Return"), text_label(_("répondre")), KeyHint("Esc"), text_label(_("revenir")), spacing=theme.XS
        )
        asked = theme.row(IconLabel("info", "info"), self.words, self.line, ways, spacing=theme.S)
        asked.setStretch(2, 1)
        box = theme.column(asked, self._why, spacing=0)
        box.setContentsMargins(theme.M, theme.XS, theme.M, theme.XS)
        self.setLayout(box)
        self.hide()

    def ask(self, words: str, text: str, on: Callable[[str], str]) -> None:
        """Ask, with an answer to start from; `on(text)` returns "" or the sentence that says why it can't be."""
        self._on = on
        self.words.setText(words)
        self.line.setAccessibleName(words)
        self.line.setText(text)
        self._say("")
        self.show()
        self.line.setFocus()
        self.line.selectAll()

    def _answered(self) -> None:
        why = self._on(self.line.text())
        self._say(why)
        if not why:
            self.hide()

    def _say(self, why: str) -> None:
        self._why.setText(why)
        self._why.setVisible(bool(why))
