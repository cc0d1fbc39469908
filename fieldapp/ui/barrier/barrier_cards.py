"""The sections of a barrier's sheet: its buckets, its campaigns; a list, and the form of the line under the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core.parse import show_number
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier import campaign as calendar
from fieldapp.protocols.pitfall_barrier.schema import BUCKET, CAMPAIGN, CODE, OUTSIDE
from fieldapp.store import records
from fieldapp.ui import rounds, theme, way_back
from fieldapp.ui.background import Latest
from fieldapp.ui.barrier import barrier_read
from fieldapp.ui.barrier.barrier_form import RecordEditor, around
from fieldapp.ui.barrier.barrier_read import Use
from fieldapp.ui.barrier.bucket_numbers import Wanted, read_buckets, show_buckets
from fieldapp.ui.barrier.season_read import Barrier
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, LabeledField, ParsedEdit, text_label
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.windows.places import delete_record
from fieldapp.ui.wording import ABSENT, Words, day_words

ADD_BUCKETS_KEY, NEW_CAMPAIGN_KEY = "F2", "F3"
"""Keys that work while the cursor is in a field, where a letter would be typed."""


class ListSection(QWidget):
    """A list beside the form of one of its records. `changed` says that something was saved or taken away."""

    changed = Signal()

    def __init__(self, context: PageContext, table: RecordTable, editor: RecordEditor) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._barrier: Barrier | None = None
        self.table, self.editor = table, editor
        self.by_uid: dict[str, Record] = {}
        table.current_changed.connect(self._stand)
        table.opened.connect(lambda _key: editor.begin())
        table.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the line under the cursor away with Delete."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            self.remove()
            return True
        return False

    def current(self) -> Record | None:
        """Return the record under the cursor."""
        key = self.table.current_key()
        return self.by_uid.get(key) if isinstance(key, str) else None

    def _stand(self, key: object) -> None:
        raise NotImplementedError

    def remove(self) -> None:
        """Take the record under the cursor away, where nothing hangs on it."""
        raise NotImplementedError

    def _delete(self, record: Record) -> None:
        words, saved = delete_record(self._services, self._services.protocols[CODE], record)
        self.changed.emit()
        self.table.setFocus()
        way_back.offer(self._context, saved, words, self.changed.emit)

    def _parents(self) -> Mapping[str, Values]:
        return {"site": self._barrier.site.data} if self._barrier is not None else {}


class BucketsSection(ListSection):
    """The buckets: a line makes many at once, the form beside edits one. `done` is Enter in the empty line."""

    done = Signal()

    def __init__(self, context: PageContext) -> None:
        columns = [Column(_("Seau"), strong=True, chars=5), Column(_("Côté"), stretch=True)]
        columns += [Column(_("Position"), number=True), Column(_("En place"), chars=14)]
        columns.append(Column(_("Prises"), number=True))
        table = RecordTable(columns, name="buckets.table")
        ColumnFit(table, (3, 2))
        editor = RecordEditor(context, BUCKET, self._refuse, name="bucket")
        super().__init__(context, table, editor)
        self._use: Mapping[str, Use] | None = None
        self._uses = Latest(context.background)
        self.line = ParsedEdit(self._read, lambda wanted: show_buckets(wanted.numbers), name="buckets.line")
        self.line.setPlaceholderText(_("12 seaux extérieurs"))
        self.line.textEdited.connect(self._preview)
        self.line.returnPressed.connect(self._add)
        self._side = ChipRow(
            [(choice.code, _(choice.short or choice.label)) for choice in BUCKET.by_name["side"].choices],
            multiple=False, required=True, framed=False, name="buckets.side",
        )  # fmt: skip
        self._side.set_value([OUTSIDE])
        self._side.changed.connect(lambda _codes: self._preview())
        self._field = LabeledField(_("Ajouter des seaux"), self.line, key=ADD_BUCKETS_KEY, on_key=self.line.setFocus)
        self._add_button = ActionButton(_("Ajouter"), "add", name="buckets.add", on=self._add)
        self._add_button.show_key("Return")
        self._said = text_label("", "secondary", wrap=True, name="buckets.said")
        self._none = text_label(
            _("Pas encore de seau : tapez combien il y en a, puis Entrée."), "secondary", wrap=True, name="buckets.none"
        )
        self._lay_out()

    def _lay_out(self) -> None:
        head = theme.row(self._field, LabeledField(_("Côté"), self._side), self._add_button, spacing=theme.M)
        head.setStretch(0, 1)
        head.setAlignment(self._add_button, Qt.AlignmentFlag.AlignBottom)
        left = Card(name="buckets.card")
        top = QWidget()
        top.setLayout(head)
        top.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        left.add(top)
        left.add(self._said)
        left.add(self._none)
        left.add(self.table, 1)
        left.body.addStretch(0)
        self._beside = Card(_("Seau"), name="buckets.beside")
        self._beside.add(self.editor, 1)
        box = theme.row(left, self._beside)
        box.setStretch(0, 3)
        box.setStretch(1, 2)
        self.setLayout(box)

    def show_barrier(self, barrier: Barrier) -> None:
        """Show the buckets of a barrier; what was caught in them is counted in the background."""
        is_other = self._barrier is None or self._barrier.uid != barrier.uid
        self._barrier = barrier
        if is_other:
            self._use = None
        found = calendar.buckets(barrier.undated)
        self.by_uid = {one.uid: one for one in found}
        self._fill()
        self.table.setVisible(bool(found))
        self._none.setVisible(not found)
        self._beside.setVisible(bool(found))
        self._count(barrier)
        self._preview()

    def numbers(self) -> list[str]:
        """Return the numbers of the buckets that are there."""
        return [str(one.data.get("bucket", "")) for one in self.by_uid.values()]

    def _fill(self) -> None:
        rows = [_bucket_row(one, self._use) for one in self.by_uid.values()]
        self.table.show_rows(rows, keys=list(self.by_uid))

    def _count(self, barrier: Barrier) -> None:
        def done(found: dict[str, Use]) -> None:
            self._use = found
            self._fill()

        self._uses.run(barrier_read.bucket_use, self._services.open_own, barrier.uid, done=done)

    def leaving(self) -> None:
        """Count no more: the page is left, and counts anew when it opens."""
        self._uses.drop()

    def _stand(self, key: object) -> None:
        record = self.by_uid.get(key) if isinstance(key, str) else None
        shown = self.editor.stored
        if record is None or self._barrier is None or (shown == record and shown is not None):
            return
        self._beside.set_title(_("Seau {number}").format(number=record.data.get("bucket", "")))
        beside = around(self._barrier.undated, BUCKET, record.uid, self._parents())
        self.editor.show_record(record, {}, self._barrier.uid, beside)

    def _refuse(self, stored: Record | None, values: Values) -> tuple[str, str] | None:
        return barrier_read.refused_bucket(stored, values, self._use)

    # -------------------------------------------------------------------------------------------- adding

    def _read(self, text: str) -> Wanted:
        return read_buckets(text, self.numbers())

    def _wanted_side(self, wanted: Wanted) -> str:
        return wanted.side or next(iter(self._side.value()), OUTSIDE)

    def _preview(self, *_typed: object) -> None:
        """Say beside the line what Enter will do."""
        try:
            wanted = self._read(self.line.text()) if self.line.text().strip() else None
        except ValueError:
            return
        words = ""
        if wanted is not None and wanted.numbers:
            side = BUCKET.by_name["side"].choice(self._wanted_side(wanted))
            words = ngettext("Entrée ajoute le seau {numbers}, {side}.", "Entrée ajoute les seaux {numbers}, {side}.",
                             len(wanted.numbers)).format(
                numbers=show_buckets(wanted.numbers), side=_(side.label).lower() if side else "")  # fmt: skip
        elif wanted is None and self.by_uid:
            words = _("Entrée dans la ligne vide : à la campagne.")
        self._said.setText(words)
        self._said.setVisible(bool(words))

    def _add(self) -> None:
        """Make the buckets that were typed; an empty line goes on."""
        if self._barrier is None or not self.line.commit():
            self.line.setFocus()
            return
        wanted: Wanted | None = self.line.value()
        if wanted is None:
            if self.by_uid:
                self.done.emit()
            else:
                self._field.set_problem(_("Dites combien de seaux il y a, comme 12."))
            return
        if not wanted.numbers:
            self._field.set_problem(_("Ces seaux sont déjà là."))
            return
        side = self._wanted_side(wanted)
        made = [make_record(CODE, BUCKET, {"bucket": n, "side": side}, self._barrier.uid) for n in wanted.numbers]
        label = _("seaux {numbers} de {name}").format(numbers=show_buckets(wanted.numbers), name=self._barrier.name)
        self._services.on_saved(records.save(self._services.db, made, label).made_at)
        self.line.set_value(None)
        self.changed.emit()
        self.line.setFocus()

    def remove(self) -> None:
        """Take the bucket away; one with catches stays, and it is said what to do."""
        record = self.current()
        if record is None:
            return
        number = str(record.data.get("bucket", ""))
        known = self._use.get(number) if self._use is not None else None
        if self._use is None:
            self._context.notify(_("Un instant : les prises de ce seau sont encore en lecture."), "info")
        elif known is not None:
            words = ngettext(
                "Le seau {number} a {n} prise : donnez-lui plutôt un dernier jour (« jusqu’au »).",
                "Le seau {number} a {n} prises : donnez-lui plutôt un dernier jour (« jusqu’au »).",
                known.catches,
            ).format(number=number, n=known.catches)
            self._context.notify(words, "warning")
            self.editor.form.field("until_on").editor.setFocus()
        else:
            self._delete(record)


def _bucket_row(bucket: Record, use: Mapping[str, Use] | None) -> tuple[str, ...]:
    values = bucket.data
    side = BUCKET.by_name["side"].choice(str(values.get("side", "")))
    number = str(values.get("bucket", ""))
    count = use.get(number) if use is not None else None
    return (
        number,
        _(side.label) if side else ABSENT,
        f"{show_number(values['position_m'])} m" if "position_m" in values else ABSENT,
        _in_place_words(values),
        "…" if use is None else str(count.catches) if count else "0",
    )


def _in_place_words(values: Values) -> str:
    first, last = values.get("from_on"), values.get("until_on")
    if first and last:
        return f"{day_words(first)} – {day_words(last)}"
    if first:
        return _("depuis le {day}").format(day=day_words(first))
    return _("jusqu’au {day}").format(day=day_words(last)) if last else _("toujours")


class CampaignsSection(ListSection):
    """The campaigns, newest first, and the form of one; a new one begins with the days of the last, a year on."""

    def __init__(self, context: PageContext) -> None:
        columns = [Column(_("Campagne"), strong=True), Column(_("Premier matin")), Column(_("Dernier matin"))]
        columns += [Column(_("Matins"), number=True), Column(_("Responsable"), stretch=True)]
        table = RecordTable(columns, name="campaigns.table")
        ColumnFit(table, (3, 4))
        editor = RecordEditor(context, CAMPAIGN, self._refuse, name="campaign")
        super().__init__(context, table, editor)
        self._words = Words(self._services.db, {})
        self._none = text_label(
            _("Pas encore de campagne : ses deux dates suffisent."), "secondary", wrap=True, name="campaigns.none"
        )
        left = Card(name="campaigns.card")
        left.add(self._none)
        left.add(self.table, 1)
        self._left = left
        self._beside = Card(_("Campagne"), name="campaigns.beside")
        self._beside.add(self.editor, 1)
        box = theme.row(left, self._beside)
        box.setStretch(0, 3)
        box.setStretch(1, 2)
        self.setLayout(box)

    def show_barrier(self, barrier: Barrier, *, new: bool = False) -> None:
        """Show the campaigns of a barrier; with `new`, or where there is none, the form of the next one."""
        self._barrier = barrier
        found = list(reversed(calendar.campaigns(barrier.undated)))
        self.by_uid = {one.uid: one for one in found}
        self.table.show_rows([self._row(one) for one in found], keys=list(self.by_uid))
        self.table.setVisible(bool(found))
        self._none.setVisible(not found)
        self._left.setVisible(bool(found))
        if new or not found:
            self.begin_new()
        else:
            self._stand(self.table.current_key())

    def begin_new(self) -> None:
        """Show the form of the next campaign, its days and its leader proposed."""
        if self._barrier is None:
            return
        who = self._services.settings.who
        known = who if who and records.get(self._services.db, who) is not None else ""
        start = barrier_read.proposed_campaign(self._barrier.campaigns, rounds.today(), known)
        self._beside.set_title(_("Nouvelle campagne"))
        beside = around(self._barrier.undated, CAMPAIGN, "", self._parents())
        self.editor.show_record(None, start, self._barrier.uid, beside)
        self.editor.begin()

    def _stand(self, key: object) -> None:
        record = self.by_uid.get(key) if isinstance(key, str) else None
        if record is None or self._barrier is None or self.editor.stored == record:
            return
        self._beside.set_title(_("Campagne {year}").format(year=CAMPAIGN.title(record.data)))
        beside = around(self._barrier.undated, CAMPAIGN, record.uid, self._parents())
        self.editor.show_record(record, {}, self._barrier.uid, beside)

    def _days(self, record: Record) -> list[str]:
        first, last = record.data.get("opened_on"), record.data.get("closed_on")
        if not first or not last or self._barrier is None:
            return []
        return barrier_read.check_days(self._services.db, self._barrier.uid, first, last)

    def _others(self, uid: str) -> Sequence[Values]:
        return [one.data for one in self.by_uid.values() if one.uid != uid]

    def _refuse(self, stored: Record | None, values: Values) -> tuple[str, str] | None:
        """Refuse days that leave out a check that the campaign has held: which ones is said."""
        if stored is None:
            return None
        lost = barrier_read.left_out(self._days(stored), values, self._others(stored.uid))
        if not lost:
            return None
        is_early = lost[0] < str(values.get("opened_on", ""))
        return ("opened_on" if is_early else "closed_on"), barrier_read.left_out_words(lost)

    def remove(self) -> None:
        """Take the campaign away; one with checks stays."""
        record = self.current()
        if record is None:
            return
        lost = barrier_read.left_out(self._days(record), None, self._others(record.uid))
        if lost:
            self._context.notify(barrier_read.left_out_words(lost), "warning")
        else:
            self._delete(record)

    def _row(self, record: Record) -> tuple[str, ...]:
        first, last = record.data.get("opened_on"), record.data.get("closed_on")
        count = sum(1 for _day in calendar.days_between(first, last)) if first and last else 0
        leader = record.data.get("leader")
        return (
            CAMPAIGN.title(record.data),
            day_words(first) or ABSENT,
            day_words(last) or ABSENT,
            str(count or ABSENT),
            self._words.name(leader) if leader else ABSENT,
        )
