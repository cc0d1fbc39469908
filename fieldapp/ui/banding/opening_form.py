"""The form that opens a session: net set, theme, nets and metres, people, weather, in the order of the table."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.parse import show_date, show_number
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding.schema import MAIN_SESSIONS, VISIT
from fieldapp.protocols.banding.stoc import is_stoc
from fieldapp.ui import theme
from fieldapp.ui.banding.nets import NetSet
from fieldapp.ui.banding.record_forms import RingingForm
from fieldapp.ui.banding.session_start import Station
from fieldapp.ui.forms.links import LinksEdit, ValuePick
from fieldapp.ui.forms.record_form import Editor, editor_of
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import NOTICE, ChipRow, LabeledField, ParsedEdit, Suggestion

SITE_LINE = "site_uid"
"""The line of the form that chooses the net set: the record's parent, none of its fields."""

ORDER = (
    "date",
    "theme",
    "target",
    "opened_at",
    "open_nets",
    "net_m",
    "main_session",
    "holder",
    "ringer",
    "trainees",
    "scribe",
    "weather",
    "temperature_c",
    "comments",
)
"""The lines after the net set, as they are gone through."""


class SiteEdit(ValuePick):
    """The net set of the session, the last used first; `changed` carries its uid or None."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(self._rows, _("lieu ou dispositif"), name=name, parent=parent)
        self._stations: Sequence[Station] = ()
        self.in_form = True

    def set_stations(self, stations: Sequence[Station]) -> None:
        """Offer these net sets, in this order."""
        self._stations = stations

    def _shown(self, key: str) -> str:
        return next((station.name for station in self._stations if station.uid == key), "")

    def _rows(self, text: str) -> list[Suggestion]:
        typed = "" if self._value and text == self._shown(self._value) else fold(text)
        return [
            Suggestion(station.uid, station.name, last_words(station), italic=False, icon="net")
            for station in self._stations
            if all(part in fold(station.name) for part in typed.split())
        ]

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read what was typed and not taken: an only match is taken, anything else goes back."""
        super().focusOutEvent(event)
        text = self.text().strip()
        found = self._rows(text) if text else []
        self._take(found[0].key if len(found) == 1 else self._value)


def last_words(station: Station) -> str:
    """Return "dernière le 12/09/2026" of a net set that was used."""
    if station.last is None or station.last.on_date is None:
        return _("jamais utilisé")
    return _("dernière le {day}").format(day=show_date(station.last.on_date))


class OpeningForm(RingingForm):
    """The lines of a session. `site_changed` carries the uid of the net set; the metres follow the open nets."""

    site_changed = Signal(object)
    SPANS = MappingProxyType(
        {SITE_LINE: 8, "date": 4, "theme": 4, "target": 4, "opened_at": 4, "open_nets": 8, "net_m": 4}
        | {"weather": 8, "temperature_c": 4, "main_session": 12, "comments": 12}
    )

    def __init__(self, services: Services, protocol: StudyProtocol) -> None:
        super().__init__(services, protocol, VISIT, name="session")
        self.nets = NetSet({})

    @property
    def site(self) -> SiteEdit:
        """The line that chooses the net set."""
        made = self.field(SITE_LINE).editor
        assert isinstance(made, SiteEdit)
        return made

    def set_station(self, station: Station | None) -> None:
        """Say of the net set what the form says beside its lines."""
        self.nets = station.nets if station else NetSet({})
        numbers = self.nets.numbers
        words = (
            _("{n} filets : {first} à {last}").format(n=len(numbers), first=numbers[0], last=numbers[-1])
            if numbers
            else ""
        )
        self.set_note("open_nets", words, NOTICE)
        usual = station.usual_net_m if station else None
        self.set_note("net_m", _("d’habitude {m} m").format(m=show_number(usual)) if usual is not None else "", NOTICE)
        self.show_main_session()

    def show_main_session(self) -> None:
        """Ask which main session this is where the theme is STOC."""
        self.field("main_session").setVisible(is_stoc(str(self.values().get("theme", ""))))

    def _lines(self) -> list[tuple[Editor, LabeledField, bool]]:
        pick = SiteEdit(name=f"{self.objectName()}.site")
        pick.changed.connect(self._site_taken)
        found = [
            (
                Editor((SITE_LINE,), pick, dict, lambda _values: None),
                LabeledField(_("Lieu et filets"), pick, required=True),
                True,
            )
        ]
        for name in ORDER:
            item = VISIT.by_name[name]
            editor = self._make(item)
            label = _(item.label) + (f" ({_(item.unit)})" if item.unit else "")
            found.append((editor, LabeledField(label, editor.widget, required=item.required is True), False))
        return found

    def _make(self, item: Any) -> Editor:
        name = f"{self.objectName()}.{item.name}"
        if item.name == "main_session":
            chips = ChipRow(
                [(choice.code, _(choice.short or choice.label)) for choice in MAIN_SESSIONS], multiple=False, name=name
            )
            chips.changed.connect(self._edited)
            return editor_of(
                item,
                chips,
                lambda: next(iter(chips.value()), None),
                lambda code: chips.set_value([code] if code else []),
            )
        made = super()._make(item)
        if isinstance(made.widget, LinksEdit):
            made.widget.line.setMinimumWidth(theme.text_px() * 6)  # beside one name there is room to add another
        if item.name == "open_nets" and isinstance(made.line, ParsedEdit):
            made.line.changed.connect(self._nets_changed)
        return made

    def _nets_changed(self, nets: Sequence[str] | None) -> None:
        """Let the metres follow the nets that are open now; what the set does not know is left to be typed."""
        metres = self.nets.metres(nets or ())
        if metres is not None:
            self.put(net_m=metres)
            self._edited()

    def _site_taken(self, uid: object) -> None:
        self.site_changed.emit(uid)

    def _edited(self, *what: object) -> None:
        if not self._filling:
            self.show_main_session()
        super()._edited(*what)
