"""The photos of one catch in a strip: taken in by key, file dialog or drop, named by a letter, opened large.

The strip works on values and saves no record: whoever shows it saves `values()` with the catch (`photo_records`), so a
catch that is still a draft has its photos too. Their files are kept (store.media) as soon as they are added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.schema import PHOTO
from fieldapp.ui import files, theme
from fieldapp.ui.barrier.photo_intake import Arrival, Intake, again_words, coming
from fieldapp.ui.barrier.photo_tile import PhotoTile
from fieldapp.ui.barrier.photo_viewer import PhotoViewer
from fieldapp.ui.barrier.photo_words import VIEW_KEYS, is_coming, is_of_another_day
from fieldapp.ui.barrier.shades import Thumbnails
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, FlowLayout, follow_width, text_label

ADD_KEY = "+"
"""Adds photos while the cursor is in the strip; elsewhere it counts animals."""


class PhotoStrip(QWidget):
    """The photos of one catch, as values of the entity photo (with "uid" where they are stored already).

    `changed` says that `values()` are others than before. `late(key, arrival)` carries what came (an Arrival) once
    another catch was shown or the strip hidden: `key` is that of the catch it belongs to. `add_key` works from anywhere
    on the page, without it `ADD_KEY` in the strip.
    """

    changed = Signal()
    late = Signal(str, object)

    def __init__(self, context: PageContext, *, add_key: str = "", name: str = "photos") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAcceptDrops(True)
        self._context = context
        self._services: Services = context.services
        self._key = ""
        self._morning = ""
        self._values: list[dict[str, Any]] = []
        self._removed: list[tuple[int, dict[str, Any]]] = []
        self._coming: list[dict[str, Any]] = []
        self.intake = Intake(self._services, context.background, self)
        self.intake.came.connect(self._arrive)
        self._thumbnails = Thumbnails(self._services, context.background, self)
        self._thumbnails.ready.connect(self._come)
        self._viewer: PhotoViewer | None = None
        self._tiles: list[PhotoTile] = []
        self._shelf = QWidget()
        self._shelf.setProperty("role", "plain")
        self._flow = FlowLayout(self._shelf)
        follow_width(self._shelf)
        self._hint = text_label("", "secondary", wrap=True, name=f"{name}.hint")
        self._said = text_label("", "warning-text", wrap=True, name=f"{name}.said")
        self._add = ActionButton(_("Ajouter des photos"), "photo", name=f"{name}.add", on=self.ask_files)
        self._add.show_key(add_key or ADD_KEY)
        if add_key:
            self._add.set_key(add_key)
        self._back = ActionButton(_("Remettre"), "undo", role="quiet", name=f"{name}.put_back", on=self._put_back)
        self._at = 0
        self._tools = self._build_tools()
        foot = theme.row(self._add, self._back, 1)
        self.setLayout(theme.column(self._shelf, self._tools, self._hint, self._said, foot, spacing=theme.S))
        self.setFocusProxy(self._add)
        self._show()

    def _build_tools(self) -> QWidget:
        """Return the buttons for the photo that was pressed or walked to last; its tile answers to their keys."""
        shelf = QWidget()
        shelf.setProperty("role", "plain")
        flow = FlowLayout(shelf, spacing=theme.XS)
        wanted: list[tuple[str, str, str, str, Callable[[], object]]] = [
            (_(_VIEW_WORDS[view]).capitalize(), "", key, view, partial(self._set_view_here, view))
            for view, key in VIEW_KEYS.items()
        ]
        wanted.append((_("Ouvrir"), "search", "Return", "open", lambda: self.open_large(self._at)))
        wanted.append((_("Enlever"), "delete", "Del", "remove", lambda: self.remove(self._at)))
        for words, icon, key, name, on in wanted:
            button = ActionButton(words, icon, role="quiet", name=f"{self.objectName()}.{name}", on=on)
            button.show_key(key)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            flow.addWidget(button)
        follow_width(shelf)
        return shelf

    # -------------------------------------------------------------------------------------------- what it holds

    def set_values(self, values: Sequence[Mapping[str, Any]], morning: str, key: str) -> None:
        """Show these photos of another catch, or of the same one anew; says nothing.

        `morning` is the ISO date of the check, `key` what the owner calls the catch: its uid (see `late`).
        """
        if key != self._key:
            self._removed, self._at = [], 0
            self._said.setText("")
        self._key, self._morning = key, morning
        self._hold(values)
        self._show()

    def values(self) -> list[dict[str, Any]]:
        """Return the values of the photos, in their order, those on their way last (`photo_words.is_coming`)."""
        return [dict(item) for item in (*self._values, *self._coming)]

    # -------------------------------------------------------------------------------------------- taking in

    def ask_files(self) -> None:
        """Ask for files and take them in."""
        files.ask_open_several(self, _("Ajouter des photos"), files.PHOTOS, self.add_files)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Keep these files as photos of the catch, in the background; what is refused is said below the strip.

        They are among the values before they are copied, so that a draft holds them whatever happens.
        """
        if not paths:
            return
        self._said.setText("")
        self._coming += [coming(path.absolute()) for path in paths]
        self.intake.copy(self._key, [path.absolute() for path in paths])
        self._show()
        self.changed.emit()

    def _arrive(self, key: str, arrival: Arrival) -> None:
        """Take what came for the catch that is shown; for any other it is `late`."""
        if key != self._key or not self.isVisible():
            self.late.emit(key, arrival)
            return
        before = len(self._values)
        found, again = arrival.into([*self._values, *self._coming])
        self._hold(found)
        for item in arrival.values:
            self._thumbnails.forget(item["sha256"])
        self._said.setText("\n".join((*arrival.refused, *again_words(again))))
        self._show()
        if len(self._values) > before:
            self._tiles[before].setFocus()
        self.changed.emit()

    def _hold(self, values: Sequence[Mapping[str, Any]]) -> None:
        self._values = [dict(item) for item in values if not is_coming(item)]
        self._coming = [dict(item) for item in values if is_coming(item)]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that are dragged from a folder."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take in the files that were dropped."""
        event.acceptProposedAction()
        self.add_files([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def event(self, event: QEvent) -> bool:
        """Keep Enter for the button that has the cursor, before the keys of the page."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_press(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button that has the cursor with Enter too, not with the space bar alone; `+` adds photos."""
        button = self.focusWidget()
        if self._is_press(event) and isinstance(button, ActionButton):
            button.click()
            return
        if event.text() == ADD_KEY:
            self.ask_files()
            return
        super().keyPressEvent(event)

    def _is_press(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        on_button = any(button.hasFocus() for button in (self._add, self._back))
        return on_button and plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)

    # -------------------------------------------------------------------------------------------- changing

    def _set_view_here(self, view: str) -> None:
        self.set_view(self._at, view)

    def set_view(self, at: int, view: str) -> None:
        """Say what is seen on the photo at this place; the same again takes it back."""
        if self._values[at].get("view") == view:
            del self._values[at]["view"]
        else:
            self._values[at]["view"] = view
        self._show()
        self._tiles[at].setFocus()
        self.changed.emit()

    def remove(self, at: int) -> None:
        """Take a photo off the catch; its file stays, so it can be put back."""
        self._removed.append((at, self._values.pop(at)))
        self._show()
        (self._tiles[min(at, len(self._tiles) - 1)] if self._tiles else self._back).setFocus()
        self.changed.emit()

    def _put_back(self) -> None:
        at, item = self._removed.pop()
        self._values.insert(min(at, len(self._values)), item)
        self._show()
        self._tiles[min(at, len(self._tiles) - 1)].setFocus()
        self.changed.emit()

    def open_large(self, at: int) -> None:
        """Open the photo at this place over the whole window."""
        host = self.window()
        if self._viewer is None or self._viewer.parentWidget() is not host:
            self._viewer = PhotoViewer(self._context, host)
        self._viewer.show_photos(self._values, at)

    # -------------------------------------------------------------------------------------------- showing

    def _show(self) -> None:
        while len(self._tiles) > len(self._values):
            tile = self._tiles.pop()
            self._flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        while len(self._tiles) < len(self._values):
            self._tiles.append(self._new_tile(len(self._tiles)))
        for tile, item in zip(self._tiles, self._values, strict=True):
            tile.show_photo(item, near=self._morning, other_day=is_of_another_day(item, self._morning))
        self._at = min(self._at, max(0, len(self._values) - 1))
        self._shelf.setVisible(bool(self._values))
        self._tools.setVisible(bool(self._values))
        self._back.setVisible(bool(self._removed))
        self._hint.setText(self._hint_words())
        self._hint.setVisible(bool(self._hint.text()))
        self._said.setVisible(bool(self._said.text()))
        self._shelf.updateGeometry()

    def _hint_words(self) -> str:
        count = len(self._coming)
        if count:
            words = ngettext("{n} photo en cours de copie…", "{n} photos en cours de copie…", count)
            return words.format(n=count)
        if not self._values:
            return _("Pas encore de photo : ajoutez-en, ou faites-les glisser ici.")
        return ""

    def _new_tile(self, at: int) -> PhotoTile:
        tile = PhotoTile(self._thumbnails, name=f"{self.objectName()}.{at}")
        tile.stood_on.connect(lambda: self._stand_on(at))
        tile.opened.connect(lambda: self.open_large(at))
        tile.removed.connect(lambda: self.remove(at))
        tile.view_chosen.connect(lambda view: self.set_view(at, view))
        tile.walked.connect(lambda by: self._tiles[(at + by) % len(self._tiles)].setFocus())
        self._flow.addWidget(tile)
        return tile

    def _stand_on(self, at: int) -> None:
        self._at = at

    def _come(self, sha256: str) -> None:
        for tile in self._tiles:
            if tile.sha256 == sha256:
                tile.update()


_VIEW_WORDS = {choice.code: choice.short or choice.label for choice in PHOTO.by_name["view"].choices}
