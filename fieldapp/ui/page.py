"""What a page is to the shell, and what the shell is to a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from fieldapp.ui.background import Background
    from fieldapp.ui.statusbar import StatusBar
    from fieldapp.ui.widgets.suggest import Search, Suggestion


@dataclass(frozen=True)
class Action:
    """Something that a page can do: what F1 and Ctrl+K show. `run` is None where only the key works."""

    key: str
    words: str
    run: Callable[[], object] | None = None
    icon: str = ""


@dataclass(frozen=True)
class PageContext:
    """What a page gets from the shell. `services` is whatever the program hands to all pages (store, protocols…).

    `navigate(code, **params)` opens a page; `back()` goes one step back; `notify(text, kind=, action=, key=, on=)`
    says something quietly; `undo()` takes back the last saved action, as Ctrl+Z does; `prepare(code)` builds a page
    that will be wanted soon; `hush()` takes a notice away that is about something before.
    """

    services: Any
    navigate: Callable[..., None]
    back: Callable[[], None]
    notify: Callable[..., None]
    background: Background
    status: StatusBar
    undo: Callable[[], None]
    prepare: Callable[[str], None]
    hush: Callable[[], None]


class PageWidget(QWidget):
    """A page: override what it needs. It is built once, on its first showing, and `open` is called at each showing."""

    title_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.page_title = ""
        self.page_context = ""
        self.lit = ""  # the entry of the rail that is lit while it is shown, where its content decides that

    def set_title(self, title: str, context: str = "") -> None:
        """Show this title and context line in the header."""
        self.page_title, self.page_context = title, context
        self.title_changed.emit()

    def open(self, **params: Any) -> None:
        """Show what was asked for (`navigate("round", uid=…)` gives `uid`); read the records anew."""

    def leaving(self) -> None:
        """Keep what is unfinished: the person goes to another page, or the window closes."""

    def go_back(self) -> bool:
        """Take one step back within the page on Esc; return False when there is none and the shell should go back."""
        return False

    def take_back(self) -> bool:
        """Take back a step that is not stored yet on Ctrl+Z; return False when there is none: the last save goes."""
        return False

    def actions_of_page(self) -> Sequence[Action]:
        """Return the actions of the page with their keys, in the order of F1."""
        return ()

    def undo_state(self) -> dict[str, Any]:
        """Return the parameters with which `open` shows the same thing again (kept in the way back)."""
        return {}


@dataclass(frozen=True)
class Page:
    """An entry of the program: its code, its French label (marked with N_), its icon, and how it is built.

    Pages with `rail` stand in the rail on Alt+1…9 and 0 in their order; the others are reached from a page, and `below`
    names the page whose entry stays lit meanwhile. `by_name`: "aller à" offers the page though it is not in the rail.
    `renews`: it only shows, so that it is opened again when others' records have come. `holds`: its form has a record
    as it was when it was opened, so that nothing of others is taken in by itself meanwhile.
    """

    code: str
    label: str
    icon: str
    build: Callable[[PageContext], PageWidget]
    rail: bool = True
    below: str = ""
    by_name: bool = False
    renews: bool = False
    holds: bool = False


@dataclass(frozen=True)
class Source:
    """One section of "aller à": its title, the search, and where a row leads."""

    section: str
    search: Search
    go: Callable[[Suggestion], object]
