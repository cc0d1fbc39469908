"""The page "backups": the copies of the database, making one now, and going back to one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from fieldapp.core import paths
from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _, ngettext
from fieldapp.store import backup, media_backup, upkeep
from fieldapp.store.backup import Backup, Difference, Restored
from fieldapp.store.media_backup import Copied
from fieldapp.store.opening import open_for_use
from fieldapp.ui import errors, theme
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, text_label
from fieldapp.ui.wording import number_words, size_words
from fieldapp.ui.working import Working


def age_words(made_at: datetime, now: datetime) -> str:
    """Return how long ago something was: "à l’instant", "il y a 3 h", "il y a 12 jours"."""
    minutes = int((now - made_at).total_seconds() // 60)
    if minutes < 0:
        return _("date à venir : horloge à vérifier")
    if minutes < 1:
        return _("à l’instant")
    if minutes < 60:
        return _("il y a {n} min").format(n=minutes)
    if minutes < 24 * 60:
        return _("il y a {n} h").format(n=minutes // 60)
    days = minutes // (24 * 60)
    return ngettext("il y a {n} jour", "il y a {n} jours", days).format(n=days)


def restore_into(services: Services, file: Path) -> Restored:
    """Put a backup in the place of the open database, open it, and return what was kept aside.

    Whatever goes wrong, a database is open again afterwards: the one before.
    """
    path, author, protocols = services.path, services.author, tuple(services.protocols.values())
    services.db.close()
    try:
        return backup.restore(file, path, held=services.lock)
    finally:
        services.db = open_for_use(path, protocols, author)


def examined(file: Path, database: Path) -> Difference:
    """Read a backup through and return how it differs from the present database."""
    backup.verify(file)
    return backup.compare(file, database)


def difference_words(found: Difference) -> str:
    """Return what going back to the copy would take away and bring."""
    if not found.lost and not found.gained:
        return _("Rien n’a été saisi depuis.")
    words = []
    if found.is_foreign:
        words.append(_("Cette sauvegarde vient d’une autre base, sans rien de commun avec celle-ci."))
    if found.gained:
        words.append(
            ngettext(
                "{n} enregistrement de la sauvegarde n’est pas dans la base d’aujourd’hui.",
                "{n} enregistrements de la sauvegarde ne sont pas dans la base d’aujourd’hui.",
                found.gained,
            ).format(n=number_words(found.gained))
        )
    if found.lost:
        here = ngettext(
            "{n} enregistrement fait ici n’est pas dans la sauvegarde.",
            "{n} enregistrements faits ici ne sont pas dans la sauvegarde.",
            found.lost,
        )
        since = ngettext(
            "{n} enregistrement fait depuis n’y est pas.",
            "{n} enregistrements faits depuis n’y sont pas.",
            found.lost,
        )
        words.append((here if found.gained else since).format(n=number_words(found.lost)))
    return " ".join(words)


class BackupsPage(PageWidget):
    """The list of backups; S makes one, R asks, below the list, whether to go back to the one chosen."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._backups: dict[str, Backup] = {}
        self._table = RecordTable(
            [
                Column(_("Sauvegarde du"), strong=True, chars=18),
                Column(_("Faite"), chars=20),
                Column(_("Taille"), number=True, chars=10),
                Column(_("Fichier"), stretch=True),
            ],
            name="backups.table",
        )
        self._empty = EmptyState(
            "backup",
            _("Pas encore de sauvegarde"),
            _(
                "fieldapp en fait une toutes les deux heures de saisie, et une en fermant. Vous pouvez en faire une "
                "maintenant."
            ),
            name="backups.empty",
        )
        card = Card(name="backups.card")
        card.add(self._table, 1)
        card.add(self._empty, 1)
        self._ask = self._build_ask()
        self._folder = ActionButton(_("Ouvrir le dossier"), "open_folder", "O", name="backups.folder", on=self._open)
        self._restore = ActionButton(_("Restaurer…"), "undo", "R", name="backups.restore", on=self._ask_restore)
        self._make = ActionButton(
            _("Sauvegarder maintenant"), "backup", "S", primary=True, name="backups.make", on=self.make
        )
        foot = theme.row(self._folder, 1, self._restore, self._make)
        self._working = Working(name="backups.working")
        self.setLayout(theme.column(card, self._working, self._ask, foot))

    def _build_ask(self) -> Card:
        ask = Card(_("Restaurer cette sauvegarde ?"), "warning", name="backups.ask")
        self._sentence = text_label("", wrap=True, name="backups.sentence")
        ask.add(self._sentence)
        no = ActionButton(_("Ne rien changer"), "", "Esc", name="backups.no", on=self.go_back)
        no.set_key("")
        no.show_key("Esc")
        self._yes = ActionButton(
            _("Restaurer"), "undo", "Ctrl+Return", primary=True, name="backups.yes", on=self._restore_now
        )
        ask.add(theme.row(1, no, self._yes))
        ask.hide()
        return ask

    def open(self, **_params: Any) -> None:
        """Read the folder of backups."""
        services = self._context.services
        listed = backup.list_backups(services.path)
        self._backups = {str(item.path): item for item in listed}
        now = datetime.now(UTC)
        rows = [
            (
                f"{item.made_at.astimezone():%d/%m/%Y %H:%M}",
                age_words(item.made_at, now),
                size_words(item.size),
                item.path.name,
            )
            for item in listed
        ]
        self._table.show_rows(rows, keys=list(self._backups))
        self._table.setVisible(bool(listed))
        self._empty.setVisible(not listed)
        self._restore.setEnabled(bool(listed))
        self._folder.setEnabled(paths.backup_folder(services.path).is_dir())
        count = ngettext("{n} copie", "{n} copies", len(listed)).format(n=len(listed))
        size = size_words(sum(item.size for item in listed))
        self.set_title(_("Sauvegardes"), f"{count} · {size}" if listed else "")
        self._hide_ask()
        if listed:
            self._table.setFocus()

    def make(self) -> None:
        """Make a backup in the background and show it in the list."""
        self._make.setEnabled(False)
        self._context.background.run(upkeep.make, self._context.services.path, done=self._made, failed=self._not_made)

    def _made(self, path: Path) -> None:
        self._make.setEnabled(True)
        self._context.status.backup(datetime.now().astimezone())
        self._context.notify(_("Sauvegarde faite : {name}").format(name=path.name))
        if self.isVisible():
            self.open()

    def _not_made(self, error: BaseException) -> None:
        self._make.setEnabled(True)
        if self.isVisible():
            self.open()  # the database may be copied though its photos are not
        errors.show(error)

    def _chosen(self) -> Backup | None:
        return self._backups.get(str(self._table.current_key()))

    def _ask_restore(self) -> None:
        """Read the chosen backup through, in the background, then say what going back to it will do."""
        chosen = self._chosen()
        if chosen is None or self._working.is_busy():
            return
        job = self._context.background.run(
            examined,
            chosen.path,
            self._context.services.path,
            done=lambda found: self._ask_about(chosen, found),
            failed=self._not_verified,
        )
        self._working.start(_("Vérification de {name}").format(name=chosen.path.name), job)

    def _not_verified(self, error: BaseException) -> None:
        self._working.stop()
        errors.show(error)

    def _ask_about(self, chosen: Backup, found: Difference) -> None:
        self._working.stop()
        if self._chosen() != chosen:
            return
        back = _("La base reviendra à ce qu’elle était le {day} à {time}. {lost}")
        other = _("La base deviendra celle de cette sauvegarde, du {day} à {time}. {lost}")
        self._sentence.setText(
            (other if found.gained else back).format(
                day=f"{chosen.made_at.astimezone():%d/%m/%Y}",
                time=f"{chosen.made_at.astimezone():%H:%M}",
                lost=difference_words(found),
            )
            + " "
            + _(
                "La base d’aujourd’hui n’est pas "
                "effacée : elle est d’abord mise de côté, à côté de la base, sous un autre nom."
            )
        )
        for button in (self._restore, self._make):
            button.setEnabled(False)
        self._ask.show()
        self._yes.setFocus()

    def _hide_ask(self) -> None:
        self._ask.hide()
        self._make.setEnabled(True)
        self._restore.setEnabled(bool(self._backups))

    def _restore_now(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        if self._context.background.busy():
            self._context.notify(_("Un travail est en cours : attendez sa fin, puis restaurez."), "warning")
            return
        try:
            restored = restore_into(self._context.services, chosen.path)
        except FieldappError as error:
            errors.show(error)
            self.open()
            return
        self.open()
        said = _("Sauvegarde restaurée.")
        if restored.kept:
            said = _("Sauvegarde restaurée. La base d’avant est gardée : {name}").format(name=restored.kept[0].name)
        self._context.notify(said)
        self._context.background.run(
            media_backup.bring_back, chosen.path, self._context.services.path, done=self._photos_back
        )

    def _photos_back(self, copied: Copied) -> None:
        """Say which photos came back with the backup: usually none was missing."""
        if copied.problem:
            self._context.notify(copied.problem, "warning")
        elif copied.copied:
            words = ngettext("{n} photo remise en place", "{n} photos remises en place", copied.copied)
            self._context.notify(words.format(n=copied.copied))

    def _open(self) -> None:
        folder = paths.backup_folder(self._context.services.path)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def go_back(self) -> bool:
        """Leave the question without doing anything."""
        if self._working.cancel():
            return True
        if not self._ask.isVisible():
            return False
        self._hide_ask()
        self._table.setFocus()
        return True

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("S", _("sauvegarder maintenant"), self.make, "backup"),
            Action("R", _("restaurer la sauvegarde choisie"), self._ask_restore, "undo"),
            Action("O", _("ouvrir le dossier des sauvegardes"), self._open, "open_folder"),
        ]
