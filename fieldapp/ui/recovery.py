"""What a person sees when the database is damaged: the newest good backup, one key away."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog

from fieldapp.core.text import _
from fieldapp.store import backup, media_backup
from fieldapp.store.instance import Lock
from fieldapp.ui import theme
from fieldapp.ui.widgets import ActionButton, IconLabel, text_label
from fieldapp.ui.wording import size_words


class RecoveryDialog(QDialog):
    """Says what is wrong and what the backup holds; accepted = restore it. Without a backup it can only be closed."""

    def __init__(self, sentence: str, newest: backup.Backup | None) -> None:
        super().__init__()
        self.setObjectName("recovery")
        self.setWindowTitle("fieldapp")
        words = text_label(sentence, wrap=True, name="recovery.sentence")
        words.setMinimumWidth(theme.text_px() * 34)
        box = theme.column(
            theme.row(IconLabel("error", "error", 1.4), text_label(_("La base est abîmée"), "section"), 1),
            words,
            text_label(self._what_now(newest), "strong", wrap=True, name="recovery.backup"),
            margin=theme.XL,
            spacing=theme.L,
        )
        close = ActionButton(_("Fermer"), key="Esc", name="recovery.close", on=self.reject)
        buttons = theme.row(1, close, spacing=theme.S)
        if newest is not None:
            restore = ActionButton(
                _("Restaurer cette sauvegarde"),
                "backup",
                "Return",
                primary=True,
                name="recovery.restore",
                on=self.accept,
            )
            buttons.addWidget(restore)
        box.addLayout(buttons)
        self.setLayout(box)

    def _what_now(self, newest: backup.Backup | None) -> str:
        if newest is None:
            return _(
                "Aucune bonne sauvegarde n’a été trouvée à côté de la base. Ne supprimez rien : cherchez une copie "
                "sur un autre disque, puis « fieldapp restore FICHIER »."
            )
        made = newest.made_at.astimezone()
        return _(
            "La dernière bonne sauvegarde est du {day} à {time} ({size}). La base abîmée sera gardée à côté, "
            "rien ne sera effacé."
        ).format(day=f"{made:%d/%m/%Y}", time=f"{made:%H:%M}", size=size_words(newest.size))


def offer_backup(path: Path, sentence: str, held: Lock) -> bool:
    """Ask whether to go back to the newest good backup, and do it; False when the person closes or there is none."""
    newest = backup.newest_good(path)
    dialog = RecoveryDialog(sentence, newest)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    if not accepted or newest is None:
        return False
    backup.restore(newest.path, path, held=held)
    media_backup.bring_back(newest.path, path)
    return True
