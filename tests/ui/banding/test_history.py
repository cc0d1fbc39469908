"""The history of captures, sessions and ring strings is told in words, and what was undone stands in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record, with_data
from fieldapp.protocols.banding.stock import fate, load
from fieldapp.store import changes, records
from fieldapp.ui import theme
from fieldapp.ui.banding.overview import known_of
from tests.ui.banding.small_season import Season, string
from tests.ui.windows.desk import Blank, Desk, desk_on


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "birds.db", filled=False) as opened:
        yield opened
    theme.apply(qapp)


@pytest.fixture
def season(desk: Desk) -> Season:
    return Season(desk.services.db)


def edit(desk: Desk, record: Record, **data: object) -> None:
    entity = desk.services.db.protocols[record.protocol].entity(record.entity)
    records.save(desk.services.db, [with_data(record, entity, {**record.data, **data})], "corrigé")


def told(desk: Desk, record: Record) -> list[tuple[str, str, str, str]]:
    """Return (field, record, before, after) of each line."""
    desk.go("history", uid=record.uid)
    return [(*row[3].split("|"), row[4], row[5]) for row in desk.cells("history.table")]  # type: ignore[misc]


def test_a_corrected_capture_is_told_with_labels_and_names_and_each_thing_once(desk: Desk, season: Season) -> None:
    edit(
        desk,
        season.first,
        ring="8680071",
        ring_key="FRP8680071",
        species="ACRSCH",
        cd_nom=4187,
        age="+1A",
        wing_mm=67.5,
        ringer=season.person.uid,
    )
    bird = "868 0071 Phragmite des joncs"
    assert told(desk, records.get(desk.services.db, season.first.uid) or season.first)[:-1] == [
        ("Bague", bird, "8680017", "8680071"),
        ("Espèce", bird, "ACRSCI, Rousserolle effarvatte", "ACRSCH, Phragmite des joncs"),
        ("Âge", bird, "1re année", "Plus d’un an"),
        ("Aile", bird, "66,5", "67,5"),
        ("Opérateur", bird, "–", "BOIS Ana"),
    ]


def test_a_session_is_told_with_its_captures_and_leads_to_them(desk: Desk, season: Season) -> None:
    edit(desk, season.s26, net_m=240, closed=False)
    found = told(desk, season.s26)
    assert found[:2] == [("Mètres de filet", "Séance", "24", "240"), ("Close", "Séance", "oui", "non")]
    made = [record for field, record, _before, _after in found if field == "fiche créée"]
    assert sorted(made) == sorted(
        [
            "Séance",
            "868 0017 Rousserolle effarvatte",
            "868 0041 Fauvette à tête noire",
            "GBT A 710715 Rousserolle effarvatte",
        ]
    )
    desk.press(Qt.Key.Key_F)
    place = desk.window.place()
    assert place is not None
    assert isinstance(desk.window.page(), Blank)
    assert (place.code, place.params) == ("captures", {"uid": season.s26.uid})


def test_a_string_is_told_with_its_state_and_the_rings_that_were_lost(desk: Desk, season: Season) -> None:
    db = desk.services.db
    record = string("8680041", "8680140", state="received")
    records.save(db, [record], "série")
    edit(desk, record, state="open", leased_to=season.person.uid)
    known = known_of(desk.services)
    stock = load(known, records.get(db, record.uid) or record)
    records.save(db, [fate(stock, stock.at(5), "lost", "2026-11-20")], "perdue")
    found = told(desk, record)
    assert ("État", "Série de bagues", "Reçue", "Ouverte") in found
    assert ("Confiée à", "Série de bagues", "–", "BOIS Ana") in found
    assert found[0][:2] == ("fiche créée", "Bague non posée")
    assert "Perdue" in found[0][3]


def test_what_was_undone_is_told_and_the_value_is_back(desk: Desk, season: Season) -> None:
    edit(desk, season.first, wing_mm=76.5)
    changes.undo(desk.services.db)
    found = told(desk, season.first)
    assert [line[2:] for line in found if line[0] == "Aile"] == [("76,5", "66,5"), ("66,5", "76,5")]
    assert desk.cells("history.table")[0][2] == "neutral|annulation"


def test_f_opens_the_capture_and_nothing_once_it_is_deleted(desk: Desk, season: Season) -> None:
    told(desk, season.first)
    desk.press(Qt.Key.Key_F)
    place = desk.window.place()
    assert place is not None
    assert (place.code, place.params) == ("capture", {"uid": season.first.uid})
    records.delete(desk.services.db, season.first.uid, "supprimée")
    told(desk, season.first)
    desk.press(Qt.Key.Key_F)
    place = desk.window.place()
    assert place is not None
    assert place.code == "history"
