"""What of the database is told to somebody: the visits of a selection in common terms, one after the other.

Each protocol tells its own visits (`core.occurrence.Standard`); here they are read, set by set, and what was said of
them in review is put to them. Where they lie on a map and how sensitive they are is not known yet: see `blurring`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge

import msgspec

from fieldapp.core import review
from fieldapp.core.dates import is_day_of_visit
from fieldapp.core.errors import FieldappError
from fieldapp.core.exchange import LeftOut
from fieldapp.core.ids import is_uid
from fieldapp.core.occurrence import (
    Dataset,
    Event,
    Occurrence,
    Place,
    Review,
    Standard,
    Telling,
    Visited,
    dataset_of,
    person_of,
)
from fieldapp.core.record import Record
from fieldapp.core.schema import Entity, Kind, StudyProtocol, Taxon, Values
from fieldapp.core.telling import in_part, text
from fieldapp.core.text import N_, _, fold
from fieldapp.store import records, taxa, visits
from fieldapp.store.connection import Database
from fieldapp.store.known_taxa import Taxa

DIRECTORY = "directory"
"""The protocol whose people and datasets all others point to."""

_KEPT = 5_000
"""Places that are kept in memory with what lies above and beside them; more are read anew."""

_ONE_DAY = 10  # characters of an ISO date


Untold = Callable[[LeftOut], object]
"""Is given each record that the selection holds and that nothing is told of."""

_NO_TAXON = N_("ligne sans espèce du référentiel : choisissez-la.")
_UNFINISHED = N_("ligne inachevée : elle ne dit pas si l’espèce a été vue.")
_NOBODY_LOOKED = N_("la visite dit que personne n’y a regardé, ou ne dit rien encore : corrigez la visite ou la ligne.")
_NO_DAY = N_("visite sans date, ou d’une date qui n’existe pas : corrigez sa date.")
_BELOW_DELETED = N_("sous un lieu supprimé ou absent : rétablissez le lieu, ou supprimez ce qui reste dessous.")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which visits and which of their lines are told; what is empty leaves nothing out.

    `first_on` and `last_on` are ISO days, both included. `places` are the uids of visits or of records of any level
    above them, `taxa` the cd_nom that count, `lines` the uids of the records that the occurrences come from. `within`
    is a polygon or multipolygon as WKT in degrees: what has no position lies outside. `levels` are those of
    STATUT_VALID that count. A visit of which nothing is left by `taxa`, `lines`, `within` or `levels` is not told.
    """

    protocols: frozenset[str] = frozenset()
    first_on: str = ""
    last_on: str = ""
    places: frozenset[str] = frozenset()
    taxa: frozenset[int] = frozenset()
    within: str = ""
    lines: frozenset[str] = frozenset()
    finished_only: bool = False
    levels: frozenset[str] = frozenset()


def tellings(db: Database, selection: Selection, untold: Untold | None = None) -> Iterator[Telling]:
    """Yield the visits of the selection told, in order of date, then of uid: all of one moment, whatever is saved.

    A visit that lies below something deleted is not told, nor is one without a day; `untold` is given these and every
    line that the selection holds and no occurrence tells, with the reason. People who were deleted are still named, for
    they observed; a dataset that was deleted counts as none. Nothing can be saved through this database until the last
    visit was asked for. FieldappError when `within` is no area.
    """
    keep = _sieve(selection)
    told = [protocol for protocol in db.protocols.values() if protocol.standard and _is_wanted(protocol, selection)]
    with db.snapshot():
        # Two visits never have one uid, so nothing but these two is ever compared.
        streams = [_Teller(db, protocol, selection, untold).told() for protocol in told]
        for _on_date, _uid, telling in merge(*streams, key=lambda found: found[:2]):
            kept = keep(telling)
            if kept is not None:
                yield kept


def places_named(db: Database, text: str) -> list[Record]:
    """Return the places of all protocols that are told whose title holds the text, capitals and accents apart.

    Those of the highest level come first, each level in the order of its titles; "" finds none.
    """
    wanted = fold(text.strip())
    if not wanted:
        return []
    levels: dict[int, list[tuple[str, Record]]] = {}
    for protocol in db.protocols.values():
        if protocol.standard is not None:
            for depth, entity, found in _places(db, protocol):
                titled = ((fold(entity.title(record.data)), record) for record in found)
                levels.setdefault(depth, []).extend(one for one in titled if wanted in one[0])
    return [record for depth in sorted(levels) for _title, record in sorted(levels[depth], key=lambda one: one[0])]


def taxa_below(db: Database, cd_nom: int) -> frozenset[int]:
    """Return the cd_nom with its synonyms, and all taxa below it with theirs, as far as the reference knows them."""
    return taxa.below(db, cd_nom)


def _is_wanted(protocol: StudyProtocol, selection: Selection) -> bool:
    return not selection.protocols or protocol.code in selection.protocols


