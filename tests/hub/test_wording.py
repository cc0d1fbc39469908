"""The words of the hub: how long ago, how many, in which language."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldapp.core.dates import MONTHS
from fieldapp.hub import knowing, rights, sifting, wording
from fieldapp.hub.storage import ROLES
from fieldapp.hub.wording import Words, preferred, words

NOW = datetime(2026, 4, 14, 21, 2, tzinfo=UTC)
BLANK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (timedelta(seconds=-30), "à l’instant"),
        (timedelta(seconds=59), "à l’instant"),
        (timedelta(seconds=60), "il y a 1 minute"),
        (timedelta(minutes=59), "il y a 59 minutes"),
        (timedelta(hours=1), "il y a 1 heure"),
        (timedelta(hours=23, minutes=59), "il y a 23 heures"),
        (timedelta(days=1), "il y a 1 jour"),
        (timedelta(days=13), "il y a 13 jours"),
        (timedelta(days=14), "il y a 2 semaines"),
        (timedelta(days=60), "il y a 8 semaines"),
        (timedelta(days=61), "il y a 2 mois"),
        (timedelta(days=729), "il y a 24 mois"),
        (timedelta(days=730), "il y a 2 ans"),
    ],
)
def test_how_long_ago_is_said_in_the_unit_that_people_would_take(past: timedelta, said: str) -> None:
    at = (NOW - past).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert words("fr").ago(at, NOW) == said


def test_what_never_happened_is_said_to_be_never() -> None:
    assert words("fr").ago("", NOW) == "jamais"
    assert words("fr").moment("") == ""


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("de", "fr"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("fr;q=0.3, en;q=0.8", "en"),
        ("en;q=0", "fr"),
        ("en;q=strange", "fr"),
        ("*;q=0.1," * 10_000, "fr"),
    ],
)
def test_the_language_is_the_one_that_the_reader_likes_best_of_ours(header: str, language: str) -> None:
    assert preferred(header) == language


def test_two_readers_are_answered_in_two_languages_at_once() -> None:
    french, english = words("fr"), words("en")
    assert [french._(MONTHS[0]), english._(MONTHS[0]), french._(MONTHS[0])] == ["janvier", "January", "janvier"]
    assert Words("xx").language == "fr"


def test_thousands_stand_apart_as_the_language_writes_them() -> None:
    assert words("fr").number(1_234_567) == "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567"
    assert words("en").number(1_234_567) == "1,234,567"


def test_no_sign_wraps_alone() -> None:
    assert words("fr")._("Code : {code}") == f"Code{BLANK}: {{code}}"


def test_zero_and_one_are_singular_in_french() -> None:
    counted = [words("fr").ngettext("il y a {n} jour", "il y a {n} jours", n) for n in (0, 1, 2)]
    assert counted == ["il y a 0 jour", "il y a 1 jour", "il y a 2 jours"]


def test_every_role_and_every_reason_of_the_hub_has_its_words() -> None:
    assert set(wording.ROLE_WORDS) == set(ROLES)
    reasons = {
        knowing.MALFORMED, sifting.MISSING_BASE, sifting.MISSING_PARENT, sifting.AFTER_REFUSED,
        rights.NOT_YOURS, rights.NOT_SHARED, rights.COORDINATORS_ONLY, sifting.OTHER_CONTENT, knowing.NEWER,
            sifting.VALIDATED,
    }  # fmt: skip
    assert set(wording.REASON_WORDS) == reasons
    assert words("fr").reason("new_one") == "Autre raison (new_one)."
    assert words("fr").role("new_one") == "new_one"


def test_the_first_of_a_month_is_written_as_in_a_sentence() -> None:
    assert words("fr").day(datetime(2026, 5, 1, tzinfo=UTC).date()) == "1er mai"
    assert words("fr").day(datetime(2026, 5, 2, tzinfo=UTC).date()) == "2 mai"
