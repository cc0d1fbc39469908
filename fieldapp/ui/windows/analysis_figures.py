"""The figures of a season and how they are drawn: plain functions, for the background and for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldapp.core.record import Node
from fieldapp.core.schema import Taxon
from fieldapp.core.text import N_, _
from fieldapp.protocols.pop_amphibiens import analysis
from fieldapp.protocols.pop_amphibiens.analysis import GroupSummary, Occupancy, Summary
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION, VISIT
from fieldapp.store import records, taxa
from fieldapp.store.connection import Database
from fieldapp.ui.background import Progress
from fieldapp.ui.plots import Bar, Bars, Curve, Curves
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Row
from fieldapp.ui.wording import ABSENT, number_words

CURVES = 4
"""Species that the figure over the seasons shows beside "all species": as many as there are colours."""


@dataclass(frozen=True, slots=True)
class SeasonFigures:
    """One season: its summary, the naive occupancy of its species, and the taxa that they are called by."""

    summary: Summary
    occupancy: tuple[Occupancy, ...]
    taxa: Mapping[int, Taxon]

    def name(self, cd_ref: int) -> str:
        """Return the French name of a species, else its Latin name, else its number."""
        taxon = self.taxa.get(cd_ref)
        return (taxon.nom_vern or taxon.lb_nom) if taxon else str(cd_ref)


def trees_of(db: Database, year: int) -> list[Node]:
    """Return the trees of a season."""
    return records.season(db, CODE, VISIT.code, f"{year}-01-01", f"{year}-12-31")


def taxa_of(db: Database, services: Services, trees: Sequence[Node]) -> Mapping[int, Taxon]:
    """Return the taxa of the protocol and those that the season names besides."""
    known = services.taxa(CODE)
    seen = {node.record.cd_nom for tree in trees for node in tree.walk(OBSERVATION.code) if node.record.cd_nom}
    others = taxa.by_cd_nom(db, seen - known.keys())
    found = {**known, **others}
    by_ref = {taxon.cd_ref: taxon for taxon in found.values()}
    return {**by_ref, **found}


def season_figures(services: Services, year: int, progress: Progress) -> SeasonFigures:
    """Return the figures of one season, with a connection of its own."""
    with services.open_own() as db:
        progress.check()
        trees = trees_of(db, year)
        progress.check()
        known = taxa_of(db, services, trees)
        found = analysis.summary(trees, known, year)
        progress.check()
        return SeasonFigures(found, tuple(analysis.naive_occupancy(trees, known, year)), known)


def all_seasons(services: Services, years: Sequence[int], progress: Progress) -> list[SeasonFigures]:
    """Return the figures of each of these seasons, oldest first; one season at a time is in memory."""
    found = []
    for number, year in enumerate(sorted(years)):
        progress.report(number, len(years), _("Saison {year}").format(year=year))
        found.append(season_figures(services, year, progress))
    return found


def matrix_text(services: Services, year: int, cd_ref: int) -> str:
    """Return the site × occasion matrix of a species as CSV text, with a connection of its own."""
    with services.open_own() as db:
        trees = trees_of(db, year)
        known = taxa_of(db, services, trees)
        return analysis.matrix_csv(analysis.detection_matrix(trees, known, cd_ref, year))


def percent(share: float | None) -> str:
    """Return "37,2 %", a dash when there is no share."""
    return ABSENT if share is None else _("{n} %").format(n=number_words(share * 100, 1))


HEADER = (
    N_("Aire"),
    N_("Mares"),
    N_("Pass."),
    N_("Occupées"),
    N_("Données"),
    N_("Pos."),
    N_("Esp."),
    N_("Occ. naïve"),
)


def table_rows(summary: Summary) -> list[Row]:
    """Return one row per aire and the row of the totals."""
    rows = [_row(group.name.replace("_", " "), group) for group in summary.groups]
    totals = [summary.total(name) for name in ("sites", "visits", "occupied_sites", "observations", "positive")]
    words = [number_words(total) for total in totals]
    return [*rows, (_("Toutes les aires"), *words, str(len(summary.species)), percent(summary.occupancy))]


def _row(name: str, group: GroupSummary) -> Row:
    figures = (group.sites, group.visits, group.occupied_sites, group.observations, group.positive, len(group.species))
    return (name, *(number_words(figure) for figure in figures), percent(group.occupancy))


def species_figure(found: SeasonFigures) -> Bars:
    """Return the naive occupancy of each species, the most widespread on top."""
    bars = tuple(
        Bar(
            found.name(item.cd_ref),
            (item.share or 0) * 100,
            f"{item.occupied_sites} / {item.sites}",
        )
        for item in found.occupancy
    )
    return Bars(
        _("Occupation naïve par espèce, {year}").format(year=found.summary.year),
        _("% des mares visitées"),
        bars,
    )


def areas_figure(found: SeasonFigures) -> Bars:
    """Return the occupied ponds of each aire over its visited ones."""
    bars = tuple(
        Bar(
            group.name.replace("_", " "),
            group.occupied_sites,
            f"{group.occupied_sites} / {group.sites}",
            group.sites,
        )
        for group in found.summary.groups
    )
    return Bars(
        _("Mares occupées et visitées par aire, {year}").format(year=found.summary.year),
        _("nombre de mares"),
        bars,
        legend=(_("occupées"), _("visitées")),
    )


def years_figure(seasons: Sequence[SeasonFigures]) -> Curves:
    """Return the naive occupancy of all species together and of the most widespread ones, season by season."""
    total = tuple((item.summary.year, (item.summary.occupancy or 0) * 100) for item in seasons)
    reach: dict[int, int] = {}
    for season in seasons:
        for item in season.occupancy:
            reach[item.cd_ref] = reach.get(item.cd_ref, 0) + item.occupied_sites
    widest = sorted(reach, key=lambda cd_ref: (-reach[cd_ref], cd_ref))[:CURVES]
    curves = [Curve(_("toutes espèces"), total)]
    for cd_ref in widest:
        points = []
        for season in seasons:
            share = next((item.share for item in season.occupancy if item.cd_ref == cd_ref), 0.0)
            points.append((season.summary.year, (share or 0) * 100))
        name = next(season.name(cd_ref) for season in reversed(seasons))
        curves.append(Curve(name, tuple(points)))
    return Curves(_("Occupation naïve par saison"), _("% des mares visitées"), tuple(curves))
