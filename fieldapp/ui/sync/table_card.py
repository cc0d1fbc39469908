"""The small card of the shared table on the page of syncing: what goes on there, and the way to it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from fieldapp.core import clock
from fieldapp.core.text import _, ngettext
from fieldapp.ui import theme
from fieldapp.ui.sync.sharing_card import SharingPanel
from fieldapp.ui.sync.table_runner import TableRunner, TableState
from fieldapp.ui.widgets import ActionButton, Card, IconLabel, text_label

TABLE_KEY = "F9"


class TableCard(Card):
    """One sentence and one button; the table itself comes over the window, where its QR code has room.

    With `is_short` it has a sentence only while something goes on, and only the button where the letters are large.
    """

    def __init__(self, page: QWidget, runner: TableRunner, *, name: str, is_short: bool = False) -> None:
        super().__init__("", name=name)
        self._page, self._runner, self._is_short = page, runner, is_short
        self._panel: SharingPanel | None = None
        self._head = QWidget()
        title = theme.row(IconLabel("observers", "accent", parent=self), text_label(_("Table partagée"), "section"), 1)
        title.setContentsMargins(0, 0, 0, 0)
        self._head.setLayout(title)
        self._words = text_label("", "secondary", wrap=True, name=f"{name}.words")
        self.button = ActionButton("", "observers", TABLE_KEY, name=f"{name}.open", on=self.open_panel)
        self.add(self._head)
        self.add(self._words)
        self.add(theme.row(self.button, 1))
        runner.changed.connect(self.show_state)
        theme.on_change().changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        """Show what goes on at the table now."""
        state = self._runner.state
        self._words.setText(_state_words(state))
        self.button.set_text(_("Voir la table…") if state.is_shared else _("Partager ou rejoindre…"))
        is_bare = self._is_short and theme.current().scale > 1.0
        self._head.setVisible(not is_bare)
        self._words.setVisible(not is_bare and (bool(state.mode) or not self._is_short))

    def open_panel(self) -> None:
        """Show the table over the window."""
        if self._panel is None:
            self._panel = SharingPanel(self._page.window(), self._runner, table_title)
        self._panel.open()


def table_title() -> str:
    """Return what a table is announced as that was opened here: the day, and nothing of who somebody is."""
    return _("Séance du {date}").format(date=f"{clock.today():%d/%m/%Y}")


def _state_words(state: TableState) -> str:
    """Return what goes on at the table, in one sentence."""
    if state.mode == "sharing":
        count = len(state.devices)
        others = ngettext("{n} autre portable", "{n} autres portables", count).format(n=count)
        return _("Ouverte ici ; {others}.").format(others=others if count else _("personne d’autre pour l’instant"))
    if state.is_cut:
        return _("L’autre table ne répond pas : continuez, tout se retrouvera.")
    if state.mode == "joined":
        return _("Vous êtes à la table d’un autre portable.")
    return _("Deux portables à une même séance de baguage, sans internet.")
