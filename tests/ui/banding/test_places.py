"""Places, net sets, nets and programmes: made, changed, taken away and brought back by keyboard."""

from PySide6.QtCore import Qt

from fieldapp.core.record import make_record
from fieldapp.protocols.banding.schema import CODE, NET, PROGRAMME, SITE, SITES_GROUP
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.shell import MainWindow
from tests.ui.banding.nets_window import Open, db, net_set, open_window, session, stored
from tests.ui.windows.support import focus, page, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]

CTRL = Qt.KeyboardModifier.ControlModifier


def fill(window: MainWindow, entity: str, **typed: str) -> None:
    for name, text in typed.items():
        thing(window, f"place.{entity}.{name}").setFocus()
        type_in(window, text)
        press(window, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_Return, CTRL)


def nets(db: Database, site: str) -> dict[str, float]:
    return {r.data["net"]: r.data["length_m"] for r in records.children(db, [site]) if r.entity == NET.code}


def test_a_place_its_net_set_and_ten_nets_are_made_from_nothing(open_window: Open, db: Database) -> None:
    window = open_window("ringing_places")
    assert thing(window, "ringing.empty").title.text() == "Aucun lieu de baguage"
    assert focus(window).objectName() == "ringing.new"
    press(window, Qt.Key.Key_N)
    assert page(window).page_title == "Nouveau lieu de baguage"
    fill(window, "sites_group", place_name="Bac", commune="Dourges", department="62", position="50.44 2.98")
    assert place(window).code == "ringing_places"
    (made,) = records.roots(db, CODE, SITES_GROUP.code)
    assert thing(window, "ringing.new_set").property("role") == "primary"
    assert thing(window, "ringing.edit").property("role") == ""
    assert words(window, "nets.none") == "Pas encore de dispositif de filets ici : D en crée un."
    assert (made.data["latitude"], made.data["longitude"], made.data["country"]) == (50.44, 2.98, "FR")
    press(window, Qt.Key.Key_D)
    assert page(window).page_title == "Nouveau dispositif de filets"
    fill(window, "site", site_name="Roseliere", theme="stoc")
    (site,) = [record for record in records.children(db, [made.uid]) if record.entity == SITE.code]
    assert site.data == {"site_name": "Roseliere", "theme": "STOC"}
    assert thing(window, "ringing.places").current_key() == site.uid
    assert focus(window).objectName() == "nets.line"  # the nets come next
    type_in(window, "1-10")
    press(window, Qt.Key.Key_Return)
    assert nets(db, site.uid) == {str(n): 12.0 for n in range(1, 11)}
    assert rows(window, "ringing.places")[1][-2:] == ["10", "120"]


