"""The coordinator's work on one season: its visits by what is to be done with each. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fieldapp.core.review import ReviewState
from fieldapp.core.schema import Severity, StudyProtocol
from fieldapp.core.text import N_
from fieldapp.store import worklist
from fieldapp.store.connection import Database
from fieldapp.store.worklist import Visit
from fieldapp.ui.background import Progress
from fieldapp.ui.services import Services

if TYPE_CHECKING:
    from fieldapp.desk.findings import Finding

ANSWERED, CHANGED, DOUBTFUL, READY, ASKED, DRAFT, DONE = (
    "answered", "changed", "doubtful", "ready", "asked", "draft", "done",
)  # fmt: skip

GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        ANSWERED: ("review", N_("réponse à lire")),
        CHANGED: ("conflict", N_("changée depuis")),
        DOUBTFUL: ("review", N_("à examiner")),
        READY: ("todo", N_("à valider")),
        ASKED: ("asked", N_("question posée")),
        DRAFT: ("draft", N_("en saisie")),
        DONE: ("done", N_("validée")),
    }
)
"""What is to be done with a visit, the most urgent first: badge and words."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One finding of the automatic checks, in words; `is_open` where it asks for a decision, else it is only told."""

    record: str
    sentence: str
    is_open: bool
    finding: Finding


@dataclass(frozen=True, slots=True)
class Task:
    """A visit to look at, with what the automatic checks found in it.

    `place` is the name that a list of the day gives its own place, "" where the record above says where it was.
    """

    visit: Visit
    doubts: tuple[Doubt, ...] = ()
    place: str = ""

    @property
    def uid(self) -> str:
        """The uid of the visit."""
        return self.visit.uid

    @property
    def group(self) -> str:
        """What is to be done with it."""
        visit = self.visit
        if any(question.is_answered for _record, question in visit.questions):
            return ANSWERED
        if visit.is_stale:
            return CHANGED
        if visit.questions:
            return ASKED
        if visit.state is ReviewState.VALIDATED:
            return DONE
        if visit.state is ReviewState.DRAFT:
            return DRAFT
        return DOUBTFUL if any(doubt.is_open for doubt in self.doubts) else READY


def task_of(db: Database, visit: Visit, doubts: tuple[Doubt, ...] = ()) -> Task:
    """Return the task of a visit."""
    record = visit.item.record
    day_list = db.protocols[record.protocol].day_list
    return Task(visit, doubts, str(record.data.get(day_list.place, "")) if day_list is not None else "")


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Return the tasks with the most urgent first, those of a group by date."""
    order = {code: place for place, code in enumerate(GROUPS)}
    return sorted(tasks, key=lambda task: (order[task.group], task.visit.item.record.on_date or "", task.uid))


def load(services: Services, protocol: str, year: int, progress: Progress) -> list[Task]:
    """Return the visits of a season, with a connection of its own; CancelledError when it is not wanted any more."""
    with services.open_own() as db:
        found = worklist.of_year(db, db.protocols[protocol], year, progress.report)
        return [task_of(db, visit) for visit in found]


def load_doubts(services: Services, protocol: str, year: int, progress: Progress) -> list[Finding]:
    """Return what the automatic checks find in a season, with a connection of its own."""
    from fieldapp.desk import findings  # needs the libraries of the desk

    with services.open_own() as db:
        return findings.of_year(db, year, protocol, report=progress.report)


def with_doubts(tasks: Sequence[Task], found: Sequence[Finding], protocol: StudyProtocol) -> list[Task]:
    """Return the tasks with their findings; one about a place is told with its first visit of the season.

    Only those about a visit and its lines ask for a decision there. What the review itself tells (questions, changes
    since) is left out.
    """
    from fieldapp.desk import finding_words
    from fieldapp.desk.findings import OPEN_UNTIL_DONE

    of_record = {item.record.uid: (task.uid, item.record) for task in tasks for item in task.visit.items}
    inner = frozenset(of_record)
    for task in sorted(tasks, key=lambda one: one.visit.item.record.on_date or ""):
        for above in task.visit.above.values():
            of_record.setdefault(above.uid, (task.uid, above))
    by_visit: dict[str, list[Doubt]] = {}
    for finding in found:
        if finding.code in OPEN_UNTIL_DONE or finding.record not in of_record:
            continue
        visit, record = of_record[finding.record]
        sentence = finding_words.sentence(finding, protocol, record.entity)
        is_open = finding.severity is Severity.WARNING and finding.record in inner
        by_visit.setdefault(visit, []).append(Doubt(finding.record, sentence, is_open, finding))
    return [replace(task, doubts=tuple(by_visit.get(task.uid, ()))) for task in tasks]
