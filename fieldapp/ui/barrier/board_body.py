"""The body of a morning: the board, the species and sexes below it, what is asked and said, the panel beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fieldapp.core.schema import Severity
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.board import Board
from fieldapp.protocols.pitfall_barrier.schema import INWARD, VISIT
from fieldapp.ui import theme
from fieldapp.ui.barrier import board_words
from fieldapp.ui.barrier.board import BoardView, Shown
from fieldapp.ui.barrier.board_findings import Finding
from fieldapp.ui.barrier.board_head import REMARK_KEY
from fieldapp.ui.barrier.board_number import NumberPad
from fieldapp.ui.barrier.board_panel import MissingBanner, SpeciesPanel
from fieldapp.ui.barrier.board_scroll import TilesScroll
from fieldapp.ui.barrier.board_season import BarrierSeasons
from fieldapp.ui.barrier.board_session import MorningSession
from fieldapp.ui.barrier.board_species import OtherSpecies, SexBar, SpeciesBar, buttons_for
from fieldapp.ui.barrier.board_tile import LARGE_PX, LargeButton
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Banner, FlowLayout, follow_width, text_label

CONFIRM_KEY = "F12"
BEFORE_KEY, CLOSED_KEY, INDIVIDUAL_KEY, PHOTO_KEY = "H", "F8", "F9", "F10"
ROOMY = 60
"""Width of the page in letters' heights from which the panel stands beside the board."""
PANEL_CHARS = 24
LINES_BESIDE = 3
"""More lines of buckets than these need the width of the panel."""
_BAD = {
    Severity.BLOCKING: (N_("à corriger"), "error"),
    Severity.INCOMPLETE: (N_("à compléter"), "error"),
    Severity.WARNING: (N_("à vérifier"), "warning"),
}


class ReasonBar(QFrame):
    """Why nobody looked: a digit each; `chosen` carries the code. `taken_back`: the morning is to be looked into."""

    chosen = Signal(str)
    taken_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("morning.reasons")
        self.setProperty("role", "banner")
        self.setProperty("kind", "info")
        flow_box = QWidget(self)
        flow = FlowLayout(flow_box)
        follow_width(flow_box)
        self.codes: dict[str, str] = {}
        for number, choice in enumerate(VISIT.by_name["reason"].choices, start=1):
            button = LargeButton(_(choice.label), str(number), name=f"morning.reason.{choice.code}", parent=flow_box)
            button.clicked.connect(lambda _on=False, code=choice.code: self.chosen.emit(code))
            flow.addWidget(button)
            self.codes[str(number)] = choice.code
        self._again = LargeButton(_("Remettre à relever"), "N", name="morning.reason.again", parent=flow_box)
        self._again.clicked.connect(lambda *_nothing: self.taken_back.emit())
        flow.addWidget(self._again)
        words = text_label(_("Personne n’a relevé ce matin : pourquoi ? (un chiffre, Échap revient)"), wrap=True)
        box = theme.column(words, flow_box, spacing=theme.S)
        box.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        self.setLayout(box)
        self.hide()

    def ask(self, *, missed: bool) -> None:
        """Ask why; where the morning is `missed` already, it can be taken back as well."""
        self._again.setVisible(missed)
        self.show()


