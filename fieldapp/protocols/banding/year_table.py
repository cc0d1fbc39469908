"""The year's table: rings, controls, species and sessions per programme and place, with totals that explain themselves.

A row is a theme at a place. Its figures are those of `analysis`; the totals are counted from all lines of the year, not
added up from the rows, and `checks` compares both. Published totals have been seen that differ from their own table
(activity report 2020: 3551 rings and 444 controls above rows that add up to 3664 and 445), so every figure carries its
definition and what it can be mistaken for is counted beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.core.exchange import ExportSource, Season, Table
from fieldapp.core.record import Node
from fieldapp.core.schema import Taxon
from fieldapp.core.text import N_, _, fold
from fieldapp.protocols.banding import analysis
from fieldapp.protocols.banding.analysis import Line, Session


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a row or of the year. Species and individuals are those distinct within it.

    `metre_hours` is None where no session noted its metres and duration; `without_effort` counts those that did not.
    `ringed_individuals` are individuals with at least one line B, `own_controls` controls of birds that were ringed
    here in the same year, `drafts` sessions that tell of nothing yet.
    """

    rings: int
    controls: int
    foreign_controls: int
    own_controls: int
    recoveries: int
    without_ring: int
    unknown_action: int
    captures: int
    species: int
    individuals: int
    ringed_individuals: int
    sessions: int
    sessions_without_birds: int
    drafts: int
    metre_hours: float | None
    without_effort: int


