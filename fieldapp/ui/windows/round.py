"""The round of one aire: its places at one passage, who did and who is to do them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget

from fieldapp.core.forms import PlaceState
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, ngettext
from fieldapp.store import changes, records
from fieldapp.ui import rounds, theme
from fieldapp.ui.forms.links import LinksEdit
from fieldapp.ui.forms_begun import forms_begun, to_finish
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.rounds import Place, Round
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    ChipRow,
    EmptyState,
    ProgressLine,
    live_key,
    text_label,
)
from fieldapp.ui.widgets.elided import Elided
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.windows.places import delete_record


class RoundPage(PageWidget):
    """One aire at one passage. `open(protocol, group, passage, year)`."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._params: dict[str, Any] = {}
        self._study: StudyProtocol | None = None
        self._round: Round | None = None
        self._rows: list[Place] = []
        self._by_distance = True
        self._shown: tuple[object, ...] = ()
        self._passages = ChipRow([], multiple=False, required=True, framed=False, name="round.passages")
        self._passages.changed.connect(self._other_passage)
        self._words = text_label("", "secondary", name="round.words")
        self._line = ProgressLine(name="round.progress")
        self._order = ActionButton("", "locate", "O", role="quiet", name="round.order", on=self._other_order)
        self._panel = AssignPanel(self._services)
        self._panel.chosen.connect(self._assign)
        self._panel.closed.connect(self._close_panel)
        self._table = RecordTable(
            [
                Column(_("Mare"), strong=True, chars=12),
                Column(_("État"), badge=True, chars=12),
                Column(_("Vu"), stretch=True),
                Column(_("Date"), number=True),
                Column(_("Qui")),
                Column(_("Distance"), number=True, chars=7),
            ],
            name="round.table",
        )
        self._fit = ColumnFit(self._table, (5, 4, 3))
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._table.opened.connect(self._open_sheet)
        self._table.current_changed.connect(lambda _key: self._name_step())
        self._empty = EmptyState(
            "pond",
            _("Pas encore de mare"),
            _("Les mares de l’aire seront ici. N crée la première."),
            name="round.empty",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._table)
        self._card = Card(name="round.card")
        self._card.add(self._stack, 1)
        self._lay_out()
        for passage in range(1, 4):
            live_key(self, str(passage), partial(self._to_passage, passage))
        live_key(self, "Shift+N", self._add_group)

    def _lay_out(self) -> None:
        self._new = ActionButton(_("Nouvelle mare"), "add", "N", name="round.new", on=self._add)
        self._edit = ActionButton(_("Modifier"), "edit", "E", name="round.edit", on=self._modify)
        self._who = ActionButton(_("Affecter"), "observers", "A", name="round.assign", on=self._open_panel)
        self._delete = ActionButton("", "delete", "Ctrl+Del", role="quiet", name="round.delete", on=self._remove)
        self._delete.setAccessibleName(_("Supprimer la mare"))
        self._delete.setToolTip(_("Supprimer la mare"))
        self._step = ActionButton(_("Commencer"), "next", primary=True, name="round.go", on=self._open_current)
        self._step.show_key("Return")
        self._next = Elided("secondary", fills=True, at_end=True, name="round.next")
        progress = theme.row(self._line, self._words, self._order)
        self._group = ActionButton(
            _("Modifier l’aire"), "edit", "Shift+E", role="quiet", name="round.edit_group", on=self._modify_group
        )
        head = theme.row(self._passages, self._group, self._delete)  # far from Enter and the next step
        head.setStretch(0, 1)
        foot = theme.row(self._new, self._edit, self._who, self._next, self._step)
        foot.setStretch(3, 1)
        box = theme.column(head, progress, self._panel, self._card, foot)
        box.setStretch(3, 1)
        self.setLayout(box)
        stops = (
            self._passages,
            self._group,
            self._delete,
            self._order,
            self._panel.people.line,
            self._table,
            self._new,
            self._edit,
            self._who,
        )
        for before, after in pairwise((*stops, self._step)):
            self.setTabOrder(before, after)

    # ------------------------------------------------------------------------------------------- showing

    def open(
        self,
        protocol: str = "",
        group: str = "",
        passage: int = 0,
        year: int = 0,
        site: str | None = None,
        **_params: Any,
    ) -> None:
        """Read the round anew; stand on `site`, or where to go now when another round is shown than before."""
        self._params = {"protocol": protocol, "group": group, "passage": passage, "year": year}
        self._study = self._services.protocols[protocol]
        day = rounds.season_day(year or rounds.today().year)
        taxa = self._services.taxa(protocol)
        self._round = rounds.round_of(self._services.db, self._study, group, passage or None, day, taxa)
        if self._round is None:
            self._context.navigate("places")
            return
        self._params["passage"] = self._round.passage
        other = (group, self._round.passage, self._round.last)
        self._show(self._round, fresh=other != self._shown)
        self._shown = other
        if site:
            self._table.select_key(site)
        self._close_panel()

    def _show(self, found: Round, *, fresh: bool) -> None:
        passages = rounds.form_of(self._study).passages if self._study else ()
        total = len(found.places)
        words = _("passage {n} · {done} / {total}")
        self._passages.set_choices(
            [
                (str(n), words.format(n=n, done=found.done.get(n, 0), total=total), str(n))
                for n in sorted({*passages, found.passage})
            ]
        )
        self._passages.set_value([str(found.passage)])
        self._line.set(total - found.left, total)
        self._words.setText(self._progress_words(found))
        self._order.set_text(_("ordre : au plus près") if self._by_distance else _("ordre : par nom"))
        can_order = any(place.distance_m is not None for place in found.places)
        self._order.setVisible(can_order)
        self._rows = found.nearest_first() if self._by_distance and can_order else list(found.places)
        begun = forms_begun(self._services.db, self._study) if self._study else set()
        unfinished = {uid for uid, _parent in begun}
        self._table.show_rows(
            [_place_row(place, place.uid in unfinished) for place in self._rows],
            keys=[place.uid for place in self._rows],
        )
        self._new.set_text(("◐ " if ("", self._params["group"]) in begun else "") + _("Nouvelle mare"))
        self._group.set_text(("◐ " if self._params["group"] in unfinished else "") + _("Modifier l’aire"))
        self._stack.setCurrentIndex(1 if self._rows else 0)
        following = found.next_place()
        if fresh and following:
            self._table.select_key(following.uid)
        context = _("passage {n} · {done} sur {total}").format(n=found.passage, done=total - found.left, total=total)
        self.set_title(found.name, context if found.year == rounds.today().year else f"{context} · {found.year}")
        for button in (self._who, self._delete, self._step):
            button.setEnabled(bool(self._rows))
        self._name_step()
        (self._table if self._rows else self._new).setFocus()

    def _progress_words(self, found: Round) -> str:
        if not found.places:
            return ""
        if not found.left:
            return _("toutes les mares sont vues")
        left = ngettext("encore {n} mare", "encore {n} mares", found.left).format(n=found.left)
        until = found.due.until if found.due.passage == found.passage else None
        return " · ".join(
            filter(None, (left, _("avant le {day}").format(day=rounds.day_month(until)) if until else ""))
        )

    def _name_step(self) -> None:
        """Name the next step for the place on which the person stands."""
        place = self._current()
        if place is None:
            self._next.set_words("")
            return
        words = {PlaceState.TODO: _("Commencer"), PlaceState.DRAFT: _("Reprendre")}.get(place.state, _("Revoir"))
        self._step.set_text(words)
        self._next.set_words(" ".join(filter(None, (place.name, rounds.distance_words(place.distance_m)))))

    def _current(self) -> Place | None:
        key = self._table.current_key()
        return next((place for place in self._rows if place.uid == key), None)

    def _selected(self) -> list[Place]:
        """Return the places that are selected; where nothing is (Ctrl was down while the list came) the current one."""
        rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
        here = self._current()
        return [self._rows[row] for row in rows if row < len(self._rows)] or ([here] if here else [])

    def _reopen(self) -> None:
        self.open(**self._params)

    # ------------------------------------------------------------------------------------------- choices

    def _to_passage(self, passage: int) -> None:
        self.open(**{**self._params, "passage": passage})

    def _other_passage(self, codes: list[str]) -> None:
        if codes:
            self._to_passage(int(codes[0]))

    def _other_order(self) -> None:
        self._by_distance = not self._by_distance
        if self._round is not None:
            self._show(self._round, fresh=False)

    def _open_current(self) -> None:
        place = self._current()
        if place is not None:
            self._open_sheet(place.uid)

    def _open_sheet(self, key: object) -> None:
        place = next((place for place in self._rows if place.uid == key), None)
        if place is not None and self._round is not None:
            self._context.navigate(
                "sheet",
                protocol=self._params["protocol"],
                site=place.uid,
                visit=place.visit,
                passage=self._round.passage,
                year=self._round.year,
                order=[row.uid for row in self._rows],
            )

    def _add(self) -> None:
        if self._study is not None:
            form = rounds.form_of(self._study)
            self._context.navigate("place", protocol=self._study.code, entity=form.site, parent=self._params["group"])

    def _modify(self) -> None:
        """Open the form of the place, or of the aire where it has no place yet."""
        place = self._current()
        if not self._rows:
            self._modify_group()
        elif self._study is not None and place is not None:
            form = rounds.form_of(self._study)
            self._context.navigate(
                "place", protocol=self._study.code, entity=form.site, uid=place.uid, parent=self._params["group"]
            )

    def _modify_group(self) -> None:
        if self._study is not None:
            form = rounds.form_of(self._study)
            self._context.navigate("place", protocol=self._study.code, entity=form.group, uid=self._params["group"])

    def _add_group(self) -> None:
        if self._study is not None:
            self._context.navigate("place", protocol=self._study.code, entity=rounds.form_of(self._study).group)

    def _remove(self) -> None:
        """Delete the place on which the person stands; the way back is offered instead of a question."""
        place = self._current()
        record = records.get(self._services.db, place.uid) if place else None
        if self._study is None or record is None:
            return
        words, saved = delete_record(self._services, self._study, record)
        self._reopen()

        def take_back() -> None:
            self._services.on_saved(changes.undo_saved(self._services.db, saved).made_at)
            self._reopen()

        self._context.notify(words, "undo", action=_("Annuler"), key="Ctrl+Z", on=take_back, live=False)

    # --------------------------------------------------------------------------------------- assignments

    def _open_panel(self) -> None:
        places = self._selected()
        if places and self._round is not None:
            who = [self._assigned(place.uid) for place in places]
            same = who[0] if all(one == who[0] for one in who) else []
            self._panel.open([place.name for place in places], self._round.passage, same)

    def _close_panel(self) -> None:
        if self._panel.isVisibleTo(self):
            self._panel.hide()
            self._table.setFocus()

    def _assignment(self, site: str) -> Record | None:
        found = self._round
        return next(
            (
                record
                for record in records.children(self._services.db, [site])
                if found is not None
                and record.entity == rounds.ASSIGNMENT
                and record.data.get("year") == found.year
                and record.data.get("num_passage") == found.passage
            ),
            None,
        )

    def _assigned(self, site: str) -> list[str]:
        record = self._assignment(site)
        return list(record.data.get("observers", ())) if record else []

    def _assign(self, observers: list[str]) -> None:
        """Save who is to do the selected places, one record each, all in one action; nobody takes it away."""
        found, study = self._round, self._study
        places = self._selected()
        if found is None or study is None or not places:
            return
        entity = study.entity(rounds.ASSIGNMENT)
        values = {"year": found.year, "num_passage": found.passage, "observers": observers}
        changed = []
        for place in places:
            known = self._assignment(place.uid)
            if known is not None:
                changed.append(with_data(known, entity, values) if observers else known.removed())
            elif observers:
                changed.append(make_record(study.code, entity, values, place.uid))
        label = ngettext("affectation de {n} mare", "affectation de {n} mares", len(places)).format(n=len(places))
        saved = records.save(self._services.db, changed, label)
        if saved.action is not None:
            self._services.on_saved(saved.made_at)
        self._reopen()
        self._context.notify(
            ngettext("{n} mare affectée.", "{n} mares affectées.", len(places)).format(n=len(places)), "done"
        )

    # --------------------------------------------------------------------------------------------- shell

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as the next step."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_current()
            return
        super().keyPressEvent(event)

    def go_back(self) -> bool:
        """Close the panel first."""
        if self._panel.isVisible():
            self._close_panel()
            return True
        return False

    def undo_state(self) -> dict[str, Any]:
        """Return what shows this round again."""
        return dict(self._params)

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("ouvrir la fiche de la mare"), self._open_current, "next"),
            Action("1", _("passage 1, 2 ou 3 : touches 1, 2, 3"), None),
            Action("O", _("ranger par nom ou au plus près"), self._other_order, "locate"),
            Action("Shift+Down", _("choisir plusieurs mares"), None),
            Action("A", _("affecter les mares choisies"), self._open_panel, "observers"),
            Action("N", _("nouvelle mare"), self._add, "add"),
            Action("E", _("modifier la mare"), self._modify, "edit"),
            Action("Ctrl+Del", _("supprimer la mare et ses passages"), self._remove, "delete"),
            Action("Shift+E", _("modifier l’aire"), self._modify_group, "area"),
            Action("Shift+N", _("nouvelle aire"), self._add_group, "add"),
        ]


