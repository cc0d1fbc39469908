"""The rows of a CRBPO table, read into records: people, place, net set, session, capture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from fieldapp.core.exchange import Cells, Known, ParsedRow, RowNote, RowRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import crbpo, crbpo_cells, crbpo_groups, crbpo_rings, schema
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
_MEMO = tuple(_RARE).index("MEMO")
_OWN = ("BAGUE", "HEURE", "ESPECE", "NF", "LP", "MA")
_CHICK = "PUL"
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
    """The cells of a row as the parser keeps them: those that repeat are shared with other rows."""

    group: Group
    repeated: tuple[str, ...]
    rare: tuple[str, ...]
    own: tuple[str, ...]


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
        self._alike: dict[tuple[str, ...], dict[object, int]] = {}
        self._present: dict[str, _Present] = {}

    # -------------------------------------------------------------------------------------- the whole file

    def survey(self, cells: Cells) -> _Row:
        """Take note of the row's session and ring, and return the cells that it is read from."""
        of_session, of_bird, of_rare, of_row = self._pick
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
        self._rings.setdefault(own[0].replace(".", "").replace(" ", "").upper(), []).append(row)
        return row

    def _settle(self) -> None:
        """Work out, after the last row was surveyed, what the file as a whole explains."""
        self._settled = True
        Sessions(self._known, self._people).settle(list(self._groups.values()))
        for ring, rows in self._rings.items():
            if ring and len(rows) > 1:
                self._settle_ring(ring, rows)
        self._rings.clear()

    def _settle_ring(self, ring: str, rows: Sequence[_Row]) -> None:
        told: dict[str, list[crbpo_rings.Told]] = {}
        for row in rows:
            bird, species = self._birds[row.repeated], self._species[row.own[2]].value
            if bird.fault is None and species is not None and bird.action != schema.WITHOUT_RING:
                content = (row.group, row.repeated, row.rare, row.own)
                sex = str(bird.values.get("sex", ""))
                date = row.group.cells[0]
                told.setdefault(bird.scheme, []).append(crbpo_rings.Told(content, bird.action, species.code, sex, date))
        for scheme, of_ring in told.items():
            notes = crbpo_rings.ring_notes(ring, of_ring) if len(of_ring) > 1 else ()
            if notes:
                self._ring_notes[f"{scheme}{ring}"] = notes

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
        known = self._told.get(uid)
        if known is not None:
            return known
        own = Record(uid, schema.CODE, "observation", session.uid, data, None, data.get("cd_nom"))
        parsed = ParsedRow((*self._above(session, bird), own), notes)
        if ring is not None:
            self._told[uid] = parsed
        return parsed

    def _values(self, row: _Row, session: Session, bird: _Bird, saying: _Saying) -> dict[str, Any]:
        """Return the values of a capture but for its ring and what is rarely told."""
        _ring, hour_text, species_text, net_text, wing_text, mass_text = row.own
        species: Species = saying.take(self._species[species_text])
        is_chick = bird.values.get("age") == _CHICK
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
        """Return the records that a capture hangs on and points to, parents first."""
        people = [one for one in (bird.ringer, bird.trainee) if one is not None and one not in session.records]
        return (*people, *session.records) if people else session.records

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
            action.fault,
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
                crbpo_cells.read_number(column, text) if column == "LT" else crbpo_cells.read_text(column, text)
            )
            value = saying.take(cell)
            if value is not None and value != "":
                data[name] = value
        if saying.memo:
            data["comments"] = " ".join(filter(None, (data.get("comments", ""), saying.memo)))

    # ------------------------------------------------------------------------------------------ identity

    def _uid(self, row: _Row, session: Session, data: dict[str, Any]) -> str:
        """Return the uid of a capture: what every laptop gives to this bird, or that of the capture typed here.

        Copies of one row are one capture, unless the bird bears no ring. The lines of what is new come after those
        typed here.
        """
        ring = data.get("ring_key", "")
        key = (ring or data["species"], data["action"], data.get("hour", ""))
        content = (row.repeated, row.rare, row.own) if ring else row
        alike = self._alike.setdefault((session.uid, *key), {})
        number = alike.setdefault(content, len(alike) + 1)
        uid = name_uid("capture", "|".join((session.uid, *key, str(number))))
        if not session.is_here:
            return uid
        present = self._present.get(session.uid)
        if present is None:
            present = self._present[session.uid] = _Present(self._known.children(session.uid))
        if uid in present.uids:
            return uid
        typed = present.typed.get(key, [])
        if number <= len(typed):
            return typed[number - 1]
        data["line"] += present.last_line
        return uid


class _Present:
    """The captures of a session that stand here: all uids, and those typed here by what tells them apart.

    The uids of records that came from a file are of version 5 (see `core.ids`).
    """

    def __init__(self, captures: Sequence[Record]) -> None:
        self.uids = {capture.uid for capture in captures}
        self.typed: dict[tuple[str, str, str], list[str]] = {}
        typed = [capture for capture in captures if capture.uid[14:15] != "5"]
        self.last_line = max((int(capture.data.get("line", 0)) for capture in typed), default=0)
        for capture in sorted(typed, key=lambda one: (one.data.get("line", 0), one.uid)):
            values = capture.data
            key = str(values.get("ring_key") or values.get("species", "")), str(values.get("action", ""))
            self.typed.setdefault((*key, str(values.get("hour", ""))), []).append(capture.uid)
