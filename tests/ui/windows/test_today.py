from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from fieldapp.protocols.pop_amphibiens.schema import CODE
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui.shell import MainWindow
from tests.ui.windows.support import (
    area,
    begin,
    focus,
    nothing_seen,
    page,
    place,
    press,
    rows,
    thing,
    type_in,
    visit,
    words,
)

Open = Callable[..., MainWindow]


@pytest.mark.parametrize(("key", "protocol"), [(Qt.Key.Key_2, CODE), (Qt.Key.Key_3, "banding")])
def test_an_empty_database_offers_ponds_and_birds_alike_by_figure(
    open_window: Open, key: Qt.Key, protocol: str
) -> None:
    window = open_window(date(2026, 4, 14))
    assert [action.key for action in page(window).actions_of_page()] == ["1", "2", "3", "4", "5", "6", "7"]
    press(window, key)
    assert place(window).code == "place"
    assert place(window).params == {"protocol": protocol, "entity": "sites_group"}


def test_who_bands_no_birds_sees_nothing_of_banding(open_window: Open, db: Database) -> None:
    area(db, "Terrils")
    window = open_window(date(2026, 4, 14))
    assert page(window).findChild(QWidget, "today.banding") is None
    assert [action.key for action in page(window).actions_of_page()] == ["Return", "I"]


def test_while_nobody_is_named_the_page_says_so_and_a_key_leads_there(open_window: Open, db: Database) -> None:
    area(db, "Terrils")
    window = open_window(date(2026, 4, 14))
    press(window, Qt.Key.Key_I)
    assert place(window).code == "settings"


def test_an_empty_database_offers_a_list_of_the_day(open_window: Open) -> None:
    window = open_window(date(2026, 4, 14))
    press(window, Qt.Key.Key_5)
    assert place(window).code == "list"


def test_enter_on_the_first_step_opens_the_settings(open_window: Open) -> None:
    window = open_window(date(2026, 4, 14))
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "settings"


def test_an_aire_never_followed_is_to_do_before_the_window_closes(open_window: Open, db: Database) -> None:
    area(db, "Terrils")
    window = open_window(date(2026, 4, 14))
    assert rows(window, "today.table") == [["Terrils", "passage 2", "0 / 2", "todo|à faire avant le 15 mai"]]


def test_an_aire_followed_last_year_is_not_due_and_says_why(open_window: Open, db: Database) -> None:
    _group, (first, _second) = area(db, "Terrils")
    visit(db, first, "2025-04-10", 2)
    window = open_window(date(2026, 4, 14))
    assert rows(window, "today.table")[0][3] == "neutral|pas cette année (cycle de 2 ans)"
    assert words(window, "today.words") == "Aucune aire n’est à suivre ce soir."


def test_an_aire_followed_every_year_is_due_again(open_window: Open, db: Database) -> None:
    _group, (first, _second) = area(db, "Terrils", years_between=1)
    visit(db, first, "2025-04-10", 2)
    window = open_window(date(2026, 4, 14))
    assert rows(window, "today.table")[0][3] == "todo|à faire avant le 15 mai"


def test_a_passage_left_open_is_asked_about_before_the_next_begins(open_window: Open, db: Database) -> None:
    _group, (first, _second) = area(db, "Terrils")
    nothing_seen(db, first, "2026-03-10", 1)
    window = open_window(date(2026, 4, 14))
    assert rows(window, "today.table") == [["Terrils", "passage 1", "1 / 2", "review|1 mare sans passage 1"]]


def test_a_passage_with_all_ponds_is_done(open_window: Open, db: Database) -> None:
    _group, sites = area(db, "Terrils")
    for site in sites:
        nothing_seen(db, site, "2026-04-10", 2)
    window = open_window(date(2026, 4, 14))
    assert rows(window, "today.table")[0][2:] == ["2 / 2", "done|terminé"]
    assert words(window, "today.words").splitlines() == [
        "Tout ce qui est à faire est fait. Bonne soirée !",
        "La prochaine période, celle du passage 3, commence le 16 mai.",
    ]


