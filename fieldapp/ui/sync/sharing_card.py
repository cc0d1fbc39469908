"""The card of a shared table: opening one with its code and QR, who is there, joining one that was found or typed.

To place it on a page: `card = SharingCard(table_runner.of(context), title)`, `layout.addWidget(card)`; `title()` says
what is announced and must not say who somebody is. It shows by itself how things stand, looks who is there while it is
on the screen, and takes the keys P, J, A, N, Q, 1 to 4 (none while something is typed) and Esc by `go_back()`.
On the page of captures it comes over the window: `SharingPanel(window, runner, title).open()`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.sync.table_runner import TableRunner
from fieldapp.ui.sync.words import ago_words
from fieldapp.ui.widgets import ActionButton, Banner, Card, LabeledField, StateDot, text_label

if TYPE_CHECKING:
    from fieldapp.sync.announcing import Found
    from fieldapp.sync.table import Device

MOST = 4
"""Tables and laptops that are listed; a table seats no more."""

Title = Callable[[], str]


class SharingCard(Card):
    """Shows the table of the window and lets a person open, join and leave one."""

    def __init__(self, runner: TableRunner, title: Title, *, name: str = "sharing") -> None:
        super().__init__(_("Table partagée"), "observers", name=name)
        self._runner, self._title = runner, title
        self._is_joining = False
        self.said = Banner("info", "", name=f"{name}.said")
        self.said.hide()
        self._alone, self._owner = _Alone(self._share, self._to_joining), _Owner(runner)
        self.joining, self._guest, self._busy = _Joining(runner), _Guest(runner), text_label("", "secondary", wrap=True)
        self._parts: tuple[QWidget, ...] = self._alone, self._owner, self.joining, self._guest, self._busy
        self.add(self.said)
        for part in self._parts:
            self.add(part)
        self.joining.left.clicked.connect(self.go_back)
        runner.changed.connect(self.refresh)
        runner.found.connect(self.joining.show_found)
        self.refresh()

    def _share(self) -> None:
        self._runner.share(self._title())

    def _to_joining(self) -> None:
        self._is_joining = True
        self.joining.begin()
        self.refresh()
        self.joining.address.setFocus()

    def go_back(self) -> bool:
        """Leave the form of joining; False where there is nothing to go back from."""
        if not self._is_joining or self._runner.state.mode:
            return False
        self._is_joining = False
        self.refresh()
        self._alone.join.setFocus()
        return True

    def refresh(self) -> None:
        """Show how things stand."""
        state = self._runner.state
        if state.mode in {"joined", "sharing"}:
            self._is_joining = False
        kind, words = state.told
        if not words and state.is_cut:
            kind, words = "warning", _cut_words()
        self.said.setVisible(bool(words))
        if words:
            self.said.set(kind, words)
        busy = {
            "opening": _("La table s’ouvre…"),
            "joining": _("Une place est demandée à la table…"),
            "closing": _("La table se ferme…"),
        }
        self._busy.setText(busy.get(state.mode, ""))
        shown: QWidget = self.joining if self._is_joining else self._alone
        if state.mode:
            shown = {"sharing": self._owner, "joined": self._guest}.get(state.mode, self._busy)
        for part in (self._owner, self._guest):
            part.refresh()
        self._show_part(shown)

    def _show_part(self, shown: QWidget) -> None:
        """Show one part; the others take no room, and the cursor stays in the card."""
        cursor = QApplication.focusWidget()
        had_cursor = any(cursor is not None and part.isAncestorOf(cursor) for part in self._parts if part is not shown)
        for part in self._parts:
            part.setVisible(part is shown)
        if had_cursor:
            first = next((button for button in shown.findChildren(ActionButton) if button.isEnabled()), None)
            (first or self).setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Look who is there while it is on the screen."""
        super().showEvent(event)
        self._owner.watch(is_shown=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no more."""
        super().hideEvent(event)
        self._owner.watch(is_shown=False)


def _cut_words() -> str:
    return _(
        "L’autre table ne répond pas : continuez, tout se retrouvera. Gardez vos séries de bagues ; d’une série que "
        "personne ne tient, demandez d’abord."
    )


class _Alone(QWidget):
    """Nothing is shared: two ways to begin."""

    def __init__(self, share: Callable[[], object], join: Callable[[], object]) -> None:
        super().__init__()
        words = _(
            "Deux portables sur une même séance, sans internet : reliez-les au partage de connexion d’un téléphone. "
            "L’un partage, l’autre rejoint ; les séries de bagues ne se mélangent pas."
        )
        self.share = ActionButton(_("Partager cette séance"), "sync", "P", True, name="sharing.share", on=share)
        self.join = ActionButton(_("Rejoindre une table"), "next", "J", name="sharing.join", on=join)
        self.setLayout(
            theme.column(
                text_label(words, "secondary", wrap=True), theme.row(self.share, self.join, 1), spacing=theme.M
            )
        )


class _Owner(QWidget):
    """The table is open here: what the other laptop needs, and who is there."""

    def __init__(self, runner: TableRunner) -> None:
        super().__init__()
        self._runner = runner
        self.code = text_label("", "display", name="sharing.code")
        self.address = text_label("", "strong", name="sharing.address")
        for label in (self.code, self.address):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.qr = QrCode()
        how = _("Sur l’autre portable : « Rejoindre une table », puis cette table ou son adresse, et le code.")
        told = theme.column(
            text_label(_("Code, pour un seul portable"), "label"), self.code,
            text_label(_("Adresse"), "label"), self.address, text_label(how, "secondary", wrap=True), 1,
            spacing=theme.XS,
        )  # fmt: skip
        both = theme.row(spacing=theme.L)
        both.addLayout(told, 1)
        both.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignTop)
        self._people = _People()
        make = ActionButton
        self.more = make(_("Nouveau code"), "add", "N", name="sharing.more", on=runner.new_code)
        self.end = make(_("Arrêter le partage"), "close", "A", name="sharing.stop", on=runner.stop_sharing)
        self.setLayout(theme.column(both, self._people, theme.row(self.more, 1, self.end), spacing=theme.M))

    def watch(self, *, is_shown: bool) -> None:
        """Look who is there, as long as somebody can see it."""
        self._runner.watch_devices(is_watched=is_shown)

    def refresh(self) -> None:
        """Show the code and who is there."""
        state = self._runner.state
        if state.mode != "sharing":
            return
        self.code.setText(state.code)
        self.address.setText(state.address.removeprefix("http://"))
        self.qr.show_link(state.address, state.code)
        self._people.show_devices(state.devices)
        if self.isVisible():
            self.watch(is_shown=True)


class _People(QWidget):
    """The laptops at the table: name, six figures, when each was last heard of."""

    def __init__(self) -> None:
        super().__init__()
        self._box: QVBoxLayout = theme.column(spacing=theme.XS)
        self._shown: tuple[tuple[str, ...], ...] | None = None
        self.setLayout(self._box)
        self.show_devices(())

    def show_devices(self, devices: Sequence[Device]) -> None:
        """Show these laptops, the one heard of last first."""
        rows = tuple(_row(device) for device in devices[:MOST])
        if rows == self._shown:
            return
        self._shown = rows
        while (item := self._box.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._box.addWidget(text_label(_("À cette table"), "label"))
        if not rows:
            self._box.addWidget(text_label(_("Personne d’autre pour l’instant."), "secondary", name="sharing.nobody"))
        for number, row in enumerate(rows):
            self._box.addWidget(_person(number, *row))


def _row(device: Device) -> tuple[str, str, str, str]:
    """Return the state of a laptop, its name, its figures, and when it was last heard of."""
    at = device.last_seen_at
    heard = ago_words(at) if at else _("pas encore")
    return "done" if heard == _("à l’instant") else "todo", device.name, spaced(device.check), heard


def _person(number: int, state: str, name: str, check: str, heard: str) -> QWidget:
    found = QWidget()
    words = _("contrôle {check}").format(check=check)
    row = theme.row(
        StateDot(state), text_label(name, "strong", name=f"sharing.device{number}"),
        text_label(words, name=f"sharing.check{number}"), 1, text_label(heard, "secondary"), spacing=theme.S,
    )  # fmt: skip
    found.setLayout(row)
    return found


def spaced(check: str) -> str:
    """Return the six figures in two groups, as they are compared aloud."""
    return f"{check[:3]} {check[3:]}"


class _Joining(QWidget):
    """Tables that were found, and the address and code of one."""

    def __init__(self, runner: TableRunner) -> None:
        super().__init__()
        self._runner = runner
        self._found: list[Found] = []
        self._state = text_label("", "secondary", wrap=True, name="sharing.searching")
        self.tables = [
            ActionButton(
                "", "observers", str(number + 1), name=f"sharing.table{number}", on=partial(self._take, number)
            )
            for number in range(MOST)
        ]
        self.address, self.code = QLineEdit(), QLineEdit()
        self.address.setObjectName("sharing.address_typed")
        self.code.setObjectName("sharing.code_typed")
        self.address.setPlaceholderText("192.168.43.1:41200")
        self.code.setPlaceholderText("A1B2C-D3E4F")
        self.address.returnPressed.connect(self.code.setFocus)
        self.address.editingFinished.connect(self._read_link)
        self.code.returnPressed.connect(self._join)
        self.left = ActionButton(_("Retour"), "previous", role="quiet", name="sharing.back")
        self._go = ActionButton(_("Rejoindre"), "next", primary=True, name="sharing.go", on=self._join)
        self._go.show_key("Return")
        fields = theme.row(
            LabeledField(_("Adresse, sur l’autre écran"), self.address),
            LabeledField(_("Code, sur l’autre écran"), self.code), spacing=theme.M,
        )  # fmt: skip
        self.setLayout(
            theme.column(self._state, *self.tables, fields, theme.row(self.left, 1, self._go), spacing=theme.S)
        )
        self._show()

    def begin(self) -> None:
        """Look for tables."""
        self._found = []
        self._show(_("Recherche des tables de ce réseau…"))
        self._runner.search()

    def show_found(self, found: Sequence[Found]) -> None:
        """Show the tables that answered."""
        self._found = list(found[:MOST])
        none = _("Aucune table ne s’annonce sur ce réseau : tapez l’adresse et le code de l’autre écran.")
        self._show("" if found else none)

    def _show(self, words: str = "") -> None:
        self._state.setText(words)
        self._state.setVisible(bool(words))
        for number, button in enumerate(self.tables):
            is_there = number < len(self._found)
            button.setVisible(is_there and button.parent() is not None)
            if is_there:
                table = self._found[number]
                button.set_text(_("{title} · {address}").format(title=table.title, address=_short(table.address)))

    def _take(self, number: int) -> None:
        """Go on with a table: at once where this laptop has its place there already, else with its code."""
        table = self._found[number]
        self.address.setText(_short(table.address))
        if not self._runner.rejoin(table):
            self.code.setFocus()

    def _read_link(self) -> None:
        """Take the address and the code out of the text of a QR code."""
        if self.address.text().strip().startswith("fieldapp:"):
            from fieldapp.sync.hub_client import from_link

            address, code = from_link(self.address.text())
            self.address.setText(_short(address))
            self.code.setText(code)

    def _join(self) -> None:
        if not self.address.text().strip():
            self.address.setFocus()
        elif not self.code.text().strip():
            self.code.setFocus()
        else:
            self._runner.join(self.address.text(), self.code.text())
            self.code.clear()


def _short(address: str) -> str:
    return address.removeprefix("http://")


class _Guest(QWidget):
    """This laptop sits at somebody else's table."""

    def __init__(self, runner: TableRunner) -> None:
        super().__init__()
        self._runner = runner
        self.check = text_label("", "display", name="sharing.check")
        self._same = text_label(_("Les mêmes chiffres sont sur l’autre écran ?"), "secondary", wrap=True)
        self._words = text_label("", wrap=True, name="sharing.joined")
        self.end = ActionButton(_("Quitter la table"), "close", "Q", name="sharing.leave", on=runner.leave)
        self.setLayout(theme.column(self._words, self.check, self._same, theme.row(1, self.end), spacing=theme.S))

    def refresh(self) -> None:
        """Show where it sits, and when something was last exchanged."""
        state = self._runner.state
        if state.mode != "joined":
            return
        self.check.setText(spaced(state.check) if state.check else "")
        for label in (self.check, self._same):
            label.setVisible(bool(state.check) and label.parent() is not None)
        heard = ago_words(state.last_at)
        words = _("À la table de {address}. Dernier échange : {heard}.")
        self._words.setText(words.format(address=_short(state.address), heard=heard))


class QrCode(QWidget):
    """A QR code in the colours of the theme: dark on light in each of them, as cameras want it."""

    MODULES_PX = 4

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sharing.qr")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("adresse et code, pour un appareil photo"))
        self._shown = ("", "")
        self._matrix: tuple[tuple[int, ...], ...] = ()

    def show_link(self, address: str, code: str) -> None:
        """Show the address and code of a table."""
        if (address, code) == self._shown:
            return
        self._shown = address, code
        import segno

        from fieldapp.sync.table import link

        made = segno.make(link(address, code), error="m", micro=False)
        self._matrix = tuple(tuple(row) for row in made.matrix_iter(border=2))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square of whole modules."""
        side = len(self._matrix) * self.MODULES_PX
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the modules."""
        dark, light = sorted((theme.colour("text"), theme.colour("surface")), key=lambda colour: colour.lightnessF())
        painter = QPainter(self)
        painter.fillRect(self.rect(), light)
        side = self.MODULES_PX
        for line, row in enumerate(self._matrix):
            for place, is_dark in enumerate(row):
                if is_dark:
                    painter.fillRect(QRectF(place * side, line * side, side, side), dark)


class SharingPanel(Overlay):
    """The card over the window, for the page of captures: Esc goes back to the line that is typed."""

    def __init__(self, host: QWidget, runner: TableRunner, title: Title) -> None:
        super().__init__(host, width=46, name="sharing.panel")
        self.card = SharingCard(runner, title)
        self._close = ActionButton(_("Fermer"), key="Esc", role="quiet", name="sharing.close", on=self.close_panel)
        box = theme.column(self.card, theme.row(1, self._close), spacing=theme.S)
        self.card.setProperty("role", "")  # one frame is enough
        box.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        self.panel.setLayout(box)
        runner.changed.connect(self._again)
        runner.found.connect(lambda _found: self._again())
        theme.on_change().changed.connect(self._again)

    def open(self) -> None:
        """Show how things stand."""
        self.card.refresh()
        self.open_panel()

    def close_panel(self) -> None:
        """Leave the form of joining first, then the panel."""
        if not self.card.go_back():
            super().close_panel()

    def _again(self) -> None:
        if self.isVisible():
            self.place()
