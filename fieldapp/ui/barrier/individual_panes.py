"""Two panes side by side, so that a person compares the bellies of one animal, or of two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.barrier.individual_read import Shot
from fieldapp.ui.barrier.photo_pane import STEP, PhotoPane
from fieldapp.ui.barrier.photo_words import is_of_another_day, taken_words, view_words
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.widgets import ActionButton, Elided, text_label
from fieldapp.ui.wording import day_words

LEFT_KEYS, RIGHT_KEYS = ("A", "Z"), ("O", "P")
"""The keys that go back and on in each pane: under the left and the right hand on a French keyboard."""

TURN_KEYS = ("T", "Y")


class ShotPane(QWidget):
    """One pane with the photos of an individual: whose they are, which one it is, and the keys to the others."""

    def __init__(self, context: PageContext, keys: tuple[str, str], turn_key: str, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "plain")
        self._shots: tuple[Shot, ...] = ()
        self._at = 0
        self._empty = ""
        self.photo = PhotoPane(context.services, context.background, name=f"{name}.photo")
        self.whose = text_label("", "strong", name=f"{name}.whose")
        self.caption = Elided("secondary", name=f"{name}.caption")
        self._before = ActionButton(
            "", "previous", keys[0], role="quiet", name=f"{name}.before", on=lambda: self.go(-1)
        )
        self._after = ActionButton("", "next", keys[1], role="quiet", name=f"{name}.after", on=lambda: self.go(1))
        self._turn = ActionButton("", "redo", turn_key, role="quiet", name=f"{name}.turn", on=self.photo.turn)
        for button, words in (
            (self._before, _("photo d’avant")),
            (self._after, _("photo d’après")),
            (self._turn, _("tourner la photo d’un quart")),
        ):
            button.setAccessibleName(words)
            button.setToolTip(words)
        head = theme.row(self.whose, 1, self._before, self._after, self._turn, spacing=0)
        box = theme.column(head, self.caption, self.photo, spacing=theme.XS)
        box.setStretch(2, 1)
        self.setLayout(box)

    @property
    def shot(self) -> Shot | None:
        """The photo shown, None for none."""
        return self._shots[self._at] if self._shots else None

    def show_shots(self, whose: str, shots: Sequence[Shot], at: int = 0, *, empty: str = "") -> None:
        """Show the photos of an individual, beginning with the one at this place; `empty` stands for none."""
        self._shots, self._empty = tuple(shots), empty
        self._at = min(at, max(0, len(self._shots) - 1))
        self.whose.setText(whose)
        self._show()

    def show_of(self, observation: str) -> bool:
        """Show the first photo of a catch; return whether there is one."""
        place = next((at for at, shot in enumerate(self._shots) if shot.observation.uid == observation), None)
        if place is None:
            return False
        self._at = place
        self._show()
        return True

    def go(self, by: int) -> None:
        """Go on or back, round and round."""
        if self._shots:
            self._at = (self._at + by) % len(self._shots)
            self._show()

    def _show(self) -> None:
        shot = self.shot
        several = len(self._shots) > 1
        for button in (self._before, self._after):
            button.setVisible(several)
        self._turn.setVisible(shot is not None)
        if shot is None:
            self.caption.set_words("")
            self.photo.show_photo("", empty=self._empty)
            return
        words = shot_words(shot)
        if several:
            words = f"{words} · " + _("{n} sur {total}").format(n=self._at + 1, total=len(self._shots))
        self.caption.set_words(words)
        self.photo.show_photo(shot.sha256, words)


def shot_words(shot: Shot) -> str:
    """Return "ventre · 18/03/2026"; the camera's own time only where it is of another day."""
    told = [view_words(shot.photo.data), day_words(shot.on)]
    if is_of_another_day(shot.photo.data, shot.on):
        told.append(_("appareil : {when}").format(when=taken_words(shot.photo.data)))
    return " · ".join(filter(None, told))


class Panes(QWidget):
    """The two panes and what moves them together: closer, further, whole; each turns on its own.

    `tools` are the buttons of what both do together, for the page to place.
    """

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setProperty("role", "plain")
        self.left = ShotPane(context, LEFT_KEYS, TURN_KEYS[0], name="individual.left")
        self.right = ShotPane(context, RIGHT_KEYS, TURN_KEYS[1], name="individual.right")
        self.zoom = 1.0
        for pane in (self.left, self.right):
            pane.photo.stepped.connect(self.step)
        self._closer = _quiet(_("Plus près"), "add", "+", "closer", lambda: self.step(True))
        self._further = _quiet(_("Plus loin"), "remove", "-", "further", lambda: self.step(False))
        self._colours = _quiet(_("Vraies couleurs"), "theme", "V", "colours", self._toggle_colours)
        panes = theme.row(self.left, self.right, spacing=theme.L)
        panes.setStretch(0, 1)
        panes.setStretch(1, 1)
        self.tools = (self._closer, self._further, self._colours)
        box = theme.column(panes)
        self.setLayout(box)
        theme.on_change().changed.connect(self._dress)
        self._dress()

    def step(self, closer: bool) -> None:
        """Look closer or further in both panes."""
        self.set_zoom(self.zoom * (STEP if closer else 1 / STEP))

    def set_zoom(self, zoom: float) -> None:
        """Look at both photos from this distance."""
        for pane in (self.left, self.right):
            pane.photo.set_zoom(zoom)
        self.zoom = self.left.photo.zoom

    def move_by(self, right: float, down: float) -> None:
        """Move both photos, in shares of the pane."""
        for pane in (self.left, self.right):
            pane.photo.move_by(right, down)

    def keys(self) -> list[Action]:
        """Return the keys of the panes."""
        found = [
            Action(" / ".join(LEFT_KEYS), _("photo d’avant, d’après, à gauche")),
            Action(" / ".join(RIGHT_KEYS), _("photo d’avant, d’après, à droite")),
            Action("+", _("les deux de plus près"), lambda: self.step(True), "add"),
            Action("-", _("les deux de plus loin"), lambda: self.step(False), "remove"),
            Action("Shift+Left", _("déplacer les deux (Maj et les flèches)")),
            Action(TURN_KEYS[0], _("tourner la photo de gauche"), self.left.photo.turn, "redo"),
            Action(TURN_KEYS[1], _("tourner la photo de droite"), self.right.photo.turn, "redo"),
        ]
        if theme.current().name == "nuit-rouge":
            found.append(Action("V", _("vraies couleurs, ou rouge de nuit"), self._toggle_colours, "theme"))
        return found

    def _toggle_colours(self) -> None:
        on = self.left.photo.is_red()
        for pane in (self.left, self.right):
            pane.photo.set_true_colours(on)
        self._colours.set_text(_("Rouge de nuit") if on else _("Vraies couleurs"))

    def _dress(self) -> None:
        """Offer the true colours in the red night alone; each time anew they are not shown until asked for."""
        for pane in (self.left, self.right):
            pane.photo.set_true_colours(False)
        self._colours.set_text(_("Vraies couleurs"))
        self._colours.setVisible(theme.current().name == "nuit-rouge")


def _quiet(words: str, icon: str, key: str, name: str, on: Callable[[], object]) -> ActionButton:
    return ActionButton(words, icon, key, role="quiet", name=f"individual.{name}", on=on)
