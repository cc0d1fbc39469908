"""The analyses of banding as they are shown: sessions read once, and one sheet per view, plain data without a window.

A sheet is a table or a figure with its definition and thresholds in words, and the notes that go with it: why a year
has no value, what differs. What is written to a file is the sheet's own table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding import analysis, stoc_indices, year_table
from fieldapp.protocols.banding.analysis import Session, SpeciesYears
from fieldapp.protocols.banding.schema import CODE, PROGRAMME, VISIT
from fieldapp.protocols.banding.stoc_indices import Ages, Index, Past
from fieldapp.store import records
from fieldapp.ui.background import Progress
from fieldapp.ui.plots import Bar, Bars, Curve, Curves
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Row
from fieldapp.ui.windows.analysis_sheet import Sheet
from fieldapp.ui.wording import ABSENT, number_words

CURVES = 5
"""Curves that one figure shows: as many as there are colours."""

NETS = 24
"""Nets that the figure shows, those with most captures; the table that is written has them all."""

YEARS = 8
"""Years that the table of species shows, the newest; the table that is written has them all."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """All sessions of the database in order of date, and the values of the programmes."""

    sessions: tuple[Session, ...]
    programmes: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the figures are about: a theme (None: all) and a net set ("": all), and how that is called."""

    theme: str | None
    site: str
    words: str


def load(services: Services, years: Sequence[int], progress: Progress) -> Loaded:
    """Return all sessions, read year by year with a connection of its own; only what is counted stays in memory."""
    found: list[Session] = []
    with services.open_own() as db:
        programmes = tuple(record.data for record in records.roots(db, CODE, PROGRAMME.code))
        for number, year in enumerate(sorted(years)):
            progress.report(number, len(years), _("Saison {year}").format(year=year))
            trees = records.season(db, CODE, VISIT.code, f"{year:04}-01-01", f"{year:04}-12-31")
            found += analysis.sessions_of(trees, year)
    return Loaded(tuple(found), programmes)


def choices(loaded: Loaded) -> list[Choice]:
    """Return what can be chosen: all, each theme, and each theme at each of its net sets."""
    found = [Choice(None, "", _("Tout le baguage"))]
    for theme in analysis.themes_of(loaded.sessions):
        called = theme or _("sans thème")
        sites = {item.site: item for item in loaded.sessions if analysis.is_of(item, theme)}
        found.append(Choice(theme, "", _("{theme}, tous les lieux").format(theme=called)))
        places = [item.place_key for item in sites.values()]
        for session in sorted(sites.values(), key=lambda item: (item.place_key, item.site_name)):
            name = place_words(session)
            if places.count(session.place_key) > 1:
                name = f"{name}, {session.site_name}"
            found.append(Choice(theme, session.site, f"{called} · {name}"))
    return found


def place_words(session: Session) -> str:
    """Return "Marais de la Couture, AVION"."""
    return ", ".join(filter(None, (session.place, session.commune))) or session.site_name


def years_words(sessions: Sequence[Session]) -> str:
    """Return "2018–2020", or the only year."""
    years = sorted({session.on.year for session in sessions})
    return "" if not years else str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def decimal(value: float | None, decimals: int = 2) -> str:
    """Return a value as it is shown, a dash where there is none."""
    return ABSENT if value is None else number_words(value, decimals)


# ------------------------------------------------------------------------------------------- the year


_ODD = ("recoveries", "without_ring", "unknown_action", "drafts", "without_effort")
"""What is said below the table of the year when there is any."""