def _places(db: Database, protocol: StudyProtocol) -> Iterator[tuple[int, Entity, list[Record]]]:
    """Yield the levels of places of a protocol from the top, each with its depth, its entity and its records."""
    chain = _above(protocol, _standard(protocol).visit)
    found: list[Record] = []
    for depth, entity in enumerate(reversed(chain)):
        above = [record.uid for record in found]
        found = records.undated(db, above, [entity.code]) if depth else records.roots(db, protocol.code, entity.code)
        yield depth, entity, found


def _above(protocol: StudyProtocol, code: str) -> list[Entity]:
    """Return the entities above one, the nearest first."""
    found = []
    parent = protocol.entity(code).parent
    while parent is not None:
        found.append(protocol.entity(parent))
        parent = found[-1].parent
    return found


def _standard(protocol: StudyProtocol) -> Standard:
    if protocol.standard is None:
        raise ValueError(protocol.code)
    return protocol.standard()


# ------------------------------------------------------------------------------------------- one protocol


@dataclass(frozen=True, slots=True)
class _Around:
    """What a place hands to all its visits: the records above them, by entity, and beside them; its uids.

    `is_live` is false where one of them was deleted, or is missing.
    """

    above: Mapping[str, Record]
    siblings: Mapping[str, Sequence[Record]]
    uids: frozenset[str]
    is_live: bool = True


_NOWHERE = _Around({}, {}, frozenset())
_LOST = _Around({}, {}, frozenset(), is_live=False)


