"""The one check of a record: the same function while typing, on import, and before sending."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from math import inf, isfinite
from typing import Any

from fieldapp.core.dates import is_day
from fieldapp.core.parse import show_number
from fieldapp.core.record import Record, is_about
from fieldapp.core.schema import (
    Context,
    Entity,
    Field,
    Kind,
    Problem,
    Rule,
    Severity,
    StudyProtocol,
    Taxon,
    Values,
    is_advice,
)
from fieldapp.core.text import N_, _

CONFIRMED = "confirmed"
"""Name of the reserved value that holds the codes of the warnings which the person has confirmed, sorted."""

MESSAGES: Mapping[str, str] = {
    "missing": N_("{label} : à remplir."),
    "wrong_type": N_("{label} : « {value} » n’a pas la forme attendue."),
    "too_small": N_("{label} : {value} est trop petit, au moins {limit}."),
    "too_large": N_("{label} : {value} est trop grand, au plus {limit}."),
    "unknown_choice": N_("{label} : « {value} » n’est pas dans la liste."),
    "unlisted_choice": N_("{label} : « {value} » n’est pas un code de la liste. Vérifiez ; il est gardé tel quel."),
    "not_relevant": N_("{label} : rempli alors que la fiche ne le demande pas."),
    "unknown_field": N_("Champ inconnu : « {value} »."),
    "unknown_taxon": N_("{label} : {value} n’est pas un taxon connu."),
}
"""The French words of the checks that every field gets; a protocol adds those of its own rules."""

_TYPES: Mapping[Kind, tuple[type[Any], ...]] = {
    Kind.TEXT: (str,),
    Kind.LONG_TEXT: (str,),
    Kind.INTEGER: (int,),
    Kind.NUMBER: (int, float),
    Kind.BOOLEAN: (bool,),
    Kind.DATE: (str,),
    Kind.TIME: (str,),
    Kind.CHOICE: (str,),
    Kind.CHOICES: (list,),
    Kind.TAXON: (int,),
    Kind.LINK: (str,),
    Kind.LINKS: (list,),
}


@dataclass(slots=True)
class Bulk:
    """What one walk over many records has learnt, for a caller whom advice does not concern.

    Equal lines of a file share one dict of values, and a visit is checked anew with each of its lines: what there is to
    say about the fields is then known. It follows from the values, the local fields switched on, and the taxa, which
    stay the same for the whole walk; the values are kept so that their id stays their own.
    """

    of_fields: dict[tuple[int, frozenset[str]], tuple[Values, list[Problem]]] = field(default_factory=dict)
    rules: dict[int, tuple[Rule, ...]] = field(default_factory=dict)


def problems(protocol: StudyProtocol, entity: Entity, context: Context, *, bulk: Bulk | None = None) -> list[Problem]:
    """Return everything that is to be said about the record in `context`: its fields first, then the rules.

    With `bulk` the rules that only advise are left out: what blocks and what is missing is all there.
    """
    if bulk is None:
        found = _of_fields(entity, context)
        rules = protocol.rules.get(entity.code, ())
    else:
        values, local = context.values, context.local_fields
        known = bulk.of_fields.get((id(values), local))
        if known is None:
            known = bulk.of_fields[id(values), local] = values, _of_fields(entity, context)
        found = known[1].copy()
        asked = bulk.rules.get(id(entity))
        if asked is None:
            every = protocol.rules.get(entity.code, ())
            asked = bulk.rules[id(entity)] = tuple(rule for rule in every if not is_advice(rule))
        rules = asked
    if found and any(problem.code == "wrong_type" for problem in found):
        return found
    for rule in rules:
        found += rule(context)
    return _without_echoes(found) if found else found


def _of_fields(entity: Entity, context: Context) -> list[Problem]:
    plan = _plan_of(entity)
    found = [problem for item in plan.doubtful(context) for problem in _field_problems(item, context)]
    for name in context.values:
        if name not in plan.checks and name != CONFIRMED and not is_about(name):
            found.append(Problem(name, "unknown_field", Severity.NOTICE, {"value": name}))
    return found


def unconfirmed(found: list[Problem], values: Values) -> list[Problem]:
    """Return the problems without the warnings that the person has already confirmed on this record."""
    confirmed = set(values.get(CONFIRMED, ()))
    return [item for item in found if item.severity is not Severity.WARNING or item.code not in confirmed]


def blocks(found: list[Problem]) -> bool:
    """Return whether one of the problems keeps the record from being stored."""
    return any(problem.severity is Severity.BLOCKING for problem in found)


def is_complete(found: list[Problem]) -> bool:
    """Return whether nothing is missing and nothing is impossible; warnings do not count."""
    return not any(_is_lack(problem) for problem in found)


def lacking(
    protocol: StudyProtocol,
    visit: Record,
    lines: Sequence[Record],
    parents: Mapping[str, Values],
    *,
    year: int,
    taxa: Mapping[int, Taxon] | None = None,
    links: Mapping[str, Values] | None = None,
) -> Iterator[tuple[Problem, Entity]]:
    """Yield what a visit and its lines lack or hold that can't be, each with its entity; nothing: it is complete.

    `parents` are the values above the visit by their entity, `links` those of the people and datasets that it points
    to, by uid. A visit of any day of `year` is judged as on its last day: what is stored was not in the future when it
    was. Without `taxa` no taxon is unknown.
    """
    last, known, pointed = date(year, 12, 31), {} if taxa is None else taxa, links or {}
    above = {**parents, visit.entity: visit.data}
    children = [line.data for line in lines]
    contexts = [(visit, Context(visit.data, parents, children=children, today=last, taxa=known, links=pointed))]
    contexts += [(line, Context(line.data, above, today=last, taxa=known, links=pointed)) for line in lines]
    for record, context in contexts:
        entity = protocol.entity(record.entity)
        for problem in problems(protocol, entity, context):
            if _is_lack(problem):
                yield problem, entity


def is_filled(entity: Entity, values: Values) -> bool:
    """Return whether every field that must be filled in is, at a glance: rules and optional fields are not asked."""
    missing = _plan_of(entity).required.difference(values)
    return not missing or not any(
        item.is_relevant(values) and item.is_required(values) and not item.optional
        for item in (entity.by_name[name] for name in missing)
    )


def _is_lack(problem: Problem) -> bool:
    return problem.severity in {Severity.BLOCKING, Severity.INCOMPLETE}


def words(problem: Problem, protocol: StudyProtocol, entity: Entity) -> str:
    """Return the sentence for a problem in the language of the interface, with decimals as that writes them."""
    template = protocol.messages.get(problem.code) or MESSAGES[problem.code]
    item = entity.by_name.get(problem.field)
    label = _(item.label) if item else problem.field
    # A number of a field may come as 71.0 from a file and as 71 from a form: it is the same one to read.
    params = {name: show_number(value) if isinstance(value, float) else value for name, value in problem.params.items()}
    return _(template).format(label=label, **params)


@dataclass(frozen=True, slots=True, eq=False)
class _Check:
    """What is needed to see at a glance that a filled field is fine; `place` is that of the field in its entity.

    `is_relevant` is None for a field that always is.
    """

    place: int
    item: Field
    is_good: Callable[[Any], bool]
    is_relevant: Callable[[Values], bool] | None
    is_taxon: bool


class _Plan:
    """An entity's fields prepared for checking many records: most fields of most records are fine.

    Whatever is not surely fine goes to `_field_problems`, which alone says what is wrong.
    """

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.checks = {
            item.name: _Check(
                place,
                item,
                _always_doubtful if item.optional else _glance(item),
                None if item.relevant is True else item.is_relevant if item.relevant is False else item.relevant,
                item.kind is Kind.TAXON,
            )
            for place, item in enumerate(entity.fields)
        }
        self.required = frozenset(name for name, check in self.checks.items() if check.item.required)
        self._glances = {
            name: (check.is_good, check.is_relevant, check.is_taxon, check) for name, check in self.checks.items()
        }

    def doubtful(self, context: Context) -> list[Field]:
        """Return the fields about which there may be something to say, in the order of the entity."""
        values, glances, taxa = context.values, self._glances, context.taxa
        found = [self.checks[name] for name in self.required.difference(values)]
        for name, value in values.items():
            glance = glances.get(name)
            if glance is None:
                continue
            is_good, is_relevant, is_taxon, check = glance
            if (
                not is_good(value)
                or (is_relevant is not None and not is_relevant(values))
                or (is_taxon and value not in taxa and taxa)
            ) and check not in found:
                found.append(check)
        if len(found) > 1:
            found.sort(key=_place)
        return [check.item for check in found]


_plans: dict[int, _Plan] = {}


def _plan_of(entity: Entity) -> _Plan:
    """Return the plan of an entity, made once: the plan keeps the entity, so its id stays its own."""
    plan = _plans.get(id(entity))
    if plan is None:
        plan = _plans[id(entity)] = _Plan(entity)
    return plan


def _place(check: _Check) -> int:
    return check.place


def _always_doubtful(_value: Any) -> bool:
    return False


def _glance(item: Field) -> Callable[[Any], bool]:
    """Return a function that is true for values with nothing wrong; false means only that one has to look closer."""
    least = -inf if item.minimum is None else item.minimum
    most = inf if item.maximum is None else item.maximum
    codes = frozenset(choice.code for choice in item.choices)
    if codes and item.kind not in {Kind.CHOICE, Kind.CHOICES}:
        return _always_doubtful
    if item.kind in {Kind.INTEGER, Kind.TAXON}:
        return lambda value: type(value) is int and least <= value <= most
    if item.kind is Kind.NUMBER:
        return lambda value: type(value) in {int, float} and isfinite(value) and least <= value <= most
    if item.minimum is not None or item.maximum is not None:
        return _always_doubtful
    if item.kind is Kind.BOOLEAN:
        return lambda value: type(value) is bool
    if item.kind in {Kind.CHOICES, Kind.LINKS}:
        return lambda value: (
            type(value) is list and all(type(one) is str and (not codes or one in codes) for one in value)
        )
    if codes:
        return lambda value: type(value) is str and value in codes
    if item.kind in {Kind.DATE, Kind.TIME}:
        return lambda value: type(value) is str and _is_known_form(item.kind, value)
    return lambda value: type(value) is str


@lru_cache(maxsize=8192)
def _is_known_form(kind: Kind, value: str) -> bool:
    return _has_type(kind, value)


def _field_problems(item: Field, context: Context) -> Iterator[Problem]:
    value = context.values.get(item.name)
    if item.optional and item.name not in context.local_fields:
        return
    if value is None:
        if item.required and item.is_relevant(context.values) and item.is_required(context.values):
            yield Problem(item.name, "missing", Severity.INCOMPLETE)
        return
    if not _has_type(item.kind, value):
        yield Problem(item.name, "wrong_type", Severity.BLOCKING, {"value": value})
        return
    if item.relevant is not True and not item.is_relevant(context.values):
        yield Problem(item.name, "not_relevant", Severity.WARNING)
    yield from _value_problems(item, value, context)


def _value_problems(item: Field, value: Any, context: Context) -> Iterator[Problem]:
    if item.minimum is not None and value < item.minimum:
        yield Problem(item.name, "too_small", Severity.BLOCKING, {"value": value, "limit": item.minimum})
    if item.maximum is not None and value > item.maximum:
        yield Problem(item.name, "too_large", Severity.BLOCKING, {"value": value, "limit": item.maximum})
    if item.choices:
        for code in value if item.kind is Kind.CHOICES else (value,):
            if item.choice(code) is None:
                how = ("unlisted_choice", Severity.WARNING) if item.is_open else ("unknown_choice", Severity.BLOCKING)
                yield Problem(item.name, *how, {"value": code})
    if item.kind is Kind.TAXON and context.taxa and value not in context.taxa:
        yield Problem(item.name, "unknown_taxon", Severity.BLOCKING, {"value": value})


def _without_echoes(found: list[Problem]) -> list[Problem]:
    """Return the problems without "not_relevant" on a field of which a rule says something that blocks."""
    blocked = {problem.field for problem in found if problem.severity is Severity.BLOCKING}
    return [problem for problem in found if problem.code != "not_relevant" or problem.field not in blocked]


_ISO_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


def _has_type(kind: Kind, value: Any) -> bool:
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind is not Kind.BOOLEAN):
        return False
    if kind is Kind.DATE:
        return is_day(value)
    if kind is Kind.TIME:
        return _is_hour(value)
    if kind is Kind.NUMBER:
        return isfinite(value)
    if kind in {Kind.CHOICES, Kind.LINKS}:
        return all(isinstance(entry, str) for entry in value)
    return True


def _is_hour(value: str) -> bool:
    """Return whether the text has exactly the form "21:02" (ISO 8601 knows others) and means something."""
    if not _ISO_TIME.fullmatch(value):
        return False
    try:
        time.fromisoformat(value)
    except ValueError:
        return False
    return True
