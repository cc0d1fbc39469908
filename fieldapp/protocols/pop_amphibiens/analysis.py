"""What the records of POP Amphibiens add up to: the season's figures, what is still to do, the detection matrix.

Pure functions over trees sites_group -> site -> visit -> observation (`core.record.Node`). Definitions:

- a *visit of the year* is dated in it, reached or not; a *visited site* has at least one visit that reached it
  (`accessibility` = Oui) and tells of an observation or of "nothing seen": a pond that could never be reached, or whose
  sheet is not finished (a *draft*), is missing and not empty;
- a visited site is *occupied* when an observation of one of those visits says `presence` = Oui: an absence is told by
  `presence`, never by the taxon alone (source: POPAmphibien export_csv.sql). What is not filled in says nothing;
- *species* are distinct cd_ref among the positive observations, genera and undetermined amphibians included, as in the
  column `diversite` of the same export;
- a *detection* is of one taxon at one visit: 1 it or a part of it was recorded, 0 it was not, NA where nothing can be
  said: not reached, a draft, or an observation that could be it (its genus, an undetermined amphibian). The green frogs
  are one taxon there (source: Astruc et al. 2021, Bull. SHF 178), whatever form was noted: docs/decisions/0008.
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
from fieldapp.core.text import N_, _
from fieldapp.protocols.pop_amphibiens.lists import ABSENCE_TAXON, GREEN_FROGS, Window, windows
from fieldapp.protocols.pop_amphibiens.schema import NO, accessible, present, says_absent, says_accessible, says_present

YEARS_BETWEEN = 2
"""An aire is followed every second year unless it says otherwise (source: activity report 2020; gon.fr)."""

LAST_PASSAGE = 10
"""The highest passage number (source: POPAmphibien 2.2.0, visit.json)."""

GREEN_FROG_GENUS = 444436
"""cd_nom of Pelophylax, by which the green frogs are called where they are one taxon (source: the taxa.csv here)."""

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


SUMMARY_WORDS: Mapping[str, str] = {
    "year": N_("Année"),
    "sites_groups": N_("Aires suivies"),
    "sites": N_("Mares visitées"),
    "visits": N_("Passages"),
    "occupied_sites": N_("Mares occupées"),
    "observations": N_("Données"),
    "positive": N_("Données positives"),
    "species": N_("Espèces"),
    "species_by_sites_group": N_("Espèces par aire"),
}
"""The French words of the figures of a summary."""


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

    def as_text(self) -> str:
        """Return the figures as lines of text, those of the aires indented below their title."""
        lines = []
        for name, value in self.as_json().items():
            label = _(SUMMARY_WORDS[name])
            if isinstance(value, Mapping):
                lines += [f"{label} :", *(f"  {key} : {count}" for key, count in value.items())]
            else:
                lines.append(f"{label} : {value}")
        return "\n".join(lines)


def summary(trees: Iterable[Node], taxa: Mapping[int, Taxon], year: int) -> Summary:
    """Return the figures of one year; visits of other years in the trees are left out."""
    groups = (_group_summary(group, taxa, year) for tree in trees for group in tree.walk("sites_group"))
    return Summary(year, tuple(sorted((group for group in groups if group.visits), key=lambda group: group.name)))


def _visits_of_year(site: Node, year: int | None) -> list[Node]:
    visits = list(site.walk("visit"))
    if year is None:
        return visits
    return [visit for visit in visits if _in_year([visit.record.data], year)]


def is_draft(visit: Node) -> bool:
    """Return whether the visit reached its site and tells of nothing yet: no observation, no "nothing seen"."""
    return says_accessible(visit.record.data) and not _is_told([visit])


def drafts(trees: Iterable[Node], year: int) -> int:
    """Return how many visits of the year are drafts."""
    return sum(is_draft(visit) for _group, site in _sites(trees) for visit in _visits_of_year(site, year))


def _is_told(visits: Iterable[Node]) -> bool:
    return any(says_present(line) or says_absent(line) for line in _lines(visits))


def _told(visits: Iterable[Node]) -> list[Node]:
    """Return the visits that reached their site and tell of something: species, or nothing seen."""
    return [visit for visit in visits if says_accessible(visit.record.data) and _is_told([visit])]


def _group_summary(group: Node, taxa: Mapping[int, Taxon], year: int) -> GroupSummary:
    sites = list(group.walk("site"))
    by_site = {site.record.uid: _visits_of_year(site, year) for site in sites}
    visits = [visit for found in by_site.values() for visit in found]
    lines = _lines(visits)
    passages = Counter(
        number
        for found in by_site.values()
        for number in {visit.record.data.get("num_passage", 1) for visit in found if says_accessible(visit.record.data)}
    )
    return GroupSummary(
        uid=group.record.uid,
        name=str(group.record.data.get("sites_group_name", "")),
        sites_known=len(sites),
        sites=sum(bool(_told(found)) for found in by_site.values()),
        visits=len(visits),
        inaccessible=sum(visit.record.data.get("accessibility") == NO for visit in visits),
        passages=dict(sorted(passages.items())),
        occupied_sites=sum(any(map(says_present, _lines(_told(found)))) for found in by_site.values()),
        observations=len(lines),
        positive=sum(says_present(line) for line in lines),
        species=_species_of(visits, taxa),
    )


def _lines(visits: Iterable[Node]) -> list[Values]:
    return [line.record.data for visit in visits for line in visit.walk("observation")]


def _species_of(visits: Iterable[Node], taxa: Mapping[int, Taxon]) -> frozenset[int]:
    """Return the cd_ref of the positive observations; a draft line that has no taxon yet is of no species."""
    return frozenset(
        _cd_ref(line["cd_nom"], taxa) for line in _lines(visits) if says_present(line) and "cd_nom" in line
    )


def _cd_ref(cd_nom: int, taxa: Mapping[int, Taxon]) -> int:
    return taxa[cd_nom].cd_ref if cd_nom in taxa else cd_nom


# ------------------------------------------------------------------------------------ detection histories


Name = tuple[str, ...]
"""The words of a Latin name, () for all amphibians: a taxon is a part of another whose words it begins with."""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """The detection history of one site: per passage 1 seen, 0 visited and not seen, None where nothing can be said."""

    site: str
    sites_group: str
    occasions: tuple[int | None, ...]


def counted_as(cd_nom: int, taxa: Mapping[int, Taxon]) -> int:
    """Return the cd_ref as which a taxon's detections are counted: Pelophylax for every green frog, else its own."""
    cd_ref = _cd_ref(cd_nom, taxa)
    found = (taxa.get(cd_nom), taxa.get(cd_ref))
    return GREEN_FROG_GENUS if any(taxon and taxon.complex == GREEN_FROGS for taxon in found) else cd_ref


