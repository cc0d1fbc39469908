"""The rules of what stands still: the barrier, its buckets, its campaigns, the animals told apart. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from fieldapp.core import dates, parse
from fieldapp.core.positions import in_france
from fieldapp.core.schema import Context, Problem, Rule, Severity, Values, advice, blocks_alone
from fieldapp.core.text import N_, fold
from fieldapp.protocols.pitfall_barrier.campaign import holds, natural_key
from fieldapp.protocols.pitfall_barrier.schema import BOTH_SEXES, place_key

LONGEST_CAMPAIGN_DAYS = 300
"""A campaign of more days has a wrong year: it lasts four to five months (source: rapport d’activité 2020 of the CPIE
for Vimy; the limit, twice that, is a choice of the program)."""

_FIRST_DAY, _LAST_DAY = "0000-00-00", "9999-99-99"


# ---------------------------------------------------------------------------------------------- barrier


@advice
def site_is_its_own(context: Context) -> Iterator[Problem]:
    """Warn of a second barrier with the same name in the commune: in a file the two would be one."""
    own = place_key(context.values)
    if own[0] and any(place_key(other) == own for other in context.siblings):
        yield Problem("site_name", "site_twice", Severity.WARNING)


@blocks_alone
def position_is_in_france(context: Context) -> Iterator[Problem]:
    """Refuse longitude and latitude that are clearly swapped; warn of a point outside metropolitan France."""
    longitude, latitude = context.values.get("longitude"), context.values.get("latitude")
    if longitude is None or latitude is None or in_france(longitude, latitude):
        return
    if in_france(latitude, longitude):
        yield Problem("longitude", "position_swapped", Severity.BLOCKING)
    else:
        yield Problem("latitude", "position_abroad", Severity.WARNING)


# ---------------------------------------------------------------------------------------------- buckets


@blocks_alone
def bucket_is_its_own(context: Context) -> Iterator[Problem]:
    """Refuse a number that another bucket bears at the same time; warn of one that only looks different ("03")."""
    number = context.values.get("bucket")
    if number is None:
        return
    for other in context.siblings:
        if "opened_on" in other or "check_on" in other or "bucket" not in other or not _overlap(context.values, other):
            continue
        if other["bucket"] == number:
            yield Problem("bucket", "bucket_twice", Severity.BLOCKING, {"bucket": number})
            return
        if _plain(str(other["bucket"])) == _plain(number):
            about = {"bucket": number, "other": other["bucket"]}
            yield Problem("bucket", "bucket_alike", Severity.WARNING, about)
            return


def _plain(number: str) -> object:
    return natural_key(number.replace(" ", ""))[0]


def _overlap(one: Values, other: Values) -> bool:
    """Return whether two buckets stand at the same time on some day."""
    first = max(one.get("from_on", _FIRST_DAY), other.get("from_on", _FIRST_DAY))
    return bool(first <= min(one.get("until_on", _LAST_DAY), other.get("until_on", _LAST_DAY)))


@blocks_alone
def bucket_days_in_order(context: Context) -> Iterator[Problem]:
    """Refuse a bucket that was taken away before it was set."""
    first, last = context.values.get("from_on"), context.values.get("until_on")
    if first and last and last < first:
        about = {"first": parse.show_date(first), "last": parse.show_date(last)}
        yield Problem("until_on", "bucket_days_reversed", Severity.BLOCKING, about)


@advice
def bucket_is_on_the_barrier(context: Context) -> Iterator[Problem]:
    """Warn of a bucket that stands beyond the end of the barrier."""
    position, length = context.values.get("position_m"), context.parents.get("site", {}).get("length_m")
    if position is not None and length is not None and position > length:
        about = {"position": parse.show_number(position), "length": parse.show_number(length)}
        yield Problem("position_m", "bucket_beyond", Severity.WARNING, about)


# -------------------------------------------------------------------------------------------- campaigns


def other_campaigns(context: Context) -> Sequence[Values] | None:
    """Return the values of the campaigns that the check of a record knows of, None when it knows of none."""
    known: Sequence[Values] | None = context.known.get("campaigns")
    if known is not None:
        return known
    return [other for other in context.siblings if "opened_on" in other] or None


@blocks_alone
def campaign_days_in_order(context: Context) -> Iterator[Problem]:
    """Refuse a campaign that closes before it opens; warn of one so long that a year is wrong."""
    opened, closed = context.values.get("opened_on"), context.values.get("closed_on")
    if not opened or not closed:
        return
    days = (date.fromisoformat(closed) - date.fromisoformat(opened)).days + 1
    if days < 1:
        about = {"opened": parse.show_date(opened), "closed": parse.show_date(closed)}
        yield Problem("closed_on", "campaign_reversed", Severity.BLOCKING, about)
    elif days > LONGEST_CAMPAIGN_DAYS:
        yield Problem("closed_on", "campaign_long", Severity.WARNING, {"days": days})


@advice
def campaign_is_near(context: Context) -> Iterator[Problem]:
    """Warn of a campaign that opens more than a year from now: the year is wrong."""
    opened = context.values.get("opened_on")
    if opened and (date.fromisoformat(opened) - context.today).days > 366:
        yield Problem("opened_on", "campaign_far", Severity.WARNING, {"date": parse.show_date(opened)})


@advice
def campaigns_follow(context: Context) -> Iterator[Problem]:
    """Warn of two campaigns over the same days: a check belongs to one of them only."""
    opened, closed = context.values.get("opened_on"), context.values.get("closed_on")
    if not opened or not closed:
        return
    for other in other_campaigns(context) or ():
        first, last = other.get("opened_on"), other.get("closed_on")
        if first and last and max(first, opened) <= min(last, closed):
            about = {"first": parse.show_date(first), "last": parse.show_date(last)}
            yield Problem("opened_on", "campaigns_overlap", Severity.WARNING, about)
            return


@advice
def campaign_keeps_its_checks(context: Context) -> Iterator[Problem]:
    """Warn of checks of its year that the campaign's days leave out and no other campaign holds."""
    opened, closed = context.values.get("opened_on"), context.values.get("closed_on")
    if not opened or not closed:
        return
    others = [context.values, *(other_campaigns(context) or ())]
    lost = [
        day
        for day in context.known.get("check_days", ())
        if day[:4] in {opened[:4], closed[:4]} and not any(holds(one, day) for one in others)
    ]
    if lost:
        about = {"count": len(lost), "date": parse.show_date(min(lost))}
        yield Problem("closed_on", "checks_left_out", Severity.WARNING, about)