class MorningBody(QWidget):
    """Shows a `MorningSession`; keys and presses are carried by the signals of its parts."""

    confirm = Signal()
    tool = Signal(str)

    def __init__(self, services: Services, explain: Callable[[], object]) -> None:
        super().__init__()
        self._session: MorningSession | None = None
        self.seasons: BarrierSeasons | None = None
        self.loading = False
        self.sees_before = False
        self.note = ""
        self.board = BoardView()
        self.species = SpeciesBar(self._name_of)
        self.sexes = SexBar()
        self.pad = NumberPad()
        self.is_counting = False
        self.other = OtherSpecies(lambda: services.db)
        self.reasons = ReasonBar()
        self.extra = QFrame(self)
        self.extra.setLayout(theme.column())
        self.hint = text_label("", "small", wrap=True, name="morning.hint")
        self.line = text_label("", "secondary", wrap=True, name="morning.line")
        self.tools = {
            "before": self._tool("before", _("hier"), BEFORE_KEY),
            "closed": self._tool("closed", _("fermer"), CLOSED_KEY),
            "individual": self._tool("individual", _("individu"), INDIVIDUAL_KEY),
            "photos": self._tool("photos", _("photos"), PHOTO_KEY),
            "remark": self._tool("remark", _("remarque"), REMARK_KEY),
        }
        self._said = QWidget(self)
        self.banner = Banner("warning", "", name="morning.banner")
        self.banner.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.missing = MissingBanner(explain, name="morning.missing")
        self.panel = SpeciesPanel(explain)
        for one in (self.extra, self.banner, self.line):
            one.hide()
        self._lay_out()

    def _tool(self, code: str, words: str, key: str) -> ActionButton:
        """Return a small button of the line below the board; its key belongs to the page."""
        button = ActionButton(words, role="quiet", name=f"board.tool.{code}", on=lambda: self.tool.emit(code))
        button.show_key(key)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _lay_out(self) -> None:
        said = theme.row(self.hint, *self.tools.values(), spacing=0)
        said.setStretch(0, 1)
        said.setAlignment(self.hint, Qt.AlignmentFlag.AlignVCenter)
        self._said.setLayout(said)
        body = QWidget()
        body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._flowing = theme.column(self.reasons, self.board, self.extra, self.line, self.missing, 1, spacing=theme.S)
        body.setLayout(self._flowing)
        self._scroll = TilesScroll(body)
        row = theme.row(self._scroll, self.panel, spacing=theme.L)
        row.setStretch(0, 1)
        self._fixed = theme.column(
            row, self.other, self.banner, self._said, self.species, self.pad, self.sexes, spacing=theme.S
        )
        self._fixed.addStretch(1)
        self._is_cramped = self._is_noted = False
        self.setLayout(self._fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the panel where there is room for it, else a line of words."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the panel its width, or take it away; keep the species fixed where a line of tiles stays beside them."""
        beside = self.width() - PANEL_CHARS * theme.text_px() - theme.L
        roomy = self.width() >= ROOMY * theme.text_px() and self.board.lines_at(beside) <= LINES_BESIDE
        self.panel.setVisible(roomy)
        self.panel.setFixedWidth(PANEL_CHARS * theme.text_px())
        self._place_keys()
        self._show_panel()

    def _place_keys(self) -> None:
        """Keep the keys below the scrolled tiles; where too little of these is left, only the sexes stay."""
        width = self.width()
        rows = sum(one.heightForWidth(width) + theme.S for one in (self.species, self.sexes))
        said = max(self._said.sizeHint().height(), self.banner.sizeHint().height())
        cramped = self.height() - rows - 2 * (said + theme.S) < LARGE_PX + 2 * theme.text_px()
        if cramped == self._is_cramped:
            return
        self._is_cramped = cramped
        old, new = (self._fixed, self._flowing) if cramped else (self._flowing, self._fixed)
        at = new.indexOf(self.board if cramped else self.other) + 1
        for place, one in enumerate((self.banner, self._said, self.species)):
            old.removeWidget(one)
            new.insertWidget(at + place, one)

    def _name_of(self, cd_nom: int) -> str:
        return self._session.name_of(cd_nom) if self._session is not None else str(cd_nom)

    # ------------------------------------------------------------------------------------------------- showing

    def show_session(self, session: MorningSession) -> None:
        """Show another morning."""
        self._session = session
        self.reasons.hide()
        self.other.hide()
        self.extra.hide()
        self.note = ""
        self.is_counting = False
        self._scroll.verticalScrollBar().setValue(0)
        self.board.show_board(session.board, session.name_of, Shown())
        self.fit()

    def refresh(self, found: Sequence[Finding]) -> None:
        """Show everything as it stands, with what is to be said."""
        session = self._session
        if session is None:
            return
        board = session.board
        self.board.show_board(board, session.name_of, self._beside(session, found))
        caught = [group.cd_nom for _bucket, group in board.groups]
        caught += list(self.seasons.caught) if self.seasons is not None else []
        self.species.show_species(buttons_for(session.around.site.data, caught), board.species)
        self.sexes.show_hand(
            species=board.species is not None, animals=board.current is not None, dead=board.dead, out=board.out,
            counting=self.is_counting and board.fresh,
        )  # fmt: skip
        note = board.note or self.note
        self.hint.setText(note or board_words.hint_words(board, session.name_of))
        theme.set_role(self.hint, "warning" if note else "small")
        self._is_noted = bool(note)
        self._show_banner(found)
        self._show_panel()
        self._show_tools(board)
        self._show_keys(board)
        QTimer.singleShot(0, self, self._keep_in_sight)

    def _show_keys(self, board: Board) -> None:
        """Show the species and the sexes, or the digits in the place of the species while a number is given."""
        self.is_counting = self.is_counting and board.fresh and self.reasons.isHidden()
        self.pad.show_board(board)
        is_free = self.extra.isHidden()
        for one in (self._said, self.sexes):
            one.setVisible(is_free)
        self.species.setVisible(is_free and not self.is_counting)
        self.pad.setVisible(is_free and self.is_counting)

    def _show_tools(self, board: Board) -> None:
        """Offer what fits the current bucket: an empty one is closed, an animal has photos, a newt a name."""
        group, tile = board.current, board.tile
        self.tools["closed"].setVisible(group is None)
        self.tools["closed"].set_text(_("ouvrir") if tile is not None and tile.closed else _("fermer"))
        self.tools["photos"].setVisible(group is not None)
        self.tools["individual"].setVisible(group is not None and group.cd_nom in lists.by_photo() and not group.pair)
        self.tools["before"].set_text(self.before_words() or _("hier"))
        theme.set_role(self.tools["before"], "on" if self.sees_before else "quiet")

    def _keep_in_sight(self) -> None:
        """Scroll to what is asked, else to the current bucket, once everything has its place."""
        for asked in (self.extra, self.reasons):
            if not asked.isHidden():
                self._scroll.ensureWidgetVisible(asked, 0, theme.XS)
                return
        if self._is_cramped and self._is_noted:
            self._scroll.ensureWidgetVisible(self.hint, 0, theme.XS)
            return
        rect = self.board.current_rect().translated(self.board.pos())
        if rect.height() > self._scroll.viewport().height():  # its number, and the buttons of + and −
            self._scroll.verticalScrollBar().setValue(rect.top())
            return
        self._scroll.ensureVisible(rect.center().x(), rect.center().y(), 0, rect.height() // 2 + theme.XS)

    def _beside(self, session: MorningSession, found: Sequence[Finding]) -> Shown:
        chips: dict[str, str] = {}
        for _bucket, group in session.board.groups:
            photos = ngettext("photo", "{n} photos", group.photos).format(n=group.photos) if group.photos else ""
            words = " · ".join(filter(None, (session.around.individual(group.individual), photos)))
            if words:
                chips[group.uid] = words
        problems: dict[str, tuple[str, str]] = {}
        for one in found:
            if one.bucket and one.problem.severity in _BAD:
                words, role = _BAD[one.problem.severity]
                problems.setdefault(one.bucket, (_(words), role))
        around = session.around
        proposed = () if session.is_stored else around.closed_before
        before = {tile.bucket: tile for tile in around.before.tiles} if self.sees_before else {}
        return Shown(chips, before, self.before_words(), problems, proposed, session.looked)

    def before_words(self) -> str:
        """Return how the morning before is called: "hier", else "le 16/03"."""
        around = self._session.around if self._session is not None else None
        if around is None or not around.before_on:
            return ""
        yesterday = (date.fromisoformat(around.on) - timedelta(days=1)).isoformat()
        day = around.before_on
        return _("hier") if day == yesterday else _("le {day}/{month}").format(day=day[8:], month=day[5:7])

    def _show_banner(self, found: Sequence[Finding]) -> None:
        """Say the first thing that is wrong or unlikely, with its bucket; F12 confirms a warning."""
        told = [one for one in found if one.problem.severity in _BAD and not self.is_of_head(one)]
        self.banner.setVisible(bool(told))
        if not told:
            return
        first, more = told[0], len(told) - 1
        words = _("Seau {bucket} : {words}").format(bucket=first.bucket, words=first.words)
        is_warning = first.problem.severity is Severity.WARNING
        self.banner.set(
            "warning" if is_warning else "error",
            words if first.bucket else first.words,
            aside=ngettext("et {n} autre", "et {n} autres", more).format(n=more) if more else "",
            action=_("Confirmer") if is_warning else "",
            key=CONFIRM_KEY,
            on=self.confirm.emit,
            live=False,
        )

    def is_of_head(self, found: Finding) -> bool:
        """Return whether the finding is said beside its field in the head."""
        return (
            not found.bucket and found.problem.field in _HEAD_FIELDS and found.problem.severity is not Severity.WARNING
        )

    def said_of_head(self, found: Sequence[Finding], *, is_told: bool) -> dict[str, str]:
        """Return what is said of the fields of the head, by their names; what lacks counts once the state is told."""
        said: dict[str, str] = {}
        for one in found:
            if self.is_of_head(one) and (is_told or one.problem.severity is Severity.BLOCKING):
                said.setdefault(one.problem.field, one.words)
        return said

    def toggle_before(self, session: MorningSession) -> str:
        """Show the morning before in each bucket, or no longer; return what is to be said of it."""
        if not session.around.before_on:
            return _("Pas de relevé dans les sept jours d’avant.")
        self.sees_before = not self.sees_before
        before = session.around.before
        if self.sees_before and not before.groups and not before.closed:
            return _("{when} : tout vide.").format(when=self.before_words().capitalize())
        return ""

    # --------------------------------------------------------------------------------------------------- panel

    def _show_panel(self) -> None:
        session = self._session
        if session is None:
            return
        days = session.around.to_explain
        shows = not self.panel.isHidden()
        self.panel.missing.show_days(days if shows else ())
        self.missing.show_days(() if shows else days)
        cd_nom = self._species_told(session.board)
        morning = sum(
            group.count
            for _bucket, group in session.board.groups
            if (cd_nom is None or group.cd_nom == cd_nom) and group.direction == INWARD
        )
        known = self.seasons.species if self.seasons is not None else {}
        found = known.get(cd_nom) if cd_nom is not None else None
        name = session.name_of(cd_nom) if cd_nom is not None else ""
        year = self.seasons.year if self.seasons is not None else int(session.on[:4])
        earlier = found.before(session.on) if found is not None else 0
        self.panel.show_species(name, morning, earlier, found, year, loading=self.loading)
        self.line.setVisible(not shows and found is not None)
        if found is not None and not shows:
            words = _("{name}, entrées : {n} ce matin, {total} de la saison jusqu’ici")
            self.line.setText(words.format(name=name, n=morning, total=morning + earlier))

    def _species_told(self, board: Board) -> int | None:
        """Return the species of the panel: in hand, else in the current bucket, else the commonest of the season."""
        if board.species is not None:
            return board.species
        if board.current is not None:
            return board.current.cd_nom
        known = self.seasons.species if self.seasons is not None else {}
        return max(known, key=lambda cd: (sum(known[cd].days.values()), -cd), default=None)


_HEAD_FIELDS = frozenset({"night_min_c", "night_max_c", "rain_mm", "observers", "comments", "check_on"})
