"""Quiet surfaces: the card, the empty page, the badge of a state, the thin line of progress."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QSizePolicy, QWidget

from fieldapp.core.text import N_, _
from fieldapp.ui import icons, theme
from fieldapp.ui.widgets.banner import IconLabel
from fieldapp.ui.widgets.buttons import ActionButton


class Card(QFrame):
    """A surface with an optional icon, title and context; add what it holds with `add`."""

    def __init__(
        self, title: str = "", icon: str = "", context: str = "", *, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "card")
        self.body = theme.column(margin=theme.L, spacing=theme.S)
        self.setLayout(self.body)
        self.title = QLabel(title, self)
        self.title.setProperty("role", "section")
        self.context = QLabel(context, self)
        self.context.setProperty("role", "secondary")
        for label in (self.title, self.context):
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        head = theme.row(spacing=theme.M)
        self.icon = IconLabel(icon, "accent", parent=self) if icon else None
        if self.icon is not None:
            head.addWidget(self.icon)
        head.addWidget(self.title)
        head.addWidget(self.context, 1)
        self.title.setVisible(bool(title))
        self.context.setVisible(bool(context))
        if title or context or icon:
            self.body.addLayout(head)

    def set_title(self, title: str, context: str = "") -> None:
        """Show another title and context."""
        self.title.setText(title)
        self.context.setText(context)
        self.title.setVisible(bool(title))
        self.context.setVisible(bool(context))

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Put one more thing below."""
        if isinstance(item, QLayout):
            self.body.addLayout(item, stretch)
        else:
            self.body.addWidget(item, stretch)