@dataclass(frozen=True, slots=True)
class Row:
    """One theme at one place; "" where it was not filled in."""

    theme: str
    place: str
    commune: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of the totals against the sum of the rows; `may_differ` where adding the rows makes no sense."""

    name: str
    parts: float
    total: float
    may_differ: bool

    @property
    def difference(self) -> float:
        """The sum of the rows less the total."""
        return self.parts - self.total

    @property
    def agrees(self) -> bool:
        """Whether parts and total are the same."""
        return abs(self.difference) < _SAME


_SAME = 1e-6
"""Two sums of metre-hours below this differ by rounding only."""

TITLES: Mapping[str, str] = {
    "rings": N_("Bagues"),
    "controls": N_("Contrôles"),
    "foreign_controls": N_("Étrangers"),
    "captures": N_("Captures"),
    "species": N_("Espèces"),
    "individuals": N_("Individus"),
    "sessions": N_("Séances"),
    "metre_hours": N_("Filet (m·h)"),
}
"""The columns of the table by the figure that they show."""

DEFINITIONS: Mapping[str, str] = {
    "rings": N_("oiseaux nouvellement bagués : lignes dont l’action est B (une bague posée, une ligne)."),
    "controls": N_("oiseaux repris vivants : lignes C. Un oiseau repris deux fois compte deux fois."),
    "foreign_controls": N_("contrôles d’une bague d’un autre centre que Paris (FRP) ; ils sont dans les contrôles."),
    "captures": N_("oiseaux en main : lignes B, C et sans bague. Les reprises d’oiseaux morts (R) n’y sont pas."),
    "species": N_("espèces distinctes des captures, sous-espèces réunies ; SPESPE n’en est pas une."),
    "individuals": N_("oiseaux différents : une bague compte une fois, et avec elle celle qu’elle a remplacée."),
    "sessions": N_("séances datées de l’année, bredouilles comprises."),
    "metre_hours": N_("mètres de filet × heures de la séance, additionnés ; sans les séances où l’un des deux manque."),
}

MAY_DIFFER: Mapping[str, str] = {
    "species": N_("une espèce prise dans plusieurs lignes du tableau ne compte qu’une fois au total."),
    "individuals": N_("un oiseau pris dans plusieurs lignes du tableau ne compte qu’une fois au total."),
    "sessions": N_("une séance où des captures portent un autre thème compte dans chacun, une fois au total."),
    "metre_hours": N_("l’effort d’une séance de plusieurs thèmes compte dans chacun, une fois au total."),
}
"""Why the rows can't be added, for the figures of which they can't."""

OTHERS: Mapping[str, str] = {
    "ringed_individuals": N_("oiseaux différents bagués dans l’année"),
    "own_controls": N_("contrôles d’oiseaux bagués ici la même année"),
    "recoveries": N_("reprises d’oiseaux morts (R), hors captures"),
    "without_ring": N_("oiseaux relâchés sans bague (SANS), dans les captures"),
    "unknown_action": N_("lignes sans action connue, dans les captures"),
    "sessions_without_birds": N_("séances bredouilles"),
    "drafts": N_("séances à finir : ni capture, ni bredouille"),
    "without_effort": N_("séances sans mètres de filet ou sans durée"),
}
"""What a total published elsewhere may have counted instead, each with its own figure."""

ORDER = N_(
    "Lignes : un thème (de la capture, sinon de la séance) à un lieu ; thèmes dans l’ordre du CRBPO, puis commune."
)


@dataclass(frozen=True, slots=True)
class YearTable:
    """The table of one year: its rows in order (theme as the CRBPO lists them, commune, place) and its totals."""

    year: int
    rows: tuple[Row, ...]
    total: Figures
    themes: int
    places: int

    def checks(self) -> list[Check]:
        """Return each column's sum of the rows against its total."""
        return [
            Check(
                name,
                sum(getattr(row.figures, name) or 0 for row in self.rows),
                getattr(self.total, name) or 0,
                name in MAY_DIFFER,
            )
            for name in TITLES
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as the command line prints them."""
        total = self.total
        return {
            "year": self.year,
            "rings": total.rings,
            "controls": total.controls,
            "foreign_controls": total.foreign_controls,
            "captures": total.captures,
            "species": total.species,
            "sessions": total.sessions,
            "programmes": [
                {
                    "theme": row.theme,
                    "place": row.place,
                    "commune": row.commune,
                    "rings": row.figures.rings,
                    "controls": row.figures.controls,
                    "species": row.figures.species,
                    "sessions": row.figures.sessions,
                }
                for row in self.rows
            ],
        }

    def as_text(self) -> str:
        """Return the year's report: table, definitions, how parts and total agree, and what else may be counted."""
        return "\n".join(
            [
                _("Baguage {year}").format(year=self.year),
                _("Lignes du tableau : {rows} ; thèmes : {themes} ; lieux : {places}.").format(
                    rows=len(self.rows), themes=self.themes, places=self.places
                ),
                "",
                *_aligned([self.header(), *self.cells()]),
                "",
                _("Définitions"),
                *(f"  {_(TITLES[name])} : {_(words)}" for name, words in DEFINITIONS.items()),
                f"  {_(ORDER)}",
                "",
                _("Total et somme des lignes"),
                *(f"  {sentence}" for sentence in self.reconciliation()),
                "",
                _("À comparer avec un total publié ailleurs"),
                *(f"  {words} : {count}" for words, count in self.others()),
            ]
        )

    def header(self) -> tuple[str, ...]:
        """Return the titles of the table."""
        return (_("Thème"), _("Lieu"), _("Commune"), *(_(title) for title in TITLES.values()))

    def cells(self) -> list[tuple[str, ...]]:
        """Return the rows as words, and last the row of the totals."""
        rows = [(row.theme or _("sans thème"), row.place, row.commune, *words(row.figures)) for row in self.rows]
        return [*rows, (_("Total"), "", "", *words(self.total))]

    def reconciliation(self) -> list[str]:
        """Return one sentence per column: that the rows add up to the total, or by how much they don't and why."""
        return [_reconciled(check) for check in self.checks()]

    def others(self) -> list[tuple[str, int]]:
        """Return what is counted beside the columns, in words and figures."""
        return [(_(label), getattr(self.total, name)) for name, label in OTHERS.items()]


def _reconciled(check: Check) -> str:
    parts, total, gap = (_figure(value) for value in (check.parts, check.total, abs(check.difference)))
    title = _(TITLES[check.name])
    if check.agrees:
        return _("{title} : {total}, la somme des lignes est égale.").format(title=title, total=total)
    sentence = _("{title} : {total} ; la somme des lignes fait {parts}, {gap} de plus : {why}")
    if check.difference < 0:
        sentence = _("{title} : {total} ; la somme des lignes fait {parts}, {gap} de moins : {why}")
    why = _(MAY_DIFFER[check.name]) if check.may_differ else _("c’est une faute du programme, dites-la-nous.")
    return sentence.format(title=title, total=total, parts=parts, gap=gap, why=why)


def words(figures: Figures) -> tuple[str, ...]:
    """Return the figures of the columns as words; metre-hours without a decimal, a dash where none was noted."""
    return tuple(_figure(getattr(figures, name)) for name in TITLES)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines in which columns stand below each other, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    named = len(widths) - len(TITLES)
    return [
        "  ".join(
            cell.ljust(width) if number < named else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


# ------------------------------------------------------------------------------------------ counting


def summary(trees: Iterable[Node], _taxa: Mapping[int, Taxon], year: int) -> YearTable:
    """Return the table of one year; sessions of other years in the trees are left out."""
    return of(analysis.sessions_of(trees, year), year)


def of(sessions: Sequence[Session], year: int) -> YearTable:
    """Return the table of the sessions of one year.

    A session counts in the row of its own theme, with birds of that theme or without, and in that of each theme that a
    capture of it bears; so does its effort. A place is what bears one name in one commune, however it is spelt.
    """
    of_year = [session for session in sessions if session.on.year == year]
    first = analysis.first_rings(of_year)
    by_row: dict[tuple[str, tuple[str, str]], list[Session]] = {}
    for theme in analysis.themes_of(of_year):
        for session in analysis.narrowed(of_year, theme):
            by_row.setdefault((theme, session.place_key), []).append(session)
    ringed = _ringed(of_year, first)
    rows = [
        Row(theme, found[0].place, found[0].commune, _figures(found, first, ringed))
        for (theme, _place), found in by_row.items()
    ]
    return YearTable(
        year,
        tuple(sorted(rows, key=lambda row: (analysis.theme_order(row.theme), fold(row.commune), fold(row.place)))),
        _figures(of_year, first, ringed),
        len({theme for theme, _place in by_row}),
        len({session.place_key for session in of_year}),
    )


def _ringed(sessions: Iterable[Session], first: Mapping[str, str]) -> frozenset[str]:
    return frozenset(
        analysis.individuals((line for _session, line in analysis.lines_of(sessions) if line.is_ringing), first)
    )


_KINDS: Mapping[str, Callable[[Line], bool]] = {
    "rings": lambda line: line.is_ringing,
    "controls": lambda line: line.is_control,
    "foreign_controls": lambda line: line.is_foreign_control,
    "recoveries": lambda line: line.is_recovery,
    "without_ring": lambda line: line.is_without_ring,
}


def _figures(sessions: Sequence[Session], first: Mapping[str, str], ringed: frozenset[str]) -> Figures:
    lines = [line for _session, line in analysis.lines_of(sessions)]
    counts = {name: sum(map(is_one, lines)) for name, is_one in _KINDS.items()}
    known = counts["rings"] + counts["controls"] + counts["recoveries"] + counts["without_ring"]
    efforts = [hours for session in sessions if (hours := session.metre_hours) is not None]
    return Figures(
        **counts,
        own_controls=sum(line.is_control and first.get(line.ring, line.ring) in ringed for line in lines),
        unknown_action=len(lines) - known,
        captures=len(lines) - counts["recoveries"],
        species=len(analysis.species_of(lines)),
        individuals=len(analysis.individuals(lines, first)),
        ringed_individuals=len(analysis.individuals((line for line in lines if line.is_ringing), first)),
        sessions=len(sessions),
        sessions_without_birds=sum(session.is_without_birds for session in sessions),
        drafts=sum(session.is_draft for session in sessions),
        metre_hours=sum(efforts) if efforts else None,
        without_effort=len(sessions) - len(efforts),
    )


# --------------------------------------------------------------------------------------------- the file

COLUMNS = (
    "annee", "ligne", "theme", "lieu", "commune", "bagues", "controles", "controles_etrangers", "captures", "especes",
    "individus", "seances", "metres_heures",
)  # fmt: skip
"""The columns of the file: `ligne` says what a row is: "programme", "somme", "total", "ecart" or "definition"."""


def table(source: ExportSource) -> Table:
    """Return the table of each year: its programmes, their sum, the total, and the gap between both.

    The first row after the titles holds the definition of each column; without any year there is no row at all.
    Metre-hours have one decimal and a point; the cell is empty where no session noted them.
    """
    return Table(COLUMNS, _file_rows(source.seasons))


def _file_rows(seasons: Iterable[Season]) -> Iterator[tuple[str, ...]]:
    for number, season in enumerate(seasons):
        if not number:
            yield ("", "definition", "", "", "", *(_(words) for words in DEFINITIONS.values()))
        found = of(analysis.sessions_of(season.trees, season.year), season.year)
        year, checks = str(season.year), found.checks()
        for row in found.rows:
            figures = [getattr(row.figures, name) for name in TITLES]
            yield (year, "programme", row.theme, row.place, row.commune, *map(_cell, figures))
        yield (year, "somme", "", "", "", *(_cell(check.parts) for check in checks))
        yield (year, "total", "", "", "", *(_cell(check.total) for check in checks))
        yield (year, "ecart", "", "", "", *(_cell(check.difference) for check in checks))


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def drafts(season: Season) -> int:
    """Return how many sessions of a season tell of nothing yet: they are counted as sessions without a capture."""
    return analysis.drafts(season.trees, season.year)
