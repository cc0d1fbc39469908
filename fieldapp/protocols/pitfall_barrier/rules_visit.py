"""The rules of one morning: its day, its state, its weather, its closed buckets. Pure functions.

What they know of the barrier is described in `rules`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from fieldapp.core import parse
from fieldapp.core.schema import Context, Problem, Rule, Severity, Values, advice, blocks_alone
from fieldapp.core.text import N_
from fieldapp.protocols.pitfall_barrier.campaign import holds, in_place
from fieldapp.protocols.pitfall_barrier.rules_site import campaign_words, other_campaigns
from fieldapp.protocols.pitfall_barrier.schema import CHECKED, EMPTY, LEAST_C, MOST_C, is_looked_into, is_missed

MUCH_RAIN_MM = 100
"""Rain of one day above this is asked about: in the north of France it is rather a lost comma (a choice of the program;
the most in the sixteen springs of the sample file is 14.6 mm)."""

OTHER_REASON = "other"
"""Code of REASON that says nothing without a remark."""


def known_buckets(context: Context) -> Sequence[Values]:
    """Return the values of the barrier's buckets that the check of a morning knows of, () for none."""
    known: Sequence[Values] | None = context.known.get("buckets")
    if known is not None:
        return known
    return [other for other in context.siblings if "bucket" in other and "check_on" not in other]


@blocks_alone
def check_is_past(context: Context) -> Iterator[Problem]:
    """Refuse a morning that has not come yet."""
    day = context.values.get("check_on")
    if day and day > context.today.isoformat():
        yield Problem("check_on", "check_in_future", Severity.BLOCKING, {"date": parse.show_date(day)})


@blocks_alone
def check_is_in_a_campaign(context: Context) -> Iterator[Problem]:
    """Refuse a morning outside the campaigns, naming the days of the nearest; ask for one where there is none."""
    day, campaigns = context.values.get("check_on"), other_campaigns(context)
    if not day or campaigns is None or any(holds(one, day) for one in campaigns):
        return
    whole = [one for one in campaigns if campaign_words(one)]
    if not whole:
        yield Problem("check_on", "no_campaign", Severity.INCOMPLETE)
        return
    nearest = min(whole, key=lambda one: (_days_off(one, day), one["opened_on"]))
    about = {"date": parse.show_date(day), "days": campaign_words(nearest)}
    yield Problem("check_on", "out_of_campaign", Severity.BLOCKING, about)


def _days_off(campaign: Values, day: str) -> int:
    """Return how many days lie between a day and the campaign that does not hold it."""
    on = date.fromisoformat(day)
    return min(abs((date.fromisoformat(campaign[end]) - on).days) for end in ("opened_on", "closed_on"))


@blocks_alone
def check_is_the_only_one(context: Context) -> Iterator[Problem]:
    """Refuse a second check of the barrier on the same morning."""
    day = context.values.get("check_on")
    others = context.known.get("visits_of_day", context.siblings)
    if day and any(other.get("check_on") == day for other in others):
        yield Problem("check_on", "two_checks", Severity.BLOCKING, {"date": parse.show_date(day)})


@blocks_alone
def state_fits_catches(context: Context) -> Iterator[Problem]:
    """Refuse catches on a morning "non relevé" or "vide"; one that is "relevé" says what was caught, or is empty.

    A catch below such a morning is refused by its own rule as well (`rules_observation.catch_fits_morning`), so whoever
    adds catches one by one need not ask the morning each time.
    """
    state, count = context.values.get("state"), len(context.children)
    if count and is_missed(context.values):
        yield Problem("state", "missed_with_catches", Severity.BLOCKING, {"count": count})
    elif count and state == EMPTY:
        yield Problem("state", "empty_with_catches", Severity.BLOCKING, {"count": count})
    elif not count and state == CHECKED:
        yield Problem("state", "catches_or_empty", Severity.INCOMPLETE)


