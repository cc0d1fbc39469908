"""The page of the ringing places with their net sets and nets, and of the programmes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.parse import parse_number, show_number
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.text import N_, _, fold, ngettext
from fieldapp.protocols.banding.schema import CODE, NET, PROGRAMME, SITE, SITES_GROUP, place_title
from fieldapp.store import changes, records
from fieldapp.ui import theme
from fieldapp.ui.banding.nets import NetSet, net_key, net_set, read_nets, show_nets
from fieldapp.ui.banding.overview import theme_words
from fieldapp.ui.banding.record_forms import show_columns
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    ChipRow,
    EmptyState,
    LabeledField,
    ParsedEdit,
    live_key,
    text_label,
)
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.windows.places import delete_record

PLACES, PROGRAMMES = "places", "programmes"
SECTIONS = {PLACES: (N_("Lieux et filets"), "1"), PROGRAMMES: (N_("Programmes"), "2")}
"""The two lists of the page with their keys."""

_INDENT = "\u2003└ "


class RingingPlacesPage(PageWidget):
    """Places with their net sets, nets beside; programmes. `open(section, uid)` stands on the record `uid`."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._section = PLACES
        self._records: dict[str, Record] = {}
        self._seen: set[str] | None = None  # the records when the page was last opened, None before
        self._sections = ChipRow([], multiple=False, required=True, framed=False, name="ringing.sections")
        self._sections.changed.connect(lambda codes: self._to(codes[0]))
        columns = [Column(_("Lieu, dispositif"), stretch=True), Column(_("Station"), chars=7)]
        columns += [Column(_("Thème"), chars=8), Column(_("Filets"), number=True), Column(_("Mètres"), number=True)]
        self._places = RecordTable(columns, name="ringing.places")
        ColumnFit(self._places, (1, 2))
        programme = [Column(_("Programme"), stretch=True, strong=True), Column(_("Nom"), chars=20)]
        self._programmes = RecordTable([*programme, Column(_("Ligne de capture"), chars=24)], name="ringing.programmes")
        ColumnFit(self._programmes, (2, 1))
        self._empty = EmptyState("net", "", "–", name="ringing.empty")
        self._stack = QStackedWidget()
        for widget in (self._places, self._programmes, self._empty):
            self._stack.addWidget(widget)
        for table in (self._places, self._programmes):
            table.opened.connect(self._edit_it)
        self._places.current_changed.connect(self._stand)
        card = Card(name="ringing.card")
        card.add(self._stack, 1)
        self.nets = NetsCard(self._services, self._context, self._nets_changed)
        middle = theme.row(card, self.nets, spacing=theme.M)
        middle.setStretch(0, 5)
        middle.setStretch(1, 3)
        self._new = ActionButton("", "add", "N", name="ringing.new", on=self._add)
        self._new_set = ActionButton(_("Nouveau dispositif ici"), "net", "D", name="ringing.new_set", on=self._add_set)
        self._session = ActionButton(_("Séance ici"), "ring", "S", name="ringing.session", on=self._begin)
        self._edit = ActionButton(_("Modifier"), "edit", "E", primary=True, name="ringing.edit", on=self._edit_current)
        foot = theme.row(self._new, self._new_set, self._session, 1, self._edit)
        box = theme.column(self._sections, middle, foot)
        box.setStretch(1, 1)
        self.setLayout(box)
        stops = (self._sections, self._places, self._programmes, *self.nets.stops())
        for before, after in pairwise((*stops, self._new, self._new_set, self._session, self._edit)):
            self.setTabOrder(before, after)
        for section, (_label, key) in SECTIONS.items():
            live_key(self, key, partial(self._to, section))

    # ------------------------------------------------------------------------------------------- showing

    def open(self, section: str = "", uid: str = "", **_params: Any) -> None:
        """Read both lists anew and show one of them."""
        if section in SECTIONS:
            self._section = section
        before = self._seen
        self._show(uid)
        made = [key for key in self._records if before is not None and key not in before]
        if len(made) == 1:
            self._stand_on(made[0])
        self._seen = set(self._records)
        if self._wants_nets(made):
            self.nets.focus_line()
        else:
            self._focus()

    def _wants_nets(self, made: Sequence[str]) -> bool:
        """Return whether a net set was just made: its nets come next."""
        return len(made) == 1 and made[0] == self._current() and self.nets.waits_for_nets()

    def _stand_on(self, uid: str) -> None:
        """Stand on a record that was made since the page was last shown."""
        is_programme = self._records[uid].entity == PROGRAMME.code
        if is_programme == (self._section == PROGRAMMES):
            self._table().select_key(uid)
            self._stand(uid)

    def _to(self, section: str) -> None:
        self._section = section
        self._show()
        self._focus()

    def _show(self, uid: str = "") -> None:
        places, sets, nets = self._read_places()
        programmes = sorted(
            records.roots(self._services.db, CODE, PROGRAMME.code), key=lambda record: fold(theme_words(record.data))
        )
        self._records = {record.uid: record for record in (*places, *sets, *programmes)}
        rows: list[tuple[str, ...]] = []
        keys: list[str] = []
        for place in places:
            rows.append((place_title(place.data), "", "", "", ""))
            keys.append(place.uid)
            for site in (site for site in sets if site.parent == place.uid):
                rows.append(_set_row(site, nets.get(site.uid, NetSet({}))))
                keys.append(site.uid)
        self._places.show_rows(rows, keys=keys)
        self._programmes.show_rows(
            [_programme_row(item) for item in programmes], keys=[item.uid for item in programmes]
        )
        for table in (self._places, self._programmes):
            if uid and uid in self._records:
                table.select_key(uid)
        counts = {PLACES: len(places), PROGRAMMES: len(programmes)}
        self._sections.set_choices(
            [(code, f"{_(label)} · {counts[code]}", key) for code, (label, key) in SECTIONS.items()]
        )
        self._sections.set_value([self._section])
        self._dress(counts)
        words = (
            ngettext("{n} lieu", "{n} lieux", len(places)).format(n=len(places)),
            ngettext("{n} dispositif", "{n} dispositifs", len(sets)).format(n=len(sets)),
            ngettext("{n} programme", "{n} programmes", len(programmes)).format(n=len(programmes)),
        )
        self.set_title(_("Lieux et programmes"), " · ".join(words))

    def _read_places(self) -> tuple[list[Record], list[Record], dict[str, NetSet]]:
        db = self._services.db
        places = sorted(records.roots(db, CODE, SITES_GROUP.code), key=lambda record: fold(place_title(record.data)))
        sets = [item for item in records.children(db, [place.uid for place in places]) if item.entity == SITE.code]
        sets.sort(key=lambda record: fold(str(record.data.get("site_name", ""))))
        below: dict[str, list[Record]] = {}
        for item in records.children(db, [site.uid for site in sets]):
            if item.entity == NET.code:
                below.setdefault(item.parent or "", []).append(item)
        return places, sets, {uid: net_set(found) for uid, found in below.items()}

    def _dress(self, counts: dict[str, int]) -> None:
        is_places, filled = self._section == PLACES, bool(counts[self._section])
        self._new.set_text(_("Nouveau lieu") if is_places else _("Nouveau programme"))
        self._new_set.setVisible(is_places)
        self._session.setVisible(is_places)
        self._edit.setEnabled(filled)
        if is_places:
            title, sentence = _("Aucun lieu de baguage"), _("N en crée un ; ses filets viennent ensuite.")
        else:
            title = _("Aucun programme")
            sentence = _("Les thèmes du CRBPO sont là sans rien faire ; N ajoute une cible ou un programme personnel.")
        self._empty.title.setText(title)
        self._empty.sentence.setText(sentence)
        self._stack.setCurrentWidget(self._table() if filled else self._empty)
        self.nets.setVisible(is_places and filled)
        self._stand(self._current())

    def _stand(self, key: object) -> None:
        """Show beside the list the nets of the set that the cursor stands on."""
        record = self._records.get(key) if isinstance(key, str) else None
        below = self._sets_of(record)
        here = below[0] if len(below) == 1 else None
        is_bare = record is not None and self._section == PLACES and not below
        self._new_set.setEnabled(record is not None and self._section == PLACES)
        self._session.setEnabled(here is not None)
        theme.set_role(self._new_set, "primary" if is_bare else "")
        theme.set_role(self._edit, "" if is_bare else "primary")
        self.nets.show_set(here, has_sets=bool(below))

    def _sets_of(self, record: Record | None) -> list[Record]:
        """Return the net sets that the cursor stands for: the set itself, or those of the place."""
        if record is None or record.entity == SITE.code:
            return [record] if record is not None else []
        return [one for one in self._records.values() if one.entity == SITE.code and one.parent == record.uid]

    def _nets_changed(self, uid: str) -> None:
        self._show(uid)

    def _table(self) -> RecordTable:
        return self._places if self._section == PLACES else self._programmes

    def _focus(self) -> None:
        (self._table() if self._edit.isEnabled() else self._new).setFocus()

    def _current(self) -> str:
        key = self._table().current_key() if self._edit.isEnabled() else None
        return key if isinstance(key, str) else ""

    # -------------------------------------------------------------------------------------------- actions

    def _add(self) -> None:
        entity = SITES_GROUP if self._section == PLACES else PROGRAMME
        self._context.navigate("place", protocol=CODE, entity=entity.code)

    def _add_set(self) -> None:
        record = self._records.get(self._current())
        if record is not None:
            parent = record.uid if record.entity == SITES_GROUP.code else record.parent
            self._context.navigate("place", protocol=CODE, entity=SITE.code, parent=parent)

    def _begin(self) -> None:
        below = self._sets_of(self._records.get(self._current()))
        if self._section == PLACES and len(below) == 1:
            self._context.navigate("session", site=below[0].uid)

    def _edit_current(self) -> None:
        self._edit_it(self._current())

    def _edit_it(self, key: object) -> None:
        record = self._records.get(key) if isinstance(key, str) else None
        if record is not None:
            self._context.navigate("place", protocol=CODE, entity=record.entity, uid=record.uid)

    def undo_state(self) -> dict[str, Any]:
        """Return which list is shown and where the cursor stands."""
        return {"section": self._section, "uid": self._current()}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        found = [
            Action("Return", _("modifier la fiche"), self._edit_current, "edit"),
            Action("N", _("nouveau lieu") if self._section == PLACES else _("nouveau programme"), self._add, "add"),
        ]
        if self._section == PLACES:
            found += [
                Action("D", _("nouveau dispositif de filets dans le lieu"), self._add_set, "net"),
                Action("F", _("ajouter des filets au dispositif"), self.nets.focus_line, "add"),
                Action("S", _("séance à ce dispositif"), self._begin, "ring"),
            ]
        return [
            *found,
            Action("1", _("lieux et filets"), partial(self._to, PLACES), "site"),
            Action("2", _("programmes"), partial(self._to, PROGRAMMES), "programme"),
        ]


