"""The exchange by a file on the page of syncing: where it goes, how far it is, what came of it."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import N_, _
from fieldapp.ui import files
from fieldapp.ui.background import Progress
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import Banner
from fieldapp.ui.working import Working

BATCHES = N_("Fichiers d’échange fieldapp (*.fieldbatch)")


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a file, in sentences; `received` counts changes that were new here."""

    path: Path
    sentence: str
    has_problems: bool
    received: int = 0


def run_give(services: Services, path: Path, progress: Progress) -> Handled:
    """Write all that is here into a file, with a connection of its own."""
    from fieldapp.sync import bundle, wording

    with services.open_own() as db:
        done = bundle.export(
            db, path, device_name=platform.node(), progress=progress.report, cancelled=progress.cancelled
        )
    # The whole path would fill the banner with large letters, and the folder is one key away.
    written, *said = wording.exported_words(replace(done, path=Path(done.path.name)))
    told = " ".join([*said, _("À lire chez le collègue : Synchro, F8.")])
    return Handled(done.path, f"{written} · {told}", bool(done.problems))


def run_read(services: Services, path: Path, progress: Progress) -> Handled:
    """Take what a file holds, with a connection of its own; stopping it leaves nothing of it."""
    from fieldapp.sync import bundle, wording

    with services.open_own() as db:
        done = bundle.import_(db, path, progress=progress.report, cancelled=progress.cancelled)
        return Handled(done.path, " ".join(wording.imported_words(db, done)), bool(done.problems), done.received)


class FileExchange:
    """Asks for the file, does the work in the background, and says in a banner what it did; a card has its buttons.

    `on_begin` is told when a file is chosen, `on_end` when all is said and something of others may be here.
    """

    def __init__(
        self,
        page: QWidget,
        context: PageContext,
        working: Working,
        on_begin: Callable[[], object],
        on_end: Callable[[], object],
    ) -> None:
        self._page, self._context, self._working = page, context, working
        self._on_begin, self._on_end = on_begin, on_end
        self.banner = Banner("done", "", closable=True, name="sync.file_told")
        self.banner.hide()

    def give(self) -> None:
        """Ask where the file is to be, then write it."""
        if self._may_begin():
            name = f"fieldapp-{datetime.now().astimezone():%Y-%m-%d}.fieldbatch"
            files.ask_save(self._page, _("Remettre un fichier"), name, BATCHES, self._write)

    def read(self) -> None:
        """Ask for the file of somebody else, then read it."""
        if self._may_begin():
            files.ask_open(self._page, _("Lire un fichier"), BATCHES, self._take)

    def _may_begin(self) -> bool:
        """Return whether nothing else is under way; what is invented in the training mode goes to nobody."""
        return not (self._working.is_busy() or self._context.services.training)

    def _write(self, path: Path) -> None:
        self.banner.hide()
        self._on_begin()
        job = self._context.background.run(
            run_give,
            self._context.services,
            path,
            done=self._written,
            failed=self._failed,
            progress=self._working.tell,
        )
        self._working.start(_("Écriture de {name}").format(name=path.name), job)

    def _take(self, path: Path) -> None:
        self.banner.hide()
        self._on_begin()
        job = self._context.background.run(
            run_read, self._context.services, path, done=self._taken, failed=self._failed, progress=self._working.tell
        )
        self._working.start(_("Lecture de {name}").format(name=path.name), job)

    def _written(self, done: Handled) -> None:
        self._working.stop()
        kind = "warning" if done.has_problems else "done"
        show = partial(files.open_folder, done.path)
        self.banner.set(kind, done.sentence, action=_("Ouvrir le dossier"), key="O", on=show)
        self.banner.show()
        self._on_end()

    def _taken(self, done: Handled) -> None:
        self._working.stop()
        self.banner.set("warning" if done.has_problems else "done", done.sentence)
        self.banner.show()
        if done.received:
            self._context.services.on_saved(datetime.now(UTC).isoformat())
        self._on_end()

    def _failed(self, error: BaseException) -> None:
        self._working.stop()
        if isinstance(error, CancelledError):
            self._context.notify(_("Arrêté : rien n’a été écrit, rien n’a été pris."), "info")
        elif isinstance(error, FieldappError):
            self.banner.set("error", str(error))
            self.banner.show()
            self._on_end()
        else:
            self._context.background.fail(error)
