"""The sheets of STOC: main sessions, adult abundance, productivity, return rate; one series per station."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fieldapp.core.text import _
from fieldapp.protocols.banding import analysis, stoc, stoc_indices
from fieldapp.protocols.banding.analysis import ADULT, YOUNG, Session
from fieldapp.protocols.banding.stoc import Finding, Limits, Main
from fieldapp.protocols.banding.stoc_indices import Index, Past, StationYear
from fieldapp.ui.banding.figures import Choice, Loaded, by_year, decimal, place_words
from fieldapp.ui.plots import Bar, Bars
from fieldapp.ui.tables import Row
from fieldapp.ui.windows.analysis_sheet import Sheet
from fieldapp.ui.wording import ABSENT, day_words, number_words


@dataclass(frozen=True, slots=True)
class Station:
    """A net set with a theme of STOC: what it is called, its thresholds, its sessions and years, its birds' past."""

    name: str
    limits: Limits
    sessions: tuple[Session, ...]
    years: tuple[StationYear, ...]
    past: Past


def stations(loaded: Loaded, choice: Choice) -> list[Station]:
    """Return the STOC stations among what was chosen, by name."""
    found = []
    past = stoc_indices.past_of(loaded.sessions)
    for theme in analysis.themes_of(loaded.sessions):
        if not stoc.is_stoc(theme) or choice.theme not in {None, theme}:
            continue
        limits = stoc.limits_for(theme, loaded.programmes)
        of_theme = analysis.narrowed(loaded.sessions, theme, choice.site)
        for site in dict.fromkeys(session.site for session in of_theme):
            sessions = tuple(session for session in of_theme if session.site == site)
            years = stoc_indices.station_years(sessions, limits, past)
            found.append(Station(_station_words(sessions[-1], theme), limits, sessions, tuple(years), past))
    return sorted(found, key=lambda station: station.name)


def _station_words(session: Session, theme: str) -> str:
    place = session.place or place_words(session)
    return place if theme == stoc.STOC else f"{place} ({theme})"


def _no_station() -> str:
    return _("Cet indice est celui d’une station STOC : choisissez-en une avec F3, ou saisissez ses séances.")


def _limit(station: Station | None, name: str) -> str:
    limits = station.limits if station else stoc.limits_for(stoc.STOC)
    return number_words(getattr(limits, name))