def _set_row(site: Record, nets: NetSet) -> tuple[str, ...]:
    metres = nets.metres(nets.numbers)
    return (
        _INDENT + str(site.data.get("site_name", "")),
        str(site.data.get("id_prog", "")),
        str(site.data.get("theme", "")),
        str(len(nets.numbers)) if nets.numbers else "–",
        show_number(metres) if metres is not None else "–",
    )


def _programme_row(item: Record) -> tuple[str, ...]:
    return (
        theme_words(item.data),
        str(item.data.get("label", "")),
        show_columns(item.data.get("columns", ())) or _("ordre habituel"),
    )


class NetsCard(Card):
    """The nets of one set: a line adds many at once ("1-12"), another sets what all of the listed have."""

    def __init__(self, services: Services, context: PageContext, changed: Any) -> None:
        super().__init__(_("Filets"), "net", name="nets.card")
        self._services, self._context, self._changed = services, context, changed
        self._site: Record | None = None
        self._nets: dict[str, Record] = {}
        columns = [Column(_("N°"), stretch=True), Column(_("Longueur"), number=True), Column(_("Maille"), number=True)]
        self.table = RecordTable(columns, name="nets.table")
        self.table.opened.connect(self._edit_it)
        self._none = text_label("", "secondary", wrap=True, name="nets.none")
        self.line = ParsedEdit(read_nets, show_nets, example="1-12, 15", name="nets.line")
        self.line.setPlaceholderText("1-12")
        self._length = ParsedEdit(parse_number, show_number, example="000,0", name="nets.length")
        self._mesh = ParsedEdit(parse_number, show_number, example="000,0", name="nets.mesh")
        self._fields = [
            LabeledField(_("Ajouter les filets"), self.line, key="F", on_key=self.focus_line),
            LabeledField(_("Longueur (m)"), self._length),
            LabeledField(_("Maille (mm)"), self._mesh),
        ]
        head = theme.row(*self._fields, spacing=theme.S)
        head.setStretch(0, 1)
        self._store = ActionButton(_("Ajouter"), "add", name="nets.add", on=self._add)
        self._store.show_key("Return")
        self._delete = ActionButton(_("Enlever"), "delete", role="quiet", name="nets.delete", on=self._remove)
        self._delete.show_key("Del")
        for edit in (self.line, self._length, self._mesh):
            edit.returnPressed.connect(self._add)
        self.table.installEventFilter(self)
        self.add(self._none)
        self.add(self.table, 1)
        self.add(head)
        self.add(theme.row(self._delete, 1, self._store))

    def stops(self) -> list[Any]:
        """Return what Tab stops at, in order."""
        return [self.table, self.line, self._length, self._mesh, self._delete, self._store]

    def waits_for_nets(self) -> bool:
        """Return whether a set is shown that has no net yet."""
        return self._site is not None and not self._nets

    def show_set(self, site: Record | None, *, has_sets: bool = False) -> None:
        """Show the nets of this set; without one, say what to do (`has_sets`: the place has some to choose from)."""
        self._site = site
        below = records.children(self._services.db, [site.uid]) if site else []
        nets = [record for record in below if record.entity == NET.code]
        nets.sort(key=lambda record: net_key(str(record.data.get("net", ""))))
        self._nets = {record.uid: record for record in nets}
        whole = net_set(nets)
        metres = whole.metres(whole.numbers)
        said = f"{show_number(metres)} m" if metres is not None else ""
        name = str(site.data.get("site_name", "")) if site else ""
        self.set_title(_("Filets"), " · ".join(filter(None, (name, str(len(nets)) if nets else "", said))))
        self.table.show_rows([_net_row(record) for record in nets], keys=list(self._nets))
        self.table.setVisible(bool(nets))
        self._none.setVisible(not nets)
        if site is None and has_sets:
            self._none.setText(_("Descendez sur un dispositif pour voir ses filets."))
        elif site is None:
            self._none.setText(_("Pas encore de dispositif de filets ici : D en crée un."))
        else:
            self._none.setText(_("Aucun filet : tapez leurs numéros, comme 1-12, puis Entrée."))
        for field in self._fields:
            field.setVisible(site is not None)
        for button in (self._store, self._delete):
            button.setVisible(site is not None and (button is self._store or bool(nets)))
        fields = NET.by_name
        self._length.set_value(fields["length_m"].default)
        self._mesh.set_value(fields["mesh_mm"].default)

    def focus_line(self) -> None:
        """Put the cursor where the numbers of new nets are typed."""
        if self._site is not None:
            self.line.setFocus()

    def _add(self) -> None:
        """Add the nets that were typed; those that are there already get this length and mesh."""
        site = self._site
        if site is None or not all(edit.commit() for edit in (self.line, self._length, self._mesh)):
            return
        wanted = self.line.value() or []
        if not wanted:
            self._fields[0].set_problem(_("Tapez les numéros des filets, comme 1-12."))
            self.line.setFocus()
            return
        made = {"length_m": self._length.value(), "mesh_mm": self._mesh.value()}
        there = {str(record.data.get("net")): record for record in self._nets.values()}
        found = [
            with_data(there[net], NET, {**there[net].data, **made})
            if net in there
            else make_record(CODE, NET, {"net": net, **made}, site.uid)
            for net in wanted
        ]
        label = _("filets {nets} de {site}").format(nets=show_nets(wanted), site=site.data.get("site_name", ""))
        self._services.on_saved(records.save(self._services.db, found, label).made_at)
        self.line.set_value(None)
        self._changed(site.uid)
        self.line.setFocus()

    def _edit_it(self, key: object) -> None:
        if isinstance(key, str):
            self._context.navigate("place", protocol=CODE, entity=NET.code, uid=key)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Take a net away with Delete."""
        if event.type() == event.Type.KeyPress and event.key() == Qt.Key.Key_Delete:
            self._remove()
            return True
        return False

    def _remove(self) -> None:
        key = self.table.current_key()
        net = self._nets.get(key) if isinstance(key, str) else None
        if net is None or self._site is None:
            return
        site, db = self._site.uid, self._services.db
        words, saved = delete_record(self._services, self._services.protocols[CODE], net)

        def take_back() -> None:
            self._services.on_saved(changes.undo_saved(db, saved).made_at)
            self._changed(site)

        self._changed(site)
        self.table.setFocus()
        self._context.notify(words, "undo", action=_("Annuler"), key="Ctrl+Z", on=take_back, live=False)


def _net_row(net: Record) -> tuple[str, ...]:
    length, mesh = (net.data.get(name) for name in ("length_m", "mesh_mm"))
    return (
        str(net.data.get("net", "")),
        f"{show_number(length)} m" if length is not None else "–",
        f"{show_number(mesh)} mm" if mesh is not None else "–",
    )
