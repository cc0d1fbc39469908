"""What the records of POP Amphibiens add up to: the season's figures, what is still to do, the detection matrix.

Pure functions over trees sites_group -> site -> visit -> observation (`core.record.Node`). Definitions:

- a *visit of the year* is dated in it, reached or not; a *visited site* has at least one visit that reached it
  (`accessibility` = Oui), so that a pond that could never be reached is missing and not empty;
- a site is *occupied* when an observation of one of its visits of the year says `presence` = Oui: an absence is told by
  `presence`, never by the taxon alone (source: POPAmphibien export_csv.sql);
- *species* are distinct cd_ref among the positive observations, genera and undetermined amphibians included, as in the
  column `diversite` of the same export.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldapp.core.forms import Due, PlaceState
from fieldapp.core.record import Node
from fieldapp.core.schema import Taxon, Values
from fieldapp.protocols.pop_amphibiens.lists import Window, windows
from fieldapp.protocols.pop_amphibiens.schema import accessible, present

YEARS_BETWEEN = 2
"""An aire is followed every second year unless it says otherwise (source: activity report 2020; gon.fr)."""

LAST_PASSAGE = 10
"""The highest passage number (source: POPAmphibien 2.2.0, visit.json)."""

PASSAGES = 3
"""Passages of a usual season (source: POPAmphibien 2.2.0, visit.json)."""

# ------------------------------------------------------------------------------------- one visit, one pond


def visit_state(visit: Values, observations: Sequence[Values]) -> PlaceState:
    """Return what a round says of a visit; animals count more than the "dry" box, a sheet without lines is a draft."""
    if not accessible(visit):
        return PlaceState.INACCESSIBLE
    if any(present(line) for line in observations):
        return PlaceState.OCCUPIED
    if visit.get("dry"):
        return PlaceState.DRY
    return PlaceState.NOTHING_SEEN if observations else PlaceState.DRAFT


def _day(visit: Values) -> date | None:
    stored = visit.get("visit_date_min")
    return date.fromisoformat(stored) if stored else None


def _in_year(visits: Iterable[Values], year: int) -> list[Values]:
    return [visit for visit in visits if (day := _day(visit)) is not None and day.year == year]


def _window_of(day: date) -> Window | None:
    return next((window for window in windows() if window.holds(day)), None)


def passage_for(visits: Iterable[Values], on: date) -> int:
    """Return the passage number of a visit on this day, given the visits of the site.

    The number of the window that holds the day; outside all windows one more than the visits made so far. When a visit
    of another day of the year has that number, the next free one. A visit of the same day keeps its number.
    """
    others = [visit for visit in _in_year(visits, on.year) if _day(visit) != on]
    taken = {visit.get("num_passage") for visit in others}
    window = _window_of(on)
    wanted = window.passage if window else len(others) + 1
    return next((number for number in range(wanted, LAST_PASSAGE + 1) if number not in taken), LAST_PASSAGE)


def due(group: Values, years: Iterable[int], today: date) -> Due:
    """Return whether an aire is to be followed this year, `years` being those in which it was.

    Due when never followed, when the last year lies `years_between` back or more, or when this season has begun.
    `last_year` is the last year before this one.
    """
    followed = set(years)
    last_year = max((year for year in followed if year < today.year), default=None)
    cycle = group.get("years_between", YEARS_BETWEEN)
    is_due = last_year is None or today.year in followed or today.year - last_year >= cycle
    window = _window_of(today)
    until = date(today.year, *window.last) if window else None
    following, begins = _next_window(today)
    return Due(is_due, window.passage if window else None, until, last_year, following.passage, begins)


def _next_window(today: date) -> tuple[Window, date]:
    """Return the window that begins next after the day, and when; after the last of the year the first of the next."""
    starts = [(date(year, *window.first), window) for year in (today.year, today.year + 1) for window in windows()]
    begins, window = next(found for found in starts if found[0] > today)
    return window, begins


@dataclass(frozen=True, slots=True)
class MissingPassage:
    """A passage that a site lacks: by its window "upcoming", "open" or "past"; `tried` when only found inaccessible."""

    passage: int
    first: date
    last: date
    status: str
    tried: bool = False


def missing_passages(visits: Iterable[Values], year: int, today: date) -> list[MissingPassage]:
    """Return the passages of the year that no visit reached, in order; `visits` are those of one site."""
    of_year = _in_year(visits, year)
    reached = {visit.get("num_passage") for visit in of_year if accessible(visit)}
    tried = {visit.get("num_passage") for visit in of_year} - reached
    found = []
    for window in windows():
        if window.passage not in reached:
            first, last = date(year, *window.first), date(year, *window.last)
            status = "upcoming" if today < first else "past" if today > last else "open"
            found.append(MissingPassage(window.passage, first, last, status, window.passage in tried))
    return found


def missing_by_site(group: Node, year: int, today: date) -> list[tuple[Node, list[MissingPassage]]]:
    """Return every site of an aire with the passages that it lacks, [] when it has them all."""
    return [
        (site, missing_passages([visit.record.data for visit in site.walk("visit")], year, today))
        for site in group.walk("site")
    ]


# ------------------------------------------------------------------------------------------- the season


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """The season of one aire. `passages`: number -> sites reached; `sites_known` counts those not visited too."""

    uid: str
    name: str
    sites_known: int
    sites: int
    visits: int
    inaccessible: int
    passages: Mapping[int, int]
    occupied_sites: int
    observations: int
    positive: int
    species: frozenset[int]

    @property
    def occupancy(self) -> float | None:
        """Naive occupancy: occupied / visited sites; None when no site was visited."""
        return self.occupied_sites / self.sites if self.sites else None


@dataclass(frozen=True, slots=True)
class Summary:
    """The season of the whole survey, and of each aire that has a visit in it, by name."""

    year: int
    groups: tuple[GroupSummary, ...]

    def total(self, name: str) -> int:
        """Return the sum over the aires of one of their figures."""
        return sum(int(getattr(group, name)) for group in self.groups)

    @property
    def species(self) -> frozenset[int]:
        """The cd_ref seen anywhere."""
        return frozenset().union(*(group.species for group in self.groups))

    @property
    def occupancy(self) -> float | None:
        """Naive occupancy over all aires; None when no site was visited."""
        sites = self.total("sites")
        return self.total("occupied_sites") / sites if sites else None

    def as_json(self) -> dict[str, Any]:
        """Return the figures as the command line prints them."""
        by_name: dict[str, frozenset[int]] = {}
        for group in self.groups:
            by_name[group.name] = by_name.get(group.name, frozenset()) | group.species
        return {
            "year": self.year,
            "sites_groups": len(self.groups),
            "sites": self.total("sites"),
            "visits": self.total("visits"),
            "occupied_sites": self.total("occupied_sites"),
            "observations": self.total("observations"),
            "positive": self.total("positive"),
            "species": len(self.species),
            "species_by_sites_group": {name: len(species) for name, species in sorted(by_name.items())},
        }


def summary(trees: Iterable[Node], taxa: Mapping[int, Taxon], year: int) -> Summary:
    """Return the figures of one year; visits of other years in the trees are left out."""
    groups = (_group_summary(group, taxa, year) for tree in trees for group in tree.walk("sites_group"))
    return Summary(year, tuple(sorted((group for group in groups if group.visits), key=lambda group: group.name)))


def _visits_of_year(site: Node, year: int | None) -> list[Node]:
    visits = list(site.walk("visit"))
    if year is None:
        return visits
    return [visit for visit in visits if _in_year([visit.record.data], year)]


def _group_summary(group: Node, taxa: Mapping[int, Taxon], year: int) -> GroupSummary:
    sites = list(group.walk("site"))
    by_site = {site.record.uid: _visits_of_year(site, year) for site in sites}
    visits = [visit for found in by_site.values() for visit in found]
    lines = _lines(visits)
    passages = Counter(
        number
        for found in by_site.values()
        for number in {visit.record.data.get("num_passage", 1) for visit in found if accessible(visit.record.data)}
    )
    return GroupSummary(
        uid=group.record.uid,
        name=str(group.record.data.get("sites_group_name", "")),
        sites_known=len(sites),
        sites=sum(any(accessible(visit.record.data) for visit in found) for found in by_site.values()),
        visits=len(visits),
        inaccessible=sum(not accessible(visit.record.data) for visit in visits),
        passages=dict(sorted(passages.items())),
        occupied_sites=sum(any(map(present, _lines(found))) for found in by_site.values()),
        observations=len(lines),
        positive=sum(present(line) for line in lines),
        species=_species_of(visits, taxa),
    )


def _lines(visits: Iterable[Node]) -> list[Values]:
    return [line.record.data for visit in visits for line in visit.walk("observation")]


def _species_of(visits: Iterable[Node], taxa: Mapping[int, Taxon]) -> frozenset[int]:
    """Return the cd_ref of the positive observations; a draft line that has no taxon yet is of no species."""
    return frozenset(_cd_ref(line["cd_nom"], taxa) for line in _lines(visits) if present(line) and "cd_nom" in line)


def _cd_ref(cd_nom: int, taxa: Mapping[int, Taxon]) -> int:
    return taxa[cd_nom].cd_ref if cd_nom in taxa else cd_nom


# ------------------------------------------------------------------------------------ detection histories


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """The detection history of one site: per passage 1 seen, 0 visited and not seen, None no visit that reached it."""

    site: str
    sites_group: str
    occasions: tuple[int | None, ...]


def detection_matrix(
    trees: Iterable[Node],
    taxa: Mapping[int, Taxon],
    cd_ref: int,
    year: int | None = None,
    *,
    whole_complex: bool = False,
) -> list[MatrixRow]:
    """Return one row per site, by aire and name, for the species `cd_ref`; all rows have the same number of occasions.

    Occasions are the passage numbers 1 to the highest, at least three. Of two visits with one number the better news
    wins: 1 over 0 over None. `whole_complex` counts every taxon of the species' complex (the green frogs) as the
    species. Source: input of occupancy models, MacKenzie et al. 2002.
    """
    wanted = _taxa_counted_as(cd_ref, taxa, whole_complex)
    found = []
    for group, site in _sites(trees):
        history: dict[int, int] = {}
        for visit in _visits_of_year(site, year):
            values = visit.record.data
            if accessible(values):
                number = values.get("num_passage", 1)
                history[number] = max(history.get(number, 0), int(bool(wanted & _species_of([visit], taxa))))
        names = (str(site.record.data.get("base_site_name", "")), str(group.record.data.get("sites_group_name", "")))
        found.append((*names, history))
    width = max([PASSAGES, *(number for *_names, history in found for number in history)])
    rows = [
        MatrixRow(site_name, group_name, tuple(history.get(number) for number in range(1, width + 1)))
        for site_name, group_name, history in found
    ]
    return sorted(rows, key=lambda row: (row.sites_group, row.site))


def _sites(trees: Iterable[Node]) -> Iterator[tuple[Node, Node]]:
    for tree in trees:
        for group in tree.walk("sites_group"):
            for site in group.walk("site"):
                yield group, site


def _taxa_counted_as(cd_ref: int, taxa: Mapping[int, Taxon], whole_complex: bool) -> frozenset[int]:
    complex_of = {taxon.cd_ref: taxon.complex for taxon in taxa.values()}
    own = complex_of.get(cd_ref, "")
    if not (whole_complex and own):
        return frozenset({cd_ref})
    return frozenset(other for other, name in complex_of.items() if name == own)


def matrix_csv(rows: Sequence[MatrixRow]) -> str:
    """Return the matrix as CSV text with a header: aire; site; P1; P2; P3…, NA where no visit reached the site."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    width = len(rows[0].occasions) if rows else PASSAGES
    writer.writerow(["aire", "site", *(f"P{number}" for number in range(1, width + 1))])
    for row in rows:
        writer.writerow([row.sites_group, row.site, *("NA" if cell is None else cell for cell in row.occasions)])
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Naive occupancy of one species: sites where it was seen among the visited ones."""

    cd_ref: int
    occupied_sites: int
    sites: int

    @property
    def share(self) -> float | None:
        """Occupied / visited sites; None when no site was visited."""
        return self.occupied_sites / self.sites if self.sites else None


def naive_occupancy(trees: Iterable[Node], taxa: Mapping[int, Taxon], year: int) -> list[Occupancy]:
    """Return every species seen in the year, the most widespread first."""
    seen: Counter[int] = Counter()
    visited = 0
    for _group, site in _sites(trees):
        visits = _visits_of_year(site, year)
        seen.update(_species_of(visits, taxa))
        visited += any(accessible(visit.record.data) for visit in visits)
    return [Occupancy(cd_ref, count, visited) for cd_ref, count in sorted(seen.items(), key=lambda x: (-x[1], x[0]))]
