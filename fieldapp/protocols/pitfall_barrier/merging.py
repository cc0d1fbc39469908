"""Two individuals that turn out to be one animal: what has to be saved, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fieldapp.core.parse import show_date
from fieldapp.core.record import Record, with_data
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.individuals import Capture, died_on
from fieldapp.protocols.pitfall_barrier.schema import FEMALE, INDIVIDUAL, MALE, OBSERVATION

_SEXES = frozenset({FEMALE, MALE})
"""The sexes that speak for or against two being one; "indéterminé" and "inconnu" don't."""


def merged(kept: Record, dropped: Record, captures: Iterable[Capture]) -> list[Record]:
    """Return the records to save so that all captures of `dropped` are of `kept`, which goes on under its name.

    The sex that only `dropped` had is taken over ("indéterminé" is none), its signs are written below those of `kept`
    with the name under which they were noted; `dropped` itself is marked as deleted. `captures` are those of `dropped`.
    """
    values = dict(kept.data)
    if values.get("sex") not in _SEXES and dropped.data.get("sex") in _SEXES:
        values["sex"] = dropped.data["sex"]
    if signs := dropped.data.get("comments"):
        noted = f"{dropped.data.get('individual_name', '')} : {signs}"
        values["comments"] = "\n".join(filter(None, (values.get("comments"), noted)))
    found = [with_data(kept, INDIVIDUAL, values)]
    for capture in captures:
        link = {**capture.observation.data, "individual": kept.uid}
        found.append(replace(with_data(capture.observation, OBSERVATION, link), deleted=capture.observation.deleted))
    return [*found, dropped.removed()]


def doubts(one: Record, other: Record, first: Sequence[Capture], second: Sequence[Capture]) -> list[str]:
    """Return in sentences what speaks against two individuals being one, each with its captures; [] for nothing."""
    found = []
    both = sorted({capture.on for capture in first} & {capture.on for capture in second})
    if both:
        days = ", ".join(show_date(day) for day in both[:3])
        found.append(_("Les deux ont été pris le même matin ({days}).").format(days=days))
    if one.data.get("cd_nom") != other.data.get("cd_nom"):
        found.append(_("Ils ne sont pas notés de la même espèce."))
    if {one.data.get("sex"), other.data.get("sex")} == _SEXES:
        found.append(_("Ils ne sont pas notés du même sexe."))
    for dead, alive, captures in ((first, second, one), (second, first, other)):
        day = died_on(dead)
        if day and any(capture.on > day for capture in alive):
            name = str(captures.data.get("individual_name", ""))
            found.append(_("{name} est mort le {day}, l’autre a été pris après.").format(name=name, day=show_date(day)))
    return found
