"""The rules of one visit: its date, its hours, its methods and what it holds. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fieldapp.core import dates
from fieldapp.core.schema import Context, Problem, Rule, Severity, Values, advice
from fieldapp.core.text import N_
from fieldapp.protocols.pop_amphibiens.daylight import sunrise_and_sunset
from fieldapp.protocols.pop_amphibiens.lists import ABSENCE_TAXON, GREEN_FROGS, windows
from fieldapp.protocols.pop_amphibiens.rules_observation import french_name
from fieldapp.protocols.pop_amphibiens.schema import (
    BY_DAY,
    BY_NIGHT,
    CAPTURE_METHODS,
    SITE_DESTROYED,
    accessible,
    present,
)

FIRST_YEAR = 2007
"""First year of the oldest POP series known (source: Astruc et al. 2021, Bull. SHF 178, Normandy 2007-2018)."""

LONGEST_MINUTES = 4 * 60
"""One outing covers a whole aire in 3 to 4 hours at most, so one pond never takes longer (source: CPIE60, Arjuzanx)."""

TWILIGHT_MINUTES = 60
"""How long before sunset a visit may already be "by night", and how long after it still "by day": a choice of the
program, a little more than civil twilight lasts here (35 to 45 minutes)."""


def _day(values: Values) -> date | None:
    stored = values.get("visit_date_min")
    return date.fromisoformat(stored) if stored else None


def _minutes(stored: str) -> int:
    return int(stored[:2]) * 60 + int(stored[3:])


def _others_of_year(context: Context) -> list[Values]:
    """Return the other visits of the site in the same calendar year (below a site there are not only visits)."""
    year = context.values.get("visit_date_min", "")[:4]
    return [other for other in context.siblings if year and other.get("visit_date_min", "")[:4] == year]


@advice
def hours_in_order(context: Context) -> Iterator[Problem]:
    """Warn of a visit of more than four hours; one that goes on after midnight ends before it starts, and may."""
    start, end = context.values.get("Heure_debut"), context.values.get("Heure_fin")
    if not start or not end or (_minutes(end) - _minutes(start)) % (24 * 60) <= LONGEST_MINUTES:
        return
    code = "end_before_start" if end < start else "very_long"
    yield Problem("Heure_fin", code, Severity.WARNING, {"start": start, "end": end})


def date_is_past(context: Context) -> Iterator[Problem]:
    """Refuse a date in the future."""
    stored = context.values.get("visit_date_min")
    if stored and stored > context.today.isoformat():
        about = {"date": dates.in_numbers(date.fromisoformat(stored))}
        yield Problem("visit_date_min", "in_the_future", Severity.BLOCKING, about)


@advice
def date_is_likely(context: Context) -> Iterator[Problem]:
    """Warn of a date before the programme and of one out of season (source: windows.csv)."""
    day, shown = _day(context.values), windows()
    if day is None:
        return
    if day.year < FIRST_YEAR:
        yield Problem("visit_date_min", "before_programme", Severity.WARNING, {"year": FIRST_YEAR})
    if not shown[0].first <= (day.month, day.day) <= shown[-1].last:
        period = dates.period(shown[0].first, shown[-1].last)
        yield Problem("visit_date_min", "out_of_season", Severity.WARNING, {"period": period})


@advice
def passage_fits_date(context: Context) -> Iterator[Problem]:
    """Warn when the date lies in the usual window of another passage (source: windows.csv, indicative dates)."""
    day, number = _day(context.values), context.values.get("num_passage")
    own = next((window for window in windows() if window.passage == number), None)
    if day is None or own is None or own.holds(day) or not any(window.holds(day) for window in windows()):
        return
    period = dates.period(own.first, own.last)
    yield Problem("num_passage", "other_window", Severity.WARNING, {"number": number, "period": period})


@advice
def one_visit_a_day(context: Context) -> Iterator[Problem]:
    """Warn of a second visit of the site on the same date."""
    day = context.values.get("visit_date_min")
    if day and any(other.get("visit_date_min") == day for other in context.siblings):
        yield Problem(
            "visit_date_min", "same_day", Severity.WARNING, {"date": dates.in_numbers(date.fromisoformat(day))}
        )


@advice
def passages_in_order(context: Context) -> Iterator[Problem]:
    """Warn of a passage number that the site has already this year, and of numbers that go against the dates."""
    day, number = context.values.get("visit_date_min"), context.values.get("num_passage")
    if not day or number is None:
        return
    for other in _others_of_year(context):
        about = {
            "number": other.get("num_passage"),
            "date": dates.in_numbers(date.fromisoformat(other["visit_date_min"])),
        }
        if about["number"] == number:
            yield Problem("num_passage", "passage_twice", Severity.WARNING, about)
        elif about["number"] and (about["number"] - number) * _sign(other["visit_date_min"], day) < 0:
            yield Problem("num_passage", "passages_crossed", Severity.WARNING, about)


def _sign(first: str, second: str) -> int:
    return (first > second) - (first < second)


@advice
def light_fits_methods(context: Context) -> Iterator[Problem]:
    """Warn of a night method in full daylight and of a day method in the dark, by the sun at the site."""
    day, start = _day(context.values), context.values.get("Heure_debut")
    site, methods = context.parents.get("site", {}), set(context.values.get("methode_de_prospection", ()))
    longitude, latitude = site.get("longitude"), site.get("latitude")
    if not day or not start or longitude is None or latitude is None or {BY_DAY, BY_NIGHT} <= methods:
        return
    sun = sunrise_and_sunset(day, longitude, latitude)
    if sun is None:
        return
    about = {"start": start, "sunset": f"{int(sun[1]) // 60:02}:{int(sun[1]) % 60:02}"}
    begins = _minutes(start)
    if BY_NIGHT in methods and sun[0] + TWILIGHT_MINUTES < begins < sun[1] - TWILIGHT_MINUTES:
        yield Problem("methode_de_prospection", "night_method_by_day", Severity.WARNING, about)
    if BY_DAY in methods and not sun[0] - TWILIGHT_MINUTES <= begins <= sun[1] + TWILIGHT_MINUTES:
        yield Problem("methode_de_prospection", "day_method_by_night", Severity.WARNING, about)


@advice
def capture_has_derogation(context: Context) -> Iterator[Problem]:
    """Ask once per dataset for the prefectoral derogation of capture methods; warn when it does not cover the date.

    The papers of a capture are a matter of the law, not of the data: the visit is complete without them.
    Source: the labels of METHODE_PROSPECTION 2 and 3 ("dérogation préfectorale obligatoire").
    """
    methods, dataset = context.values.get("methode_de_prospection", ()), context.values.get("id_dataset")
    if not CAPTURE_METHODS.intersection(methods) or not dataset:
        return
    known = context.links.get(dataset, {})
    reference, day = known.get("derogation_reference"), context.values.get("visit_date_min")
    if not reference:
        yield Problem("methode_de_prospection", "no_derogation", Severity.WARNING, {"cause": dataset})
    elif day and not known.get("derogation_from_on", day) <= day <= known.get("derogation_to_on", day):
        about = {"reference": reference, "date": dates.in_numbers(date.fromisoformat(day))}
        yield Problem("methode_de_prospection", "derogation_out_of_date", Severity.WARNING, about)


def contents_fit_access(context: Context) -> Iterator[Problem]:
    """Refuse observations at a site that could not be reached; ask for "rien vu" or species where it could.

    An inaccessible visit has no observation and counts as missing, never as zero (source: visit.json; Astruc et al.).
    """
    if not accessible(context.values):
        if context.children:
            yield Problem("accessibility", "inaccessible_with_lines", Severity.BLOCKING)
    elif not context.children:
        yield Problem("", "nothing_or_species", Severity.INCOMPLETE)


def absence_stands_alone(context: Context) -> Iterator[Problem]:
    """Refuse "rien vu" beside species: one of the two is wrong."""
    kinds = {present(line) for line in context.children}
    if kinds == {True, False}:
        yield Problem("", "absence_and_presence", Severity.BLOCKING)


@advice
def animals_fit_site(context: Context) -> Iterator[Problem]:
    """Warn of animals seen in a site that is noted as destroyed or dry."""
    if not any(present(line) for line in context.children):
        return
    if context.values.get("etat_site") == SITE_DESTROYED:
        yield Problem("etat_site", "destroyed_with_animals", Severity.WARNING)
    if context.values.get("dry"):
        yield Problem("dry", "dry_with_animals", Severity.WARNING)


@advice
def works_before_visit(context: Context) -> Iterator[Problem]:
    """Warn of works on the site that are dated after the visit that notes them."""
    works, day = context.values.get("date_changement_etat_site"), context.values.get("visit_date_min")
    if works and day and works > day:
        yield Problem("date_changement_etat_site", "works_after_visit", Severity.WARNING)


@advice
def seen_before(context: Context) -> Iterator[Problem]:
    """Recall the species that were here before and are not on a sheet that has lines; `history`: cd_nom -> last year.

    Green frogs count as one, whatever the form.
    """
    if not context.children:
        return
    noted = {_kind(line["cd_nom"], context) for line in context.children if "cd_nom" in line and present(line)}
    for cd_nom, year in sorted(context.history.items(), key=lambda item: (-item[1], item[0])):
        kind = _kind(cd_nom, context)
        if kind not in noted and cd_nom != ABSENCE_TAXON:
            noted.add(kind)
            name = french_name(context.taxa.get(cd_nom), cd_nom)
            yield Problem("", "seen_before", Severity.NOTICE, {"name": name, "year": year})


def _kind(cd_nom: int, context: Context) -> int | str:
    taxon = context.taxa.get(cd_nom)
    if taxon is None:
        return cd_nom
    return GREEN_FROGS if taxon.complex == GREEN_FROGS else taxon.cd_ref


RULES: tuple[Rule, ...] = (
    date_is_past,
    date_is_likely,
    one_visit_a_day,
    passage_fits_date,
    passages_in_order,
    hours_in_order,
    light_fits_methods,
    capture_has_derogation,
    contents_fit_access,
    absence_stands_alone,
    animals_fit_site,
    works_before_visit,
    seen_before,
)

MESSAGES = {
    "in_the_future": N_("Le {date} est dans l’avenir : vérifiez la date, ou l’horloge de l’ordinateur."),
    "before_programme": N_("Le programme a commencé en {year} : vérifiez l’année."),
    "out_of_season": N_("Hors de la saison du suivi ({period}) : vérifiez la date."),
    "other_window": N_("Le passage {number} se fait d’habitude {period} : vérifiez le numéro ou la date."),
    "same_day": N_("Cette mare a déjà un passage le {date} : complétez-le plutôt que d’en faire un second."),
    "passage_twice": N_("Cette mare a déjà un passage {number} cette année, le {date} : vérifiez le numéro."),
    "passages_crossed": N_("Le passage {number} de cette mare date du {date} : les numéros ne suivent pas les dates."),
    "end_before_start": N_("Début {start}, fin {end} : la fin est avant le début. Vérifiez les deux heures."),
    "very_long": N_("De {start} à {end} : plus de 4 heures pour une mare. Vérifiez les deux heures."),
    "night_method_by_day": N_("Méthode de nuit, mais début à {start} en plein jour (coucher du soleil {sunset})."),
    "day_method_by_night": N_("Méthode de jour, mais début à {start} : il faisait nuit (coucher du soleil {sunset})."),
    "no_derogation": N_(
        "Capture : notez la dérogation préfectorale dans la fiche du jeu de données, une fois pour toutes."
    ),
    "derogation_out_of_date": N_("La dérogation {reference} ne couvre pas le {date} : vérifiez ses dates."),
    "inaccessible_with_lines": N_(
        "Mare inaccessible, mais des observations sont notées : effacez-les, ou remettez « accessible »."
    ),
    "nothing_or_species": N_("Rien vu, ou quelles espèces ? Notez l’un ou l’autre pour finir la fiche."),
    "absence_and_presence": N_("« Rien vu » et des espèces sur la même fiche : effacez l’un des deux."),
    "destroyed_with_animals": N_("Mare détruite, mais des animaux sont notés : vérifiez l’état du site."),
    "dry_with_animals": N_("Mare à sec, mais des animaux sont notés : vérifiez, et dites où dans la remarque."),
    "works_after_visit": N_("Les travaux sont datés après ce passage : vérifiez leur date."),
    "seen_before": N_("{name} : vu ici en {year}, pas noté cette fois."),
}
