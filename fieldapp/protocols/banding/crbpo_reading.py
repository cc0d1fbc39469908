"""The rows of a CRBPO table, read into records: people, place, net set, session, capture."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from fieldapp.core.exchange import Cells, Known, ParsedRow, RowNote, RowRefusedError
from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import Values
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import crbpo, crbpo_cells, crbpo_groups, crbpo_identity, crbpo_rings, schema
from fieldapp.protocols.banding.ages import PULLUS
from fieldapp.protocols.banding.crbpo_cells import Cell, Memo, Species
from fieldapp.protocols.banding.crbpo_groups import Group
from fieldapp.protocols.banding.crbpo_mending import Proposal
from fieldapp.protocols.banding.crbpo_people import People
from fieldapp.protocols.banding.crbpo_sessions import Session, Sessions
from fieldapp.protocols.banding.ring import LONGEST, Ring

_CODES = {
    "SEXE": "sex", "AGE": "age", "AD": "fat", "PI": "brood_patch", "PC": "cloacal_protuberance", "MU": "moult",
    "ES": "health", "CS": "sexing_method", "COND REPR": "condition", "CIRC REPR": "circumstances",
}  # fmt: skip
_REPEATED = ("ACTION", "CENTRE", "BG", "SG", *_CODES)
_RARE = {
    "LT": "tarsus_mm", "PTD": "partner_ring", "MEMO": "comments", "cId_Data": "crbpo_id",
    **{name: name for name in schema.OTHER_MEASURES},
}  # fmt: skip
_MEMO, _NUMBER = tuple(_RARE).index("MEMO"), tuple(_RARE).index("cId_Data")
_NOT_AVAILABLE = "NA"
"""What R writes for an empty cell (source: R, write.table, argument na)."""

_RINGS_AT_ONCE = 2000
"""Rings whose lives are read from the database together: what is held of them is let go again."""

_OWN = ("BAGUE", "HEURE", "ESPECE", "NF", "LP", "MA")
_CATCHES = frozenset({schema.RINGED, schema.CONTROLLED, schema.RECOVERED, schema.WITHOUT_RING})


def _picker(names: Sequence[str]) -> Callable[[Cells], tuple[str, ...]]:
    places = crbpo.columns()
    return itemgetter(*(places.index(name) for name in names))


@dataclass(frozen=True, slots=True)
class _Bird:
    """What the cells tell that most captures share: action, scheme, codes, people."""

    action: str
    scheme: str
    values: dict[str, Any]
    ringer: Record | None
    trainee: Record | None
    notes: tuple[RowNote, ...]
    proposals: tuple[Proposal, ...]
    fault: RowRefusedError | None


@dataclass(slots=True, eq=False)
class _Row:
    """The cells of a row as the parser keeps them: those that repeat are shared with other rows.

    `uid` is that of its capture as far as the whole file was needed to tell, "" where the row alone tells it.
    """

    group: Group
    repeated: tuple[str, ...]
    rare: tuple[str, ...]
    own: tuple[str, ...]
    uid: str = ""
    is_copied: bool = False


class _Saying:
    """What is to be said of one row while it is read, and the proposals that it needs."""

    __slots__ = ("memo", "notes", "proposals")

    def __init__(self, notes: tuple[RowNote, ...], proposals: tuple[Proposal, ...], memo: str) -> None:
        self.notes = notes
        self.proposals = proposals
        self.memo = memo

    def take(self, cell: Cell[Any]) -> Any:
        """Return the value of a cell; raises what refuses the row."""
        if cell.fault is not None:
            raise RowRefusedError(cell.fault.column, cell.fault.sentence)
        if cell.notes or cell.proposals:
            self.notes += cell.notes
            self.proposals += cell.proposals
            self.memo = " ".join(filter(None, (self.memo, cell.moved)))
        return cell.value


class CrbpoParser:
    """Reads one table of the CRBPO. Without consent a row that would need mending is refused with what would be put."""

    def __init__(self, known: Known, *, mends: bool = False) -> None:
        self._known = known
        self._mends = mends
        self._people = People(known)
        self._groups: dict[tuple[str, ...], Group] = {}
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._rings: dict[str, list[_Row]] = {}
        self._ring_notes: dict[str, tuple[RowNote, ...]] = {}
        self._settled = False
        self._pick = (
            _picker(crbpo_groups.COLUMNS), _picker(_REPEATED), _picker(tuple(_RARE)), _picker(_OWN)
        )  # fmt: skip
        self._no_rare = ("",) * len(_RARE)
        self._birds: Memo[tuple[str, ...], _Bird] = Memo(self._read_bird)
        self._species: Memo[str, Cell[Species] | Cell[None]] = Memo(crbpo_cells.read_species)
        self._nets: Memo[str, Cell[str]] = Memo(crbpo_cells.read_net)
        self._measures: dict[tuple[str, str, bool, str], Cell[float | None]] = {}
        self._told: dict[str, ParsedRow] = {}
        self._present: dict[str, _Present] = {}
        self._numbers: dict[str, int] = {}
        self._doubtful: set[str] = set()
        self._first_na: _Row | None = None

    # -------------------------------------------------------------------------------------- the whole file

    def survey(self, cells: Cells) -> _Row:
        """Take note of the row's session and ring, and return the cells that it is read from."""
        of_session, of_bird, of_rare, of_row = self._pick
        has_na = _NOT_AVAILABLE in cells
        if has_na:
            cells = ["" if cell == _NOT_AVAILABLE else cell for cell in cells]
        session, repeated, rare, own = of_session(cells), of_bird(cells), of_rare(cells), of_row(cells)
        group = self._groups.get(session)
        if group is None:
            group = self._groups[session] = Group(session)
        if repeated[0] not in _CATCHES and fold(repeated[0]) == "bredouille":
            group.no_birds += 1
            group.blank_memos.append(rare[_MEMO].strip())
        else:
            group.catches += 1
            group.hours.add(own[1])
        row = _Row(group, self._shared.setdefault(repeated, repeated), self._shared.setdefault(rare, rare), own)
        if has_na and self._first_na is None:
            self._first_na = row
        if number := rare[_NUMBER].strip():
            content = hash((repeated, rare, own))
            if self._numbers.setdefault(number, content) != content:
                self._doubtful.add(number)
        self._rings.setdefault(crbpo_cells.plain_ring(own[0]), []).append(row)
        return row

    def _settle(self) -> None:
        """Work out, after the last row was surveyed, what the file as a whole explains."""
        self._settled = True
        sessions = Sessions(self._known, self._people)
        sessions.settle(list(self._groups.values()))
        self._numbers.clear()
        self._settle_unringed(self._rings.pop("", []))
        rings = iter(self._rings.items())
        while some := list(itertools.islice(rings, _RINGS_AT_ONCE)):
            here = self._lives(some) if sessions.has_history else {}
            for ring, rows in some:
                if len(rows) > 1 or here:
                    self._settle_ring(ring, rows, here)
        self._rings.clear()

    def _lives(self, rings: Iterable[tuple[str, Sequence[_Row]]]) -> dict[str, list[Placed]]:
        """Return what stands in the database of these rings, by their keys."""
        keys = {f"{self._birds[row.repeated].scheme}{ring}" for ring, rows in rings for row in rows}
        found: dict[str, list[Placed]] = {}
        for item in self._known.by_field(schema.CODE, schema.OBSERVATION.code, "ring_key", keys):
            found.setdefault(str(item.record.data["ring_key"]), []).append(item)
        return found

    def _settle_unringed(self, rows: Sequence[_Row]) -> None:
        """Tell which capture is which of the birds without a ring, day by day."""
        days: dict[str, list[tuple[_Row, crbpo_identity.Told]]] = {}
        for row in rows:
            told = self._told_by(row, "")
            if told is not None and told.action == schema.WITHOUT_RING:
                days.setdefault(told.day, []).append((row, told))
        for day in days.values():
            sessions = day[0][1].here
            here = [one for uid in sorted(sessions) for one in self._known.children(uid) if "ring_key" not in one.data]
            self._identify(day, here)

    def _settle_ring(self, ring: str, rows: Sequence[_Row], here: Mapping[str, Sequence[Placed]]) -> None:
        """Tell which captures the rows of one number are, and what file and database together say of the ring."""
        schemes: dict[str, list[tuple[_Row, crbpo_identity.Told]]] = {}
        for row in rows:
            scheme = self._birds[row.repeated].scheme
            told = self._told_by(row, f"{scheme}{ring}")
            if told is not None and told.action != schema.WITHOUT_RING:
                schemes.setdefault(scheme, []).append((row, told))
        for scheme, of_ring in schemes.items():
            life = here.get(f"{scheme}{ring}", ())
            if len(of_ring) + len(life) < 2:
                continue
            if len(of_ring) == len(life) == 1 and crbpo_identity.is_same(of_ring[0][1], life[0].record):
                of_ring[0][0].uid = life[0].uid
                continue
            self._identify(of_ring, crbpo_identity.in_order(one.record for one in life))
            theirs = {row.uid for row, _told in of_ring}
            said = [self._said_of_ring(row, told) for row, told in of_ring]
            said += [crbpo_rings.stored(one) for one in life if one.uid not in theirs]
            notes = crbpo_rings.ring_notes(ring, said)
            if notes:
                self._ring_notes[f"{scheme}{ring}"] = notes

    def _said_of_ring(self, row: _Row, told: crbpo_identity.Told) -> crbpo_rings.Told:
        sex = str(self._birds[row.repeated].values.get("sex", ""))
        return crbpo_rings.Told((row.group, *told.content), told.action, told.species, sex, row.group.cells[0])

    def _told_by(self, row: _Row, ring_key: str) -> crbpo_identity.Told | None:
        """Return what tells which capture a row is; None for a row that is refused anyhow."""
        bird, session = self._birds[row.repeated], row.group.session
        species = self._species[row.own[2]].value
        if session is None or bird.fault is not None or species is None:
            return None

        def values() -> Values:
            try:
                return self._values(row, session, bird, _Saying((), (), ""))
            except RowRefusedError:
                return {}

        content = (session.uid, row.repeated, row.rare, row.own)
        number = self._number(row)
        day, here = session.day, session.here
        return crbpo_identity.Told(day, here, ring_key, bird.action, species.code, number, content, values)

    def _number(self, row: _Row) -> str:
        """Return the row's number at the CRBPO (cId_Data); "" for none, and for one that stands for several rows."""
        number = row.rare[_NUMBER].strip()
        return "" if number in self._doubtful else number

    @staticmethod
    def _identify(rows: Sequence[tuple[_Row, crbpo_identity.Told]], here: Sequence[Record]) -> None:
        found = crbpo_identity.identities([told for _row, told in rows], here)
        for (row, _told), identity in zip(rows, found, strict=True):
            row.uid, row.is_copied = identity.uid, identity.is_copied

    # ------------------------------------------------------------------------------------------- one row

    def parse(self, row: _Row) -> ParsedRow:
        """Return the records of a row; raises RowRefusedError with column and sentence."""
        if not self._settled:
            self._settle()
        group = row.group
        if group.fault is not None:
            raise RowRefusedError(group.fault.column, group.fault.sentence)
        session = group.session
        assert session is not None  # every group without a fault has one
        bird = self._birds[row.repeated]
        if bird.fault is not None:
            raise RowRefusedError(bird.fault.column, bird.fault.sentence)
        saying = _Saying((*group.notes, *bird.notes), (*group.proposals, *bird.proposals), group.memo)
        if row is self._first_na:
            sentence = _("« NA » a été lu comme une case vide, ici et dans tout le fichier.")
            saying.notes += (RowNote("", sentence),)
        if bird.action == crbpo.NO_BIRDS:
            return self._without_birds(row, session, saying)
        session.rank += 1
        return self._capture(row, session, bird, saying)

    def _without_birds(self, row: _Row, session: Session, saying: _Saying) -> ParsedRow:
        ring, _hour, species, *_measures = row.own
        if ring.strip() or species.strip():
            sentence = _("BREDOUILLE, mais une bague ou une espèce : gardez l’un ou l’autre.")
            raise RowRefusedError("ACTION", sentence)
        if row.rare[_MEMO].strip():
            saying.notes += (RowNote("MEMO", _("Séance sans capture : mémo mis avec celui de la séance.")),)
        if session.has_captures:
            sentence = _("BREDOUILLE alors que la même séance a des captures : gardez l’un ou l’autre.")
            raise RowRefusedError("ACTION", sentence)
        return ParsedRow(session.records, self._said(saying))

    def _capture(self, row: _Row, session: Session, bird: _Bird, saying: _Saying) -> ParsedRow:
        ring = self._ring(bird, row.own[0], saying)
        data = self._values(row, session, bird, saying)
        if ring is not None:
            key = ring.key
            data |= {"ring_scheme": ring.scheme, "ring": ring.number, "ring_key": key}
            saying.notes += self._ring_notes.get(key, ())
        if row.rare != self._no_rare or saying.memo:
            self._rare(row, data, saying)
        notes = self._said(saying)
        uid = self._uid(row, session, data)
        if row.is_copied and (known := self._told.get(uid)) is not None:
            return known
        if session.is_here:
            data["line"] = self._line(session, uid, data["line"])
        own = Record(uid, schema.CODE, "observation", session.uid, data, None, data.get("cd_nom"))
        above = self._above(session, bird)
        parsed = ParsedRow((*above, own), notes, above)
        if row.is_copied:
            self._told[uid] = parsed
        return parsed

    def _values(self, row: _Row, session: Session, bird: _Bird, saying: _Saying) -> dict[str, Any]:
        """Return the values of a capture but for its ring and what is rarely told."""
        _ring, hour_text, species_text, net_text, wing_text, mass_text = row.own
        species: Species = saying.take(self._species[species_text])
        is_chick = bird.values.get("age") == PULLUS
        data = {"line": session.rank, "action": bird.action, "species": species.code, **bird.values}
        if species.bird is not None:
            data["cd_nom"] = species.bird.cd_nom
        if (hour := self._hour(hour_text, session, saying)) is not None:
            data["hour"] = hour
        if net := saying.take(self._nets[net_text]):
            data["net"] = net
        if (wing := self._measure("LP", wing_text, species, is_chick, saying)) is not None:
            data["wing_mm"] = wing
        if (mass := self._measure("MA", mass_text, species, is_chick, saying)) is not None:
            data["mass_g"] = mass
        if row.group.own_theme:
            data["theme"] = row.group.own_theme
        if bird.ringer is not None and bird.ringer.uid != session.ringer:
            data["ringer"] = bird.ringer.uid
        if bird.trainee is not None and bird.trainee.uid != session.trainee:
            data["trainee"] = bird.trainee.uid
        return data

    def _above(self, session: Session, bird: _Bird) -> tuple[Record, ...]:
        """Return the records that a capture hangs on and points to, parents first: the same tuple for the same ones."""
        people = [one for one in (bird.ringer, bird.trainee) if one is not None]
        key = tuple([one.uid for one in people])
        above = session.above.get(key)
        if above is None:
            others = [one for one in people if one not in session.records]
            above = session.above[key] = (*others, *session.records)
        return above

    def _said(self, saying: _Saying) -> Sequence[RowNote]:
        """Return the notes of a row, what was put right first; without consent what had to be refuses the row."""
        if not saying.proposals and not saying.notes:
            return ()
        proposals = list(dict.fromkeys(saying.proposals))
        if proposals and not self._mends:
            raise RowRefusedError(proposals[0].column, " ".join(one.refused() for one in proposals), can_mend=True)
        return [*(RowNote(one.column, one.mended()) for one in proposals), *dict.fromkeys(saying.notes)]

    # -------------------------------------------------------------------------------------------- cells

    def _read_bird(self, cells: tuple[str, ...]) -> _Bird:
        """Read the cells that most captures share."""
        action_text, scheme_text, ringer, trainee, *codes = cells
        action = crbpo_cells.read_action(action_text)
        people = [crbpo_cells.read_text(column, text) for column, text in (("BG", ringer), ("SG", trainee))]
        found = [
            (name, crbpo_cells.read_code(column, name, text))
            for (column, name), text in zip(_CODES.items(), codes, strict=True)
        ]
        every: list[Cell[Any]] = [action, *people, *(cell for _name, cell in found)]
        scheme = crbpo_cells.read_scheme(scheme_text)
        if action.value in {schema.RINGED, schema.CONTROLLED, schema.RECOVERED}:
            every.append(scheme)
        return _Bird(
            action.value or "",
            scheme.value,
            {name: cell.value for name, cell in found if cell.value},
            self._people.named(people[0].value),
            self._people.named(people[1].value),
            tuple(note for cell in every for note in cell.notes),
            tuple(proposal for cell in every for proposal in cell.proposals),
            next((cell.fault for cell in every if cell.fault is not None), None),
        )

    def _ring(self, bird: _Bird, text: str, saying: _Saying) -> Ring | None:
        if bird.action != schema.WITHOUT_RING:
            if text.isdigit() and text.isascii() and crbpo_cells.SHORTEST_DIGITS <= len(text) <= LONGEST:
                return Ring(bird.scheme, text)  # nothing to be said of most rings
            ring: Ring = saying.take(crbpo_cells.read_ring_cell(bird.scheme, text))
            return ring
        if fold(text.strip(" .0")) not in {"", "sans"}:
            sentence = _("ACTION SANS (sans bague), mais une bague « {ring} » : gardez l’un ou l’autre.")
            raise RowRefusedError("BAGUE", sentence.format(ring=crbpo_cells.short(text)))
        return None

    def _hour(self, text: str, session: Session, saying: _Saying) -> str | None:
        """Return the hour of the capture; one outside the session is put right where that is evident."""
        cell = session.hours.get(text)
        if cell is None:
            cell = session.hours[text] = crbpo_cells.read_hour(text, session.opened, session.duration)
        hour: str | None = saying.take(cell)
        return hour

    def _measure(self, column: str, text: str, species: Species, is_chick: bool, saying: _Saying) -> float | None:
        if not text:
            return None
        key = column, species.code, is_chick, text
        cell = self._measures.get(key)
        if cell is None:
            bird = None if is_chick else species.bird
            cell = self._measures[key] = crbpo_cells.read_measure(column, text, bird)
        value: float | None = saying.take(cell)
        return value

    def _rare(self, row: _Row, data: dict[str, Any], saying: _Saying) -> None:
        """Read the cells that are empty in most rows, and add to the memo what belongs there."""
        for (column, name), text in zip(_RARE.items(), row.rare, strict=True):
            if not text:
                continue
            cell: Cell[Any] = (
                crbpo_cells.read_positive(column, text) if column == "LT" else crbpo_cells.read_text(column, text)
            )
            value = saying.take(cell)
            if value is not None and value != "":
                data[name] = value
        memo, scheme, number = crbpo.read_memo(data.get("comments", ""))
        if number:
            data |= {"comments": memo, "replaced_ring_scheme": scheme, "replaced_ring": number}
            data["replaced_ring_key"] = Ring(scheme, number).key
            if not memo:
                del data["comments"]
        if saying.memo:
            data["comments"] = " ".join(filter(None, (data.get("comments", ""), saying.memo)))

    # ------------------------------------------------------------------------------------------ identity

    def _uid(self, row: _Row, session: Session, data: dict[str, Any]) -> str:
        """Return the uid of the row's capture: what the whole file told, else the first of its kind on its day."""
        if row.uid:
            return row.uid
        what = data.get("ring_key") or data["species"]
        return crbpo_identity.new_uid(session.day, what, data["action"], 1, self._number(row))

    def _line(self, session: Session, uid: str, place: int) -> int:
        """Return the line of a capture among those that stand here."""
        present = self._present.get(session.uid)
        if present is None:
            present = self._present[session.uid] = _Present(self._known.children(session.uid))
        return present.line(uid, place)


class _Present:
    """The lines of the captures of a session that stand here."""

    def __init__(self, captures: Sequence[Record]) -> None:
        self._lines = {capture.uid: int(capture.data.get("line", 0)) for capture in captures}
        self._numbers = set(self._lines.values())
        self._last = max(self._numbers, default=0)
        self._is_other = False

    def line(self, uid: str, place: int) -> int:
        """Return the line of a capture that stands at this place of the file.

        As long as the captures here stand in the lines that the file gives them, it is the file that was read before,
        and what is new has its own line there; in any other file what is new comes after all that stands here.
        """
        known = self._lines.get(uid)
        self._is_other = self._is_other or (place in self._numbers if known is None else known != place)
        if known is not None:
            return known
        line = self._last + 1 if self._is_other else place
        self._lines[uid] = line
        self._last = max(self._last, line)
        return line