def year_sheet(loaded: Loaded, year: int) -> Sheet:
    """Return the table of the year by theme and place; below it the sum of the rows, and last the totals."""
    found = year_table.of(loaded.sessions, year)
    rows = [
        (row.theme or _("sans thème"), ", ".join(filter(None, (row.place, row.commune))), *_figures(row.figures))
        for row in found.rows
    ]
    if rows:
        parts = (number_words(check.parts) for check in found.checks())
        rows += [(_("Somme des lignes"), "", *parts), (_("Total de l’année"), "", *_figures(found.total))]
    header = (_("Thème"), _("Lieu"), *(_(title) for title in year_table.TITLES.values()))
    gaps = zip(found.checks(), found.reconciliation(), strict=True)
    return Sheet(
        _("Bilan du baguage, {year}").format(year=year),
        header,
        tuple(rows),
        _(
            "Une ligne par thème (de la capture, sinon de la séance) et par lieu. Le total est compté sur toutes les "
            "lignes de l’année : où il n’est pas la somme, c’est dit ici. Ce que compte chaque colonne : touche D."
        ),
        (
            *(text for check, text in gaps if not check.agrees),
            *(f"{_(year_table.OTHERS[name])} : {count}." for name in _ODD if (count := getattr(found.total, name))),
        ),
        is_table=True,
        numbers=frozenset(range(2, len(header))),
        wide=1,
        has_totals=True,
        empty=_("Les programmes de l’année seront comptés ici, lieu par lieu."),
    )


def _figures(figures: year_table.Figures) -> Row:
    values = (getattr(figures, name) for name in year_table.TITLES)
    return tuple(decimal(value, 0) for value in values)


def title_words(loaded: Loaded, year: int) -> str:
    """Return the year in a few words: rings, controls, species."""
    total = year_table.of(loaded.sessions, year).total
    rings = ngettext("{n} bague", "{n} bagues", total.rings).format(n=number_words(total.rings))
    controls = ngettext("{n} contrôle", "{n} contrôles", total.controls).format(n=number_words(total.controls))
    species = ngettext("{n} espèce", "{n} espèces", total.species).format(n=number_words(total.species))
    return " · ".join((rings, controls, species))


# ------------------------------------------------------------------------------------- all programmes


def species_sheet(sessions: Sequence[Session], choice: Choice) -> Sheet:
    """Return individuals per species and year, and the captures of all years."""
    found = analysis.species_by_year(sessions)
    years = sorted({session.on.year for session in sessions})
    shown = years[-YEARS:]
    header = (_("Espèce"), _("Code"), *map(str, shown), _("Captures"))
    first = analysis.first_rings(sessions)
    totals = {
        year: len(
            analysis.individuals((line for item in sessions if item.on.year == year for line in item.lines), first)
        )
        for year in years
    }
    captures = sum(analysis.captures_by_year(sessions).values())
    rows = [_species_row(item, shown) for item in found]
    notes = [_("Les {n} dernières années ; le fichier CSV les a toutes.").format(n=YEARS)] if len(years) > YEARS else []
    total = (_("Toutes les espèces"), "", *(number_words(totals[year]) for year in shown), number_words(captures))
    return Sheet(
        _("Espèces par année · {choice}").format(choice=choice.words),
        header,
        (*rows, total) if rows else (),
        _(
            "Par année : individus, un oiseau compte une fois quel que soit le nombre de ses captures ; sans bague il "
            "n’est pas compté. Dernière colonne : toutes les captures. L’espèce la plus capturée d’abord ; SPESPE n’a "
            "pas de ligne."
        ),
        tuple(notes),
        is_table=True,
        numbers=frozenset(range(2, len(header))),
        has_totals=True,
        empty=_("Les espèces capturées seront listées ici."),
        written=_species_file(found, years),
    )


def _species_row(item: SpeciesYears, years: Sequence[int]) -> Row:
    counts = (number_words(item.individuals[year]) if year in item.individuals else "" for year in years)
    return (item.name or item.code, item.code, *counts, number_words(sum(item.captures.values())))