class _Teller:
    """Reads the visits of one protocol piece by piece and has them told."""

    def __init__(self, db: Database, protocol: StudyProtocol, selection: Selection, untold: Untold | None) -> None:
        self._db = db
        self._protocol = protocol
        self._standard = _standard(protocol)
        self._selection = selection
        self._untold = untold
        self._lies_within = _area(selection.within) if selection.within else None
        self._taxa: Mapping[int, Taxon] = Taxa(db, protocol)
        self._around: dict[str, _Around] = {}
        self._links: dict[str, Record] = {}
        self._pointing = {entity.code: _links_of(db, entity) for entity in protocol.entities}
        self._dataset_fields = [
            item.name for item in protocol.entity(self._standard.visit).fields if item.target == "dataset"
        ]
        self._default = _default_dataset(db, protocol.code)
        self._has_deeper = any(entity.parent == self._standard.line for entity in protocol.entities)
        self._wanted_visits = visits.parents(db, selection.lines) if selection.lines else None

    def told(self) -> Iterator[tuple[str, str, Telling]]:
        """Yield day, uid and telling of each visit that the selection may hold."""
        chosen = self._selection
        protocol, entity = self._protocol.code, self._standard.visit
        for piece in visits.pieces(self._db, protocol, entity, chosen.first_on, chosen.last_on):
            yield from self._told(piece)
        if self._untold is not None and not (chosen.first_on or chosen.last_on):
            for piece in visits.undated(self._db, protocol, entity):
                yield from self._told(piece)

    def _told(self, piece: Sequence[Record]) -> Iterator[tuple[str, str, Telling]]:
        self._learn_places(piece)
        wanted = [visit for visit in piece if self._may_hold(visit)]
        uids = [visit.uid for visit in wanted]
        lines = visits.lines(self._db, uids) if wanted else {}
        deeper = visits.below_lines(self._db, uids) if wanted and self._has_deeper else {}
        self._learn_links([*wanted, *(line for below in lines.values() for line in below)])
        for visit in wanted:
            below = lines.get(visit.uid, [])
            fault = self._fault(visit)
            telling = None if fault else self._tell(visit, below, deeper)
            if self._untold is not None:
                self._account(visit, below, telling, fault)
            if telling is not None and (telling.event.is_finished or not self._selection.finished_only):
                yield visit.on_date or "", visit.uid, telling

    def _fault(self, visit: Record) -> str:
        """Return why a visit can't be told at all, "" where it can."""
        if not self._around_of(visit).is_live:
            return _BELOW_DELETED
        return "" if is_day_of_visit(visit.on_date) else _NO_DAY

    def _account(self, visit: Record, lines: Sequence[Record], telling: Telling | None, fault: str) -> None:
        """Hand on the lines that nothing is told of; a visit without any, where it can't be told at all, itself."""
        chosen, tell_of = self._selection, self._untold
        if tell_of is None or (self._lies_within and (telling is None or not self._lies_within(telling.event.place))):
            return
        told = {one.record for one in telling.occurrences} if telling else set()
        known = {one.uid: one for one in telling.untold} if telling else {}
        for line in lines or ([visit] if fault else []):
            if line.uid in told or (line is not visit and line.entity != self._standard.line):
                continue
            if (chosen.taxa and line.cd_nom not in chosen.taxa) or (chosen.lines and line.uid not in chosen.lines):
                continue
            if chosen.levels and review.level(line) not in chosen.levels:
                continue
            tell_of(known.get(line.uid) or LeftOut(line.uid, self._title(visit, line), _(fault or _why(line, telling))))

    def _title(self, visit: Record, line: Record) -> str:
        taxon = self._taxa.get(line.cd_nom) if line.cd_nom else None
        return ", ".join(filter(None, (taxon.nom_complet if taxon else "", visit.on_date)))

    def _may_hold(self, visit: Record) -> bool:
        around = self._around_of(visit)
        if self._wanted_visits is not None and not (
            visit.uid in self._wanted_visits or visit.uid in self._selection.lines
        ):
            return False
        places = self._selection.places
        return not places or visit.uid in places or not places.isdisjoint(around.uids)

    def _tell(self, visit: Record, lines: Sequence[Record], deeper: Mapping[str, Sequence[Record]]) -> Telling | None:
        around = self._around_of(visit)
        visited = Visited(
            visit, around.above, lines, self._links, deeper, around.siblings, self._dataset_of(visit.data)
        )
        telling = self._standard.tell(visited, self._taxa)
        if telling is None:
            return None
        if self._lacks_lines(telling, lines):
            telling = in_part(telling, telling.occurrences, lacks_lines=True)
        return reviewed(telling, visit, lines, self._links)

    def _lacks_lines(self, telling: Telling, lines: Sequence[Record]) -> bool:
        """Return whether a line may be of something that was seen and is not told: one that nobody finished."""
        told = {one.record for one in telling.occurrences}.union(one.uid for one in telling.untold)
        return any(line.uid not in told and line.entity == self._standard.line for line in lines)

    def _dataset_of(self, values: Values) -> Dataset:
        for name in self._dataset_fields:
            own = self._links.get(text(values, name))
            if own is not None and not own.deleted:
                return dataset_of(own)
        return self._default

    def _around_of(self, visit: Record) -> _Around:
        return self._around[visit.parent] if visit.parent else _NOWHERE

    def _learn_places(self, piece: Sequence[Record]) -> None:
        """Read what lies above and beside these visits, as far as it is not known."""
        if len(self._around) > _KEPT:
            self._around.clear()
        fresh = {visit.parent for visit in piece if visit.parent} - self._around.keys()
        if not fresh:
            return
        found = records.get_many(self._db, fresh)
        beside: dict[str, dict[str, list[Record]]] = {}
        if self._standard.siblings:
            for record in records.undated(self._db, fresh, self._standard.siblings):
                beside.setdefault(record.parent or "", {}).setdefault(record.entity, []).append(record)
        for one in records.placed(self._db, list(found.values())):
            above = {one.record.entity: one.record, **one.parents}
            is_live = not any(record.deleted for record in above.values())
            uids = frozenset(record.uid for record in above.values())
            self._around[one.uid] = _Around(above, beside.get(one.uid, {}), uids, is_live)
        self._around.update(dict.fromkeys(fresh - found.keys(), _LOST))
        self._learn_links(record for uid in fresh for record in _records_of(self._around[uid]))

    def _learn_links(self, pointing: Iterable[Record]) -> None:
        """Read the people and datasets that these records point to, as far as they are not known."""
        wanted: dict[str, None] = {}
        for record in pointing:
            for name in self._pointing.get(record.entity, ()):
                value = record.data.get(name)
                if isinstance(value, str):
                    wanted[value] = None
                elif isinstance(value, list):
                    wanted.update(dict.fromkeys(one for one in value if isinstance(one, str)))
            if review.VALIDATED in record.data:
                wanted[_validator(record)] = None
        self._links.update(records.get_many(self._db, [uid for uid in wanted if uid not in self._links]))


def _why(line: Record, telling: Telling | None) -> str:
    """Return why nothing is told of a line whose visit can be told."""
    if not line.cd_nom:
        return _NO_TAXON
    return _NOBODY_LOOKED if telling is None else _UNFINISHED


def _records_of(around: _Around) -> Iterator[Record]:
    yield from around.above.values()
    for beside in around.siblings.values():
        yield from beside


def _links_of(db: Database, entity: Entity) -> list[str]:
    """Return the names of an entity's fields that point to people or datasets."""
    known = {item.code for item in db.protocols[DIRECTORY].entities} if DIRECTORY in db.protocols else set()
    return [item.name for item in entity.fields if item.kind in {Kind.LINK, Kind.LINKS} and item.target in known]


def _default_dataset(db: Database, protocol: str) -> Dataset:
    """Return the dataset that says it is of a protocol's visits (the first made of several), an empty one for none."""
    for record in records.roots(db, DIRECTORY, "dataset"):
        chosen = record.data.get("protocols")
        if isinstance(chosen, list) and protocol in chosen:
            return dataset_of(record)
    return Dataset()