def test_from_the_row_of_a_place_with_one_set_its_nets_are_added(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac", "Dourges", "Roselière", nets=2)
    window = open_window("ringing_places")
    assert thing(window, "ringing.places").current_key() != site  # the row of the place
    press(window, Qt.Key.Key_F)
    type_in(window, "3-4")
    press(window, Qt.Key.Key_Return)
    assert list(nets(db, site)) == ["1", "2", "3", "4"]


def test_on_a_place_with_several_sets_one_is_to_be_chosen(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac", "Dourges", "Roselière", nets=2)
    group = records.get(db, site)
    assert group is not None
    records.save(db, [make_record(CODE, SITE, {"site_name": "Digue"}, group.parent)], "dispositif")
    window = open_window("ringing_places")
    assert words(window, "nets.none") == "Descendez sur un dispositif pour voir ses filets."
    assert not thing(window, "ringing.session").isEnabled()
    assert thing(window, "ringing.edit").property("role") == "primary"


def test_nets_that_are_there_get_another_length_and_none_comes_twice(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac", "Dourges", "Roselière", nets=3)
    window = open_window("ringing_places", uid=site)
    press(window, Qt.Key.Key_F)
    type_in(window, "3-4")
    thing(window, "nets.length").setFocus()
    thing(window, "nets.length").selectAll()
    type_in(window, "6")
    press(window, Qt.Key.Key_Return)
    assert nets(db, site) == {"1": 12.0, "2": 12.0, "3": 6.0, "4": 6.0}


def test_a_net_is_taken_away_by_delete_and_comes_back(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac", "Dourges", "Roselière", nets=3)
    window = open_window("ringing_places", uid=site)
    thing(window, "nets.table").setFocus()
    press(window, Qt.Key.Key_End)
    press(window, Qt.Key.Key_Delete)
    assert list(nets(db, site)) == ["1", "2"]
    press(window, Qt.Key.Key_Z, CTRL)
    assert list(nets(db, site)) == ["1", "2", "3"]
    assert [row[0] for row in rows(window, "nets.table")] == ["1", "2", "3"]


def test_net_numbers_that_can_not_be_read_are_said(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac", "Dourges", "Roselière", nets=1)
    window = open_window("ringing_places", uid=site)
    press(window, Qt.Key.Key_F)
    type_in(window, "9-2")
    press(window, Qt.Key.Key_Return)
    assert "9-2" in thing(window, "nets.line").accessibleDescription()
    assert list(nets(db, site)) == ["1"]


def test_a_session_begins_at_the_set_under_the_cursor(open_window: Open, db: Database) -> None:
    site = net_set(db, "Parc", "Avion", "Station 152")
    session(db, net_set(db, "Bac", "Dourges", "Roselière"), "2026-09-05")
    window = open_window("ringing_places", uid=site)
    press(window, Qt.Key.Key_S)
    assert (place(window).code, place(window).params) == ("session", {"site": site})
    assert page(window).page_context == "Parc, Avion · Station 152"


def test_a_deleted_place_comes_back_with_its_nets(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac", "Dourges", "Roselière", nets=2)
    window = open_window("ringing_places")
    press(window, Qt.Key.Key_E)
    assert page(window).page_title == "Bac, Dourges"
    assert window.rail.buttons["banding"].isChecked()
    press(window, Qt.Key.Key_Delete, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert place(window).code == "ringing_places"
    assert records.roots(db, CODE, SITES_GROUP.code) == []
    press(window, Qt.Key.Key_Z, CTRL)
    assert list(nets(db, site)) == ["1", "2"]


def test_a_programme_orders_the_capture_line_and_sets_its_days(open_window: Open, db: Database) -> None:
    window = open_window("ringing_places", section="programmes")
    press(window, Qt.Key.Key_N)
    assert page(window).page_title == "Nouveau programme"
    assert thing(window, "place.programme.min_session_h").placeholderText() == "3 si rien n’est écrit"
    assert thing(window, "place.programme.reference_days").placeholderText() == "18/05, 14/06, 07/07"
    fill(
        window,
        "programme",
        theme="VOIE",
        target="Bruant des roseaux",
        columns="bague, espece, masse, aile, sexe",
        reference_days="1/10, 288",
        max_days_off="10",
    )
    (made,) = records.roots(db, CODE, PROGRAMME.code)
    assert made.data == {
        "theme": "VOIE",
        "target": "Bruant des roseaux",
        "columns": ["ring", "species", "mass_g", "wing_mm", "sex"],
        "reference_days": ["274", "288"],  # 1 October is day 274 of a year of 365 days
        "max_days_off": 10,
    }
    assert rows(window, "ringing.programmes") == [["VOIE · Bruant des roseaux", "", "Bague, Espèce, Masse, Aile, Sexe"]]


def test_a_programme_gives_a_session_its_theme_and_target(open_window: Open, db: Database) -> None:
    net_set(db, "Bac", "Dourges", "Roselière")
    window = open_window("place", protocol=CODE, entity="programme")
    fill(window, "programme", theme="VOIE", target="Bruant des roseaux")
    window.navigate("session")
    thing(window, "session.theme").setFocus()
    type_in(window, "bruant")
    press(window, Qt.Key.Key_Return)
    assert (words(window, "session.theme"), words(window, "session.target")) == ("VOIE", "Bruant des roseaux")


def test_a_cell_that_no_capture_line_has_is_refused_with_the_list(open_window: Open, db: Database) -> None:
    window = open_window("place", protocol=CODE, entity="programme")
    fill(window, "programme", theme="PP", columns="bague, plumage")
    assert place(window).code == "place"
    said = thing(window, "place.programme.columns").accessibleDescription()
    assert said.startswith("« plumage » : écrivez parmi Bague, Espèce")


def test_what_was_typed_of_a_place_is_there_again(open_window: Open, db: Database) -> None:
    uid = net_set(db, "Bac", "Dourges", "Roselière")
    window = open_window("place", protocol=CODE, entity="site", uid=uid)
    thing(window, "place.site.id_prog").setFocus()
    type_in(window, "152")
    window.navigate("ringing_places")
    assert "id_prog" not in stored(db, uid)
    window.navigate("place", protocol=CODE, entity="site", uid=uid)
    assert words(window, "place.site.id_prog") == "152"
