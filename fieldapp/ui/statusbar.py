"""The line at the foot of the window: what is saved, what is still to be sent, the last backup, who records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.widgets import ActionButton, KeyHint, StateDot, text_label


class StatusBar(QFrame):
    """Four quiet facts and the key of the help; nothing here ever asks for anything.

    The fact of the exchange with the others is pressed to see more of it: `on_exchange`.
    """

    def __init__(
        self,
        on_help: Callable[[], object] | None = None,
        on_exchange: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setProperty("role", "status")
        self._dot = StateDot("done", self)
        self._saved = self._label("status.saved")
        self._exchange_dot = StateDot("not_sent", self)
        self.exchange_button = ActionButton("", role="status", name="status.exchange", on=on_exchange, parent=self)
        self.exchange_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._backup = self._label("status.backup")
        self._who = self._label("status.who")
        self.help = ActionButton(_("touches de la page"), role="status", name="status.help", on=on_help, parent=self)
        self.help.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._dot.hide()
        self.exchange("", "")
        near = theme.XS + 2
        exchange = theme.row(self._exchange_dot, self.exchange_button, spacing=near)
        left = theme.row(theme.row(self._dot, self._saved, spacing=near), exchange, self._backup, 1)
        left.setSpacing(theme.XL + theme.XS)
        right = theme.row(KeyHint("F1", self), self.help, spacing=theme.XS)
        box = theme.row(left, self._who, right, spacing=theme.M)
        box.setStretch(0, 1)
        box.setContentsMargins(theme.L + 2, theme.XS, theme.L, theme.XS)
        self.setLayout(box)

    def _label(self, name: str) -> QLabel:
        label = text_label("", name=name)
        label.setParent(self)
        return label

    def saved(self, at: datetime | None = None) -> None:
        """Say that everything is saved, and since when (local time; now when not given)."""
        self._dot.set_state("done")
        self._dot.show()
        self._saved.setText(_("Enregistré {time}").format(time=f"{at or datetime.now().astimezone():%H:%M}"))

    def unsaved(self, text: str = "") -> None:
        """Say that what is on the screen is not saved yet, and why."""
        self._dot.set_state("draft")
        self._dot.show()
        self._saved.setText(text or _("Brouillon gardé"))

    def exchange(self, state: str, words: str) -> None:
        """Say how things stand with the others, by shape and words; nothing for "", who exchanges with nobody."""
        if words:
            self._exchange_dot.set_state(state)
            self.exchange_button.set_text(words)
        self._exchange_dot.setVisible(bool(words))
        self.exchange_button.setVisible(bool(words))

    def backup(self, at: datetime | None) -> None:
        """Say when the last backup was made (local time)."""
        if at is None:
            self._backup.setText(_("Pas encore de sauvegarde"))
            return
        today = datetime.now().astimezone().date()
        day = _("aujourd’hui {time}") if at.date() == today else _("le {date} à {time}")
        words = day.format(time=f"{at:%H:%M}", date=f"{at:%d/%m/%Y}")
        self._backup.setText(_("Sauvegarde {when}").format(when=words))

    def who(self, name: str, part: str = "") -> None:
        """Say who records."""
        self._who.setText(" · ".join(filter(None, (name, part))))