# ------------------------------------------------------------------------------------------------- review


def reviewed(telling: Telling, visit: Record, lines: Sequence[Record], links: Mapping[str, Record]) -> Telling:
    """Return the telling with what was said in review of each line, else of its visit.

    A line that was changed since it was validated waits again, whatever was said of its visit. `links` are the people
    who validated, by uid.
    """
    of_visit = _review_of(visit, None, links)
    said = {
        line.uid: _review_of(line, of_visit, links)
        for line in lines
        if review.VALIDATED in line.data or review.REMARKABLE in line.data
    }
    if of_visit is None and not said:
        return telling
    told = []
    for one in telling.occurrences:
        found = said.get(one.record, of_visit)
        told.append(one if found is None else msgspec.structs.replace(one, review=found))
    return msgspec.structs.replace(telling, occurrences=tuple(told))


def _validator(record: Record) -> str:
    """Return the uid or the name of who validated a record, "" where nobody is said to have."""
    said = record.data.get(review.VALIDATED)
    return str(said.get("by", "")) if isinstance(said, dict) else ""


def _review_of(record: Record, otherwise: Review | None, links: Mapping[str, Record]) -> Review | None:
    """Return what was said of a record, as far as it holds; None where nothing was."""
    values = record.data
    remark = values.get(review.REMARKABLE)
    remark = remark if isinstance(remark, str) else ""
    if review.VALIDATED not in values:
        if not remark:
            return otherwise
        return msgspec.structs.replace(otherwise or Review(), remark=remark)
    said = review.validation(record)
    if said is None:
        return Review(remark=remark)
    by = _validator(record)
    person = person_of(links.get(by))
    return Review(
        level=str(said["level"]),
        by=person.name if person else "" if is_uid(by) else by,
        on=str(said.get("at", ""))[:_ONE_DAY],
        comment=str(said.get("comment", "")),
        remark=remark,
    )


# ---------------------------------------------------------------------------------------- what is left of it

Sieve = Callable[[Telling], Telling | None]


def _sieve(selection: Selection) -> Sieve:
    """Return what leaves out the occurrences that the selection does not hold, and visits of which nothing is left.

    A visit that loses some claims no longer that all was told, and neither does a season that may have lost any.
    """
    tests: list[Callable[[Occurrence], bool]] = []
    if chosen := selection.taxa:
        tests.append(lambda one: one.cd_nom in chosen)
    if lines := selection.lines:
        tests.append(lambda one: one.record in lines)
    if levels := selection.levels:
        tests.append(lambda one: one.review.level in levels)
    if selection.within:
        lies_within = _area(selection.within)
        tests.append(lambda one: lies_within(one.where))
    has_whole_visits = not (tests or selection.finished_only)

    def kept(telling: Telling) -> Telling | None:
        left = telling.occurrences
        if tests:
            left = tuple(one for one in left if all(test(one) for test in tests))
            if not left:
                return None
        is_whole = has_whole_visits and _holds(selection, telling.event.parent)
        return telling if is_whole else in_part(telling, left)

    return kept


def _holds(selection: Selection, season: Event | None) -> bool:
    """Return whether the places and days of the selection are all of a season, and of those above it."""
    if season is None:
        return True
    if selection.places and season.place.uid not in selection.places:
        return False
    if selection.first_on > season.date_min:
        return False
    if selection.last_on and not season.date_min <= season.date_max <= selection.last_on:
        return False
    return _holds(selection, season.parent)


def _area(wkt: str) -> Callable[[Place], bool]:
    """Return what says of a place whether it lies in an area, or has a part there where it is no point."""
    import shapely

    try:
        area = shapely.from_wkt(wkt)
    except shapely.errors.ShapelyError:
        area = None
    if area is None or area.geom_type not in {"Polygon", "MultiPolygon"} or not area.is_valid:
        raise FieldappError(
            _("Ce qui limite la demande n’est pas une surface : dessinez-la ou choisissez-la de nouveau.")
        )
    shapely.prepare(area)
    known: dict[tuple[float | None, float | None, str], bool] = {}

    def lies_within(place: Place) -> bool:
        key = (place.longitude, place.latitude, place.wkt)
        if key not in known:
            if len(known) > _KEPT:
                known.clear()
            known[key] = _touches(area, place)
        return known[key]

    def _touches(area: shapely.Geometry, place: Place) -> bool:
        if place.wkt:
            # An outline that crosses itself can't be compared with an area: its point is.
            with contextlib.suppress(shapely.errors.ShapelyError):
                return bool(shapely.intersects(area, shapely.from_wkt(place.wkt)))
        if place.longitude is None or place.latitude is None:
            return False
        return bool(shapely.intersects_xy(area, place.longitude, place.latitude))

    return lies_within
