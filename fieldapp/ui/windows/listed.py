"""What the page "data" asks of a protocol, of passages, sessions or mornings: its lines, and what is to be finished."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fieldapp.core.record import Placed
from fieldapp.core.schema import Entity, StudyProtocol
from fieldapp.store import listing, records
from fieldapp.store.connection import Database
from fieldapp.ui.background import Progress
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, Row

Missing = Mapping[str, tuple[str, ...]]
"""What each visit or session lacks: its uid -> sentences."""

Report = Callable[[int, int], object]
"""Called with how many are done, of how many; may raise to stop."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown: a season (None: all), a place, a taxon, letters; or what is to be finished instead of the rows."""

    year: int | None = None
    root: str | None = None
    cd_nom: int | None = None
    text: str = ""
    incomplete: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether something else than the season is chosen."""
        return bool(self.root or self.cd_nom or self.text or self.incomplete)


@dataclass(frozen=True, slots=True)
class ListWords:
    """The words of a protocol's lists, as they are shown.

    `anywhere` stands in the empty field of the place, `contains` says what the letters are looked for in. `dated` names
    the visits or sessions, `unfinished` those to be finished, and `count` says how many there are of them. `empty` and
    `complete` are said where there is nothing to show.
    """

    place: str
    anywhere: str
    choose_place: str
    contains: str
    dated: str
    unfinished: str
    only_unfinished: str
    checking: str
    empty: str
    bring_in: str
    complete: str
    count: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Way:
    """Where a line leads by a key; `target` gives the page and its parameters, None where it leads nowhere.

    `label` stands on its button, `todo` where the lines are what is to be finished ("": there is no such way then).
    """

    key: str
    label: str
    todo: str
    words: str
    icon: str
    target: Callable[[Placed], tuple[str, dict[str, Any]] | None]
    name: str = ""


class Listed(Protocol):
    """The lists of one protocol.

    `ways[0]` is what Enter does; `flexible` gives columns their least width in heights of the text and their share of
    the room to spare; `with_year` says whether dates are written with their year.
    """

    with_year: bool

    @property
    def protocol(self) -> StudyProtocol:
        """The protocol."""
        ...

    @property
    def entity(self) -> Entity:
        """The entity of the lines."""
        ...

    @property
    def visit(self) -> Entity:
        """The dated entity above them."""
        ...

    @property
    def group(self) -> Entity:
        """The entity of the places at the top."""
        ...

    @property
    def words(self) -> ListWords:
        """The words of the lists."""
        ...

    @property
    def ways(self) -> Sequence[Way]:
        """Where a line leads."""
        ...

    @property
    def flexible(self) -> Mapping[int, tuple[int, float]]:
        """The columns that share the room to spare."""
        ...

    @property
    def todo(self) -> TodoTable:
        """The list of what is to be finished."""
        ...

    def columns(self) -> list[Column]:
        """Return the columns of the lines."""
        ...

    def fetch(self, ids: Sequence[int]) -> list[Row]:
        """Return the words of these row numbers; a record that is gone gives an empty row."""
        ...

    def is_everywhere(self, text: str) -> bool:
        """Return whether the letters mean one thing (a ring) that is looked for in all seasons."""
        ...

    def ids(self, db: Database, wanted: Filter) -> array[int]:
        """Return the row numbers that the filter leaves, newest first; in the background."""
        ...

    def lacking(self, db: Database, year: int | None, report: Report) -> Missing:
        """Return what each visit or session of a season (None: all) lacks; in the background."""
        ...


class TodoTable(Protocol):
    """The columns and words of the visits or sessions to be finished.

    `undated` is an entity without a date that may be to finish as well, and comes first (a campaign); "" for none.
    """

    missing: Missing
    undated: str

    def columns(self) -> list[Column]:
        """Return the columns; what is missing takes the room."""
        ...

    def fetch(self, ids: Sequence[int]) -> list[Row]:
        """Return the words of these row numbers."""
        ...

    def sentence(self, uid: str) -> str:
        """Return all that a visit or session lacks."""
        ...


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The visits to show, newest first, as row numbers; `missing` holds all those of the season."""

    ids: array[int]
    missing: Missing


def listed(services: Services, protocol: StudyProtocol) -> Listed:
    """Return the lists of a protocol; LookupError where it has none."""
    if protocol.session is not None:
        from fieldapp.ui.banding.listed import CaptureTable

        return CaptureTable(services, protocol)
    if protocol.board is not None:
        from fieldapp.ui.barrier.listed import CatchTable

        return CatchTable(services, protocol)
    if protocol.day_list is not None:
        from fieldapp.ui.occasional.listed import DayListTable

        return DayListTable(services, protocol)
    from fieldapp.ui.windows.observations import ObservationTable

    return ObservationTable(services, protocol)


def group_of(protocol: StudyProtocol) -> str | None:
    """Return the entity of a protocol's places at the top, None where it has no way of entry.

    A list of the day says itself where it was.
    """
    if protocol.form is not None:
        return protocol.form.round.group
    if protocol.board is not None:
        return protocol.board.site
    if protocol.day_list is not None:
        return protocol.day_list.sheet.visit
    return protocol.session.group if protocol.session is not None else None


def in_use(db: Database) -> list[StudyProtocol]:
    """Return the protocols that have a place, in the order of the rail; the first of the rail where none has."""
    entered = [(protocol, group) for protocol in db.protocols.values() if (group := group_of(protocol))]
    entered.sort(key=lambda pair: (pair[0].form is None, pair[0].session is None, pair[0].board is None))
    found = [protocol for protocol, group in entered if _has_any(db, protocol, group)]
    return found or [protocol for protocol, _group in entered[:1]]


def _has_any(db: Database, protocol: StudyProtocol, group: str) -> bool:
    """Return whether there is a record of the entity; of dated ones, which may be many, none is read."""
    if protocol.entity(group).date_field:
        return bool(records.years(db, protocol.code, group))
    return bool(records.roots(db, protocol.code, group))


def name_of(protocol: StudyProtocol) -> str:
    """Return what the rail calls the protocol, not yet translated."""
    entry = protocol.form or protocol.session or protocol.board or protocol.day_list
    return entry.label if entry is not None else protocol.label


def found_ids(services: Services, table: Listed, wanted: Filter) -> array[int]:
    """Return the row numbers that the filter leaves, newest first; with a connection of its own."""
    with services.open_own() as db:
        return table.ids(db, wanted)


def found_incomplete(
    services: Services, table: Listed, wanted: Filter, known: Missing | None, progress: Progress
) -> Incomplete:
    """Return what is to be finished of a season (None: all), in one place and with letters where given.

    `known` is what was found before for this season. A connection of its own; raises CancelledError.
    """
    with services.open_own() as db:
        missing = known if known is not None else table.lacking(db, wanted.year, progress.report)
        code = table.protocol.code
        ids = listing.ids(
            db, code, table.visit.code, year=wanted.year, root=wanted.root, text=wanted.text, among=missing
        )
        if above := table.todo.undated:
            ids = listing.ids(db, code, above, root=wanted.root, text=wanted.text, among=missing) + ids
    return Incomplete(ids, missing)
