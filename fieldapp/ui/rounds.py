"""What the season and the round pages show, worked out from the records: no Qt, no SQL.

A season is a calendar year. A passage is done at a place when its visit is complete (see `fieldapp.ui.standing`), an
unreachable place included: it was gone to. A visit that lacks something is a draft and still to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fieldapp.core import clock, dates
from fieldapp.core.forms import Due, PlaceState, RoundForm
from fieldapp.core.parse import show_date, show_number
from fieldapp.core.positions import distance_km
from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Kind, StudyProtocol, Taxon, Values
from fieldapp.core.text import _, fold, ngettext
from fieldapp.store import changes, drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui.standing import Judge, is_done, links_of, reached

ASSIGNMENT = "assignment"
"""The entity that says who is to go to a place at one passage of one year."""


SHEET_DRAFT = "sheet"
"""The drafts of visit sheets are kept under "sheet:protocol:site:…" """


def today() -> date:
    """Return the local day; the pages ask here, so that a test can choose it."""
    return clock.today()


def season_day(year: int) -> date:
    """Return the day from which a season is looked at: today in this year's, its last day in a past one."""
    now = today()
    return now if year == now.year else date(year, 12, 31)


def form_of(protocol: StudyProtocol) -> RoundForm:
    """Return the round of a protocol that has one."""
    if protocol.form is None:
        raise LookupError(protocol.code)
    return protocol.form.round


def with_rounds(protocols: Mapping[str, StudyProtocol]) -> list[StudyProtocol]:
    """Return the protocols that are walked in rounds."""
    return [protocol for protocol in protocols.values() if protocol.form is not None]


# ------------------------------------------------------------------------------------------------ season


@dataclass(frozen=True, slots=True)
class Area:
    """One aire in one season: at how many places each passage is done, and what is next.

    `done` holds the places done by passage, `missing` is about `passage` (the one the line speaks of), `last_on` the
    day of its newest visit this season, complete or not. `state` is the code of a badge, `words` what stands in it.
    """

    uid: str
    name: str
    due: Due
    total: int
    done: Mapping[int, int]
    passage: int
    state: str
    words: str
    last_on: str | None = None

    @property
    def missing(self) -> int:
        """The places where the passage is still to do, or to complete."""
        return max(0, self.total - self.done.get(self.passage, 0))


@dataclass(frozen=True, slots=True)
class Season:
    """All aires of a protocol in one season, in order of name; `visits` counts the season's visits."""

    year: int
    areas: tuple[Area, ...]
    visits: int

    @property
    def places(self) -> int:
        """The number of places of all aires."""
        return sum(area.total for area in self.areas)


def season(db: Database, protocol: StudyProtocol, day: date) -> Season:
    """Return the season of the day's year.

    Reads the aires, this season's visits and their places, and one step along an index for each place: the seasons
    before cost nothing.
    """
    form = form_of(protocol)
    groups = records.roots(db, protocol.code, form.group)
    uids = [group.uid for group in groups]
    totals = records.child_counts(db, uids, form.site)
    last = records.last_years(db, uids, day.year)
    visits = records.dated(db, protocol.code, form.visit, f"{day.year}-01-01", f"{day.year}-12-31")
    judge = Judge(protocol, day.year, set(sheets_begun(db, protocol).values()), links_of(db, protocol, visits))
    all_done, newest = reached(db, {group.uid: group for group in groups}, visits, judge)
    title = protocol.entity(form.group).title
    areas = []
    for group in groups:
        done = all_done.get(group.uid, {})
        due = form.due(group.data, _followed(last.get(group.uid), day.year if group.uid in newest else None), day)
        total = totals.get(group.uid, 0)
        walked = group.uid in newest
        passage, state, words = _standing(form, group.data, due, total, done, walked)
        name = shown(title(group.data))
        areas.append(Area(group.uid, name, due, total, done, passage, state, words, newest.get(group.uid)))
    return Season(day.year, tuple(sorted(areas, key=lambda area: name_key(area.name))), len(visits))


def _standing(
    form: RoundForm, group: Values, due: Due, total: int, done: Mapping[int, int], walked: bool
) -> tuple[int, str, str]:
    """Return the passage that the aire's line speaks of, the badge and its words; `done` has each passage begun."""
    current = due.passage or (max(done) if done else form.passages[0])
    if not due.is_due and not walked:
        return current, "neutral", _not_this_year(group)
    if not total:
        return current, "info", _("pas encore de mare")
    before = [number for number in form.passages if number < current and number in done and done[number] < total]
    if before and current not in done:
        return before[-1], "review", lacking(total - done[before[-1]], before[-1])
    here = done.get(current, 0)
    if here >= total:
        return current, "done", _("terminé")
    if due.passage is None:
        return current, *_outside_windows(here, total, current, done)
    if current in done:
        return current, "doing", _("en cours")
    until = _("à faire avant le {day}").format(day=day_month(due.until)) if due.until else _("à faire")
    return current, "todo", until


