"""Which animal is this one? The known individuals of a barrier with the picture of their bellies, or a new name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QHideEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from fieldapp.core.record import make_record
from fieldapp.core.text import _, fold, ngettext
from fieldapp.protocols.pitfall_barrier.individuals import next_name, prefix_of
from fieldapp.protocols.pitfall_barrier.schema import CODE, INDIVIDUAL
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.background import Latest
from fieldapp.ui.barrier.individual_read import Seen, individuals_of, seen_in_background
from fieldapp.ui.barrier.photo_tile import paint_photo
from fieldapp.ui.barrier.shades import Thumbnails
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, text_label
from fieldapp.ui.wording import Words, day_words

NEW_KEY = "+"
"""The key that makes a new individual: no name begins with it."""

_WALK = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 5, Qt.Key.Key_PageUp: -5}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex


class IndividualChoice(QWidget):
    """Asks for the individual of one catch: `chosen` carries its uid, `cancelled` says that Esc was pressed.

    Letters find a name, arrows walk, Enter takes; + makes the next new one and takes it at once.
    """

    chosen = Signal(str)
    cancelled = Signal()

    def __init__(self, context: PageContext, *, name: str = "individual_choice") -> None:
        super().__init__()
        self.setObjectName(name)
        self._context = context
        self._services: Services = context.services
        self._site, self._cd_nom, self._sex = "", 0, ""
        self._all: list[Seen] = []
        self._latest = Latest(context.background)
        self._title = text_label("", "section", wrap=True, name=f"{name}.title")
        self._line = _Line(self, name=f"{name}.line")
        self._line.setPlaceholderText(_("Nom ou numéro"))
        self._line.textEdited.connect(lambda _text: self._filter())
        self._thumbnails = Thumbnails(self._services, context.background, self)
        self._list, self._model = self._build_list(f"{name}.list")
        self._empty = text_label("", "secondary", wrap=True, name=f"{name}.empty")
        self._new = ActionButton("", "add", NEW_KEY, name=f"{name}.new", on=self.make_new)
        self._cancel = ActionButton("", "close", role="quiet", name=f"{name}.cancel", on=self.cancelled.emit)
        self._cancel.setAccessibleName(_("annuler"))
        self._cancel.setToolTip(_("annuler"))
        self._new.show_key(NEW_KEY)
        self._cancel.show_key("Esc")
        foot = theme.row(self._new, 1, self._cancel, spacing=theme.S)
        box = theme.column(self._title, self._line, self._empty, self._list, foot, spacing=theme.S)
        box.setStretch(3, 1)
        self.setLayout(box)
        self.setFocusProxy(self._line)

    def _build_list(self, name: str) -> tuple[QListView, _Rows]:
        found = QListView()
        found.setObjectName(name)
        found.setProperty("role", "suggestions")
        found.setUniformItemSizes(True)
        found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        found.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        found.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        found.setAccessibleName(_("individus connus"))
        model = _Rows(found)
        found.setModel(model)
        found.setItemDelegate(_Painter(self._thumbnails, found))
        found.clicked.connect(lambda index: self._take(index.row()))
        self._thumbnails.ready.connect(lambda _sha256: found.viewport().update())
        return found, model

    def ask(self, site: str, cd_nom: int, *, sex: str = "") -> None:
        """Ask which individual of this barrier and species it is; `sex` is the code of the catch, for a new one.

        The names are there at once; when each was seen, and its picture, come from the background.
        """
        self._site, self._cd_nom, self._sex = site, cd_nom, sex
        db = self._services.db
        species = Words(db, self._services.taxa(CODE)).taxon_name(cd_nom)
        self._title.setText(_("Quel individu ? {species}").format(species=species))
        found = individuals_of(db, site, cd_nom)
        self._all = [Seen(item) for item in found]
        self._line.clear()
        self._filter()
        self._line.setFocus()
        self._latest.run(seen_in_background, self._services, found, done=self._come)

    def names(self) -> list[str]:
        """Return the names that are shown, in their order."""
        return [item.name for item in self._model.rows]

    def new_name(self) -> str:
        """Return the name that a new individual would get: what is typed where nobody has that name, else the next."""
        typed = self._line.text().strip()
        is_a_name = any(char.isdigit() for char in typed) and any(char.isalpha() for char in typed)
        if is_a_name and not any(fold(item.name) == fold(typed) for item in self._all):
            return typed
        taxon = Words(self._services.db, self._services.taxa(CODE)).taxon(self._cd_nom)
        return next_name([item.name for item in self._all], prefix_of(taxon) if taxon else "")

    def make_new(self) -> None:
        """Save a new individual and choose it."""
        name = self.new_name()
        values: dict[str, Any] = {"individual_name": name, "cd_nom": self._cd_nom, "sex": self._sex}
        record = make_record(CODE, INDIVIDUAL, values, self._site)
        saved = records.save(self._services.db, [record], _("Individu {name}").format(name=name))
        self._services.on_saved(saved.made_at)
        self.chosen.emit(record.uid)

    # -------------------------------------------------------------------------------------------- showing

    def hideEvent(self, event: QHideEvent) -> None:
        """Want no answer any more once it was chosen, or the page was left."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._latest.drop()

    def _come(self, told: Sequence[Seen]) -> None:
        current = self._current()
        self._all = sorted(told, key=lambda item: item.last_on, reverse=True)
        self._filter(current.uid if current is not None and self._line.text() else "")

    def _filter(self, stay: str = "") -> None:
        typed = fold(self._line.text())
        found = [item for item in self._all if typed in fold(item.name)]
        if typed:
            found.sort(key=lambda item: not fold(item.name).startswith(typed))
        self._model.show(found)
        at = next((row for row, item in enumerate(found) if item.uid == stay), 0)
        if found:
            self._list.setCurrentIndex(self._model.index(at))
        self._list.setVisible(bool(found))
        self._empty.setVisible(not found)
        if not found:
            self._empty.setText(
                _("Aucun individu de ce nom ici.")
                if self._all
                else _("Aucun individu de cette espèce n’a encore de nom à cette barrière.")
            )
        self._new.set_text(_("nouveau : {name}").format(name=self.new_name()))

    def _current(self) -> Seen | None:
        row = self._list.currentIndex().row()
        return self._model.rows[row] if 0 <= row < len(self._model.rows) else None

    def _take(self, row: int) -> None:
        if 0 <= row < len(self._model.rows):
            self.chosen.emit(self._model.rows[row].uid)

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key of the line means for the list; return whether it means anything."""
        key = event.key()
        if key in _WALK:
            row = self._list.currentIndex().row() + _WALK[Qt.Key(key)]
            self._list.setCurrentIndex(self._model.index(min(max(row, 0), self._model.rowCount() - 1)))
        elif key in _ENTER:
            if self._current() is not None:
                self._take(self._list.currentIndex().row())
            else:
                self.make_new()
        elif key == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.text() == NEW_KEY:
            self.make_new()
        else:
            return False
        return True


class _Line(QLineEdit):
    """The line that finds a name; what its keys mean besides letters is the choice's matter."""

    def __init__(self, choice: IndividualChoice, *, name: str) -> None:
        super().__init__()
        self._choice = choice
        self.setObjectName(name)

    def event(self, event: QEvent) -> bool:
        """Keep Enter, Esc, + and every letter from the shortcuts of the page."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
            if plain and (event.key() in (*_WALK, *_ENTER, Qt.Key.Key_Escape) or event.text().strip()):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand the key to the choice, else type it."""
        if not self._choice.press(event):
            super().keyPressEvent(event)


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[Seen] = []

    def show(self, rows: list[Seen]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.name}, {row_words(item)}"
        return None


