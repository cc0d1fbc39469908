"""The start page: what is due today, the season's aires, and the first steps in an empty database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from fieldapp.core import dates
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, ngettext
from fieldapp.store import peers, records, reviewing
from fieldapp.ui import rounds, theme
from fieldapp.ui.occasional.begun import has_lists
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.rounds import Area, Season
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Banner, Card, FlowLayout, IconLabel, ProgressLine, scrolled, text_label
from fieldapp.ui.windows.listed import group_of

if TYPE_CHECKING:
    from fieldapp.ui.banding.today_card import BandingToday, RecentSessions
    from fieldapp.ui.barrier.today_card import BarrierToday
    from fieldapp.ui.occasional.today_card import ListsToday
    from fieldapp.ui.review.today_card import QuestionsCard, SeasonCard

NAME_KEY = "I"

BANDING = "banding"
"""The protocol of the ringing places; its modules are loaded only where birds are banded."""

LAST_MONTH_TO_VALIDATE = 3
"""The month to the end of which the season before is offered for validation."""


class TodayPage(PageWidget):
    """What to do tonight, and how far each aire is this season."""

    _validation: SeasonCard | None = None

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._area: tuple[str, Area] | None = None
        self._first = FirstSteps(context)
        self._evening = Card(_("Tournée de ce soir"), "round", name="today.tonight")
        self._words = text_label("", "secondary", wrap=True, name="today.words")
        self._line = ProgressLine(name="today.progress")
        self._go = ActionButton(_("Reprendre la tournée"), "next", primary=True, name="today.go", on=self._resume)
        self._go.show_key("Return")
        self._begun = Begun(context)
        for item in (self._words, self._line):
            self._evening.add(item)
        self._evening.body.addSpacing(theme.XS)
        self._evening.add(theme.row(self._go, 1))
        self._evening.body.addStretch(1)
        self._make_season()
        self._banding: BandingToday | None = None
        self._sessions: RecentSessions | None = None
        self._barrier: BarrierToday | None = None
        self._lists: ListsToday | None = None
        self._questions: QuestionsCard | None = None
        top = theme.row(self._evening, self._begun, spacing=theme.M + 2)
        top.setStretch(0, 3)
        top.setStretch(1, 2)
        usual = QWidget()
        self._usual = theme.column(top, self._season, spacing=theme.M + 2)
        self._usual.setStretch(1, 1)
        self._usual.addStretch(0)
        usual.setLayout(self._usual)
        self._stack = QStackedWidget()
        for face in (usual, self._first):
            self._stack.addWidget(scrolled(face))
        self._nobody = Banner(
            "info",
            _("Personne n’est nommé : ce que vous enregistrez n’est pas signé."),
            action=_("Dire qui je suis"),
            key=NAME_KEY,
            on=self._name_me,
            name="today.nobody",
        )
        self.setLayout(theme.column(self._nobody, self._stack))
        self.setTabOrder(self._go, self._table)

    def _make_season(self) -> None:
        """Make the card of the season's aires."""
        self._season = Card(" ", name="today.season")
        self._table = RecordTable(
            [
                Column(_("Aire"), stretch=True),
                Column(_("Passage"), chars=9),
                Column(_("Mares"), number=True, chars=7),
                Column(_("État"), badge=True, chars=24),
            ],
            name="today.table",
        )
        self._table.opened.connect(self._open_area)
        self._table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # it takes what is left
        self._table.setMinimumHeight(2 * theme.target())
        self._season.add(self._table, 1)

    def open(self, **params: Any) -> None:
        """Read the season of today anew."""
        day = rounds.today()
        title = dates.in_words(day)
        self.set_title(title[:1].upper() + title[1:])
        protocols = rounds.with_rounds(self._services.protocols)
        seasons = [(protocol, rounds.season(self._services.db, protocol, day)) for protocol in protocols]
        has_areas = any(season.areas for _protocol, season in seasons)
        self._show_validation(day)
        self._show_questions()
        has_birds = self._show_banding(is_first=not has_areas)
        has_barrier = self._show_barrier(is_first=not has_areas and not has_birds)
        has_any_list = self._show_lists(is_first=not (has_areas or has_birds or has_barrier))
        self._stack.setCurrentIndex(0 if has_areas or has_birds or has_barrier or has_any_list else 1)
        is_named = bool(self._services.settings.who) or bool(self._services.past)
        self._nobody.setVisible(not is_named and self._stack.currentIndex() == 0)
        for card in (self._evening, self._season):
            card.setVisible(has_areas)
        if not has_areas:
            self._area = None
            self._begun.show_sheets(())
            if has_birds and self._banding is not None:
                self._banding.go.setFocus()
            elif has_barrier and self._barrier is not None:
                self._barrier.go.setFocus()
            elif has_any_list and self._lists is not None:
                self._lists.go.setFocus()
            else:
                self._first.open(protocols[0].code if protocols else "")
            return
        waiting = [begun for protocol in protocols for begun in rounds.waiting(self._services.db, protocol)]
        self._begun.show_sheets(waiting)
        protocol, season = next(pair for pair in seasons if pair[1].areas)
        self._show_evening(protocol, season, [sheet.group for sheet in waiting])
        self._show_season(seasons)
        if not self._table.hasFocus():
            (self._go if self._area else self._table).setFocus()

    def _show_validation(self, day: date) -> None:
        """Offer in winter, to who validates, what is left of the season before."""
        if day.month > LAST_MONTH_TO_VALIDATE or not peers.is_coordinator(self._services.db):
            if self._validation is not None:
                self._validation.hide()
            return
        if self._validation is None:
            from fieldapp.ui.review.today_card import SeasonCard  # the rest of the year nobody waits for it

            self._validation = SeasonCard(self._context)
            self._usual.insertWidget(0, self._validation)
        self._validation.show_left(day.year - 1)

    def _show_questions(self) -> None:
        """Show above all else what the coordination asks, while it asks something."""
        if self._questions is None:
            if not reviewing.asked(self._services.db):
                return
            from fieldapp.ui.review.today_card import QuestionsCard  # who is asked nothing does not wait for it

            self._questions = QuestionsCard(self._context)
            self._usual.insertWidget(0, self._questions)
        self._questions.show_waiting()

    def _show_banding(self, *, is_first: bool) -> bool:
        """Show the card of banding where there is a ringing place; return whether there is one.

        Where nothing else is followed (`is_first`) the last sessions take the rest of the page.
        """
        sessions = [protocol for protocol in self._services.protocols.values() if protocol.session is not None]
        shown = any(records.roots(self._services.db, item.code, group_of(item) or "") for item in sessions)
        if not shown and self._banding is None:
            return False
        # Loaded here: who bands no bird does not wait for it at the start.
        from fieldapp.ui.banding.today_card import BandingToday, RecentSessions, standing

        if self._banding is None:
            self._banding, self._sessions = BandingToday(self._context), RecentSessions(self._context)
            self._usual.insertWidget(1, self._banding)
            self._usual.addWidget(self._sessions, 1)
        assert self._sessions is not None  # made with the card
        self._banding.setVisible(shown)
        self._sessions.setVisible(shown and is_first)
        if shown:
            found = standing(self._services, rounds.today())
            self._banding.show_standing(found, is_first=is_first)
            self._sessions.show_sessions(found.recent)
        return shown

    def _show_barrier(self, *, is_first: bool) -> bool:
        """Show the card of the barriers where one has something to do; return whether there is a barrier.

        Where nothing else is followed (`is_first`) it is shown all year.
        """
        boards = [(item.code, item.board.site) for item in self._services.protocols.values() if item.board is not None]
        there = any(records.roots(self._services.db, code, site) for code, site in boards)
        if not there and self._barrier is None:
            return False
        # Loaded here: who has no barrier does not wait for it at the start.
        from fieldapp.ui.barrier.today_card import BarrierToday, standing

        if self._barrier is None:
            self._barrier = BarrierToday(self._context)
            self._usual.insertWidget(1, self._barrier)
        found = standing(self._services, rounds.today(), everything=is_first)
        self._barrier.show_standing(found, is_first=is_first)
        self._barrier.setVisible(bool(found))
        return there

    def _show_lists(self, *, is_first: bool) -> bool:
        """Show the card of the lists of the day where one was ever begun; return whether there is one."""
        protocols = [item for item in self._services.protocols.values() if item.day_list is not None]
        there = any(has_lists(self._services.db, item) for item in protocols)
        if not there and self._lists is None:
            return False
        # Loaded here: who writes no list does not wait for it at the start.
        from fieldapp.ui.occasional.today_card import ListsToday, standing

        if self._lists is None:
            self._lists = ListsToday(self._context)
            self._usual.insertWidget(self._usual.indexOf(self._season), self._lists)
        self._lists.setVisible(there)
        self._lists.show_standing(standing(self._services, rounds.today()), is_first=is_first)
        return there

    def _show_evening(self, protocol: StudyProtocol, season: Season, begun: Collection[str]) -> None:
        area = rounds.tonight(season, begun)
        self._area = (protocol.code, area) if area else None
        self._go.setVisible(area is not None)
        if area is None:
            self._words.setText(_nothing_tonight(season))
            self._line.hide()
            return
        self._words.setText("\n".join(filter(None, (self._left(area), self._next(protocol, area)))))
        self._line.set(area.done.get(area.passage, 0), area.total)
        self._line.show()
        self._go.set_text(_("Reprendre la tournée") if area.passage in area.done else _("Commencer la tournée"))

    def _left(self, area: Area) -> str:
        left = ngettext("encore {n} mare", "encore {n} mares", area.missing).format(n=area.missing)
        return _("{area}, passage {n} : {left}.").format(area=area.name, n=area.passage, left=left)

    def _next(self, protocol: StudyProtocol, area: Area) -> str:
        taxa = self._services.taxa(protocol.code)
        found = rounds.round_of(self._services.db, protocol, area.uid, area.passage, rounds.today(), taxa)
        place = found.next_place() if found else None
        if place is None:
            return ""
        return _("La prochaine : {place}.").format(
            place=", ".join(filter(None, (place.name, rounds.distance_words(place.distance_m))))
        )

    def _show_season(self, seasons: Sequence[tuple[StudyProtocol, Season]]) -> None:
        listed = [(protocol, area) for protocol, season in seasons for area in season.areas]
        self._table.show_rows(
            [
                (
                    area.name,
                    _("passage {n}").format(n=area.passage) if area.state != "neutral" else "–",
                    f"{area.done.get(area.passage, 0)} / {area.total}" if area.state != "neutral" else str(area.total),
                    f"{area.state}|{area.words}",
                )
                for _protocol, area in listed
            ],
            keys=[(protocol.code, area.uid, area.passage) for protocol, area in listed],
        )
        year = seasons[0][1].year
        self._season.set_title(_("Saison {year}").format(year=year), season_words([season for _p, season in seasons]))

    def _resume(self) -> None:
        if self._area is not None:
            code, area = self._area
            self._context.navigate("round", protocol=code, group=area.uid, passage=area.passage)

    def _open_area(self, key: object) -> None:
        if isinstance(key, tuple):
            code, uid, passage = key
            self._context.navigate("round", protocol=code, group=uid, passage=passage)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as the next step, wherever the focus is that has no use for it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._stack.currentIndex() == 0:
            if self._area is None and self._banding is not None and self._banding.isVisible():
                self._banding.start()
            elif self._area is None and self._barrier is not None and self._barrier.isVisible():
                self._barrier.start()
            elif self._area is None and self._lists is not None and self._lists.isVisible():
                self._lists.start()
            else:
                self._resume()
            return
        super().keyPressEvent(event)

    def actions_of_page(self) -> Sequence[Action]:
        """Return the next step, or the first steps in an empty database."""
        if self._stack.currentIndex() == 1:
            return self._first.keys()
        found = [Action("Return", self._go.text().lower(), self._resume, "next")] if self._area else []
        birds = self._banding.keys() if self._banding is not None and self._banding.isVisible() else []
        mornings = self._barrier.keys() if self._barrier is not None and self._barrier.isVisible() else []
        lists = self._lists.keys() if self._lists is not None and self._lists.isVisible() else []
        asked = self._questions.keys() if self._questions is not None else []
        asked += self._validation.keys() if self._validation is not None else []
        name = [Action(NAME_KEY, _("dire qui je suis"), self._name_me, "observer")] if self._nobody.isVisible() else []
        return [*found, *name, *asked, *birds, *mornings, *lists, *self._begun.keys()]

    def _name_me(self) -> None:
        self._context.navigate("settings")