def _species_file(found: Sequence[SpeciesYears], years: Sequence[int]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    titles = [title for year in years for title in (f"individus_{year}", f"captures_{year}")]
    rows = tuple(
        (item.code, item.name, *(str(of.get(year, 0)) for year in years for of in (item.individuals, item.captures)))
        for item in found
    )
    return ("espece", "nom", *titles), rows


def captures_sheet(sessions: Sequence[Session], choice: Choice) -> Sheet:
    """Return individuals and captures of each year."""
    first = analysis.first_rings(sessions)
    by_year = analysis.captures_by_year(sessions)
    rows, bars = [], []
    for year, captures in by_year.items():
        of_year = [session for session in sessions if session.on.year == year]
        birds = len(analysis.individuals((line for session in of_year for line in session.lines), first))
        rows.append((str(year), str(birds), str(captures), str(len(of_year))))
        bars.append(Bar(str(year), birds, f"{number_words(birds)} / {number_words(captures)}", captures))
    title = _("Captures par année · {choice}").format(choice=choice.words)
    return Sheet(
        title,
        (_("Année"), _("Individus"), _("Captures"), _("Séances")),
        tuple(rows),
        _(
            "Captures : lignes B, C et sans bague, sans les reprises. Individus : bagues différentes, une bague "
            "remplacée avec celle qui la remplace. Sans correction de l’effort : voir « Effort »."
        ),
        figure=Bars(title, _("oiseaux"), tuple(bars), legend=(_("individus"), _("captures"))),
        empty=_("Les captures de chaque année seront comptées ici."),
    )


def effort_sheet(sessions: Sequence[Session], choice: Choice) -> Sheet:
    """Return the captures per 100 m of net and hour of each year, per theme of the sessions."""
    themes = dict.fromkeys(sorted((session.theme for session in sessions), key=analysis.theme_order))
    series = [
        (
            theme or _("sans thème"),
            stoc_indices.captures_per_effort([session for session in sessions if session.theme == theme]),
        )
        for theme in themes
        if choice.theme in {None, theme}
    ]
    rows = tuple(
        (name, str(year), decimal(index.value), number_words(index.count), number_words(index.base))
        for name, indices in series
        for year, index in indices.items()
    )
    without = sum(session.metre_hours is None for session in sessions)
    words = ngettext(
        "{n} séance sans mètres ou sans durée n’est pas comptée.",
        "{n} séances sans mètres ou sans durée ne sont pas comptées.",
        without,
    )
    title = _("Captures pour 100 m·h · {choice}").format(choice=choice.words)
    return Sheet(
        title,
        (_("Thème"), _("Année"), _("Captures / 100 m·h"), _("Captures"), _("Filet (m·h)")),
        rows,
        _(
            "Captures ÷ (mètres de filet ÷ 100 × heures de la séance), additionnés sur l’année, par thème de la "
            "séance, quel que soit celui de la capture. Le CRBPO, lui, ne divise que par les mètres (voir "
            "« Abondance »)."
        ),
        (words.format(n=without),) if without else (),
        figure=by_year(title, _("captures pour 100 m de filet et par heure"), series, 2),
        empty=_("L’effort demande les mètres de filet et la durée de chaque séance."),
    )


def ages_sheet(sessions: Sequence[Session], choice: Choice, past: Past) -> Sheet:
    """Return the share of young among the aged individuals of each year."""
    found = stoc_indices.age_ratio(sessions, past)
    bars = tuple(Bar(str(year), (ages.share or 0) * 100, _age_words(ages)) for year, ages in found.items())
    title = _("Part des jeunes · {choice}").format(choice=choice.words)
    return Sheet(
        title,
        (_("Année"), _("Jeunes"), _("Adultes"), _("Sans âge"), _("Part des jeunes (%)")),
        tuple(
            (
                str(year),
                str(ages.young),
                str(ages.adults),
                str(ages.unaged),
                decimal(None if ages.share is None else ages.share * 100, 1),
            )
            for year, ages in found.items()
        ),
        _(
            "Jeunes ÷ (jeunes + adultes), en individus de toutes les séances. Jeune : 1A ou PUL. Adulte : un « + », 2A "
            "et plus, ou déjà capturé une année d’avant. VOL, ??? et les âges qui se contredisent ne comptent pas. "
            "Aucun seuil : lisez les nombres."
        ),
        figure=Bars(title, _("% de jeunes"), bars),
        empty=_("Les âges notés seront comparés ici."),
    )


def _age_words(ages: Ages) -> str:
    words = (
        ngettext("{n} jeune", "{n} jeunes", ages.young).format(n=number_words(ages.young)),
        ngettext("{n} adulte", "{n} adultes", ages.adults).format(n=number_words(ages.adults)),
        _("{n} sans âge").format(n=number_words(ages.unaged)),
    )
    return ", ".join(words)


def nets_sheet(sessions: Sequence[Session], choice: Choice, year: int) -> Sheet:
    """Return the captures of each net in a year."""
    found = analysis.by_net([session for session in sessions if session.on.year == year])
    most = set(sorted((net for net in found if net), key=lambda net: -found[net])[:NETS])
    names = {net: _("filet {net}").format(net=net) if net else _("filet pas noté") for net in found}
    bars = [Bar(names[net], count, number_words(count)) for net, count in found.items() if net in most or not net]
    title = _("Captures par filet, {year} · {choice}").format(year=year, choice=choice.words)
    hidden = sum(1 for net in found if net and net not in most)
    return Sheet(
        title,
        (_("Filet"), _("Captures")),
        tuple((names[net], str(count)) for net, count in found.items()),
        _(
            "Captures (B, C, sans bague) de l’année par numéro de filet, comme il a été noté. Sans correction des "
            "heures."
        ),
        (_("Les {n} filets les plus pleins ; le fichier CSV les a tous.").format(n=NETS),) if hidden else (),
        figure=Bars(title, _("captures"), tuple(bars)),
        empty=_("Aucune capture cette année-là."),
    )


def hours_sheet(sessions: Sequence[Session], choice: Choice, year: int) -> Sheet:
    """Return the captures of each hour of the day in a year."""
    found = analysis.by_hour([session for session in sessions if session.on.year == year])
    names = {hour: _("heure pas notée") if hour < 0 else f"{hour:02} h – {hour + 1:02} h" for hour in found}
    bars = tuple(Bar(names[hour], count, number_words(count)) for hour, count in found.items())
    title = _("Captures par heure, {year} · {choice}").format(year=year, choice=choice.words)
    return Sheet(
        title,
        (_("Heure"), _("Captures")),
        tuple((names[hour], str(count)) for hour, count in found.items()),
        _("Captures (B, C, sans bague) de l’année par heure de la tournée. Sans correction des heures d’ouverture."),
        figure=Bars(title, _("captures"), bars),
        empty=_("Aucune capture cette année-là."),
    )


# ------------------------------------------------------------------------------------------ figures

Series = Sequence[tuple[str, Mapping[int, Index]]]


def by_year(title: str, axis: str, series: Series, decimals: int) -> Bars | Curves:
    """Return curves where a series has two years with a value, else one bar for each value.

    A year without a value breaks its curve; why is told in the notes. A series without any value has none.
    """
    values = {name: [index.value for index in indices.values() if index.value is not None] for name, indices in series}
    if any(len(found) > 1 for found in values.values()):
        longest = sorted((name for name in values if values[name]), key=lambda name: -len(values[name]))[:CURVES]
        curves = (
            Curve(name, tuple((year, index.value) for year, index in indices.items()))
            for name, indices in series
            if name in longest
        )
        return Curves(title, axis, tuple(curves), decimals)
    bars = (
        Bar(f"{name}, {year}", index.value, decimal(index.value, decimals))
        for name, indices in series
        for year, index in indices.items()
        if index.value is not None
    )
    return Bars(title, axis, tuple(bars))
