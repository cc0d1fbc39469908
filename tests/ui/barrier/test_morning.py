"""The page of a morning, worked through the real window: kept, stored, corrected, left and taken up again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.protocols.pitfall_barrier.schema import CODE, INDIVIDUAL, PHOTO
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.board_draft import mornings_begun
from fieldapp.ui.widgets import ActionButton, Banner
from tests.ui.barrier import barrier_window, typist
from tests.ui.barrier.barrier_window import LOU, barrier, campaign, catch, check, people
from tests.ui.barrier.typist import ON, TOAD, YESTERDAY, Sit, Typist, seated
from tests.ui.windows.conftest import Blank

db, open_window, sit = typist.db, typist.open_window, typist.sit


# ---------------------------------------------------------------------------------------------------- the morning


def test_an_untouched_morning_is_not_stored_as_empty(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("Ctrl+Enter")
    assert person.visit() is None
    assert "V pour « tout vide »" in person.label("morning.hint")


def test_a_missed_morning_takes_its_reason_by_one_key(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("n")
    assert person.find(QWidget, "morning.reasons").isVisible()
    person.keys("3")
    visit = person.visit()
    assert visit is not None
    assert (visit.data["state"], visit.data["reason"], "observers" in visit.data) == ("missed", "frozen", False)
    assert not person.find(QWidget, "morning.reasons").isVisible()


def test_another_reason_asks_for_a_remark_first(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("n 6")
    assert person.visit() is None
    person.write("confinement")
    person.keys("Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert (visit.data["reason"], visit.data["comments"]) == ("other", "confinement")


def test_who_looked_carries_over_a_missed_morning(db: Database, sit: Sit) -> None:
    person = seated(db, sit, on=YESTERDAY)
    person.keys("PgUp n 1 PgDown PgDown v Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert visit.data["observers"] == [LOU]


def test_escape_leaves_the_reasons(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("n Esc v Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert visit.data["state"] == "empty"


def test_a_missed_morning_without_a_reason_is_asked_for_it(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    check(db, site, YESTERDAY, "missed")
    person = sit(on=YESTERDAY)
    button, again = (person.find(ActionButton, name) for name in ("morning.missed", "morning.reason.again"))
    assert button.text() == "Non relevé : pourquoi ?"
    person.keys("n")
    assert again.isVisible()
    person.keys("Esc n 3")
    visit = person.visit(YESTERDAY)
    assert visit is not None
    assert visit.data["reason"] == "frozen"
    assert button.text() == "Remettre à relever"
    assert person.label("morning.totals").startswith("⊘ Non relevé : ")
    person.keys("n")
    assert (button.text(), person.label("morning.totals")) == ("Non relevé", "Rien de noté encore")
    person.keys("Ctrl+Z n")
    assert not person.find(QWidget, "morning.reasons").isVisible()


def test_a_missed_morning_without_a_reason_is_to_be_looked_into_again(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    check(db, site, YESTERDAY, "missed")
    person = sit(on=YESTERDAY)
    person.keys("n n v Ctrl+Enter")
    visit = person.visit(YESTERDAY)
    assert visit is not None
    assert visit.data["state"] == "empty"


def test_buckets_closed_yesterday_are_proposed_and_f8_opens_them(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    check(db, site, YESTERDAY, closed_buckets=["5", "6"])
    person = sit()
    assert person.tile("5") == "Seau 5 : fermé"
    assert person.page.body.board.tile("5").aside.text() == "fermé, comme la veille"
    assert not drafts.keys(db, "morning:")
    person.keys("6 F8 4 F8 v Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert visit.data["closed_buckets"] == ["4", "5"]


def test_h_shows_the_morning_before_and_hides_it(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    catch(db, check(db, site, YESTERDAY, "checked"), count=3, bucket="4", sex="3")
    person = sit()
    before = person.page.body.board.tile("4").before
    assert not before.isVisible()
    person.keys("h")
    assert before.isVisible()
    assert before.text() == "hier : 3 ♂ Crapaud commun"
    person.keys("h")
    assert not before.isVisible()
    assert not drafts.keys(db, "morning:")


def test_a_saved_morning_is_corrected_and_keeps_its_uids(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m Right f Right p m Ctrl+Enter")
    first = {one.data["bucket"]: one.uid for one in person.catches()}
    person.keys("PgUp PgDown")
    assert person.tile("2") == "Seau 2 : 1 ♀ Crapaud commun"
    person.keys("+ 2 - Ctrl+Enter")
    assert {one.data["bucket"]: (one.uid, one.data["count"]) for one in person.catches()} == {
        "1": (first["1"], 2),
        "3": (first["3"], 1),
    }
    gone = records.get(db, first["2"])
    assert gone is not None
    assert gone.deleted


def test_what_is_typed_waits_as_a_draft_from_the_first_key(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m 4 F8 F5")
    person.write("6,x")
    assert mornings_begun(db, records.roots(db, CODE, "site")[0].uid) == [ON]
    person.window.navigate("data")
    person.window.navigate("morning")
    assert person.tile("1") == "Seau 1 : 1 ♂ Crapaud commun"
    assert person.tile("4") == "Seau 4 : fermé"
    assert person.find(QLineEdit, "morning.night_min_c").text() == "6,x"
    assert person.visit() is None
    person.keys("Ctrl+Enter")
    assert person.visit() is None
    assert "6,x" in person.label("morning.said")
    assert person.find(QLineEdit, "morning.night_min_c").hasFocus()
    person.write("6,5")
    person.keys("Ctrl+Enter")
    assert person.told() == [("1", TOAD, "3", 1, False)]
    assert not drafts.keys(db, "morning:")


def test_an_impossible_temperature_keeps_the_morning_unsaved(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("F5")
    person.write("71")
    person.keys("Enter")
    assert "71" in person.label("morning.said")
    person.keys("Esc v Ctrl+Enter")
    assert person.visit() is None
    assert "71" in person.label("morning.said")
    assert person.find(QLineEdit, "morning.night_min_c").hasFocus()
    person.write("7,1")
    person.keys("Ctrl+Enter")
    assert person.visit() is not None


def test_a_warning_is_said_beside_its_bucket_and_confirmed(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m s")
    banner = person.find(Banner, "morning.banner")
    assert banner.isVisible()
    assert banner.text().startswith("Seau 1 : ")
    assert person.page.body.board.tile("1").problem.text() == "à vérifier"
    person.keys("F12")
    assert not banner.isVisible()
    person.keys("Ctrl+Enter")
    assert person.catches()[0].data["confirmed"] == ["out_of_outer_bucket"]


def test_a_warning_of_a_stored_morning_is_confirmed_for_good(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m s Ctrl+Enter F12")
    assert person.catches()[0].data["confirmed"] == ["out_of_outer_bucket"]
    assert person.label("morning.saved").startswith("● Enregistré")


def test_a_morning_to_come_is_not_opened(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("PgDown")
    assert person.page.undo_state()["on"] == ON


def test_the_day_is_typed_too(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("F3")
    person.write("12/3")
    person.keys("Enter")
    assert person.page.undo_state()["on"] == "2019-03-12"
    assert person.page.page_context == "Vimy · campagne 2019, 40e matin"


# ------------------------------------------------------------------------------------------------ half an observer


def test_a_half_typed_observer_keeps_the_morning_unsaved_until_it_is_somebody_or_gone(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m F7")
    person.write("Durand Zo")
    person.keys("Ctrl+Enter")
    assert person.visit() is None
    assert "Durand Zo" in person.label("morning.said")
    assert person.find(QLineEdit, "morning.observers.line").hasFocus()
    person.write("e")
    person.keys("Enter")
    assert not person.find(QLabel, "morning.said").isVisible()
    person.keys("Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert len(visit.data["observers"]) == 2


def test_a_half_typed_observer_waits_in_the_draft_of_its_own_morning(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    line = person.find(QLineEdit, "morning.observers.line")
    person.keys("F7")
    person.write("Zo")
    person.keys("Esc")
    person.keys("PgUp")
    assert line.text() == ""
    person.window.navigate("data")
    person.window.navigate("morning", on=ON)
    assert line.text() == "Zo"
    assert line.isVisible()
    person.keys("F7 Back")
    assert not drafts.keys(db, "morning:")
    person.keys("Esc v Ctrl+Enter")
    assert person.visit() is not None


# -------------------------------------------------------------------------------------------- the panel once more


def test_the_panel_is_full_after_going_to_another_year_and_back_at_once(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    for year in (2018, 2019):
        campaign(db, site, f"{year}-02-01", f"{year}-06-15")
        catch(db, check(db, site, f"{year}-03-10", "checked"), count=7, sex="2")
    person = sit()
    person.qtbot.waitUntil(lambda: person.page.body.seasons is not None)
    person.idle()
    person.page.head.day_wanted.emit("2018-03-05")
    person.page.head.day_wanted.emit(ON)
    assert person.page.body.seasons is not None
    assert not person.page.body.loading
    assert person.page.body.seasons.year == 2019


# ------------------------------------------------------------------------------------------------------ the panel


def test_the_panel_tells_the_season_of_the_species_in_hand(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2018-02-01", "2018-06-15")
    campaign(db, site, "2019-02-01", "2019-06-15")
    for day in range(1, 32):
        visit = check(db, site, f"2018-03-{day:02}", "checked" if day in (5, 9, 20) else "empty")
        if day in (5, 9, 20):
            catch(db, visit, count=2, sex="3")
    catch(db, check(db, site, "2019-03-10", "checked"), count=7, sex="2")
    person = sit()
    person.qtbot.waitUntil(lambda: person.page.body.seasons is not None)
    person.keys("c 4 m")
    assert person.label("board.panel.night") == "4"
    assert person.label("board.panel.year") == "11"
    curve = person.find(QWidget, "board.panel.curve")
    assert curve.isVisible()
    assert curve.accessibleDescription() == "2019 : 7 au 10 mars"  # one season before: a count, no share
    assert "Les parts en % viendront avec d’autres saisons complètes." in person.label("board.panel.why")


def test_what_came_later_is_not_counted_on_an_older_morning_nor_what_went_out(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    for day, count in ((9, 3), (10, 7), (11, 20)):
        visit = check(db, site, f"2019-03-{day:02}", "checked")
        catch(db, visit, count=count)
        catch(db, visit, count=50, direction="out", bucket="2")
    person = sit(on="2019-03-10")
    person.qtbot.waitUntil(lambda: person.page.body.seasons is not None)
    assert (person.label("board.panel.night"), person.label("board.panel.year")) == ("7", "10")


def test_opening_reads_one_campaign_only(db: Database, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    site = barrier_window.sample(db, range(2005, 2020), until=YESTERDAY)
    person = sit(on="2019-03-10")
    person.qtbot.waitUntil(lambda: person.page.body.seasons is not None, timeout=20_000)
    found = barrier_window.rows_read(monkeypatch)
    person.page.open(site=site, on=ON)
    assert 0 < sum(found) < 300


# ------------------------------------------------------------------------------------- individuals and their photos


def test_the_individual_of_a_newt_is_made_in_place(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("k m F9")
    person.keys("+")
    person.idle()
    person.keys("Ctrl+Enter")
    made = next(
        one for one in records.undated(db, [records.roots(db, CODE, "site")[0].uid]) if one.entity == INDIVIDUAL.code
    )
    assert person.catches()[0].data["individual"] == made.uid
    assert made.data["sex"] == "3"
    name = made.data["individual_name"]
    assert any(getattr(badge, "text", "") == name for badge in person.page.body.board.tile("1").findChildren(QWidget))


def test_only_species_told_apart_by_photo_have_individuals(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m F9")
    assert "Crapaud commun" in person.label("morning.hint")
    assert not person.page.asking.extra.is_open


def test_photos_are_stored_with_the_morning_and_go_with_their_catch(db: Database, sit: Sit, tmp_path: Path) -> None:
    picture = tmp_path / "ventre.png"
    QImage(40, 30, QImage.Format.Format_RGB32).save(str(picture))
    person = seated(db, sit)
    person.keys("k m F10")
    person.page.asking.extra.strip.add_files([picture])
    person.idle()
    person.keys("Esc Ctrl+Enter")
    catch_uid = person.catches()[0].uid
    photos = [one for one in records.children(db, [catch_uid]) if one.entity == PHOTO.code]
    assert [one.data["file_name"] for one in photos] == ["ventre.png"]
    person.keys("- Ctrl+Enter")
    person.keys("v Ctrl+Enter")
    assert person.catches() == []
    left = records.get(db, photos[0].uid)
    assert left is not None
    assert left.deleted


# --------------------------------------------------------------------------------------------------- nothing there


def test_without_a_barrier_one_key_makes_it(
    db: Database, open_window: barrier_window.Open, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(barrier_window, "REAL", {"morning"})
    window = open_window("morning")
    person = Typist(qtbot, window, db)
    assert person.find(QWidget, "morning.nothing").isVisible()
    person.keys("Enter")
    shown = window.page()
    assert isinstance(shown, Blank)
    assert shown.opened == [{"new": True}]


@pytest.mark.parametrize(("buckets", "opened_on"), [(0, "2019-02-01"), (12, "2019-04-01")])
def test_without_buckets_or_campaign_one_key_leads_to_the_barrier(
    db: Database, sit: Sit, buckets: int, opened_on: str
) -> None:
    people(db)
    site = barrier(db, buckets=buckets)
    campaign(db, site, opened_on, "2019-06-15")
    person = sit()
    assert person.find(QWidget, "morning.nothing").isVisible()
    person.keys("Enter")
    shown = person.window.page()
    assert isinstance(shown, Blank)
    assert shown.opened == [{"site": site}]


def test_several_barriers_are_chosen_on_their_page(db: Database, sit: Sit) -> None:
    people(db)
    for name in ("Mare Jules Ferry", "Mare du Bois"):
        campaign(db, barrier(db, name), "2019-02-01", "2019-06-15")
    person = sit()
    place = person.window.place()
    assert place is not None
    assert place.code == "barrier"


def test_a_stored_morning_leads_to_its_season(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("v Ctrl+Enter Ctrl+Enter")
    place = person.window.place()
    assert place is not None
    assert place.code == "barrier"
