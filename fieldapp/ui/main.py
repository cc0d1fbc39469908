"""The program with a window: opens the database, says what goes wrong on the way, and builds the pages."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from fieldapp import protocols
from fieldapp.core import paths, settings
from fieldapp.core.errors import DamagedDatabaseError, FieldappError
from fieldapp.core.settings import Settings
from fieldapp.core.text import _, set_language
from fieldapp.store import backup, changes, connection, instance, past, records, replacing, upkeep
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.store.past import Past
from fieldapp.ui import errors, qt_words, sources, theme, windows
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow

BACKUP_AFTER_START_MS = 3_000
BACKUP_EVERY_MS = 30 * 60 * 1000
"""How often the program looks whether a backup is to be made."""


def run(
    database: Path | None = None, *, demo: bool = False, on_ready: Callable[[Program], object] | None = None
) -> int:
    """Open the window and stay until it is closed; return the exit code.

    `demo` opens a throw-away database filled with the demonstration season. `on_ready` is called once the first page is
    painted and the program waits for a key. What was loaded on the way is left out of the garbage collector's walks.
    """
    application = make_application()
    with tempfile.TemporaryDirectory(prefix="fieldapp-") as folder:
        program = Program(application, database or paths.default_database(), Path(folder))
        opened = program.open_training() if demo else program.open_own()
        gc.freeze()
        gc.enable()
        if not opened:
            return 1
        if on_ready is not None:
            QTimer.singleShot(0, lambda: on_ready(program))
        try:
            return application.exec()
        finally:
            program.close()


def make_application() -> QApplication:
    """Return the Qt application of this process, with the look of the settings and the door for all failures."""
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("fieldapp")
    application.setDesktopFileName("fieldapp")
    application.setWindowIcon(QIcon(str(paths.resource("icons/fieldapp.svg"))))
    return application


class Program:
    """One run of the program: its settings, the database that is open, and the window on it.

    The training mode is the same program on a database in `scratch`, which goes away with it.
    """

    def __init__(self, application: QApplication, database: Path, scratch: Path) -> None:
        self._application = application
        self._database = database
        self._scratch = scratch
        self._lock: instance.Lock | None = None
        self._past: Past | None = None
        self._was_training = False
        self._timer = QTimer()
        self._timer.timeout.connect(self._back_up)
        self.settings = settings.load()
        self.services: Services | None = None
        self.window: MainWindow | None = None
        self.door = errors.install(application)
        self._look()

    # ------------------------------------------------------------------------------------- opening, closing

    def open_own(self) -> bool:
        """Open the person's own database; False when that failed and was said."""
        return self._open(self._database, training=False)

    def open_training(self) -> bool:
        """Open a throw-away database with the demonstration season, visibly different."""
        return self._open(self._scratch / "entrainement.db", training=True)

    def open_past(self, made: Past) -> bool:
        """Open a copy of the database as it was, to be looked at only; the copy goes with the way back."""
        self._was_training = self.services is not None and self.services.training and not self.services.past
        return self._open(made.path, training=True, made=made)

    def close(self) -> None:
        """Close window, database and lock; what is unfinished stays as a draft, what was saved goes into a backup."""
        self._timer.stop()
        if self.services is not None and self.services.sync is not None:
            self.services.sync.stop()
        window, services, lock = self.window, self.services, self._lock
        self.window = self.services = self._lock = None
        if window is not None:
            window.close()
            window.deleteLater()
        if services is not None:
            services.db.close()
            if not services.training:
                upkeep.back_up_at_closing(services.path)
        if lock is not None:
            lock.release()
        if self._past is not None:
            self._past.remove()
            self._past = None

    def _open(self, path: Path, *, training: bool, made: Past | None = None) -> bool:
        try:
            lock = made.lock if made is not None else instance.hold(path)
        except FieldappError as error:
            errors.show(error)
            return False
        services: Services | None = None
        try:
            services = self._services(path, lock, training=training) if made is None else self._of_past(made, lock)
        except FieldappError as error:
            errors.show(error)
        finally:
            if services is None:
                lock.release()
                if made is not None:
                    made.remove()
        if services is None:
            return False
        self.close()
        self._lock, self.services, self._past = lock, services, made
        self._show(services)
        return True

    def _services(self, path: Path, lock: instance.Lock, *, training: bool) -> Services | None:
        """Return the open database with all that belongs to it; None when the person gave up on a damaged one."""
        author = Author(self.settings.who, self.settings.device)
        replacing.drop_leftovers(path)
        try:
            db = open_for_use(path, protocols.installed(), author)
        except DamagedDatabaseError as damage:
            from fieldapp.ui.recovery import offer_backup

            if not offer_backup(path, str(damage), lock):
                return None
            db = open_for_use(path, protocols.installed(), author)
        if training:
            from fieldapp.exchange import demo

            demo.fill(db)
        return self._serving(db, lock, training=training)

    def _of_past(self, made: Past, lock: instance.Lock) -> Services:
        """Return a past state with all that belongs to it."""
        from fieldapp.ui.past.page import moment_words

        when = moment_words(made.instant)
        refusal = _("La base est celle du {when}, en lecture seule : rien n’est enregistré. Revenez à aujourd’hui.")
        author = Author(self.settings.who, self.settings.device)
        db = past.open_past(made, protocols.installed(), author, refusal.format(when=when))
        found = self._serving(db, lock, training=True)
        found.past = when
        return found

    def _serving(self, db: Database, lock: instance.Lock, *, training: bool) -> Services:
        by_code = {protocol.code: protocol for protocol in db.protocols.values()}
        found = Services(db, by_code, self.settings, self._saved, self._change_settings, training, self._switch)
        found.lock, found.show_past = lock, self._show_past
        return found

    def _show(self, services: Services) -> None:
        window = MainWindow(
            windows.pages(services.protocols),
            services=services,
            sources=sources.for_window(services, self._navigate),
            undo=lambda: self._step(changes.undo),
            redo=lambda: self._step(changes.redo),
            training=services.training,
            past=services.past,
            leave_past=lambda: self._show_past(None),
            door=self.door,
        )
        self.door.names = lambda: self._names(services)
        self.door.diagnose = lambda target: self._diagnose(services, target)
        self.window = window
        window.navigate("today")
        window.show()
        # Qt's own words are needed only when a dialog opens: after the first painting is soon enough
        QTimer.singleShot(0, window, lambda: qt_words.speak(self._application, self.settings.language))
        self._say_standing(services)
        if not services.training:
            QTimer.singleShot(BACKUP_AFTER_START_MS, self._look_after)
            self._timer.start(BACKUP_EVERY_MS)
        # what syncs is loaded after the first painting too
        QTimer.singleShot(0, window, lambda: self._begin_sync(services, window))

    def _begin_sync(self, services: Services, window: MainWindow) -> None:
        """Exchange this database with others', and say in the status line how things stand."""
        if self.services is not services or services.sync is not None:
            return
        from fieldapp.ui.sync import table_runner
        from fieldapp.ui.sync.runner import SyncRunner
        from fieldapp.ui.sync.standing import status_words

        table = table_runner.of(window.context)
        runner = SyncRunner(services, window.background, held=window.holds_record, claims=table.wanted, parent=window)
        runner.changed.connect(lambda: window.status.exchange(*status_words(runner.standing, runner.line)))
        runner.came.connect(window.renew)
        # What comes from the hub is news to who sits at a table as what comes from the table is: no line that is typed
        # is begun anew, and no string is offered that somebody else holds.
        runner.came.connect(table.came)
        runner.ended.connect(table.ringed)
        services.sync = runner
        runner.start()

    def _navigate(self, code: str, **params: Any) -> None:
        if self.window is not None:
            self.window.navigate(code, **params)

    def _switch(self, training: bool) -> None:
        """Go to the training database or back; after the present key press is dealt with."""
        QTimer.singleShot(0, self.open_training if training else self.open_own)

    def _show_past(self, made: Past | None) -> None:
        """Go to a past state or back; after the present key press is dealt with."""
        back = self.open_training if self._was_training else self.open_own
        QTimer.singleShot(0, back if made is None else lambda: self.open_past(made))

    # ------------------------------------------------------------------------------------------- what is said

    def _saved(self, made_at: str) -> None:
        if self.window is not None and self.services is not None:
            self.window.status.saved(local_time(made_at))
            self._tell_sync()

    def _tell_sync(self) -> None:
        if self.services is not None and self.services.sync is not None:
            self.services.sync.saved()

    def _say_standing(self, services: Services) -> None:
        if self.window is None:
            return
        status = self.window.status
        if last := changes.last_saved_at(services.db):
            status.saved(local_time(last))
        status.who(self.settings.who_name or _("qui saisit ? (Réglages)"))
        if not services.training:
            newest = backup.list_backups(services.path)
            status.backup(newest[0].made_at.astimezone() if newest else None)

    def _step(self, work: Callable[[connection.Database], changes.Action]) -> str:
        assert self.services is not None
        action = work(self.services.db)
        self._say_standing(self.services)
        self._tell_sync()
        return action.label

    # ------------------------------------------------------------------------------------------------ settings

    def _change_settings(self, fresh: Settings) -> None:
        old, self.settings = self.settings, fresh
        if self.services is not None:
            self.services.settings = fresh
            self.services.db.author = Author(fresh.who, fresh.device)
            self._say_standing(self.services)
        if (fresh.language, fresh.theme, fresh.text_scale) != (old.language, old.theme, old.text_scale):
            self._look()  # dressing every page anew takes a second or two
        settings.save(fresh)
        if fresh.language != old.language and self.services is not None:
            training = self.services.training and not self.services.past
            QTimer.singleShot(0, lambda: self._reopen_at_settings(training))

    def _reopen_at_settings(self, training: bool) -> None:
        self.close()
        if (self.open_training() if training else self.open_own()) and self.window is not None:
            self.window.navigate("settings")

    def _look(self) -> None:
        set_language(self.settings.language)
        theme.apply(self._application, self.settings.theme, self.settings.text_scale)

    # ------------------------------------------------------------------------------ looking after the database

    def _look_after(self) -> None:
        """In the background: check a database that was too large for the start, then make a backup if one is due."""
        if self.services is None or self.window is None:
            return
        self.window.background.run(past.drop_leftovers)
        path = self.services.path
        if path.stat().st_size > connection.CHECKED_AT_OPENING_BYTES:
            self.window.background.run(upkeep.check_file, path, done=lambda _nothing: self._back_up())
        else:
            self._back_up()

    def _back_up(self) -> None:
        services, window = self.services, self.window
        if services is None or window is None or services.training or not upkeep.is_due(services.path):
            return
        window.background.run(
            upkeep.back_up_due,
            services.path,
            done=lambda _path: self._say_standing(services) if self.services is services else None,
        )

    def _names(self, services: Services) -> list[str]:
        found = [self.settings.who_name]
        with suppress(FieldappError):
            found += [str(item.data.get("name", "")) for item in records.roots(services.db, "directory", "person")]
        return found

    def _diagnose(self, services: Services, target: Path) -> None:
        from fieldapp.ui.diagnostics import write_bundle

        write_bundle(target, services, self._names(services))


def local_time(made_at: str) -> datetime:
    """Return the local time of an instant of the store (UTC, ISO 8601)."""
    return datetime.fromisoformat(made_at).astimezone()


def with_person(fresh: Settings, uid: str, name: str) -> Settings:
    """Return the settings with this person as the one who records."""
    return replace(fresh, who=uid, who_name=name)
