"""The words of syncing: what waits, how long ago, why something was refused and what to do then."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldapp.hub import knowing, rights, sifting
from fieldapp.hub.storage import ROLES
from fieldapp.store.outbox import COUNTED
from fieldapp.ui.sync import words
from fieldapp.ui.sync.standing import Standing

NOW = datetime(2026, 4, 14, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=20), "à l’instant"),
        (timedelta(minutes=5), "il y a 5 min"),
        (timedelta(hours=3), "il y a 3 h"),
        (timedelta(days=1), "il y a 1 jour"),
        (timedelta(days=13), "il y a 13 jours"),
        (timedelta(days=40), "le 05/03/2026"),
    ],
)
def test_how_long_ago_is_said_in_words_that_fit(before: timedelta, said: str) -> None:
    assert words.ago_words((NOW - before).isoformat(), NOW) == said


def test_what_never_happened_is_not_dated() -> None:
    assert words.ago_words("") == "jamais"


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(hub="LPO"), "Tout ce qui a été saisi ici est envoyé."),
        (Standing(hub="LPO", visits=1), "À envoyer : 1 passage ou fiche."),
        (Standing(hub="LPO", visits=3, photos=2), "À envoyer : 3 passages ou fiches et 2 photos."),
        (Standing(hub="LPO", visits=COUNTED), "À envoyer : plus de 10\u202f000 saisies."),
    ],
)
def test_what_waits_is_a_sentence(standing: Standing, said: str) -> None:
    assert words.waiting_words(standing) == said


@pytest.mark.parametrize(
    "reason",
    [
        *(knowing.MALFORMED, sifting.MISSING_BASE, sifting.MISSING_PARENT, sifting.AFTER_REFUSED),
        *(rights.NOT_YOURS, rights.NOT_SHARED, rights.COORDINATORS_ONLY),
    ],
)
def test_every_refusal_of_the_hub_has_its_words_and_a_way_out(reason: str) -> None:
    why, what_now = words.reason_words(reason)
    assert reason not in why
    assert what_now


def test_a_refusal_of_a_later_hub_is_told_with_its_code() -> None:
    assert "too_green" in words.reason_words("too_green")[0]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_its_words(role: str) -> None:
    assert words.role_words(role) != role


def test_the_diary_tells_what_went_and_came_and_that_nothing_could() -> None:
    assert words.figures_words({"received": 11}) == "11 saisies reçues"
    assert words.figures_words({"sent": 2, "received": 1, "refused": 1}) == "2 saisies envoyées, 1 reçue, 1 refusée"
    assert words.figures_words({}) == "rien de nouveau"
    assert words.figures_words({"note": "coupé"}) == "rien n’a pu être échangé"
