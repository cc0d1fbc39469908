"""A barrier, its buckets and its campaigns: made, changed and kept from being spoilt, by keyboard."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier.schema import BUCKET, CAMPAIGN, CODE, SITE
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.barrier_form import read_day
from fieldapp.ui.barrier.barrier_read import left_out_words, proposed_campaign
from fieldapp.ui.barrier.bucket_numbers import read_buckets
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.widgets import DateEdit
from tests.elsewhere import write_elsewhere
from tests.ui.barrier.barrier_window import (
    LOU,
    Open,
    barrier,
    campaign,
    catch,
    check,
    db,
    open_window,
    people,
    visits,
)
from tests.ui.windows.support import focus, page, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def below(db: Database, site: str, entity: str) -> list[Record]:
    return [one for one in records.undated(db, [site]) if one.entity == entity]


def buckets(db: Database, site: str) -> dict[str, str]:
    return {one.data["bucket"]: one.data["side"] for one in below(db, site, BUCKET.code)}


def put(window: MainWindow, name: str, text: str) -> None:
    edit = thing(window, name)
    edit.setFocus()
    edit.selectAll()
    type_in(window, text)
    press(window, Qt.Key.Key_Tab)


def test_from_an_empty_database_to_the_first_morning_by_keyboard(open_window: Open, db: Database) -> None:
    window = open_window("barrier_sheet", new=True)
    pressed = 0
    assert focus(window).objectName() == "site.site_name"
    for text in ("Mare Jules Ferry", "Vimy", "110"):
        type_in(window, text)
        press(window, Qt.Key.Key_Return)
        pressed += len(text) + 1
    press(window, Qt.Key.Key_Return, CTRL)
    assert focus(window).objectName() == "buckets.line"
    type_in(window, "12")
    assert words(window, "buckets.said") == "Entrée ajoute les seaux 1-12, extérieur."
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return)  # the empty line goes on
    assert focus(window).objectName() == "campaign.opened_on"
    press(window, Qt.Key.Key_Return, CTRL)
    pressed += 6
    (site,) = records.roots(db, CODE, SITE.code)
    assert site.data == {"site_name": "Mare Jules Ferry", "commune": "Vimy", "length_m": 110}
    assert buckets(db, site.uid) == {str(n): "outside" for n in range(1, 13)}
    (made,) = below(db, site.uid, CAMPAIGN.code)
    assert made.data == {"opened_on": "2019-03-18", "closed_on": "2019-06-15"}
    assert (place(window).code, place(window).params) == ("morning", {"site": site.uid, "on": "2019-03-18"})
    assert pressed < 120  # one key a second is two minutes


def test_a_barrier_without_a_commune_is_not_saved_and_says_what_is_missing(open_window: Open, db: Database) -> None:
    window = open_window("barrier_sheet", new=True)
    type_in(window, "Mare")
    press(window, Qt.Key.Key_Return, CTRL)
    assert focus(window).objectName() == "site.commune"
    assert "remplir" in focus(window).accessibleDescription()
    assert records.roots(db, CODE, SITE.code) == []


def test_what_is_typed_waits_as_a_draft(open_window: Open, db: Database) -> None:
    window = open_window("barrier_sheet", new=True)
    type_in(window, "Mare du Parc")
    window.navigate("barrier")
    window.navigate("barrier_sheet", new=True)
    assert thing(window, "site.site_name").text() == "Mare du Parc"
    assert thing(window, "site.restored").isVisible()
    thing(window, "site.restored").button.click()
    assert thing(window, "site.site_name").text() == ""
    assert drafts.keys(db, "record:") == []


def test_a_barrier_is_changed_and_the_change_taken_back(open_window: Open, db: Database) -> None:
    site = barrier(db)
    window = open_window("barrier_sheet", site=site)
    put(window, "site.site_name", "Mare J. Ferry")
    press(window, Qt.Key.Key_Return, CTRL)
    assert page(window).page_title == "Mare J. Ferry"
    press(window, Qt.Key.Key_Z, CTRL)
    assert page(window).page_title == "Mare Jules Ferry"


def test_a_barrier_without_checks_can_be_deleted_one_with_checks_not(open_window: Open, db: Database) -> None:
    people(db)
    site = barrier(db, "Mare Nord")
    kept = barrier(db, "Mare Sud")
    check(db, kept, "2019-03-01")
    window = open_window("barrier_sheet", site=kept)
    assert not thing(window, "barrier_sheet.remove").isVisible()
    window.navigate("barrier_sheet", site=site)
    press(window, Qt.Key.Key_Delete, CTRL | SHIFT)
    assert [one.uid for one in records.roots(db, CODE, SITE.code)] == [kept]
    assert place(window).code == "barrier"
    press(window, Qt.Key.Key_Z, CTRL)
    assert len(records.roots(db, CODE, SITE.code)) == 2
    assert len(buckets(db, site)) == 12


# ---------------------------------------------------------------------------------------------- buckets


@pytest.mark.parametrize(
    ("text", "there", "numbers", "side"),
    [
        ("12 seaux extérieurs", (), [str(n) for n in range(1, 13)], "outside"),
        ("2 seaux int.", ("1", "2"), ["3", "4"], "inside"),
        ("3", ("1", "2", "2bis"), ["3", "4", "5"], ""),
        ("1-4", ("2",), ["1", "3", "4"], ""),
        ("3bis, 10bis intérieur", (), ["3bis", "10bis"], "inside"),
        ("A", (), ["A"], ""),
        ("seaux 5, 6", (), ["5", "6"], ""),
        ("1", (), ["1"], ""),
    ],
)
def test_a_line_makes_many_buckets(text: str, there: tuple[str, ...], numbers: list[str], side: str) -> None:
    wanted = read_buckets(text, there)
    assert (list(wanted.numbers), wanted.side) == (numbers, side)


@pytest.mark.parametrize("text", ["0", "9999", "seaux", "9-2", "?"])
def test_a_line_of_buckets_that_makes_no_sense_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"seau|écrivez"):
        read_buckets(text)


def test_more_buckets_come_after_those_there_on_the_side_that_is_ticked(open_window: Open, db: Database) -> None:
    site = barrier(db, buckets=2)
    window = open_window("barrier_sheet", site=site, section="buckets")
    thing(window, "buckets.side").toggle("inside")
    press(window, Qt.Key.Key_F2)
    type_in(window, "2")
    press(window, Qt.Key.Key_Return)
    assert buckets(db, site) == {"1": "outside", "2": "outside", "3": "inside", "4": "inside"}
    press(window, Qt.Key.Key_Z, CTRL)
    assert list(buckets(db, site)) == ["1", "2"]


def test_a_line_that_can_not_be_read_is_said_and_kept(open_window: Open, db: Database) -> None:
    site = barrier(db, buckets=2)
    window = open_window("barrier_sheet", site=site, section="buckets")
    press(window, Qt.Key.Key_F2)
    type_in(window, "9-2")
    press(window, Qt.Key.Key_Return)
    assert "9-2" in thing(window, "buckets.line").accessibleDescription()
    assert thing(window, "buckets.line").text() == "9-2"
    assert list(buckets(db, site)) == ["1", "2"]


def test_a_bucket_gets_its_place_and_its_days(open_window: Open, db: Database) -> None:
    site = barrier(db, buckets=3)
    window = open_window("barrier_sheet", site=site, section="buckets")
    assert focus(window).objectName() == "buckets.table"
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Return)
    assert focus(window).objectName() == "bucket.bucket"
    put(window, "bucket.position_m", "12,5")
    put(window, "bucket.from_on", "1/2/2019")
    press(window, Qt.Key.Key_Return, CTRL)
    two = next(one for one in below(db, site, BUCKET.code) if one.data["bucket"] == "2")
    assert two.data == {"bucket": "2", "side": "outside", "position_m": 12.5, "from_on": "2019-02-01"}
    assert rows(window, "buckets.table")[0][:4] == ["2", "Extérieur", "12,5 m", "depuis le 01/02/2019"]
    assert focus(window).objectName() == "buckets.table"


def test_two_buckets_with_one_number_are_refused(open_window: Open, db: Database) -> None:
    site = barrier(db, buckets=3)
    window = open_window("barrier_sheet", site=site, section="buckets")
    put(window, "bucket.bucket", "2")
    press(window, Qt.Key.Key_Return, CTRL)
    assert "Il y a déjà un seau 2" in thing(window, "bucket.bucket").accessibleDescription()
    assert list(buckets(db, site)) == ["1", "2", "3"]


def used(db: Database) -> str:
    """Save a barrier with three buckets, the second with two catches."""
    people(db)
    site = barrier(db, buckets=3)
    campaign(db, site, "2019-02-01", "2019-06-15")
    for on in ("2019-02-20", "2019-03-02"):
        catch(db, check(db, site, on, "checked"), bucket="2")
    return site


def counted(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: [row[-1] for row in rows(window, "buckets.table")] == ["0", "2", "0"])


def test_a_bucket_with_catches_stays_and_one_without_goes(open_window: Open, db: Database, qtbot: QtBot) -> None:
    site = used(db)
    window = open_window("barrier_sheet", site=site, section="buckets")
    counted(window, qtbot)
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Delete)
    assert list(buckets(db, site)) == ["1", "2", "3"]
    assert window.notices.banner.text().startswith("Le seau 2 a 2 prises")
    assert focus(window).objectName() == "bucket.until_on"
    thing(window, "buckets.table").setFocus()
    press(window, Qt.Key.Key_End)
    press(window, Qt.Key.Key_Delete)
    assert list(buckets(db, site)) == ["1", "2"]
    press(window, Qt.Key.Key_Z, CTRL)
    assert list(buckets(db, site)) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("bucket", "9", "Le seau 2 a des prises : il garde son numéro. Ajoutez plutôt un autre seau."),
        ("from_on", "21/2/2019", "Ce seau a une prise le 20/02/2019 : il était en place ce jour-là."),
        ("until_on", "1/3/2019", "Ce seau a une prise le 02/03/2019 : il était encore en place ce jour-là."),
    ],
)
def test_a_bucket_keeps_what_its_catches_need(
    open_window: Open, db: Database, qtbot: QtBot, field: str, text: str, said: str
) -> None:
    site = used(db)
    window = open_window("barrier_sheet", site=site, section="buckets")
    counted(window, qtbot)
    press(window, Qt.Key.Key_Down)
    put(window, f"bucket.{field}", text)
    press(window, Qt.Key.Key_Return, CTRL)
    assert thing(window, f"bucket.{field}").accessibleDescription() == said
    stored = next(one for one in below(db, site, BUCKET.code) if one.data["bucket"] == "2")
    assert stored.data == {"bucket": "2", "side": "outside"}


def test_a_bucket_may_go_the_day_after_its_last_catch(open_window: Open, db: Database, qtbot: QtBot) -> None:
    site = used(db)
    window = open_window("barrier_sheet", site=site, section="buckets")
    counted(window, qtbot)
    press(window, Qt.Key.Key_Down)
    put(window, "bucket.until_on", "3/3/2019")
    press(window, Qt.Key.Key_Return, CTRL)
    stored = next(one for one in below(db, site, BUCKET.code) if one.data["bucket"] == "2")
    assert stored.data["until_on"] == "2019-03-03"


# -------------------------------------------------------------------------------------------- campaigns


def test_the_next_campaign_takes_the_days_and_the_leader_of_the_last(open_window: Open, db: Database) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2018-02-03", "2018-06-12", leader=LOU)
    window = open_window("barrier_sheet", site=site, section="campaigns")
    press(window, Qt.Key.Key_F3)
    assert [thing(window, f"campaign.{name}").text() for name in ("opened_on", "closed_on", "leader")] == [
        "03/02/2019", "12/06/2019", "MARTIN Lou",
    ]  # fmt: skip
    press(window, Qt.Key.Key_Return, CTRL)
    assert {one.data["opened_on"] for one in below(db, site, CAMPAIGN.code)} == {"2018-02-03", "2019-02-03"}
    assert place(window).params == {"site": site, "on": "2019-03-18"}


@pytest.mark.parametrize(
    ("last", "today", "proposed"),
    [
        ((), date(2026, 3, 18), ("2026-03-18", "2026-06-15")),
        ((), date(2026, 11, 21), ("2027-02-01", "2027-06-15")),
        ((), date(2026, 6, 1), ("2027-02-01", "2027-06-15")),
        (("2024-02-29", "2024-06-15"), date(2024, 12, 1), ("2025-02-28", "2025-06-15")),
        (("2020-02-01", "2020-06-15"), date(2026, 3, 1), ("2026-02-01", "2026-06-15")),
        (("2025-11-15", "2026-05-31"), date(2026, 9, 1), ("2026-11-15", "2027-05-31")),
    ],
)
def test_the_days_of_a_new_campaign_are_proposed(last: tuple[str, ...], today: date, proposed: tuple[str, str]) -> None:
    before = [Record("a", CODE, "campaign", "site", {"opened_on": last[0], "closed_on": last[1]})] if last else []
    found = proposed_campaign(before, today, "")
    assert (found["opened_on"], found["closed_on"]) == proposed


@pytest.mark.parametrize(
    ("field", "text", "days"), [("closed_on", "10/3/2019", "12/03/2019"), ("opened_on", "3/3/2019", "02/03/2019")]
)
def test_a_campaign_is_not_shortened_past_its_checks_and_says_which(
    open_window: Open, db: Database, field: str, text: str, days: str
) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    for on in ("2019-03-02", "2019-03-12"):
        check(db, site, on)
    window = open_window("barrier_sheet", site=site, section="campaigns")
    put(window, f"campaign.{field}", text)
    press(window, Qt.Key.Key_Return, CTRL)
    said = thing(window, f"campaign.{field}").accessibleDescription()
    assert said == f"1 matin noté serait hors campagne : {days}. La campagne doit le garder."
    (stored,) = below(db, site, CAMPAIGN.code)
    assert stored.data == {"opened_on": "2019-02-01", "closed_on": "2019-06-15"}


def test_a_campaign_is_shortened_where_nothing_is_lost(open_window: Open, db: Database) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    check(db, site, "2019-03-12")
    window = open_window("barrier_sheet", site=site, section="campaigns")
    put(window, "campaign.closed_on", "31/5/2019")
    press(window, Qt.Key.Key_Return, CTRL)
    (stored,) = below(db, site, CAMPAIGN.code)
    assert stored.data["closed_on"] == "2019-05-31"
    assert rows(window, "campaigns.table")[0][:4] == ["2019", "01/02/2019", "31/05/2019", "120"]


def test_a_campaign_that_closes_before_it_opens_is_refused(open_window: Open, db: Database) -> None:
    site = barrier(db)
    window = open_window("barrier_sheet", site=site, section="campaigns")
    put(window, "campaign.closed_on", "1/2/2019")
    press(window, Qt.Key.Key_Return, CTRL)
    assert "avant" in thing(window, "campaign.closed_on").accessibleDescription()
    assert below(db, site, CAMPAIGN.code) == []


def test_a_campaign_with_checks_stays_and_one_without_goes(open_window: Open, db: Database) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2018-02-01", "2018-06-15")
    campaign(db, site, "2019-02-01", "2019-06-15")
    check(db, site, "2019-03-12")
    window = open_window("barrier_sheet", site=site, section="campaigns")
    press(window, Qt.Key.Key_Delete)
    assert len(below(db, site, CAMPAIGN.code)) == 2
    assert window.notices.banner.text().startswith("1 matin noté serait hors campagne : 12/03/2019")
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Delete)
    assert [one.data["opened_on"] for one in below(db, site, CAMPAIGN.code)] == ["2019-02-01"]
    assert list(visits(db, site)) == ["2019-03-12"]


def test_many_checks_are_named_by_the_first_ones() -> None:
    words_ = left_out_words([f"2019-03-{day:02}" for day in range(1, 8)])
    assert words_.startswith("7 matins notés seraient hors campagne : 01/03/2019")
    assert "et 2 autres" in words_


@pytest.mark.parametrize(
    ("typed", "day"),
    [("15/6", "2019-06-15"), ("15 juin", "2019-06-15"), ("1/2/2020", "2020-02-01"), ("15/06/2018", "2018-06-15")],
)
def test_a_day_of_a_campaign_may_lie_ahead(monkeypatch: pytest.MonkeyPatch, typed: str, day: str) -> None:
    monkeypatch.setenv("FIELDAPP_TODAY", "2019-03-18")
    assert read_day(typed) == day


def test_a_day_years_ahead_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDAPP_TODAY", "2019-03-18")
    with pytest.raises(ValueError, match="avenir"):
        read_day("15/6/2102")


def test_in_a_field_the_keys_work_and_the_first_date_is_replaced_by_typing(open_window: Open, db: Database) -> None:
    site = barrier(db)
    window = open_window("barrier_sheet", site=site, section="campaigns", new=True)
    first = thing(window, "campaign.opened_on")
    assert isinstance(first, DateEdit)
    assert focus(window) is first
    assert first.selectedText() == first.text() != ""
    type_in(window, "1/3/2019")
    press(window, Qt.Key.Key_F3)
    assert focus(window) is first
    assert first.text() == "1/3/2019"
    window.navigate("barrier_sheet", site=site, section="buckets")
    thing(window, "bucket.bucket").setFocus()
    press(window, Qt.Key.Key_F2)
    assert focus(window).objectName() == "buckets.line"


def test_the_sections_are_one_key_away(open_window: Open, db: Database, qapp: QApplication) -> None:
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    window = open_window("barrier_sheet", site=site, section="buckets")
    press(window, Qt.Key.Key_3)
    assert focus(window).objectName() == "campaigns.table"
    assert page(window).undo_state() == {"site": site, "section": "campaigns"}
    press(window, Qt.Key.Key_2)
    assert focus(window).objectName() == "buckets.table"
    press(window, Qt.Key.Key_1)
    assert focus(window).objectName() == "site.site_name"


def test_what_a_colleague_wrote_while_the_form_was_open_stays(open_window: Open, db: Database) -> None:
    site = barrier(db)
    window = open_window("barrier_sheet", site=site)
    put(window, "site.site_name", "Mare J. Ferry")
    window.navigate("today")
    write_elsewhere(db, site, comments="clôturée")
    window.navigate("barrier_sheet", site=site)
    press(window, Qt.Key.Key_Return, CTRL)
    stored = records.get(db, site)
    assert stored is not None
    assert (stored.data["site_name"], stored.data["comments"]) == ("Mare J. Ferry", "clôturée")