def _nothing_tonight(season: Season) -> str:
    return "\n".join(filter(None, (_why_nothing(season), _when_next(season))))


def _why_nothing(season: Season) -> str:
    if all(area.due.passage is None for area in season.areas):
        return _("Hors des périodes de passage : rien à faire ce soir.")
    if any(area.state == "done" for area in season.areas):
        return _("Tout ce qui est à faire est fait. Bonne soirée !")
    return _("Aucune aire n’est à suivre ce soir.")


def _when_next(season: Season) -> str:
    """Return when the next period of passage begins: this year's for the aires that are due, else next year's first.

    "" where there is none.
    """
    coming = [area.due for area in season.areas if area.due.next_from is not None]
    coming = [due for due in coming if due.is_due or (due.next_from or date.min).year > season.year]
    due = min(coming, key=lambda due: due.next_from or date.max, default=None)
    if due is None or due.next_from is None:
        return ""
    day = rounds.day_month(due.next_from)
    if due.next_from.year != season.year:
        day = f"{day} {due.next_from.year}"
    return _("La prochaine période, celle du passage {n}, commence le {day}.").format(n=due.next_passage, day=day)


def season_words(seasons: Sequence[Season]) -> str:
    """Return "8 aires · 137 mares · 62 visites"."""
    areas, places = sum(len(season.areas) for season in seasons), sum(season.places for season in seasons)
    visits = sum(season.visits for season in seasons)
    return " · ".join(
        (
            ngettext("{n} aire", "{n} aires", areas).format(n=areas),
            ngettext("{n} mare", "{n} mares", places).format(n=places),
            ngettext("{n} visite", "{n} visites", visits).format(n=visits),
        )
    )


