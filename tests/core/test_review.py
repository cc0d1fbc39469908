"""What was said of a record in its review holds of exactly that record, and of no other state of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import review
from fieldapp.core.record import Record
from fieldapp.core.review import Question, ReviewState

AT, LATER = "2026-06-01T06:00:00.000Z", "2026-06-02T06:00:00.000Z"

names = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8)
scalars = st.one_of(st.text(max_size=8), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
contents = st.dictionaries(names, st.one_of(scalars, st.booleans(), st.lists(scalars, max_size=3)), max_size=5)


def record(parent: str | None = None, **data: Any) -> Record:
    return Record("u", "p", "visit", parent, data)


def validated(of: Record, level: str = "1", **more: str) -> Record:
    said = review.validated(of, level, by="Anne", at=AT, **more)
    return Record(of.uid, of.protocol, of.entity, of.parent, {**of.data, **said})


def question(text: str = "Sûr ?", at: str = AT) -> dict[str, str]:
    return {"text": text, "by": "Anne", "at": at}


@given(contents, contents)
def test_a_validation_holds_of_what_was_looked_at_and_of_nothing_else(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    seen = validated(record(**one))
    assert review.validation(seen) == seen.data[review.VALIDATED]
    changed = record(**{**other, review.VALIDATED: seen.data[review.VALIDATED]})
    same = review.content_digest(record(**one)) == review.content_digest(record(**other))
    assert (review.validation(changed) is not None) == same
    assert review.is_stale(changed) != same


@given(contents, st.permutations(range(5)))
def test_the_order_of_the_values_makes_no_difference(data: dict[str, Any], order: list[int]) -> None:
    items = list(data.items())
    turned = [items[place] for place in order if place < len(items)]
    assert review.content_digest(record(**dict(turned))) == review.content_digest(record(**data))


def test_what_was_said_about_a_record_and_what_was_confirmed_is_no_part_of_what_it_says() -> None:
    seen = validated(record("pond", n=3))
    about = {"answer.n": question(), "_question.n": question(), "_remarkable": "première", "confirmed": ["odd"]}
    assert review.level(Record("u", "p", "visit", "pond", {**seen.data, **about})) == "1"
    assert review.validation(Record("u", "p", "visit", "other pond", seen.data)) is None


@pytest.mark.parametrize(
    "said", [True, "1", {}, {"level": "0"}, {"level": "1"}, {"level": "1", "of": "else"}, None, []]
)
def test_what_is_no_validation_validates_nothing(said: object) -> None:
    assert review.level(record(_validated=said)) == review.WAITING


def test_comment_and_reason_are_told_only_where_there_are_any() -> None:
    plain = validated(record(n=3)).data[review.VALIDATED]
    assert plain.keys() == {"level", "by", "at", "of"}
    told = validated(record(n=3), comment="photo vue", why="faute de frappe").data[review.VALIDATED]
    assert (told["comment"], told["why"]) == ("photo vue", "faute de frappe")


def test_the_worst_of_what_holds_is_the_state() -> None:
    plain, seen = record(n=3), validated(record(n=3))
    assert review.state(plain, is_complete=False) is ReviewState.DRAFT
    assert review.state(plain, is_complete=True) is ReviewState.COMPLETE
    assert review.state(seen, is_complete=True) is ReviewState.VALIDATED
    changed = record(**{**seen.data, "n": 4})
    assert review.state(changed, is_complete=True) is ReviewState.TO_REVIEW
    asked = record(**{**seen.data, "_question.n": question()})
    assert review.state(asked, is_complete=True) is ReviewState.TO_REVIEW


def test_questions_come_with_their_answers_in_the_order_of_their_fields() -> None:
    values = {
        "_question.sex": question("Vu ?"),
        "_question.": question("Photo ?"),
        "answer.sex": {**question("Oui", AT), "to": Question("sex", "Vu ?", "Anne", AT).key},
        "_question.bad": "no question",
        "_question.empty": {"text": ""},
    }
    whole, sex = review.questions(values)
    assert (whole.field, whole.text, whole.is_answered) == ("", "Photo ?", False)
    assert (sex.field, sex.answer, sex.answered_by, sex.is_answered) == ("sex", "Oui", "Anne", True)


@pytest.mark.parametrize("at", [AT, LATER], ids=["a clock that is right", "a clock that is ahead"])
@pytest.mark.parametrize("to", [Question("sex", "Vu ?", "Anne", AT).key, None, "", 3])
def test_an_answer_to_a_question_before_is_shown_and_the_one_asked_since_stays_open(at: str, to: object) -> None:
    values = {"_question.sex": question("Et l’âge ?", AT), "answer.sex": {**question("Oui", at), "to": to}}
    (found,) = review.questions(values)
    assert (found.answer, found.to_another, found.is_answered) == ("Oui", True, False)


@pytest.mark.parametrize(
    ("name", "is_it"),
    [
        ("sex", True),
        ("_parent", True),
        ("_deleted", True),
        ("_validated", False),
        ("answer.x", False),
        ("confirmed", False),
    ],
)
def test_what_a_record_says_is_its_own_fields_its_place_and_its_deletion(name: str, is_it: bool) -> None:
    assert review.is_content(name) == is_it
