"""The card of the lines that are noted: the table, what stands there before the first one, and the keys."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.text import _, ngettext
from fieldapp.ui import theme
from fieldapp.ui.banding.capture_head import KeysRow
from fieldapp.ui.banding.capture_others import Came
from fieldapp.ui.banding.capture_table import CaptureTable
from fieldapp.ui.widgets import Card, EmptyState


class LinesCard(Card):
    """The table with its keys; where columns have no room it says so, with the key that shows the whole line."""

    def __init__(self) -> None:
        super().__init__(name="capture.lines")
        self.table = CaptureTable()
        self._empty = EmptyState(
            "bird",
            _("Aucune capture pour l’instant"),
            _("Entrée : la prochaine bague. Les oiseaux s’ajoutent ici, le plus récent en haut."),
            name="capture.empty",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        self.keys = KeysRow(_keys(0))
        self.body.setContentsMargins(theme.XS, theme.XS, theme.XS, theme.XS)
        self.add(self._stack, 1)
        self.add(self.keys)
        self.table.fitted.connect(lambda hidden: self.keys.set_keys(_keys(hidden)))

    def show_came(self, came: Came, *, has_any: bool) -> None:
        """Show what other tables brought or took; the cursor stays on its line."""
        if self.table.lines is not None:
            for uid in came.gone:
                self.table.lines.take_out(uid)
            for record in came.lines:
                self.table.lines.put(record)
        self.show_lines(has_any=has_any)

    def show_lines(self, *, has_any: bool) -> None:
        """Show the table, or what stands there before the first line."""
        self._stack.setCurrentIndex(1 if has_any else 0)
        self.keys.setVisible(has_any)


def _keys(hidden: int) -> tuple[tuple[str, str], ...]:
    lines, correct = ("Down", _("les lignes")), ("Return", _("corriger"))
    others = ("H", _("historique")), ("Del", _("supprimer"))
    if not hidden:
        return lines, correct, ("F11", _("fiche")), *others
    words = ngettext("toute la ligne ({n} colonne cachée)", "toute la ligne ({n} colonnes cachées)", hidden)
    return ("F11", words.format(n=hidden)), lines, correct, *others