# ------------------------------------------------------------------------------------------ individuals


@blocks_alone
def individual_is_its_own(context: Context) -> Iterator[Problem]:
    """Refuse a name that another individual of the barrier bears, whatever its capitals: files tell them by it."""
    name = context.values.get("individual_name")
    if name and any(fold(str(other.get("individual_name", ""))) == fold(name) for other in context.siblings):
        yield Problem("individual_name", "individual_twice", Severity.BLOCKING, {"name": name[:40]})


@blocks_alone
def individual_has_one_sex(context: Context) -> Iterator[Problem]:
    """Refuse "mixte" for one animal: the code is that of a group (source: SINP, SEXE)."""
    if context.values.get("sex") == BOTH_SEXES:
        yield Problem("sex", "individual_mixed", Severity.BLOCKING)


def campaign_words(campaign: Values) -> str:
    """Return the days of a campaign with both ends: "du 1er février au 15 juin 2026"; "" where one is missing."""
    opened, closed = campaign.get("opened_on"), campaign.get("closed_on")
    if not opened or not closed:
        return ""
    first, last = date.fromisoformat(opened), date.fromisoformat(closed)
    words = dates.period((first.month, first.day), (last.month, last.day))
    return f"{words} {last.year}"


SITE_RULES: tuple[Rule, ...] = (site_is_its_own, position_is_in_france)
BUCKET_RULES: tuple[Rule, ...] = (bucket_is_its_own, bucket_days_in_order, bucket_is_on_the_barrier)
CAMPAIGN_RULES: tuple[Rule, ...] = (
    campaign_days_in_order,
    campaign_is_near,
    campaigns_follow,
    campaign_keeps_its_checks,
)
INDIVIDUAL_RULES: tuple[Rule, ...] = (individual_is_its_own, individual_has_one_sex)

MESSAGES: Mapping[str, str] = {
    "site_twice": N_("Une autre barrière de la commune porte déjà ce nom : changez l’un des deux."),
    "position_swapped": N_("Longitude et latitude sont inversées : échangez les deux nombres."),
    "position_abroad": N_("Cette position n’est pas en France métropolitaine : vérifiez les deux nombres."),
    "bucket_twice": N_("Il y a déjà un seau {bucket} à ces dates : donnez-lui un autre numéro."),
    "bucket_alike": N_("Le seau {bucket} ressemble au seau {other} : vérifiez que ce sont bien deux seaux."),
    "bucket_days_reversed": N_("En place du {first} au {last} : la fin est avant le début. Vérifiez les deux dates."),
    "bucket_beyond": N_("Seau à {position} m, barrière de {length} m : vérifiez l’un ou l’autre."),
    "campaign_reversed": N_("Du {opened} au {closed} : le dernier matin est avant le premier. Vérifiez les dates."),
    "campaign_long": N_("Une campagne de {days} jours : vérifiez l’année des deux dates."),
    "campaign_far": N_("La campagne s’ouvre le {date}, dans plus d’un an : vérifiez l’année."),
    "campaigns_overlap": N_("Une autre campagne va du {first} au {last} : un matin n’est que d’une campagne."),
    "checks_left_out": N_(
        "Matins notés qui restent hors campagne : {count}, le premier le {date}. Vérifiez les dates."
    ),
    "individual_twice": N_("Un autre individu s’appelle déjà {name} : donnez-lui un autre nom."),
    "individual_mixed": N_("Un individu est mâle ou femelle, jamais mixte : choisissez, ou « indéterminé »."),
}
"""The French sentence of every code, with what to do."""
