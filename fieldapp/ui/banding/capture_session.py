"""One ringing session while its birds are typed: the line, its draft, what is to be said, and the saving. No Qt.

A line is stored whole and at once; what is being typed waits in the draft, which is written at every keystroke and goes
in the transaction of the save that makes it needless. No call walks over the lines of the session.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from fieldapp.core import checking
from fieldapp.core.forms import GridColumn
from fieldapp.core.record import Placed, Record, make_record, with_data
from fieldapp.core.schema import Severity, StudyProtocol, Values
from fieldapp.core.text import _
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import life as lives
from fieldapp.protocols.banding import lists, rules
from fieldapp.protocols.banding.biometry import Usual
from fieldapp.protocols.banding.desk import Desk
from fieldapp.protocols.banding.desk_reading import Reading
from fieldapp.protocols.banding.desk_values import filled
from fieldapp.protocols.banding.life import Life
from fieldapp.protocols.banding.ring import PARIS, Ring, from_key
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, RINGED, WITHOUT_RING
from fieldapp.protocols.banding.stock import Stock
from fieldapp.store import changes, records
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved
from fieldapp.ui.banding.capture_correction import REPLACED, RING, clashes
from fieldapp.ui.banding.capture_draft import TypedLines
from fieldapp.ui.banding.capture_entry import NEEDS_NO_WORD, Outcome, takes_over
from fieldapp.ui.banding.capture_rounds import first_round, stepped
from fieldapp.ui.banding.capture_usual import Learnt
from fieldapp.ui.forms.waiting import Finding

_OFFERING = frozenset({"species", "sex", "age"})

LAST_DIGITS = 4
"""So many digits or fewer are the last ones of a number."""

_ORDER = {Severity.BLOCKING: 0, Severity.INCOMPLETE: 1, Severity.WARNING: 2, Severity.NOTICE: 3}


class CaptureSession(TypedLines):
    """The lines of one session. `open_session` makes one; `line` is the one that has the cursor."""

    def __init__(
        self, db: Database, protocol: StudyProtocol, session: Placed, captures: Sequence[Record], usual: Usual
    ) -> None:
        super().__init__(db, session.uid, captures)
        self.protocol, self.session = protocol, session
        self.seen = changes.newest(db)  # what is newer is taken in by `capture_others`
        self.known = KnownRecords(db, protocol)
        visit = session.record.data
        self.desk = Desk(
            self.known,
            session,
            captures,
            usual=Usual(),
            person=str(visit.get("ringer") or visit.get("holder") or ""),
        )
        self.columns: tuple[GridColumn, ...] = self.desk.columns()
        self.by_code = {column.code: column for column in self.columns}
        self.set_usual(usual)
        self.hour = self._first_hour(captures)
        self.reading: Reading | None = None
        self.no_offer = ""
        self._asked: frozenset[str] = frozenset()

    @property
    def on(self) -> str:
        """The day of the session (ISO), "" where it has none."""
        return str(self.session.record.data.get("date", ""))

    @property
    def is_closed(self) -> bool:
        """Whether the session is closed: nothing is typed there until it is opened again."""
        return self.session.record.data.get("closed") is True

    @property
    def number(self) -> int:
        """The number of the line in its session."""
        return int(self.line.values.get("line") or self.desk.complete({}, "").get("line", 1))

    @property
    def life(self) -> Life | None:
        """The life of the bird whose ring was read, followed through a replaced ring; None before."""
        if self.reading is None:
            key = str(self.line.values.get("replaced_ring_key", ""))
            return lives.of(self.known, from_key(key)) if key else None
        old = self.line.values.get("replaced_ring_key")
        if not old:
            return self.reading.life
        return lives.of(self.known, self.reading.ring, without=self._stored_uid, replaced=from_key(str(old)))

    @property
    def _stored_uid(self) -> str:
        return self.line.uid if self.is_editing else ""

    def _first_hour(self, captures: Iterable[Record]) -> str:
        """Return the round of the last line, else that in which the nets were opened, else ""."""
        last = max(captures, key=lambda one: int(one.data.get("line") or 0), default=None)
        hour = str(last.data.get("hour", "")) if last else ""
        return hour or first_round(str(self.session.record.data.get("opened_at", "")))

    # ----------------------------------------------------------------------------------------------- what is usual

    def set_usual(self, usual: Usual) -> None:
        """Take over what is usual here; the ring sizes that this session puts on are learnt as it goes."""
        in_order = sorted(self.captures.values(), key=lambda one: int(one.data.get("line") or 0))
        self.learnt = Learnt(usual, in_order)
        self.desk.usual = self.learnt.usual

    def suggest(self, text: str) -> list[lists.Bird]:
        """Return the birds that the letters may mean: that of the ring's life first, then those of the session."""
        life = self.life
        expected = [life.species] if life is not None and life.species else []
        return lists.suggest(text, [*expected, *self.learnt.species])

    def expected_species(self) -> str:
        """Return the code of the bird that the ring is known on, "" where nobody knows."""
        life = self.life
        return life.species if life is not None else ""

    def open_strings(self) -> list[Stock]:
        """Return the strings that rings are taken from, the one in the hand first."""
        current = self.desk.current
        found = [stock for stock in self.desk.ours if stock.is_open]
        return sorted(found, key=lambda stock: stock is not current)

    def to_open(self) -> Stock | None:
        """Return the string that could be opened for this bird, where no open one has a ring for it."""
        sizes = self.desk.sizes(self.line.values)
        waiting = [stock for stock in self.desk.ours if not stock.is_open and stock.size in sizes and stock.next()]
        return min(waiting, key=lambda stock: (sizes.index(stock.size), stock.span.first), default=None)

    def open_string(self, stock: Stock) -> Saved:
        """Store that the string is open from today, and offer its first ring."""
        record = self.desk.open_string(stock)
        saved = records.save(self.db, [record], _("série {string} ouverte").format(string=_string_words(stock)))
        self.desk.saved(record)
        self.offer()
        self.keep()
        return saved

    # ----------------------------------------------------------------------------------------------------- typing

    def typed(self, code: str, text: str) -> None:
        """Keep the raw text of a cell; called at every keystroke."""
        self.line.texts[code] = text
        self.line.at = code
        self._asked = frozenset()
        self.keep()

    def read(self, code: str) -> bool:
        """Read the text of a cell into the values; return whether there was any. ValueError with a sentence."""
        text = self.line.texts.get(code)
        if text is None:
            return False
        if code == "ring":
            self._read_ring(text)
        else:
            found = self.by_code[code].read(self._meant(text) if code == "species" else text)
            del self.line.texts[code]
            for name, value in found.items():
                self.line.values.pop(name, None)
                if value is not None:
                    self.line.values[name] = value
        if code in _OFFERING:
            self.offer()
        self.keep()
        return True

    def _meant(self, text: str) -> str:
        """Return the code of the bird that stands first in the list for these letters, else the text."""
        if not text.strip() or lists.bird(text) is not None:
            return text
        birds = self.suggest(text.strip())
        return birds[0].code if birds else text

    def is_plain(self, code: str) -> bool:
        """Return whether the text of a cell means one thing only: letters that a list would choose from do not."""
        return code != "species" or lists.bird(self.line.texts.get(code, "")) is not None

    def put(self, code: str, value: object) -> None:
        """Give a field its value, as read from a list or taken over from the bird's life."""
        self.line.texts.pop(code, None)
        self.line.values[code] = value
        if code in _OFFERING:
            self.offer()
        self.keep()

    def text(self, code: str) -> str:
        """Return what the cell shows: the raw text, else the value."""
        if code in self.line.texts:
            return self.line.texts[code]
        if code == "ring" and self.line.values.get("ring_scheme", PARIS) != PARIS:
            return f"{self.line.values['ring_scheme']} {self.line.values.get('ring', '')}"
        if code == "ring" and self.line.values.get("action") == WITHOUT_RING:
            return _("sans bague")
        return self.by_code[code].show(self.line.values)

    def _read_ring(self, text: str) -> None:
        if not text.strip():
            self._forget_ring()
            del self.line.texts["ring"]
            self.offer()
            return
        self.take_reading(self.desk.read_ring(text, self.line.values, uid=self._stored_uid))

    def take_reading(self, reading: Reading) -> None:
        """Take what a typed ring means into the line."""
        self.line.texts.pop("ring", None)
        self._forget_ring()
        self.line.values.update(filled(reading.values))
        self.reading = reading
        self.keep()

    def answer_action(self, action: str) -> None:
        """Take the answer to whether a ring that nobody knows was put on or read."""
        self.line.values["action"] = action
        if self.reading is not None:
            self.reading = replace(self.reading, action=action)
        self.keep()

    def waits_for_action(self) -> bool:
        """Return whether a person has to say if the ring was put on or read."""
        return self.reading is not None and not self.reading.action and not self.line.is_offered

    def waits_for_fates(self) -> tuple[Ring, ...]:
        """Return the rings that were passed over and of which nobody has said why yet; none for a step back."""
        reading = self.reading
        if reading is None or reading.is_backward or self.line.is_offered:
            return ()
        return tuple(ring for ring in reading.jump if ring.key not in self.line.fates)

    def explain(self, rings: Sequence[Ring], fate: str) -> None:
        """Take what became of rings that were passed over; it is stored with the line."""
        self.line.fates.update((ring.key, fate) for ring in rings)
        self.keep()

    def offer(self) -> None:
        """Fill in the next ring of the string usual for the species, unless a number was typed."""
        values = self.line.values
        if values.get("action") == WITHOUT_RING or self.line.texts.get("ring"):
            return
        if values.get("ring") and not self.line.is_offered:
            return
        self._forget_ring()
        self.no_offer = ""
        if not values.get("species"):
            return
        try:
            self.reading = self.desk.read_ring("", values, uid=self._stored_uid)
        except ValueError as why:
            self.no_offer = str(why)
            return
        values.update(filled(self.reading.values))
        self.line.is_offered = True

    def _forget_ring(self) -> None:
        for name in RING:
            self.line.values.pop(name, None)
        self.line.is_offered = False
        self.line.fates.clear()
        self.reading = None
        self.no_offer = ""

    def next_casualty(self) -> None:
        """Make the bird dead, hurt, or sound again, in turn."""
        values = self.line.values
        self.line.values = dict(self.desk.casualty(values, self.desk.next_casualty(values)))
        self.keep()

    def without_ring(self, reason: str) -> None:
        """Say that the bird was let go without a ring. ValueError with a sentence where there is no reason."""
        values = dict(self.desk.without_ring(reason, self.line.values))
        self._forget_ring()
        self.line.texts.pop("ring", None)
        self.line.values = values
        self.keep()

    def replaced(self, text: str) -> None:
        """Say which ring came off this bird; the line then bears the new one. ValueError with a sentence.

        Where the line holds the old number itself, the next ring of the string takes its place.
        """
        if not text.strip():
            for name in REPLACED:
                self.line.values.pop(name, None)
            self.keep()
            return
        old = self.desk.read_ring(text, self.line.values, uid=self._stored_uid).ring
        if self.line.values.get("ring_key") == old.key and not self.line.is_offered:
            self._forget_ring()
        elif self.reading is not None and self.line.values.get("ring_key"):
            new = self.reading.ring
            self.line.values = filled(self.desk.replace(self.line.values, old, new, uid=self._stored_uid))
            self.reading = replace(self.reading, action=RINGED)
        self.line.values.update(zip(REPLACED, (old.number, old.scheme, old.key), strict=True))
        self.offer()
        self.keep()

    def take_over(self) -> bool:
        """Take over what was noted of the bird before: what a check proposes, else its sex; False without anything."""
        proposed = next(
            (item.problem for item in self.findings() if takes_over(item.problem)),
            None,
        )
        if proposed is not None:
            self.put(proposed.field, proposed.params["value"])
            return True
        events = reversed(self.life.events) if self.life is not None else ()
        sex = next((str(event.values["sex"]) for event in events if event.values.get("sex") in ("M", "F")), "")
        if sex:
            self.put("sex", sex)
        return bool(sex)

    # -------------------------------------------------------------------------------------------- what is to be said

    def findings(self, *, all_of_it: bool = False) -> list[Finding]:
        """Return what is to be said about the line as it stands, the gravest first.

        What is not typed yet is no problem while the line is typed: `all_of_it` when it is to be stored.
        """
        values = self._completed()
        found = [
            Finding(problem, checking.words(problem, self.protocol, OBSERVATION), self.line.uid)
            for problem in self.desk.problems(values, self._stored_uid, is_final=all_of_it)
            if all_of_it or problem.severity is not Severity.BLOCKING
        ]
        if all_of_it and self.no_offer and any(item.problem.code == "no_ring" for item in found):
            found = [
                Finding(item.problem, self.no_offer, item.line) if item.problem.code == "no_ring" else item
                for item in found
            ]
        return sorted(found, key=lambda item: (_ORDER[item.problem.severity], item.problem.code not in rules.STRONG))

    def _completed(self) -> dict[str, Any]:
        return dict(self.desk.complete(self.line.values, self.hour))

    # ----------------------------------------------------------------------------------------------------- saving

    def save(self, *, firmly: bool = False) -> Outcome:
        """Store the line with what became of the rings before it, as one action. Reads no cell: they are read before.

        Warnings that were not confirmed yet are returned first; saving once more confirms them, the strongest only when
        it is done `firmly`: by another key than the one that ends every line.
        """
        found = self.findings(all_of_it=True)
        blocking = [item for item in found if item.problem.severity is Severity.BLOCKING]
        if blocking:
            return Outcome(said=tuple(blocking))
        values = self._completed()
        open_codes = {
            problem.code
            for problem in checking.unconfirmed([item.problem for item in found], values)
            if problem.severity is Severity.WARNING
        }
        if open_codes - self._asked or (open_codes & rules.STRONG and not firmly):
            self._asked = frozenset(open_codes)
            said = tuple(item for item in found if item.problem.code in open_codes)
            return Outcome(said=said, to_confirm=True)
        if open_codes:
            values[checking.CONFIRMED] = sorted({*values.get(checking.CONFIRMED, ()), *open_codes})
        return self._store(values)

    def _store(self, values: dict[str, Any]) -> Outcome:
        before = self.captures.get(self.line.uid)
        if before is None:
            record = make_record(CODE, OBSERVATION, values, self.uid, self.line.uid)
            label = _("capture {line}, {title}")
        else:
            record = with_data(before, OBSERVATION, values)
            label = _("correction de la capture {line}, {title}")
        fates = self._explained()
        label = label.format(line=values.get("line", ""), title=OBSERVATION.title(values))
        with self.db.transaction():
            saved = records.save(self.db, [record, *fates], label)
            self._write_draft(without=self.line)
        if saved.met:  # somebody else wrote into the same capture: it holds both now
            record = records.get(self.db, record.uid) or record
        self._let_go(self.line)
        self.desk.saved(record)
        for fate in fates:
            self.desk.saved(fate)
        if before is not None:
            self.learnt.drop(before)
        self.captures[record.uid] = record
        self.learnt.add(record)
        self._stand_on(self.fresh)
        return Outcome(record, saved)

    def _explained(self) -> list[Record]:
        """Return the records of what became of the rings that were passed over, as far as it was said."""
        told: dict[str, list[Ring]] = {}
        for key, fate in self.line.fates.items():
            ring = from_key(key)
            stock = self.desk.stock_of(ring)
            if fate != NEEDS_NO_WORD and stock is not None and stock.is_free(ring):
                told.setdefault(fate, []).append(ring)
        return [record for fate, rings in told.items() for record in self.desk.explain(rings, fate)]

    def meanwhile(self) -> str:
        """Return in words what was stored otherwise since this correction began, "" where nothing clashes with it."""
        before = self.captures.get(self.line.uid)
        if before is None:
            return ""
        stored, fields = before.data, OBSERVATION.by_name
        said = ", ".join(
            f"{_(fields[name].label)} {self.by_code[name].show(stored) if name in self.by_code else stored.get(name)}"
            for name in clashes(self.line, stored)
            if name in fields and not fields[name].hidden
        )
        words = _("Enregistré entre-temps, autrement que dans votre correction : {fields}.")
        return words.format(fields=said) if said else ""

    def remove(self, uid: str) -> Saved:
        """Take a stored line back; undo brings it back, and its ring is free again meanwhile."""
        capture = self.captures.pop(uid)
        self.waiting.pop(uid, None)
        label = _("capture {line} supprimée").format(line=capture.data.get("line", ""))
        saved = records.delete(self.db, uid, label)
        self.desk.removed(uid)
        self.learnt.drop(capture)
        if self.line.uid == uid:
            self.to_fresh()
        self.keep()
        return saved

    def _read_again(self) -> None:
        """Understand the ring of the line once more: what it means is no part of the draft.

        A ring of which a person has yet to say something stands in its cell as it was typed, so that it is asked again.
        """
        self.reading = None
        self.no_offer = ""
        self._asked = frozenset()
        values = self.line.values
        has_none = self.line.base is None and not self.line.texts.get("ring") and not values.get("ring")
        if self.line.is_offered or has_none:
            self.offer()
        elif values.get("ring"):
            text = self._ring_text(values)
            try:
                self.reading = self.desk.read_ring(text, values, uid=self._stored_uid)
            except ValueError:  # an old number that no one can read today stays as it is written
                return
            self.reading = replace(self.reading, action=str(values.get("action") or self.reading.action))
            if self.line.base is None and self.reading.action:
                values["action"] = self.reading.action

    @staticmethod
    def _ring_text(values: Values) -> str:
        """Return the ring so that it is understood as it was: its scheme may not be known before the question."""
        ring, scheme = str(values["ring"]), str(values.get("ring_scheme", PARIS))
        is_asked = scheme == PARIS and not values.get("action") and len(ring) > LAST_DIGITS
        return ring if is_asked else f"{scheme} {ring}"

    def unread_ring(self) -> None:
        """Put the ring back as it was typed, so that it is read once more."""
        ring = self.reading.ring if self.reading is not None else None
        self._forget_ring()
        if ring is not None:
            self.typed("ring", ring.number if ring.scheme == PARIS else f"{ring.scheme} {ring.number}")

    # ----------------------------------------------------------------------------------------------------- rounds

    def set_round(self, hour: str) -> None:
        """Go to another round; lines that are typed from now on have its hour."""
        self.hour = hour
        self.keep()

    def step_round(self, steps: int) -> None:
        """Go some rounds on (or back), within the day."""
        self.set_round(stepped(self.hour or first_round(str(self.session.record.data.get("opened_at", ""))), steps))


def _string_words(stock: Stock) -> str:
    return f"{stock.span.first.number}–{stock.span.last.number}"


def open_session(db: Database, protocol: StudyProtocol, uid: str, usual: Usual) -> CaptureSession:
    """Return the session with its lines and what was being typed. LookupError when there is no such session."""
    found = records.get(db, uid)
    if found is None or found.deleted or protocol.session is None or found.entity != protocol.session.session:
        raise LookupError(uid)
    [placed] = records.placed(db, [found])
    captures = [line for line in records.children(db, [uid]) if line.entity == protocol.session.line]
    session = CaptureSession(db, protocol, placed, captures, usual)
    session.restore()
    return session
