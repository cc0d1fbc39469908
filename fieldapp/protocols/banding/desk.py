"""The ringing table of one session, without a screen: what the next line means, what it lacks, and the totals.

A screen makes one `Desk` per session and tells it of each line that was stored or taken back (`saved`, `removed`). No
call walks over the lines of the session, so that the 500th bird is as quick as the 10th.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fieldapp.core import checking
from fieldapp.core.exchange import Known
from fieldapp.core.forms import GridColumn
from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import Context, Problem, Values
from fieldapp.core.text import _
from fieldapp.protocols.banding import desk_reading as reading
from fieldapp.protocols.banding import desk_values, lists, stock
from fieldapp.protocols.banding import life as lives
from fieldapp.protocols.banding.biometry import LISTED, Usual
from fieldapp.protocols.banding.desk_lines import Lines, Totals, ring_in
from fieldapp.protocols.banding.desk_reading import Reading
from fieldapp.protocols.banding.desk_values import DEAD, INJURED, RING_FIELDS, casualty_of, filled
from fieldapp.protocols.banding.holding import ALONE, Holding
from fieldapp.protocols.banding.line import columns_of
from fieldapp.protocols.banding.protocol import PROTOCOL
from fieldapp.protocols.banding.ring import PARIS, Ring, from_key, read_ring
from fieldapp.protocols.banding.schema import (
    CODE,
    CONTROLLED,
    OBSERVATION,
    PROGRAMME,
    RING_FATE,
    RING_STRING,
    RINGED,
    WITHOUT_RING,
)
from fieldapp.protocols.banding.stock import Stock

__all__ = ["DEAD", "INJURED", "Desk", "Reading", "Totals", "casualty_of"]


class Desk:
    """The ringing table of one session: its strings, its lines, and what is usual."""

    def __init__(
        self,
        known: Known,
        session: Placed,
        captures: Sequence[Record],
        *,
        usual: Usual = LISTED,
        person: str = "",
        holding: Holding = ALONE,
    ) -> None:
        """Make the table of a session with the captures that it has.

        `person` is who takes the rings, `holding` says which strings other tables hold: their rings are not offered.
        """
        self.known = known
        self.session = session
        self.usual = usual
        self.person = person
        self.holding = holding
        strings = stock.records(known)
        self.stocks = stock.strings(known, among=strings)
        # Ten years of finished strings are known by their numbers alone; of the ring that turns up its own captures.
        self._finished = [(stock.span_of(record.data), record) for record in strings if _is_done(record)]
        self._parents = {session.record.entity: session.record.data} | {
            entity: record.data for entity, record in session.parents.items()
        }
        self._columns = columns_of(_programme_of(known, session.record.data))
        self._closed: tuple[Ring, Stock | None] | None = None  # the ring of a finished string that was read last
        self._lines = Lines()
        self._latest: dict[str, str] = {}  # ring size -> uid of the string that it was last taken from
        self._current = ""
        self._life: tuple[tuple[str, str, str], lives.Life] | None = None
        for capture in sorted(captures, key=lambda record: (int(record.data.get("line") or 0), record.uid)):
            self._lines.add(capture)
            self._follow_hand(capture)

    # ------------------------------------------------------------------------------------------- the session

    def columns(self) -> tuple[GridColumn, ...]:
        """Return the cells of the capture line in the order of the session's programme."""
        return self._columns

    @property
    def current(self) -> Stock | None:
        """The string that the last ring of the session came from, else the one that the first will; None without.

        One that another table holds by now is left to it.
        """
        ours = self.ours
        found = next((item for item in ours if item.uid == self._current), None)
        if found is not None:
            return found
        best = reading.offered(ours, [item.size for item in ours], self.person, self._latest)
        return best[0] if best else None

    @property
    def ours(self) -> list[Stock]:
        """The strings that rings may be offered from: those that no other table holds."""
        return [item for item in self.stocks if not self.holding.is_elsewhere(item)]

    @property
    def in_hand(self) -> frozenset[str]:
        """The uids of the strings that this table takes rings from, one of each size at most."""
        taken = set(self._latest.values())
        return frozenset(item.uid for item in self.ours if item.is_open and item.uid in taken)

    def totals(self) -> Totals:
        """Return the running totals of the session."""
        return self._lines.totals()

    # ---------------------------------------------------------------------------------------- reading a ring

    def sizes(self, values: Values) -> tuple[str, ...]:
        """Return the ring sizes usual for a bird like this one, the likeliest first; () where none is known."""
        species = str(values.get("species", ""))
        return self.usual.sizes(species, values) if species else ()

    def read_ring(self, text: str, values: Values, *, uid: str = "") -> Reading:
        """Return what was typed in the cell of the ring, for a bird of which `values` are known so far.

        Nothing typed means the next ring of the string usual for the species. Up to four digits are the last ones of an
        expected ring, else of another one to be put on, else of one put on or read before. `uid` is that of the line
        that is edited. Raises ValueError with a sentence: no ring can be offered, several fit, or it is no ring number.
        """
        if not text.strip():
            return self._reading(self._next_ring(values), uid, is_offered=True)
        digits = reading.last_digits(text)
        if digits:
            return self._reading(self._ending(digits, values, uid), uid)
        typed = reading.with_scheme(text)
        if typed is not None:
            return self._reading(typed, uid, has_scheme=True)
        ring = read_ring(text)
        return self._reading(ring, uid) if self.stock_of(ring) else self._of_no_string(ring, uid)

    def stock_of(self, ring: Ring) -> Stock | None:
        """Return the string of ours that the ring belongs to, a finished one too; None when it is of none.

        A finished string knows of this ring only.
        """
        found = stock.holding(self.stocks, ring)
        if found is not None:
            return found
        if self._closed is None or self._closed[0] != ring:
            record = next((record for span, record in self._finished if span.holds(ring)), None)
            self._closed = ring, None if record is None else stock.load(self.known, record, only=ring)
        return self._closed[1]

    def _next_ring(self, values: Values) -> Ring:
        code = reading.check_species(values)
        sizes = self.sizes(values)
        if not sizes:
            raise ValueError(reading.no_size(code))
        best = reading.offered(self.ours, sizes, self.person, self._latest)
        if best is None:
            raise ValueError(reading.no_string(sizes, self.stocks, self.holding))
        return best[1]

    def _ending(self, digits: str, values: Values, uid: str) -> Ring:
        own = self._lines.by_uid.get(uid)
        if own is not None and str(own.data.get("ring", "")).endswith(digits):
            return from_key(str(own.data["ring_key"]))
        today = self._lines.ending(digits)
        free = reading.ending_free(self.ours, self.current, self.sizes(values), digits)
        if free is None and not today:  # no other is meant: a rule says that another table holds its string
            free = reading.ending_free(self.stocks, self.current, self.sizes(values), digits)
        if free is not None:
            # An expected ring is meant; one further on might as well be a bird of this morning that came back.
            is_expected = any(item.is_open and item.next() == free for item in self.stocks)
            return free if is_expected else reading.only_one([free, *today], digits)
        used = today or [ring for item in self.stocks for ring in item.ending(digits) if ring.key in item.used]
        if not used:
            raise ValueError(
                _("Aucune bague des séries ouvertes ne finit par {digits} : tapez le numéro entier.").format(
                    digits=digits
                )
            )
        return reading.only_one(used, digits)

    def _reading(self, ring: Ring, uid: str, *, is_offered: bool = False, has_scheme: bool = False) -> Reading:
        life = self._life_of(ring, uid)
        found = self.stock_of(ring)
        own = self._lines.by_uid.get(uid)
        if own is not None and own.data.get("ring_key") == ring.key and own.data.get("action"):
            return Reading(ring, str(own.data["action"]), found, life)
        if found is not None and found.is_free(ring) and not life.is_known:
            between, is_backward = ((), False) if is_offered or own else reading.jump(found, ring)
            return Reading(ring, RINGED, found, life, between, is_backward)
        if life.is_known or ring.is_foreign or (found is not None and self._is_on_bird(found, ring, uid)):
            return Reading(ring, CONTROLLED, found, life)
        if found is not None:  # lost, destroyed or given back, and now in the hand
            return Reading(ring, RINGED, found, life)
        return self._asked(ring, life) if has_scheme else self._of_no_string(ring, uid)

    @staticmethod
    def _is_on_bird(found: Stock, ring: Ring, uid: str) -> bool:
        capture = found.used.get(ring.key)
        return capture is not None and capture.uid != uid

    def _of_no_string(self, ring: Ring, uid: str) -> Reading:
        """Return the reading of a number typed without a scheme that is of no string of ours."""
        life = self._life_of(ring, uid)
        if life.is_known:
            return self._reading(ring, uid, has_scheme=True)
        if not reading.looks_foreign(ring.number):
            return self._asked(ring, life)
        schemes, is_sure = reading.proposed_schemes(self.known, ring.number)
        if is_sure and len(schemes) == 1:
            return self._reading(Ring(schemes[0], ring.number), uid, has_scheme=True)
        question = _("{ring} n’a pas l’allure d’une bague de Paris : tapez le centre d’abord ({schemes}).").format(
            ring=ring.number, schemes=", ".join(schemes[:4])
        )
        return Reading(
            ring, "", None, life, ask=(reading.RINGED_ELSEWHERE, reading.FROM_OUR_STOCK), question=question,
            schemes=schemes,
        )  # fmt: skip

    def _asked(self, ring: Ring, life: lives.Life) -> Reading:
        """Return the reading of a French ring of no string that nobody knows: read on a bird, or put on just now.

        Where no string was ever noted a ring can't be of one: then it was most likely put on.
        """
        ways = reading.RINGED_ELSEWHERE, reading.FROM_OUR_STOCK
        question = _("{ring} n’est d’aucune série notée et n’a jamais été vue : contrôle ou baguage ?").format(
            ring=lives.ring_words(ring)
        )
        ask = ways if self.stocks or self._finished else ways[::-1]
        return Reading(ring, "", None, life, ask=ask, question=question)

    def _life_of(self, ring: Ring, uid: str, replaced: Ring | None = None) -> lives.Life:
        key = ring.key, uid, replaced.key if replaced else ""
        if self._life is None or self._life[0] != key:
            self._life = key, lives.of(self.known, ring, without=uid, replaced=replaced)
        return self._life[1]

    # ------------------------------------------------------------------------------------ completing a line

    def complete(self, values: Values, hour: str) -> Values:
        """Return the values of a line as they are stored: what follows from others filled in, repeats left out.

        The action and the parts of the ring (as `read_ring` understood it), its size, the taxon, the line's number, the
        hour of the round where none was typed, condition and circumstances of a healthy control (8 and 20, none for a
        ringing). An action that is there stays, one that only a person can tell is left out. Theme and operator that
        are the session's are left out. Raises ValueError when the ring is no ring number.
        """
        found = filled(values)
        found |= self._ring_of(found) | desk_values.replaced(found)
        bird = lists.bird(str(found.get("species", "")))
        found["cd_nom"] = bird.cd_nom if bird else None
        found.setdefault("line", self._lines.next_number)
        found.setdefault("hour", hour)
        found |= desk_values.condition(found) | desk_values.repeats(found, self.session.record.data)
        if found.get("action") == WITHOUT_RING:
            found |= dict.fromkeys(RING_FIELDS)
        return filled(found)

    def without_ring(self, reason: str, values: Values | None = None) -> Values:
        """Return the values of a bird that was let go without a ring, the reason as its remark.

        Raises ValueError with a sentence when there is no reason.
        """
        if not reason.strip():
            raise ValueError(_("Sans bague : notez pourquoi (échappé, trop petit, blessé…)."))
        kept = {name: value for name, value in (values or {}).items() if name not in RING_FIELDS}
        return {**kept, "action": WITHOUT_RING, "comments": reason.strip()}

    def casualty(self, values: Values, kind: str | None) -> Values:
        """Return the values of a bird that is DEAD or INJURED, or of a sound one again (None)."""
        return desk_values.with_casualty(values, kind)

    def next_casualty(self, values: Values) -> str | None:
        """Return what one more press of the key makes of the bird: sound (None), DEAD, INJURED, sound."""
        return desk_values.next_casualty(values)

    def replace(self, values: Values, old: Ring, new: Ring, *, uid: str = "") -> Values:
        """Return the values of a bird whose old ring came off and that got a new one: both numbers are one bird.

        The line bears the new ring, put on (B) from its string; the old number stands beside it. Raises ValueError with
        a sentence when both are the same, or when the new one is on a bird already.
        """
        if old == new:
            raise ValueError(_("L’ancienne et la nouvelle bague ont le même numéro."))
        life = self._life_of(new, uid)
        if life.is_known:
            raise ValueError(
                _("{ring} est déjà posée sur un oiseau : elle ne peut pas en remplacer une autre.").format(
                    ring=lives.ring_words(new)
                )
            )
        kept = {name: value for name, value in values.items() if name not in RING_FIELDS}
        return {
            **kept,
            **Reading(new, RINGED, self.stock_of(new), life).values,
            "replaced_ring_scheme": old.scheme,
            "replaced_ring": old.number,
            "replaced_ring_key": old.key,
        }

    def _ring_of(self, values: Values) -> dict[str, Any]:
        """Return the parts of the ring and the action of a line; nothing where it has no ring."""
        text = str(values.get("ring", ""))
        if not text or values.get("action") == WITHOUT_RING:
            return {}
        ring = read_ring(text, str(values.get("ring_scheme") or PARIS))
        found = self.stock_of(ring)
        parts = {"ring": ring.number, "ring_scheme": ring.scheme, "ring_key": ring.key}
        if found is not None and found.size:
            parts["ring_size"] = found.size
        if not values.get("action"):
            parts["action"] = self._reading(ring, "", has_scheme=True).action
        return parts

    # ------------------------------------------------------------------------------------------------ checks

    def problems(self, values: Values, uid: str = "", *, is_final: bool = False) -> list[Problem]:
        """Return everything that is to be said about a line; `uid` is that of the line when it is stored already.

        `is_final`: it is to be stored now, so that a string which is still being asked for is not ours.
        """
        known: dict[str, Any] = {
            "usual": self.usual,
            "stocks": self.stocks,
            "holding": self.holding,
            "is_final": is_final,
            "is_new_ring": self._is_new_ring(values, uid),
            "in_hand": self.in_hand,
            "on": self.session.record.data.get("date"),
            "uid": uid,
        }
        ring = ring_in(values, "ring_key")
        if ring is not None:
            known["life"] = self._life_of(ring, uid, ring_in(values, "replaced_ring_key"))
            known["stock"] = self.stock_of(ring)
        context = Context(values, self._parents, siblings=self._lines.others(uid), taxa=self.known.taxa, known=known)
        return checking.problems(PROTOCOL, OBSERVATION, context)

    def _is_new_ring(self, values: Values, uid: str) -> bool:
        """Return whether the line bears another ring than the one that is stored of it."""
        own = self._lines.by_uid.get(uid)
        return own is None or own.data.get("ring_key") != values.get("ring_key")

    # ---------------------------------------------------------------------------------------- kept in step

    def came(self, record: Record) -> None:
        """Take note of what another table stored: a line of this session or of another, a ring's fate, a string."""
        if record.deleted or record.entity != OBSERVATION.code:
            self.saved(record)
            return
        self._life = self._closed = None
        for item in self.stocks:
            item.saved(record)
        if record.parent == self.session.uid:
            self._lines.add(record)  # the hand stays with its own string

    def saved(self, record: Record) -> None:
        """Take note of a line, a ring's fate or a string that was stored; one that is deleted is taken back."""
        self._life = self._closed = None
        if record.deleted:
            self.removed(record.uid)
        elif record.entity == OBSERVATION.code:
            is_new = record.uid not in self._lines.by_uid
            for item in self.stocks:
                item.saved(record)
            self._lines.add(record)
            if is_new:
                self._follow_hand(record)
        elif record.entity == RING_FATE.code:
            for item in self.stocks:
                if item.uid == record.parent:
                    item.noted(record)
        elif record.entity == RING_STRING.code:
            self._take_string(record)

    def removed(self, uid: str) -> None:
        """Forget a line, a ring's fate or a string that was taken back; an unknown uid changes nothing."""
        self._life = self._closed = None
        self._lines.drop(uid)
        self._drop_string(uid)
        for item in self.stocks:
            item.removed(uid)

    def explain(self, rings: Sequence[Ring], fate: str, comments: str = "") -> list[Record]:
        """Return the records that say what became of rings after a jump, dated with the session; see `stock.fate`."""
        on = str(self.session.record.data.get("date", ""))
        found = [(ring, self.stock_of(ring)) for ring in rings]
        return [stock.fate(item, ring, fate, on, comments) for ring, item in found if item is not None]

    def open_string(self, item: Stock) -> Record:
        """Return the record of a string opened on the day of the session, to be stored and told to `saved`."""
        return stock.opened(item, str(self.session.record.data.get("date", "")))

    def _take_string(self, record: Record) -> None:
        self._drop_string(record.uid)
        if _is_done(record):
            self._finished.append((stock.span_of(record.data), record))
        elif stock.is_readable(record):
            self.stocks = sorted([*self.stocks, stock.load(self.known, record)], key=lambda item: item.span.first)

    def _drop_string(self, uid: str) -> None:
        self.stocks = [item for item in self.stocks if item.uid != uid]
        self._finished = [entry for entry in self._finished if entry[1].uid != uid]

    def _follow_hand(self, capture: Record) -> None:
        """Remember which string the last ring that was put on came from."""
        ring = ring_in(capture.data) if capture.data.get("action") == RINGED else None
        item = stock.holding(self.stocks, ring) if ring else None
        if item is not None and not self.holding.is_elsewhere(item):
            self._current = self._latest[item.size] = item.uid


def _is_done(record: Record) -> bool:
    """Return whether a string is finished and can tell its rings."""
    return record.data.get("state") == stock.FINISHED and stock.is_readable(record)


def _programme_of(known: Known, session: Values) -> Values | None:
    """Return the session's programme: of its theme and target, else of its theme without target; None without one."""
    theme, target = session.get("theme"), session.get("target", "")
    found = [record.data for record in known.roots(CODE, PROGRAMME.code) if record.data.get("theme") == theme]
    for wanted in (target, ""):
        for values in found:
            if values.get("target", "") == wanted:
                return values
    return None
