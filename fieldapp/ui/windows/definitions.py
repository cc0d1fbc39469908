"""The overlay of D on the analyses: what each figure counts, and where that comes from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.widgets import ActionButton, text_label


class Definitions(Overlay):
    """Shows `definitions`, each a term and its words, and the `sources` below them; French texts, translated here."""

    def __init__(
        self, host: QWidget, definitions: Sequence[tuple[str, str]], sources: str, *, name: str = "definitions"
    ) -> None:
        super().__init__(host, width=58, name=name)
        close = ActionButton(_("Fermer"), role="quiet", name=f"{name}.close", on=self.close_panel)
        close.show_key("Esc")
        self._close = close
        box = theme.column(
            theme.row(text_label(_("Ce que comptent les chiffres"), "section"), 1, close), spacing=theme.S
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.L)
        grid.setVerticalSpacing(theme.S)
        grid.setColumnStretch(1, 1)
        for line, (term, words) in enumerate(definitions):
            grid.addWidget(text_label(_(term), "accent"), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text_label(_(words), wrap=True), line, 1)
        box.addLayout(grid)
        box.addSpacing(theme.S)
        box.addWidget(text_label(_(sources), "small", wrap=True))
        box.setContentsMargins(theme.XL, theme.L, theme.XL, theme.L)
        self.panel.setLayout(box)

    def open(self) -> None:
        """Show the definitions."""
        self.open_panel(self._close)
