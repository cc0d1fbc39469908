"""The main window: rail, header, pages, status line; the way back; undo; the training frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QCloseEvent, QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QStackedWidget,
    QTextEdit,
    QWidget,
)

from fieldapp.core.errors import NothingToUndoError, ReadOnlyError
from fieldapp.core.text import _, fold
from fieldapp.ui import caret, errors, theme
from fieldapp.ui.background import Background
from fieldapp.ui.notices import Notices
from fieldapp.ui.page import Action, Page, PageContext, PageWidget, Source
from fieldapp.ui.rail import Rail
from fieldapp.ui.statusbar import StatusBar
from fieldapp.ui.widgets import ActionButton, Elided, IconLabel, Suggestion, key_words, live_key, text_label

if TYPE_CHECKING:  # the overlays are loaded when they are first opened
    from fieldapp.ui.bugs import BugPanel
    from fieldapp.ui.keys import KeysPanel
    from fieldapp.ui.palette import GoTo

Undo = Callable[[], str]
"""Takes back (or repeats) the last saved action and returns what it was in words; NothingToUndoError: there is none."""

SMALLEST = QSize(1024, 640)
USUAL = QSize(1366, 768)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the person is or was: a page and what it showed."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


class MainWindow(QMainWindow):
    """The window of the program.

    `services` goes to every page; `sources` are the sections of Ctrl+K before pages and actions; `undo` and `redo` take
    back and repeat saved data. `past` says of which moment the database is, where it is not today's; `leave_past` leads
    back. Pages are built on their first showing; `navigate` opens one.
    """

    def __init__(
        self,
        pages: Sequence[Page],
        *,
        services: Any = None,
        sources: Sequence[Source] = (),
        undo: Undo | None = None,
        redo: Undo | None = None,
        training: bool = False,
        past: str = "",
        leave_past: Callable[[], object] = lambda: None,
        background: Background | None = None,
        door: errors.ErrorDoor | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("main")
        self.setWindowTitle(_("fieldapp – entraînement") if training and not past else "fieldapp")
        self._pages = {page.code: page for page in pages}
        self._sources = tuple(sources)
        self._undo, self._redo = undo, redo
        self._past = past
        self._door = door
        caret.install(QApplication.instance())  # type: ignore[arg-type]
        self.background = background or Background(errors.show, self)
        self._built: dict[str, PageWidget] = {}
        self._way: list[Place] = []
        self._place: Place | None = None
        self._focused: QObject | None = None
        self._goto: GoTo | None = None
        self._keys: KeysPanel | None = None
        self._bug: BugPanel | None = None
        strip = past_strip(past, leave_past) if past else training_strip() if training else None
        self._lay_out(strip)
        self.context = PageContext(
            services,
            self.navigate,
            self.back,
            self.notices.say,
            self.background,
            self.status,
            self.undo,
            self.prepare,
            self.notices.hide,
        )
        self._set_keys()
        self.resize(USUAL)
        if door is not None:
            door.presenter = self

    # ------------------------------------------------------------------------------------------ building

    def _lay_out(self, strip: QWidget | None) -> None:
        self.rail = Rail([page for page in self._pages.values() if page.rail])
        self.rail.chosen.connect(self.navigate)
        self.title = text_label("", "title", name="header.title")
        self.context_line = Elided("secondary", fills=True, name="header.context")
        self.goto_box = GoToBox(self.open_goto)
        head = theme.row(self.title, self.context_line, self.goto_box, spacing=theme.M + 2)
        head.setStretch(1, 1)
        self.stack = QStackedWidget()
        self.stack.setObjectName("pages")
        main = theme.column(head, self.stack, spacing=theme.M + 2)
        main.setContentsMargins(theme.XL, theme.L + 2, theme.XL, theme.M)
        area = QWidget()
        area.setProperty("role", "page")
        area.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        area.setLayout(main)
        self.notices = Notices(area)
        self.status = StatusBar(self.open_keys, lambda: self.navigate("sync"))
        frame = QFrame()
        frame.setProperty("role", "frame")
        frame.setProperty("training", "true" if strip is not None else "false")
        body = theme.row(self.rail, area, spacing=0)
        body.setStretch(1, 1)
        box = theme.column(spacing=0)
        if strip is not None:
            box.addWidget(strip)
        box.addLayout(body, 1)
        box.addWidget(self.status)
        frame.setLayout(box)
        self.setCentralWidget(frame)
        self.setMinimumSize(SMALLEST)

    def _set_keys(self) -> None:
        for action in self.everywhere():
            if action.run is not None:
                for key in action.key.split(" / "):
                    live_key(self, key, action.run)
        live_key(self, "Alt+Left", self.back)
        live_key(self, "Ctrl+Y", self.redo)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    def everywhere(self) -> list[Action]:
        """Return the keys that work on every page."""
        return [
            Action("Ctrl+K", _("aller à une mare, une bague, une espèce, une page"), self.open_goto, "search"),
            Action("Esc", _("revenir d’un pas, sans rien perdre"), self.escape, "previous"),
            Action("Ctrl+Z", _("annuler la dernière action enregistrée"), self.undo, "undo"),
            Action("Ctrl+Shift+Z", _("la rétablir"), self.redo, "redo"),
            Action("F1", _("les touches de la page"), self.open_keys, "keyboard"),
        ]

    # ---------------------------------------------------------------------------------------- navigation

    def navigate(self, code: str, **params: Any) -> None:
        """Open a page; what was shown before can be come back to with Esc."""
        if self._place is not None:
            self._leave()
            before = Place(self._place.code, self._built[self._place.code].undo_state() or self._place.params)
            if before != Place(code, params):
                self._way.append(before)
        self._show(Place(code, params))

    def back(self) -> None:
        """Go one step back; on the first page there is none."""
        if self._way:
            self._leave()
            self._show(self._way.pop())

    def escape(self) -> None:
        """Take one step back: a notice that waits for an answer, then within the page, then to the page before."""
        if self.notices.take_escape():
            return
        page = self.page()
        if page is None or not page.go_back():
            self.back()

    def page(self) -> PageWidget | None:
        """Return the page that is shown."""
        return self._built.get(self._place.code) if self._place else None

    def place(self) -> Place | None:
        """Return where the person is."""
        return self._place

    def holds_record(self) -> bool:
        """Return whether the page that is shown has a form with a record as it was when it was opened."""
        return self._place is not None and self._pages[self._place.code].holds

    def renew(self) -> None:
        """Others' records have come: open the page that is shown once more, where it only shows and nobody types."""
        page, place = self.page(), self._place
        is_typing = isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QTextEdit)
        if page is not None and place is not None and self._pages[place.code].renews and not is_typing:
            page.open(**(page.undo_state() or place.params))

    def _leave(self) -> None:
        self.notices.leave()
        page = self.page()
        if page is None:
            return
        try:
            page.leaving()
        except ReadOnlyError:
            return  # there is nothing to keep in a database that is only looked at, and the way out stays open

    def prepare(self, code: str) -> None:
        """Build a page ahead of its first showing, in a moment in which nobody waits."""
        for widget in (page := self._page_of(code), *page.findChildren(QWidget)):
            widget.ensurePolished()

    def _page_of(self, code: str) -> PageWidget:
        """Return a page, built on its first use."""
        widget = self._built.get(code)
        if widget is None:
            page = self._pages[code]
            widget = page.build(self.context)
            self._built[code] = widget
            widget.title_changed.connect(self._retitle)
            widget.set_title(_(page.label))
            self.stack.addWidget(widget)
        return widget

    def _show(self, place: Place) -> None:
        page = self._pages[place.code]
        widget = self._page_of(place.code)
        self._place = place
        self.stack.setCurrentWidget(widget)
        widget.open(**place.params)
        self.rail.light(widget.lit or page.below or page.code)
        self._retitle()

    def _retitle(self) -> None:
        page = self.page()
        if page is not None:
            self.title.setText(page.page_title)
            said = (page.page_context, _("lecture seule") if self._past else "")
            self.context_line.set_words(" · ".join(filter(None, said)))

    # ---------------------------------------------------------------------------------------------- undo

    def undo(self) -> None:
        """Take back what the page has not stored yet, else the last saved action, and say which it was."""
        page = self.page()
        if page is not None and page.take_back():
            return
        self._take_back(self._undo, _("Annulé : {what}"), _("Rétablir"), "Ctrl+Shift+Z", self.redo)

    def redo(self) -> None:
        """Repeat what was taken back last."""
        self._take_back(self._redo, _("Rétabli : {what}"), _("Annuler"), "Ctrl+Z", self.undo)

    def _take_back(self, work: Undo | None, words: str, action: str, key: str, other: Callable[[], None]) -> None:
        if work is None:
            return
        try:
            what = work()
        except NothingToUndoError as nothing:
            self.notices.say(str(nothing), "info")
            return
        page, place = self.page(), self._place
        if page is not None and place is not None:
            page.open(**(page.undo_state() or place.params))
        self.notices.say(words.format(what=what), "undo", action=action, key=key, on=other, live=False)

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Watch the line that is typed into: its own undo goes first, and only while it has one."""
        if self._focused is not None:
            self._focused.removeEventFilter(self)
            self._focused = None
        if now is not None and isinstance(now, QLineEdit | QPlainTextEdit | QTextEdit) and self.isAncestorOf(now):
            now.installEventFilter(self)
            self._focused = now

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Ctrl+Z pass to the saved data when the line has nothing of its own; refuse what the past can't keep."""
        if self._past and self.holds_record() and _types(event) and self._is_on_page(watched):
            sentence = _("La base du {when} se lit seulement : rien ne s’y écrit. Revenez à aujourd’hui pour saisir.")
            self.notices.say(sentence.format(when=self._past), "info")
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo, redo = event.matches(QKeySequence.StandardKey.Undo), event.matches(QKeySequence.StandardKey.Redo)
            if (undo or redo) and not _has_own(watched, undo):
                event.ignore()
                return True
        return False

    def _is_on_page(self, watched: QObject) -> bool:
        page = self.page()
        return page is not None and isinstance(watched, QWidget) and page.isAncestorOf(watched)

    # ------------------------------------------------------------------------------------------ overlays

    def open_goto(self) -> None:
        """Open "aller à"."""
        if self._goto is None:
            from fieldapp.ui.palette import GoTo

            self._goto = GoTo(self, self._all_sources)
        self._goto.open()

    def open_keys(self) -> None:
        """Show the keys of the page."""
        if self._keys is None:
            from fieldapp.ui.keys import KeysPanel

            self._keys = KeysPanel(self)
        page = self.page()
        rail = [Action(button.key, button.text()) for button in self.rail.buttons.values() if button.key]
        actions = page.actions_of_page() if page is not None else ()
        self._keys.open(self._page_name(), actions, [*self.everywhere(), *rail])

    def _page_name(self) -> str:
        """Return what the page is called: its name in the rail, where it stands there, else its title."""
        page, place = self.page(), self._place
        if page is None or place is None:
            return ""
        known = self._pages[place.code]
        return _(known.label) if known.rail else page.page_title

    def _all_sources(self) -> list[Source]:
        return [
            *self._sources,
            Source(_("Pages"), self._search_pages, lambda row: self.navigate(row.key)),
            Source(_("Actions"), self._search_actions, lambda row: row.key.run()),
        ]

    def _search_pages(self, text: str) -> list[Suggestion]:
        return [
            Suggestion(page.code, _(page.label), icon=page.icon)
            for page in self._pages.values()
            if (page.rail or page.by_name) and fold(text) in fold(_(page.label))
        ]

    def _search_actions(self, text: str) -> list[Suggestion]:
        page = self.page()
        listed = [*(page.actions_of_page() if page is not None else ()), *self.everywhere()]
        return [
            Suggestion(
                action, action.words[:1].upper() + action.words[1:], hint=key_words(action.key), icon=action.icon
            )
            for action in listed
            if action.run is not None and action.run != self.open_goto and fold(text) in fold(action.words)
        ]

    # -------------------------------------------------------------------------------------------- errors

    def show_failure(self, sentence: str) -> None:
        """Say a foreseen failure in a banner over the page."""
        self.notices.say(sentence, "error")

    def show_bug(self, text: str) -> None:
        """Show the panel "vos relevés sont en sécurité" with this report."""
        if self._bug is None:
            from fieldapp.ui.bugs import BugPanel

            self._bug = BugPanel(self, lambda: self._door.diagnose if self._door is not None else None)
        self._bug.open(text)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the page keep what is unfinished, and wait for the work that runs."""
        self._leave()
        if self._door is not None and self._door.presenter is self:
            self._door.presenter = None
        self.hide()  # a line that keeps silent is waited for some seconds: nobody need look at it
        self.background.close()
        super().closeEvent(event)


class GoToBox(ActionButton):
    """The box at the right of the header that opens "aller à"."""

    def __init__(self, on: Callable[[], object]) -> None:
        super().__init__(_("Aller à…  mare, bague, espèce"), role="goto", name="header.goto", on=on)
        self.show_key("Ctrl+K")

    def sizeHint(self) -> QSize:
        """Return the width of the box: 22 letters' heights at the right of the header."""
        least = super().sizeHint()
        return least.expandedTo(QSize(theme.text_px() * 22, theme.target()))


