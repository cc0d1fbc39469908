"""Which main session of STOC a session is, in words beside the form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fieldapp.core.record import Node, make_record
from fieldapp.core.text import _
from fieldapp.protocols.banding import analysis, stoc
from fieldapp.protocols.banding.schema import CODE, PROGRAMME, VISIT
from fieldapp.store import records
from fieldapp.ui.banding.session_start import Station
from fieldapp.ui.rounds import day_month
from fieldapp.ui.services import Services


def proposal(services: Services, station: Station, uid: str, values: Mapping[str, Any]) -> str:
    """Return what the program would choose for this session of the station, "" where the theme is not STOC.

    Before a session is over its length and captures are not known, so only its day is looked at: which reference date
    of the year it is near.
    """
    theme, on = str(values.get("theme", "")), str(values.get("date", ""))
    if not stoc.is_stoc(theme) or not on or station.place is None:
        return ""
    programmes = [record.data for record in records.roots(services.db, CODE, PROGRAMME.code)]
    limits = stoc.limits_for(theme, programmes)
    year = int(on[:4])
    chosen = _plan(services, station, uid, values, year, limits)
    here = next((main for main in chosen.main if main.session is not None and main.session.uid == uid), None)
    if here is not None:
        return _("proposé : {n} (référence {day})").format(n=_ordinal(here.number), day=day_month(here.reference))
    day = date.fromisoformat(on)
    near = min(chosen.main, key=lambda main: abs((day - main.reference).days), default=None)
    if near is None:
        return ""
    off = abs((day - near.reference).days)
    if off < limits.max_days_off:
        words = _("proche de la {n} (référence {day}, à {off} j) : le programme choisira quand elle sera close")
        return words.format(n=_ordinal(near.number), day=day_month(near.reference), off=off)
    return _("loin des dates de référence ({off} j de la plus proche)").format(off=off)


def _ordinal(number: int) -> str:
    return _("1re") if number == 1 else _("{n}e").format(n=number)


def _plan(
    services: Services, station: Station, uid: str, values: Mapping[str, Any], year: int, limits: stoc.Limits
) -> stoc.Plan:
    """Return the plan of the station's year with this session as its form says, its own choice left out."""
    assert station.place is not None  # looked at by the caller
    site = records.tree(services.db, station.uid, years=(year, year)) or Node(station.site)
    below = next((node.children for node in site.children if node.record.uid == uid), [])
    fresh = {name: value for name, value in values.items() if name != "main_session"}
    site.children = [node for node in site.children if node.record.uid != uid]
    site.children.append(Node(make_record(CODE, VISIT, fresh, station.uid, uid), below))
    of_station = analysis.sessions_of([Node(station.place, [site])], year)
    return stoc.plan([item for item in of_station if stoc.is_stoc(item.theme)], year, limits)
