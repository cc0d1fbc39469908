from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from fieldapp.protocols.pop_amphibiens.schema import CODE, SITE
from fieldapp.store import changes, disputes, drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui.forms.links import ChoiceEdit
from fieldapp.ui.forms.position import PositionEdit
from fieldapp.ui.shell import MainWindow
from tests.elsewhere import write_elsewhere
from tests.ui.barrier.few_mornings import Mornings
from tests.ui.windows.support import area, focus, place, press, rows, see, thing, type_in, visit, words

Open = Callable[..., MainWindow]
CTRL = Qt.KeyboardModifier.ControlModifier
DAY = date(2026, 4, 14)


def line(window: MainWindow, name: str) -> QLineEdit:
    found = thing(window, name)
    assert isinstance(found, QLineEdit)
    return found


def status_words(window: MainWindow) -> str:
    found = window.status.findChild(QLabel, "status.saved")
    assert isinstance(found, QLabel)
    return found.text()


def only(db: Database, entity: str, parent: str | None = None) -> Any:
    found = records.children(db, [parent]) if parent else records.roots(db, CODE, entity)
    (record,) = [record for record in found if record.entity == entity]
    return record


def test_from_an_empty_start_to_a_pond_that_is_occupied_by_keyboard_alone(open_window: Open, db: Database) -> None:
    window = open_window(DAY)
    press(window, Qt.Key.Key_2)
    type_in(window, "Terrils du 11/19")
    press(window, Qt.Key.Key_Tab)
    type_in(window, "mines")
    press(window, Qt.Key.Key_Tab)
    type_in(window, "BOIS Alex")
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return, CTRL)
    group = only(db, "sites_group")
    assert group.data["categories_paysageres"] == "CATEGORIE_PAYSAGERE_4"
    assert group.data["years_between"] == 2
    assert place(window).code == "round"

    press(window, Qt.Key.Key_N)
    type_in(window, "mare 01")
    press(window, Qt.Key.Key_Tab)
    type_in(window, "mare <")
    press(window, Qt.Key.Key_Tab)
    type_in(window, "50.4573, 2.7856")
    press(window, Qt.Key.Key_Return, CTRL)
    site = only(db, "site", group.uid)
    assert site.data == {
        "base_site_name": "mare 01",
        "milieu_aquatique": "MILIEU_AQUATIQUE_7",
        "latitude": 50.4573,
        "longitude": 2.7856,
    }
    assert rows(window, "round.table") == [["mare 01", "todo|", "", "", "", ""]]

    see(db, visit(db, site.uid, "2026-04-14", 2), 459628)
    press(window, Qt.Key.Key_2)
    assert rows(window, "round.table")[0][:4] == ["mare 01", "occupied|", "Crapaud calamite", "14/04 21:02"]


