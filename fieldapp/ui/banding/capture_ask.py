"""Questions that stand below the line while they wait: answered by one key, or by a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QWidget

from fieldapp.core.text import _, together
from fieldapp.ui import theme
from fieldapp.ui.widgets import ActionButton, FlowLayout, IconLabel, KeyHint, text_label
from fieldapp.ui.widgets.keyhint import key_words


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its key ("Alt+P"), its words, and the code that it stands for."""

    key: str
    words: str
    code: str


class KeyQuestion(QFrame):
    """A sentence and its answers, one key with Alt each, so that letters that are typed in the line never answer it.

    It never takes the cursor; it stands until it is answered, or taken away. Esc belongs to the page.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("capture.question")
        self.setProperty("role", "banner")
        self.setProperty("kind", "warning")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.words = text_label("", wrap=True, name="capture.question.words")
        self._answers: tuple[Answer, ...] = ()
        self._choices = FlowLayout(spacing=theme.S)
        box = theme.column(theme.row(IconLabel("warning", "warning"), self.words, spacing=theme.S), self._choices)
        box.setSpacing(theme.XS)
        box.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        self.setLayout(box)
        self.hide()

    def ask(self, words: str, answers: Sequence[Answer], on: Callable[[str], object], *, aside: str = "") -> None:
        """Show the question; `on(code)` gets the answer. `aside`: what comes of it without one."""
        self.words.setText(together(words))
        self._answers = tuple(answers)
        while (item := self._choices.takeAt(0)) is not None:
            if (shown := item.widget()) is not None:
                shown.hide()
                shown.deleteLater()
        for answer in answers:
            self._choices.addWidget(_choice(answer, on))
        if aside:
            self._choices.addWidget(text_label(aside, "small"))
        self.setAccessibleName(" ".join([words, *(f"{key_words(answer.key)} {answer.words}" for answer in answers)]))
        self.show()

    def keys_words(self) -> str:
        """Return "Alt B posée · Alt C lue": the keys that answer."""
        return " · ".join(f"{key_words(answer.key)} {answer.words}" for answer in self._answers)


def _choice(answer: Answer, on: Callable[[str], object]) -> QWidget:
    button = ActionButton(answer.words, "", answer.key, name=f"capture.question.{answer.code}")
    button.clicked.connect(lambda _checked=False: on(answer.code))
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button


class _AnswerLine(QLineEdit):
    """The line of an answer; its Esc comes before that of a notice of the window."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep Esc."""
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if is_escape and event.type() == QEvent.Type.KeyPress:
            self.left.emit()
            return True
        return super().event(event)


class TextQuestion(QFrame):
    """A sentence and a line to answer it in. Enter answers, Esc goes back (`left`)."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("capture.asked")
        self.setProperty("role", "banner")
        self.setProperty("kind", "info")
        self.words = text_label("", name="capture.asked.words")
        self.line = _AnswerLine()
        self.line.setObjectName("capture.answer")
        self.line.returnPressed.connect(self._answered)
        self.line.left.connect(self.left)
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
