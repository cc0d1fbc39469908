"""What a capture contradicts in the life of its bird: codes and figures, the words are in MESSAGES."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from fieldapp.core import clock, parse
from fieldapp.core.schema import Problem, Severity, Values
from fieldapp.core.text import N_, _
from fieldapp.protocols.banding import ages, lists
from fieldapp.protocols.banding.life import Event, Life, Point, distance_km, on_words, species_name
from fieldapp.protocols.banding.schema import DEAD_CONDITIONS, RINGED, UNKNOWN_SEX, place_title

NEAR_KM = 0.5
"""Two places nearer than this are one: net sets of a marsh lie within it (a choice of the program)."""

SEXES: Mapping[str, str] = {
    "M": N_("mâle"),
    "F": N_("femelle"),
    "M?": N_("mâle probable"),
    "F?": N_("femelle probable"),
    UNKNOWN_SEX: N_("sexe inconnu"),
}
"""The words for a sex within a sentence."""

_CERTAIN = frozenset("MF")


@dataclass(frozen=True, slots=True)
class Now:
    """The capture that is looked at: its life without itself, its values, its day, its place and where that is."""

    life: Life
    values: Values
    on: str
    place: str
    position: Point | None
    today: date

    @property
    def day_words(self) -> str:
        """The day of the capture within a sentence: "aujourd’hui", or "le 12/09/2026"."""
        if not self.on or self.on == self.today.isoformat():
            return _("aujourd’hui")
        return _("le {date}").format(date=on_words(self.on))

    @property
    def year(self) -> int:
        """The calendar year of the capture."""
        return int(self.on[:4])

    @property
    def earlier(self) -> list[Event]:
        """The captures before this one, oldest first; within a day those whose hour is surely before."""
        hour = str(self.values.get("hour", ""))
        return [
            event
            for event in self.life.events
            if event.on and (event.on < self.on or (event.on == self.on and "" < event.hour < hour))
        ]


def contradictions(
    life: Life,
    values: Values,
    session: Values,
    place: Values,
    position: Point | None,
    *,
    today: date | None = None,
) -> Iterator[Problem]:
    """Yield what this capture contradicts in the other captures of its bird; nothing for a bird never seen.

    `life` is that without the capture itself. Without a date of the session only what needs none is compared. `today`
    (by default the day of the clock) is called so in the sentences.
    """
    if not life.is_known:
        return
    day = str(session.get("date", ""))
    now = Now(life, values, day, place_title(place), position, today or clock.today())
    yield from _ringed_twice(now)
    yield from _species(now)
    yield from _sex(now)
    if now.on:
        for check in _DATED:
            yield from check(now)


def _ringed_twice(now: Now) -> Iterator[Problem]:
    """A ring is put on once: "baguage" of a ring that was put on or read before."""
    ring = str(now.values.get("ring_key", ""))
    if now.values.get("action") != RINGED or not ring:
        return
    same = [event for event in now.life.events if event.values.get("ring_key") == ring]
    ringed = next((event for event in same if event.action == RINGED), None)
    read = next((event for event in same if not (event.on and now.on) or event.on < now.on), None)
    if ringed is not None:
        yield Problem("ring", "ringed_twice", Severity.WARNING, _when_and_what(ringed))
    elif read is not None:
        yield Problem("ring", "ring_read_before", Severity.WARNING, _when_and_what(read))


def _when_and_what(event: Event) -> Mapping[str, str]:
    return {"date": on_words(event.on), "species": species_name(str(event.values.get("species", "?")))}


def _species(now: Now) -> Iterator[Problem]:
    """One bird is of one species: compared by group, so that subspecies and older lists don't differ."""
    species = str(now.values.get("species", ""))
    if not species or species == lists.UNKNOWN_SPECIES:
        return
    for event in reversed(now.life.events):
        other = str(event.values.get("species", ""))
        if other and other != lists.UNKNOWN_SPECIES and lists.group_of(other) != lists.group_of(species):
            names = {"other": species_name(other), "species": species_name(species)}
            about = {"date": on_words(event.on), **names, "now": now.day_words}
            yield Problem("species", "other_species", Severity.WARNING, about)
            return


