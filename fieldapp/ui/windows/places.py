"""The page that makes or edits an aire, a place (pond), a person or a dataset: its fields, and what stands beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from fieldapp.core import checking
from fieldapp.core.ids import name_uid, new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Context, Entity, Kind, Problem, Severity, StudyProtocol, Values
from fieldapp.core.text import N_, _, fold, ngettext
from fieldapp.store import batches, changes, drafts, records
from fieldapp.store.records import Saved
from fieldapp.ui import rounds, theme, way_back
from fieldapp.ui.forms.links import DIRECTORY
from fieldapp.ui.forms_begun import draft_key
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Banner, text_label
from fieldapp.ui.windows.place_sheet import PlaceSheet, on_sketch

NEW = {
    "sites_group": N_("Nouvelle aire"),
    "site": N_("Nouvelle mare"),
    "person": N_("Nouvelle personne"),
    "dataset": N_("Nouveau jeu de données"),
    "recipient": N_("Nouveau destinataire"),
}
"""The title of a record that is being made, by its entity; any other has its label."""

NEW_AT_THE_NETS = {
    "sites_group": N_("Nouveau lieu de baguage"),
    "site": N_("Nouveau dispositif de filets"),
    "net": N_("Nouveau filet"),
    "programme": N_("Nouveau programme"),
    "ring_string": N_("Nouvelle série de bagues"),
    "mark": N_("Nouvelle marque"),
}
"""The same for the records of a protocol of sessions."""

RECIPIENT = "recipient"
"""The entity of the directory that is listed beside the files that leave; all others beside the settings."""

LISTS_OF_SESSIONS = {"ring_string": "ring_stock"}
"""The page that lists the records of a protocol of sessions, by their entity; all others have `ringing_places`."""


class PlacePage(PageWidget):
    """One aire or place. `open(protocol, entity, uid, parent)`: without `uid` a new one below `parent`."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._forms: dict[tuple[str, str], PlaceSheet] = {}
        self._sheet: PlaceSheet | None = None
        self._params: dict[str, Any] = {}
        self._stored: Record | None = None
        self._start: Values = {}
        self._given: Values = {}
        self._read: Values = {}
        self._uid = ""
        self._is_new = True
        self._imported = False
        self._neighbours: list[tuple[str, tuple[float, float]]] = []
        self._restored = Banner("info", "", name="place.restored")
        self._restored.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        self._body = theme.column(spacing=0)
        self._delete = ActionButton(
            _("Supprimer"), "delete", "Ctrl+Shift+Del", role="quiet", name="place.delete", on=self._remove
        )
        self._state = text_label("", "secondary", name="place.state")
        self._save = ActionButton(_("Enregistrer"), "check", "Ctrl+Return", True, name="place.save", on=self._store)
        foot = theme.row(self._delete, 1, self._state, self._save)
        box = theme.column(self._restored, self._body, foot)
        box.setStretch(1, 1)
        self.setLayout(box)

    # ------------------------------------------------------------------------------------------- opening

    def open(
        self,
        protocol: str = "",
        entity: str = "",
        uid: str = "",
        parent: str = "",
        complete: bool = False,
        given: Values | None = None,
        **params: Any,
    ) -> None:
        """Show the record, or a new one, of which `given` is known; a draft that waits is taken up again.

        `complete` marks what is missing and puts the cursor into the first such line.
        """
        self._params = {"protocol": protocol, "entity": entity, "uid": uid, "parent": parent}
        self._given = given or {}
        study = self._services.protocols[protocol]
        self.lit = "banding" if study.session is not None else "barrier" if study.board is not None else ""
        if protocol == DIRECTORY:
            self.lit = "exchanges" if entity == RECIPIENT else "settings"
        sheet = self._sheet_of(study, study.entity(entity))
        self._stored = records.get(self._services.db, uid) if uid else None
        if self._stored is not None and not parent:
            parent = self._stored.parent or ""
        above = records.get(self._services.db, parent) if parent else None
        around = self._around(study, sheet.entity, above)
        self._neighbours = _positions(sheet.entity, around.siblings)
        draft = drafts.get(self._services.db, self._key())
        self._is_new = self._stored is None
        self._uid = uid or (draft or {}).get("uid") or new_uid()
        self._load(sheet, around, draft)
        self._imported = self._stored is not None and rounds.came_by_import(self._services.db, self._uid)
        self._say_restored(draft is not None)
        self._delete.setVisible(self._can_remove())
        self._state.setText("")
        self._retitle(study, sheet.entity, above)
        self._follow()
        self._order(sheet)
        sheet.form.first().setFocus()
        if complete:
            self._to_first_missing(sheet)

    def _load(self, sheet: PlaceSheet, around: Context, draft: dict[str, Any] | None) -> None:
        """Show in the form what is stored, or what a draft holds."""
        entity = sheet.entity
        start = self._stored.data if self._stored else {**self._defaults(entity), **self._given}
        values, texts = (draft["values"], draft["texts"]) if draft else (start, {})
        parents = {**around.parents, entity.code: values} if entity.parent is None else around.parents
        sheet.form.uid = self._uid
        sheet.form.load(values, replace(around, values=values, parents=parents), texts, is_new=self._is_new)
        self._start = sheet.form.values() if not draft else start
        self._read = dict((draft or {}).get("read") or start)

    def _to_first_missing(self, sheet: PlaceSheet) -> None:
        lines = sheet.form.lacking(sheet.form.check_for_saving())
        if lines:
            lines[0].editor.setFocus()
            sheet.scroll_to(lines[0])

    def _defaults(self, entity: Entity) -> dict[str, Any]:
        start = {item.name: item.default for item in entity.fields if item.default is not None}
        who = "" if self._is_at_the_nets() else self._services.settings.who
        if who and records.get(self._services.db, who) is not None:
            start |= {item.name: who for item in entity.fields if item.kind is Kind.LINK and item.target == "person"}
        return start

    def _sheet_of(self, protocol: StudyProtocol, entity: Entity) -> PlaceSheet:
        """Return the form of this entity, made on its first use, and show it."""
        key = (protocol.code, entity.code)
        if key not in self._forms:
            sheet = PlaceSheet(self._services, protocol, entity)
            sheet.form.changed.connect(self._edited)
            sheet.form.finished.connect(self._save.setFocus)
            self._forms[key] = sheet
            self._body.addWidget(sheet, 1)
        for other, sheet in self._forms.items():
            sheet.setVisible(other == key)
        self._sheet = self._forms[key]
        return self._forms[key]

    def _around(self, study: StudyProtocol, entity: Entity, above: Record | None) -> Context:
        """Return what the checks may look at: the records above, beside and below this one."""
        db = self._services.db
        parents: dict[str, Values] = {}
        at = above
        while at is not None:
            parents[at.entity] = at.data
            at = records.get(db, at.parent) if at.parent else None
        beside = records.children(db, [above.uid]) if above else records.roots(db, study.code, entity.code)
        own = self._params["uid"]
        siblings = [record.data for record in beside if record.entity == entity.code and record.uid != own]
        children = [record.data for record in records.children(db, [own])] if own else []
        return Context({}, parents, siblings, children)

    def _retitle(self, study: StudyProtocol, entity: Entity, above: Record | None) -> None:
        titles = NEW if study.session is None else NEW_AT_THE_NETS
        new = _(titles.get(entity.code, entity.label))
        name = entity.title(self._stored.data) if self._stored else ""
        context = study.entity(above.entity).title(above.data) if above else _(study.label)
        self.set_title(rounds.shown(name) or new, rounds.shown(context))

    def _order(self, sheet: PlaceSheet) -> None:
        """Let Tab go as the eye does: the form, what stands beside it, the buttons."""
        stops = [*sheet.form.order(), *sheet.aside_stops(), self._delete, self._save]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _say_restored(self, restored: bool) -> None:
        self._restored.setVisible(restored)
        if restored:
            self._restored.set(
                "info",
                _("Fiche commencée, reprise là où vous l’aviez laissée."),
                action=_("Tout effacer") if self._is_new else _("Revenir à l’enregistré"),
                on=self._forget,
            )

    # -------------------------------------------------------------------------------------------- typing

    def _key(self) -> str:
        return draft_key([self._params[name] for name in ("protocol", "entity", "uid", "parent")])

    def _edited(self) -> None:
        """Keep the draft and look at the record as it stands."""
        if self._sheet is None:
            return
        form, db = self._sheet.form, self._services.db
        draft = {"uid": self._uid, "values": form.values(), "texts": form.texts(), "read": self._read}
        if draft["texts"] or draft["values"] != self._start:
            drafts.put(db, self._key(), draft)
            self._context.status.unsaved()
        elif drafts.get(db, self._key()) is not None:  # everything stands again as it is stored
            drafts.drop(db, self._key())
            if last := changes.last_saved_at(db):
                self._context.status.saved(datetime.fromisoformat(last).astimezone())
        self._state.setText("")
        self._follow()

    def _follow(self) -> None:
        """Bring the sketch, the distances and the warning about a known name in step with the form."""
        if self._sheet is None:
            return
        values = self._sheet.form.values()
        name = on_sketch(self._sheet.entity, values)
        self._sheet.show_position(self._neighbours, rounds.position(values), name)
        if self._imported and self._stored is not None and self._is_of_the_shf():
            old = self._sheet.entity.title(self._stored.data)
            changed = name != old
            words = _("La SHF connaît « {name} » : si vous changez ce nom, prévenez la SHF.").format(name=old)
            self._sheet.note_name(words if changed else "")
        elif self._sheet.name_field:
            self._sheet.note_name("")

    def _forget(self) -> None:
        """Drop the draft and show what is stored (or an empty form)."""
        drafts.drop(self._services.db, self._key())
        self.open(**self._params)

    # -------------------------------------------------------------------------------------------- saving

    def _store(self) -> None:
        """Save the record and drop its draft in one transaction; what can't be saved says so beside its field."""
        sheet, db = self._sheet, self._services.db
        if sheet is None:
            return
        unread = sheet.form.unread()
        found = sheet.form.check_for_saving()
        is_named = bool(sheet.entity.title(sheet.form.values()))
        if unread or not is_named or checking.blocks(found):
            self._stop_at(unread or [*([] if is_named else [sheet.name_field]), *_blocking(found)])
            return
        record = self._record(sheet)
        if record is None:
            return
        name = sheet.entity.title(record.data)
        label = _("{what} {name}").format(what=_(sheet.entity.label), name=name)
        with db.transaction():
            saved = records.save(db, [record], label)
            drafts.drop(db, self._key())
        self._services.on_saved(saved.made_at)
        self._start = sheet.form.values()  # leaving the page makes no draft of what was just saved
        self._go_on(sheet, record, name, found)

    def _record(self, sheet: PlaceSheet) -> Record | None:
        """Return the record to be saved; None when one that goes by its name alone is there already, and that is said.

        People and datasets have the identifier of their name, so that a file that names them means the same ones.
        """
        values = sheet.form.values()
        protocol, uid = self._params["protocol"], self._uid
        if protocol == DIRECTORY and self._is_taken(sheet.entity, values):
            sheet.note_name(_("Ce nom est déjà dans l’annuaire : ouvrez sa fiche, ou écrivez un autre nom."))
            self._stop_at([sheet.name_field])
            return None
        if self._stored is not None:
            return with_data(self._stored.read_as(self._read), sheet.entity, values)
        if protocol == DIRECTORY:
            uid = name_uid(sheet.entity.code, sheet.entity.title(values))
            known = records.get(self._services.db, uid)
            if known is not None and not known.deleted:
                uid = new_uid()  # it had this name once, and goes by another now
            elif known is not None:
                return with_data(known.restored(), sheet.entity, values)
        return make_record(protocol, sheet.entity, values, self._params["parent"] or None, uid)

    def _is_taken(self, entity: Entity, values: Values) -> bool:
        """Return whether another one of the directory has the name, accents and capitals apart."""
        name = fold(entity.title(values))
        if self._stored is not None and fold(entity.title(self._stored.data)) == name:
            return False
        others = records.roots(self._services.db, DIRECTORY, entity.code)
        return any(fold(entity.title(one.data)) == name for one in others if one.uid != self._params["uid"])

    def _stop_at(self, names: Sequence[str]) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        self._state.setText(_("pas encore enregistré : voyez les lignes marquées"))
        for name in names:
            if name:
                sheet.form.field(name).editor.setFocus()
                sheet.scroll_to(sheet.form.field(name))
                return

    def _go_on(self, sheet: PlaceSheet, record: Record, name: str, found: Sequence[Problem]) -> None:
        """Go back to where the page was opened from, or on to the round of a new aire."""
        protocol = self._params["protocol"]
        lacking = [sheet.form.name_of(line) for line in sheet.form.lacking(found)]
        words = [_("{name} : enregistré.").format(name=name)]
        if lacking:
            words.append(_("Il manque : {what}.").format(what=", ".join(lacking)))
        warned = sheet.form.words_of(found, Severity.WARNING)
        self._context.back()
        if self._is_new and self._is_group(sheet.entity):
            self._context.navigate("round", protocol=protocol, group=record.uid)
        kind = "warning" if warned else "info" if lacking else "done"
        again = {**self._params, "uid": record.uid, "parent": record.parent or "", "complete": True}
        offer: dict[str, Any] = {}
        if lacking:
            offer = {"action": _("Compléter"), "key": "C", "on": lambda: self._context.navigate("place", **again)}
        self._context.notify(" ".join((*words, *warned)), kind, **offer)

    def _is_at_the_nets(self) -> bool:
        """Return whether the record is of a protocol of sessions."""
        return self._services.protocols[self._params["protocol"]].session is not None

    def _is_of_the_shf(self) -> bool:
        """Return whether the record is of a protocol of passages, whose places are known by name elsewhere."""
        return self._services.protocols[self._params["protocol"]].form is not None

    def _is_group(self, entity: Entity) -> bool:
        """Return whether the record is an aire: what rounds are walked in."""
        form = self._services.protocols[self._params["protocol"]].form
        return form is not None and entity.code == form.round.group

    def _can_remove(self) -> bool:
        """Return whether the record may be deleted: people and datasets are named in visits, so they stay."""
        return not self._is_new and (self._params["protocol"] != DIRECTORY or self._params["entity"] == RECIPIENT)

    def _remove(self) -> None:
        """Delete the record with all below it; the way back is offered instead of a question."""
        sheet, stored = self._sheet, self._stored
        if sheet is None or stored is None:
            return
        study = self._services.protocols[self._params["protocol"]]
        if refusal := not_to_delete(self._services, study, stored):
            self._context.notify(refusal, "warning")
            return
        words, saved = delete_record(self._services, study, stored)
        drafts.drop(self._services.db, self._key())
        self._start = sheet.form.values()
        self._context.back()
        self._to_list(stored, gone=True)
        way_back.offer(self._context, saved, words, lambda: self._to_list(stored))

    def _to_list(self, stored: Record, *, gone: bool = False) -> None:
        """Go to where the record is listed; with `gone` only when the page that opened it may have been its own."""
        study = self._services.protocols[stored.protocol]
        if stored.entity == RECIPIENT:
            if not gone:
                self._context.navigate("recipients")
        elif stored.entity == "mark":
            self._context.navigate("capture", uid=stored.parent)
        elif study.session is not None:
            if not gone:
                self._context.navigate(LISTS_OF_SESSIONS.get(stored.entity, "ringing_places"))
        elif study.board is not None:
            if not gone:
                self._context.navigate("barrier_sheet", site=stored.parent or stored.uid)
        elif not gone:
            self._context.navigate("round", protocol=study.code, group=stored.parent or stored.uid)
        elif stored.parent is None:
            self._context.navigate("places")

    # --------------------------------------------------------------------------------------------- shell

    def undo_state(self) -> dict[str, Any]:
        """Return what shows this record again."""
        return dict(self._params)

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        found = [Action("Ctrl+Return", _("enregistrer"), self._store, "save")]
        if self._sheet is not None and self._sheet.sketch is not None:
            found.append(Action("F4", _("prendre la position d’ici"), self._sheet.form.ask_position, "locate"))
        if self._can_remove():
            found.append(Action("Ctrl+Shift+Del", _("supprimer"), self._remove, "delete"))
        return found


