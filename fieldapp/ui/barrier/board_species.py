"""The species and the sexes below the board: a button with its letter for each, and the line for another species."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QWidget

from fieldapp.core.schema import Taxon
from fieldapp.core.text import N_, _, fold
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.store import taxa
from fieldapp.store.connection import Database
from fieldapp.ui import theme
from fieldapp.ui.barrier.board_tile import LargeButton
from fieldapp.ui.widgets import FlowLayout, Suggest, Suggestion, follow_width, text_label
from fieldapp.ui.widgets.keyhint import cap_width, paint_cap
from fieldapp.ui.wording import latin_of

USUAL = 6
"""The first taxa of the list have a button at every barrier (a choice of the program)."""

OTHER_KEY, NUMBER_KEY = ",", "1…9"
_SHOWN = 8
_ENOUGH = 3
"""So many amphibians that fit the letters leave out all other taxa."""

SEXES = (
    ("m", N_("♂ mâle")),
    ("f", N_("♀ femelle")),
    ("x", N_("couple")),
    ("i", N_("indét.")),
    ("j", N_("juv.")),
    ("d", N_("mort")),
    ("s", N_("sort")),
)


class LetterButton(LargeButton):
    """A large button with its letter in front."""

    def _margin(self) -> int:
        return theme.S

    def _paint_content(self, painter: QPainter, token: str, on_accent: bool) -> None:
        left, middle = self._margin(), self.height() / 2
        spare = max(0, self.width() - self.sizeHint().width()) / 2
        width = cap_width(self.key)
        paint_cap(painter, self.key, left + spare + width, middle, on_accent)
        painter.setFont(theme.font("body", QFont.Weight.DemiBold))
        painter.setPen(theme.colour(token))
        start = round(left + spare + width + theme.S)
        metrics = QFontMetrics(painter.font())
        painter.drawText(start, round(middle + (metrics.ascent() - metrics.descent()) / 2), self.text())


class SpeciesBar(QWidget):
    """The species that have a button; `chosen` carries the cd_nom, `other` asks for the line of another one."""

    chosen = Signal(int)
    other = Signal()

    def __init__(self, name_of: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.species")
        self._name_of = name_of
        self._flow = FlowLayout(self)
        self._flow.setSpacing(theme.S)
        follow_width(self)
        self._buttons: dict[int, LetterButton] = {}
        self._in_hand: int | None = None
        self._more = LetterButton(_("… autre"), OTHER_KEY, name="board.species.other", parent=self)
        self._more.clicked.connect(lambda *_nothing: self.other.emit())
        self._flow.addWidget(self._more)

    def show_species(self, cds: Sequence[int], in_hand: int | None) -> None:
        """Show these taxa, the one in the hand marked."""
        if list(cds) != list(self._buttons):
            for button in self._buttons.values():
                self._flow.removeWidget(button)
                button.hide()
                button.deleteLater()
            self._flow.removeWidget(self._more)
            keys = lists.keys()
            self._buttons = {cd: self._button(cd, keys.get(cd, "")) for cd in cds}
            for button in (*self._buttons.values(), self._more):
                self._flow.addWidget(button)
                button.show()
            self._in_hand = None
            self.updateGeometry()
        for cd in {self._in_hand, in_hand} & set(self._buttons):
            button = self._buttons[cd]  # type: ignore[index]
            theme.set_role(button, "on" if cd == in_hand else "")
            button.setAccessibleDescription(_("en main") if cd == in_hand else "")
        self._in_hand = in_hand

    def _button(self, cd: int, key: str) -> LetterButton:
        button = LetterButton(self._name_of(cd), key.upper(), name=f"board.species.{cd}", parent=self)
        button.clicked.connect(partial(self._clicked, cd))
        return button

    def _clicked(self, cd: int, *_checked: bool) -> None:
        self.chosen.emit(cd)


class SexBar(QWidget):
    """The letters that add animals of the species in hand and those that say more of them; `key` carries one.

    `number` asks for the digits of how many there are. − and + change the last animals of the bucket: they stand here,
    where they never move, and take no room in the tiles.
    """

    key = Signal(str)
    number = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.sexes")
        flow = FlowLayout(self)
        flow.setSpacing(theme.S)
        follow_width(self)
        self._buttons: dict[str, LetterButton] = {}
        for letter, words in SEXES:
            button = LetterButton(_(words), letter.upper(), name=f"board.sex.{letter}", parent=self)
            button.clicked.connect(partial(self._clicked, letter))
            flow.addWidget(button)
            self._buttons[letter] = button
        self._number = LetterButton(_("nombre"), NUMBER_KEY, name="board.number", parent=self)
        self._number.clicked.connect(lambda *_nothing: self.number.emit())
        flow.addWidget(self._number)
        self._steps = [
            self._step(key, sign, name, words)
            for key, sign, name, words in (
                ("-", "−", "board.fewer", _("un de moins")),
                ("+", "+", "board.more", _("un de plus")),
            )
        ]
        for step in self._steps:
            flow.addWidget(step)

    def _step(self, key: str, sign: str, name: str, words: str) -> LargeButton:
        button = LargeButton(sign, name=name, parent=self)
        button.setAccessibleName(words)
        button.clicked.connect(partial(self._clicked, key))
        return button

    def show_hand(self, *, species: bool, animals: bool, dead: bool, out: bool, counting: bool = False) -> None:
        """Let the letters work that mean something now; `dead` and `out` are said of the animals to come.

        `counting`: a number of them is being given.
        """
        self._number.setEnabled(species)
        for step in self._steps:
            step.setEnabled(animals)
        theme.set_role(self._number, "on" if counting else "")
        for letter, button in self._buttons.items():
            button.setEnabled(species or (animals and letter in ("d", "s")))
            theme.set_role(button, "on" if (letter == "d" and dead) or (letter == "s" and out) else "")

    def _clicked(self, letter: str, *_checked: bool) -> None:
        self.key.emit(letter)


class OtherSpecies(QFrame):
    """The line that finds any species by its letters; `chosen` carries the cd_nom."""

    chosen = Signal(int)

    def __init__(self, db: Callable[[], Database], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.other")
        self.setProperty("role", "banner")
        self.setProperty("kind", "info")
        self._db = db
        self.line = Suggest(self._search, placeholder=_("lettres du nom, latin ou cd_nom"), name="board.other.line")
        self.line.chosen.connect(self._taken)
        box = theme.row(text_label(_("Autre espèce")), self.line, spacing=theme.S)
        box.setStretch(1, 1)
        box.setContentsMargins(theme.M, theme.XS, theme.M, theme.XS)
        self.setLayout(box)
        self.hide()

    def ask(self) -> None:
        """Show the line, empty, with the cursor in it."""
        self.line.clear()
        self.show()
        self.line.setFocus()

    def _search(self, text: str) -> list[Suggestion]:
        found = matching(lists.taxa(), text)[:_SHOWN]
        if len(found) < _ENOUGH:
            known = {taxon.cd_nom for taxon in found}
            others = taxa.search(self._db(), text, limit=_SHOWN, preferred="pitfall_barrier")
            found += [taxon for taxon in others if taxon.cd_nom not in known]
        latin = latin_of(self._db(), found)
        return [Suggestion(one.cd_nom, one.nom_vern or one.lb_nom, latin[one.cd_nom]) for one in found[:_SHOWN]]

    def _taken(self, row: Suggestion) -> None:
        self.hide()
        self.chosen.emit(int(row.key))


def matching(known: Sequence[Taxon], text: str) -> list[Taxon]:
    """Return the taxa of whose names every part typed begins a word, or the one of this cd_nom; likeliest first."""
    parts = fold(text).split()
    if not parts:
        return []

    def fits(taxon: Taxon) -> bool:
        words = fold(" ".join((taxon.nom_vern, taxon.lb_nom, *taxon.aliases))).replace("’", " ").split()
        return all(any(word.startswith(part) for word in words) for part in parts) or parts == [str(taxon.cd_nom)]

    return sorted((one for one in known if fits(one)), key=lambda one: one.regional_rank or len(known))


def buttons_for(site: Mapping[str, object], caught: Sequence[int]) -> list[int]:
    """Return the taxa that have a button: those chosen for the barrier, else the usual ones; then those caught here."""
    chosen = site.get("board_taxa")
    first = [int(code) for code in chosen] if isinstance(chosen, list) and chosen else list(lists.keys())[:USUAL]
    keys = lists.keys()
    return [*first, *(cd for cd in sorted(set(caught) - set(first), key=lambda cd: (cd not in keys, cd)))]
