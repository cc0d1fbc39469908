"""What the page of a barrier reads and saves of its campaigns, against a database that changes meanwhile."""

from datetime import date
from functools import partial

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.record import make_record
from fieldapp.protocols.pitfall_barrier.schema import CODE, INDIVIDUAL
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database, open_database
from fieldapp.ui.barrier import season_read, season_words
from fieldapp.ui.barrier.board_draft import draft_key
from fieldapp.ui.barrier.season_page import BarrierPage
from fieldapp.ui.barrier.season_read import Means, Overview
from tests.ui.barrier import barrier_window
from tests.ui.barrier.barrier_window import Open, barrier, campaign, catch, check, people, rows_read, visits
from tests.ui.windows.support import page, words

db, open_window = barrier_window.db, barrier_window.open_window

TODAY = date(2019, 3, 18)
UNTOLD = "2019-03-12"


@pytest.fixture
def site(db: Database) -> str:
    """Return a barrier that was looked into each morning of its campaign up to today, but for one."""
    people(db)
    uid = barrier(db)
    campaign(db, uid, "2019-03-10", "2019-06-15")
    for day in (10, 11, 13, 14, 15, 16, 17, 18):
        check(db, uid, f"2019-03-{day}")
    return uid


def shown(db: Database) -> Overview:
    return season_read.overview(db, season_read.barriers(db)[0].campaigns[0], TODAY)


def explained(db: Database, seen: Overview, last: str = UNTOLD) -> tuple[int, int, bool]:
    made, saved = season_read.save_explained(db, seen, UNTOLD, last, "weather", "", "matins")
    return made.told, made.kept, saved is not None


def of_day(db: Database, site: str, on: str) -> list[str]:
    return [one.data["state"] for one in records.children(db, [site]) if one.on_date == on]


def test_mornings_that_wait_as_drafts_are_said_to_be_changed_and_not_counted(db: Database, site: str) -> None:
    for on in ("2019-03-13", UNTOLD):
        drafts.put(db, draft_key(site, on), {})
    seen = shown(db)
    said = {day.on: season_words.state_words(day) for day in seen.days}
    assert said["2019-03-13"] == "relevé, vide, modifié, pas encore enregistré"
    assert (said[UNTOLD], said["2019-03-14"]) == ("commencé", "relevé, vide")
    told = "2 matins commencés ou modifiés ne sont pas encore enregistrés : ils ne comptent pas ici."
    assert season_words.waiting_words(seen) == told
    drafts.drop(db, draft_key(site, UNTOLD))
    told = "1 matin commencé ou modifié n’est pas encore enregistré : il ne compte pas ici."
    assert season_words.waiting_words(shown(db)) == told
    drafts.drop(db, draft_key(site, "2019-03-13"))
    assert season_words.waiting_words(shown(db)) == ""


def test_the_totals_of_the_season_say_that_a_changed_morning_is_not_counted(
    qtbot: QtBot, db: Database, site: str, open_window: Open
) -> None:
    drafts.put(db, draft_key(site, "2019-03-13"), {})
    window = open_window("barrier")
    qtbot.waitUntil(lambda: "à comparer" in words(window, "season.means"), timeout=10_000)
    assert words(window, "season.means").startswith("1 matin commencé ou modifié n’est pas encore enregistré")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2019-02-01", "2019-02-01", "1er février"),
        ("2019-03-01", "2019-03-04", "1er–4 mars · 4 matins"),
        ("2019-02-27", "2019-03-01", "27 février – 1er mars · 3 matins"),
    ],
)
def test_the_first_of_a_month_is_written_as_it_is_said(first: str, last: str, said: str) -> None:
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    assert season_words.run_words(season_read.Run(first, last, days)) == said


def test_a_morning_checked_since_it_was_shown_is_not_told_as_missed_beside(db: Database, site: str) -> None:
    seen = shown(db)
    catch(db, check(db, site, UNTOLD, "checked"), count=5)
    assert explained(db, seen) == (0, 1, False)
    assert of_day(db, site, UNTOLD) == ["checked"]


def test_the_mornings_that_are_still_untold_are_explained(db: Database, site: str) -> None:
    seen = shown(db)
    records.save(db, [visits(db, site)["2019-03-13"].removed()], "relevé")
    assert explained(db, seen, "2019-03-14") == (2, 1, True)
    assert (of_day(db, site, UNTOLD), of_day(db, site, "2019-03-13")) == (["missed"], ["missed"])


def test_of_a_campaign_removed_meanwhile_nothing_is_explained(db: Database, site: str) -> None:
    seen = shown(db)
    records.save(db, [seen.campaign.removed()], "campagne")
    assert explained(db, seen) == (0, 0, False)


def test_the_page_says_that_the_morning_came_meanwhile_and_shows_it(
    qtbot: QtBot, db: Database, site: str, open_window: Open
) -> None:
    window = open_window("barrier")
    check(db, site, UNTOLD, "checked")
    shown_page = page(window)
    assert isinstance(shown_page, BarrierPage)
    shown_page._explained(UNTOLD, UNTOLD, "weather", "")
    assert of_day(db, site, UNTOLD) == ["checked"]
    qtbot.waitUntil(
        lambda: any("aucun n’est à expliquer" in one.text() for one in window.findChildren(QLabel) if one.isVisible())
    )
    again = shown_page._shown
    day = again.day(UNTOLD) if again is not None else None
    assert day is not None
    assert day.state == "checked"


def test_the_average_of_a_barrier_removed_meanwhile_counts_nothing(db: Database, site: str) -> None:
    own = partial(open_database, db.path, protocols.installed())
    campaign(db, site, "2018-03-10", "2018-03-12")
    for day in (10, 11, 12):
        check(db, site, f"2018-03-{day}")
    assert season_read.means(own, site, "2019-03-10", "2019-03-18").years == (2018,)
    records.delete(db, site, "barrière")
    assert season_read.means(own, site, "2019-03-10", "2019-03-18") == Means()
    assert season_read.means(own, "01890a5d-ac96-774b-bcce-b302099a8057", "2019-03-10", "2019-03-18") == Means()


def test_the_barriers_are_read_without_their_individuals(
    db: Database, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    herd = [make_record(CODE, INDIVIDUAL, {"individual_name": f"TC-{n}", "cd_nom": 139}, site) for n in range(400)]
    records.save(db, herd, "individus")
    read = rows_read(monkeypatch)
    [found] = season_read.barriers(db)
    assert sum(read) == 1 + 12 + 1  # the barrier, its buckets, its campaign
    assert {one.entity for one in found.undated} == {"bucket", "campaign"}