def test_a_start_time_alone_is_not_a_pond_done(open_window: Open, db: Database) -> None:
    _group, sites = area(db, "Terrils")
    for site in sites:
        begin(db, site, "2026-04-14", 2, Heure_debut="21:02")
    window = open_window(date(2026, 4, 14))
    assert rows(window, "today.table")[0][2:] == ["0 / 2", "doing|en cours"]
    assert words(window, "today.words").startswith("Terrils, passage 2 : encore 2 mares.")
    assert words(window, "today.go") == "Reprendre la tournée"


def test_enter_goes_on_with_the_round_that_was_begun(open_window: Open, db: Database) -> None:
    area(db, "Autre")
    group, (first, _second) = area(db, "Terrils")
    visit(db, first, "2026-04-13", 2, accessibility="Non")
    window = open_window(date(2026, 4, 14))
    assert words(window, "today.words") == "Terrils, passage 2 : encore 1 mare.\nLa prochaine : mare 02, à 110 m."
    press(window, Qt.Key.Key_Return)
    assert place(window).params == {"protocol": CODE, "group": group, "passage": 2}


def test_a_sheet_that_was_begun_waits_on_the_start_page(open_window: Open, db: Database) -> None:
    _group, sites = area(db, "Terrils")
    drafts.put(db, f"sheet:{CODE}:{sites[1]}:new", {"visit": {"num_passage": 2}})
    window = open_window(date(2026, 4, 14))
    assert words(window, "today.begun.0") == "mare 02"
    press(window, Qt.Key.Key_F)
    assert place(window).code == "sheet"
    assert place(window).params["site"] == sites[1]


def test_the_season_counts_what_the_file_holds(open_window: Open, season_2020: Database) -> None:
    window = open_window(date(2020, 5, 2))
    found = {row[0]: row[2] for row in rows(window, "today.table")}
    assert len(found) == 8
    assert found["Terrils du 11/19"] == "18 / 20"
    assert found["Marais de la Couture et Parc des Glissoires"] == "19 / 19"


def test_outside_the_periods_no_round_is_proposed(open_window: Open, db: Database) -> None:
    area(db, "Terrils")
    window = open_window(date(2026, 11, 20))
    assert words(window, "today.words").splitlines() == [
        "Hors des périodes de passage : rien à faire ce soir.",
        "La prochaine période, celle du passage 1, commence le 1er février 2027.",
    ]
    assert not thing(window, "today.go").isVisible()
    assert rows(window, "today.table")[0][3] == "todo|à faire, hors période"


def test_the_last_year_of_an_aire_is_the_newest_before_the_year_asked(db: Database) -> None:
    group, (first, second) = area(db, "Terrils")
    for site, day in ((first, "2020-04-01"), (second, "2022-04-01"), (first, "2024-04-01"), (first, "2026-04-01")):
        visit(db, site, day, 2)
    assert records.last_years(db, [group], 2026) == {group: 2024}
    assert records.last_years(db, [group], 2024) == {group: 2022}
    assert records.last_years(db, [group], 2020) == {}


def test_once_the_name_is_known_the_next_step_is_the_green_one(open_window: Open) -> None:
    window = open_window(date(2026, 4, 14))
    assert thing(window, "today.first.1").property("role") == "primary"
    press(window, Qt.Key.Key_1)
    type_in(window, "BOIS Alex")
    window.context.services.change_settings = lambda fresh: setattr(window.context.services, "settings", fresh)
    press(window, Qt.Key.Key_Return)
    assert window.notices.banner.button.text() == "Continuer"
    press(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert place(window).code == "today"
    assert words(window, "today.first.who") == "✓ BOIS Alex"
    assert [thing(window, f"today.first.{n}").property("role") for n in (1, 2)] == ["", "primary"]
    assert focus(window) is thing(window, "today.first.2")
    press(window, Qt.Key.Key_Return)
    assert place(window).params["entity"] == "sites_group"
