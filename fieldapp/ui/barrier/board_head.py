"""The head of a morning: its day, the weather of its night, who looked, a remark, and what may be said of all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.barrier.board_session import MorningSession
from fieldapp.ui.barrier.morning_fields import DayEdit, NumberEdit
from fieldapp.ui.forms.links import PERSON, Directory, LinksEdit
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, FlowLayout, KeyHint, ParsedEdit, follow_width, text_label

DAY_KEY, WEATHER_KEY, REMARK_KEY, PEOPLE_KEY = "F3", "F5", "F6", "F7"
PREVIOUS_KEY, NEXT_KEY = "PgUp", "PgDown"
EMPTY_KEY, MISSED_KEY = "V", "N"
_NAMES_SHOWN = 2


class MorningHead(QWidget):
    """The fields of a morning. `day_wanted` carries an ISO date, `put` a field and its value, `typed` its raw text.

    `left` when Enter leaves the last field of a row: the cursor goes back to the board.
    """

    day_wanted = Signal(str)
    stepped = Signal(int)
    put = Signal(str, object)
    typed = Signal(str, str)
    read_back = Signal(str)
    left = Signal()
    empty_pressed = Signal()
    missed_pressed = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._unread: dict[str, str] = {}
        self._found: dict[str, str] = {}
        self._last_on = ""
        self._people = Directory(services, PERSON)
        self.day = DayEdit(lambda: self._last_on)
        self.day.changed.connect(self._day_changed)
        self.day.problem.connect(lambda words: self._problem("check_on", words))
        self.weather = {
            "night_min_c": NumberEdit("morning.night_min_c", _("minimum de la nuit")),
            "night_max_c": NumberEdit("morning.night_max_c", _("maximum de la nuit")),
            "rain_mm": NumberEdit("morning.rain_mm", _("pluie")),
        }
        self.people = ActionButton("", "observers", role="quiet", name="morning.people", on=self.open_people)
        self.people.show_key(PEOPLE_KEY)
        self.empty = self._button(_("∅ Tout vide"), "", EMPTY_KEY, "morning.empty", self.empty_pressed)
        self.missed = self._button(_("Non relevé"), "", MISSED_KEY, "morning.missed", self.missed_pressed)
        self.said = text_label("", "error", wrap=True, name="morning.said")
        self.said.hide()
        self._make_more()
        self._lay_out()
        self._connect()

    def _button(self, words: str, icon: str, key: str, name: str, pressed: Any) -> ActionButton:
        button = ActionButton(words, icon, name=name, on=pressed.emit)
        button.show_key(key)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _make_more(self) -> None:
        """Make the line of the observers and the remark, which is opened when it is needed."""
        self.observers = LinksEdit(self._services, PERSON, name="morning.observers")
        self.observers.line.setAccessibleName(_("observateurs"))
        self.remark = ParsedEdit(lambda text: " ".join(text.split()), str, name="morning.comments")
        self.remark.setAccessibleName(_("remarque"))
        self.remark.returnPressed.connect(self.left)
        self.more = QFrame(self)
        row = theme.row(
            text_label(_("observateurs"), "label"), KeyHint(PEOPLE_KEY), self.observers,
            text_label(_("remarque"), "label"), KeyHint(REMARK_KEY), self.remark, spacing=theme.S,
        )  # fmt: skip
        row.setStretch(2, 1)
        row.setStretch(5, 1)
        self.more.setLayout(row)
        self.more.hide()

    def _lay_out(self) -> None:
        self.before = ActionButton(
            "", "previous", role="quiet", name="morning.before", on=lambda: self.stepped.emit(-1)
        )
        self.after = ActionButton("", "next", role="quiet", name="morning.after", on=lambda: self.stepped.emit(1))
        self.before.setAccessibleName(_("matin précédent"))
        self.after.setAccessibleName(_("matin suivant"))
        for button, key in ((self.before, PREVIOUS_KEY), (self.after, NEXT_KEY)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setToolTip(key)
        self.people.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        low, high, rain = self.weather.values()
        parts = [
            _group(self.before, self.day, self.after, spacing=0),
            _group(text_label(_("nuit"), "label"), KeyHint(WEATHER_KEY), low, text_label("→", "secondary"), high,
                   text_label("°C", "secondary")),
            _group(text_label(_("pluie"), "label"), rain, text_label("mm", "secondary")),
        ]  # fmt: skip
        holder = QWidget(self)
        flow = FlowLayout(holder)
        flow.setSpacing(theme.M)
        self._parts = parts
        for part in parts:
            flow.addWidget(part)
        follow_width(holder)
        self._buttons = _group(self.empty, self.missed)
        self._buttons.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._top = theme.row(holder, spacing=theme.S)
        self._top.setStretch(0, 1)
        self._second = theme.row(spacing=theme.S)
        self._is_roomy: bool | None = None
        self.setLayout(theme.column(self._top, self._second, self.said, self.more, spacing=theme.S))
        self.fit()

    def fit(self) -> None:
        """Put who looked and the two buttons beside the weather, or below it where there is no room for all of it."""
        needed = sum(one.sizeHint().width() for one in (*self._parts, self.people, self._buttons))
        roomy = self.width() >= needed + (len(self._parts) - 1) * theme.M + 2 * theme.S
        if roomy == self._is_roomy:
            return
        self._is_roomy = roomy
        row = self._top if roomy else self._second
        row.addWidget(self.people)
        row.addWidget(self._buttons)
        for one in (self.people, self._buttons):
            side = Qt.AlignmentFlag.AlignRight if one is self._buttons else Qt.AlignmentFlag.AlignLeft
            row.setAlignment(one, Qt.AlignmentFlag.AlignTop | side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the row out for its width."""
        super().resizeEvent(event)
        self.fit()

    def _connect(self) -> None:
        fields = [*self.weather.items(), ("comments", self.remark)]
        for name, field in fields:
            field.textEdited.connect(lambda text, name=name: self.typed.emit(name, text))
            field.changed.connect(lambda value, name=name: self.put.emit(name, value))
            field.problem.connect(lambda words, name=name: self._problem(name, words))
            field.editingFinished.connect(lambda name=name: self._settled(name))
        order = list(self.weather.values())
        for place, one in enumerate(order):
            following = order[place + 1] if place + 1 < len(order) else None
            one.entered.connect(lambda following=following: self._go_in(following) if following else self.left.emit())
        self.observers.changed.connect(self._people_changed)
        self.observers.line.textEdited.connect(self._person_typed)

    # ---------------------------------------------------------------------------------------------- showing

    def fill(self, session: MorningSession) -> None:
        """Show the morning; what was typed and can't be read stands as it was typed."""
        campaign = session.around.campaign
        self._last_on = str(campaign.data.get("closed_on", "")) if campaign is not None else ""
        self._unread.clear()
        self._found.clear()
        self.day.set_value(session.on)
        for name, field in (*self.weather.items(), ("comments", self.remark)):
            field.set_value(session.head.get(name))
            if name in session.texts:
                field.setText(session.texts[name])
                field.commit()
        self.observers.set_value(session.head.get("observers"))
        self.observers.line.setText(session.texts.get("observers", ""))
        self._say()
        self.show_people(session)
        named = bool(session.head.get("observers")) and "observers" not in session.texts
        self.more.setVisible("comments" in session.head or not named)

    def show_people(self, session: MorningSession) -> None:
        """Show who looked, in the row of the weather."""
        names = [self._people.name(uid) or "?" for uid in session.head.get("observers", ())]
        more = [f"+{len(names) - _NAMES_SHOWN}"] if len(names) > _NAMES_SHOWN else []
        self.people.set_text(", ".join([*names[:_NAMES_SHOWN], *more]) or _("Qui a relevé ?"))
        self.fit()

    def show_state(self, *, empty: bool, missed: bool, why: bool) -> None:
        """Mark the button of what is said of the morning; `missed`: nobody looked, and it is told `why` or not."""
        again = _("Remettre à relever") if why else _("Non relevé : pourquoi ?")
        for button, on, words in (
            (self.empty, empty, _("∅ Tout vide")),
            (self.missed, missed, again if missed else _("Non relevé")),
        ):
            theme.set_role(button, "on" if on else "")
            button.set_text(words)
            button.setAccessibleDescription(_("activé") if on else "")
        self.fit()

    def say_found(self, found: Mapping[str, str]) -> None:
        """Say what is wrong with the fields (their sentences by their names), beside what can't be read itself."""
        self._found = dict(found)
        self._say()

    def _say(self) -> None:
        """Mark every field with which something is wrong, until it is mended, and say below the row what it is."""
        told = self._found | self._unread
        for name, edit in (("check_on", self.day), *self.weather.items(), ("comments", self.remark)):
            theme.set_role(edit, "error" if name in told else "", "problem")
            edit.setAccessibleDescription(told.get(name, ""))
        self.said.setText(" ".join(dict.fromkeys(told.values())))
        self.said.setVisible(bool(told))
        if not {"observers", "comments"}.isdisjoint(told):
            self.more.show()

    def unread(self) -> str:
        """Return the field whose text can't be read, "" when all of them can; reads what is still being typed."""
        for name, field in (*self.weather.items(), ("comments", self.remark)):
            if not field.commit():
                return name
        return "observers" if self._half_named() else ""

    def say_unread(self, name: str) -> None:
        """Put the cursor into a field that can't be read; a number says itself what is wrong with it."""
        if name == "observers":
            words = _("Observateur « {name} » : Entrée le prend dans la liste ou l’ajoute ; ou effacez-le.")
            self._problem(name, words.format(name=self._half_named()))
        self.go_in(name)

    # ------------------------------------------------------------------------------------------------ moving

    def open_weather(self) -> None:
        """Put the cursor into the weather of the night."""
        self._go_in(self.weather["night_min_c"])

    def open_people(self) -> None:
        """Put the cursor where the observers are named."""
        self.more.show()
        self.observers.line.setFocus(Qt.FocusReason.TabFocusReason)

    def open_remark(self) -> None:
        """Put the cursor into the remark."""
        self.more.show()
        self._go_in(self.remark)

    def open_day(self) -> None:
        """Put the cursor into the day."""
        self._go_in(self.day)

    def go_in(self, name: str) -> None:
        """Put the cursor into the field of this name."""
        if name == "observers":
            self.open_people()
        elif name == "comments":
            self.open_remark()
        elif name in self.weather:
            self._go_in(self.weather[name])

    def _go_in(self, field: ParsedEdit) -> None:
        field.setFocus(Qt.FocusReason.TabFocusReason)
        field.selectAll()

    # ------------------------------------------------------------------------------------------------ inside

    def _day_changed(self, value: object) -> None:
        if value:
            self.day_wanted.emit(str(value))

    def _half_named(self) -> str:
        """Return the name that stands in the line of the observers and is nobody yet."""
        return self.observers.line.text().strip()

    def _person_typed(self, text: str) -> None:
        if text.strip():
            self.typed.emit("observers", text)
        else:
            self._problem("observers", "")
            self.read_back.emit("observers")

    def _people_changed(self, people: object) -> None:
        self._problem("observers", "")
        self.put.emit("observers", people)
        if self._half_named():  # a chip was taken away meanwhile
            self.typed.emit("observers", self.observers.line.text())

    def _problem(self, name: str, words: str) -> None:
        """Say that a text can't be read; what else is said of the field is the page's to take away."""
        if words:
            self._unread[name] = words
        elif self._unread.pop(name, None) is None:
            return
        self._say()

    def _settled(self, name: str) -> None:
        """Forget the raw text of a field that was left with the value it had."""
        edit = self.remark if name == "comments" else self.weather[name]
        try:
            value = edit._parse(edit.text().strip()) if edit.text().strip() else None
        except (ValueError, FieldappError):
            return
        if value == edit.value():
            self.read_back.emit(name)


def _group(*items: QWidget, spacing: int = theme.S) -> QWidget:
    found = QWidget()
    found.setLayout(theme.row(*items, spacing=spacing))
    return found
