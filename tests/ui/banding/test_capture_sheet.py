"""One capture whole: every measure, its marks with the life of each device, and what is odd in words."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from fieldapp.core.record import make_record
from fieldapp.protocols.banding.schema import CODE, MARK, OBSERVATION
from fieldapp.store import disputes, records
from fieldapp.store.connection import Database
from tests.elsewhere import write_elsewhere
from tests.ui.banding.nets_window import (
    Open,
    bird,
    captures,
    db,
    net_set,
    open_window,
    people,
    session,
    statements,
    stored,
)
from tests.ui.windows.support import page, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]

CTRL = Qt.KeyboardModifier.ControlModifier


def caught(db: Database, *birds: dict[str, object], on: str = "2026-09-05") -> list[str]:
    people(db)
    site = net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    return [record.uid for record in captures(db, session(db, site, on, closed=True), list(birds))]


def test_the_whole_capture_is_shown_and_a_measure_is_added(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001", wing_mm=66.5, cd_nom=4195))
    window = open_window("capture", uid=uid)
    assert page(window).page_title == "868 0001 ACRSCI"
    assert page(window).page_context == "PHENO · 05/09/2026 · Bac à schlamms, Dourges · Roselière"
    assert words(window, "capture.wing_mm") == "66,5"
    for name, typed in (("tarsus_mm", "22,4"), ("BP", "16,2"), ("comments", "mue bloquee")):
        thing(window, f"capture.{name}").setFocus()
        type_in(window, typed)
    press(window, Qt.Key.Key_Return, CTRL)
    found = stored(db, uid)
    assert (found["tarsus_mm"], found["BP"], found["comments"]) == (22.4, "16,2", "mue bloquee")
    assert found["ring_key"] == "FRP8680001"


def test_a_corrected_ring_is_found_under_its_new_number(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("capture", uid=uid)
    ring = thing(window, "capture.ring")
    ring.setFocus()
    ring.selectAll()
    type_in(window, "sc 126903")
    press(window, Qt.Key.Key_Return, CTRL)
    found = stored(db, uid)
    assert (found["ring"], found["ring_key"]) == ("SC126903", "FRPSC126903")
    assert [r.uid for r in records.by_field(db, CODE, OBSERVATION.code, "ring_key", ["FRPSC126903"])] == [uid]


def test_a_ring_that_a_spreadsheet_spoilt_is_refused_in_words(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("capture", uid=uid)
    ring = thing(window, "capture.ring")
    ring.setFocus()
    ring.selectAll()
    type_in(window, "1,23E+07")
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "capture"
    assert "abîmé par un tableur" in ring.accessibleDescription()
    assert stored(db, uid)["ring"] == "8680001"


def test_another_species_brings_its_taxon(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("capture", uid=uid)
    line = thing(window, "capture.species")
    line.setFocus()
    line.selectAll()
    type_in(window, "rousserolle verd")
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return, CTRL)
    found = stored(db, uid)
    assert found["species"] == "ACRRIS"
    assert records.get(db, uid).cd_nom == found["cd_nom"]  # type: ignore[union-attr]


def test_what_is_odd_is_said_beside_the_line_and_confirmed_by_a_key(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001", mass_g=113.0))
    window = open_window("capture", uid=uid)
    mass = thing(window, "capture.mass_g")
    assert mass.accessibleDescription() != ""
    assert thing(window, "capture.confirm").isVisible()
    press(window, Qt.Key.Key_F12)
    assert mass.accessibleDescription() == ""
    press(window, Qt.Key.Key_Return, CTRL)
    assert stored(db, uid)["confirmed"] != []
    window.navigate("capture", uid=uid)
    assert thing(window, "capture.mass_g").accessibleDescription() == ""


def test_a_replaced_ring_is_kept_with_its_key(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("capture", uid=uid)
    thing(window, "capture.replaced_ring").setFocus()
    type_in(window, "5631847")
    press(window, Qt.Key.Key_Return, CTRL)
    assert stored(db, uid)["replaced_ring_key"] == "FRP5631847"


def test_what_was_typed_is_there_again(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("capture", uid=uid)
    thing(window, "capture.comments").setFocus()
    type_in(window, "photo 12")
    window.navigate("banding")
    window.navigate("capture", uid=uid)
    assert thing(window, "capture.restored").isVisible()
    assert thing(window, "capture.comments").toPlainText() == "photo 12"


def test_a_logger_says_where_it_was_before(open_window: Open, db: Database) -> None:
    first, second = caught(db, bird("8680017", "MUSSTR"), bird("8680018", "MUSSTR"))
    told = {"kind": "geolocator", "event": "added", "device": "GLS 1234", "device_key": "GLS1234"}
    records.save(db, [make_record(CODE, MARK, told, first)], "marque")
    window = open_window("capture", uid=second)
    assert words(window, "capture.no_marks").startswith("Bague couleur, collier, GLS")
    press(window, Qt.Key.Key_F9)
    assert page(window).page_title == "Nouvelle marque"
    type_in(window, "gls")
    press(window, Qt.Key.Key_Return)
    thing(window, "place.mark.device").setFocus()
    type_in(window, "gls-1234")
    said = thing(window, "place.mark.device").accessibleDescription()
    assert said == "gls-1234 : posé le 05/09/2026 sur 868 0017"
    press(window, Qt.Key.Key_Return, CTRL)
    assert (place(window).code, place(window).params["uid"]) == ("capture", second)
    assert rows(window, "capture.marks") == [["GLS|gls-1234", "posée"]]
    assert words(window, "capture.devices") == (
        "gls-1234 : posé le 05/09/2026 sur 868 0017, posé le 05/09/2026 sur 868 0018"
    )


def test_colour_rings_say_how_they_are_written(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("place", protocol=CODE, entity="mark", parent=uid)
    type_in(window, "couleur")
    press(window, Qt.Key.Key_Return)
    assert thing(window, "place.mark.code").accessibleDescription().startswith("Gauche d’abord, tibia|tarse")


def test_history_and_life_are_one_key_away(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("capture", uid=uid)
    press(window, Qt.Key.Key_F7)
    assert (place(window).code, place(window).params) == ("history", {"uid": uid})
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_F8)
    assert (place(window).code, place(window).params) == ("ring", {"key": "FRP8680001"})


def test_a_deleted_capture_comes_back(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("banding")
    window.navigate("capture", uid=uid)
    thing(window, "capture.delete").click()
    assert place(window).code == "banding"
    assert records.get(db, uid).deleted  # type: ignore[union-attr]
    press(window, Qt.Key.Key_Z, CTRL)
    assert stored(db, uid)["ring"] == "8680001"


def test_a_capture_that_is_gone_says_so(open_window: Open) -> None:
    window = open_window("capture", uid="0190b0f6-0000-7000-8000-000000000000")
    assert thing(window, "capture.gone").isVisible()
    assert not thing(window, "capture.save").isVisible()


def change(db: Database, uid: str, **values: object) -> None:
    """Change a capture in the store as another page does."""
    record = records.get(db, uid)
    assert record is not None
    records.save(db, [replace(record, data={**record.data, **values})], "ailleurs")


def test_only_what_was_changed_here_is_written_over_what_was_stored_meanwhile(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001", wing_mm=66.0, fat="1"))
    window = open_window("capture", uid=uid)
    thing(window, "capture.tarsus_mm").setFocus()
    type_in(window, "22,5")
    change(db, uid, wing_mm=70.0, fat="3", ring="8680002", ring_key="FRP8680002")
    press(window, Qt.Key.Key_Return, CTRL)
    found = stored(db, uid)
    assert (found["tarsus_mm"], found["wing_mm"], found["fat"]) == (22.5, 70.0, "3")
    assert (found["ring"], found["ring_key"]) == ("8680002", "FRP8680002")


def test_a_correction_taken_up_again_leaves_what_was_stored_meanwhile(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001", wing_mm=66.0, mass_g=11.0))
    window = open_window("capture", uid=uid)
    thing(window, "capture.tarsus_mm").setFocus()
    type_in(window, "22,5")
    mass = thing(window, "capture.mass_g")
    mass.setFocus()
    mass.selectAll()
    press(window, Qt.Key.Key_Delete)
    window.navigate("banding")
    change(db, uid, wing_mm=70.0)
    window.navigate("capture", uid=uid)
    assert [words(window, f"capture.{name}") for name in ("tarsus_mm", "mass_g", "wing_mm")] == ["22,5", "", "70"]
    press(window, Qt.Key.Key_Return, CTRL)
    found = stored(db, uid)
    assert (found["tarsus_mm"], found["wing_mm"], "mass_g" in found) == (22.5, 70.0, False)


def test_a_capture_deleted_while_it_is_corrected_does_not_come_back(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("capture", uid=uid)
    thing(window, "capture.comments").setFocus()
    type_in(window, "photo 12")
    record = records.get(db, uid)
    assert record is not None
    assert record.parent is not None
    records.delete(db, record.parent, "ailleurs")
    press(window, Qt.Key.Key_Return, CTRL)
    assert records.get(db, uid).deleted  # type: ignore[union-attr]
    assert thing(window, "capture.gone").isVisible()


def test_typing_reads_the_bird_once(open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    (uid,) = caught(db, bird("8680001"))
    window = open_window("capture", uid=uid)
    asked = statements(monkeypatch)
    thing(window, "capture.comments").setFocus()
    type_in(window, "photo 12")
    thing(window, "capture.tarsus_mm").setFocus()
    type_in(window, "22,5")
    assert asked == []


def test_typing_the_code_of_a_mark_does_not_search_its_device(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (uid,) = caught(db, bird("8680001"))
    told = {"kind": "geolocator", "event": "added", "device": "GLS 1234", "device_key": "GLS1234"}
    mark = make_record(CODE, MARK, told, uid)
    records.save(db, [mark], "marque")
    window = open_window("place", protocol=CODE, entity="mark", uid=mark.uid)
    asked = statements(monkeypatch)
    thing(window, "place.mark.comments").setFocus()
    type_in(window, "jambe gauche")
    assert asked == []


def test_a_measure_that_a_colleague_and_the_person_wrote_is_disputed(open_window: Open, db: Database) -> None:
    (uid,) = caught(db, bird("8680001", wing_mm=66.0, fat="1"))
    window = open_window("capture", uid=uid)
    wing = thing(window, "capture.wing_mm")
    wing.setFocus()
    wing.selectAll()
    type_in(window, "68")
    write_elsewhere(db, uid, wing_mm=70.0, fat="3")
    press(window, Qt.Key.Key_Return, CTRL)
    [dispute] = disputes.opened(db)
    assert (dispute.field, {version.value for version in dispute.versions}) == ("wing_mm", {70.0, 68.0})
    assert stored(db, uid)["fat"] == "3"
