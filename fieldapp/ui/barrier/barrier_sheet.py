"""The page "barrier_sheet": a barrier, its buckets and its campaigns, made or changed in three short sections."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.record import Record
from fieldapp.core.schema import Context, Values
from fieldapp.core.text import N_, _
from fieldapp.protocols.pitfall_barrier import campaign as calendar
from fieldapp.protocols.pitfall_barrier.campaign import holds
from fieldapp.protocols.pitfall_barrier.schema import CODE, SITE
from fieldapp.store import records
from fieldapp.store.records import Saved
from fieldapp.ui import rounds, theme, way_back
from fieldapp.ui.barrier import barrier_read
from fieldapp.ui.barrier.barrier_cards import (
    ADD_BUCKETS_KEY,
    NEW_CAMPAIGN_KEY,
    BucketsSection,
    CampaignsSection,
    ListSection,
)
from fieldapp.ui.barrier.barrier_form import RecordEditor
from fieldapp.ui.barrier.season_read import Barrier, barriers
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, live_key
from fieldapp.ui.windows.places import delete_record

PLACE, BUCKETS, CAMPAIGNS = "place", "buckets", "campaigns"
SECTIONS = {PLACE: (N_("Barrière"), "1"), BUCKETS: (N_("Seaux"), "2"), CAMPAIGNS: (N_("Campagnes"), "3")}
"""The sections of the page with their keys."""


class BarrierSheetPage(PageWidget):
    """One barrier. `open(site, section, new)`: `new` without a barrier makes one, with one its next campaign."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._barrier: Barrier | None = None
        self._section = PLACE
        self._sections = ChipRow([], multiple=False, required=True, framed=False, name="barrier_sheet.sections")
        self._sections.changed.connect(lambda codes: self._to(codes[0]))
        self.place = RecordEditor(context, SITE, self._refuse_place, name="site")
        self.place.saved.connect(self._place_saved)
        self.buckets = BucketsSection(context)
        self.buckets.done.connect(self._after_buckets)
        self.campaigns = CampaignsSection(context)
        self.buckets.changed.connect(self._again)
        self.campaigns.changed.connect(self._again)
        self.buckets.editor.saved.connect(self._bucket_saved)
        self.campaigns.editor.saved.connect(self._campaign_saved)
        self._card = Card(name="barrier_sheet.place")
        self._card.add(self.place, 1)
        self._stack = QStackedWidget()
        for widget in (self._card, self.buckets, self.campaigns):
            self._stack.addWidget(widget)
        self._remove = ActionButton("", "delete", role="quiet", name="barrier_sheet.remove", on=self._remove_it)
        self._new = ActionButton(_("Nouvelle campagne"), "add", NEW_CAMPAIGN_KEY, on=self._new_campaign)
        self._new.setObjectName("barrier_sheet.new")
        self._save = ActionButton("", "check", "Ctrl+Return", True, name="barrier_sheet.save", on=self._store)
        for editor in (self.place, self.buckets.editor, self.campaigns.editor):
            editor.finished.connect(self._save.setFocus)
        box = theme.column(self._sections, self._stack, theme.row(self._remove, self._new, 1, self._save))
        box.setStretch(1, 1)
        self.setLayout(box)
        for section, (_label, key) in SECTIONS.items():
            live_key(self, key, partial(self._to, section))

    # ------------------------------------------------------------------------------------------- showing

    def open(self, site: str = "", section: str = "", new: bool = False, **_params: Any) -> None:
        """Show a section of a barrier; without one, or with `new` and no barrier, the form of a new barrier."""
        found = barriers(self._services.db)
        self._barrier = next((one for one in found if one.uid == site), None)
        if self._barrier is None and not new:
            self._barrier = found[0] if found else None
        self._section = section if section in SECTIONS and self._barrier is not None else PLACE
        self._show(found, new=new and self._barrier is not None)
        self._focus()

    def _show(self, found: Sequence[Barrier], *, new: bool = False) -> None:
        barrier = self._barrier
        siblings = [one.site.data for one in found if barrier is None or one.uid != barrier.uid]
        self.place.show_record(barrier.site if barrier else None, {}, None, Context({}, siblings=siblings))
        if barrier is not None:
            if self._section == BUCKETS:
                self.buckets.show_barrier(barrier)
            elif self._section == CAMPAIGNS:
                self.campaigns.show_barrier(barrier, new=new)
        self._dress()

    def _dress(self) -> None:
        """Say where the person is: titles, counts, and what the buttons do here."""
        barrier, section = self._barrier, self._section
        counts = {PLACE: ""}
        if barrier is not None:
            counts[BUCKETS] = f" · {len(calendar.buckets(barrier.undated))}"
            counts[CAMPAIGNS] = f" · {len(calendar.campaigns(barrier.undated))}"
        self._sections.set_choices(
            [(code, _(label) + counts[code], key) for code, (label, key) in SECTIONS.items() if code in counts]
        )
        self._sections.set_value([section])
        self._sections.setVisible(barrier is not None)
        self._stack.setCurrentWidget({PLACE: self._card, BUCKETS: self.buckets, CAMPAIGNS: self.campaigns}[section])
        self._say_foot(barrier, section)
        self.set_title(barrier.name if barrier else _("Nouvelle barrière"), barrier.commune if barrier else "")

    def _say_foot(self, barrier: Barrier | None, section: str) -> None:
        """Show the buttons that do something here."""
        has_buckets = section == BUCKETS and bool(self.buckets.by_uid)
        has_campaign = section == CAMPAIGNS and bool(self.campaigns.by_uid)
        is_new = barrier is None
        self._new.setVisible(section == CAMPAIGNS and has_campaign)
        self._save.setVisible(section != BUCKETS or has_buckets)
        self._save.set_text({PLACE: _("Enregistrer"), BUCKETS: _("Enregistrer le seau"),
                             CAMPAIGNS: _("Enregistrer la campagne")}[section])  # fmt: skip
        can_go = (
            barrier is not None and section == PLACE and not barrier_read.has_checks(self._services.db, barrier.uid)
        )
        self._remove.setVisible(can_go or has_buckets or has_campaign)
        self._remove.set_text(_("Enlever le seau") if section == BUCKETS else _("Supprimer"))
        if section == PLACE:
            self._remove.set_key("Ctrl+Shift+Del")
        else:
            self._remove.show_key("Del")
        if is_new:
            self._save.set_text(_("Enregistrer, puis les seaux"))

    def _focus(self) -> None:
        if self._section == BUCKETS:
            (self.buckets.table if self.buckets.by_uid else self.buckets.line).setFocus()
        elif self._section == CAMPAIGNS and self.campaigns.editor.stored is not None:
            self.campaigns.table.setFocus()
        elif self._section == CAMPAIGNS:
            self.campaigns.editor.begin()
        else:
            self.place.begin()

    def _to(self, section: str) -> None:
        if self._barrier is not None:
            self._section = section
            self._show(barriers(self._services.db))
            self._focus()

    def _again(self) -> None:
        """Read the barrier anew after something changed, and stay where the person is."""
        found = barriers(self._services.db)
        uid = self._barrier.uid if self._barrier else ""
        self._barrier = next((one for one in found if one.uid == uid), None)
        self._show(found)

    # -------------------------------------------------------------------------------------------- saving

    def _store(self) -> None:
        """Save the form that is shown."""
        {PLACE: self.place, BUCKETS: self.buckets.editor, CAMPAIGNS: self.campaigns.editor}[self._section].save()

    def _refuse_place(self, _stored: Record | None, _values: Values) -> tuple[str, str] | None:
        return None

    def _place_saved(self, record: Record, _done: Saved, is_new: bool, warned: Sequence[str]) -> None:
        """Go on with the buckets of a new barrier; stay on one that is known."""
        name = str(record.data.get("site_name", ""))
        self._context.notify(" ".join((_("{name} : enregistré.").format(name=name), *warned)), _kind(warned))
        found = barriers(self._services.db)
        self._barrier = next(one for one in found if one.uid == record.uid)
        self._section = BUCKETS if is_new else PLACE
        self._show(found)
        if is_new:
            self.buckets.line.setFocus()
        else:
            self._save.setFocus()

    def _bucket_saved(self, record: Record, _done: Saved, _is_new: bool, warned: Sequence[str]) -> None:
        words = _("Seau {number} : enregistré.").format(number=record.data.get("bucket", ""))
        self._context.notify(" ".join((words, *warned)), _kind(warned))
        self._again()
        self.buckets.table.select_key(record.uid)
        self.buckets.table.setFocus()

    def _after_buckets(self) -> None:
        """Go on from the buckets: to the first campaign, or back to the season where there is one."""
        if self._barrier is not None and not self._barrier.campaigns:
            self._to(CAMPAIGNS)
        elif self._barrier is not None:
            self._context.navigate("barrier", site=self._barrier.uid)

    def _campaign_saved(self, record: Record, _done: Saved, is_new: bool, warned: Sequence[str]) -> None:
        """Go on to the first morning where a new campaign holds today, else to its season."""
        words = _("Campagne {year} : enregistrée.").format(year=str(record.data.get("opened_on", ""))[:4])
        self._again()
        today = rounds.today().isoformat()
        uid = record.parent or ""
        if not is_new:
            self.campaigns.table.select_key(record.uid)
            self.campaigns.table.setFocus()
        elif holds(record.data, today):
            self._context.navigate("morning", site=uid, on=today)
        else:
            self._context.navigate("barrier", site=uid, campaign=record.uid)
        self._context.notify(" ".join((words, *warned)), _kind(warned))

    def _new_campaign(self) -> None:
        if self._barrier is not None:
            if self._section != CAMPAIGNS:
                self._to(CAMPAIGNS)
            self.campaigns.begin_new()

    # ------------------------------------------------------------------------------------------ removing

    def _list(self) -> ListSection | None:
        if self._section == BUCKETS:
            return self.buckets
        return self.campaigns if self._section == CAMPAIGNS else None

    def _remove_it(self) -> None:
        """Take away what the page stands on: the bucket, the campaign, or a barrier that has no check yet."""
        section = self._list()
        if section is not None:
            section.remove()
            return
        barrier = self._barrier
        if barrier is None or barrier_read.has_checks(self._services.db, barrier.uid):
            return
        words, saved = delete_record(self._services, self._services.protocols[CODE], barrier.site)
        self.place.drop()
        self._context.navigate("barrier")
        way_back.offer(self._context, saved, words, lambda: self._context.navigate("barrier", site=barrier.uid))

    # ---------------------------------------------------------------------------------------------- page

    def leaving(self) -> None:
        """Give up what is counted for this page alone."""
        self.buckets.leaving()

    def undo_state(self) -> dict[str, Any]:
        """Return the barrier and the section shown."""
        if self._barrier is None or records.get(self._services.db, self._barrier.uid) is None:
            return {"new": True}
        return {"site": self._barrier.uid, "section": self._section}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        found = [Action("Ctrl+Return", self._save.text().lower(), self._store, "save")]
        if self._section == PLACE:
            found.append(Action("F4", _("prendre la position d’ici"), self.place.form.ask_position, "locate"))
        if self._section == BUCKETS:
            found.append(Action(ADD_BUCKETS_KEY, _("ajouter des seaux"), self.buckets.line.setFocus, "add"))
        if self._section == CAMPAIGNS:
            found.append(Action(NEW_CAMPAIGN_KEY, _("nouvelle campagne"), self._new_campaign, "add"))
        if not self._remove.isHidden():
            found.append(Action(self._remove.key, self._remove.text().lower(), self._remove_it, "delete"))
        if self._barrier is not None:
            found += [Action(key, _(label).lower(), partial(self._to, code)) for code, (label, key) in SECTIONS.items()]
        return found


def _kind(warned: Sequence[str]) -> str:
    return "warning" if warned else "done"
