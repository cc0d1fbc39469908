"""The captures of a season in the order of the field, each with what it hangs under: what files are written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldapp.core.exchange import Season
from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Values
from fieldapp.core.text import fold
from fieldapp.protocols.banding.schema import MARK, OBSERVATION, SITE, SITES_GROUP, VISIT


@dataclass(frozen=True, slots=True)
class Caught:
    """One capture, its session, its other marks; values of the net set and the place are {} where they are gone."""

    record: Record
    session: Record
    site: Values
    place: Values
    marks: tuple[Values, ...] = ()


def sessions(season: Season) -> list[tuple[Node, Values, Values]]:
    """Return the sessions by date, hour, place and net set; with each the values of its net set and of its place."""
    found: list[tuple[Node, Values, Values]] = []
    pending: list[tuple[Node, Values, Values]] = [(tree, {}, {}) for tree in reversed(season.trees)]
    while pending:
        node, site, place = pending.pop()
        if node.record.entity == VISIT.code:
            found.append((node, site, place))
            continue
        site = node.record.data if node.record.entity == SITE.code else site
        place = node.record.data if node.record.entity == SITES_GROUP.code else place
        pending += [(child, site, place) for child in reversed(node.children)]
    return sorted(found, key=_session_order)


def _session_order(item: tuple[Node, Values, Values]) -> tuple[str, ...]:
    node, site, place = item
    opened = str(node.record.data.get("opened_at", ""))
    names = (str(place.get("commune", "")), str(place.get("place_name", "")), str(site.get("site_name", "")))
    return (node.record.on_date or "", opened, *names, node.record.uid)


def lines(session: Node) -> list[Node]:
    """Return the captures of a session by their line; those without a line come last, in order of making."""
    found = [node for node in session.children if node.record.entity == OBSERVATION.code]
    return sorted(found, key=lambda node: (node.record.data.get("line", float("inf")), node.record.uid))


def caught(season: Season, theme: str | None = None) -> list[Caught]:
    """Return the captures of the season; with `theme` those of this theme (see `has_theme`)."""
    return [
        Caught(node.record, session.record, site, place, _marks(node.children))
        for session, site, place in sessions(season)
        for node in lines(session)
        if has_theme(session.record.data, node.record.data, theme)
    ]


def has_theme(session: Values, capture: Values, wanted: str | None) -> bool:
    """Return whether a capture is of the theme wanted, capitals and accents apart; any is where none is wanted.

    A capture is of its own theme, or of its session's where it has none: a bird for PP in a session of GIBIER is of PP.
    """
    if wanted is None or not wanted.strip():
        return True
    return fold(str(capture.get("theme") or session.get("theme", ""))) == fold(wanted)


def _marks(nodes: Sequence[Node]) -> tuple[Values, ...]:
    return tuple(node.record.data for node in nodes if node.record.entity == MARK.code)
