"""What is to be said about a morning at the barrier: what the rules find, and what only the morning can. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldapp.core import checking
from fieldapp.core.record import Record
from fieldapp.core.schema import Context, Problem, Severity, StudyProtocol, Taxon, Values
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.board_group import Group
from fieldapp.protocols.pitfall_barrier.board_merge import Content
from fieldapp.protocols.pitfall_barrier.board_records import visit_values
from fieldapp.protocols.pitfall_barrier.schema import OBSERVATION, VISIT
from fieldapp.ui.barrier.board_read import Around

CHANGED, GONE = "changed_meanwhile", "gone_meanwhile"
"""Codes of what only the morning itself finds: stored otherwise meanwhile, not there any more."""

_ORDER = {Severity.BLOCKING: 0, Severity.INCOMPLETE: 1, Severity.WARNING: 2, Severity.NOTICE: 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about the morning, or about what lies in a bucket (`group`: the uid), with its sentence."""

    problem: Problem
    words: str
    bucket: str = ""
    group: str = ""


def findings(
    protocol: StudyProtocol,
    around: Around,
    taxa: Mapping[int, Taxon],
    content: Content,
    stored: Mapping[str, Record],
    died_on: Mapping[str, str | None],
) -> list[Finding]:
    """Return what is to be said about a morning, what blocks first.

    `stored` are its catches as they are stored, by uid; `died_on` the days on which the individuals that it names were
    noted dead on another morning.
    """
    visit = visit_values(content.board, content.head)
    catches = [(bucket, group, _filled(group.values(bucket))) for bucket, group in content.board.groups]
    values = [data for _bucket, _group, data in catches]
    known, parents = around.known, {"site": around.site.data}
    context = Context(visit, parents, (), values, around.today, taxa, known=known)
    found = [
        Finding(one, checking.words(one, protocol, VISIT))
        for one in checking.unconfirmed(checking.problems(protocol, VISIT, context), visit)
        if content.board.state or one.field not in ("state", "")
    ]
    links = {uid: record.data for uid, record in around.individuals.items()}
    for place, (bucket, group, data) in enumerate(catches):
        context = Context(
            data, {**parents, "visit": visit}, [*values[:place], *values[place + 1 :]], (), around.today,
            taxa, links, known={**known, "died_on": died_on.get(group.individual or "")},
        )  # fmt: skip
        problems = checking.unconfirmed(checking.problems(protocol, OBSERVATION, context), data)
        found += [Finding(one, checking.words(one, protocol, OBSERVATION), bucket, group.uid) for one in problems]
        if group.individual and group.individual not in links:
            found.append(_nameless(bucket, group, stored.get(group.uid)))
    return sorted(found, key=lambda one: _ORDER[one.problem.severity])


def _nameless(bucket: str, group: Group, stored: Record | None) -> Finding:
    """Return what is said of an individual that is not there; it blocks where the animal was given that name here."""
    is_old = stored is not None and stored.data.get("individual") == group.individual
    problem = Problem("individual", GONE, Severity.INCOMPLETE if is_old else Severity.BLOCKING)
    return Finding(problem, _("L’individu nommé n’existe plus : F9 pour en choisir un, ou aucun."), bucket, group.uid)


def stopped(code: str, words: str) -> list[Finding]:
    """Return the one finding that keeps a whole morning from being stored."""
    return [Finding(Problem("", code, Severity.BLOCKING), words)]


def _filled(values: Mapping[str, Any]) -> Values:
    return {name: value for name, value in values.items() if value is not None}
