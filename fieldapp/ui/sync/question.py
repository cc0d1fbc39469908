"""A question that stands on the page until it is answered: one sentence, two buttons with their keys, no dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QWidget

from fieldapp.core.text import _, together
from fieldapp.ui import theme
from fieldapp.ui.widgets import ActionButton, IconLabel, follow_width, text_label


class Question(QFrame):
    """Hidden until `ask`. The answer that changes nothing has Esc, which is the page's own key."""

    def __init__(self, *, name: str, on_no: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "banner")
        self.setProperty("kind", "warning")
        follow_width(self)
        self._words = text_label("", wrap=True, name=f"{name}.words")
        self._words.setProperty("kind", "warning")
        self.yes = ActionButton("", "check", name=f"{name}.yes", on=self._agree)
        self.no = ActionButton("", name=f"{name}.no", on=on_no)
        self.no.show_key("Esc")
        self.also = ActionButton("", "check", name=f"{name}.also", on=self._agree_to_more)
        self.also.hide()
        said = theme.row(IconLabel("warning", "warning", parent=self), self._words, spacing=theme.S)
        said.setStretch(1, 1)
        box = theme.column(said, theme.row(1, self.no, self.also, self.yes, spacing=theme.S), spacing=theme.S)
        box.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        self.setLayout(box)
        self._on_yes: Callable[[], object] | None = None
        self._on_also: Callable[[], object] | None = None
        self.hide()

    def ask(self, sentence: str, yes: str, no: str, on_yes: Callable[[], object], *, key: str = "Ctrl+Return") -> None:
        """Put the question; `on_yes` is done when the person agrees, with the button or with its key."""
        self.drop()
        self._words.setText(together(sentence))
        self.setAccessibleName(_("Question : {sentence}").format(sentence=sentence))
        self.yes.set_text(yes)
        self.yes.set_key(key)
        self.no.set_text(no)
        self._on_yes = on_yes
        self.show()

    def offer(self, words: str, key: str, on_also: Callable[[], object]) -> None:
        """Offer a second way to agree to what was just asked."""
        self.also.set_text(words)
        self.also.set_key(key)
        self._on_also = on_also
        self.also.show()

    def words(self) -> str:
        """Return the sentence."""
        return self._words.text()

    def drop(self) -> None:
        """Ask no more."""
        self._on_yes = self._on_also = None
        self.yes.set_key("")
        self.also.set_key("")
        self.also.hide()
        self.hide()

    def _agree(self) -> None:
        self._do(self._on_yes)

    def _agree_to_more(self) -> None:
        self._do(self._on_also)

    def _do(self, agreed: Callable[[], object] | None) -> None:
        self.drop()
        if agreed is not None:
            agreed()