def _blocking(found: Sequence[Problem]) -> list[str]:
    return [problem.field for problem in found if problem.severity is Severity.BLOCKING]


def _positions(entity: Entity, siblings: Sequence[Values]) -> list[tuple[str, tuple[float, float]]]:
    """Return the names and positions of the places beside this one, those that have a position."""
    found = [(on_sketch(entity, values), rounds.position(values)) for values in siblings]
    return [(name, at) for name, at in found if at is not None]


def not_to_delete(services: Services, study: StudyProtocol, record: Record) -> str:
    """Return why the record can't be deleted, "" when it can: what is below it goes with it, what names it would not.

    An individual's captures are catches of mornings: they stay, and without it nobody would know whose they were. So do
    the deliveries of the register.
    """
    if record.entity == RECIPIENT:
        return _in_register(services, record)
    board = study.board
    if board is None or record.entity != board.individual:
        return ""
    links = [item.name for item in study.entity(board.observation).fields if item.target == board.individual]
    found = [records.by_field(services.db, study.code, board.observation, name, [record.uid]) for name in links]
    count = sum(map(len, found))
    if not count:
        return ""
    return ngettext(
        "{name} a encore {n} capture : il ne peut pas être supprimé. Enlevez d’abord son nom de cette capture sur le "
        "relevé du matin, ou réunissez-le avec un autre individu.",
        "{name} a encore {n} captures : il ne peut pas être supprimé. Enlevez d’abord son nom de ces captures sur les "
        "relevés du matin, ou réunissez-le avec un autre individu.",
        count,
    ).format(name=study.entity(record.entity).title(record.data), n=count)


