"""The page "Validation": the coordinator goes through a season, one key validates a visit and goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QBoxLayout, QStackedWidget, QWidget

from fieldapp.core import review
from fieldapp.core.review_words import level_words
from fieldapp.core.text import _, together
from fieldapp.store import peers, worklist
from fieldapp.store.reviewing import Preview, Reviewed
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Latest
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.review import season, work
from fieldapp.ui.review.card import VisitCard, place_words
from fieldapp.ui.review.deeds import Deeds
from fieldapp.ui.review.signing import is_named
from fieldapp.ui.review.strip import SEEN_KEY
from fieldapp.ui.review.work import GROUPS, Task
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.services import Services
from fieldapp.ui.sync.question import Question
from fieldapp.ui.tables import Column, RecordTable, Row
from fieldapp.ui.widgets import (
    ActionButton,
    Banner,
    Card,
    ChipRow,
    EmptyState,
    FlowLayout,
    GiveWay,
    LabeledField,
    follow_width,
    is_grown,
    is_large,
    live_key,
    text_label,
)
from fieldapp.ui.windows.dated_words import dated_words
from fieldapp.ui.windows.listed import name_of
from fieldapp.ui.wording import Words, day_words, number_words
from fieldapp.ui.working import Working

USUAL_LEVEL = "1"
"""What Enter gives: certain, very probable."""


class ReviewPage(PageWidget):
    """A season's visits on the left by what is to be done, the one that is looked at on the right."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._protocol = ""
        self._group = ""
        self._untouched = ""
        self._tasks: list[Task] = []
        self._shown: list[Task] = []
        self._loading, self._checking, self._asking = (Latest(context.background) for _each in range(3))
        self._build_head()
        self._build_list()
        self._card = VisitCard(name="review.card")
        self._card.editor.opened.connect(self._show_foot)
        self._deeds = Deeds(context, self._card, self._done)
        self._question = Question(name="review.question", on_no=self._drop_question)
        beside = QWidget()
        self._columns = columns = theme.row(self._listed, self._card)
        for card in (self._listed, self._card):
            card.setMinimumWidth(1)  # shares, whatever their words ask for
        theme.on_change().changed.connect(self._share)
        self._share()
        beside.setLayout(columns)
        self._nothing = EmptyState("done", _("Rien à valider"), " ", name="review.empty")
        empty = Card()
        empty.add(self._nothing, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(beside)
        self._stack.addWidget(empty)
        GiveWay([self._question], [self._head], self._table, is_large)
        page = theme.column(self._head, self._only, self._working, self._question, self._stack, self._build_foot())
        page.setStretch(4, 1)
        self.setLayout(page)
        self._set_keys()

    def _share(self) -> None:
        """Halve the page; larger letters need it for the visit, whose card says what is to be done; F1 tells levels."""
        self._columns.setStretch(0, 2 if is_grown() else 1)
        self._columns.setStretch(1, 3 if is_grown() else 1)
        self._table.setColumnHidden(0, is_grown())
        self._levels.setVisible(not is_large())
        self._choices.setDirection(QBoxLayout.Direction.TopToBottom if is_grown() else QBoxLayout.Direction.LeftToRight)
        self._choices.setStretch(1, 0 if is_grown() else 1)

    # --------------------------------------------------------------------------------------------- building

    def _build_head(self) -> None:
        self._season = SeasonStepper(name="review.season")
        self._season.changed.connect(self._load)
        self._protocols = ChipRow([], multiple=False, required=True, framed=False, name="review.protocol")
        self._protocols.changed.connect(lambda codes: self._choose(codes[0]))
        self._groups = ChipRow([], multiple=False, framed=False, name="review.group")
        self._groups.changed.connect(lambda codes: self._show_group(codes[0] if codes else ""))
        whose = theme.row(
            LabeledField(_("Saison"), self._season),
            LabeledField(_("Suivi"), self._protocols, key="P", on_key=self._next_protocol),
        )
        whose.setStretch(1, 1)
        self._choices = theme.row(whose, LabeledField(_("À faire"), self._groups, key="G", on_key=self._next_group))
        self._head = QWidget()
        self._head.setLayout(self._choices)
        follow_width(self._head)
        self._only = Banner(
            "info",
            _("Seule la coordination valide. Vous pouvez tout lire ici, et répondre aux questions."),
            name="review.only",
        )
        self._working = Working(name="review.working")

    def _build_list(self) -> None:
        self._table = RecordTable(
            [
                Column(_("À faire"), badge=True, chars=17),  # "question posée" may stand far below
                Column(_("Date")),
                Column(_("Lieu"), strong=True, stretch=True),
            ],
            name="review.table",
        )
        self._table.opens_rows = False
        self._table.current_changed.connect(self._show_task)
        self._listed = Card(name="review.listed")
        self._listed.body.setContentsMargins(theme.S, theme.XS, theme.S, theme.S)
        self._listed.add(self._table, 1)
        self._count = text_label("", "secondary", wrap=True, name="review.count")
        self._listed.add(self._count)
        self._levels = text_label("", "secondary", wrap=True, name="review.levels")
        told = (f"{one.code}\N{NO-BREAK SPACE}{level_words(one.code).lower()}" for one in review.LEVELS[1:])
        self._levels.setText(together(_("Niveaux : {which}").format(which=" · ".join(told))))
        self._listed.add(self._levels)

    def _build_foot(self) -> QWidget:
        """Return the buttons: those that the record under the cursor has no use for are not there."""
        self._next = ActionButton(
            _("Valider, suivante"), "check", "Return", primary=True, name="review.next", on=self._validate
        )
        deeds = self._deeds
        listed: dict[str, tuple[str, str, str, Callable[[], object]]] = {
            "ask": (_("Question"), "help", "Q", lambda: deeds.ask(self._target())),
            "close": (_("Clore"), "close", "K", lambda: deeds.close(self._target())),
            "seen": (_("Vu"), "check", SEEN_KEY, lambda: deeds.dismiss(self._target())),
            "reopen": (_("Rouvrir"), "undo", "O", lambda: deeds.reopen(self._target())),
            "remark": (_("Remarquable"), "mark", "M", lambda: deeds.remark(self._target())),
            "sheet": (_("Fiche"), "edit", "F", self._open_sheet),
        }
        self._others: dict[str, ActionButton] = {}
        for name, (words, icon, key, on) in listed.items():
            button = ActionButton(words, icon, name=f"review.{name}", on=on)
            button.show_key(key)
            live_key(self, key, partial(self._press, on))
            self._others[name] = button
        foot = QWidget()
        flow = FlowLayout(foot, ends_right=True)  # very large letters need a second line
        follow_width(foot)
        for button in (*self._others.values(), self._next):
            flow.addWidget(button)
        GiveWay([self._question], [foot], self._table)
        return foot

    def _press(self, on: Callable[[], object]) -> None:
        if self._shown and not self._card.editor.is_open():
            on()

    def _set_keys(self) -> None:
        for choice in review.LEVELS[1:]:
            live_key(self, choice.code, partial(self._give, choice.code))
        live_key(self, "V", partial(self._give, USUAL_LEVEL))
        live_key(self, "D", self._into_fields)
        live_key(self, "C", partial(self._press, self._deeds.comment_next))
        live_key(self, "H", partial(self._press, self._open_history))
        live_key(self, "T", partial(self._press, self._ask_season))

    # ---------------------------------------------------------------------------------------------- showing

    def open(self, year: int | None = None, protocol: str = "", uid: str = "", **_params: Any) -> None:
        """Show the season of a protocol, standing on a visit or one of its records where given."""
        db = self._services.db
        self._only.setVisible(not peers.is_coordinator(db))
        self._question.drop()
        self._card.editor.give_up()
        self._deeds.forget_seen()
        found = worklist.reviewed_protocols(db)
        self._protocols.set_choices([(item.code, _(name_of(item))) for item in found])
        if uid:
            visits = worklist.visits_of(db, [uid])
            record = visits[0].item.record if visits else None
            if record is not None and record.on_date:
                protocol, year, uid = record.protocol, int(record.on_date[:4]), record.uid
        known = [item.code for item in found]
        self._protocol = next((code for code in (protocol, self._protocol, *known) if code in known), "")
        self._protocols.set_value([self._protocol])
        self._show_years(year)
        self._load(self._season.year(), uid)

    def _show_years(self, year: int | None) -> None:
        protocol = self._services.protocols.get(self._protocol)
        self._season.set_years(worklist.years(self._services.db, protocol) if protocol else [])
        if year is not None:
            self._season.set_year(year)

    def _choose(self, code: str) -> None:
        self._protocol = code
        self._show_years(None)
        self._load(self._season.year())

    def _next_protocol(self) -> None:
        codes = [item.code for item in worklist.reviewed_protocols(self._services.db)]
        if len(codes) > 1:
            following = codes[(codes.index(self._protocol) + 1) % len(codes)]
            self._protocols.set_value([following])
            self._choose(following)

    def _load(self, year: int | None, uid: str = "") -> None:
        """Read the season in the background, then let the automatic checks look at it."""
        self._checking.drop()
        if year is None or not self._protocol:
            self._take([], uid)
            return
        code = self._protocol
        job = self._loading.run(
            work.load,
            self._services,
            code,
            year,
            done=lambda tasks: self._loaded(tasks, uid, code, year),
            progress=self._working.tell,
        )
        self._working.start(_("lecture de la saison…"), job)

    def _loaded(self, tasks: list[Task], uid: str, code: str, year: int) -> None:
        self._working.stop()
        self._take(tasks, uid)
        self._untouched = "" if uid else self._current_uid()
        if tasks:
            self._checking.run(work.load_doubts, self._services, code, year, done=self._take_doubts)

    def _take(self, tasks: list[Task], uid: str = "") -> None:
        self._tasks = work.in_order(tasks)
        self._show_group(self._group, uid or self._current_uid())
        self._table.setFocus()

    def _take_doubts(self, found: list[Any]) -> None:
        protocol = self._services.protocols[self._protocol]
        self._tasks = work.in_order(work.with_doubts(self._tasks, found, protocol))
        at = self._current_uid()
        is_begun = at != self._untouched or not self._table.hasFocus()
        self._show_group(self._group, at if is_begun else "")

    def _show_group(self, group: str, uid: str = "") -> None:
        """Show the visits of a group, all of them for ""; one that has come to hold none gives way to all."""
        counts = dict.fromkeys(GROUPS, 0)
        for task in self._tasks:
            counts[task.group] += 1
        self._group = group if counts.get(group) else ""
        self._groups.set_choices([(code, f"{_(GROUPS[code][1])} {n}") for code, n in counts.items() if n])
        self._groups.set_value([self._group])
        self._shown = [task for task in self._tasks if not self._group or task.group == self._group]
        self._stack.setCurrentIndex(0 if self._shown else 1)
        self._nothing.sentence.setText(_("Les passages de la saison viendront ici, ceux à relire d’abord."))
        words = self._words()
        self._table.show_rows([self._row(task, words) for task in self._shown], [task.uid for task in self._shown])
        self._table.select_key(uid or None)
        left = sum(n for code, n in counts.items() if code != work.DONE)
        self._count.setText(_("{n} à voir sur {all}").format(n=number_words(left), all=self._dated(len(self._tasks))))
        year = self._season.year()
        self.set_title(_("Validation"), " · ".join(filter(None, (self._protocol_name(), str(year or "")))))
        self._show_task(self._current_uid())
        self._show_foot()

    def _dated(self, count: int) -> str:
        """Return how many dated records there are, in the word of their protocol: "136 matins"."""
        protocol = self._services.protocols.get(self._protocol)
        return dated_words(protocol).count(count) if protocol else number_words(count)

    def _next_group(self) -> None:
        there = ["", *(code for code in GROUPS if any(task.group == code for task in self._tasks))]
        self._show_group(there[(there.index(self._group) + 1) % len(there)])
        self._table.setFocus()

    def _row(self, task: Task, words: Words) -> Row:
        state, says = GROUPS[task.group]
        titles = place_words(task, words)
        place = "|".join((titles[0], " · ".join(titles[1:]))) if titles else ""
        return f"{state}|{_(says)}", day_words(task.visit.item.record.on_date)[:5], place

    def _words(self) -> Words:
        taxa = self._services.taxa(self._protocol) if self._protocol else {}
        return Words(self._services.db, taxa)

    def _protocol_name(self) -> str:
        protocol = self._services.protocols.get(self._protocol)
        return _(name_of(protocol)) if protocol else ""

    def _show_task(self, uid: object) -> None:
        task = next((one for one in self._shown if one.uid == uid), None)
        if task is not None:
            self._deeds.look_at(task.uid)
            self._card.show_task(task, self._words())
            self._show_foot()

    def _show_foot(self, _any: object = None) -> None:
        """Show what can be done where the cursor is; leave Enter and the letters to a line that is being written."""
        task, writes = self._card.task, self._card.editor.is_open()
        there = bool(self._shown) and not writes and task is not None
        useful = {
            "close": task is not None and bool(task.visit.questions),
            "seen": task is not None and any(doubt.is_open for doubt in task.doubts),
            "reopen": task is not None and any(item.level != review.WAITING for item in task.visit.items),
        }
        for name, button in self._others.items():
            button.setVisible(there and useful.get(name, True))
        self._next.setVisible(there)

    def _current_uid(self) -> str:
        key = self._table.current_key()
        return str(key) if key is not None else ""

    # ------------------------------------------------------------------------------------------------ doing

    def _target(self) -> tuple[str, str]:
        """Return the record and field that are meant: those under the cursor, from the list the visit as a whole."""
        at = self._card.at() if self._card.fields.hasFocus() else None
        return at or (self._current_uid(), "")

    def _validate(self) -> None:
        """Validate the whole visit, and go on to the next one where nothing of it stays behind."""
        if (task := self._card.task) is not None:
            self._give_to(task.uid, USUAL_LEVEL, goes_on=True, by_level=False)

    def _give(self, level: str) -> None:
        """Give a level: in the fields to the record under the cursor, from the list to the visit, and go on."""
        in_fields = self._card.fields.hasFocus()
        self._give_to(self._target()[0], level, goes_on=not in_fields, by_level=True)

    def _give_to(self, uid: str, level: str, *, goes_on: bool, by_level: bool) -> None:
        task = self._card.task
        if task is None or not self._shown or self._card.editor.is_open():
            return
        done = self._deeds.validate(uid, level, by_level=by_level)
        if done is not None:
            self._after(task.uid, goes_on=goes_on and not done.left)

    def _after(self, uid: str, *, goes_on: bool) -> None:
        at = next((place for place, one in enumerate(self._shown) if one.uid == uid), 0)
        following = self._shown[at + 1 :] or self._shown[:at]
        self._renew(uid)
        wanted = next((one.uid for one in following if goes_on), uid)
        self._show_group(self._group, wanted)

    def _renew(self, uid: str) -> None:
        """Read a visit again, what was found in it stays as far as it is not seen."""
        visits = worklist.visits_of(self._services.db, [uid])
        fresh = {visit.uid: visit for visit in visits}
        self._tasks = work.in_order(
            work.task_of(self._services.db, fresh[one.uid], self._deeds.left_of(one.doubts))
            if one.uid in fresh
            else one
            for one in self._tasks
        )

    def _done(self, uid: str) -> None:
        """Show a visit of which a record was asked about, marked or reopened."""
        in_fields = self._card.fields.hasFocus()
        task = self._card.task
        self._renew(task.uid if task is not None else uid)
        self._show_group(self._group, task.uid if task is not None else uid)
        if in_fields:
            self._card.fields.setFocus()

    def _ask_season(self) -> None:
        """Say what would be validated of all visits of this place in the season, and what would stay behind."""
        task = self._card.task
        if task is None or not self._shown or not is_named(self._context):
            return
        uids = season.of_place(self._tasks, task)
        title = " · ".join([*place_words(task, self._words())[:1], str(self._season.year())])
        job = self._asking.run(
            season.preview,
            self._services,
            uids,
            USUAL_LEVEL,
            done=lambda found: self._show_preview(uids, title, found),
        )
        self._working.start(_("vérification…"), job)

    def _show_preview(self, uids: Sequence[str], title: str, found: Preview) -> None:
        self._working.stop()
        sentence = season.words(self._services.db, title, found, self._words())
        lacking = sum(one.is_incomplete for one in found.left)
        if not found.ready and not lacking:
            self._context.notify(sentence, "info")
            return
        take_all = partial(self._validate_all, uids, found, incomplete=True)
        if not found.ready:
            self._question.ask(sentence, season.incomplete_words(lacking), _("Ne rien changer"), take_all, key="I")
            return
        self._question.ask(
            sentence,
            _("Tout valider"),
            _("Ne rien changer"),
            partial(self._validate_all, uids, found, incomplete=False),
        )
        if lacking:
            self._question.offer(season.incomplete_words(lacking), "I", take_all)

    def _validate_all(self, uids: Sequence[str], found: Preview, *, incomplete: bool) -> None:
        job = self._context.background.run(
            season.validate, self._services, uids, USUAL_LEVEL, found, incomplete,
            done=self._validated_all, failed=self._failed,
        )  # fmt: skip
        self._working.start(_("validation…"), job)

    def _validated_all(self, done: Reviewed) -> None:
        self._working.stop()
        self._deeds.tell(done, USUAL_LEVEL)
        self._load(self._season.year(), self._current_uid())

    def _failed(self, error: BaseException) -> None:
        self._working.stop()
        self._context.background.fail(error)

    def _drop_question(self) -> None:
        self._question.drop()
        self._table.setFocus()

    # ----------------------------------------------------------------------------------------------- moving

    def _into_fields(self) -> None:
        if self._shown and not self._card.editor.is_open():
            self._card.fields.setFocus()

    def _open_sheet(self) -> None:
        with errors.guard():
            page = self._deeds.page_of(self._target()[0])
            if page is not None:
                self._context.navigate(page[0], **page[1])

    def _open_history(self) -> None:
        if self._shown:
            self._context.navigate("history", uid=self._target()[0])

    def go_back(self) -> bool:
        """Give up what is being written or asked, stop what is read, leave the fields for the list."""
        if self._card.editor.give_up():
            return True
        if self._question.isVisible():
            self._drop_question()
            return True
        if self._working.cancel():
            return True
        if self._card.fields.hasFocus():
            self._table.setFocus()
            return True
        return False

    def leaving(self) -> None:
        """Want no answer any more."""
        for one in (self._loading, self._checking, self._asking):
            one.drop()
        self._working.stop()

    def undo_state(self) -> dict[str, Any]:
        """Return what is shown, so that Back and undo show the same."""
        return {"year": self._season.year(), "protocol": self._protocol, "uid": self._current_uid()}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("valider le passage (certain) et passer au suivant"), self._validate, "check"),
            *(Action(one.code, _("niveau : {level}").format(level=level_words(one.code))) for one in review.LEVELS[1:]),
            Action("V", _("valider, comme 1"), partial(self._give, USUAL_LEVEL), "check"),
            Action("D", _("entrer dans les champs ; les touches valent alors pour la ligne"), self._into_fields),
            Action("Q", _("poser une question sur le champ ou la fiche"), self._others["ask"].click, "help"),
            Action("K", _("clore la question"), self._others["close"].click, "close"),
            Action(SEEN_KEY, _("vu : le contrôle automatique est bon"), self._others["seen"].click, "check"),
            Action("M", _("donnée remarquable"), self._others["remark"].click, "mark"),
            Action("O", _("rouvrir ce qui est validé, avec une raison"), self._others["reopen"].click, "undo"),
            Action("C", _("commentaire de la prochaine validation"), self._deeds.comment_next, "edit"),
            Action("T", _("toute la saison de ce lieu à la fois"), self._ask_season, "done"),
            Action("G", _("ce qui est à faire, groupe par groupe"), self._next_group, "filter"),
            Action("P", _("le suivi suivant"), self._next_protocol),
            Action("H", _("historique de la fiche"), self._open_history, "history"),
            Action("F", _("ouvrir la fiche"), self._open_sheet, "edit"),
            *self._season.keys(),
        ]
