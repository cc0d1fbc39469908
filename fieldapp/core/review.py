"""What a coordinator says of a record, and what its observer answers: fields of the record like all others.

So they are merged field by field, have a history, sync and can be undone like all others. A name that begins with an
underscore is the coordinator's word: a hub takes it from coordinators only. An answer is anybody's.

- `_validated`: the level (STATUT_VALID of the SINP), by whom, when, and of what: the digest of the record as it was
  looked at; a comment, and the reason where something validated was changed. A record that was changed since is not
  validated any more, whoever changed it and however the change came.
- `_question.<field>` asks about one field (`_question.` about the whole record); `answer.<field>` is what the observer
  says to it, and `to` names the very question: no clock is asked which came first. The coordinator ends a question by
  emptying it.
- `_remarkable`: a comment that makes the record one of those that the association publishes every year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from fieldapp.core.checking import CONFIRMED
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import ANSWER, Record, is_about
from fieldapp.core.schema import Choice, Values
from fieldapp.core.text import N_

VALIDATED, REMARKABLE = "_validated", "_remarkable"
QUESTION = "_question."

LEVELS = (
    Choice("0", N_("En attente de validation")),
    Choice("1", N_("Certain – très probable")),
    Choice("2", N_("Probable")),
    Choice("3", N_("Douteux")),
    Choice("4", N_("Invalide")),
    Choice("5", N_("Non réalisable")),
    Choice("6", N_("Inconnu")),
)
"""STATUT_VALID (source: SINP nomenclatures, INPN)."""

WAITING = LEVELS[0].code

_canonical = msgspec.json.Encoder(order="sorted").encode


class ReviewState(StrEnum):
    """How far a record has come; the worst of what holds is said."""

    DRAFT = "draft"  # en saisie: something is missing
    COMPLETE = "complete"
    VALIDATED = "validated"
    TO_REVIEW = "to_review"  # a question is open, or it was changed after it was validated


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one field ("" for the whole record) and its answer, "" while there is none; instants are UTC.

    An answer that is `to_another` was given to what was asked here before: it is shown, and this one stays open.
    """

    field: str
    text: str
    by: str
    at: str
    answer: str = ""
    answered_by: str = ""
    answered_at: str = ""
    to_another: bool = False

    @property
    def key(self) -> str:
        """What an answer names it by."""
        return hashlib.sha256(_canonical([self.text, self.by, self.at])).hexdigest()[:32]

    @property
    def is_answered(self) -> bool:
        """Whether the observer has answered this very question."""
        return bool(self.answer) and not self.to_another


def is_reserved(name: str) -> bool:
    """Return whether a value of a record is a word about it, not one of the protocol's own fields."""
    return is_about(name) or name == CONFIRMED


def is_word(name: str) -> bool:
    """Return whether a value that a change sets is a coordinator's word about the record."""
    return name.startswith("_") and name not in (PARENT, DELETED)


def is_content(name: str) -> bool:
    """Return whether a value that a change sets is what a record says: a field of its own, its place, its deletion."""
    return name in (PARENT, DELETED) or not is_reserved(name)


def content_digest(record: Record) -> str:
    """Return what a record says, without what was said about it, as 32 hexadecimal digits; its parent is part of it."""
    return _digest(record.parent, record.data)


def _digest(parent: str | None, data: Values) -> str:
    told = {name: value for name, value in data.items() if not is_reserved(name)}
    return hashlib.sha256(_canonical([parent, told])).hexdigest()[:32]


def validated(
    record: Record, level: str, *, by: str, at: str, comment: str = "", why: str = ""
) -> dict[str, dict[str, str]]:
    """Return the value by which this record, as it is now, is validated at this level, under its name.

    `by` is the uid or the name of a person, `at` UTC; `comment` is for the observer and the recipients, `why` the
    reason for which what was validated before was changed.
    """
    said = {"level": level, "by": by, "at": at, "of": content_digest(record)}
    return {VALIDATED: said | {name: text for name, text in (("comment", comment), ("why", why)) if text}}


def validation(record: Record) -> Mapping[str, Any] | None:
    """Return what `_validated` says where it holds: of the record as it is now; None otherwise."""
    return holding(record.parent, record.data)


def holding(parent: str | None, data: Values) -> Mapping[str, Any] | None:
    """Return the validation that holds of a record with this parent and these values; None without any."""
    said = data.get(VALIDATED)
    if not isinstance(said, dict) or said.get("level") in (None, WAITING):
        return None
    return said if said.get("of") == _digest(parent, data) else None


def is_stale(record: Record) -> bool:
    """Return whether the record was validated and has been changed since."""
    return isinstance(record.data.get(VALIDATED), dict) and validation(record) is None


def level(record: Record) -> str:
    """Return the level of validation that holds, WAITING for none."""
    said = validation(record)
    return str(said["level"]) if said else WAITING


def questions(values: Values) -> list[Question]:
    """Return the questions that are not ended, in the order of their fields; malformed ones are left out."""
    found = []
    for name in sorted(values):
        said = values[name]
        if not name.startswith(QUESTION) or not isinstance(said, dict) or not said.get("text"):
            continue
        field = name[len(QUESTION) :]
        asked = Question(field, str(said["text"]), str(said.get("by", "")), str(said.get("at", "")))
        given = values.get(ANSWER + field)
        found.append(_with_answer(asked, given) if isinstance(given, dict) else asked)
    return found


def _with_answer(asked: Question, given: Mapping[str, Any]) -> Question:
    return replace(
        asked,
        answer=str(given.get("text", "")),
        answered_by=str(given.get("by", "")),
        answered_at=str(given.get("at", "")),
        to_another=given.get("to") != asked.key,
    )


def state(record: Record, *, is_complete: bool) -> ReviewState:
    """Return how far the record has come; `is_complete` says that nothing is missing in it."""
    if is_stale(record) or questions(record.data):
        return ReviewState.TO_REVIEW
    if validation(record) is not None:
        return ReviewState.VALIDATED
    return ReviewState.COMPLETE if is_complete else ReviewState.DRAFT
