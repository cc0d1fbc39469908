"""The page of a barrier: its campaign morning by morning, the next step, and the mornings that nobody explained."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core import paths
from fieldapp.protocols.pitfall_barrier.campaign import MorningState
from fieldapp.store import changes, drafts, records
from fieldapp.store.connection import Database, open_database
from fieldapp.ui import theme
from fieldapp.ui.barrier import season_doubts, season_read
from fieldapp.ui.barrier.board_draft import draft_key
from fieldapp.ui.barrier.season_strip import LOOKS, Cell
from fieldapp.ui.shell import MainWindow
from tests.ui.barrier.barrier_window import (
    Open,
    barrier,
    campaign,
    catch,
    check,
    db,
    open_window,
    people,
    rows_read,
    sample,
    sample_rows,
    visits,
)
from tests.ui.windows.support import focus, page, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def season(db: Database, *missing: str) -> str:
    """Save a campaign from 1 March 2019 with an empty check each morning until yesterday, but for those missing."""
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-03-01", "2019-04-30")
    for day in range(1, 18):
        on = f"2019-03-{day:02}"
        if on not in missing:
            check(db, site, on)
    return site


def state(window: MainWindow, on: str) -> MorningState | None:
    cells: Sequence[Cell] = thing(window, "barrier.strip")._cells
    return next((cell.state for cell in cells if cell.on == on), None)


def is_shown(window: MainWindow, name: str) -> bool:
    found = page(window).findChild(QWidget, name)
    return found is not None and found.isVisible()


def test_the_relevé_of_this_morning_is_one_key_away(open_window: Open, db: Database) -> None:
    site = season(db)
    window = open_window("barrier")
    assert page(window).page_title == "Mare Jules Ferry"
    assert page(window).page_context == "Vimy · campagne 2019 · 18e matin sur 61"
    assert words(window, "barrier.go") == "Relevé de ce matin"
    press(window, Qt.Key.Key_Return)
    assert (place(window).code, place(window).params) == ("morning", {"site": site, "on": "2019-03-18"})


def test_a_board_that_was_begun_is_taken_up_again(open_window: Open, db: Database) -> None:
    site = season(db)
    drafts.put(db, draft_key(site, "2019-03-18"), {})
    window = open_window("barrier")
    assert words(window, "barrier.go") == "Reprendre le relevé de ce matin"


def test_once_this_morning_is_done_it_says_so(open_window: Open, db: Database) -> None:
    site = season(db)
    catch(db, check(db, site, "2019-03-18", "checked"), count=3)
    window = open_window("barrier")
    assert words(window, "barrier.go") == "Revoir le relevé de ce matin"
    assert words(window, "barrier.aside") == "Ce matin : 3 animaux."


def test_a_board_of_another_morning_that_waits_is_the_next_step_after_this_morning(
    open_window: Open, db: Database
) -> None:
    site = season(db, "2019-03-12")
    check(db, site, "2019-03-18")
    drafts.put(db, draft_key(site, "2019-03-12"), {})
    window = open_window("barrier")
    press(window, Qt.Key.Key_Return)
    assert place(window).params == {"site": site, "on": "2019-03-12"}


def test_without_a_barrier_the_page_begins_one(open_window: Open) -> None:
    window = open_window("barrier")
    assert thing(window, "barrier.none").isVisible()
    assert not thing(window, "barrier.weather").isVisible()
    press(window, Qt.Key.Key_Return)
    assert (place(window).code, place(window).params) == ("barrier_sheet", {"new": True})


def test_without_a_campaign_the_page_opens_one(open_window: Open, db: Database) -> None:
    site = barrier(db)
    window = open_window("barrier")
    assert thing(window, "barrier.no_campaign").isVisible()
    press(window, Qt.Key.Key_Return)
    assert place(window).params == {"site": site, "section": "campaigns", "new": True}


@pytest.mark.parametrize(
    ("on", "step"),
    [
        (date(2019, 6, 1), "Voir les analyses"),
        (date(2019, 11, 21), "Voir les analyses"),
        (date(2020, 1, 15), "Ouvrir la campagne 2020"),
        (date(2020, 3, 20), "Ouvrir la campagne 2020"),
        (date(2019, 2, 10), "Voir les analyses"),  # it has not begun yet
    ],
)
def test_outside_a_campaign_the_next_step_follows_the_year(
    open_window: Open, db: Database, on: date, step: str
) -> None:
    season(db)
    window = open_window("barrier", on=on)
    assert words(window, "barrier.go") == step
    assert is_shown(window, "barrier.strip")


def test_every_morning_has_its_state_and_its_words(open_window: Open, db: Database) -> None:
    site = season(db, "2019-03-05", "2019-03-06", "2019-03-07")
    check(db, site, "2019-03-05", "missed", reason="frozen")
    day = check(db, site, "2019-03-06", "checked", night_min_c=6.2, night_max_c=11.4, rain_mm=3.1)
    catch(db, day, 259, 3)
    catch(db, day, 444432, 1)
    window = open_window("barrier")
    assert state(window, "2019-03-04") is MorningState.EMPTY
    assert state(window, "2019-03-18") is MorningState.TODAY
    assert state(window, "2019-03-19") is MorningState.FUTURE
    assert state(window, "2019-03-07") is MorningState.UNTOLD
    strip = thing(window, "barrier.strip")
    strip.setFocus()
    assert strip.current() == "2019-03-18"
    press(window, Qt.Key.Key_Left)
    press(window, Qt.Key.Key_Up)
    press(window, Qt.Key.Key_Up)
    press(window, Qt.Key.Key_Up)
    press(window, Qt.Key.Key_Up)
    assert words(window, "barrier.said") == "jeudi 7 mars · sans relevé : personne n’a dit pourquoi"
    press(window, Qt.Key.Key_Up)
    assert words(window, "barrier.said") == (
        "mercredi 6 mars · 4 animaux : 3 Crapaud commun, 1 Triton palmé · nuit 6,2 → 11,4 °C · pluie 3,1 mm"
    )
    press(window, Qt.Key.Key_Up)
    assert words(window, "barrier.said") == "mardi 5 mars · non relevé : Gel, seaux pris ou fermés"
    assert strip.accessibleDescription() == "mardi 5 mars, non relevé"
    press(window, Qt.Key.Key_Return)
    assert place(window).params == {"site": site, "on": "2019-03-05"}


def test_of_the_morning_stood_on_it_is_said_what_nobody_confirmed(
    open_window: Open, db: Database, qtbot: QtBot
) -> None:
    site = season(db, "2019-03-11", "2019-03-04")
    catch(db, check(db, site, "2019-03-11", "checked"), count=400)
    catch(db, check(db, site, "2019-03-04", "checked"), count=400, confirmed=["many_animals"])
    window = open_window("barrier")
    press(window, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: " · à vérifier : " in words(window, "barrier.said"))
    assert "400" in words(window, "barrier.said").split("à vérifier : ")[1]
    press(window, Qt.Key.Key_Left)
    assert "à vérifier" not in words(window, "barrier.said")
    assert season_doubts.doubt_of(db_of(db), site, "2019-03-04", date(2019, 3, 18)) == ""
    assert "400" in season_doubts.doubt_of(db_of(db), site, "2019-03-11", date(2019, 3, 18))
    assert season_doubts.doubt_of(db_of(db), site, "2019-03-18", date(2019, 3, 18)) == ""
    assert season_doubts.doubt_of(db_of(db), "gone", "2019-03-11", date(2019, 3, 18)) == ""


def db_of(db: Database) -> Callable[[], Database]:
    return lambda: open_database(db.path, tuple(db.protocols.values()), db.author)


def test_a_morning_that_has_not_come_is_not_opened(open_window: Open, db: Database) -> None:
    season(db)
    window = open_window("barrier")
    thing(window, "barrier.strip").setFocus()
    press(window, Qt.Key.Key_End)
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "barrier"
    assert window.notices.banner.text() == "Mardi 30 avril : ce matin n’est pas encore venu."


def test_the_mouse_says_and_opens_a_morning(open_window: Open, db: Database) -> None:
    site = season(db)
    window = open_window("barrier")
    strip = thing(window, "barrier.strip")
    at = strip._rect(8).center().toPoint()  # the ninth morning since 1 March
    QTest.mouseMove(strip, at)
    assert words(window, "barrier.said") == "samedi 9 mars · relevé, vide"
    QTest.mouseDClick(strip, Qt.MouseButton.LeftButton, pos=at)
    assert place(window).params == {"site": site, "on": "2019-03-09"}


def test_states_differ_by_their_sign_and_not_by_colour_alone() -> None:
    signs = [look.sign or str(number) for number, look in enumerate(LOOKS.values())]
    assert len(set(signs)) == len(LOOKS)


def test_one_key_explains_a_run_of_mornings_and_one_takes_it_back(open_window: Open, db: Database) -> None:
    missing = [f"2019-03-{day:02}" for day in (4, 5, 6, 12)]
    site = season(db, *missing)
    window = open_window("barrier")
    assert thing(window, "season.explain").title.text() == "4 matins à expliquer"
    assert [words(window, f"season.run.{n}") for n in (0, 1)] == ["4–6 mars · 3 matins", "12 mars"]
    press(window, Qt.Key.Key_2)
    made = visits(db, site)
    assert {on: made[on].data for on in missing[:3]} == {
        on: {"check_on": on, "state": "missed", "reason": "weather"} for on in missing[:3]
    }
    assert missing[3] not in made
    assert window.notices.banner.text() == "3 matins notés non relevés : intempéries."
    press(window, Qt.Key.Key_Z, CTRL)
    assert set(missing).isdisjoint(visits(db, site))
    assert state(window, "2019-03-05") is MorningState.UNTOLD


def test_the_next_run_is_one_key_away(open_window: Open, db: Database) -> None:
    site = season(db, "2019-03-04", "2019-03-12")
    window = open_window("barrier")
    press(window, Qt.Key.Key_X)
    assert thing(window, "season.from").value() == "2019-03-12"
    press(window, Qt.Key.Key_1)
    assert visits(db, site)["2019-03-12"].data["reason"] == "nobody"
    assert "2019-03-04" not in visits(db, site)


def test_of_many_runs_a_handful_is_shown_and_the_key_reaches_all(open_window: Open, db: Database) -> None:
    site = season(db, *(f"2019-03-{day:02}" for day in (2, 4, 6, 8, 10)))
    window = open_window("barrier")
    assert words(window, "season.more") == "et 2 autres suites"
    for _time in range(4):
        press(window, Qt.Key.Key_X)
    assert [words(window, f"season.run.{n}") for n in (0, 1)] == ["8 mars", "10 mars"]
    press(window, Qt.Key.Key_3)
    assert visits(db, site)["2019-03-10"].data["reason"] == "frozen"
    assert thing(window, "season.explain").title.text() == "4 matins à expliquer"


def test_a_lockdown_is_told_in_one_go(open_window: Open, db: Database) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2020-02-01", "2020-06-15")
    check(db, site, "2020-03-20")
    check(db, site, "2020-03-21", "missed")
    window = open_window("barrier", on=date(2020, 6, 20))
    for name, text in (("from", "17/3/2020"), ("until", "11/5/2020"), ("remark", "confinement")):
        thing(window, f"season.{name}").setFocus()
        thing(window, f"season.{name}").selectAll()
        type_in(window, text)
    press(window, Qt.Key.Key_Return)
    assert focus(window).objectName() == "season.reason.nobody"
    press(window, Qt.Key.Key_5)
    told = {on: one.data for on, one in visits(db, site).items() if one.data.get("reason") == "no_access"}
    # 17 March to 11 May are 15 + 30 + 11 days; the relevé of the 20th stays, the 21st gets its reason.
    assert len(told) == 55
    assert (min(told), max(told)) == ("2020-03-17", "2020-05-11")
    assert {one["comments"] for one in told.values()} == {"confinement"}
    assert visits(db, site)["2020-03-20"].data["state"] == "empty"
    assert window.notices.banner.text() == (
        "55 matins notés non relevés : accès impossible ou interdit. 1 matin garde son relevé."
    )


def test_mornings_taken_in_the_calendar_are_explained(open_window: Open, db: Database) -> None:
    site = season(db, "2019-03-15", "2019-03-16", "2019-03-17")
    window = open_window("barrier")
    strip = thing(window, "barrier.strip")
    strip.setFocus()
    press(window, Qt.Key.Key_Up)
    press(window, Qt.Key.Key_Up, SHIFT)
    assert strip.selection() == ("2019-03-16", "2019-03-17")
    assert (thing(window, "season.from").value(), thing(window, "season.until").value()) == strip.selection()
    press(window, Qt.Key.Key_4)
    made = visits(db, site)
    assert {made[on].data["reason"] for on in ("2019-03-16", "2019-03-17")} == {"damaged"}
    assert "2019-03-15" not in made


def test_days_to_come_and_today_ahead_are_never_told_as_missed(open_window: Open, db: Database) -> None:
    site = season(db, "2019-03-17")
    campaign_uid = page(open_window("barrier")).undo_state()["campaign"]
    record = records.get(db, campaign_uid)
    assert record is not None
    shown = season_read.overview(db, record, date(2019, 3, 18))
    made = season_read.explain(shown, "2019-03-01", "2019-04-30", "weather")
    assert [one.data["check_on"] for one in made.records] == ["2019-03-17", "2019-03-18"]
    assert (made.told, made.kept) == (2, 16)
    assert len(visits(db, site)) == 16  # nothing is saved by asking


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("12/3/2019", "4/3/2019", "Le dernier matin vient avant le premier : échangez les deux dates."),
        ("", "4/3/2019", "Dites du quel au quel matin."),
        (
            "1/2/2019",
            "5/2/2019",
            "De ces matins, aucun n’est à expliquer : ils ont leur relevé, ou sont hors de la campagne.",
        ),
        ("pluie", "4/3/2019", "Ces dates ne se lisent pas : écrivez-les comme 14/03/2026."),
    ],
)
def test_what_can_not_be_explained_is_said_and_nothing_is_saved(
    open_window: Open, db: Database, first: str, last: str, said: str
) -> None:
    site = season(db, "2019-03-04")
    before = changes.last_saved_at(db)
    window = open_window("barrier")
    for name, text in (("from", first), ("until", last)):
        edit = thing(window, f"season.{name}")
        edit.setFocus()
        edit.clear()
        type_in(window, text)
    thing(window, "season.reason.weather").click()
    assert words(window, "season.explain.said") == said
    assert changes.last_saved_at(db) == before
    assert "2019-03-04" not in visits(db, site)


def test_another_reason_wants_a_remark(open_window: Open, db: Database) -> None:
    site = season(db, "2019-03-04")
    window = open_window("barrier")
    press(window, Qt.Key.Key_6)
    assert words(window, "season.explain.said") == "Écrivez la raison dans la remarque, puis 6 de nouveau."
    type_in(window, "panne de voiture")
    thing(window, "season.reason.other").click()
    assert visits(db, site)["2019-03-04"].data["comments"] == "panne de voiture"


def test_with_everything_told_there_is_nothing_to_explain(open_window: Open, db: Database) -> None:
    season(db)
    assert not is_shown(open_window("barrier"), "season.explain")


def test_the_totals_are_those_of_the_file(open_window: Open, db: Database, qtbot: QtBot) -> None:
    sample(db, [2018, 2019], "2019-03-17")
    window = open_window("barrier")
    told = sample_rows([2019], "2019-03-17")
    days = {row["check_on"]: row["checked"] for row in told}
    empty = sum(1 for row in told if row["checked"] == "oui" and not row["cd_nom"])
    animals = sum(int(row["count"] or 0) for row in told)
    dead = sum(int(row["count"]) for row in told if row["state"] == "mort")
    shown = [int(words(window, f"season.figure.{n}")) for n in range(6)]
    looked = sum(said == "oui" for said in days.values())
    assert shown == [looked, empty, len(days) - looked, animals, dead, 0]
    species: Counter[str] = Counter()
    for row in told:
        if row["cd_nom"]:
            species[row["french_name"]] += int(row["count"])
    listed = {row[0]: int(row[1]) for row in rows(window, "season.species") if row[1] != "0"}
    assert listed == dict(species)
    qtbot.waitUntil(lambda: "2018" in words(window, "season.means"))


def test_the_average_counts_earlier_campaigns_up_to_the_same_day(open_window: Open, db: Database, qtbot: QtBot) -> None:
    sample(db, [2016, 2017, 2018, 2019], "2019-03-17")
    window = open_window("barrier")
    qtbot.waitUntil(lambda: "Moyenne" in words(window, "season.means") and "cours" not in words(window, "season.means"))
    assert words(window, "season.means") == "Moyenne de 2016–2018, jusqu’au 18 mars aussi."
    with paths.resource("demo/barrier_vimy_2005_2020.csv").open(encoding="utf-8-sig", newline="") as file:
        earlier = sum(
            int(row["count"])
            for row in csv.DictReader(file, delimiter=";")
            if row["cd_nom"] == "259" and row["check_on"][:4] in {"2016", "2017", "2018"}
            and row["check_on"][5:] <= "03-18"
        )  # fmt: skip
    toad = next(row for row in rows(window, "season.species") if row[0] == "Crapaud commun")
    assert toad[2] == f"{earlier / 3:.0f}"


def test_a_campaign_with_a_long_gap_is_left_out_of_the_average_and_named(db: Database) -> None:
    site = sample(db, [2019, 2020])
    later = campaign(db, site, "2021-02-01", "2021-06-15")
    record = records.get(db, later)
    assert record is not None

    def own() -> Database:
        return open_database(db.path, tuple(db.protocols.values()), db.author)

    found = season_read.means(own, site, record.data["opened_on"], record.data["closed_on"])
    assert (found.years, found.left_out) == ((2019,), (2020,))


def test_page_up_and_down_go_from_campaign_to_campaign(open_window: Open, db: Database) -> None:
    site = season(db)
    older = campaign(db, site, "2018-02-01", "2018-06-15")
    window = open_window("barrier")
    press(window, Qt.Key.Key_PageUp)
    assert words(window, "barrier.campaign.year") == "2018"
    assert page(window).page_context == "Vimy · campagne 2018 · close le 15/06/2018"
    assert page(window).undo_state() == {"site": site, "campaign": older}
    assert words(window, "barrier.go") == "Relevé de ce matin"  # the next step is that of today
    press(window, Qt.Key.Key_PageDown)
    assert words(window, "barrier.campaign.year") == "2019"


def test_on_arrival_arrows_walk_the_calendar_and_enter_opens_what_was_walked_to(
    open_window: Open, db: Database
) -> None:
    site = season(db)
    window = open_window("barrier")
    assert focus(window).objectName() == "barrier.strip"
    assert thing(window, "barrier.go").key == "Return"
    assert not is_shown(window, "barrier.opens")
    press(window, Qt.Key.Key_Left)
    assert thing(window, "barrier.strip").current() == "2019-03-11"
    assert thing(window, "barrier.go").key == ""
    assert is_shown(window, "barrier.opens")
    press(window, Qt.Key.Key_Return)
    assert place(window).params == {"site": site, "on": "2019-03-11"}


def test_another_campaign_keeps_the_cursor_where_it_is(open_window: Open, db: Database) -> None:
    site = sample(db, [2018, 2019])
    window = open_window("barrier", on=date(2020, 1, 15))
    assert words(window, "barrier.aside") == "La campagne 2019 est close."
    assert words(window, "barrier.go") == "Ouvrir la campagne 2020"
    table = thing(window, "season.species")
    strip = thing(window, "barrier.strip")
    strip.select("2019-03-12", "2019-03-12")
    table.setFocus()
    press(window, Qt.Key.Key_PageUp)
    assert focus(window) is table
    assert words(window, "barrier.campaign.year") == "2018"
    assert words(window, "barrier.aside") == "La campagne 2018 est close ; la dernière est celle de 2019."
    assert strip.current() == "2018-03-12"
    press(window, Qt.Key.Key_Return)
    assert place(window).params == {"site": site, "on": "2018-03-12"}


def test_of_two_barriers_the_one_that_runs_comes_first_and_a_key_changes(open_window: Open, db: Database) -> None:
    running = season(db)
    barrier(db, "Étang du Bois")
    window = open_window("barrier")
    assert page(window).page_title == "Mare Jules Ferry"
    press(window, Qt.Key.Key_F6)
    assert page(window).page_title == "Étang du Bois"
    press(window, Qt.Key.Key_F6)
    assert page(window).undo_state()["site"] == running


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (Qt.Key.Key_B, "barrier_sheet"),
        (Qt.Key.Key_M, "weather"),
        (Qt.Key.Key_I, "individuals"),
        (Qt.Key.Key_A, "analyses"),
        (Qt.Key.Key_E, "exchanges"),
    ],
)
def test_what_belongs_to_the_barrier_is_one_key_away(open_window: Open, db: Database, key: Qt.Key, code: str) -> None:
    season(db)
    window = open_window("barrier")
    press(window, key)
    assert place(window).code == code


def test_opening_reads_one_campaign_and_not_sixteen(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample(db, range(2012, 2020), "2019-03-17")
    window = open_window("settings")
    found = rows_read(monkeypatch)
    window.navigate("barrier")
    of_year = len(sample_rows([2019], "2019-03-17"))
    assert 0 < sum(found) < 3 * of_year  # eight seasons are some 4,000 lines


def test_in_large_letters_calendar_and_explanations_take_turns(
    open_window: Open, db: Database, qapp: QApplication
) -> None:
    season(db, "2019-03-04")
    window = open_window("barrier")
    theme.apply(qapp, "jour", 1.5)
    assert is_shown(window, "barrier.strip")
    assert not is_shown(window, "season.explain")
    press(window, Qt.Key.Key_X)
    assert is_shown(window, "season.explain")
    assert not is_shown(window, "barrier.strip")
    press(window, Qt.Key.Key_Escape)
    assert is_shown(window, "barrier.strip")
    assert place(window).code == "barrier"


def test_the_species_of_a_season_are_counted_by_their_entries_as_on_the_board(open_window: Open, db: Database) -> None:
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    visit = check(db, site, "2019-03-10", "checked")
    catch(db, visit, count=7)
    catch(db, visit, count=2, direction="out", bucket="2")
    window = open_window("barrier")
    assert [row[:2] for row in rows(window, "season.species")] == [["Crapaud commun", "7"]]
    assert (words(window, "season.figure.3"), words(window, "season.label.3")) == ("9", "animaux, 2 sorties")


def test_a_season_with_a_long_gap_says_that_its_totals_do_not_compare(
    open_window: Open, db: Database, qtbot: QtBot
) -> None:
    sample(db, [2018, 2019, 2020])
    window = open_window("barrier", on=date(2020, 7, 1))
    qtbot.waitUntil(lambda: "Moyenne de 2018" in words(window, "season.means"))
    assert "92 matins sans relevé : les totaux ne se comparent pas." in words(window, "season.means")