class Begun(Card):
    """The sheets that were begun and not saved: one button each, the first on a key."""

    SHOWN = 4

    def __init__(self, context: PageContext) -> None:
        super().__init__(" ", "draft", name="today.begun")
        self._context = context
        self._buttons: list[ActionButton] = []
        self._more = text_label("", "small")
        self._flow = FlowLayout()
        self.add(self._flow)
        self.add(self._more)
        self.body.addStretch(1)
        self.hide()

    def show_sheets(self, waiting: Sequence[rounds.Begun]) -> None:
        """Show these; the card goes when there are none."""
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        self.setVisible(bool(waiting))
        count = len(waiting)
        self.set_title(ngettext("{n} fiche commencée", "{n} fiches commencées", count).format(n=count))
        for number, begun in enumerate(waiting[: self.SHOWN]):
            button = ActionButton(
                begun.name,
                key="F" if not number else "",
                name=f"today.begun.{number}",
                on=self._opener(begun),
                parent=self,
            )
            self._flow.addWidget(button)
            self._buttons.append(button)
        left = count - self.SHOWN
        self._more.setText(ngettext("et {n} autre", "et {n} autres", left).format(n=left))
        self._more.setVisible(left > 0)

    def _opener(self, begun: rounds.Begun) -> Callable[[], None]:
        return lambda: self._context.navigate("sheet", **begun.params)

    def keys(self) -> list[Action]:
        """Return the keys of the card."""
        if not self._buttons:
            return []
        return [Action("F", _("reprendre la fiche commencée"), self._buttons[0].click, "draft")]


