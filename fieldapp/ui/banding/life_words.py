"""The captures of a bird in short words, for the panel beside the capture line and for the bird's own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldapp.core import parse
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.biometry import Range, Usual
from fieldapp.protocols.banding.life import Event, Life, Point, distance_km, elapsed_words, on_words
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import RINGED

FAR_KM = 1.0
"""A distance below this is not worth its place in a line."""

_IN_WHOLE_KM = 10


@dataclass(frozen=True, slots=True)
class Where:
    """The place of the capture that is typed: its name and its (latitude, longitude); empty on a page of its own."""

    place: str = ""
    position: Point | None = None


NOWHERE = Where()


def where_words(event: Event, where: Where = NOWHERE) -> str:
    """Return "bagué ici", "STOC, Avion" or "PHENO, Dourges · 12 km": the distance is that to `where`."""
    is_here = bool(where.place) and event.place_name == where.place
    if is_here:
        return _("bagué ici") if event.action == RINGED else _("{theme}, ici").format(theme=event.theme).lstrip(", ")
    place = event.place.data if event.place else {}
    name = str(place.get("commune") or place.get("place_name") or "")
    words = ", ".join(filter(None, (event.theme, name)))
    if event.action == RINGED:
        words = _("bagué, {place}").format(place=name) if name else _("bagué")
    distance = distance_km(where.position, event.position)
    if distance is not None and distance >= FAR_KM:
        words = f"{words} · {distance_words(distance)}"
    return words


def distance_words(kilometres: float) -> str:
    """Return "4,2 km" or "12 km"."""
    return _("{distance} km").format(distance=parse.show_number(kilometres, int(kilometres < _IN_WHOLE_KM)))


def bird_words(values: Values) -> str:
    """Return sex and age as they stand in a line, "F 2A"; a sex that is not known is left out."""
    sex = str(values.get("sex", ""))
    return " ".join(filter(None, ("" if sex == "?" else sex, str(values.get("age", "")))))


def measure_words(values: Values, name: str) -> str:
    """Return a measure as on paper, "" where there is none; wings and masses have one decimal in a column."""
    value = values.get(name)
    return "" if value is None else parse.show_number(float(value), 1)


def scheme_words(ring: Ring) -> str:
    """Return "NLA Arnhem, Pays-Bas" for the scheme of a ring."""
    known = lists.schemes().get(ring.scheme)
    return f"{ring.scheme} {known.label}, {known.country}" if known else ring.scheme


def since_words(life: Life, on: str) -> str:
    """Return "2 ans 1 mois · 3 captures" on a day; the time is that since the first capture."""
    days = life.days_since(on)
    count = len(life.events)
    captures = ngettext("{count} capture", "{count} captures", count).format(count=count)
    return " · ".join([elapsed_words(days), captures] if days else [captures])


def row_words(event: Event, where: Where = NOWHERE) -> tuple[str, str, str, str, str]:
    """Return date, place, sex and age, wing and mass of a capture."""
    values = event.values
    return (
        on_words(event.on),
        where_words(event, where),
        bird_words(values),
        measure_words(values, "wing_mm"),
        measure_words(values, "mass_g"),
    )


def spoken(events: Sequence[Event]) -> str:
    """Return the captures in words, for a screen reader."""
    lines = []
    for event in events:
        on, where, bird, wing, mass = row_words(event)
        wing = _("aile {wing} mm").format(wing=wing) if wing else ""
        mass = _("masse {mass} g").format(mass=mass) if mass else ""
        lines.append(", ".join(filter(None, (on, where, bird, wing, mass))))
    return " ; ".join(lines)


def range_words(values: Values, usual: Usual) -> str:
    """Return the sentence that wing and mass are usual and where the range comes from; "" where nothing is measured.

    A measure outside its range is left out: a warning speaks of it.
    """
    found: list[tuple[str, Range]] = []
    for name, words, range_of in (("wing_mm", _("Aile"), usual.wing), ("mass_g", _("Masse"), usual.mass)):
        value, limits = values.get(name), range_of(values)
        if value is not None and limits is not None and limits.holds(value):
            found.append((words, limits))
    if not found:
        return ""
    names = [name if not number else name.lower() for number, (name, _limits) in enumerate(found)]
    what = _(" et ").join(names)
    sources = {limits.source for _name, limits in found}
    if sources == {"own"}:
        count = min(limits.birds for _name, limits in found)
        return ngettext(
            "{what} dans la fourchette de l’association (P1–P99, {count} oiseau).",
            "{what} dans la fourchette de l’association (P1–P99, {count} oiseaux).",
            count,
        ).format(what=what, count=count)
    if sources == {"list"}:
        return _("{what} dans la fourchette de la liste.").format(what=what)
    return _("{what} dans les fourchettes de l’association et de la liste.").format(what=what)
