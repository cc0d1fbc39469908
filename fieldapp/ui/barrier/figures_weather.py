"""The sheets of a barrier that look at nights, at years and at effort: daily bars, the trend, sexes and thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fieldapp.core import parse
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier import phenology, unseen
from fieldapp.protocols.pitfall_barrier.phenology import Arrival, Selection, ThresholdNights, Trend
from fieldapp.protocols.pitfall_barrier.season import Season, place_of
from fieldapp.protocols.pitfall_barrier.statistics import Share
from fieldapp.ui.barrier.figures import (
    NOT_LOOKED,
    WHY,
    Choice,
    Loaded,
    Settings,
    incomplete_words,
    known_days,
    missed_words,
    reasons,
    title,
)
from fieldapp.ui.plots_daily import DailyBars, Day
from fieldapp.ui.plots_days import place_words
from fieldapp.ui.plots_seasons import LinePoint, YearPoint, YearTrend
from fieldapp.ui.tables import Row
from fieldapp.ui.windows.analysis_sheet import Sheet
from fieldapp.ui.wording import ABSENT, number_words

MINUS = "−"

MARK = "*"
"""Stands beside a season whose figures do not compare; its note says why."""


def threshold_words(settings: Settings) -> str:
    """Return "minimum d’au moins 5 °C et pluie d’au moins 0,1 mm"."""
    return _("minimum d’au moins {cold} °C et pluie d’au moins {rain} mm").format(
        cold=parse.show_number(settings["threshold_night_min_c"]), rain=parse.show_number(settings["threshold_rain_mm"])
    )


# ------------------------------------------------------------------------------------------------- daily


def daily_sheet(loaded: Loaded, choice: Choice, settings: Settings) -> Sheet:
    """Return the bars of the chosen year with the weather of its nights."""
    own = [one for one in loaded.seasons if one.year == choice.year]
    days, rows, notes = [], [], []
    for one in own:
        nights = phenology.threshold_nights(one, settings, choice.selection)
        for on, day in _days(one, choice.selection, frozenset(nights.nights)):
            days.append(day)
            rows.append((on, *map(_cell, (day.count, day.night_min_c, day.night_max_c, day.rain_mm))))
        notes.append(f"{one.year} : {missed_words(len(one.missed))} ; {nights_words(nights, settings)}")
    figure = DailyBars(
        title(loaded, choice, _("jour par jour, {year}").format(year=choice.year)),
        _("{animals} par matin").format(animals=choice.animals()),
        tuple(days),
        settings["threshold_night_min_c"],
        _("nuit favorable : {words}").format(words=threshold_words(settings)),
    )
    return Sheet(
        figure.title,
        ("matin", choice.animals(), "nuit_min_c", "nuit_max_c", "pluie_mm"),
        tuple(rows),
        _(
            "Chaque matin avec la nuit d’avant. Colonne hachurée : personne n’a relevé, on ne sait pas. Une nuit sans "
            "barre de température n’a pas de météo notée."
        ),
        tuple(notes),
        figure,
        empty=_("Pas de relevé en {year}.").format(year=choice.year),
    )


def _days(one: Season, selection: Selection, marked: frozenset[str]) -> Iterator[tuple[str, Day]]:
    weather = dict(zip((*one.days, *one.missed), (*one.nights, *one.missed_nights), strict=True))
    for on, count in known_days(one, selection):
        night = weather[on]
        place = place_of(on, one.year)
        yield on, Day(place, count, night.night_min_c, night.night_max_c, night.rain_mm, on in marked)


def _cell(value: float | None) -> str:
    return NOT_LOOKED if value is None else parse.show_number(value)


def nights_words(found: ThresholdNights, settings: Settings) -> str:
    """Return "12 nuits favorables (minimum …) sur 128 de météo connue (9 %), 63 % des animaux relevés"."""
    words = ngettext(
        "{n} nuit favorable ({words}) sur {known} de météo connue",
        "{n} nuits favorables ({words}) sur {known} de météo connue",
        len(found.nights),
    ).format(n=len(found.nights), words=threshold_words(settings), known=found.known)
    if found.share is not None:
        words += _(" ({share} %)").format(share=number_words(100 * found.share))
    if found.animals_share is None:
        return words
    return words + ", " + _("{share} % des animaux").format(share=number_words(100 * found.animals_share))


# ------------------------------------------------------------------------------------------------- trend


def signed(value: float, decimals: int = 1) -> str:
    """Return a number with its sign: "+1,1", "−2,1", "0,0"."""
    written = number_words(abs(value), decimals)
    if float(f"{abs(value):.{decimals}f}") == 0:
        return written
    return f"{MINUS if value < 0 else '+'}{written}"


def slope_words(found: Trend) -> str:
    """Return "−2,1 jours par décennie [−5,3 ; +1,1], 15 saisons"."""
    seasons = ngettext("{n} saison", "{n} saisons", found.count).format(n=found.count)
    return _("{slope} jours par décennie [{low} ; {high}], {seasons}").format(
        slope=signed(found.per_decade), low=signed(10 * found.low), high=signed(10 * found.high), seasons=seasons
    )


def band(found: Trend, years: Sequence[int]) -> tuple[LinePoint, ...]:
    """Return the line over the years, with the interval of the mean date around it.

    Half its width is t·s·√(1/n + (x − x̄)² / Σ(x − x̄)²), and that of the interval of the slope is t·s / √Σ(x − x̄)²:
    so the one follows from the other. Source: N. R. Draper & H. Smith, Applied Regression Analysis, 3rd ed. 1998, §3.1.
    """
    middle = sum(years) / len(years)
    spread = sum((year - middle) ** 2 for year in years)
    half = (found.high - found.low) / 2
    steps = [found.first_year + (found.last_year - found.first_year) * step / 24 for step in range(25)]
    points = []
    for year in steps:
        place = found.place_in(year)
        wide = half * math.sqrt(spread / len(years) + (year - middle) ** 2)
        points.append(LinePoint(year, place, place - wide, place + wide))
    return tuple(points)


def trend_sheet(loaded: Loaded, choice: Choice, settings: Settings) -> Sheet:
    """Return the median date against the year."""
    compared = phenology.comparable(loaded.seasons, choice.selection, choice.year)
    told = zip(loaded.seasons, phenology.arrivals(loaded.seasons, choice.selection, settings), strict=True)
    found = [one for season, one in told if season in compared]
    fitted = phenology.trend(found, settings)
    points = tuple(YearPoint(one.year, _place(one)) for one in found)
    dated = [point.year for point in points if point.place is not None]
    line = band(fitted, dated) if fitted else ()
    level = number_words(100 * settings["confidence"])
    figure = YearTrend(
        title(loaded, choice, _("date des 50 % de chaque saison")),
        _("date des 50 %"),
        points,
        line,
        _("intervalle de la droite à {level} %").format(level=level),
        choice.year,
    )
    return Sheet(
        figure.title,
        ("saison", "p50", "jour", "total", "non_releves", WHY),
        tuple(_trend_row(one) for one in found),
        _trend_words(fitted, level),
        (*reasons(found), *_left_out(len(loaded.seasons) - len(compared))) if dated else (),
        figure,
        empty=_("Aucune saison n’a de date des 50 %."),
    )


def _left_out(count: int) -> list[str]:
    """Return that seasons of another time of the year are not in the trend; [] where there are none."""
    if not count:
        return []
    words = ngettext(
        "{n} saison à une autre époque de l’année n’est pas comparée.",
        "{n} saisons à une autre époque de l’année ne sont pas comparées.",
        count,
    )
    return [words.format(n=number_words(count))]


def _trend_words(found: Trend | None, level: str) -> str:
    if found is None:
        return _("Moins de trois saisons ont une date des 50 % : pas de droite.")
    words = _("{slope}. Moindres carrés, toutes les saisons du même poids ; entre crochets l’intervalle à {level} %.")
    return words.format(slope=slope_words(found), level=level)


def _place(one: Arrival) -> int | None:
    return place_of(one.p50_on, one.year) if one.p50_on else None


def _trend_row(one: Arrival) -> Row:
    place = _place(one)
    shown = "" if place is None else place_words(place)
    return (str(one.year), one.p50_on or "", shown, str(one.total), str(one.missed), one.reason)


# ------------------------------------------------------------------------------------------------ effort


@dataclass(frozen=True, slots=True)
class Effort:
    """What some seasons took: animals by sex, bucket-nights, and the nights above the thresholds with their animals."""

    label: str
    total: int
    ratio: Share
    missed: int
    bucket_nights: float
    per_night: float | None
    mild: int
    known: int
    animals: int
    animals_known: int


def effort_of(label: str, seasons: Sequence[Season], chosen: Selection, settings: Settings) -> Effort:
    """Return the effort and the sexes of some seasons added up."""
    nights = [phenology.threshold_nights(one, settings, chosen) for one in seasons]
    return Effort(
        label,
        sum(sum(phenology.counts(one, chosen)) for one in seasons),
        phenology.sex_ratio(seasons, chosen.cd_nom, settings, direction=chosen.direction),
        sum(len(one.missed) for one in seasons),
        sum(one.bucket_nights for one in seasons),
        phenology.catch_per_bucket_night(seasons, chosen),
        sum(len(one.nights) for one in nights),
        sum(one.known for one in nights),
        sum(one.animals for one in nights),
        sum(one.animals_known for one in nights),
    )


def effort_sheet(loaded: Loaded, choice: Choice, settings: Settings) -> Sheet:
    """Return the table of sexes, effort and nights of every season, the newest first; all seasons stand last."""
    seasons = sorted(loaded.seasons, key=lambda one: one.first_on, reverse=True)
    chosen = choice.selection
    found = [effort_of(str(one.year), [one], chosen, settings) for one in seasons]
    partly = [one for one in seasons if len(seasons) > 1 and not unseen.is_complete(one, settings)]
    if len(seasons) > 1:
        found.append(effort_of(_("Toutes"), seasons, chosen, settings))
    level = number_words(100 * settings["confidence"])
    header = (
        _("Saison"), _("Total"), _("Mâles"), _("Femelles"), _("Mâles, part [{level} %]").format(level=level),
        _("Non relevés"), _("Seaux × nuits"), _("Par seau et nuit"), _("Nuits favorables"), _("Prises ces nuits"),
    )  # fmt: skip
    return Sheet(
        title(loaded, choice, _("sexes, effort, nuits favorables")),
        header,
        tuple(
            _effort_row(one, is_marked=number < len(seasons) and seasons[number] in partly)
            for number, one in enumerate(found)
        ),
        _(
            "Part des mâles parmi les animaux de sexe connu, intervalle de Wilson. Seaux × nuits : seaux ouverts, "
            "matins relevés. Nuit favorable : {words}, parmi celles dont la météo est connue, relevées ou non. Prises "
            "ces nuits : part des animaux venus une nuit de météo connue."
        ).format(words=threshold_words(settings)),
        tuple(f"{MARK} {incomplete_words(one)}" for one in partly),
        is_table=True,
        numbers=frozenset(range(1, 10)),
        has_totals=len(seasons) > 1,
        empty=_("Pas de saison."),
        current=next((row for row, one in enumerate(seasons) if one.year == choice.year), 0),
        written=(_EFFORT_COLUMNS, tuple(_effort_cells(one) for one in found)),
    )


_EFFORT_COLUMNS = (
    "saison", "total", "males", "femelles", "part_males", "part_males_bas", "part_males_haut", "non_releves",
    "seaux_nuits", "par_seau_nuit", "nuits_favorables", "nuits_connues", "prises_nuits_favorables",
    "prises_nuits_connues",
)  # fmt: skip


def _effort_row(one: Effort, *, is_marked: bool) -> Row:
    return (
        f"{one.label} {MARK}" if is_marked else one.label,
        number_words(one.total),
        number_words(one.ratio.part),
        number_words(one.ratio.whole - one.ratio.part),
        share_words(one.ratio),
        number_words(one.missed),
        number_words(one.bucket_nights) if one.bucket_nights else ABSENT,
        ABSENT if one.per_night is None else number_words(one.per_night, 3),
        f"{number_words(one.mild)} / {number_words(one.known)}",
        f"{number_words(100 * one.animals / one.animals_known)} %" if one.animals_known else ABSENT,
    )


def _effort_cells(one: Effort) -> Row:
    ratio = one.ratio
    figures = (
        one.total, ratio.part, ratio.whole - ratio.part, *map(_rounded, (ratio.share, ratio.low, ratio.high)),
        one.missed, one.bucket_nights, _rounded(one.per_night), one.mild, one.known, one.animals, one.animals_known,
    )  # fmt: skip
    return (one.label, *map(_cell, figures))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def share_words(found: Share) -> str:
    """Return "62 % [55 ; 68]", a dash where no sex is known."""
    if found.share is None or found.low is None or found.high is None:
        return ABSENT
    share, low, high = (number_words(100 * value) for value in (found.share, found.low, found.high))
    return f"{share} % [{low} ; {high}]"
