"""The rules of a ring string and of what became of its single rings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldapp.core import parse
from fieldapp.core.schema import Context, Problem, Rule, Severity, Values, advice
from fieldapp.core.text import N_
from fieldapp.protocols.banding.ring import PARIS, Span, read_ring, read_span
from fieldapp.protocols.banding.schema import string_title


def _span(values: Values) -> Span | None:
    """Return the rings of a string; None where its numbers can't be read."""
    try:
        return read_span(str(values["first"]), str(values["last"]), str(values.get("scheme", PARIS)))
    except (KeyError, ValueError):
        return None


def _is_ring(text: str) -> bool:
    try:
        read_ring(text)
    except ValueError:
        return False
    return True


def numbers_can_be_read(context: Context) -> Iterator[Problem]:
    """Ask for first and last numbers that can be read and make a string; until then no ring is offered from it."""
    values = context.values
    first, last = values.get("first"), values.get("last")
    if not first or not last or _span(values) is not None:
        return  # what is not there is asked for by its field
    about = {"first": str(first)[:20], "last": str(last)[:20]}
    if not _is_ring(str(first)):
        yield Problem("first", "first_unreadable", Severity.INCOMPLETE, about)
    elif not _is_ring(str(last)):
        yield Problem("last", "last_unreadable", Severity.INCOMPLETE, about)
    else:
        yield Problem("last", "not_a_string", Severity.INCOMPLETE, about)


@advice
def string_is_its_own(context: Context) -> Iterator[Problem]:
    """Warn of a string that shares rings with another one."""
    span = _span(context.values)
    if span is None:
        return
    for other in context.siblings:
        there = _span(other)
        if there is not None and (span.holds(there.first) or there.holds(span.first)):
            yield Problem("first", "strings_overlap", Severity.WARNING, {"other": string_title(other)[:40]})
            return


@advice
def days_in_order(context: Context) -> Iterator[Problem]:
    """Warn of a string that was opened before it was received, or finished before it was opened."""
    values = context.values
    for earlier, later in (("received_on", "opened_on"), ("opened_on", "finished_on"), ("received_on", "finished_on")):
        if values.get(earlier) and values.get(later) and values[later] < values[earlier]:
            yield Problem(later, "string_days", Severity.WARNING, {"date": parse.show_date(values[earlier])})
            return


@advice
def ring_is_of_its_string(context: Context) -> Iterator[Problem]:
    """Warn of a ring noted lost or destroyed that its string does not hold."""
    string, number = context.parents.get("ring_string", {}), str(context.values.get("ring", ""))
    span = _span(string)
    if span is None or not number:
        return
    if not _is_ring(number) or not span.holds(read_ring(number, span.first.scheme)):
        about = {"ring": number[:20], "string": string_title(string)[:40]}
        yield Problem("ring", "ring_not_of_string", Severity.WARNING, about)


RULES: tuple[Rule, ...] = (numbers_can_be_read, string_is_its_own, days_in_order)

FATE_RULES: tuple[Rule, ...] = (ring_is_of_its_string,)

MESSAGES: Mapping[str, str] = {
    "first_unreadable": N_("« {first} » n’est pas un numéro de bague : reprenez le premier de la série."),
    "last_unreadable": N_("« {last} » n’est pas un numéro de bague : reprenez le dernier de la série."),
    "not_a_string": N_("De {first} à {last} : pas une série. Mêmes lettres, même longueur, dernier après premier."),
    "strings_overlap": N_("La série {other} a déjà une partie de ces bagues : vérifiez les numéros."),
    "string_days": N_("Cette date est avant le {date} : vérifiez les dates de la série."),
    "ring_not_of_string": N_("La bague {ring} n’est pas de la série {string} : vérifiez le numéro."),
}
"""The French sentence of every code, with what to do."""
