"""Catches and mornings come out in the words of the field, in lists and in the history."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record, make_record, with_data
from fieldapp.protocols.pitfall_barrier.schema import CODE, OBSERVATION, PHOTO, VISIT
from fieldapp.store import records
from fieldapp.ui.barrier.words import catch_words, days_words, kind_words, reason_words, state_badge
from fieldapp.ui.windows.history import page_of
from fieldapp.ui.wording import Words
from tests.ui.barrier.few_mornings import Mornings
from tests.ui.windows.desk import Blank, Desk, desk_on

TOADS = {"bucket": "3", "cd_nom": 259, "sex": "3", "count": 2, "stage": "2", "direction": "in", "vitality": "alive"}


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "barrier.db", filled=False) as opened:
        yield opened


@pytest.fixture
def mornings(desk: Desk) -> Mornings:
    return Mornings(desk.services.db)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "2 ♂ Crapaud commun, seau 3"),
        ({"amplexus": True, "sex": "5"}, "1 couple Crapaud commun, seau 3"),
        ({"amplexus": True, "sex": "5", "count": 6}, "3 couples Crapaud commun, seau 3"),
        ({"sex": "1", "stage": "3"}, "2 juvénile Crapaud commun, seau 3"),
        ({"direction": "out", "vitality": "dead"}, "2 ♂ Crapaud commun, seau 3, en sortie, mort"),
    ],
)
def test_a_catch_is_said_as_it_would_be_read_aloud(changed: dict[str, object], words: str) -> None:
    assert catch_words({**TOADS, **changed}, "Crapaud commun") == words


def test_sex_and_stage_of_nothing_known_are_no_words() -> None:
    assert kind_words({"count": 3}) == ""


def test_a_morning_without_a_catch_says_its_state_and_why_it_was_missed() -> None:
    assert [state_badge({"state": state}) for state in ("empty", "missed", "checked")] == [
        "nothing_seen|vide", "inaccessible|non relevé", "draft|à finir",
    ]  # fmt: skip
    assert [reason_words(values) for values in ({"reason": "weather"}, {})] == ["Intempéries", ""]


def test_records_are_named_by_what_they_are(desk: Desk, mornings: Mornings) -> None:
    words = Words(desk.services.db, desk.services.taxa(CODE))
    assert words.record(mornings.full) == "Relevé du matin · 16/03/2026"
    assert words.record(mornings.toads) == "Prise · 2 ♂ Crapaud commun, seau 3"
    assert words.record(mornings.known) == "Prise · 1 ♂ Triton crêté TC-013, seau 6"
    assert words.record(mornings.campaign) == "Campagne · 2026"
    assert words.record(mornings.newt) == "Individu · TC-013"


def history(desk: Desk, uid: str) -> list[tuple[str, ...]]:
    """Return (what of which record, before, after) of each line."""
    desk.go("history", uid=uid)
    return [row[3:] for row in desk.cells("history.table")]


def test_the_history_of_a_catch_is_that_of_its_morning_and_leads_there(desk: Desk, mornings: Mornings) -> None:
    edited = with_data(mornings.toads, OBSERVATION, {**mornings.toads.data, "count": 3})
    records.save(desk.services.db, [edited], "corrigé")
    assert history(desk, mornings.toads.uid)[0] == ("Nombre|3 ♂ Crapaud commun, seau 3", "2", "3")
    desk.press(Qt.Key.Key_F)
    page, place = desk.window.page(), desk.window.place()
    assert isinstance(page, Blank)
    assert place is not None
    assert (place.code, page.opened[-1]) == ("morning", {"site": mornings.site.uid, "on": "2026-03-16"})


def test_weather_from_a_file_is_told_by_the_names_of_its_fields(desk: Desk, mornings: Mornings) -> None:
    values = {**mornings.empty.data, "rain_mm": 3.1, "weather_fields": ["rain_mm"], "rain_file": "meteo.csv"}
    records.save(desk.services.db, [with_data(mornings.empty, VISIT, values)], "météo")
    found = {row[0].partition("|")[0]: row[2] for row in history(desk, mornings.empty.uid)[:3]}
    assert found == {"Pluie": "3,1", "Météo venue d’un fichier": "Pluie", "Fichier de la pluie": "meteo.csv"}


def test_the_fingerprint_of_a_photo_is_not_read_out(desk: Desk, mornings: Mornings) -> None:
    photo = make_record(CODE, PHOTO, {"sha256": "f" * 64, "file_name": "ventre.jpg"}, mornings.known.uid)
    records.save(desk.services.db, [photo], "photo")
    assert history(desk, photo.uid) == [("fiche créée|Photo", "–", "ventre.jpg")]


def test_each_record_of_a_barrier_has_its_page(desk: Desk, mornings: Mornings) -> None:
    db = desk.services.db
    photo = make_record(CODE, PHOTO, {"sha256": "f" * 64}, mornings.known.uid)
    records.save(db, [photo], "photo")
    here = {"site": mornings.site.uid}
    morning = ("morning", {**here, "on": "2026-03-16"})
    wanted: list[tuple[Record, object]] = [
        (mornings.full, morning),
        (mornings.toads, morning),
        (photo, morning),
        (mornings.newt, ("individual", {"uid": mornings.newt.uid})),
        (mornings.buckets[0], ("barrier_sheet", here)),
        (mornings.campaign, ("barrier_sheet", here)),
        (mornings.site, ("barrier_sheet", here)),
    ]
    assert [page_of(db, record) for record, _page in wanted] == [page for _record, page in wanted]
    records.delete(db, mornings.full.uid, "supprimé")
    gone = records.get(db, mornings.full.uid)
    assert gone is not None
    assert page_of(db, gone) is None


def test_of_many_days_the_first_are_named_and_the_others_counted_with_each_month_once() -> None:
    days = [f"2026-03-{day:02}" for day in range(1, 8)]
    assert days_words(days[:1]) == "1er mars"
    assert days_words(days[:4]) == "1er, 2, 3 et 4 mars"
    assert days_words(days[:5]) == "1er, 2, 3 mars et 2 autres"
    assert days_words(["2026-02-28", "2026-03-02", "2026-03-09"]) == "28 février, 2 et 9 mars"
    assert days_words(days[:4], shown=2) == "1er mars et 3 autres"