def _outside_windows(here: int, total: int, passage: int, done: Mapping[int, int]) -> tuple[str, str]:
    if not done:
        return "todo", _("à faire, hors période")
    return ("review", lacking(total - here, passage)) if passage in done else ("todo", _("à faire"))


def _not_this_year(group: Values) -> str:
    every = int(group.get("years_between", 2))
    return _("pas cette année (cycle de {n} ans)").format(n=every)


def lacking(count: int, passage: int) -> str:
    """Return "4 mares sans passage 1"."""
    return ngettext("{n} mare sans passage {p}", "{n} mares sans passage {p}", count).format(n=count, p=passage)


def tonight(season: Season, begun: Collection[str] = ()) -> Area | None:
    """Return the aire to go on with; None when all is done, or outside the periods of the passages.

    One with a sheet that was begun (`begun`: uids of aires), else the one walked last, else the one that closes first.
    """
    open_now = [area for area in season.areas if area.due.passage is not None and area.missing]
    walked = [area for area in open_now if area.state in {"doing", "review"}]
    if walked:
        return max(walked, key=lambda area: (area.uid in begun, area.state == "doing", area.last_on or ""))
    due = [area for area in open_now if area.state == "todo"]
    return min(due, key=lambda area: (area.due.until or date.max, name_key(area.name)), default=None)


# ------------------------------------------------------------------------------------------------- round


