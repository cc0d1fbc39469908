"""The one door of all failures: foreseen ones become a sentence, the others "your records are safe" and a report."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtWidgets import QApplication

from fieldapp import __version__
from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import _

HIDDEN = "…"
_EMAIL = LazyPattern(r"[^\s@<>\"'()\[\]{},;:/\\=]+@[^\s@<>\"'()\[\]{},;:/\\=]+")
_SHORTEST_PART = 3
"""Parts of a name shorter than this ("de", "Le") stay, they say nothing about the person."""

Diagnose = Callable[[Path], object]


def redact(text: str, names: Iterable[str] = (), home: str | None = None, user: str | None = None) -> str:
    """Return the text without the home folder, the user's name, e-mail addresses and the names of people given."""
    home = str(Path.home()) if home is None else home
    user = _user() if user is None else user
    for path in sorted({home, home.replace("\\", "\\\\"), home.replace("\\", "/")}, key=len, reverse=True):
        if len(path) > 1:
            text = re.sub(re.escape(path) + r"(?![^\W_])", "~", text, flags=re.IGNORECASE)
    text = _EMAIL.sub(HIDDEN, text)
    words = {user.strip()}
    for name in names:
        words.add(name.strip())
        words.update(part for part in re.split(r"[\s,;]+", name) if len(part) >= _SHORTEST_PART)
    for word in sorted(filter(None, words), key=len, reverse=True):
        text = re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", HIDDEN, text, flags=re.IGNORECASE)
    return text


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return Path.home().name


def report(error: BaseException, names: Iterable[str] = (), facts: Mapping[str, str] | None = None) -> str:
    """Return what a developer needs to know of a failure, without personal data."""
    # loaded with the first failure only: the start must stay quick
    import platform
    import sqlite3
    import traceback

    from PySide6 import __version__ as qt_version

    versions = {
        "fieldapp": __version__,
        "Python": platform.python_version(),
        "Qt": qt_version,
        "SQLite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        **(facts or {}),
    }
    lines = [f"{name} {value}" for name, value in versions.items()]
    trace = "".join(traceback.format_exception(error))
    return redact("\n".join([*lines, "", trace.rstrip(), ""]), names)


class Presenter(Protocol):
    """A window that can say what went wrong without a dialog."""

    def show_failure(self, sentence: str) -> None:
        """Say a foreseen failure in a banner."""

    def show_bug(self, text: str) -> None:
        """Show the panel "vos relevés sont en sécurité" with this report."""


class ErrorDoor(QObject):
    """Takes every failure to the window that is open, or to a start-up dialog when there is none yet."""

    _elsewhere = Signal(object)

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.presenter: Presenter | None = None
        self.names: Callable[[], Iterable[str]] = tuple
        self.facts: Callable[[], Mapping[str, str]] = dict
        self.diagnose: Diagnose | None = None
        self._showing = False
        self._elsewhere.connect(self.show)

    def show(self, error: BaseException) -> None:
        """Say what happened, in the way that fits the failure; from any thread."""
        if QThread.currentThread() is not self.thread():
            self._elsewhere.emit(error)
            return
        if isinstance(error, CancelledError) or self._showing:
            return
        self._showing = True
        try:
            if isinstance(error, FieldappError):
                self._say(str(error))
            else:
                self._bug(report(error, self.names(), self.facts()))
        finally:
            self._showing = False

    def _say(self, sentence: str) -> None:
        if self.presenter is not None:
            self.presenter.show_failure(sentence)
        else:
            from fieldapp.ui.bugs import start_up_dialog

            start_up_dialog(_("fieldapp ne peut pas s’ouvrir"), sentence).exec()

    def _bug(self, text: str) -> None:
        sys.stderr.write(text)
        if self.presenter is not None:
            self.presenter.show_bug(text)
        else:
            from fieldapp.ui.bugs import start_up_dialog

            sentence = _(
                "Vos relevés sont en sécurité : rien n’a été effacé. Une erreur du programme l’empêche de s’ouvrir."
            )
            start_up_dialog(_("fieldapp ne peut pas s’ouvrir"), sentence, text).exec()

    def hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Take what nobody caught (`sys.excepthook`); Qt sends the exceptions of its slots here too."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        try:
            self.show(error)
        except Exception:  # noqa: BLE001 - one of the two places: the last resort must not fail itself
            sys.__excepthook__(kind, error, trace)


_door: ErrorDoor | None = None


def install(app: QApplication) -> ErrorDoor:
    """Put the door in: from now on no failure passes silently or ends the program. Returns the door to be furnished."""
    global _door
    door = ErrorDoor(app)
    sys.excepthook = door.hook

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            door.hook(args.exc_type, args.exc_value, args.exc_traceback)

    threading.excepthook = in_thread
    _door = door
    return door


def show(error: BaseException) -> None:
    """Say a failure through the door; without a door it is raised."""
    if _door is None:
        raise error
    _door.show(error)


@contextmanager
def guard() -> Iterator[None]:
    """Say a foreseen failure of this block in a banner and go on; a bug still goes to the last resort."""
    try:
        yield
    except FieldappError as error:
        show(error)


def copy_report(text: str) -> None:
    """Put the report on the clipboard."""
    QApplication.clipboard().setText(text)