def test_a_pond_without_a_name_is_not_saved_and_says_so(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    press(window, Qt.Key.Key_Return, CTRL)
    assert records.children(db, [group]) == []
    assert focus(window).objectName() == "place.site.base_site_name"
    assert line(window, "place.site.base_site_name").property("problem") == "warning"
    assert line(window, "place.site.position").accessibleDescription() == "Position : à remplir."


def test_a_pond_may_be_completed_later(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_N)
    type_in(window, "mare 02")
    press(window, Qt.Key.Key_Return, CTRL)
    assert only(db, "site", group).data == {"base_site_name": "mare 02"}
    assert window.notices.banner.text() == "mare 02 : enregistré. Il manque : milieu aquatique, position."


def test_what_was_typed_comes_back_after_leaving_the_page(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_N)
    type_in(window, "mare 0")
    press(window, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_Tab)
    type_in(window, "50.45 N")
    press(window, Qt.Key.Key_Escape)
    assert place(window).code == "round"
    assert records.children(db, [group]) == []

    press(window, Qt.Key.Key_N)
    assert line(window, "place.site.base_site_name").text() == "mare 0"
    assert line(window, "place.site.position").text() == "50.45 N"
    type_in(window, "3")
    press(window, Qt.Key.Key_Return, CTRL)
    assert records.children(db, [group]) == []  # the position can't be read: it is said, and nothing is lost
    line(window, "place.site.position").clear()
    type_in(window, "50.45, 2.78")
    press(window, Qt.Key.Key_Return, CTRL)
    assert only(db, "site", group).data["base_site_name"] == "mare 03"
    assert drafts.keys(db) == []


def test_a_draft_is_on_the_disk_with_the_first_key(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    assert drafts.keys(db) == []
    type_in(window, "m")
    (key,) = drafts.keys(db)
    assert (drafts.get(db, key) or {})["values"] == {"base_site_name": "m"}


@pytest.mark.parametrize(
    "pasted",
    [
        "50.4573, 2.7856",
        "POINT(2.7856 50.4573)",
        "50°27'26.28\"N 2°47'08.16\"E",
        "https://www.openstreetmap.org/?mlat=50.4573&mlon=2.7856#map=17/50.4573/2.7856",
        "geo:50.4573,2.7856",
    ],
)
def test_a_position_is_taken_in_any_usual_form(open_window: Open, db: Database, pasted: str) -> None:
    group, _sites = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    type_in(window, "mare 09")
    at = line(window, "place.site.position")
    at.setFocus()
    QApplication.clipboard().setText(pasted)
    press(window, Qt.Key.Key_V, CTRL)
    press(window, Qt.Key.Key_Tab)
    # mare 01 lies at 50.451 N, 2.78 E: 701 m south and 397 m west, 804.9 m away
    assert words(window, "place.distances").replace("\u00a0", " ") == "mare 01 à 800 m"
    press(window, Qt.Key.Key_Return, CTRL)
    made = next(record for record in records.children(db, [group]) if record.data["base_site_name"] == "mare 09")
    assert (made.data["latitude"], made.data["longitude"]) == (pytest.approx(50.4573), pytest.approx(2.7856))


def test_here_without_a_position_source_says_the_way_out(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    monkeypatch.setattr("fieldapp.ui.forms.position.Locator._find_source", lambda _locator: None)
    press(window, Qt.Key.Key_F4)
    at = line(window, "place.site.position")
    assert isinstance(at, PositionEdit)
    assert "Lisez la position sur votre téléphone" in at.accessibleDescription()
    assert focus(window) is at


def test_editing_keeps_the_history_and_can_be_undone(open_window: Open, db: Database) -> None:
    group, (site,) = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_E)
    press(window, Qt.Key.Key_End)
    type_in(window, " bis")
    press(window, Qt.Key.Key_Return, CTRL)
    assert rows(window, "round.table")[0][0] == "mare 01 bis"
    last = changes.history(db, site)[-1]
    assert (last.before, last.after) == ({"base_site_name": "mare 01"}, {"base_site_name": "mare 01 bis"})
    press(window, Qt.Key.Key_Z, CTRL)
    assert rows(window, "round.table")[0][0] == "mare 01"


def test_a_name_that_the_shf_knows_is_not_changed_unsaid(open_window: Open, season_2020: Database) -> None:
    group = next(
        record
        for record in records.roots(season_2020, CODE, "sites_group")
        if "11/19" in record.data["sites_group_name"]
    )
    window = open_window(date(2020, 5, 2), "place", protocol=CODE, entity="sites_group", uid=group.uid)
    name = line(window, "place.sites_group.sites_group_name")
    assert name.accessibleDescription() == ""
    press(window, Qt.Key.Key_End)
    type_in(window, "x")
    assert name.accessibleDescription().endswith("prévenez la SHF.")
    press(window, Qt.Key.Key_Backspace)
    assert name.accessibleDescription() == ""


def test_an_aire_switches_on_local_fields_and_its_ponds_ask_for_them(open_window: Open, db: Database) -> None:
    group, (site,) = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "place", protocol=CODE, entity="sites_group", uid=group)
    box = thing(window, "place.sites_group.local_fields.variation_eau")
    box.setFocus()
    press(window, Qt.Key.Key_Space)
    press(window, Qt.Key.Key_Return, CTRL)
    stored = records.get(db, group)
    assert stored is not None
    assert stored.data["local_fields"] == ["variation_eau"]
    window.navigate("place", protocol=CODE, entity="site", uid=site)
    assert line(window, "place.site.variation_eau").isVisible()
    assert not line(window, "place.site.courant").isVisible()


def test_tab_follows_the_form_from_the_name_to_the_button(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    passed = [focus(window).objectName()]
    for _step in range(9):
        press(window, Qt.Key.Key_Tab)
        passed.append(focus(window).objectName())
    names = ("base_site_name", "milieu_aquatique", "position", "base_site_description", "first_use_date")
    assert passed[:5] == [f"place.site.{name}" for name in names]
    assert passed[8:9] == ["place.save"]


def test_a_second_pond_of_the_same_name_is_said_while_typing_and_after_saving(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=3)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_N)
    type_in(window, "Mare_01")  # the SHF file does not tell it from "mare 01"
    name = line(window, "place.site.base_site_name")
    said = "Une autre mare de l’aire porte déjà ce nom : changez l’un des deux."
    assert name.accessibleDescription() == said
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "round"
    assert said in window.notices.banner.text()


def test_the_same_name_in_another_aire_is_no_matter(open_window: Open, db: Database) -> None:
    area(db, "Terrils", ponds=3)
    group, _sites = area(db, "Marais", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    type_in(window, "mare 01")
    assert line(window, "place.site.base_site_name").accessibleDescription() == ""


def test_a_pond_far_from_the_others_is_asked_about(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=3)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    at = line(window, "place.site.position")
    at.setFocus()
    type_in(window, "51.00, 2.78")  # 0.547 degrees of latitude north of mare 03: 61 km
    press(window, Qt.Key.Key_Tab)
    assert at.accessibleDescription() == "À 61 km de la mare la plus proche de l’aire : vérifiez la position."


def test_an_aire_says_that_it_has_too_few_ponds_and_a_new_one_does_not(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=2)
    window = open_window(DAY, "place", protocol=CODE, entity="sites_group", uid=group)
    whole = thing(window, "place.sites_group.whole")
    assert whole.text() == "2 mares dans l’aire : le protocole en demande au moins 3."
    assert whole.isVisible()
    window.navigate("place", protocol=CODE, entity="sites_group")
    assert not whole.isVisible()
    type_in(window, "TERRILS")
    assert "porte déjà ce nom" in line(window, "place.sites_group.sites_group_name").accessibleDescription()


def test_the_years_of_an_aire_without_any_are_the_ones_in_effect(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=3)
    window = open_window(DAY, "place", protocol=CODE, entity="sites_group", uid=group)
    years = line(window, "place.sites_group.years_between")
    assert years.text() == ""
    assert years.placeholderText() == "2 si rien n’est écrit"


# ------------------------------------------------------------------------------------ used for the first time


def test_enter_on_an_untouched_choice_chooses_nothing_and_goes_on(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    type_in(window, "mare 01")
    press(window, Qt.Key.Key_Return)
    choice = line(window, "place.site.milieu_aquatique")
    assert isinstance(choice, ChoiceEdit)
    assert focus(window) is choice
    assert choice.is_open()
    assert choice.current() is None
    press(window, Qt.Key.Key_Return)
    assert focus(window).objectName() == "place.site.position"
    assert (choice.text(), choice.value()) == ("", None)


def test_an_arrow_or_a_letter_says_which_choice_enter_takes(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    press(window, Qt.Key.Key_Tab)
    choice = line(window, "place.site.milieu_aquatique")
    assert isinstance(choice, ChoiceEdit)
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Return)
    assert choice.value() == SITE.by_name["milieu_aquatique"].choices[0].code
    assert focus(window).objectName() == "place.site.position"
    choice.setFocus()
    press(window, Qt.Key.Key_Backspace)
    press(window, Qt.Key.Key_Return)
    assert choice.value() is None  # an emptied line is no code, not the first one
    choice.setFocus()
    type_in(window, "mare <")
    press(window, Qt.Key.Key_Return)
    assert choice.value() == "MILIEU_AQUATIQUE_7"
    choice.setFocus()
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Return)
    assert choice.value() == "MILIEU_AQUATIQUE_7"  # looking at the list changes nothing


def test_the_codes_of_the_other_ponds_of_the_aire_come_first(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils", ponds=3)
    for uid, code in zip(sites, ("MILIEU_AQUATIQUE_5", "MILIEU_AQUATIQUE_7", "MILIEU_AQUATIQUE_7"), strict=True):
        pond = records.get(db, uid)
        assert pond is not None
        records.save(db, [replace(pond, data={**pond.data, "milieu_aquatique": code})], "milieu")
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    press(window, Qt.Key.Key_Tab)
    choice = line(window, "place.site.milieu_aquatique")
    assert isinstance(choice, ChoiceEdit)
    assert [row.key for row in choice.rows()][:2] == ["MILIEU_AQUATIQUE_7", "MILIEU_AQUATIQUE_5"]
    assert len(choice.rows()) == sum(item.offered for item in SITE.by_name["milieu_aquatique"].choices)


def test_enter_goes_from_line_to_line_and_at_last_to_the_button(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    passed = [focus(window).objectName().removeprefix("place.site.")]
    for _step in range(3):
        press(window, Qt.Key.Key_Return)
        passed.append(focus(window).objectName().removeprefix("place.site."))
    assert passed == ["base_site_name", "milieu_aquatique", "position", "base_site_description"]
    assert records.children(db, [group]) == []
    assert drafts.keys(db) == []
    form = thing(window, "place.site")
    [editor for editor in form.order() if editor.isVisible()][-1].setFocus()
    press(window, Qt.Key.Key_Return)
    assert focus(window).objectName() == "place.save"


def test_enter_stays_in_a_position_that_cant_be_read(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "place", protocol=CODE, entity="site", parent=group)
    at = line(window, "place.site.position")
    at.setFocus()
    type_in(window, "50.45 N")
    press(window, Qt.Key.Key_Return)
    assert focus(window) is at
    assert at.selectedText() == "50.45 N"


def test_an_aire_saved_with_something_missing_says_what_and_leads_back(open_window: Open, db: Database) -> None:
    window = open_window(DAY, "place", protocol=CODE, entity="sites_group")
    type_in(window, "Terrils")
    press(window, Qt.Key.Key_Return, CTRL)
    group = only(db, "sites_group")
    assert place(window).code == "round"
    assert window.notices.banner.text().startswith("Terrils : enregistré. Il manque : habitat principal")
    assert window.notices.banner.button.text() == "Compléter"
    press(window, Qt.Key.Key_C)
    assert place(window).code == "place"
    assert place(window).params["uid"] == group.uid
    habitat = line(window, "place.sites_group.categories_paysageres")
    assert focus(window) is habitat
    assert habitat.property("problem") == "warning"
    assert drafts.keys(db) == []


def test_a_form_opened_and_left_untouched_leaves_no_draft(open_window: Open, db: Database) -> None:
    group, (site,) = area(db, "Terrils", ponds=1)
    pond = records.get(db, site)
    assert pond is not None
    data = {**pond.data, "longitude": 2.78123456789, "latitude": 50.45987654321, "base_site_description": "au  nord"}
    records.save(db, [replace(pond, data=data)], "position")
    for entity, uid in (("site", site), ("sites_group", group)):
        window = open_window(DAY, "place", protocol=CODE, entity=entity, uid=uid)
        for _step in range(12):
            press(window, Qt.Key.Key_Tab)
        assert drafts.keys(db) == []
        assert "Brouillon" not in status_words(window)


def test_what_is_typed_and_taken_back_leaves_no_draft(open_window: Open, db: Database) -> None:
    _group, (site,) = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "place", protocol=CODE, entity="site", uid=site)
    press(window, Qt.Key.Key_End)
    type_in(window, "x")
    assert len(drafts.keys(db)) == 1
    press(window, Qt.Key.Key_Backspace)
    assert drafts.keys(db) == []
    assert "Enregistré" in status_words(window)


def test_a_form_that_was_begun_marks_its_line(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=2)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert [row[2] for row in rows(window, "round.table")] == ["", ""]
    press(window, Qt.Key.Key_E)
    type_in(window, "mare 01 bis")
    press(window, Qt.Key.Key_Escape)
    assert [row[2] for row in rows(window, "round.table")] == ["◐ fiche à finir", ""]
    press(window, Qt.Key.Key_N)
    type_in(window, "mare 03")
    press(window, Qt.Key.Key_Escape)
    assert words(window, "round.new") == "◐ Nouvelle mare"
    window.navigate("places")
    assert rows(window, "places.table")[0][0] == "Terrils · ◐ fiche à finir"
    assert words(window, "places.new") == "Nouvelle aire"


def test_the_button_of_a_deletion_takes_back_that_deletion(open_window: Open, db: Database) -> None:
    group, (site, other) = area(db, "Terrils", ponds=2)
    window = open_window(DAY, "place", protocol=CODE, entity="site", uid=site, parent=group)
    thing(window, "place.delete").click()
    pond = records.get(db, other)
    assert pond is not None
    records.save(db, [replace(pond, data={**pond.data, "base_site_name": "autre"})], "later")
    window.notices.banner.button.click()
    assert {str(one.data["base_site_name"]) for one in records.children(db, [group])} == {"mare 01", "autre"}


def test_a_part_of_a_barrier_lights_its_entry_and_when_deleted_leads_back_to_its_sheet(
    open_window: Open, db: Database
) -> None:
    here = Mornings(db)
    bucket = here.buckets[0]
    window = open_window(DAY, "place", protocol="pitfall_barrier", entity="bucket", uid=bucket.uid)
    assert window.rail.buttons["barrier"].isChecked()
    thing(window, "place.delete").click()
    window.notices.banner.button.click()  # taken back: the page that lists it
    found = window.place()
    assert found is not None
    assert (found.code, found.params) == ("barrier_sheet", {"site": here.site.uid})
    assert records.get(db, bucket.uid) == bucket


def test_an_individual_with_captures_is_not_deleted_and_one_without_is(open_window: Open, db: Database) -> None:
    here = Mornings(db)
    page = {"protocol": "pitfall_barrier", "entity": "individual"}
    window = open_window(DAY, "place", uid=here.newt.uid, **page)
    press(window, Qt.Key.Key_Delete, CTRL | Qt.KeyboardModifier.ShiftModifier)
    said = window.notices.banner.text()
    assert said.startswith("TC-013 a encore 2 captures : il ne peut pas être supprimé.")
    found = window.place()
    assert found is not None
    assert (found.code, found.params["uid"]) == ("place", here.newt.uid)
    assert records.get(db, here.newt.uid) == here.newt
    records.save(db, [here.before.removed()], "une capture de moins")
    press(window, Qt.Key.Key_Delete, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert "TC-013 a encore 1 capture :" in window.notices.banner.text()
    window.navigate("place", uid=here.other.uid, **page)
    press(window, Qt.Key.Key_Delete, CTRL | Qt.KeyboardModifier.ShiftModifier)
    gone = records.get(db, here.other.uid)
    assert gone is None or gone.deleted


def test_what_a_colleague_wrote_while_the_form_was_open_stays(open_window: Open, db: Database) -> None:
    _group, (site,) = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "place", protocol=CODE, entity="site", uid=site)
    press(window, Qt.Key.Key_End)
    type_in(window, " bis")
    write_elsewhere(db, site, comments="clôturée")
    press(window, Qt.Key.Key_Return, CTRL)
    stored = records.get(db, site)
    assert stored is not None
    assert (stored.data["base_site_name"], stored.data["comments"]) == ("mare 01 bis", "clôturée")


def test_what_a_colleague_wrote_after_a_form_was_begun_stays_when_it_is_taken_up(
    open_window: Open, db: Database
) -> None:
    _group, (site,) = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "place", protocol=CODE, entity="site", uid=site)
    press(window, Qt.Key.Key_End)
    type_in(window, " bis")
    window.navigate("today")
    write_elsewhere(db, site, comments="clôturée", base_site_name="mare 1")
    window.navigate("place", protocol=CODE, entity="site", uid=site)
    press(window, Qt.Key.Key_Return, CTRL)
    stored = records.get(db, site)
    assert stored is not None
    assert stored.data["comments"] == "clôturée"
    [dispute] = disputes.opened(db)
    assert {version.value for version in dispute.versions} == {"mare 1", "mare 01 bis"}
