"""The page "individual": one animal with all its captures, and its photos side by side with each other or another's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp.core.record import Record
from fieldapp.core.text import _, fold, ngettext
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.pitfall_barrier.individuals import Capture, life_of
from fieldapp.protocols.pitfall_barrier.merging import merged
from fieldapp.protocols.pitfall_barrier.schema import CODE, DEAD, INDIVIDUAL, OBSERVATION, VISIT
from fieldapp.store import records
from fieldapp.ui import theme, way_back
from fieldapp.ui.background import Latest
from fieldapp.ui.barrier.individual_choice import row_words
from fieldapp.ui.barrier.individual_merge import MergeQuestion
from fieldapp.ui.barrier.individual_panes import Panes
from fieldapp.ui.barrier.individual_read import Seen, individuals_of, seen, seen_in_background, sex_of
from fieldapp.ui.barrier.words import SIGNS
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable, Row
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    Elided,
    EmptyState,
    FlowLayout,
    Suggest,
    Suggestion,
    follow_width,
    live_key,
    text_label,
)
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.wording import ABSENT, Words, day_words

_MOVES = {"Shift+Left": (-0.15, 0.0), "Shift+Right": (0.15, 0.0), "Shift+Up": (0.0, -0.15), "Shift+Down": (0.0, 0.15)}
"""How far a key moves both photos, in shares of a pane to the right and down."""

_MOST = 40
_TABLE_SHARE, _PANES_SHARE = 3, 7
_SINCE, _BUCKET, _DIRECTION, _PHOTOS = 1, 3, 4, 5


class IndividualPage(PageWidget):
    """One individual. `open(uid)`; `other`: the uid of the individual whose photos stand on the right."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._uid = ""
        self._record: Record | None = None
        self._seen: Seen | None = None
        self._life: list[Capture] = []
        self._others: dict[str, Seen] = {}
        self._other: Seen | None = None
        self._wanted = ""
        self._latest = Latest(context.background)
        self._stack = QStackedWidget()
        self._gone = EmptyState(
            "individual",
            _("Cet individu n’est plus là"),
            _("Il a été réuni avec un autre, ou supprimé. Ctrl+Z revient sur la dernière action."),
            name="individual.gone",
        )
        self._body = self._build()
        self._stack.addWidget(self._body)
        self._stack.addWidget(self._gone)
        self.setLayout(theme.column(self._stack))
        theme.on_change().changed.connect(self._measure)
        self._measure()
        for key, (right, down) in _MOVES.items():
            live_key(self, key, partial(self._panes.move_by, right, down))

    # ---------------------------------------------------------------------------------------------- building

    def _build(self) -> QWidget:
        self._name = Elided("title", name="individual.name")
        self._what = text_label("", "section", name="individual.what")
        self._span = Elided("secondary", fills=True, name="individual.span")
        self._signs = Elided("secondary", fills=True, name="individual.signs")
        edit = ActionButton(_("Modifier"), "edit", "E", name="individual.edit", on=self._edit)
        history = ActionButton(
            _("Historique"), "history", "H", role="quiet", name="individual.history", on=self._history
        )
        head = theme.row(self._name, self._what, self._span, history, edit, spacing=theme.M)
        head.setStretch(2, 1)
        self._merge = MergeQuestion()
        page = QWidget()
        page.setProperty("role", "plain")
        box = theme.column(head, self._signs, self._merge, self._build_content(), spacing=theme.S)
        box.setStretch(3, 1)
        page.setLayout(box)
        return page

    def _build_content(self) -> QWidget:
        self._captures = self._build_captures()
        self._panes = Panes(self._context)
        photos = Card(name="individual.photos")
        photos.add(self._panes, 1)
        photos.add(self._build_tools())
        content = QWidget()
        content.setProperty("role", "plain")
        row = theme.row(self._captures, photos, spacing=theme.M)
        row.setStretch(0, _TABLE_SHARE)
        row.setStretch(1, _PANES_SHARE)
        content.setLayout(row)
        return content

    def _build_captures(self) -> Card:
        columns = [Column(_("Matin"), strong=True), Column(_("Depuis"), number=True), Column(_("Sexe"))]
        columns += [Column(_("Seau"), number=True), Column(_("Sens")), Column(_("Photos"), number=True)]
        self._table = RecordTable(columns, name="individual.table")
        self._table.opened.connect(self._open_morning)
        self._table.current_changed.connect(self._follow)
        self._fit = ColumnFit(self._table, (_PHOTOS, _DIRECTION, _BUCKET, _SINCE))
        self._never = text_label(_("Jamais pris encore."), "secondary", wrap=True, name="individual.never")
        self._years = text_label("", "label", wrap=True, name="individual.years")
        self._detail = text_label("", "secondary", wrap=True, name="individual.detail")
        captures = Card(name="individual.captures")
        captures.add(self._years)
        captures.add(self._table, 1)
        captures.add(self._detail)
        captures.add(self._never)
        captures.body.addStretch(0)
        return captures

    def _build_tools(self) -> QWidget:
        """Return what is done with the photos: the buttons of the panes, and the comparing with another animal."""
        self._line = Suggest(self._suggest, placeholder=_("Nom de l’autre individu"), minimum=0, name="individual.line")
        self._line.chosen.connect(lambda item: self.compare(str(item.key)))
        self._line.setMinimumWidth(theme.text_px() * 14)
        self._line.hide()
        self._compare = ActionButton(_("Comparer avec…"), "search", "C", name="individual.compare", on=self._ask)
        self._own = ActionButton(_("Ses propres photos"), "undo", "R", name="individual.own", on=self._to_own)
        self._same = ActionButton(
            _("C’est le même individu"), "individual", "M", name="individual.same", on=self._ask_merge
        )
        foot = QWidget()
        foot.setProperty("role", "plain")
        flow = FlowLayout(foot)
        for widget in (*self._panes.tools, self._line, self._own, self._compare, self._same):
            flow.addWidget(widget)
        follow_width(foot)
        return foot

    def _measure(self) -> None:
        """Give the captures the room that they need, and no more than the photos can spare."""
        wide = theme.text_px() * 26
        self._captures.setMaximumWidth(wide)
        self._captures.setMinimumWidth(wide if theme.current().scale <= 1.0 else 0)

    # ----------------------------------------------------------------------------------------------- showing

    def open(self, uid: str = "", other: str = "", **_params: Any) -> None:
        """Show an individual; with `other`, that one's photos on the right."""
        self._uid, self._wanted = uid, other
        self._merge.hide()
        self._close_line()
        self._record = records.get(self._services.db, uid) if uid else None
        if self._record is None or self._record.deleted:
            self.set_title(_("Individu"))
            self._latest.drop()
            self._stack.setCurrentWidget(self._gone)
            return
        self._stack.setCurrentWidget(self._body)
        known = KnownRecords(self._services.db, self._services.protocols[CODE])
        self._life = life_of(known, self._record)
        self._seen = seen(self._services.db, [self._record])[0]
        self._other = None
        self._show_head(self._seen)
        self._show_captures(self._seen)
        self._panes.set_zoom(1)
        self._panes.left.show_shots(self._seen.name, self._seen.shots, empty=_no_photo())
        self._load_others(self._record)
        self._to_own()
        (self._table if self._life else self._compare).setFocus()

    def _load_others(self, record: Record) -> None:
        """Read who else lives at the barrier, in the background: there may be hundreds."""
        self._others = {}
        beside = [item for item in individuals_of(self._services.db, record.parent or "") if item.uid != record.uid]
        self._compare.setEnabled(bool(beside))

        def come(told: list[Seen]) -> None:
            self._others = {item.uid: item for item in told}
            if self._wanted:
                self.compare(self._wanted)

        self._latest.run(seen_in_background, self._services, beside, done=come)

    def _show_head(self, told: Seen) -> None:
        values = told.individual.data
        words = Words(self._services.db, self._services.taxa(CODE))
        self.set_title(_("Individu"), words.name(told.individual.parent or ""))
        self._name.set_words(told.name)
        self._what.setText(" · ".join((words.taxon_name(values.get("cd_nom")), sex_of(told))))
        self._span.set_words(span_words(told))
        signs = " · ".join(str(values.get("comments", "")).split("\n"))
        self._signs.set_words(_("Signes : {signs}").format(signs=signs) if signs else "")
        self._signs.setVisible(bool(signs))

    def _show_captures(self, told: Seen) -> None:
        photos: dict[str, int] = {}
        for shot in told.shots:
            photos[shot.observation.uid] = photos.get(shot.observation.uid, 0) + 1
        rows, before = [], ""
        for capture in self._life:
            rows.append(_row(capture, before, photos.get(capture.observation.uid, 0)))
            before = capture.on
        self._table.show_rows(rows[::-1], [capture.observation.uid for capture in reversed(self._life)])
        self._years.setText(_years_words(told))
        for widget in (self._table, self._years, self._detail):
            widget.setVisible(bool(rows))
        self._never.setVisible(not rows)

    def _follow(self, observation: object) -> None:
        """Show on the left the photo of the capture that the table stands on, and what else is noted of it."""
        self._panes.left.show_of(str(observation))
        capture = next((item for item in self._life if item.observation.uid == observation), None)
        words = Words(self._services.db, self._services.taxa(CODE))
        self._detail.setText(_detail_words(capture, words) if capture is not None else "")

    def _open_morning(self, observation: object) -> None:
        capture = next((item for item in self._life if item.observation.uid == observation), None)
        if capture is not None:
            self._context.navigate("morning", site=capture.visit.parent or "", on=capture.on)

    # ----------------------------------------------------------------------------------------------- comparing

    def _ask(self) -> None:
        self._line.clear()
        self._line.show()
        self._compare.hide()
        self._line.setFocus()

    def _close_line(self) -> None:
        self._line.hide()
        self._compare.show()

    def _suggest(self, text: str) -> list[Suggestion]:
        """Return the others whose name holds the letters; of the same species first, then those seen last."""
        typed = fold(text)
        cd_nom = self._record.data.get("cd_nom") if self._record else None
        found = [item for item in self._others.values() if typed in fold(item.name)]
        found.sort(key=lambda item: item.last_on, reverse=True)
        found.sort(key=lambda item: item.individual.data.get("cd_nom") != cd_nom)
        return [
            Suggestion(item.uid, item.name, row_words(item), hint=item.sign, icon="individual", italic=False)
            for item in found[:_MOST]
        ]

    def compare(self, uid: str) -> None:
        """Show the photos of another individual of the barrier on the right."""
        self._close_line()
        self._other = self._others.get(uid)
        if self._other is None:
            self._to_own()
            return
        self._panes.right.show_shots(self._other.name, self._other.shots, empty=_no_photo())
        self._own.show()
        self._same.show()
        self._merge.hide()
        self._table.setFocus()

    def _to_own(self) -> None:
        """Show its own photos on the right too, the second best first."""
        self._other = None
        told = self._seen
        if told is not None:
            one_only = _("Une seule photo.")
            if self._compare.isEnabled():
                one_only = _("Une seule photo : C la compare avec celles d’un autre.")
            shots = told.shots if len(told.shots) > 1 else ()
            self._panes.right.show_shots(
                told.name if shots else "", shots, 1, empty=one_only if told.shots else _no_photo()
            )
        self._own.hide()
        self._same.hide()
        self._merge.hide()

    # ----------------------------------------------------------------------------------------------- merging

    def _ask_merge(self) -> None:
        if self._record is None or self._other is None:
            return
        one, other = self._record, self._other.individual
        known = KnownRecords(self._services.db, self._services.protocols[CODE])
        self._merge.ask(one, other, self._life, life_of(known, other), self._do_merge)

    def _do_merge(self, keeps_this: bool) -> None:
        """Save it as one action, and show the animal under the name that stays."""
        if self._record is None or self._other is None:
            return
        one, other = self._record, self._other.individual
        kept, dropped = (one, other) if keeps_this else (other, one)
        known = KnownRecords(self._services.db, self._services.protocols[CODE])
        names = [INDIVIDUAL.title(item.data) for item in (dropped, kept)]
        label = _("{dropped} est {kept}").format(dropped=names[0], kept=names[1])
        saved = records.save(self._services.db, merged(kept, dropped, life_of(known, dropped)), label)
        self._services.on_saved(saved.made_at)
        self.open(uid=kept.uid)
        words = _("{dropped} et {kept} sont un seul animal : {kept}.").format(dropped=names[0], kept=names[1])
        way_back.offer(self._context, saved, words, lambda: self.open(uid=one.uid, other=other.uid))

    # ----------------------------------------------------------------------------------------------- keys

    def _edit(self) -> None:
        if self._record is not None:
            self._context.navigate("place", protocol=CODE, entity=INDIVIDUAL.code, uid=self._uid)

    def _history(self) -> None:
        if self._record is not None:
            self._context.navigate("history", uid=self._uid)

    def leaving(self) -> None:
        """Give up what is read for this page alone."""
        self._latest.drop()

    def go_back(self) -> bool:
        """Take away the question, then the line, then the other individual."""
        if self._merge.isVisible():
            self._merge.hide()
        elif self._line.isVisible():
            self._close_line()
        elif self._other is not None:
            self._to_own()
        else:
            return False
        self._table.setFocus()
        return True

    def undo_state(self) -> dict[str, Any]:
        """Return what is shown, so that Back shows the same."""
        return {"uid": self._uid, **({"other": self._other.uid} if self._other else {})}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        found = [
            *self._panes.keys(),
            Action("C", _("comparer avec un autre individu"), self._ask, "search"),
            Action("E", _("modifier le nom, le sexe, les signes"), self._edit, "edit"),
            Action("H", _("historique de l’individu"), self._history, "history"),
            Action("Return", _("ouvrir le matin de la capture")),
        ]
        if self._other is not None:
            found[-3:-3] = [
                Action("R", _("revenir à ses propres photos"), self._to_own, "undo"),
                Action("M", _("c’est le même individu : les réunir"), self._ask_merge, "individual"),
            ]
        return found


