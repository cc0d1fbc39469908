"""A form says that its record is validated, and takes nothing then: what is typed could not be kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from fieldapp.core.record import Record
from fieldapp.store import changes, peers, reviewing
from fieldapp.ui.review.strip import ReviewStrip
from fieldapp.ui.widgets import Banner
from tests.ui.review.bench import POP, Bench


def open_sheet(bench: Bench, visit: Record) -> ReviewStrip:
    bench.go("sheet", protocol=POP, site=visit.parent, visit=visit.uid, year=2020)
    QApplication.processEvents()
    return bench.find(ReviewStrip, "sheet.review")


def test_a_form_of_a_plain_record_has_no_strip(bench: Bench) -> None:
    assert not open_sheet(bench, bench.visits()[0]).isVisible()


def test_the_form_of_a_validated_visit_takes_nothing_and_leads_a_coordinator_to_its_review(bench: Bench) -> None:
    visit = bench.visits()[0]
    reviewing.validate(bench.services.db, [visit.uid], "1")
    strip = open_sheet(bench, visit)
    banner = bench.find(Banner, "sheet.review.validated")
    assert strip.isVisible()
    assert banner.text().startswith("Validée par Alex B. le ")
    assert "rouvrez-la" in banner.text()
    before = changes.newest(bench.services.db)
    assert bench.focused() == "sheet.next"
    for key in (Qt.Key.Key_F5, Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_F2):
        bench.press(key)
    bench.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert changes.newest(bench.services.db) == before
    bench.press(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    bench.idle()
    place = bench.window.place()
    assert place is not None
    assert (place.code, place.params["uid"]) == ("review", visit.uid)
    bench.key("o")
    bench.write("heure fausse")
    assert not open_sheet(bench, visit).isVisible()
    assert bench.focused() != "sheet.next"


def test_a_volunteer_is_told_to_ask_the_coordination(bench: Bench) -> None:
    visit = bench.visits()[0]
    reviewing.validate(bench.services.db, [visit.uid], "1")
    peers.add(bench.services.db, peers.HUB, project="p", name="asso", role="volunteer")
    open_sheet(bench, visit)
    banner = bench.find(Banner, "sheet.review.validated")
    assert "demandez à la coordination" in banner.text()
    assert not banner.button.isVisible()


def test_several_questions_are_told_by_the_first_and_counted(bench: Bench) -> None:
    visit = bench.visits()[0]
    reviewing.ask(bench.services.db, visit.uid, "Heure_debut", "21 h ?")
    reviewing.ask(bench.services.db, bench.lines_of(visit)[0].uid, "", "Photo ?")
    open_sheet(bench, visit)
    assert (
        bench.find(Banner, "sheet.review.asked").text() == "La coordination demande (Début) : « 21 h ? » (et 1 autre)"
    )