class FirstSteps(QWidget):
    """What a new database shows: the ways to begin, each on its figure."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("today.first")
        self._context = context
        self._protocol = ""
        steps = (
            ("observer", _("Dire qui je suis"), "", self._who),
            ("area", _("Créer une aire"), _("Le secteur que vous suivez, puis ses mares."), self._area),
            ("ring", _("Créer un lieu de baguage"), _("L’endroit où vous baguez, puis ses filets."), self._ringing),
            ("barrier", _("Créer une barrière"), _("Des seaux autour d’une mare, relevés chaque matin."), self._bucket),
            ("day_list", _("Écrire une liste du jour"), _("Ce que vous voyez en passant, toutes espèces."), self._list),
            ("import_file", _("Importer un fichier"), _("Vos saisons passées : SHF, CRBPO, barrière."), self._file),
            ("training", _("Essayer sans risque"), _("Une base d’entraînement, à part de vos données."), self._train),
        )  # fmt: skip
        self._steps = [(words, run) for _icon, words, _sentence, run in steps]
        card = Card(name="today.welcome")
        card.body.setSpacing(theme.M)
        card.body.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.XL)
        card.add(text_label(_("Bienvenue"), "title"))
        sentence = _("Cette base est vide. Tout fonctionne sans réseau, et chaque touche est gardée à mesure.")
        card.add(text_label(sentence, "secondary", wrap=True))
        card.body.addSpacing(theme.XS)
        self._buttons = []
        self._who_says = text_label("", "secondary", wrap=True, name="today.first.who")
        for number, (icon, words, says, run) in enumerate(steps, start=1):
            button = ActionButton(
                words, key=str(number), name=f"today.first.{number}", on=run
            )  # fmt: skip
            sentence_label = self._who_says if number == 1 else text_label(says, "secondary", wrap=True)
            text = theme.column(text_label(words, "strong"), sentence_label, spacing=0)
            line = theme.row(IconLabel(icon, "accent", 1.4), text, button, spacing=theme.L)
            line.setStretch(1, 1)
            rule = QWidget()
            rule.setLayout(line)
            card.add(rule)
            self._buttons.append(button)
        card.setMaximumWidth(theme.text_px() * 56)
        self.setLayout(theme.row(1, theme.column(1, card, 2), 1))
        self.layout().setStretch(1, 6)  # type: ignore[union-attr]

    def open(self, protocol: str) -> None:
        """Show the steps: the first is ticked once it is done, the next one is the green button with the focus."""
        self._protocol = protocol
        chosen = self._context.services.settings
        self._who_says.setText(f"✓ {chosen.who_name}" if chosen.who else _("Votre nom signe ce que vous enregistrez."))
        following = 1 if chosen.who else 0
        for number, button in enumerate(self._buttons):
            theme.set_role(button, "primary" if number == following else "")
            button.set_text(_("Commencer") if number == following else _("Ouvrir"))
            button.setAccessibleName(self._steps[number][0])
        self._buttons[following].setFocus()

    def keys(self) -> list[Action]:
        """Return the steps."""
        return [Action(str(n), words.lower(), run) for n, (words, run) in enumerate(self._steps, start=1)]

    def _who(self) -> None:
        self._context.navigate("settings")

    def _area(self) -> None:
        self._context.navigate("place", protocol=self._protocol, entity="sites_group")

    def _ringing(self) -> None:
        self._context.navigate("place", protocol=BANDING, entity="sites_group")

    def _bucket(self) -> None:
        self._context.navigate("barrier_sheet", new=True)

    def _list(self) -> None:
        self._context.navigate("list")

    def _file(self) -> None:
        self._context.navigate("exchanges")

    def _train(self) -> None:
        self._context.navigate("settings", section="training")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as the button that has the focus."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = next((button for button in self._buttons if button.hasFocus()), None)
            if focused is not None:
                focused.click()
                return
        super().keyPressEvent(event)
