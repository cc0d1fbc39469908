"""How far a visit is: the one notion of "done" behind the start page, the aires, the round and its progress."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fieldapp.core import checking
from fieldapp.core.forms import PlaceState, RoundForm
from fieldapp.core.record import Record
from fieldapp.core.schema import Kind, StudyProtocol, Values
from fieldapp.store import records
from fieldapp.store.connection import Database


@dataclass(frozen=True, slots=True)
class Judge:
    """Says of the visits of one year how far they are.

    `begun` are the uids of visits whose sheet waits as a draft, `links` the people and datasets that they point to.
    """

    protocol: StudyProtocol
    year: int
    begun: Collection[str] = ()
    links: Mapping[str, Values] = field(default_factory=dict)

    @property
    def form(self) -> RoundForm:
        """The round of the protocol."""
        if self.protocol.form is None:
            raise LookupError(self.protocol.code)
        return self.protocol.form.round

    def state(self, visit: Record, lines: Sequence[Record], parents: Mapping[str, Values]) -> PlaceState:
        """Return the state of the visit; one that lacks something is a draft, whatever was seen.

        `lines` are its observations, `parents` the values above it by their entity.
        """
        if visit.uid in self.begun or not self.is_complete(visit, lines, parents):
            return PlaceState.DRAFT
        return self.form.state(visit.data, [line.data for line in lines])

    def is_complete(self, visit: Record, lines: Sequence[Record], parents: Mapping[str, Values]) -> bool:
        """Return whether neither the visit nor one of its lines lacks something or holds what can't be."""
        lacks = checking.lacking(self.protocol, visit, lines, parents, year=self.year, links=self.links)
        return next(lacks, None) is None


def links_of(db: Database, protocol: StudyProtocol, visits: Iterable[Record]) -> dict[str, Values]:
    """Return the values of the people and datasets that these visits point to, by uid."""
    uids: dict[str, None] = {}
    for visit in visits:
        for item in protocol.entity(visit.entity).fields:
            value = visit.data.get(item.name)
            if item.kind is Kind.LINK and isinstance(value, str):
                uids[value] = None
            elif item.kind is Kind.LINKS and isinstance(value, list):
                uids.update(dict.fromkeys(value))
    return {uid: record.data for uid, record in records.get_many(db, uids).items()}


def is_done(state: PlaceState) -> bool:
    """Return whether a passage in this state needs nobody any more."""
    return state not in {PlaceState.TODO, PlaceState.DRAFT}


def reached(
    db: Database,
    groups: Mapping[str, Record],
    visits: Sequence[Record],
    judge: Judge,
) -> tuple[dict[str, dict[int, int]], dict[str, str]]:
    """Return for each aire the places done by passage, and the day of its newest visit; `visits` in order of date."""
    sites = records.get_many(db, dict.fromkeys(visit.parent or "" for visit in visits))
    lines: dict[str, list[Record]] = {}
    for line in records.children(db, [visit.uid for visit in visits]):
        lines.setdefault(line.parent or "", []).append(line)
    newest: dict[str, str] = {}
    counting: dict[tuple[str, int], Record] = {}
    for visit in visits:
        site = sites.get(visit.parent or "")
        if site is None or site.deleted or site.parent is None or site.parent not in groups:
            continue
        newest[site.parent] = max(newest.get(site.parent, ""), visit.on_date or "")
        counting[site.uid, judge.form.passage_of(visit.data)] = visit  # of two visits of one passage the later counts
    done: dict[str, dict[int, int]] = {}
    for (uid, passage), visit in counting.items():
        site = sites[uid]
        group = groups[site.parent or ""]
        parents = {site.entity: site.data, group.entity: group.data}
        found = done.setdefault(group.uid, {})
        found[passage] = found.get(passage, 0) + is_done(judge.state(visit, lines.get(visit.uid, ()), parents))
    return done, newest