def _sex(now: Now) -> Iterator[Problem]:
    """The sex does not change; where it was known and is not now, it may be taken over.

    Where the past already differs from itself, a capture that goes with most of it is not doubted.
    """
    sex = str(now.values.get("sex") or UNKNOWN_SEX)
    known = [event for event in now.life.events if event.values.get("sex") in _CERTAIN]
    of_sex = {code: [event for event in known if event.values["sex"] == code] for code in sorted(_CERTAIN)}
    usual, unusual = sorted(of_sex, key=lambda code: -len(of_sex[code]))
    if len(of_sex[usual]) == len(of_sex[unusual]) and sex[0] not in _CERTAIN:
        return  # nothing is known, or as often one as the other
    if sex[0] not in _CERTAIN or (sex != sex[0] and sex[0] == usual):
        about = {**_sex_words(now, usual, of_sex[usual], sex), "value": usual}
        yield Problem("sex", "sex_known", Severity.NOTICE, about)
        return
    other = unusual if sex[0] == usual else usual
    if of_sex[other] and len(of_sex[other]) >= len(of_sex[sex[0]]):
        yield Problem("sex", "sex_differs", Severity.WARNING, _sex_words(now, other, of_sex[other], sex))


def _sex_words(now: Now, before: str, events: list[Event], sex: str) -> dict[str, str]:
    words = {"before": _(SEXES[before]).capitalize(), "years": _years(events)}
    return {**words, "sex": _(SEXES.get(sex, sex)), "now": now.day_words}


def _years(events: list[Event]) -> str:
    """Return "en 2025 et 2026" for the years of the captures."""
    years = sorted({event.on[:4] for event in events if event.on})
    if not years:
        return _("avant")
    if len(years) == 1:
        return _("en {year}").format(year=years[0])
    return _("en {years} et {last}").format(years=", ".join(years[:-1]), last=years[-1])


def _age(now: Now) -> Iterator[Problem]:
    """An age fits those before and after: each says in which years the bird may have hatched."""
    age = str(now.values.get("age", ""))
    if not age:
        return
    first, last = ages.birth_years(age, now.year)
    for event in reversed(now.life.events):
        if not event.on:
            continue
        year, other = int(event.on[:4]), str(event.values.get("age", ""))
        least, most = ages.birth_years(other, year)
        about = {"age": age, "this_year": now.year, "before": other, "year": year}
        if first > year:
            yield Problem("age", "age_too_young", Severity.WARNING, about)
        elif year == now.year and (first > most or last < least):
            dated = {"before": other, "date": on_words(event.on), "age": age}
            yield Problem("age", "age_differs", Severity.WARNING, dated)
        elif first > most:
            yield Problem("age", "age_younger", Severity.WARNING, about)
        elif last < least and now.year < least:
            turned = {"age": other, "this_year": year, "year": now.year}
            yield Problem("age", "age_too_young", Severity.WARNING, turned)
        elif last < least:
            about |= {"expected": ages.expected(other, year, now.year)}
            yield Problem("age", "age_older", Severity.WARNING, about)
        else:
            continue
        return
    yield from _better_age(now, age)


def _better_age(now: Now, age: str) -> Iterator[Problem]:
    """A bird of its first year is known to be 2A the year after: "+1A" or "volant" says less than is known."""
    year = now.year - 1
    if ages.expected(age, now.year, now.year):
        return
    for event in now.earlier:
        before = str(event.values.get("age", ""))
        if event.on and int(event.on[:4]) == year and ages.birth_years(before, year) == (year, year):
            about = {"before": before, "year": year, "value": ages.expected(before, year, now.year), "age": age}
            yield Problem("age", "age_expected", Severity.NOTICE, about)
            return


