"""Syncing in the background: never two at once, by itself when something waits, in silence while there is no line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import _
from fieldapp.ui.background import Background, Job, Latest
from fieldapp.ui.services import Services
from fieldapp.ui.sync import work
from fieldapp.ui.sync.standing import Line, Standing
from fieldapp.ui.sync.work import Synced


@dataclass(frozen=True, slots=True)
class Pace:
    """When the program syncs by itself, in milliseconds.

    After the start; after the last save; every so often when something waits; after a failure of the line, twice as
    late after each other; and so long after it found a page open whose form must not be overtaken.
    """

    start_ms: int = 3_000
    saved_ms: int = 30_000
    every_ms: int = 15 * 60_000
    retry_ms: int = 60_000
    held_ms: int = 5_000
    look_ms: int = 400


@dataclass(frozen=True, slots=True)
class Told:
    """What the last sync has to say: a sentence of a kind of banner; `consent` is what it asks for, "" for nothing."""

    kind: str
    sentence: str
    consent: str = ""
    problems: tuple[str, ...] = ()


class SyncRunner(QObject):
    """The exchange of one open database with its hub.

    `changed` says that the standing, the line or the progress is another, `ended` that a sync has ended, `came` that
    others' records are here. `held()` is true while what is on the screen must not be overtaken by what comes;
    `claims()` returns the ring strings that are used here just now.
    """

    changed = Signal()
    progressed = Signal(int, int, str)
    ended = Signal()
    came = Signal()

    def __init__(
        self,
        services: Services,
        background: Background,
        *,
        pace: Pace | None = None,
        held: Callable[[], bool] = lambda: False,
        claims: Callable[[], Iterable[str]] = tuple,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._background = services, background
        self._pace, self._held, self._claims = pace or Pace(), held, claims
        self.standing = Standing()
        self.line: Line = ""
        self.told: Told | None = None
        self._job: Job | None = None
        self._failures = 0
        self._stopped = False
        self._agreed: frozenset[str] = frozenset()
        self._is_first = True
        self._is_broken = False
        self._look = Latest(background)
        self._due = self._timer(self._sync_by_itself)
        self._after_save = self._timer(self._sync_by_itself)
        self._looks = self._timer(self.look)
        self._often = self._timer(self._sync_again, single=False)

    def _timer(self, on: Callable[[], None], *, single: bool = True) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(single)
        timer.timeout.connect(on)
        return timer

    # ---------------------------------------------------------------------------------------- by itself

    def start(self) -> None:
        """Look how things stand, and sync soon and from then on; not in the training mode."""
        if self._services.training or self._stopped:
            return
        self._looks.start(0)
        self._often.start(self._pace.every_ms)

    def stop(self) -> None:
        """Do nothing more: the window closes. What runs is stopped where nothing is lost."""
        self._stopped = True
        for timer in (self._due, self._after_save, self._looks, self._often):
            timer.stop()
        self._look.drop()
        self.cancel()

    def saved(self) -> None:
        """Something was saved: say that it waits, and send it when nothing more comes for a while."""
        if self._services.training or self._stopped:
            return
        self._looks.start(self._pace.look_ms)
        if self.line in {"online", "running"}:
            self._after_save.start(self._pace.saved_ms)

    def look(self) -> None:
        """Find out, in the background, how things stand."""
        if not (self._stopped or self._services.training):
            self._look.run(work.run_standing, self._services, done=self._stand)

    def _stand(self, standing: Standing) -> None:
        self.standing = standing
        if not standing.hub:
            self.line = ""
        elif self._is_first:
            self._is_first = False
            self._due.start(self._pace.start_ms)
        self.changed.emit()

    def _sync_again(self) -> None:
        """Sync now and then even when nothing of ours waits: colleagues may have sent something."""
        if not self._due.isActive():
            self._sync_by_itself()

    def _sync_by_itself(self) -> None:
        if self.line == "asking" or self._is_broken or not self.standing.hub:
            return
        if self.is_running() or self._held():
            self._due.start(self._pace.held_ms)
            return
        self._run(frozenset(), by_person=False)

    # ------------------------------------------------------------------------------------- by the person

    def sync(self, consents: frozenset[str] = frozenset()) -> None:
        """Sync now, because the person wants it; `consents` are the questions that were agreed to."""
        if self.is_running() or self._stopped:
            return
        self._run(consents, by_person=True)

    def cancel(self) -> bool:
        """Stop the sync that runs; return whether there was one."""
        if self._job is None:
            return False
        self._job.cancel()
        return True

    def is_running(self) -> bool:
        """Return whether a sync runs."""
        return self._job is not None

    def joined(self, name: str, role: str) -> None:
        """The database has just joined a hub of this name: exchange all with it."""
        self.told, self.line, self._failures, self._is_first = None, "", 0, False
        self.standing = Standing(name, role)
        self.sync()

    def know(self, name: str, role: str) -> None:
        """Take note of the hub that the database has joined, before anybody has looked how things stand."""
        self.standing = replace(self.standing, hub=name, role=role)

    def refuse(self) -> None:
        """Leave the question: it comes back with the next sync that the person asks for."""
        self.told, self._agreed = None, frozenset()
        self.changed.emit()

    def hush(self) -> None:
        """Say no more what the last sync did: something newer is to be said. A question stays."""
        if self.told is not None and not self.told.consent:
            self.told = None
            self.changed.emit()

    def left(self) -> None:
        """The database has left its hub."""
        self.told, self.line, self._failures = None, "", 0
        for timer in (self._due, self._after_save):
            timer.stop()
        self.look()

    def _run(self, consents: frozenset[str], *, by_person: bool) -> None:
        for timer in (self._due, self._after_save):
            timer.stop()
        self.line, self._is_broken = "running", False
        self._agreed |= consents  # one question may follow another: what was agreed to holds until all is exchanged
        if by_person:
            self.told = None
        self._job = self._background.run(
            work.run_sync,
            self._services,
            self._agreed,
            done=self._done,
            failed=lambda error: self._failed(error, by_person=by_person),
            progress=self.progressed.emit,
            claims=tuple(self._claims()),
        )
        self.changed.emit()

    def _done(self, synced: Synced) -> None:
        self._failures, self._agreed = 0, frozenset()
        self.told = Told("done", synced.sentence, problems=synced.problems)
        self._end("online")
        if synced.brought and not self._stopped:
            self.came.emit()

    def _failed(self, error: BaseException, *, by_person: bool) -> None:
        if isinstance(error, CancelledError):
            self.told = Told("info", _("Arrêté : ce qui était passé est gardé, le reste partira la prochaine fois."))
            self._end("")
        elif not isinstance(error, FieldappError):
            self._is_broken = True  # what fails on a bug would fail again, and say so again, until somebody asks for it
            self._end("stopped")
            self._background.fail(error)
        elif consent := getattr(error, "consent", ""):
            self.told = Told("warning", str(error), consent)
            self._end("asking")
        elif getattr(error, "again", False):
            self._offline(error, by_person=by_person)
        else:
            self.told = Told("error", str(error))
            self._end("stopped")

    def _offline(self, error: FieldappError, *, by_person: bool) -> None:
        """Say it to who asked, to nobody else; and try again, each time later than before."""
        if by_person:
            self.told = Told("error", str(error))
        self._due.start(min(self._pace.every_ms, self._pace.retry_ms * 2 ** min(self._failures, 20)))
        self._failures += 1
        self._end("offline")

    def _end(self, line: Line) -> None:
        self._job = None
        self.line = line
        self.changed.emit()
        self.ended.emit()
        self.look()
