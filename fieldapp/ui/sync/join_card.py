"""The card of who is alone: what a hub is for, the address and the code that open it, and the name of this computer."""

from __future__ import annotations

import platform
from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.sync import work
from fieldapp.ui.widgets import ActionButton, Banner, Card, LabeledField, text_label

JOIN_KEY = "Ctrl+Return"


class JoinCard(Card):
    """Address, code, name. Enter goes on to the next line, from the last one it joins."""

    def __init__(self, on_join: Callable[[], object]) -> None:
        super().__init__(_("Rejoindre le serveur"), "sync", name="sync.join_card")
        words = _(
            "Le serveur de l’association rassemble les relevés de tous : chacun envoie les siens et reçoit ceux des "
            "autres. Tout reste aussi sur cet ordinateur, et se saisit sans réseau."
        )
        self._has_room, self._has_problem = True, False
        self._words = text_label(words, "secondary", wrap=True)
        self.add(self._words)
        self.body.addSpacing(theme.XS)
        self.address = _line("sync.address", _("hub.exemple.org, ou le texte du QR code"))
        self.code = _line("sync.code", _("dix signes"))
        self.name = _line("sync.name", "")
        self.name.setText(platform.node())
        hint = _("La coordination vous les donne ensemble ; le code ne sert qu’une fois.")
        self.address_field = LabeledField(_("Adresse du serveur"), self.address, key="F2")
        self.code_field = LabeledField(_("Code d’invitation"), self.code, key="F3", hint=hint)
        self.name_field = LabeledField(_("Nom de cet ordinateur, pour les autres"), self.name, key="F4")
        for field in (self.address_field, self.code_field, self.name_field):
            self.add(field)
        self._problem = Banner("error", "", name="sync.join_problem")
        self._problem.hide()
        self.add(self._problem)
        self.button = ActionButton(_("Rejoindre"), "sync", JOIN_KEY, primary=True, name="sync.join", on=on_join)
        self.body.addSpacing(theme.S)
        self.body.addStretch(1)
        self.add(theme.row(self.button, 1))
        self.address.textChanged.connect(self._read_link)
        self.address.returnPressed.connect(self.code.setFocus)
        self.code.returnPressed.connect(self.name.setFocus)
        self.name.returnPressed.connect(on_join)
        for line in (self.address, self.code, self.name):
            line.textEdited.connect(lambda _text: self.clear())

    def _read_link(self, text: str) -> None:
        """Part the text of a QR code into address and code."""
        if not work.is_link(text):
            return
        address, code = work.split_link(text)
        self.address.setText(address)
        self.code.setText(code)
        self.name.setFocus()

    def clear(self) -> None:
        """Take away what was said to be wrong."""
        self._has_problem = False
        for field in (self.address_field, self.code_field, self.name_field):
            field.clear_problem()
        self._problem.hide()
        self._show_words()

    def make_room(self, *, is_wanted: bool) -> None:
        """Leave what a server is for unsaid while room is wanted."""
        self._has_room = not is_wanted
        self._show_words()

    def _show_words(self) -> None:
        self._words.setVisible(self._has_room and not (self._has_problem and theme.current().scale > 1.0))

    def lacking(self) -> bool:
        """Say which line is still empty, and stand on it; return whether there is one."""
        wanted = (
            (self.address_field, _("Tapez l’adresse que la coordination vous a donnée.")),
            (self.code_field, _("Tapez le code que la coordination vous a donné.")),
            (self.name_field, _("Donnez un nom à cet ordinateur : « portable de Camille ».")),
        )
        self.clear()
        for field, sentence in wanted:
            if not self._text(field):
                field.set_problem(sentence)
                field.setFocus()
                return True
        return False

    def values(self) -> tuple[str, str, str]:
        """Return address, code and name as they were typed."""
        return self._text(self.address_field), self._text(self.code_field), self._text(self.name_field)

    @staticmethod
    def _text(field: LabeledField) -> str:
        line = field.editor
        return line.text().strip() if isinstance(line, QLineEdit) else ""

    def set_busy(self, busy: bool) -> None:
        """Take no typing while the hub is asked."""
        for line in (self.address, self.code, self.name):
            line.setReadOnly(busy)
        self.button.setEnabled(not busy)

    def show_problem(self, error: FieldappError) -> None:
        """Say what went wrong beside the line that it is about."""
        # With large letters what went wrong needs the room of what a server is for.
        self._has_problem = True
        self._show_words()
        from fieldapp.sync.errors import HubUnreachableError, PortalError, WrongAddressError, WrongCodeError

        if isinstance(error, WrongCodeError):
            field = self.code_field
        elif isinstance(error, WrongAddressError | HubUnreachableError | PortalError):
            field = self.address_field
        else:
            self._problem.set("error", str(error))
            self._problem.show()
            return
        field.set_problem(str(error))
        field.setFocus()


def _line(name: str, example: str) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(name)
    line.setPlaceholderText(example)
    return line