def detected(trees: Iterable[Node], taxa: Mapping[int, Taxon], year: int | None = None) -> list[int]:
    """Return the taxa that have a row in the matrix, in order: those seen in the year, the green frogs as one."""
    seen = _species_of((visit for _group, site in _sites(trees) for visit in _visits_of_year(site, year)), taxa)
    return sorted({counted_as(cd_ref, taxa) for cd_ref in seen})


def detection_matrix(
    trees: Iterable[Node], taxa: Mapping[int, Taxon], cd_nom: int, year: int | None = None
) -> list[MatrixRow]:
    """Return one row per site, by aire and name, for a taxon; all rows have the same number of occasions.

    Any green frog asks for all of them together. Occasions are the passage numbers 1 to the highest, at least three.
    The visits of one number are one occasion: 1 when the taxon or a part of it was recorded, else None when something
    was that could be it (its genus, an undetermined amphibian, a line without a name), else 0 when a visit reached the
    site and tells of something, else None. Source: input of occupancy models, MacKenzie et al. 2002; an undetermined
    record is no zero (a decision of the program, docs/decisions/0008).
    """
    wanted = counted_as(cd_nom, taxa)
    found = []
    for group, site in _sites(trees):
        occasions: dict[int, list[Node]] = {}
        for visit in _told(_visits_of_year(site, year)):
            occasions.setdefault(visit.record.data.get("num_passage", 1), []).append(visit)
        history = {number: _detection(visits, taxa, wanted) for number, visits in occasions.items()}
        names = (str(site.record.data.get("base_site_name", "")), str(group.record.data.get("sites_group_name", "")))
        found.append((*names, history))
    width = max([PASSAGES, *(number for *_names, history in found for number in history)])
    rows = [
        MatrixRow(site_name, group_name, tuple(history.get(number) for number in range(1, width + 1)))
        for site_name, group_name, history in found
    ]
    return sorted(rows, key=lambda row: (row.sites_group, row.site))


def _detection(told: Sequence[Node], taxa: Mapping[int, Taxon], wanted: int) -> int | None:
    """Return what visits that tell of something say of a taxon: 1 it was there, 0 not seen, None it can't be said."""
    name = _name(wanted, taxa)
    seen = [_name(line["cd_nom"], taxa) if "cd_nom" in line else () for line in _lines(told) if says_present(line)]
    if any(other[: len(name)] == name for other in seen):
        return 1
    return None if any(name[: len(other)] == other for other in seen) else 0


def _name(cd_nom: int, taxa: Mapping[int, Taxon]) -> Name:
    """Return the words of a taxon's Latin name; a hybrid is a part of its genus, not of the parent named first."""
    cd_ref = counted_as(cd_nom, taxa)
    if cd_ref == ABSENCE_TAXON:
        return ()
    taxon = taxa.get(cd_ref) or taxa.get(cd_nom)
    if taxon is None:
        return (str(cd_ref),)
    genus, *others = taxon.lb_nom.split()
    return (genus, " ".join(others)) if "x" in others else (genus, *others)


def _sites(trees: Iterable[Node]) -> Iterator[tuple[Node, Node]]:
    for tree in trees:
        for group in tree.walk("sites_group"):
            for site in group.walk("site"):
                yield group, site


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
    """Naive occupancy of one taxon: sites where it was seen among the visited ones of which something can be said."""

    cd_ref: int
    occupied_sites: int
    sites: int

    @property
    def share(self) -> float | None:
        """Occupied / visited sites; None when no site was visited."""
        return self.occupied_sites / self.sites if self.sites else None


def naive_occupancy(trees: Iterable[Node], taxa: Mapping[int, Taxon], year: int) -> list[Occupancy]:
    """Return every taxon seen in the year, the green frogs as one, the most widespread first.

    Of the sites visited those are left out of which nothing can be said for the taxon (see `detection_matrix`).
    """
    visited = [told for _group, site in _sites(trees) if (told := _told(_visits_of_year(site, year)))]
    found = []
    for cd_ref in detected(trees, taxa, year):
        sites = [cell for told in visited if (cell := _detection(told, taxa, cd_ref)) is not None]
        found.append(Occupancy(cd_ref, sum(sites), len(sites)))
    return sorted(found, key=lambda item: (-item.occupied_sites, item.cd_ref))