def training_strip() -> QWidget:
    """Return the strip that says, all the time, that nothing here counts."""
    strip = QFrame()
    strip.setObjectName("training")
    strip.setProperty("role", "training")
    words = text_label(_("ENTRAÎNEMENT : rien n’est enregistré dans vos données"))
    box = theme.row(1, IconLabel("training", "on_band"), words, 1, spacing=theme.S)
    box.setContentsMargins(theme.M, theme.XS, theme.M, theme.XS)
    strip.setLayout(box)
    return strip


def past_strip(when: str, leave: Callable[[], object]) -> QWidget:
    """Return the strip that says, all the time, of which moment the database is, and leads back to today's."""
    strip = QFrame()
    strip.setObjectName("past")
    strip.setProperty("role", "training")
    words = text_label(_("La base telle qu’elle était le {when}, lecture seule").format(when=when), name="past.words")
    back = ActionButton(_("Revenir à aujourd’hui"), "previous", "Ctrl+R", name="past.back", on=leave)
    box = theme.row(1, IconLabel("history", "on_band"), words, back, 1, spacing=theme.S)
    box.setContentsMargins(theme.M, theme.XS, theme.M, theme.XS)
    strip.setLayout(box)
    return strip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _types(event: QEvent) -> bool:
    """Return whether the event would change the text of a line."""
    if isinstance(event, QInputMethodEvent):
        return bool(event.commitString() or event.preeditString())
    if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
        return False
    deletes = event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
    pastes = event.matches(QKeySequence.StandardKey.Paste) or event.matches(QKeySequence.StandardKey.Cut)
    with_ctrl = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier))
    return deletes or pastes or (event.text().isprintable() and event.text() != "" and not with_ctrl)


def _has_own(editor: QObject, undo: bool) -> bool:
    if isinstance(editor, QLineEdit):
        return editor.isUndoAvailable() if undo else editor.isRedoAvailable()
    if isinstance(editor, QPlainTextEdit | QTextEdit):
        document = editor.document()
        return document.isUndoAvailable() if undo else document.isRedoAvailable()
    return False