def text_label(text: str, role: str = "", *, wrap: bool = False, name: str = "") -> QLabel:
    """Return a label with a role: title, section, display, strong, secondary, small, label, error, warning, accent."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if wrap:
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    label.setObjectName(name)
    if role:
        label.setProperty("role", role)
    return label


class EmptyState(QWidget):
    """What a list shows while it is empty: what will be here, and the button that starts it."""

    def __init__(
        self,
        icon: str,
        title: str,
        sentence: str = "",
        button: ActionButton | None = None,
        *,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        box = theme.column(1, spacing=theme.M)
        centre = Qt.AlignmentFlag.AlignHCenter
        box.addWidget(IconLabel(icon, "secondary", 2.0, self), 0, centre)
        self.title = text_label(title, "section", wrap=True)
        self.sentence = text_label(sentence, "secondary", wrap=True)
        for label in (self.title, self.sentence):
            label.setAlignment(centre)
            box.addWidget(label)
        if not sentence:  # never setVisible(True) here: without a parent yet, the label would open as a window
            self.sentence.hide()
        if button is not None:
            box.addSpacing(theme.XS)
            box.addWidget(button, 0, centre)
        box.addStretch(1)
        box.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.XL)
        self.setLayout(box)


@dataclass(frozen=True, slots=True)
class State:
    """How a state looks: its shape, the token of its colour, the token of its ground, its word."""

    shape: str
    colour: str
    ground: str
    word: str


STATES = MappingProxyType(
    {
        "todo": State("○", "secondary", "raised", N_("à faire")),
        "draft": State("◐", "accent", "soft", N_("brouillon")),
        "doing": State("◐", "accent", "soft", N_("en cours")),
        "done": State("●", "accent", "soft", N_("fait")),
        "occupied": State("●", "accent", "soft", N_("occupée")),
        "nothing_seen": State("∅", "secondary", "raised", N_("rien vu")),
        "inaccessible": State("⊘", "warning", "warning_ground", N_("inaccessible")),
        "dry": State("dry", "warning", "warning_ground", N_("à sec")),
        "review": State("?", "warning", "warning_ground", N_("à vérifier")),
        "conflict": State("⇄", "error", "error_ground", N_("à relire")),
        "not_sent": State("↑", "info", "info_ground", N_("à envoyer")),
        "asked": State("?", "info", "info_ground", N_("question posée")),
        "answered": State("●", "accent", "soft", N_("répondu")),
        "info": State("", "info", "info_ground", ""),
        "neutral": State("", "secondary", "raised", ""),
        "good": State("", "accent", "soft", ""),
    }
)
"""States by code. The shapes are drawn, not typed, so that they look the same with every font."""


def paint_shape(painter: QPainter, shape: str, token: str, rect: QRectF) -> None:
    """Draw the shape of a state in the middle of the rectangle."""
    side = min(rect.width(), rect.height())
    if shape in ("dry", "⇄"):
        icons.paint(painter, {"dry": "dry", "⇄": "conflict"}[shape], token, rect)
        return
    colour = theme.colour(token)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    centre, radius = rect.center(), side * 0.36
    if shape in ("?", "↑"):
        painter.setFont(theme.font("small", theme.font().Weight.Bold))
        painter.setPen(colour)
        painter.drawText(rect.adjusted(-4, -4, 4, 4), Qt.AlignmentFlag.AlignCenter, shape)
    else:
        painter.setPen(QPen(colour, max(1.5, side * 0.1)))
        painter.setBrush(colour if shape == "●" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius, radius)
        if shape == "◐":
            painter.setBrush(colour)
            painter.drawPie(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius), 90 * 16, 180 * 16)
        elif shape in ("∅", "⊘"):
            reach, sign = (radius * 1.35, -1) if shape == "∅" else (radius * 0.707, 1)
            painter.drawLine(centre - QPointF(reach, sign * reach), centre + QPointF(reach, sign * reach))
    painter.restore()


class StateBadge(QWidget):
    """A pill that says a state by shape, word and colour; `text` replaces the state's own word."""

    def __init__(self, state: str, text: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_state(state, text)

    def set_state(self, state: str, text: str = "") -> None:
        """Show another state."""
        self.state = state
        self.text = text or _(STATES[state].word)
        self.setAccessibleName(self.text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for shape and word."""
        return badge_size(self.state, self.text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill."""
        paint_badge(QPainter(self), self.state, self.text, QRectF(self.rect()))


def badge_size(state: str, text: str) -> QSize:
    """Return the size of the badge of a state."""
    metrics = QFontMetrics(theme.font("small"))
    height = metrics.height() + theme.S
    shape = metrics.ascent() + theme.XS if STATES[state].shape else 0
    return QSize(metrics.horizontalAdvance(text) + shape + 2 * theme.M - 2, height)


def paint_badge(painter: QPainter, state: str, text: str, rect: QRectF, on_soft: bool = False) -> None:
    """Draw the badge of a state at the left of the rectangle; `on_soft` where the rectangle is selected."""
    look, size = STATES[state], badge_size(state, text)
    pill = QRectF(rect.left(), rect.center().y() - size.height() / 2, min(size.width(), rect.width()), size.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("surface" if on_soft and look.ground == "soft" else look.ground))
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    font = theme.font("small")
    metrics = QFontMetrics(font)
    left = pill.left() + theme.M - 1
    if look.shape:
        side = metrics.ascent()
        paint_shape(painter, look.shape, look.colour, QRectF(left, pill.center().y() - side / 2, side, side))
        left += side + theme.XS
    painter.setFont(font)
    painter.setPen(theme.colour(look.colour))
    room = pill.right() - left - theme.S
    words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(room) + 1)
    painter.drawText(QRectF(left, pill.top(), room + theme.S, pill.height()), Qt.AlignmentFlag.AlignVCenter, words)
    painter.restore()


class ProgressLine(QWidget):
    """A thin line of progress; `set(done, total)`. The figures belong beside it, in words."""

    def __init__(self, done: int = 0, total: int = 0, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set(done, total)

    def set(self, done: int, total: int) -> None:
        """Show `done` of `total`; a total of 0 is an empty line."""
        self._share = min(1.0, max(0.0, done / total)) if total > 0 else 0.0
        self.setAccessibleName(_("{done} sur {total}").format(done=done, total=total))
        self.update()

    @property
    def share(self) -> float:
        """The part that is done, 0 to 1."""
        return self._share

    def sizeHint(self) -> QSize:
        """Return a thin line."""
        return QSize(96, theme.S)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the groove and the part that is done."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rect = QRectF(self.rect())
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        if self._share:
            rect.setWidth(max(rect.height(), rect.width() * self._share))
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)


class StateDot(QWidget):
    """The shape of a state alone, as high as a line of small text; its word must stand beside it."""

    def __init__(self, state: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, state: str) -> None:
        """Show another state."""
        self.state = state
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square as high as small text."""
        side = theme.text_px("small")
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the shape."""
        look = STATES[self.state]
        paint_shape(QPainter(self), look.shape, look.colour, QRectF(self.rect()))