@advice
def miss_is_explained(context: Context) -> Iterator[Problem]:
    """Tell of a morning "non relevé" without a reason, or with one that needs a remark; older files have none."""
    if not is_missed(context.values):
        return
    reason = context.values.get("reason")
    if reason is None:
        yield Problem("reason", "why_missed", Severity.NOTICE)
    elif reason == OTHER_REASON and "comments" not in context.values:
        yield Problem("comments", "which_reason", Severity.NOTICE)


@advice
def temperatures_in_order(context: Context) -> Iterator[Problem]:
    """Warn of a night whose minimum is above its maximum; of temperatures that can't be, that is said alone."""
    least, most = context.values.get("night_min_c"), context.values.get("night_max_c")
    if least is not None and most is not None and MOST_C >= least > most >= LEAST_C:
        about = {"least": parse.show_number(least), "most": parse.show_number(most)}
        yield Problem("night_min_c", "min_above_max", Severity.WARNING, about)


@advice
def rain_is_likely(context: Context) -> Iterator[Problem]:
    """Warn of rain that is rather a slip of the hand (source of the limit: `MUCH_RAIN_MM`)."""
    rain = context.values.get("rain_mm")
    if rain is not None and rain > MUCH_RAIN_MM:
        yield Problem("rain_mm", "much_rain", Severity.WARNING, {"rain": parse.show_number(rain)})


@blocks_alone
def closed_buckets_exist(context: Context) -> Iterator[Problem]:
    """Refuse closed buckets that the barrier does not have; warn of a look where all of them were closed."""
    closed, known = context.values.get("closed_buckets", ()), known_buckets(context)
    if not closed or not known:
        return
    numbers = {str(one["bucket"]) for one in known if "bucket" in one}
    strange = [number for number in closed if number not in numbers]
    if strange:
        yield Problem("closed_buckets", "closed_unknown", Severity.BLOCKING, {"buckets": ", ".join(strange[:8])[:60]})
    day = context.values.get("check_on")
    standing = {str(one["bucket"]) for one in known if "bucket" in one and (day is None or in_place(one, day))}
    if standing and standing <= set(closed) and is_looked_into(context.values):
        yield Problem("closed_buckets", "all_closed", Severity.WARNING)


RULES: tuple[Rule, ...] = (
    check_is_past,
    check_is_in_a_campaign,
    check_is_the_only_one,
    state_fits_catches,
    miss_is_explained,
    temperatures_in_order,
    rain_is_likely,
    closed_buckets_exist,
)

MESSAGES: Mapping[str, str] = {
    "check_in_future": N_("Le {date} est dans l’avenir : vérifiez la date, ou l’horloge de l’ordinateur."),
    "no_campaign": N_("Cette barrière n’a pas de campagne : notez son premier et son dernier matin."),
    "out_of_campaign": N_("Le {date} est hors campagne ({days}) : vérifiez la date, ou prolongez la campagne."),
    "two_checks": N_("Le matin du {date} est déjà noté : complétez-le plutôt que d’en faire un second."),
    "missed_with_catches": N_(
        "« Non relevé », mais des prises sont notées ({count}) : effacez-les, ou mettez « relevé »."
    ),
    "empty_with_catches": N_("« Vide », mais des prises sont notées ({count}) : effacez-les, ou mettez « relevé »."),
    "catches_or_empty": N_("Rien dans les seaux ? Mettez « relevé, vide », sinon notez les prises."),
    "why_missed": N_("Pourquoi personne n’est passé ? Une raison aide à lire la saison."),
    "which_reason": N_("Autre raison : dites laquelle dans la remarque."),
    "min_above_max": N_("Minimum {least} °C, maximum {most} °C : échangez les deux, ou vérifiez."),
    "much_rain": N_("{rain} mm de pluie en un jour : vérifiez la virgule."),
    "closed_unknown": N_("Seaux fermés inconnus de cette barrière : {buckets}. Vérifiez les numéros."),
    "all_closed": N_("Tous les seaux étaient fermés : mettez plutôt « non relevé »."),
}
"""The French sentence of every code, with what to do."""
