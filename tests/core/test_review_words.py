"""What was said in a review is told in words: never a code, a uid or a name of ours."""

import pytest

from fieldapp.core import review, review_words

LABELS = {"sex": "Sexe", "count": "Nombre"}
AT = "2026-06-01T12:00:00.000Z"


def label_of(field: str) -> str:
    return LABELS[field]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("_validated", "Validation"),
        ("_remarkable", "Donnée remarquable"),
        ("_question.sex", "Question : Sexe"),
        ("_question.", "Question : toute la fiche"),
        ("answer.count", "Réponse : Nombre"),
        ("answer.", "Réponse : toute la fiche"),
        ("_of_a_later_version", "_of_a_later_version"),
    ],
)
def test_each_value_of_a_review_has_a_label(name: str, words: str) -> None:
    assert review_words.field_words(name, label_of) == words


def test_a_validation_says_its_level_who_when_and_why() -> None:
    said = {"level": "3", "by": "uid", "at": AT, "of": "x", "comment": "photo floue", "why": "faute"}
    told = review_words.value_words(said, {"uid": "PETIT Anne"}.__getitem__)
    assert told == "Douteux · photo floue · raison : faute (PETIT Anne, 01/06/2026)"


def test_a_question_says_who_asked_and_when_and_anything_else_itself() -> None:
    assert review_words.value_words({"text": "Sûr ?", "by": "Anne", "at": AT}, str) == "Sûr ? (Anne, 01/06/2026)"
    assert review_words.value_words("première", str) == "première"
    assert review_words.day_words("hier") == "hier"


def test_every_level_and_every_state_has_words() -> None:
    assert [review_words.level_words(choice.code) for choice in review.LEVELS][1:3] == [
        "Certain – très probable",
        "Probable",
    ]
    assert review_words.level_words("9") == "9"
    assert set(review_words.STATES) == set(review.ReviewState)
