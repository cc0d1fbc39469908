"""One visit while it is entered: its records, what is typed and not saved yet, and what is to be said. No Qt.

Everything that is read whole is saved at once; what is being typed, and values that can never be right, wait in the
draft, which is written at every keystroke and goes in the transaction of the save that makes it needless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from fieldapp.core import checking
from fieldapp.core.errors import FieldappError
from fieldapp.core.forms import Form, HeaderField, LinkedQuestion, QuickKey, SheetForm, Start
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Context, Entity, Field, Problem, Severity, StudyProtocol, Taxon, Values
from fieldapp.core.text import _, ngettext
from fieldapp.store import drafts, records, taxa
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.forms import said
from fieldapp.ui.forms.past import Past, sheet_of
from fieldapp.ui.forms.stray import stray_draft
from fieldapp.ui.forms.waiting import OTHER_YEAR, Entry, Finding

SHOWN_SUGGESTIONS = 6
"""Rows of a list of suggestions that are worth reading at night (a choice of the program)."""


class SheetSession:
    """The visit of a sheet. `open_session` makes one; every method that changes records saves them at once."""

    def __init__(
        self,
        db: Database,
        protocol: StudyProtocol,
        known: Mapping[int, Taxon],
        past: Past,
        visit: Record,
        today: date,
        year: int,
    ) -> None:
        self.db, self.protocol, self.past, self.today, self.year = db, protocol, past, today, year
        self.sheet: SheetForm = sheet_of(protocol)
        self.visit_entity: Entity = protocol.entity(self.sheet.visit)
        self.line_entity: Entity = protocol.entity(self.sheet.observation)
        self.taxa: dict[int, Taxon] = dict(known)
        self.visit = visit
        self.is_stored = False
        self.lines: list[Record] = []
        self.texts: dict[str, str] = {}
        self.held: dict[str, Any] = {}
        self.entries: dict[str, Entry] = {}
        self.saved_at = ""
        self.dropped: tuple[str, dict[str, Any]] = ("", {})
        self._start: Values = visit.data
        self.blank: Values = visit.data
        self._aside: dict[str, Any] = {}
        self._before: Values = {}
        self._stamped: dict[str, Any] = {}
        self._has_draft = False
        self.passage_chosen = True
        """Whether the number of the passage is the person's or the round's: then the date does not change it."""

    # ------------------------------------------------------------------------------------------ what is shown

    @property
    def form(self) -> Form:
        """The form of a protocol that is walked in rounds."""
        if self.protocol.form is None:
            raise LookupError(self.protocol.code)
        return self.protocol.form

    @property
    def passage(self) -> int:
        """The number of the passage."""
        return self.form.round.passage_of(self.visit.data)

    @property
    def site_name(self) -> str:
        """The name of the place."""
        return rounds.shown(self.protocol.entity(self.form.round.site).title(self.past.site.data))

    @property
    def group_name(self) -> str:
        """The name of the aire, "" where there is none."""
        group = self.past.group
        return rounds.shown(self.protocol.entity(self.form.round.group).title(group.data)) if group else ""

    @property
    def local_fields(self) -> frozenset[str]:
        """The optional fields that the aire has switched on."""
        return frozenset(self.past.group.data.get("local_fields", ()) if self.past.group else ())

    def is_on_form(self, item: Field) -> bool:
        """Return whether the sheet asks for the field now."""
        if item.hidden or (item.optional and item.name not in self.local_fields):
            return False
        return item.is_relevant(self.visit.data)

    def details(self) -> list[HeaderField]:
        """Return the fields of the details: those of the form, then the optional ones of the visit."""
        named = {header.name for header in (*self.sheet.header, *self.sheet.second, *self.sheet.details)}
        local = [
            HeaderField(item.name) for item in self.visit_entity.fields if item.optional and item.name not in named
        ]
        return [
            header
            for header in (*self.sheet.details, *local)
            if self.is_on_form(self.visit_entity.by_name[header.name])
        ]

    def value(self, name: str) -> Any:
        """Return the value of a field of the visit as it is to be shown, one that may not be stored included."""
        return self.held.get(name, self.visit.data.get(name))

    def quick_on(self) -> QuickKey | None:
        """Return the quick key that is on."""
        lines = [line.data for line in self.lines]
        return next((quick for quick in self.sheet.quick if quick.is_on(self.visit.data, lines)), None)

    def sightings(self) -> list[Record]:
        """Return the lines that say that something was seen."""
        return [line for line in self.lines if self.sheet.is_sighting(line.data)]

    def seen_here(self) -> list[tuple[Taxon, int]]:
        """Return the taxa seen here before with the last year, the latest first; each name once."""
        found = [(self.taxa[cd], year) for cd, year in self.past.seen.items() if cd in self.taxa]
        return sorted(found, key=lambda item: (-item[1], item[0].regional_rank or 99, item[0].nom_vern))

    def suggestions(self, text: str) -> list[Taxon]:
        """Return the taxa that fit the letters: the protocol's own first, then any other; at most a list that fits."""
        found = list(self.sheet.suggest(text, self.taxa, self.past.seen))
        if text.strip() and len(found) < SHOWN_SUGGESTIONS:
            known = {taxon.cd_nom for taxon in found}
            found += [taxon for taxon in self.search(text, 12) if taxon.cd_nom not in known]
        return found[:SHOWN_SUGGESTIONS]

    def search(self, text: str, limit: int) -> list[Taxon]:
        """Return the taxa of all lists that fit the letters, each once; "rouge-g" stands for "rougeg" as well."""
        spellings = dict.fromkeys((text, text.replace("-", "")))
        rows = [taxa.search(self.db, letters, limit=limit, preferred=self.protocol.code) for letters in spellings]
        return list({taxon.cd_nom: taxon for found in rows for taxon in found}.values())

    # --------------------------------------------------------------------------------------------- problems

    def findings(self) -> list[Finding]:
        """Return what is to be said about the visit and its lines as they stand, held values included."""
        data = {**self.visit.data, **self.held}
        found = [Finding(problem, self.words(problem, self.visit_entity)) for problem in self._visit_problems(data)]
        found = [*self._other_year(data), *found]
        for line in self.lines:
            for problem in checking.unconfirmed(self._line_problems(line.uid, line.data), line.data):
                found.append(Finding(problem, self.words(problem, self.line_entity), line.uid))
        return found

    def _other_year(self, data: Values) -> list[Finding]:
        """Warn of a date that lies in another year than the one that was asked for."""
        name = self.visit_entity.date_field
        year = str(data.get(name, ""))[:4] if name else ""
        problem = Problem(name or "", OTHER_YEAR, Severity.WARNING)
        if not year or year == str(self.year) or not checking.unconfirmed([problem], data):
            return []
        words = _("La date est de {year}, la tournée de {asked} : vérifiez l’année.")
        return [Finding(problem, words.format(year=year, asked=self.year))]

    def entry_problems(self, entry: Entry) -> list[Finding]:
        """Return what is to be said about the line that is being typed."""
        found = self._line_problems(entry.uid, entry.values)
        return [Finding(problem, self.words(problem, self.line_entity), entry.uid) for problem in found]

    def words(self, problem: Problem, entity: Entity) -> str:
        """Return the sentence for a problem."""
        return checking.words(problem, self.protocol, entity)

    def missing(self, found: Iterable[Finding]) -> list[str]:
        """Return in a few words each what the visit still lacks."""
        words: dict[str, None] = {}
        for item in found:
            if item.problem.severity is Severity.INCOMPLETE:
                short = self._short(item)
                words[f"{short} ({self.line_name(item.line)})" if item.line else short] = None
        return list(words)

    def _short(self, finding: Finding) -> str:
        """Return what is missing in a few words: the field's name, else the first sentence."""
        for asked in self.sheet.questions:
            if asked.code == finding.problem.code:
                return _(asked.short)
        if finding.problem.code in self.sheet.short:
            return _(self.sheet.short[finding.problem.code])
        entity = self.visit_entity if finding.line is None else self.line_entity
        item = entity.by_name.get(finding.problem.field) if finding.problem.code == "missing" else None
        if item is not None:
            return _(item.label).lower()
        first = re.split(r"(?<=[.?!]) ", finding.words, maxsplit=1)[0].rstrip(".")
        return first[:1].lower() + first[1:]

    def line_name(self, uid: str | None) -> str:
        """Return the French name of the species of a line."""
        line = next((line for line in self.lines if line.uid == uid), None)
        taxon = self.taxa.get(line.cd_nom or 0) if line else None
        return (taxon.nom_vern or taxon.lb_nom) if taxon else ""

    def _visit_problems(self, data: Values, lines: Sequence[Values] | None = None) -> list[Problem]:
        children = [line.data for line in self.lines] if lines is None else lines
        context = Context(
            data, self.past.parents(), self.past.siblings(self.visit.uid), children, self.today, self.taxa,
            self.past.links, self.past.seen,
        )  # fmt: skip
        return checking.unconfirmed(checking.problems(self.protocol, self.visit_entity, context), data)

    def _line_problems(self, uid: str, data: Values) -> list[Problem]:
        parents = {**self.past.parents(), self.sheet.visit: self.visit.data}
        siblings = [line.data for line in self.lines if line.uid != uid]
        context = Context(data, parents, siblings, (), self.today, self.taxa, self.past.links, self.past.seen)
        return checking.problems(self.protocol, self.line_entity, context)

    # ------------------------------------------------------------------------------------------------ typing

    def typed(self, name: str, text: str) -> None:
        """Keep the raw text of a field of the head; called at every keystroke."""
        self.texts[name] = text
        self.keep()

    def keep(self) -> None:
        """Write the draft, or drop it when nothing waits any more."""
        if self.waits():
            drafts.put(self.db, self.draft_key, self._draft())
            self._has_draft = True
        elif self._has_draft:
            drafts.drop(self.db, self.draft_key)
            self._has_draft = False

    def waits(self) -> bool:
        """Return whether something typed is not saved."""
        changed = not self.is_stored and self.visit.data != self._start
        return bool(changed or self.texts or self.held or any(self.is_begun(entry) for entry in self.entries.values()))

    def is_begun(self, entry: Entry) -> bool:
        """Return whether a line holds something that is not saved."""
        stored = next((line for line in self.lines if line.uid == entry.uid), None)
        base = stored.data if stored else self.sheet.new_observation
        return bool(any(entry.texts.values()) or (stored and entry.texts) or entry.values != base)

    def new_entry(self) -> Entry:
        """Return the new line that was begun, else an empty one."""
        stored = {line.uid for line in self.lines}
        for entry in self.entries.values():
            if entry.uid not in stored:
                return entry
        entry = Entry(new_uid(), dict(self.sheet.new_observation))
        self.entries[entry.uid] = entry
        return entry

    def edit_entry(self, uid: str) -> Entry:
        """Return the line that is stored under this uid, to be changed."""
        line = next(line for line in self.lines if line.uid == uid)
        return self.entries.setdefault(uid, Entry(uid, dict(line.data), read=dict(line.data)))

    def forget_entry(self, uid: str) -> None:
        """Let a line go that is not begun any more."""
        self.entries.pop(uid, None)

    @property
    def draft_key(self) -> str:
        """The key of the draft: by visit, for a visit not saved yet by year and passage."""
        if self.is_stored:
            return self._key(self.visit.uid)
        year = (self.visit.on_date or str(self.year))[:4]
        return self._key(f"{year}{self.passage:02}")

    def _key(self, last: str) -> str:
        return f"{rounds.SHEET_DRAFT}:{self.protocol.code}:{self.past.site.uid}:{last}"

    def _draft(self) -> dict[str, Any]:
        waiting = [entry for entry in self.entries.values() if self.is_begun(entry)]
        return {
            "uid": self.visit.uid,
            "year": int((self.visit.on_date or str(self.year))[:4]),
            "passage": self.passage,
            "passage_chosen": self.passage_chosen,
            "visit": {} if self.is_stored else self.visit.data,
            "texts": self.texts,
            "held": self.held,
            "lines": [
                {"uid": e.uid, "values": e.values, "texts": e.texts, "at": e.at, "read": e.read} for e in waiting
            ],
        }

    def restore(self) -> bool:
        """Take up the draft of this visit; return whether there was one."""
        key, found = self.draft_key, drafts.get(self.db, self.draft_key)
        if not found:
            year = int((self.visit.on_date or str(self.year))[:4])
            key, found = stray_draft(self.db, self._key(""), (year, self.passage), is_stored=self.is_stored)
        if not found:
            return False
        self._take_up(found)
        if key != self.draft_key:
            with self.db.transaction():
                drafts.drop(self.db, key)
                self.keep()
        return True

    def _take_up(self, found: Mapping[str, Any]) -> None:
        """Take up what a draft holds."""
        self._has_draft = True
        if not self.is_stored and found["visit"]:
            self.visit = make_record(
                self.protocol.code, self.visit_entity, found["visit"], self.past.parent, found["uid"]
            )
            self.passage_chosen = bool(found.get("passage_chosen", self.passage_chosen))
        self.texts, self.held = dict(found["texts"]), dict(found["held"])
        self.entries = {item["uid"]: Entry(**item) for item in found["lines"]}
        self.know(entry.values.get(self.sheet.taxon_field) for entry in self.entries.values())

    def know(self, cds: Iterable[int | None]) -> None:
        """Look up the taxa that the protocol's list does not hold."""
        unknown = [cd for cd in cds if cd is not None and cd not in self.taxa]
        if unknown:
            self.taxa.update(taxa.by_cd_nom(self.db, unknown))

    # ------------------------------------------------------------------------------------------------ saving

    def set_head(self, name: str, value: Any) -> bool:
        """Give a field of the visit its value and save; False when it can never be right and waits in the draft."""
        self.texts.pop(name, None)
        wanted: dict[str, Any] = {name: value}
        day = self.visit_entity.date_field
        if name == self.sheet.passage_field:
            self.passage_chosen = True
        elif name == day and value and not self.passage_chosen and self.sheet.passage_field:
            visits = [visit.data for visit in self.past.visits if visit.uid != self.visit.uid]
            start = Start(self.past.site.data, visits, self.year, date.fromisoformat(value))
            wanted[self.sheet.passage_field] = self.sheet.new_visit(start).get(self.sheet.passage_field)
        return self.set_fields(wanted)

    def set_fields(self, values: Mapping[str, Any]) -> bool:
        """Give fields of the visit their values and save; False when one can never be right and waits in the draft."""
        wanted = {**self.held, **values}
        day = self.visit_entity.date_field
        if day and self._merged(wanted).get(day) is None:
            return self._without_day(values)
        was_wrong = {problem.code for problem in self._visit_problems(self.visit.data) if _blocks(problem)}
        wrong = [p for p in self._visit_problems(self._merged(wanted)) if _blocks(p) and p.code not in was_wrong]
        self.held = {key: item for key, item in wanted.items() if any(problem.field == key for problem in wrong)}
        if wrong and not self.held:
            self.held = dict(values)
        fitting = {key: item for key, item in wanted.items() if key not in self.held}
        self.save(self._fitted(self._merged(fitting)))
        return not self.held

    def awaits_day(self) -> str:
        """Return "" or, while a new visit has no date, the sentence that asks for it: without one nothing is saved."""
        day = self.visit_entity.date_field
        if self.is_stored or not day or self.visit.data.get(day):
            return ""
        return _("Tapez d’abord la date du passage, en {year} : tout le reste attend sur la fiche.").format(
            year=self.year
        )

    def _without_day(self, values: Mapping[str, Any]) -> bool:
        """Keep in the draft what was typed while there is no date: a visit without one would be in no season."""
        if self.is_stored:
            self.held = {**self.held, **values}
        else:
            old_key = self.draft_key
            data = self._fitted(self._merged(values))
            self.visit = with_data(self.visit, self.visit_entity, data)
            if self._has_draft and self.draft_key != old_key:
                drafts.drop(self.db, old_key)
        self.keep()
        return False

    def _fitted(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values without those that are not asked any more; asked again, they come back."""
        found = dict(data)
        for name, value in list(self._aside.items()):
            if name not in found and self.visit_entity.by_name[name].is_relevant(found):
                found[name] = self._aside.pop(name, value)
        for name in data:
            item = self.visit_entity.by_name.get(name)
            if item is not None and not item.is_relevant(found) and item.is_relevant(self.visit.data):
                self._aside[name] = found.pop(name)
        return found

    def _names(self, visit: Values, uid: str) -> bool:
        """Return whether the visit points to the record."""
        linked = [visit.get(item.name) for item in self.visit_entity.fields if item.target]
        return any(value == uid or (isinstance(value, list) and uid in value) for value in linked)

    def _merged(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        merged = {**self.visit.data, **changes}
        return {name: value for name, value in merged.items() if value is not None and value != "" and value != []}

    def save_line(self, entry: Entry) -> list[Finding]:
        """Save a line that was typed; return what keeps it from being saved (nothing: it is saved)."""
        blocking = [finding for finding in self.entry_problems(entry) if _blocks(finding.problem)]
        if why := self.awaits_day():
            day = self.visit_entity.date_field or ""
            blocking.append(Finding(Problem(day, "missing", Severity.BLOCKING), why))
        if blocking:
            self.keep()
            return blocking
        line = make_record(self.protocol.code, self.line_entity, entry.values, self.visit.uid, entry.uid)
        known = next((old for old in self.lines if old.uid == entry.uid), None)
        if known is not None:
            known = known if entry.read is None else known.read_as(entry.read)
            line = with_data(known, self.line_entity, entry.values)
        visit, removed = self.visit.data, []
        if (quick := self.quick_on()) is not None and self.sheet.is_sighting(entry.values):
            visit = dict(quick.remove(visit))
            removed = [old.removed() for old in self.lines if not self.sheet.is_sighting(old.data)]
        self.entries.pop(entry.uid, None)
        try:
            self.save(visit, [line, *removed])
        except FieldappError:
            # Refused as a whole (the disk is full, the visit was validated meanwhile): what was typed still waits.
            self.entries[entry.uid] = entry
            raise
        return []

    def delete_line(self, uid: str) -> None:
        """Delete a stored line; undo brings it back."""
        self.entries.pop(uid, None)
        self.save(self.visit.data, [line.removed() for line in self.lines if line.uid == uid])

    def toggle(self, quick: QuickKey, now: str) -> str:
        """Press a quick key; return "" or the sentence that says why it does nothing."""
        on = self.quick_on()
        if why := self.awaits_day():
            return why
        if on is not quick and (why := self._why_not(quick)):
            return why
        visit = self._unquicked(on) if on else dict(self.visit.data)
        nothing = [line.removed() for line in self.lines if not self.sheet.is_sighting(line.data)]
        if on is quick:
            self.save(visit, nothing)
            return ""
        self._before = visit
        after, made = quick.apply(visit)
        self._stamped = {}
        if self.visit.on_date == self.today.isoformat():
            self._stamped = {name: now for name in quick.stamps if name not in after}
        self.save(
            {**after, **self._stamped},
            [*nothing, *(make_record(self.protocol.code, self.line_entity, data, self.visit.uid) for data in made)],
        )
        return ""

    def _why_not(self, quick: QuickKey) -> str:
        count = len(self.sightings())
        if count:
            return ngettext(
                "« {key} » attend : {n} espèce est notée. Supprimez-la d’abord (↑ puis Suppr).",
                "« {key} » attend : {n} espèces sont notées. Supprimez-les d’abord (↑ puis Suppr).",
                count,
            ).format(key=_(quick.label), n=count)
        if any(self.is_begun(entry) for entry in self.entries.values()):
            return _("« {key} » attend : une ligne est commencée. Finissez-la ou videz-la d’abord.").format(
                key=_(quick.label)
            )
        return ""

    def _unquicked(self, on: QuickKey) -> dict[str, Any]:
        """Return the visit's values without the key that is on, and with those that it had taken away."""
        visit = dict(on.remove(self.visit.data))
        for name, value in self._stamped.items():
            if visit.get(name) == value:
                del visit[name]
        for name, value in {**self.past.carried, **self._before}.items():
            item = self.visit_entity.by_name.get(name)
            if name not in visit and item is not None and item.is_relevant(visit) and not item.hidden:
                visit[name] = value
        return visit

    def confirm(self, found: Sequence[Finding]) -> None:
        """Keep with the records that the person has seen these warnings and means it."""
        visit: Values = self.visit.data
        lines = {line.uid: line for line in self.lines}
        changed: dict[str, Record] = {}
        for finding in found:
            code, uid = finding.problem.code, finding.line
            if uid is None:
                visit = _confirmed(visit, code)
                continue
            line = changed.get(uid, lines[uid])
            changed[uid] = with_data(line, self.line_entity, _confirmed(line.data, code))
            if uid in self.entries:  # the line is open for changes: it keeps the answer too
                self.entries[uid].values = _confirmed(self.entries[uid].values, code)
        if not self.awaits_day():
            self.save(visit, list(changed.values()))

    def question(self) -> LinkedQuestion | None:
        """Return what a linked record (the dataset) is still to be asked, None when nothing."""
        for asked in self.sheet.questions:
            linked = self.visit.data.get(asked.link)
            known = self.past.links.get(str(linked))
            if known is not None and not known.get(asked.field) and asked.when(self.visit.data):
                return asked
        return None

    def answer(self, asked: LinkedQuestion, text: str) -> None:
        """Keep the answer on the linked record, for good."""
        linked = records.get(self.db, str(self.visit.data[asked.link]))
        if linked is None or not text.strip() or self.awaits_day():
            return
        entity = self.db.protocols[linked.protocol].entity(linked.entity)
        fresh = with_data(linked, entity, {**linked.data, asked.field: text.strip()})
        self.texts.pop(f"?{asked.field}", None)
        self.save(self.visit.data, [], [fresh])
        self.past.links[linked.uid] = fresh.data

    def save(self, visit: Values, lines: Sequence[Record] = (), others: Sequence[Record] = ()) -> None:
        """Save the visit with these lines as one action, and in the same transaction the draft that is left."""
        fresh = with_data(self.visit, self.visit_entity, visit)
        newcomer = [self.past.newcomer] if self.past.newcomer and self._names(visit, self.past.newcomer.uid) else []
        old_key = self.draft_key
        kept = {line.uid: line for line in self.lines}
        kept.update((line.uid, line) for line in lines)
        label = self._label(visit, lines, [line for line in kept.values() if not line.deleted])
        before = (self.visit, self.is_stored)
        gone = self._is_nothing(visit, kept.values())
        with self.db.transaction():
            written = [*lines, fresh.removed()] if gone else [*newcomer, fresh, *lines, *others]
            saved = records.save(self.db, written, label)
            self.visit, self.is_stored = (self._blank(fresh), False) if gone else (fresh, True)
            try:
                drafts.drop(self.db, old_key)
                if self.waits():
                    drafts.put(self.db, self.draft_key, self._draft())
            except BaseException:
                self.visit, self.is_stored = before
                raise
        self._has_draft = self.waits()
        if newcomer and not gone:
            self.past.newcomer = None
        self.lines = [line for line in kept.values() if not line.deleted]
        if saved.met:
            self._read_again()
        self.past.know_links(self.db, self.protocol, self.visit_entity, self.visit.data)
        self.saved_at = saved.made_at

    def _read_again(self) -> None:
        """Show what others wrote into the same records meanwhile beside what was just saved."""
        stored = records.get_many(self.db, [self.visit.uid, *(line.uid for line in self.lines)])
        self.visit = stored.get(self.visit.uid, self.visit)
        lines = [stored.get(line.uid, line) for line in self.lines]
        self.lines = [line for line in lines if not line.deleted]

    def _is_nothing(self, visit: Values, lines: Iterable[Record]) -> bool:
        """Return whether a stored visit is back to nothing: no line, no quick key, only what a new one starts with."""
        data = {name: value for name, value in visit.items() if name != checking.CONFIRMED}
        alive = any(not line.deleted for line in lines)
        waits = self.texts or self.held or any(self.is_begun(entry) for entry in self.entries.values())
        return self.is_stored and not alive and not waits and data == self.blank

    def _blank(self, gone: Record) -> Record:
        """Return a new visit in the place of the one that goes."""
        self.past.visits = [visit for visit in self.past.visits if visit.uid != gone.uid]
        self._start = self.blank
        return make_record(self.protocol.code, self.visit_entity, self.blank, self.past.parent)

    def discard(self) -> bool:
        """Throw the sheet away, visit and lines as one action, and its draft; return whether undo can bring it back."""
        was_stored = self.is_stored
        self.dropped = (self.draft_key, drafts.get(self.db, self.draft_key) or {})
        with self.db.transaction():
            drafts.drop(self.db, self.draft_key)
            if was_stored:
                label = _("{place} : fiche effacée").format(place=self.site_name)
                gone = [*(line.removed() for line in self.lines), self.visit.removed()]
                self.saved_at = records.save(self.db, gone, label).made_at
        self._has_draft = False
        return was_stored

    def bring_back(self) -> None:
        """Put the draft back that was thrown away."""
        drafts.put(self.db, *self.dropped)

    def _label(self, visit: Values, lines: Sequence[Record], left: Sequence[Record]) -> str:
        """Return the name of a save for undo: "Mare 02 : début 21:00"."""
        quick = next((one for one in self.sheet.quick if one.is_on(visit, [line.data for line in left])), None)
        before: Values = self.visit.data if self.is_stored else self._start
        what = (
            said.of_lines(self.sheet, lines, self.taxa)
            or said.of_quick(self.quick_on(), quick)
            or said.of_fields(self.db, self.visit_entity, before, visit)
            or self.sheet.visit_words(visit)
        )
        return _("{place} : {what}").format(place=self.site_name, what=what)


def _blocks(problem: Problem) -> bool:
    return problem.severity is Severity.BLOCKING


def _confirmed(values: Values, code: str) -> dict[str, Any]:
    codes = sorted({*values.get(checking.CONFIRMED, ()), code})
    return {**values, checking.CONFIRMED: codes}
