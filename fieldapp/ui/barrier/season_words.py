"""A season and its mornings in words: the head of the page, the line below the calendar, what was explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from fieldapp.core import dates
from fieldapp.core.parse import show_number
from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.campaign import MorningState
from fieldapp.protocols.pitfall_barrier.schema import CAMPAIGN
from fieldapp.ui.barrier.season_read import Barrier, Day, Means, Overview, Run
from fieldapp.ui.barrier.words import reason_words
from fieldapp.ui.wording import day_words, number_words

SHOWN = 4
"""Years or species that are named in a sentence; the others are counted."""


def context_words(barrier: Barrier, shown: Overview | None) -> str:
    """Return "Vimy · campagne 2026 · 46e matin sur 135", of a campaign that is over when it ended."""
    parts = [barrier.commune]
    if shown is not None:
        parts.append(campaign_words(shown.campaign))
        number, count = shown.number_today, len(shown.days)
        if number == 1:
            parts.append(_("1er matin sur {count}").format(count=count))
        elif number:
            parts.append(_("{number}e matin sur {count}").format(number=number, count=count))
        elif shown.campaign.data["closed_on"] < shown.today:
            parts.append(_("close le {day}").format(day=day_words(shown.campaign.data["closed_on"])))
        else:
            parts.append(_("ouvre le {day}").format(day=day_words(shown.campaign.data["opened_on"])))
    return " · ".join(filter(None, parts))


def campaign_words(campaign: Record) -> str:
    """Return "campagne 2026"."""
    return _("campagne {year}").format(year=CAMPAIGN.title(campaign.data))


def closed_words(last: Record, shown: Record | None) -> str:
    """Return "La campagne 2020 est close." of the last one; of an earlier one that is shown, which is the last."""
    if shown is None or shown.uid == last.uid:
        return _("La {campaign} est close.").format(campaign=campaign_words(last))
    return _("La {campaign} est close ; la dernière est celle de {year}.").format(
        campaign=campaign_words(shown), year=CAMPAIGN.title(last.data)
    )


def day_of(on: str) -> str:
    """Return "mercredi 18 mars" for an ISO date."""
    return dates.in_words(date.fromisoformat(on))


def animals_words(count: int) -> str:
    """Return "4 animaux"."""
    return ngettext("{n} animal", "{n} animaux", count).format(n=number_words(count))


def mornings_words(count: int) -> str:
    """Return "16 matins"."""
    return ngettext("{n} matin", "{n} matins", count).format(n=number_words(count))


def said_of(day: Day, name_of: Callable[[int | None], str]) -> str:
    """Return what is known of a morning: its day, its animals by species or why there are none, its weather."""
    parts = [day_of(day.on), state_words(day)]
    if day.taxa:
        most = sorted(day.taxa.items(), key=lambda one: -one[1])
        named = [f"{count} {name_of(cd_nom)}" for cd_nom, count in most[:SHOWN]]
        if len(most) > SHOWN:
            more = len(most) - SHOWN
            named.append(ngettext("{n} autre espèce", "{n} autres espèces", more).format(n=more))
        parts[-1] += _(" : {what}").format(what=", ".join(named))
    visit = day.morning.visit
    if visit is not None:
        parts += [weather_words(visit.data), str(visit.data.get("comments", ""))]
    return " · ".join(filter(None, parts))


def state_words(day: Day) -> str:
    """Return the state of a morning: "4 animaux", "vide", "non relevé : Intempéries".

    Where its board waits as a draft it says so: what is told is what is stored.
    """
    if not day.waits:
        return _stored_words(day)
    if day.morning.visit is None:
        return _("commencé")
    return _("{state}, modifié, pas encore enregistré").format(state=_stored_words(day))


def _stored_words(day: Day) -> str:
    visit = day.morning.visit
    if day.state is MorningState.CHECKED:
        return animals_words(day.animals)
    if day.state is MorningState.EMPTY:
        return _("relevé, vide")
    if day.state is MorningState.MISSED:
        reason = reason_words(visit.data) if visit is not None else ""
        return _("non relevé : {reason}").format(reason=reason) if reason else _("non relevé, sans raison notée")
    return {
        MorningState.UNTOLD: _("sans relevé : personne n’a dit pourquoi"),
        MorningState.TODAY: _("ce matin, à relever"),
        MorningState.FUTURE: _("à venir"),
    }[day.state]


def weather_words(values: Values) -> str:
    """Return "nuit 6,2 → 11,4 °C · pluie 3,1 mm", only what is known."""
    low, high, rain = (values.get(name) for name in ("night_min_c", "night_max_c", "rain_mm"))
    parts = []
    if low is not None and high is not None:
        parts.append(_("nuit {low} → {high} °C").format(low=show_number(low), high=show_number(high)))
    elif low is not None:
        parts.append(_("minimum {low} °C").format(low=show_number(low)))
    elif high is not None:
        parts.append(_("maximum {high} °C").format(high=show_number(high)))
    if rain is not None:
        parts.append(_("pluie {rain} mm").format(rain=show_number(rain)))
    return " · ".join(parts)


def run_words(run: Run) -> str:
    """Return "7 mars" for one morning, "16–29 mars · 14 matins" for several."""
    first, last = date.fromisoformat(run.first_on), date.fromisoformat(run.last_on)
    end = dates.day_and_month(last)
    if run.days == 1:
        return end
    same = (first.year, first.month) == (last.year, last.month)
    begin = dates.day_number(first.day) if same else dates.day_and_month(first)
    between = "–" if same else " – "
    return f"{begin}{between}{end} · {mornings_words(run.days)}"


def years_words(years: Sequence[int]) -> str:
    """Return "2005–2025" for years in a row, "2012, 2014" for others; many with gaps as their ends."""
    if len(years) > 1 and (len(years) > SHOWN or years[-1] - years[0] == len(years) - 1):
        return f"{years[0]}–{years[-1]}"
    return ", ".join(map(str, years))


def means_words(found: Means, shown: Overview) -> str:
    """Return which campaigns the average is of, up to which day, and which were left out for what reason.

    A campaign with a long gap of its own does not compare, and that is said first.
    """
    if not found.years:
        words = _("Pas encore de campagne à comparer.")
    elif shown.number_today:
        day = date.fromisoformat(shown.today)
        words = _("Moyenne de {years}, jusqu’au {day} aussi.").format(
            years=years_words(found.years), day=dates.day_and_month(day)
        )
    else:
        words = _("Moyenne de {years}.").format(years=years_words(found.years))
    if found.years and shown.has_long_gap:
        warning = ngettext(
            "{n} matin sans relevé : les totaux ne se comparent pas.",
            "{n} matins sans relevé : les totaux ne se comparent pas.",
            shown.gone_by,
        )
        words = f"⚠ {warning.format(n=number_words(shown.gone_by))}\n{words}"
    if found.left_out:
        words += " " + _("Sans {years} : trop de matins de suite sans relevé.").format(
            years=years_words(found.left_out)
        )
    return words


def waiting_words(shown: Overview) -> str:
    """Return that some mornings wait as drafts, which the figures of the season don't count; "" where none does."""
    count = sum(day.waits for day in shown.days)
    if not count:
        return ""
    return ngettext(
        "{n} matin commencé ou modifié n’est pas encore enregistré : il ne compte pas ici.",
        "{n} matins commencés ou modifiés ne sont pas encore enregistrés : ils ne comptent pas ici.",
        count,
    ).format(n=count)


def explained_words(told: int, kept: int, reason: str) -> str:
    """Return what was noted of mornings that nobody looked into, and how many kept what they said."""
    words = ngettext("{n} matin noté non relevé : {reason}.", "{n} matins notés non relevés : {reason}.", told).format(
        n=told, reason=reason
    )
    if kept:
        words += " " + ngettext("{n} matin garde son relevé.", "{n} matins gardent leur relevé.", kept).format(n=kept)
    return words