def span_words(told: Seen) -> str:
    """Return "3 captures en 3 printemps, du 12/03/2024 au 18/03/2026"; that it is dead where it was noted so."""
    if not told.mornings:
        return _("jamais pris encore")
    count, years = len(told.mornings), len({day[:4] for day in told.mornings})
    caught = ngettext("{n} capture", "{n} captures", count).format(n=count)
    if count == 1:
        words = _("{caught}, le {day}").format(caught=caught, day=day_words(told.first_on))
    else:
        words = ngettext(
            "{caught} en {n} printemps, du {first} au {last}", "{caught} en {n} printemps, du {first} au {last}", years
        ).format(caught=caught, n=years, first=day_words(told.first_on), last=day_words(told.last_on))
    return " · ".join(filter(None, (words, _("noté mort") if told.is_dead else "")))


def _row(capture: Capture, before: str, photos: int) -> Row:
    values = capture.observation.data
    direction = OBSERVATION.by_name["direction"].choice(values.get("direction"))
    return (
        day_words(capture.on),
        _days_words(before, capture.on),
        SIGNS.get(str(values.get("sex")), ABSENT),
        str(values.get("bucket", "")),
        _(direction.short or direction.label) if direction else "",
        str(photos or ""),
    )


def _detail_words(capture: Capture, words: Words) -> str:
    """Return what the row leaves out: "Seau 6, entrée · MARTIN Lou · queue coupée"."""
    values = capture.observation.data
    way = OBSERVATION.by_name["direction"].choice(values.get("direction"))
    where = ", ".join(
        filter(None, (_("Seau {n}").format(n=values.get("bucket", "")), _(way.short or way.label) if way else ""))
    )
    dead = _("mort") if values.get("vitality") == DEAD else ""
    who = words.value(VISIT.by_name["observers"], capture.visit.data.get("observers"))
    return " · ".join(filter(None, (where, dead, who, str(values.get("comments", "")))))


def _years_words(told: Seen) -> str:
    """Return how often it was caught each year: "2024 : 1 · 2026 : 3"."""
    tally = Counter(day[:4] for day in told.mornings)
    return " · ".join(_("{year} : {n}").format(year=year, n=count) for year, count in sorted(tally.items()))


def _days_words(before: str, on: str) -> str:
    """Return how many days after the capture before it: "12 j"; "" for the first."""
    if not before or not on:
        return ""
    days = (date.fromisoformat(on) - date.fromisoformat(before)).days
    return _("{n} j").format(n=days)


def _no_photo() -> str:
    return _("Pas encore de photo : elles s’ajoutent sur la prise, le matin même ou plus tard.")