def _several(names: Sequence[str]) -> str:
    """Return the first name and how many more there are: "BOIS Alex +1"."""
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else "".join(names)


def _place_row(place: Place, unfinished: bool = False) -> tuple[str, ...]:
    who = _several(place.by or place.assigned)
    if place.assigned and not place.by:
        who = _("pour {who}").format(who=who)
    return (
        place.name,
        f"{place.state.value}|",
        " · ".join(filter(None, (to_finish() if unfinished else "", ", ".join(place.species)))),
        " ".join(filter(None, (rounds.short_date(place.on_date)[:5], place.time))),
        who,
        rounds.distance_words(place.distance_m),
    )


class AssignPanel(Card):
    """Asks, on the page, who is to do the chosen places: `chosen` carries the uids, `closed` nothing."""

    chosen = Signal(list)
    closed = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__(" ", "observers", name="round.panel")
        self.people = LinksEdit(services, "person", name="round.people")
        self._ok = ActionButton(_("Affecter"), "check", "Ctrl+Return", name="round.panel.ok", on=self._answer)
        cancel = ActionButton(_("Fermer"), role="quiet", name="round.panel.cancel", on=self.closed.emit)
        cancel.show_key("Esc")
        line = theme.row(self.people, cancel, self._ok)
        line.setStretch(0, 1)
        self.add(line)
        self.hide()

    def open(self, names: Sequence[str], passage: int, observers: Sequence[str]) -> None:
        """Ask about these places."""
        count = len(names)
        what = names[0] if count == 1 else ngettext("{n} mare", "{n} mares", count).format(n=count)
        self.set_title(
            _("Qui fait {what} au passage {n} ?").format(what=what, n=passage), _("personne : ligne vide")
        )  # fmt: skip
        self.people.set_value(observers)
        self.show()
        self.people.line.setFocus()

    def _answer(self) -> None:
        self.chosen.emit(self.people.value())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Enter for the panel while it is open."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer()
            return
        super().keyPressEvent(event)
