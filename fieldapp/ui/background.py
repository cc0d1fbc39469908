"""Long work off the main thread: plain functions, one pool, one permanent signal.

A signals object per job loses results silently when nobody keeps it; one permanent relay delivers every one of them, in
the order in which the jobs ended, on the main thread.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

from fieldapp.core.errors import CancelledError
from fieldapp.core.text import _

Done = Callable[[Any], object]
Failed = Callable[[BaseException], object]
Report = Callable[[int, int, str], object]

THREADS = 2
_STEP = 0.01
"""Share of the whole between two progress reports: more of them would only fill the event queue."""


class Progress:
    """What a job says on its way: `report` how far it is, `cancelled` whether it should stop."""

    def __init__(self, tell: Callable[[int, int, str], None]) -> None:
        self._tell = tell
        self._cancel = threading.Event()
        self._last = (-1.0, "")

    def report(self, count: int, total: int = 0, text: str = "") -> None:
        """Say how much is done; raises CancelledError when the person has cancelled the job."""
        self.check()
        share = count / total if total else float(count)
        if text != self._last[1] or count == total or abs(share - self._last[0]) >= _STEP:
            self._last = (share, text)
            self._tell(count, total, text)

    def cancelled(self) -> bool:
        """Return whether the person has cancelled the job."""
        return self._cancel.is_set()

    def check(self) -> None:
        """Raise CancelledError when the person has cancelled the job."""
        if self.cancelled():
            raise CancelledError(_("Annulé : rien n’a été gardé de ce travail."))

    def cancel(self) -> None:
        """Ask the job to stop at its next report."""
        self._cancel.set()


class Job:
    """A piece of work that was started; `cancel` asks it to stop."""

    def __init__(self, done: Done | None, failed: Failed | None, progress: Report | None) -> None:
        self.done, self.failed, self.on_progress = done, failed, progress
        self.progress = Progress(lambda *_how_far: None)
        self.finished = False

    def cancel(self) -> None:
        """Ask the job to stop at its next report; it then ends with CancelledError, which is not shown as an error."""
        self.progress.cancel()


class Background(QObject):
    """The only place where work leaves the main thread. `unhandled` gets the failures that no job took care of."""

    _told = Signal(object, str, object)

    def __init__(self, unhandled: Failed | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._unhandled = unhandled
        # Threads of Python's own: those of Qt forget what Python keeps for a thread after each job, and PROJ, which the
        # maps are reckoned with, then reaches for what is gone.
        self._pool = ThreadPoolExecutor(THREADS)
        self._order = threading.Lock()
        self._jobs: set[Job] = set()
        self._is_closed = False
        self._told.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Report | None = None,
        **options: Any,
    ) -> Job:
        """Start the function; `done(result)`, `failed(error)`, `progress(count, total, text)` come on the main thread.

        A function with a parameter named `progress` gets the job's Progress. It must open its own connection. Once
        closed nothing is started any more: a timer of a page that goes may still ask.
        """
        job = Job(done, failed, progress)
        if self._is_closed:
            job.cancel()
            return job
        job.progress = Progress(lambda *how_far: self._told.emit(job, "progress", how_far))
        if "progress" in inspect.signature(function).parameters:
            options["progress"] = job.progress
        self._jobs.add(job)
        self._pool.submit(self._work, job, function, args, options)
        return job

    def fail(self, error: BaseException) -> None:
        """Hand over a failure that nobody takes care of; a cancelled job is none."""
        if not isinstance(error, CancelledError) and self._unhandled is not None:
            self._unhandled(error)

    def busy(self) -> int:
        """Return how many jobs are not delivered yet."""
        return len(self._jobs)

    def close(self) -> None:
        """Cancel what has not begun, wait for what runs, deliver what is done."""
        self._is_closed = True
        for job in self._jobs:
            job.cancel()
        self._pool.shutdown()
        while self._jobs:
            QCoreApplication.sendPostedEvents(self)

    def _work(self, job: Job, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> None:
        try:
            job.progress.check()
            kind, value = "done", function(*args, **options)
        except Exception as error:  # noqa: BLE001 - one of the two places: whatever a job raises is delivered
            kind, value = "failed", error
        with self._order:
            self._told.emit(job, kind, value)

    @Slot(object, str, object)
    def _deliver(self, job: Job, kind: str, value: Any) -> None:
        if kind == "progress":
            if job.on_progress is not None and not job.finished:
                job.on_progress(*value)
            return
        job.finished = True
        self._jobs.discard(job)
        if kind == "done":
            if job.done is not None:
                job.done(value)
        elif job.failed is not None:
            job.failed(value)
        else:
            self.fail(value)


class Latest:
    """Questions of one kind, of which only the last one counts: what comes of an older one is dropped, failure too."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._job: Job | None = None

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Done,
        failed: Failed | None = None,
        progress: Report | None = None,
        **options: Any,
    ) -> Job:
        """Ask as `Background.run` does, in place of what was asked before.

        A failure goes to `failed`, without it to where the background's own go.
        """
        self.drop()

        def told(on: Callable[..., object]) -> Callable[..., None]:
            def come(*what: Any) -> None:
                if self._job is job:
                    on(*what)

            return come

        job = self._background.run(
            function,
            *args,
            done=told(done),
            failed=told(failed or self._background.fail),
            progress=told(progress) if progress is not None else None,
            **options,
        )
        self._job = job
        return job

    def drop(self) -> None:
        """Want no answer any more: the page was left, or shows something that needs none."""
        if self._job is not None:
            self._job.cancel()
        self._job = None