def _in_register(services: Services, recipient: Record) -> str:
    """Return what to say of a recipient who was handed something, "" for one who never was."""
    got = [one for one in batches.deliveries(services.db) if one.data.get("recipient") == recipient.uid]
    if not got:
        return ""
    return ngettext(
        "{name} a reçu {n} envoi, inscrit au registre : sa fiche doit rester.",
        "{name} a reçu {n} envois, inscrits au registre : sa fiche doit rester.",
        len(got),
    ).format(name=recipient.data.get("name", ""), n=len(got))


def delete_record(services: Services, study: StudyProtocol, record: Record) -> tuple[str, Saved]:
    """Delete the record with all below it; return the sentence that says what went with it by kind, and what was done.

    What was done is for `changes.undo_saved`: the button that takes it back means this deletion, not the last action.
    """
    name = study.entity(record.entity).title(record.data)
    counts = Counter(below.entity for below in records.descendants(services.db, record.uid) if below.uid != record.uid)
    label = _("suppression de {name}").format(name=name)
    saved = records.delete(services.db, record.uid, label)
    services.on_saved(saved.made_at)
    kinds = [
        f"{counts[entity.code]} {_(entity.label if counts[entity.code] == 1 else entity.label_plural).lower()}"
        for entity in study.entities
        if counts[entity.code]
    ]
    if not kinds:
        return _("{name} : supprimé.").format(name=name), saved
    listed = _("{first} et {last}").format(first=", ".join(kinds[:-1]), last=kinds[-1]) if kinds[1:] else kinds[0]
    return _("{name} : supprimé, avec {what}.").format(name=name, what=listed), saved
