"""The seasons of one barrier as figures and in words, for the command line.

`checks` are the mornings looked into, empty ones included; `missed` the mornings of the campaign before today without a
look, and today when somebody said so. `animals` and `dead` count both directions and all stages; the rows of the taxa
count the direction that was asked for, entries unless told otherwise, and have the dates of `phenology`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Literal

from fieldapp.core import clock, dates
from fieldapp.core.record import Node
from fieldapp.core.schema import Taxon
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.phenology import NOTHING, Arrival, Direction, Selection, Settings, arrivals
from fieldapp.protocols.pitfall_barrier.schema import barrier_title
from fieldapp.protocols.pitfall_barrier.season import Season, seasons

Sex = Literal["M", "F"] | None

DATES = ("first_on", "p05_on", "p50_on", "p95_on", "last_on")

NO_DATE = "–"

_COUNTED: Mapping[Direction, str] = {
    "in": N_("Par espèce : les entrées, vers la mare."),
    "out": N_("Par espèce : les sorties de la mare."),
    None: N_("Par espèce : toutes les prises, entrées et sorties."),
}
_RULE = N_("Dates : le premier matin relevé où le cumul atteint 5, 50 ou 95 % du total de la saison.")
_MISSED = N_("Rien n’est interpolé ; « Non rel. » compte les matins de la campagne que personne n’a relevés.")
_SEXES: Mapping[Sex, str] = {None: "", "M": N_("mâles"), "F": N_("femelles")}


@dataclass(frozen=True, slots=True)
class TaxonRow:
    """The animals of a taxon in one season, of one sex or (None) of all with those whose sex is not known."""

    cd_nom: int
    name: str
    sex: Sex
    arrival: Arrival

    def as_json(self) -> dict[str, Any]:
        """Return the row as the command line writes it; dates are ISO, null where there is none."""
        told = {name: getattr(self.arrival, name) for name in DATES}
        return {"cd_nom": self.cd_nom, "sex": self.sex, "total": self.arrival.total, **told}


@dataclass(frozen=True, slots=True)
class SeasonSummary:
    """The figures of one season; rows by total, the largest first, then cd_nom, then all, males, females.

    A taxon or sex without an animal has no row.
    """

    season: Season
    animals: int
    dead: int
    taxa: tuple[TaxonRow, ...]

    def as_json(self, *, dated: bool = False) -> dict[str, Any]:
        """Return the season as the command line writes it; `dated`: with its days, which tell it from others."""
        days = {"first_on": self.season.first_on, "last_on": self.season.last_on} if dated else {}
        return {
            "year": self.season.year,
            **days,
            "checks": len(self.season.days),
            "empty_checks": self.season.empty,
            "missed": len(self.season.missed),
            "animals": self.animals,
            "dead": self.dead,
            "taxa": [row.as_json() for row in self.taxa],
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """The seasons of one barrier, the oldest first; `known` has the year of each that there is, shown or not."""

    site: str
    title: str
    direction: Direction
    year: int | None
    known: tuple[int, ...]
    seasons: tuple[SeasonSummary, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as the command line writes them; seasons of a year that has several carry their days."""
        count = Counter(self.known)
        told = [one.as_json(dated=count[one.season.year] > 1) for one in self.seasons]
        return {"site": self.site, "seasons": told}

    def as_text(self) -> str:
        """Return the figures in words, one block per season, with the reason where a date is missing."""
        if not self.seasons:
            return f"{self.title}\n{self._nothing()}"
        head = (self.title, *map(_, (_COUNTED[self.direction], _RULE, _MISSED)))
        return "\n\n".join("\n".join(lines) for lines in [head, *(self._block(season) for season in self.seasons)])

    def _block(self, told: SeasonSummary) -> Iterator[str]:
        """Yield the lines of one season."""
        yield from _heading(told)
        if told.taxa:
            yield from _table(told.taxa)
            yield from _reasons(told.taxa)
        else:
            yield f"  {_(NOTHING[self.direction])}"

    def _nothing(self) -> str:
        if not self.known:
            return _("Aucune saison : cette barrière n’a ni campagne ouverte, ni relevé.")
        return _("Aucune saison en {year}. Il y a : {years}.").format(
            year=self.year, years=", ".join(map(str, dict.fromkeys(self.known)))
        )