def row_words(item: Seen) -> str:
    """Return "vu le 18/03/2026 · 4 captures", what is out of the usual first."""
    told = [_("mort")] if item.is_dead else []
    if item.mornings:
        count = len(item.mornings)
        told.append(_("vu le {day}").format(day=day_words(item.last_on)))
        told.append(ngettext("{n} capture", "{n} captures", count).format(n=count))
    else:
        told.append(_("jamais repris"))
    return " · ".join(told)


class _Painter(QStyledItemDelegate):
    """Draws the belly, the name with the sign of the sex, and when it was seen."""

    def __init__(self, thumbnails: Thumbnails, parent: QListView) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.text_px() * 12, theme.text_px() * 5 + theme.S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: Seen = index.data(Qt.ItemDataRole.UserRole)
        rect = QRectF(option.rect).adjusted(theme.RING, theme.RING, -theme.RING, -theme.RING)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if current:
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.setBrush(theme.colour("soft"))
            painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        inner = rect.adjusted(theme.XS, theme.XS, -theme.S, -theme.XS)
        box = QRectF(inner.topLeft(), QSize(round(inner.height() * 1.5), round(inner.height())))
        side = round(box.width() * painter.device().devicePixelRatio())
        paint_photo(painter, self._thumbnails.get(item.face, side) if item.face else None, box)
        self._paint_words(painter, item, inner.adjusted(box.width() + theme.M, 0, 0, 0), current)
        painter.restore()

    def _paint_words(self, painter: QPainter, item: Seen, rect: QRectF, current: bool) -> None:
        bold, small = theme.font("body", QFont.Weight.DemiBold), theme.font("small")
        high = QFontMetrics(bold).height()
        line = QRectF(rect.left(), rect.center().y() - high, rect.width(), high)
        painter.setFont(bold)
        painter.setPen(theme.colour("text"))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, " ".join(filter(None, (item.name, item.sign))))
        line.translate(0, high)
        painter.setFont(small)
        painter.setPen(theme.colour("secondary"))
        words = QFontMetrics(small).elidedText(row_words(item), Qt.TextElideMode.ElideRight, round(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