@dataclass(frozen=True, slots=True)
class Place:
    """One place of an aire at one passage: its state, what was seen, who went, who is to go, how far it lies.

    `at` is (latitude, longitude) in degrees. `on_date` and `time` are those of the visit. `distance_m` is to the place
    visited last, None where one of the two has no position.
    """

    uid: str
    name: str
    state: PlaceState
    visit: str | None = None
    on_date: str = ""
    time: str = ""
    species: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    at: tuple[float, float] | None = None
    distance_m: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do here."""
        return not is_done(self.state)


@dataclass(frozen=True, slots=True)
class Round:
    """One aire at one passage of one year, its places in order of name; `done` counts the places done by passage."""

    group: Record
    name: str
    passage: int
    year: int
    due: Due
    places: tuple[Place, ...]
    done: Mapping[int, int]
    last: str | None

    @property
    def left(self) -> int:
        """The places where there is still something to do."""
        return sum(place.is_open for place in self.places)

    def nearest_first(self) -> list[Place]:
        """Return the places to do, from the nearest to the one visited last on, then the others in the same way.

        Those without a distance stand last of their part.
        """

        def far(place: Place) -> tuple[object, ...]:
            return (not place.is_open, place.distance_m is None, place.distance_m or 0, name_key(place.name))

        return sorted(self.places, key=far)

    def next_place(self) -> Place | None:
        """Return where to go now: a sheet that was begun, else the nearest place to do, else the first by name."""
        begun = next((place for place in self.places if place.state is PlaceState.DRAFT), None)
        return begun or next((place for place in self.nearest_first() if place.is_open), None)


def round_of(
    db: Database, protocol: StudyProtocol, group: str, passage: int | None, day: date, taxa: Mapping[int, Taxon]
) -> Round | None:
    """Return the round of an aire in the year of the day; None when the aire is gone.

    Without `passage` it is that of the day's window, else the first that has not reached every place.
    """
    form = form_of(protocol)
    tree = records.tree(db, group, years=(day.year, day.year))
    if tree is None:
        return None
    sites = [node for node in tree.children if node.record.entity == form.site]
    begun = sheets_begun(db, protocol, day.year)
    judged = _judged(db, protocol, tree.record, sites, begun, day.year)
    done: dict[int, int] = {}
    for (_uid, number), (_visit, state) in judged.items():
        done[number] = done.get(number, 0) + is_done(state)
    last_year = records.last_years(db, [group], day.year).get(group)
    walked = any(child.record.entity == form.visit for site in sites for child in site.children)
    due = form.due(tree.record.data, _followed(last_year, day.year if walked else None), day)
    chosen = passage or due.passage or next(
        (number for number in form.passages if done.get(number, 0) < len(sites)), form.passages[-1]
    )  # fmt: skip
    people = _people(db, protocol, sites)
    found = [_place(protocol, node, chosen, day.year, begun, judged, people, taxa) for node in sites]
    last = max((place for place in found if place.visit), key=lambda place: (place.on_date, place.time), default=None)
    here = last.at if last else None
    placed = [_with_distance(place, here) for place in sorted(found, key=lambda place: name_key(place.name))]
    name = shown(protocol.entity(form.group).title(tree.record.data))
    return Round(tree.record, name, chosen, day.year, due, tuple(placed), done, last.uid if last else None)


def _followed(*years: int | None) -> list[int]:
    """Return the years in which an aire was walked, of those that are known."""
    return [year for year in years if year is not None]


Judged = Mapping[tuple[str, int], tuple[Node, PlaceState]]
"""The visit that counts at a place for a passage, and how far it is: (place, passage) -> (visit, state)."""


def _judged(
    db: Database,
    protocol: StudyProtocol,
    group: Record,
    sites: Sequence[Node],
    begun: Mapping[tuple[str, int], str],
    year: int,
) -> Judged:
    """Return the visits that count; of two visits of one passage the later does."""
    form = form_of(protocol)
    visits = [(site, child) for site in sites for child in site.children if child.record.entity == form.visit]
    judge = Judge(protocol, year, set(begun.values()), links_of(db, protocol, (node.record for _site, node in visits)))
    counting = {(site.record.uid, form.passage_of(node.record.data)): (site, node) for site, node in visits}
    found = {}
    for key, (site, node) in counting.items():
        parents = {site.record.entity: site.record.data, group.entity: group.data}
        found[key] = node, judge.state(node.record, [child.record for child in node.children], parents)
    return found


def _place(
    protocol: StudyProtocol,
    node: Node,
    passage: int,
    year: int,
    begun: Mapping[tuple[str, int], str],
    judged: Judged,
    people: Mapping[str, Record],
    taxa: Mapping[int, Taxon],
) -> Place:
    form, site = form_of(protocol), node.record
    name = shown(protocol.entity(form.site).title(site.data))
    wanted = [child for child in node.children if child.record.entity == ASSIGNMENT]
    assigned = [
        uid
        for child in wanted
        if child.record.data.get("year") == year and child.record.data.get("num_passage") == passage
        for uid in child.record.data.get("observers", ())
    ]
    place = Place(site.uid, name, PlaceState.TODO, assigned=names_of(assigned, people), at=position(site.data))
    visit, state = judged.get((site.uid, passage), (None, PlaceState.TODO))
    if visit is None:
        draft = (site.uid, passage) in begun or (site.uid, 0) in begun
        return replace(place, state=PlaceState.DRAFT) if draft else place
    seen = [child.record for child in visit.children]
    return replace(
        place,
        state=state,
        visit=visit.record.uid,
        on_date=visit.record.on_date or "",
        time=_first_of(protocol, form.visit, Kind.TIME, visit.record.data),
        species=_species(form, visit.record.data, seen, taxa),
        by=names_of(visit.record.data.get("observers", ()), people),
    )


def _with_distance(place: Place, here: tuple[float, float] | None) -> Place:
    if here is None or place.at is None:
        return place
    return replace(place, distance_m=distance_m(here, place.at))


def _species(form: RoundForm, visit: Values, seen: Sequence[Record], taxa: Mapping[int, Taxon]) -> tuple[str, ...]:
    """Return the French names of what was seen, each once, in the order of the sheet."""
    names: dict[str, None] = {}
    for record in seen:
        if record.cd_nom is None or form.state(visit, [record.data]) is not PlaceState.OCCUPIED:
            continue
        taxon = taxa.get(record.cd_nom)
        names[(taxon.nom_vern or taxon.lb_nom) if taxon else str(record.cd_nom)] = None
    return tuple(names)


def _first_of(protocol: StudyProtocol, entity: str, kind: Kind, values: Values) -> str:
    name = next((item.name for item in protocol.entity(entity).fields if item.kind is kind), "")
    return str(values.get(name, ""))


def _people(db: Database, protocol: StudyProtocol, sites: Sequence[Node]) -> dict[str, Record]:
    uids: dict[str, None] = {}
    for site in sites:
        for child in site.children:
            uids.update(dict.fromkeys(child.record.data.get("observers", ())))
    return records.get_many(db, uids)


def names_of(uids: Iterable[str], people: Mapping[str, Record]) -> tuple[str, ...]:
    """Return the names of these people, those that are known."""
    return tuple(str(people[uid].data.get("name", "")) for uid in dict.fromkeys(uids) if uid in people)


# ------------------------------------------------------------------------------------------------ drafts


@dataclass(frozen=True, slots=True)
class Begun:
    """A sheet that was begun and not saved: its place, the aire, and the parameters with which it opens again."""

    site: str
    group: str
    name: str
    params: Mapping[str, Any]


def sheets_begun(db: Database, protocol: StudyProtocol, year: int | None = None) -> dict[tuple[str, int], str]:
    """Return the sheets that wait as drafts: (place, passage or 0) -> the visit's uid, "" for a new one.

    With `year` only those of that year, and those that do not say theirs.
    """
    found = _drafts_of(db, protocol)
    return {(site, passage): visit for site, passage, of, visit in found if year is None or of in {0, year}}


def _drafts_of(db: Database, protocol: StudyProtocol) -> list[tuple[str, int, int, str]]:
    """Return (place, passage or 0, year or 0, the visit's uid or "") of each sheet that waits as a draft."""
    found = []
    for key in drafts.keys(db, f"{SHEET_DRAFT}:{protocol.code}:"):
        parts = [*key.split(":"), "", "", ""]
        data = drafts.get(db, key) or {}
        passage = data.get("passage") or data.get("visit", {}).get("num_passage", 0)
        year = int(parts[3][:4]) if parts[3].isdigit() else int(data.get("year", 0))
        visit = "" if parts[3] in {"", "new"} or parts[3].isdigit() else parts[3]
        found.append((parts[2], int(passage or 0), year, visit))
    return found


def waiting(db: Database, protocol: StudyProtocol) -> list[Begun]:
    """Return the sheets that were begun, with the names of their places; those of places that are gone are left out."""
    form = form_of(protocol)
    begun = _drafts_of(db, protocol)
    sites = records.get_many(db, dict.fromkeys(site for site, *_rest in begun))
    title = protocol.entity(form.site).title
    return [
        Begun(
            site,
            sites[site].parent or "",
            shown(title(sites[site].data)),
            {
                "protocol": protocol.code,
                "site": site,
                "visit": visit or None,
                "passage": passage or None,
                **({"year": year} if year and year != today().year else {}),
            },
        )
        for site, passage, year, visit in begun
        if site in sites and not sites[site].deleted
    ]


# ------------------------------------------------------------------------------------------------ places


def position(values: Values) -> tuple[float, float] | None:
    """Return (latitude, longitude) in degrees WGS 84, None when one is missing."""
    latitude, longitude = values.get("latitude"), values.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    return float(latitude), float(longitude)


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance in metres of two (latitude, longitude)."""
    return 1000 * distance_km((one[1], one[0]), (other[1], other[0]))


def distance_words(metres: float | None) -> str:
    """Return "à 120 m" or "à 1,2 km", rounded as one would say it; "" when unknown."""
    if metres is None:
        return ""
    if metres < 1:
        return _("ici")
    step = 1 if metres < 20 else 10
    rounded = round(metres / step) * step
    if rounded < 1000:
        return _("à {n} m").format(n=rounded)
    return _("à {n} km").format(n=show_number(metres / 1000, 1 if metres < 10_000 else 0))


def shown(name: str) -> str:
    """Return a name as people read it: the SHF's files write "_" for each blank."""
    return name.replace("_", " ")


def name_key(name: str) -> tuple[object, ...]:
    """Return what names are sorted by: without accents, "mare 2" before "mare 10"."""
    parts: list[object] = []
    word = ""
    for char in fold(shown(name)):
        if word and char.isdigit() != word[-1].isdigit():
            parts.append(_part(word))
            word = ""
        word += char
    return (*parts, _part(word))


def _part(word: str) -> tuple[int, int, str]:
    return (0, int(word), "") if word.isdigit() else (1, 0, word)


def came_by_import(db: Database, uid: str) -> bool:
    """Return whether the record was made by the import of a file, so that others know it by its name."""
    past = changes.history(db, uid)
    return bool(past) and past[0].action.kind == "import"


def day_month(day: date) -> str:
    """Return "30 avril", "1er mai"."""
    return f"{dates.day_number(day.day)} {dates.month_name(day.month)}"


def short_date(iso: str) -> str:
    """Return 14/04/2026 for "2026-04-14", "" for ""."""
    return show_date(iso) if iso else ""
