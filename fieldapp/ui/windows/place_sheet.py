"""The form of one record with what stands beside it: the sketch of a place, the optional fields of an aire."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from fieldapp.core.schema import Entity, Kind, StudyProtocol, Values
from fieldapp.core.text import _
from fieldapp.ui import rounds, theme
from fieldapp.ui.forms.position import PlacesSketch, nearest, short
from fieldapp.ui.forms.record_form import POSITION, RecordForm
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import NOTICE, WARNING, Card, text_label


def on_sketch(entity: Entity, values: Values) -> str:
    """Return the name beside the dot of a place: a ringing place goes without its commune."""
    return str(values.get("place_name") or entity.title(values))


def _form(services: Services, protocol: StudyProtocol, entity: Entity) -> RecordForm:
    name = f"place.{entity.code}"
    if protocol.session is None:
        return RecordForm(services, protocol, entity, name=name)
    from fieldapp.ui.banding.record_forms import form_for  # not before a protocol of sessions is edited

    return form_for(services, protocol, entity, name)


class PlaceSheet(QWidget):
    """The form of one entity with what stands beside it: the sketch of a place, the optional fields of an aire."""

    def __init__(self, services: Services, protocol: StudyProtocol, entity: Entity) -> None:
        super().__init__()
        self.entity = entity
        self._is_walked = protocol.form is not None
        self.form = _form(services, protocol, entity)
        self.name_field = next((item.name for item in entity.fields if item.kind is Kind.TEXT), "")
        self.sketch: PlacesSketch | None = None
        self._distances = text_label("", "secondary", wrap=True, name="place.distances")
        self._scroll = FormScroll(self.form)
        left = Card()
        left.body.setContentsMargins(theme.L, theme.L, theme.S, theme.S)
        left.add(self._scroll, 1)
        box = theme.row(left, spacing=theme.M + 2)
        box.setStretch(0, 5)
        aside = self._aside()
        if aside is not None:
            box.addWidget(aside, 3)
        self.setLayout(box)

    def _aside(self) -> QWidget | None:
        checklist = self.form.checklist()
        if checklist is not None:
            card = Card(_("Champs locaux demandés"))
            words = _("Le protocole ne les demande pas : cochez ceux que les fiches de cette aire doivent proposer.")
            card.add(text_label(words, "secondary", wrap=True))
            scroll = FormScroll(checklist)
            card.add(scroll, 1)
            return card
        if POSITION[0] not in self.entity.by_name:
            return None
        self.sketch = PlacesSketch(name="place.sketch")
        card = Card(_("Dans l’aire") if self._is_walked else _("Autres lieux"))
        card.add(self.sketch, 1)
        card.add(self._distances)
        return card

    def _before_position(self) -> str:
        if self._is_walked:
            return _("La position donnera les distances aux autres mares.")
        return _("La position donnera les distances aux autres lieux.")

    def aside_stops(self) -> list[QWidget]:
        """Return what can take the focus beside the form."""
        checklist = self.form.checklist()
        return checklist.stops() if checklist is not None else []

    def show_position(
        self, others: Sequence[tuple[str, tuple[float, float]]], here: tuple[float, float] | None, name: str
    ) -> None:
        """Draw the places of the aire and say how far the nearest are."""
        if self.sketch is None:
            return
        self.sketch.show_places(others, here, name)
        if here is None:
            words = self._before_position() if others else ""
        else:
            near = nearest(others, here)[:3]
            said = [f"{short(other)} {rounds.distance_words(metres)}" for other, metres in near]
            words = " · ".join(item.replace(" ", "\u00a0") for item in said)
        first = _("La première mare de l’aire.") if self._is_walked else _("Le premier lieu.")
        self._distances.setText(words or first)

    def note_name(self, words: str) -> None:
        """Say something beside the name."""
        self.form.set_note(self.name_field, words, WARNING if words else NOTICE)

    def scroll_to(self, widget: QWidget) -> None:
        """Bring a line into view."""
        self._scroll.ensureWidgetVisible(widget)


class FormScroll(QScrollArea):
    """Scrolls only when large text needs more room than there is."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        QApplication.instance().focusChanged.connect(self._follow)  # type: ignore[union-attr]

    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Show the line that the cursor goes to, by whatever key."""
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now)

    def sizeHint(self) -> QSize:
        """Return the size of what it holds."""
        inner = self.widget()
        return inner.sizeHint() if inner is not None else super().sizeHint()
