"""What the analyses of every protocol do alike: work in the background, and files with tables and pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from fieldapp.core.errors import CancelledError
from fieldapp.core.text import _, fold
from fieldapp.ui import errors, files
from fieldapp.ui.background import Latest
from fieldapp.ui.page import PageContext, PageWidget
from fieldapp.ui.plots import Plot
from fieldapp.ui.tables import Row
from fieldapp.ui.widgets import EmptyState
from fieldapp.ui.working import Working

THIN = "\u202f"
"""What stands between thousands on the screen, and nowhere in a file."""


class AnalysisPart(PageWidget):
    """The base of a part of the page "analyses"; `name` begins the names of its widgets.

    A part sets `parts` (shown when there are records) and `empty` (shown when there are none), and overrides `failed`.
    """

    def __init__(self, context: PageContext, *, name: str) -> None:
        super().__init__()
        self._context = context
        self._latest = Latest(context.background)
        self._working = Working(name=f"{name}.working")
        self._parts: Sequence[QWidget] = ()
        self._empty: EmptyState | None = None

    def failed(self) -> None:
        """Show that the work was given up."""

    def show_parts(self, has_data: bool) -> None:
        """Show the analyses, or what would be here."""
        for part in self._parts:
            part.setVisible(has_data)
        if self._empty is not None:
            self._empty.setVisible(not has_data)

    def run(self, words: str, function: Callable[..., Any], done: Callable[[Any], None], *given: object) -> None:
        """Work in the background; only the answer to what was asked last arrives at `done`, on the main thread."""

        def finished(found: Any) -> None:
            self._working.stop()
            done(found)

        job = self._latest.run(function, *given, done=finished, failed=self._fail, progress=self._working.tell)
        self._working.start(words, job)

    def _fail(self, error: BaseException) -> None:
        self._working.stop()
        self.failed()
        if not isinstance(error, CancelledError):
            errors.show(error)

    # -------------------------------------------------------------------------------------------- files

    def ask_table(self, title: str, name: str, header: Sequence[str], rows: Sequence[Row]) -> None:
        """Ask for a file and write a table into it, its numbers without thin spaces."""

        def write(path: Path) -> None:
            files.write_table(path, header, [[cell.replace(THIN, "") for cell in row] for row in rows])
            self.written(path)

        files.ask_save(self, title, name, files.CSV, write)

    def ask_picture(self, plot: Plot) -> None:
        """Ask for a file and draw the figure into it, as PNG or SVG by its ending."""
        if plot.figure is None:
            return

        def write(path: Path) -> None:
            plot.save(path)
            self.written(path)

        name = f"{files.safe_name(fold(plot.figure.title))}.png"
        files.ask_save(self, _("Graphique (PNG ou SVG)"), name, files.PICTURES, write)

    def written(self, path: Path) -> None:
        """Say that a file was written."""
        self._context.notify(
            _("Écrit : {path}").format(path=path), action=_("Ouvrir le dossier"), on=lambda: files.open_folder(path)
        )

    # ---------------------------------------------------------------------------------------------- page

    def go_back(self) -> bool:
        """Cancel the work that goes on."""
        return self._working.cancel()

    def leaving(self) -> None:
        """Give up the work that goes on."""
        self._latest.drop()
        self._working.stop()