def _rows_and_notes(
    series: Sequence[tuple[str, Mapping[int, Index]]], decimals: int
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    rows, notes = [], []
    for name, indices in series:
        for year, index in indices.items():
            why = index.reason.words() if index.reason else ""
            count, base = number_words(index.count), number_words(index.base)
            rows.append((name, str(year), decimal(index.value, decimals), count, base, why))
            if why:
                notes.append(_("{name}, {year}, pas de valeur : {why}.").format(name=name, year=year, why=why))
    return tuple(rows), tuple(dict.fromkeys(notes))


def abundance_sheet(loaded: Loaded, choice: Choice) -> Sheet:
    """Return the adults per 360 m of net of each year and station."""
    found = stations(loaded, choice)
    series = [(item.name, stoc_indices.adult_abundance(item.years, item.limits)) for item in found]
    rows, notes = _rows_and_notes(series, 1)
    title = _("Abondance des adultes · {choice}").format(choice=choice.words)
    words = _(
        "Adultes différents des trois séances principales ÷ mètres de filet des trois × {metres}, soit pour 120 m et "
        "trois séances (CRBPO). Seuil : {limit} adultes sur toutes les années. S’il manque une séance principale, pas "
        "de valeur. Le fichier CSV a aussi chaque espèce."
    )
    first = found[0] if found else None
    return Sheet(
        title,
        (_("Station"), _("Année"), _("Adultes pour 360 m"), _("Adultes"), _("Filet (m)"), _("Pas de valeur")),
        rows,
        words.format(metres=_limit(first, "metres_per_index"), limit=_limit(first, "min_adults_abundance")),
        notes,
        figure=by_year(title, _("adultes pour 360 m de filet"), series, 1) if found else None,
        empty=_no_station(),
        written=(_ABUNDANCE, tuple(row for item in found for row in _abundance_rows(item))),
    )


_ABUNDANCE = ("station", "espece", "nom", "annee", "adultes_pour_360_m", "adultes", "filet_m", "pas_de_valeur")


def _abundance_rows(station: Station) -> Iterator[Row]:
    """Yield the abundance of all species together ("toutes") and of each, for a file; a point before decimals."""
    found = analysis.species_by_year(station.sessions)
    listed = [(None, "toutes", ""), *((item.species, item.code, item.name) for item in found)]
    for species, code, name in listed:
        years = stoc_indices.station_years(station.sessions, station.limits, station.past, species)
        for year, index in stoc_indices.adult_abundance(years, station.limits).items():
            value = "" if index.value is None else f"{index.value:.3f}"
            why = index.reason.words() if index.reason else ""
            yield (station.name, code, name, str(year), value, f"{index.count:g}", f"{index.base:g}", why)


def productivity_sheet(loaded: Loaded, choice: Choice) -> Sheet:
    """Return both productivities of each year and station, each under its own name."""
    found = stations(loaded, choice)
    series = []
    for item in found:
        made = stoc_indices.productivity(item.years, item.limits)
        prefix = f"{item.name}, " if len(found) > 1 else ""
        per_adult = _("{station}jeunes par adulte").format(station=prefix)
        share = _("{station}part des jeunes").format(station=prefix)
        series.append((per_adult, {year: both.per_adult for year, both in made.items()}))
        series.append((share, {year: both.share for year, both in made.items()}))
    rows, notes = _rows_and_notes(series, 2)
    title = _("Productivité · {choice}").format(choice=choice.words)
    words = _(
        "Deux définitions ont cours. « Jeunes par adulte » : jeunes ÷ adultes, celle des graphiques du CRBPO ; sans "
        "adulte, pas de valeur. « Part des jeunes » : jeunes ÷ (jeunes + adultes), de 0 à 1, celle des CES. Individus "
        "des trois séances principales. Seuil : une médiane de {limit} oiseaux d’âge connu par année."
    )
    first = found[0] if found else None
    return Sheet(
        title,
        (_("Définition"), _("Année"), _("Valeur"), _("Jeunes"), _("Sur"), _("Pas de valeur")),
        rows,
        words.format(limit=_limit(first, "min_birds_productivity")),
        notes,
        figure=by_year(title, _("jeunes par adulte, et part des jeunes"), series, 2) if found else None,
        empty=_no_station(),
    )


def returns_sheet(loaded: Loaded, choice: Choice) -> Sheet:
    """Return the share of the birds of each year that were caught the year after, by class of age."""
    found = stations(loaded, choice)
    rows, notes, bars = [], [], []
    for station, year, of, index in _returns(found):
        label = _("{year} → {following}, {ages}").format(year=year, following=year + 1, ages=of)
        name = f"{station}, {label}" if len(found) > 1 else label
        share = None if index.value is None else index.value * 100
        n = _("{count} sur {base}").format(count=number_words(index.count), base=number_words(index.base))
        why = index.reason.words() if index.reason else ""
        rows.append(
            (station, str(year), of, decimal(share, 1), number_words(index.count), number_words(index.base), why)
        )
        if share is None:
            notes.append(_("{name}, pas de valeur : {why}.").format(name=name, why=why))
        else:
            bars.append(Bar(name, share, _("{share} % · {n}").format(share=decimal(share, 1), n=n)))
    title = _("Taux de retour · {choice}").format(choice=choice.words)
    words = _(
        "Des oiseaux d’une année (trois séances principales), part reprise l’année d’après à la même station. Seuil : "
        "une médiane de {limit} oiseaux de la classe d’âge par année. Ce n’est pas une survie : un oiseau qui n’est "
        "pas repris n’est pas forcément mort."
    )
    header = (_("Station"), _("Année"), _("Âge"), _("Retour (%)"), _("Repris"), _("Sur"), _("Pas de valeur"))
    return Sheet(
        title,
        header,
        tuple(rows),
        words.format(limit=_limit(found[0] if found else None, "min_birds_return")),
        tuple(notes),
        figure=Bars(title, _("% repris l’année d’après"), tuple(bars)) if bars else None,
        empty=_no_station() if not found else _("Il faut deux années de suite à la même station."),
    )


def _returns(found: Sequence[Station]) -> Iterator[tuple[str, int, str, Index]]:
    ages = {ADULT: _("adultes"), YOUNG: _("jeunes")}
    for item in found:
        for year, by_age in stoc_indices.return_rates(item.years, item.limits).items():
            for of, index in by_age.items():
                yield item.name, year, ages[of], index


# -------------------------------------------------------------------------------------------- sessions


def sessions_sheet(loaded: Loaded, choice: Choice, year: int) -> Sheet:
    """Return the sessions of a year: at STOC stations which main one each is or why none, elsewhere what differs."""
    found = stations(loaded, choice)
    planned = {session.uid for item in found for session in item.sessions}
    rows = [row for item in found for row in _planned_rows(item, year)]
    others = [
        session
        for session in analysis.narrowed(loaded.sessions, choice.theme, choice.site)
        if session.on.year == year and session.uid not in planned
    ]
    usual = {site: stoc.usual_of([item for item in loaded.sessions if item.site == site]) for site in _sites(others)}
    rows += [
        _session_row(session, place_words(session), session.theme or ABSENT, "",
                     stoc.effort_findings(session, usual[session.site]))
        for session in others
    ]  # fmt: skip
    limits = found[0].limits if found else stoc.limits_for(stoc.STOC)
    days = ", ".join(f"{day:%d/%m}" for day in stoc.reference_dates(year, limits))
    words = _(
        "Stations STOC : la séance la plus proche de chaque date de référence ({days}), à moins de {off} jours, "
        "valable dès {hours} h et {captures} captures, à plus de {between} jours de la suivante ; le choix du "
        "responsable (fiche de la séance) passe avant. D’habitude : ce que dit la station, sinon le plus fréquent."
    ).format(
        days=days,
        off=number_words(limits.max_days_off),
        hours=decimal(limits.min_session_h, 0 if limits.min_session_h == int(limits.min_session_h) else 1),
        captures=number_words(limits.min_captures),
        between=number_words(limits.min_days_between),
    )
    header = (
        _("Lieu"), _("Séance"), _("Date"), _("Écart (j)"), _("Durée"), _("Filet (m)"), _("Captures"), _("À savoir"),
    )  # fmt: skip
    return Sheet(
        _("Séances, {year} · {choice}").format(year=year, choice=choice.words),
        header,
        tuple(rows),
        words,
        is_table=True,
        numbers=frozenset(range(3, 7)),
        wide=7,
        empty=_("Aucune séance cette année-là."),
    )


def _sites(sessions: Sequence[Session]) -> Iterator[str]:
    yield from dict.fromkeys(session.site for session in sessions)


def _planned_rows(station: Station, year: int) -> Iterator[Row]:
    """Yield the main sessions with the gaps between them, then the others."""
    chosen = next((item.plan for item in station.years if item.year == year), None)
    if chosen is None:
        return
    for main in chosen.main:
        number = _("1re") if main.number == 1 else _("{n}e").format(n=main.number)
        if main.session is None:
            yield _missing_row(station.name, number, main)
        else:
            off = f"{main.days_off:+d}" if main.days_off else "0"
            yield _session_row(main.session, station.name, number, off, main.findings)
    for other in chosen.others:
        yield _session_row(other.session, station.name, ABSENT, "", other.findings)


def _missing_row(name: str, number: str, main: Main) -> Row:
    words = _("elle manque : référence {day}").format(day=day_words(main.reference.isoformat()))
    return (name, number, ABSENT, "", "", "", "", words)


def _session_row(session: Session, name: str, number: str, off: str, findings: Sequence[Finding]) -> Row:
    hours = stoc.duration_h(session)
    metres = ABSENT if session.net_m is None else decimal(session.net_m, 0)
    lasted = ABSENT if hours is None else "{} h {:02}".format(*divmod(round(hours * 60), 60))
    words = " ; ".join(item.words() for item in findings)
    if session.is_without_birds:
        words = " ; ".join(filter(None, (_("bredouille"), words)))
    day = day_words(session.on.isoformat())
    return (name, number, day, off, lasted, metres, number_words(len(session.captures)), words)


SHEETS: Mapping[str, Callable[[Loaded, Choice], Sheet]] = {
    "abundance": abundance_sheet,
    "productivity": productivity_sheet,
    "returns": returns_sheet,
}
"""The sheets that are of all years, by their view."""
