"""The desk's columns in the memory of a window: read in the background, and kept in step with what is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from fieldapp.core.errors import CancelledError
from fieldapp.store import changes
from fieldapp.ui.background import Background, Job, Progress
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services

if TYPE_CHECKING:
    from fieldapp.desk.columns import Columns
    from fieldapp.desk.tables import Numbers


class DeskKeeper(QObject):
    """The columns of a window's database, None until they have been read; made by `of`.

    `job` is the reading under way. `told` says how far it is (done, total), `changed` that there are other columns.
    `findings` are the records that the desk's own checks found, by code; they are looked for when first wanted.
    """

    told = Signal(int, int)
    changed = Signal()

    def __init__(self, services: Services, background: Background) -> None:
        super().__init__(background)
        self._services, self._background = services, background
        self.job: Job | None = None
        self._known = -1
        self.columns: Columns | None = None
        self.findings: dict[str, Numbers] = {}
        self._checked: Columns | None = None
        self.progress = (0, 0)

    def refresh(self) -> None:
        """Bring the columns up to date in the background, unless they are or somebody is about it."""
        if self.job is not None or self.is_fresh():
            return
        self._known = changes.newest(self._services.db)
        self.job = self._background.run(
            _followed, self._services, self.columns, done=self._take, failed=self.fail, progress=self._tell
        )

    def is_fresh(self) -> bool:
        """Return whether the columns know the newest change."""
        return self.columns is not None and self._known == changes.newest(self._services.db)

    def check(self, *, again: bool = False) -> None:
        """Let the desk's own checks look at the columns in the background; `changed` follows.

        They look once, and `again` only where the columns are others by then: it takes seconds of a million lines.
        """
        columns = self.columns
        if columns is None or self._checked is columns or (self._checked is not None and not again):
            return
        self._checked = columns
        self._background.run(_checked, self._services, columns, done=self._take_findings)

    def _take(self, columns: Columns) -> None:
        self.job = None
        is_other = columns is not self.columns
        self.columns = columns
        if not self.is_fresh():
            self.refresh()
        if is_other:
            self.changed.emit()

    def _take_findings(self, findings: dict[str, Numbers]) -> None:
        self.findings = findings
        self.changed.emit()

    def fail(self, error: BaseException) -> None:
        """Note that the reading has failed or was cancelled: the next refresh begins again."""
        self.job = None
        self._known = -1
        if not isinstance(error, CancelledError):
            self._background.fail(error)

    def _tell(self, count: int, total: int, _text: str) -> None:
        self.progress = (count, total)
        self.told.emit(count, total)


def of(context: PageContext) -> DeskKeeper:
    """Return the keeper of the window that a page belongs to, made at the first call."""
    background = context.background
    for child in background.children():
        if isinstance(child, DeskKeeper):
            return child
    return DeskKeeper(context.services, background)


def _followed(services: Services, columns: Columns | None, progress: Progress) -> Columns:
    from fieldapp.desk import columns as desk_columns
    from fieldapp.desk import index

    with services.open_own() as db, index.followed(db, progress.report) as kept:
        fresh = desk_columns.load(db, kept) if columns is None else desk_columns.refreshed(db, kept, columns)
    fresh.by_line  # noqa: B018 - worked out here, and not when the first rows are to be shown
    return fresh


def _checked(services: Services, columns: Columns) -> dict[str, Any]:
    from fieldapp.desk import findings

    with services.open_own() as db:
        return findings.numbers(db, findings.hits(db, columns))
