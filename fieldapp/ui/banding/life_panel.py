"""The bird of the line that is typed: its ring in large figures, its life, what does not fit, what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedLayout, QWidget

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.schema import Problem, Severity, Values
from fieldapp.core.text import _
from fieldapp.protocols.banding import rules
from fieldapp.protocols.banding.biometry import LISTED, Usual
from fieldapp.protocols.banding.life import Life, ring_words, species_name
from fieldapp.protocols.banding.ring import show_ring
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, RINGED
from fieldapp.ui import theme
from fieldapp.ui.banding.life_rows import LifeCurve, LifeRows
from fieldapp.ui.banding.life_words import NOWHERE, Where, range_words, scheme_words, since_words
from fieldapp.ui.widgets import Banner, Elided, EmptyState, text_label

TAKE_OVER_KEY = "F2"

_NOTES = 4
"""Notes shown at most; how many more there are is said below."""

_KINDS = {
    Severity.BLOCKING: "error",
    Severity.INCOMPLETE: "warning",
    Severity.WARNING: "warning",
    Severity.NOTICE: "info",
}


class LifePanel(QFrame):
    """Shows the life of one bird; its parts are made once, so that the next bird is only other words in them.

    It never takes the focus. Its parts are called after it ("life.number"). `taken` says that the way out of a note was
    clicked; the key of it belongs to the page.
    """

    taken = Signal(object)  # Problem whose params["value"] is to be put into its field

    def __init__(self, *, name: str = "life", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "card")
        self._protocol = protocols.by_code(CODE)
        self._empty = EmptyState(
            "ring",
            _("L’histoire de l’oiseau apparaîtra ici"),
            _("Tapez une bague : ses captures, son sexe, son âge et ses mesures s’affichent aussitôt."),
            name=f"{name}.empty",
        )
        self._bird = QWidget(self)
        self._bird.setProperty("role", "plain")
        self._problems: list[Problem] = []
        self._has_curve, self._range = False, ""
        self._build_bird(name)
        self._stack = QStackedLayout(self)  # with its owner from the start: else its first page opens as a window
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._bird)

    def _build_bird(self, name: str) -> None:
        self._caption = Elided("small", fills=True, name=f"{name}.caption")
        self._number = Elided("display", fills=True, name=f"{name}.number")
        self._species = text_label("", "strong", name=f"{name}.species")
        self._since = Elided("secondary", fills=True, name=f"{name}.since")
        self._others = Elided("small", fills=True, name=f"{name}.others")
        self._state = text_label("", "secondary", wrap=True, name=f"{name}.state")
        self._rows = LifeRows(name=f"{name}.rows")
        self._curve = LifeCurve(name=f"{name}.curve")
        self._notes = [Banner("info", "", name=f"{name}.note{number}") for number in range(_NOTES)]
        self._more = text_label("", "small", name=f"{name}.more")
        self._usual = Banner("done", "", name=f"{name}.usual")
        head = theme.row(self._species, self._since, spacing=theme.S)
        head.setStretch(1, 1)
        parts = (self._rows, self._curve, *self._notes, self._more, self._usual)
        box = theme.column(
            self._caption, self._number, head, self._others, self._state, *parts, 1, margin=theme.L, spacing=theme.S
        )
        self._bird.setLayout(box)

    def clear(self) -> None:
        """Show no bird: no ring is typed yet."""
        self._stack.setCurrentWidget(self._empty)

    def set_caption(self, words: str) -> None:
        """Show above the number whose bird it is: "L’oiseau de la ligne 44"."""
        self._caption.set_words(words)
        self._fit()

    def show_life(
        self,
        life: Life,
        values: Values,
        problems: Sequence[Problem],
        on: str,
        *,
        usual: Usual = LISTED,
        where: Where = NOWHERE,
    ) -> None:
        """Show the bird of the ring: its life before the capture `values` of the day `on` (ISO date), and the notes.

        `usual` is what wing and mass are held against; `where` is the place of the capture.
        """
        self._number.set_words(show_ring(life.ring.number))
        species = life.species or str(values.get("species", ""))  # what was typed today stands in the line itself
        self._species.setText(species_name(species))
        self._species.setVisible(bool(species))
        self._since.set_words(since_words(life, on) if life.is_known else "")
        others = [ring_words(ring) for ring in life.rings if ring != life.ring]
        self._others.set_words(_("Autre bague de cet oiseau : {rings}").format(rings=", ".join(others)))
        self._others.setVisible(bool(others))
        state = state_words(life, values)
        self._state.setText(state)
        self._state.setVisible(bool(state))
        self._rows.show_events(life.events, where)
        self._rows.setVisible(life.is_known)
        dated = [(event.on, event.values) for event in life.events]
        self._has_curve = self._curve.show_measures([*dated, (on, values)]) and life.is_known
        self._set_notes([problem for problem in problems if problem.code != "foreign_ring" or not state])
        self._range = range_words(values, usual)
        self._usual.set("done", self._range)
        self._stack.setCurrentWidget(self._bird)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Return little: what has no room is left out, the page never grows for a bird with much to say."""
        return QSize(theme.text_px() * 16, theme.text_px() * 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for now."""
        super().resizeEvent(event)
        self._fit()

    def _set_notes(self, problems: Sequence[Problem]) -> None:
        self._problems = sorted(problems, key=weight)
        for banner, problem in zip(self._notes, self._problems, strict=False):
            takes = "value" in problem.params and problem.field in ("sex", "age")
            banner.set(
                "error" if problem.code in rules.STRONG else _KINDS[problem.severity],
                checking.words(problem, self._protocol, OBSERVATION),
                action=_("reprendre") if takes else "",
                key=TAKE_OVER_KEY if takes else "",
                on=partial(self.taken.emit, problem) if takes else None,
                live=False,
            )

    def _fit(self) -> None:
        """Give the room to the head and two captures, then to the notes, the range, all captures, and the curve."""
        width = self.width() - 2 * theme.L
        self._caption.setVisible(bool(self._caption.words()))
        room = self._fit_notes(width, self._room(width))
        if room < 0:  # a low screen with large letters: whose bird it is, the line itself says too
            self._caption.hide()
            room = self._fit_notes(width, self._room(width))
        height = _height(self._usual, width) + theme.S
        has_usual = bool(self._range) and room >= height
        self._usual.setVisible(has_usual)
        room -= height if has_usual else 0
        room -= self._rows.sizeHint().height() - self._rows.minimumSizeHint().height()
        self._curve.setVisible(self._has_curve and room >= self._curve.sizeHint().height() + theme.S)

    def _room(self, width: int) -> int:
        """Return the room below the head and two captures."""
        rows = self._rows.minimumSizeHint().height() + theme.S if self._rows.rows() else 0
        return self.height() - 2 * theme.L - self._head_height(width) - rows - theme.M  # lines of letters are no pixels

    def _fit_notes(self, width: int, room: int) -> int:
        """Show the first note and those that fit, say how many are left out, and return the room that remains."""
        last_line = self._more.sizeHint().height() + theme.S
        shown = 0
        for banner in self._notes[: len(self._problems)]:
            height = _height(banner, width) + theme.S
            needed = height if shown + 1 == len(self._problems) else height + last_line
            if shown and room < needed:
                break
            room -= height
            shown += 1
        for number, banner in enumerate(self._notes):
            banner.setVisible(number < shown)
        more = len(self._problems) - shown
        self._more.setText(
            _("et {count} autres remarques").format(count=more) if more > 1 else _("et une autre remarque")
        )
        self._more.setVisible(more > 0)
        return room - last_line if more else room

    def _head_height(self, width: int) -> int:
        """Return the room of what stands above the captures."""
        heights = [
            item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
            for item in (self._caption, self._number, self._species, self._others, self._state)
            if not item.isHidden()
        ]
        return sum(heights) + theme.S * len(heights)


def _height(banner: Banner, width: int) -> int:
    """Return the height of a note in so much width."""
    box = banner.layout()
    return max(box.heightForWidth(width) if box is not None else 0, theme.target())


def weight(problem: Problem) -> int:
    """Return the place of a problem among the notes: the strongest alerts first, then by severity."""
    if problem.code in rules.STRONG:
        return 0
    return 1 + list(_KINDS).index(problem.severity)


def state_words(life: Life, values: Values) -> str:
    """Return what there is to say of a ring without a life here, "" where it has one."""
    if life.is_known:
        return ""
    if life.ring.is_foreign:
        words = _("Bague étrangère, {scheme} : pas d’histoire ici. Lisez tout le numéro et photographiez la bague.")
        return words.format(scheme=scheme_words(life.ring))
    return _("Bague neuve.") if values.get("action") == RINGED else _("Bague jamais vue ici.")
