"""What a coordinator says of a record, and what its observer answers: fields of the record like all others.

So they are merged field by field, have a history, sync and can be undone like all others. A name that begins with an
underscore is the coordinator's word: a hub takes it from coordinators only. An answer is anybody's.

- `_validated`: the level (STATUT_VALID of the SINP), by whom, when, and of what: the digest of the record as it was
  looked at. A record that was changed since is not validated any more, whoever changed it and however the change came.
- `_question.<field>` asks about one field (`_question.` about the whole record); `answer.<field>` is what the observer
  says to it. The coordinator ends a question by emptying it.
- `_remarkable`: a comment that makes the record one of those that the association publishes every year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from fieldapp.core.checking import CONFIRMED
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
    """A question about one field ("" for the whole record) and its answer, "" while there is none; instants are UTC."""

    field: str
    text: str
    by: str
    at: str
    answer: str = ""
    answered_by: str = ""
    answered_at: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether the observer has answered since it was asked."""
        return bool(self.answer)


def is_reserved(name: str) -> bool:
    """Return whether a value of a record is a word about it, not one of the protocol's own fields."""
    return is_about(name) or name == CONFIRMED


def content_digest(record: Record) -> str:
    """Return what a record says, without what was said about it, as 32 hexadecimal digits; its parent is part of it."""
    told = {name: value for name, value in record.data.items() if not is_reserved(name)}
    return hashlib.sha256(_canonical([record.parent, told])).hexdigest()[:32]


def validation(record: Record) -> Mapping[str, Any] | None:
    """Return what `_validated` says where it holds: of the record as it is now; None otherwise."""
    said = record.data.get(VALIDATED)
    if not isinstance(said, dict) or said.get("level") in (None, WAITING) or said.get("of") != content_digest(record):
        return None
    return said


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
        given = values.get(ANSWER + field)
        reply = given if isinstance(given, dict) and str(given.get("at", "")) >= str(said.get("at", "")) else {}
        found.append(
            Question(
                field,
                str(said["text"]),
                str(said.get("by", "")),
                str(said.get("at", "")),
                str(reply.get("text", "")),
                str(reply.get("by", "")),
                str(reply.get("at", "")),
            )
        )
    return found


def state(record: Record, *, is_complete: bool) -> ReviewState:
    """Return how far the record has come; `is_complete` says that nothing is missing in it."""
    if is_stale(record) or questions(record.data):
        return ReviewState.TO_REVIEW
    if validation(record) is not None:
        return ReviewState.VALIDATED
    return ReviewState.COMPLETE if is_complete else ReviewState.DRAFT