def _chick(now: Now) -> Iterator[Problem]:
    """A bird that has flown is no chick any more, be it in the same year."""
    if now.values.get("age") != ages.PULLUS:
        return
    for event in now.earlier:
        other = str(event.values.get("age", ""))
        if event.on and int(event.on[:4]) == now.year and other and other != ages.PULLUS:
            yield Problem("age", "chick_after", Severity.WARNING, {"date": on_words(event.on), "before": other})
            return


def _death(now: Now) -> Iterator[Problem]:
    """A dead bird is not caught alive afterwards."""
    dead = next((event for event in now.earlier if event.is_dead), None)
    if dead is not None:
        yield Problem("ring", "dead_before", Severity.WARNING, {"date": on_words(dead.on)})
    if now.values.get("condition") in DEAD_CONDITIONS:
        later = next((event for event in now.life.events if event.on and event.on > now.on), None)
        if later is not None:
            yield Problem("condition", "seen_after_death", Severity.WARNING, {"date": on_words(later.on)})


def _same_day(now: Now) -> Iterator[Problem]:
    """A second capture on one day is worth knowing; at another place it is unlikely."""
    of_day = [event for event in now.life.events if event.on == now.on]
    for event in of_day:
        distance = distance_km(now.position, event.position)
        if distance is not None and distance >= NEAR_KM:
            about = {"place": event.place_name, "distance": parse.show_number(distance, 1 if distance < 10 else 0)}
            yield Problem("ring", "other_place_far", Severity.WARNING, about)
            return
        if distance is None and now.place and event.place_name and event.place_name != now.place:
            yield Problem("ring", "other_place", Severity.WARNING, {"place": event.place_name})
            return
    if not of_day:
        return
    hour = str(now.values.get("hour", ""))
    before = [event for event in of_day if not (hour and event.hour > hour)]
    if not before:
        yield Problem("ring", "same_day_later", Severity.NOTICE, {"hour": of_day[0].hour})
    elif before[-1].hour:
        yield Problem("ring", "same_day_at", Severity.NOTICE, {"hour": before[-1].hour})
    else:
        yield Problem("ring", "same_day", Severity.NOTICE)


_DATED: tuple[Callable[[Now], Iterator[Problem]], ...] = (_age, _chick, _death, _same_day)

MESSAGES: Mapping[str, str] = {
    "ringed_twice": N_("Bague déjà posée le {date} ({species}) : c’est un contrôle, ou le numéro est à relire."),
    "ring_read_before": N_("Bague déjà lue le {date} ({species}) : c’est un contrôle, ou le numéro est à relire."),
    "other_species": N_("{other} le {date}, {species} {now} : relisez la bague, vérifiez l’espèce."),
    "sex_differs": N_("{before} {years}, {sex} {now} : vérifiez le sexe et la bague."),
    "sex_known": N_("{before} {years}, {sex} {now}."),
    "age_too_young": N_("{age} en {this_year}, mais déjà capturé en {year} : vérifiez l’âge et la bague."),
    "age_differs": N_("{before} le {date}, {age} la même année : vérifiez l’âge et la bague."),
    "age_younger": N_("{before} en {year}, {age} en {this_year} : plus jeune qu’avant. Vérifiez l’âge et la bague."),
    "age_older": N_("{before} en {year}, donc {expected} en {this_year}, pas {age} : vérifiez l’âge et la bague."),
    "age_expected": N_("{before} en {year} : il est {value} cette année."),
    "chick_after": N_("Poussin, mais déjà {before} le {date} : vérifiez l’âge et la bague."),
    "dead_before": N_("Noté mort le {date} : relisez la bague, ou corrigez l’ancienne capture."),
    "seen_after_death": N_("Noté mort, mais capturé vivant le {date} : relisez la bague."),
    "other_place_far": N_("Capturé le même jour à {distance} km, {place} : relisez la bague."),
    "other_place": N_("Capturé le même jour ailleurs, {place} : relisez la bague."),
    "same_day_at": N_("Déjà capturé ce même jour à {hour}."),
    "same_day_later": N_("Capturé de nouveau ce même jour à {hour}."),
    "same_day": N_("Déjà capturé ce même jour."),
}
"""The French sentence of every code. `value` is what F2 takes over into the field of the problem."""