def summary(
    site: Node,
    taxa: Mapping[int, Taxon],
    year: int | None = None,
    *,
    direction: Direction = "in",
    today: date | None = None,
    settings: Settings | None = None,
) -> Summary:
    """Return the figures of a barrier from its whole tree, of one year or of all; the dates weigh all its seasons."""
    chosen = lists.settings() if settings is None else settings
    found = seasons(site, today or clock.today())
    rows = _rows(found, taxa, direction, chosen)
    return Summary(
        site=str(site.record.data.get("site_name", "")),
        title=barrier_title(site.record.data),
        direction=direction,
        year=year,
        known=tuple(season.year for season in found),
        seasons=tuple(
            _season(season, own) for season, own in zip(found, rows, strict=True) if year in {None, season.year}
        ),
    )


def _rows(
    found: Sequence[Season], taxa: Mapping[int, Taxon], direction: Direction, settings: Settings
) -> list[list[TaxonRow]]:
    """Return the rows of every season; each taxon is walked once through all of them."""
    rows: list[list[TaxonRow]] = [[] for _season in found]
    for cd_nom in sorted({cd_nom for season in found for cd_nom in season.rows}):
        name = lists.name_of(taxa.get(cd_nom), cd_nom)
        for sex in _SEXES:
            told = arrivals(found, Selection(cd_nom, sex, direction), settings)
            for own, arrival in zip(rows, told, strict=True):
                if arrival.total:
                    own.append(TaxonRow(cd_nom, name, sex, arrival))
    return rows


def _season(season: Season, rows: Iterable[TaxonRow]) -> SeasonSummary:
    caught = list(chain.from_iterable(season.rows.values()))
    totals = {row.cd_nom: row.arrival.total for row in rows if row.sex is None}
    return SeasonSummary(
        season=season,
        animals=sum(row.males + row.females + row.unsexed for row in caught),
        dead=sum(row.males + row.females + row.unsexed for row in caught if row.dead),
        # Sorting keeps the order of all, males, females within a taxon.
        taxa=tuple(sorted(rows, key=lambda row: (-totals[row.cd_nom], row.cd_nom))),
    )


# ------------------------------------------------------------------------------------------------ words


def _heading(told: SeasonSummary) -> Iterator[str]:
    """Yield what was done in a season, and all its animals."""
    season = told.season
    first, last = (date.fromisoformat(on) for on in (season.first_on, season.last_on))
    checks = ngettext("{count} matin relevé", "{count} matins relevés", len(season.days)).format(count=len(season.days))
    empty = ngettext("dont {count} vide", "dont {count} vides", season.empty).format(count=season.empty)
    missed = ngettext("{count} non relevé", "{count} non relevés", len(season.missed)).format(count=len(season.missed))
    yield _("{year}, {period} : {checks}, {empty} ; {missed}").format(
        year=season.year,
        period=dates.period((first.month, first.day), (last.month, last.day)),
        checks=checks,
        empty=empty,
        missed=missed,
    )
    if season.campaign is None:
        yield _("  Pas de campagne cette année-là : les jours vont du premier au dernier relevé.")
    animals = ngettext("{count} animal", "{count} animaux", told.animals).format(count=told.animals)
    dead = ngettext("dont {count} mort", "dont {count} morts", told.dead).format(count=told.dead)
    yield f"  {animals}, {dead}"


def _table(rows: Sequence[TaxonRow]) -> Iterator[str]:
    """Yield the table: names to the left, figures to the right, as wide as they need."""
    titles = (
        _("Espèce"), _("Sexe"), _("Total"), _("Premier"), "5 %", "50 %", "95 %", _("Dernier"), _("Durée"),
        _("Non rel."),
    )  # fmt: skip
    lines = [titles, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    for line in lines:
        left = [cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
        yield "  " + "  ".join([*left, *right])


def _cells(row: TaxonRow) -> tuple[str, ...]:
    arrival = row.arrival
    days = (
        NO_DATE if arrival.duration_days is None else _("{count} j").format(count=arrival.duration_days)
    )  # days from the 5 % to the 95 % date
    name = row.name if row.sex is None else ""
    told = (_short(getattr(arrival, name)) for name in DATES)
    return (name, _(_SEXES[row.sex]), str(arrival.total), *told, days, str(arrival.missed))


def _short(on: str | None) -> str:
    """Return "14/03"; the year is in the heading."""
    return dates.in_numbers(date.fromisoformat(on))[:5] if on else NO_DATE


def _reasons(rows: Iterable[TaxonRow]) -> Iterator[str]:
    """Yield why dates are missing, for each taxon; for a sex only where the whole taxon has its dates."""
    said = set()
    for row in rows:
        if row.arrival.reason and row.cd_nom not in said:
            said |= {row.cd_nom} if row.sex is None else set()
            who = row.name if row.sex is None else f"{row.name}, {_(_SEXES[row.sex])}"
            yield _("  {who} : dates manquantes. {reason}").format(who=who, reason=row.arrival.reason)
