"""The page "history": every change of a visit and its observations, a capture or an individual, field by field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fieldapp.core.board_form import BoardForm
from fieldapp.core.checking import CONFIRMED
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record, is_about
from fieldapp.core.text import N_, _, ngettext
from fieldapp.store import changes, records
from fieldapp.store.changes import Change
from fieldapp.store.connection import Database
from fieldapp.ui import theme
from fieldapp.ui.field_words import field_label, is_repeated, species_field, value_words
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.sync.review_mark import ReviewMark
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, text_label
from fieldapp.ui.wording import ABSENT, Words, instant_words

KINDS = {
    "entry": ("good", N_("saisie")),
    "import": ("info", N_("import")),
    "undo": ("neutral", N_("annulation")),
    "redo": ("neutral", N_("rétablissement")),
    "sync": ("info", N_("reçu")),
}
"""Badge and word for each kind of action."""


SESSION_PAGES = {"visit": "captures", "observation": "capture", "ring_string": "ring_stock"}
"""The pages that show the records of a protocol with sessions, by entity."""

_BARE_NUMBER = re.compile(r"[-−+]?\d+(?:[.,]\d+)?")

FIELD_SHARE = 0.27
"""Share of the width that the column of the fields may take; before and after have the rest."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one change, in words; `first` is true on the first line of an action.

    `uid` is the record, `made_at` the instant of the action (UTC).
    """

    action: int
    first: bool
    kind: str
    when: str
    who: str
    label: str
    record: str
    field: str
    before: str
    after: str
    uid: str = ""
    made_at: str = ""


def visit_of(db: Database, uid: str) -> Record | None:
    """Return the record that the history is about: the visit of an observation, else the record itself.

    A capture has its own: its session has hundreds of them.
    """
    record = records.get(db, uid)
    if record is None or not record.parent:
        return record
    protocol = db.protocols[record.protocol]
    is_line = protocol.session is None and bool(protocol.entity(record.entity).taxon_field)
    return records.get(db, record.parent) if is_line else record


def sheet_params(visit: Record) -> dict[str, Any]:
    """Return the parameters with which the page "sheet" opens this visit."""
    return {"protocol": visit.protocol, "site": visit.parent, "visit": visit.uid}


def page_of(db: Database, record: Record) -> tuple[str, dict[str, Any]] | None:
    """Return the page that shows the record itself, with its parameters; None when there is none, or it is deleted."""
    protocol = db.protocols[record.protocol]
    if record.deleted:
        return None
    if protocol.form is not None and record.entity == protocol.form.sheet.visit:
        return "sheet", sheet_params(record)
    if protocol.day_list is not None:
        is_list = record.entity == protocol.day_list.sheet.visit
        return "list", {"uid": record.uid if is_list else record.parent}
    if protocol.board is not None:
        return _board_page(db, protocol.board, record)
    pages = {} if protocol.session is None else SESSION_PAGES
    return (pages[record.entity], {"uid": record.uid}) if record.entity in pages else None


def _board_page(db: Database, board: BoardForm, record: Record) -> tuple[str, dict[str, Any]] | None:
    """Return the page of a record of a barrier: its morning, the individual, the barrier with buckets and campaigns."""
    if record.entity == board.individual:
        return "individual", {"uid": record.uid}
    if record.entity in {board.bucket, board.campaign, board.site}:
        return "barrier_sheet", {"site": record.parent or record.uid}
    at: Record | None = record
    while at is not None and at.entity != board.visit:
        at = records.get(db, at.parent) if at.parent else None
    return ("morning", {"site": at.parent, "on": at.on_date}) if at is not None and at.on_date else None


def lines(db: Database, uid: str, words: Words, *, detailed: bool = False) -> list[Line]:
    """Return the history of a record and of those right below it, the newest action first.

    The making of a record is one line, with `detailed` one per field.
    """
    uids = changes.family(db, uid)
    known = records.get_many(db, uids)
    found: list[list[Line]] = []
    last = None
    for change in changes.histories(db, uids):
        if change.action.id != last:
            found.append([])
            last = change.action.id
        found[-1] += _lines_of(change, known[change.record], words, detailed, first=not found[-1])
    return [line for block in reversed(found) for line in block]


def of_field(found: Sequence[Line], one: Line) -> list[Line]:
    """Return the lines about the same field of the same record, each with who and when."""
    return [replace(line, first=True) for line in found if (line.uid, line.field) == (one.uid, one.field)]


def _lines_of(change: Change, record: Record, words: Words, detailed: bool, *, first: bool) -> list[Line]:
    fields = _fields(change, record, words)
    if change.before is None and not detailed:
        summary = " · ".join(_told(name, after) for name, _before, after in fields if name)
        fields = [(_("fiche créée"), ABSENT, summary)]
    elif change.before is None:
        fields.insert(0, (_("fiche créée"), ABSENT, ABSENT))
    action = change.action
    return [
        Line(
            action.id,
            first and number == 0,
            action.kind,
            instant_words(action.made_at),
            words.who(action.who),
            action.label,
            _called(record, words),
            name,
            before,
            after,
            record.uid,
            action.made_at,
        )
        for number, (name, before, after) in enumerate(fields)
    ]


def _fields(change: Change, record: Record, words: Words) -> list[tuple[str, str, str]]:
    """Return (label, before, after) for each field of the change, in the order of the sheet."""
    entity = words.entity(record)
    before = change.before or {}
    order = {item.name: place for place, item in enumerate(entity.fields)}
    names = sorted({*before, *change.after}, key=lambda name: (order.get(name, len(order)), name))
    species = species_field(record, words)
    found = []
    for name in names:
        old, new = before.get(name), change.after.get(name)
        if name == DELETED:
            if change.before is not None:
                found.append((_("fiche supprimée") if new else _("fiche rétablie"), ABSENT, ABSENT))
        elif name == PARENT:
            if change.before is not None:
                found.append((_("rattachée à"), words.place(old), words.place(new)))
        elif name == CONFIRMED:
            found.append((_("avertissements confirmés"), _count(old), _count(new)))
        elif is_about(name):
            told = [value_words(record, name, value, words) for value in (old, new)]
            found.append((field_label(record, name, words), told[0], told[1]))
        else:
            item = entity.by_name.get(name)
            if item and is_repeated(item, entity, of_session=bool(species)):
                continue
            told = [value_words(record, name, value, words) for value in (old, new)]
            found.append((_(item.label) if item else name, told[0], told[1]))
    return found


def _told(name: str, value: str) -> str:
    """Return a value as one of many in a line: a bare number says nothing without the name of its field."""
    return f"{name} {value}" if _BARE_NUMBER.fullmatch(value) else value


def _called(record: Record, words: Words) -> str:
    """Return the species of an observation, the label of any other record."""
    entity = words.entity(record)
    return words.title(record) if entity.taxon_field else _(entity.label)


def _count(codes: object) -> str:
    return str(len(codes)) if isinstance(codes, list) and codes else ABSENT


class HistoryPage(PageWidget):
    """The history of one visit, capture or other record; D shows every field of what was created.

    C keeps to all values of the field of the current row, P leads to the database as it was then.
    """

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._uid = ""
        self._visit = ""
        self._detailed = False
        self._lines: list[Line] = []
        self._field: Line | None = None
        self._origin = text_label("", "secondary", wrap=True, name="history.origin")
        self._table = RecordTable(
            [
                Column(_("Quand")),
                Column(_("Qui")),
                Column(_("Action"), badge=True),
                Column(_("Champ · fiche"), strong=True),
                Column(_("Avant"), chars=8),
                Column(_("Après"), stretch=True),
            ],
            name="history.table",
        )
        self._empty = EmptyState(
            "history",
            _("Pas encore d’histoire"),
            _("Chaque enregistrement d’une fiche sera noté ici : qui, quand, de quelle valeur à quelle valeur."),
            name="history.empty",
        )
        self._card = Card(name="history.card")
        self._card.add(self._origin)
        self._card.add(self._table, 1)
        self._card.add(self._empty, 1)
        self._detail = ActionButton(_("Tout le détail"), "expand", "D", name="history.detail", on=self._toggle)
        self._sheet = ActionButton(_("Ouvrir la fiche"), "edit", "F", name="history.sheet", on=self._open_sheet)
        self._one_field = ActionButton(_("Ce champ seul"), "filter", "C", name="history.field", on=self._keep_field)
        self._past = ActionButton(_("La base d’alors"), "history", "P", name="history.past", on=self._open_past)
        self._review = ReviewMark(context, "R", name="history.review")
        self.setLayout(
            theme.column(self._card, theme.row(self._detail, self._one_field, self._past, 1, self._review, self._sheet))
        )

    def open(self, uid: str = "", **_params: Any) -> None:
        """Show the history of the record (or of the visit that it belongs to)."""
        if uid != self._uid:
            self._field = None
        self._uid = uid
        db = self._context.services.db
        visit = visit_of(db, uid) if uid else None
        self._visit = visit.uid if visit else ""
        taxa = self._context.services.taxa(visit.protocol) if visit else {}
        words = Words(db, taxa)
        in_full = self._detailed or self._field is not None
        found = lines(db, self._visit, words, detailed=in_full) if visit else []
        self._lines = found = found if self._field is None else of_field(found, self._field)
        place = records.get(db, visit.parent) if visit and visit.parent else None
        title = " · ".join(filter(None, (words.title(place) if place else "", words.title(visit) if visit else "")))
        actions = len({line.action for line in found})
        count = ngettext("{n} enregistrement", "{n} enregistrements", actions).format(n=actions)
        if self._field is not None:
            title = " · ".join(filter(None, (title, self._field.field)))
        self._one_field.set_text(_("Ce champ seul") if self._field is None else _("Tous les champs"))
        self._one_field.setEnabled(bool(found))
        self._past.setEnabled(bool(found) and not self._context.services.past)
        self.set_title(_("Historique"), f"{title} · {count}" if found else title)
        self._say_origin(found)
        rows = [self._row(line) for line in found]
        self._table.show_rows(rows)
        most = int(self._table.viewport().width() * FIELD_SHARE)
        self._table.setColumnWidth(3, min(self._table.columnWidth(3), most))
        self._table.setVisible(bool(found))
        self._empty.setVisible(not found)
        self._sheet.setEnabled(bool(visit and page_of(db, visit)))
        self._review.ask(dict.fromkeys([uid, *changes.family(db, self._visit)]) if visit else [])
        if found:
            self._table.setFocus()

    def _say_origin(self, found: Sequence[Line]) -> None:
        labels = dict.fromkeys(line.label for line in found if line.kind == "import")
        self._origin.setText(_("Venu d’un fichier : {names}").format(names=" · ".join(labels)))
        self._origin.setVisible(bool(labels))

    def _row(self, line: Line) -> tuple[str, ...]:
        badge, word = KINDS.get(line.kind, ("neutral", line.kind))
        head = (line.when, line.who, f"{badge}|{_(word)}") if line.first else ("", "", "")
        return (*head, f"{line.field}|{line.record}", line.before, line.after)

    def _toggle(self) -> None:
        self._detailed = not self._detailed
        self._detail.set_text(_("Résumer les créations") if self._detailed else _("Tout le détail"))
        self._detail.set_icon("collapse" if self._detailed else "expand")
        self.open(self._uid)

    def _current(self) -> Line | None:
        number = self._table.current_key()
        return self._lines[number] if isinstance(number, int) and number < len(self._lines) else None

    def _keep_field(self) -> None:
        """Keep to the values of one field, or show all of them again."""
        self._field = self._current() if self._field is None else None
        self.open(self._uid)

    def _open_past(self) -> None:
        line = self._current()
        if line is not None and not self._context.services.past:
            self._context.navigate("past", at=line.made_at)

    def go_back(self) -> bool:
        """Show all fields again."""
        if self._field is None:
            return False
        self._keep_field()
        return True

    def _open_sheet(self) -> None:
        db = self._context.services.db
        visit = records.get(db, self._visit)
        page = page_of(db, visit) if visit is not None else None
        if page is not None:
            self._context.navigate(page[0], **page[1])

    def undo_state(self) -> dict[str, Any]:
        """Return what `open` needs to show the same history."""
        return {"uid": self._uid}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("D", _("chaque champ des fiches créées"), self._toggle, "expand"),
            Action("C", _("toutes les valeurs du champ choisi, ou tous les champs"), self._keep_field, "filter"),
            Action("P", _("la base telle qu’elle était alors"), self._open_past, "history"),
            Action("F", _("ouvrir la fiche"), self._open_sheet, "edit"),
            Action("R", _("les versions à relire, s’il y en a"), self._review.follow, "conflict"),
        ]
