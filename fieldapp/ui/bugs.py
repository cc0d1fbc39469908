"""How a failure looks: the panel over the window, and the dialog when there is no window yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QPlainTextEdit, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.errors import Diagnose, copy_report, guard
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.widgets import ActionButton, IconLabel, text_label


class BugPanel(Overlay):
    """The panel "vos relevés sont en sécurité": what happened in one sentence, the report hidden until asked for."""

    def __init__(self, host: QWidget, diagnose: Callable[[], Diagnose | None]) -> None:
        super().__init__(host, width=46, name="bug")
        self._diagnose = diagnose
        self._text = ""
        self._copied = text_label("", "secondary")
        self.details = QPlainTextEdit(self.panel)
        self.details.setObjectName("bug.details")
        self.details.setAccessibleName(_("Rapport"))
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setMinimumHeight(theme.TARGET * 6)
        self.details.hide()
        self._go_on = ActionButton(_("Continuer"), key="Esc", primary=True, name="bug.continue", on=self.close_panel)
        copy = ActionButton(_("Copier le rapport"), "copy_report", "C", name="bug.copy", on=self._copy)
        self._save = ActionButton(_("Enregistrer un diagnostic"), "save", "D", name="bug.diagnose", on=self._write)
        more = ActionButton(_("Voir le rapport"), "expand", "V", role="quiet", name="bug.more", on=self._more)
        safe = _("Ce qui était enregistré l’est toujours ; la dernière action n’a pas abouti.")
        blame = _("C’est une erreur du programme. Le rapport est écrit sans nom de personne ni adresse.")
        title = text_label(_("Vos relevés sont en sécurité"), "section")
        box = theme.column(
            theme.row(IconLabel("protected", "accent", 1.4), title, 1),
            text_label(safe, wrap=True),
            text_label(blame, "secondary", wrap=True),
            self.details,
            theme.row(copy, self._save, 1, spacing=theme.S),
            theme.row(more, self._copied, 1, self._go_on, spacing=theme.S),
            margin=theme.XL,
        )
        self.panel.setLayout(box)

    def open(self, text: str) -> None:
        """Show the panel for this report."""
        self._text = text
        self.details.setPlainText(text)
        self.details.hide()
        self._copied.setText("")
        self._save.setVisible(self._diagnose() is not None)
        self.open_panel(self._go_on)

    def _more(self) -> None:
        self.details.setVisible(not self.details.isVisible())
        self.place()

    def _copy(self) -> None:
        copy_report(self._text)
        self._copied.setText(_("Rapport copié."))

    def _write(self) -> None:
        diagnose = self._diagnose()
        if diagnose is None:
            return
        name, _kind = QFileDialog.getSaveFileName(
            self, _("Enregistrer un diagnostic"), str(Path.home() / "fieldapp-diagnostic.zip"), "ZIP (*.zip)"
        )
        if name:
            with guard():
                diagnose(Path(name))
                self._copied.setText(_("Diagnostic enregistré."))


def start_up_dialog(title: str, sentence: str, text: str = "") -> QDialog:
    """Return the dialog for a failure before there is a window; `text` is the report to copy."""
    dialog = QDialog()
    dialog.setObjectName("startup")
    dialog.setWindowTitle("fieldapp")
    close = ActionButton(_("Fermer"), key="Esc", primary=True, name="startup.close", on=dialog.reject)
    buttons = theme.row(1, spacing=theme.S)
    if text:
        copy = ActionButton(
            _("Copier le rapport"), "copy_report", "C", name="startup.copy", on=lambda: copy_report(text)
        )
        buttons.addWidget(copy)
    buttons.addWidget(close)
    words = text_label(sentence, wrap=True, name="startup.sentence")
    words.setMinimumWidth(theme.text_px() * 30)
    head = theme.row(IconLabel("error", "error", 1.4), text_label(title, "section"), 1)
    dialog.setLayout(theme.column(head, words, buttons, margin=theme.XL, spacing=theme.L))
    return dialog
