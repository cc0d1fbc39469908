"""The board by keyboard: its budget of keys on real mornings, what each key does, keys that are held."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from fieldapp.store.connection import Database
from fieldapp.ui.widgets import Banner
from tests.ui.barrier import typist
from tests.ui.barrier.barrier_window import LOU, barrier, campaign, check, people, sample_rows
from tests.ui.barrier.typist import CRESTED, FROG, LETTERS, ON, PALMATE, TOAD, Sit, Typist, seated

db, open_window, sit = typist.db, typist.open_window, typist.sit


# ---------------------------------------------------------------------------------------------- the budget of keys


def test_the_morning_of_the_sketch_takes_fifteen_keys_and_the_end(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m m 3 p f 6 k m 7 r m 9 c x")
    assert person.pressed <= 15
    assert person.label("morning.totals") == "7 animaux portés à la mare · 0 mort"
    person.keys("Ctrl+Enter")
    assert person.told() == [
        ("1", TOAD, "3", 2, False),
        ("3", PALMATE, "2", 1, False),
        ("6", CRESTED, "3", 1, False),
        ("7", FROG, "3", 1, False),
        ("9", TOAD, "5", 2, True),
    ]
    visit = person.visit()
    assert visit is not None
    assert (visit.data["state"], visit.data["observers"]) == ("checked", [LOU])
    assert person.label("morning.saved").startswith("● Enregistré")


def test_an_empty_morning_takes_two_keys(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("v Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert (person.pressed, visit.data["state"], person.catches()) == (2, "empty", [])


def script_of(rows: list[dict[str, str]]) -> tuple[str, int]:
    """Return the keys with which a practised hand types the lines of a real morning, and how many groups they are."""
    groups: Counter[tuple[int, int, str, bool]] = Counter()
    for row in rows:
        sex = {"M": "m", "F": "f"}[row["sex"]]
        groups[int(row["bucket"]), int(row["cd_nom"]), sex, "mort" in row["state"]] += int(row["count"])
    keys: list[str] = []
    at, hand = 1, 0
    for bucket in sorted({key[0] for key in groups}):
        keys += way(at, bucket)
        at = bucket
        here = sorted({key[1] for key in groups if key[0] == bucket}, key=lambda cd: cd != hand)
        for cd in here:
            lots = [(key, count) for key, count in groups.items() if key[:2] == (bucket, cd)]
            for place, ((_bucket, _cd, sex, dead), count) in enumerate(sorted(lots)):
                keys += added(LETTERS[cd], sex, count, in_hand=hand == cd, first=place == 0, dead=dead)
                hand = cd
    return " ".join(keys), len(groups)


def way(at: int, bucket: int) -> list[str]:
    by_arrow = ["Right"] * (bucket - at)
    by_digits = ["0"] if bucket == 10 else list(str(bucket))
    return by_arrow if len(by_arrow) <= len(by_digits) else by_digits


def added(letter: str, sex: str, count: int, *, in_hand: bool, first: bool, dead: bool) -> list[str]:
    """Return the cheaper of pressing the sex as often as there are animals, and the number after the species."""
    one_by_one = ([] if in_hand else [letter]) + [sex] * count
    by_number = [letter, *str(count), sex]
    found = one_by_one if len(one_by_one) <= len(by_number) and not (dead and count > 1) else by_number
    return [*found, "d"] if dead else found


def test_real_mornings_take_three_keys_a_group_with_the_end(db: Database, sit: Sit) -> None:
    by_day: dict[str, list[dict[str, str]]] = {}
    for row in sample_rows(range(2005, 2019)):
        if row["cd_nom"]:
            by_day.setdefault(row["check_on"], []).append(row)
    days = random.Random(11).sample(sorted(by_day), 20)
    people(db)
    site = barrier(db)
    for year in range(2005, 2020):
        campaign(db, site, f"{year}-01-15", f"{year}-06-30")
    check(db, site, "2005-01-15", observers=[LOU])
    person = sit(on=days[0])
    total = 0
    for day in days:
        person.window.navigate("morning", site=site, on=day)
        keys, groups = script_of(by_day[day])
        total += groups
        person.keys(keys)
        person.keys("Ctrl+Enter")
        animals = Counter(
            (row["bucket"], int(row["cd_nom"]), row["sex"]) for row in by_day[day] for _n in range(int(row["count"]))
        )
        stored: Counter[tuple[str, int, str]] = Counter()
        for one in person.catches(day):
            stored[one.data["bucket"], one.cd_nom or 0, {"3": "M", "2": "F"}[one.data["sex"]]] += one.data["count"]
        assert stored == animals, (day, keys)
    assert person.pressed / total <= 3, (person.pressed, total)


# ------------------------------------------------------------------------------------------------- ways of typing


def test_buckets_of_two_digits_and_the_ends(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c 1 2 m")  # right after the species: twelve animals
    person.keys("Right 1 2 m 0 f End f Right f")
    person.keys("Ctrl+Enter")
    assert person.told() == [
        ("1", TOAD, "2", 1, False),
        ("1", TOAD, "3", 12, False),
        ("10", TOAD, "2", 1, False),
        ("12", TOAD, "2", 1, False),
        ("12", TOAD, "3", 1, False),
    ]


def test_up_and_down_go_to_the_tile_above_and_below(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    columns = person.page.body.board.columns
    person.keys("c Down m")
    assert person.tile(str(1 + columns)) == f"Seau {1 + columns} : 1 ♂ Crapaud commun"
    person.keys("Up f")
    assert person.tile("1") == "Seau 1 : 1 ♀ Crapaud commun"


def test_caps_lock_makes_no_difference(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("C M M")
    assert person.tile("1") == "Seau 1 : 2 ♂ Crapaud commun"


def test_dead_and_outgoing_animals_are_said_in_words(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m d Right f s")
    assert person.tile("1") == "Seau 1 : 1 ♂ mort Crapaud commun"
    assert person.tile("2") == "Seau 2 : 1 ♀ sort Crapaud commun"
    assert person.label("morning.totals") == "0 animal porté à la mare · 1 en sortie · 1 mort"


def test_another_species_is_found_by_its_letters(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys(",")
    line = person.find(QLineEdit, "board.other.line")
    assert line.hasFocus()
    person.write("agile")
    person.keys("Enter m")
    assert person.tile("1") == "Seau 1 : 1 ♂ Grenouille agile"
    person.keys(", Esc f")
    assert person.tile("1") == "Seau 1 : 1 ♂, 1 ♀ Grenouille agile"


def test_the_weather_takes_a_comma_or_a_point_and_leads_back_to_the_board(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("F5")
    person.write("6,2")
    person.keys("Enter")
    person.write("11.4")
    person.keys("Enter")
    person.write("3,1")
    person.keys("Enter v Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert [visit.data[name] for name in ("night_min_c", "night_max_c", "rain_mm")] == [6.2, 11.4, 3.1]


def test_weather_typed_over_a_file_is_the_hands_from_then_on(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    read: dict[str, Any] = {
        "night_min_c": 1.0,
        "night_max_c": 9.0,
        "weather_fields": ["night_min_c", "night_max_c"],
        "night_min_file": "x.csv",
        "night_max_file": "y.csv",
    }
    check(db, site, ON, **read)
    person = sit()
    person.keys("F5")
    person.write("2")
    person.keys("Enter Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert (visit.data["night_min_c"], visit.data["weather_fields"]) == (2.0, ["night_max_c"])
    assert (visit.data.get("night_min_file"), visit.data["night_max_file"]) == (None, "y.csv")


# ------------------------------------------------------------------------------------------ what a bucket says


def nothing_at(person: Typist) -> list[str]:
    """Return the buckets that show the sign of "somebody looked, nothing was there"."""
    board = person.page.body.board
    return [str(number) for number in range(1, 13) if board.tile(str(number)).words.text() == "∅"]


ALL = [str(number) for number in range(1, 13)]


def test_a_bucket_is_empty_only_once_somebody_said_so(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m")
    assert nothing_at(person) == []
    assert person.tile("2") == "Seau 2 : rien de noté"
    person.keys("Back v")
    assert nothing_at(person) == ALL
    assert person.tile("2") == "Seau 2 : vide"
    person.keys("v c m Ctrl+Enter")
    person.page.open(on=ON)
    assert nothing_at(person) == ALL[1:]


def test_on_a_morning_that_nobody_looked_into_the_buckets_are_dimmed(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("n 1")
    assert nothing_at(person) == []
    board = person.page.body.board
    assert [board.tile(number).number.isEnabled() for number in ALL] == [False] * 12
    assert person.tile("2") == "Seau 2 : non relevé"
    assert person.label("morning.hint") == ""


def test_a_closed_bucket_says_how_to_open_it_instead_of_what_to_type(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m 4 F8")
    assert person.label("morning.hint") == "Seau 4 : fermé ce matin, F8 l’ouvre ; chiffres ou flèches : autre seau"


def test_a_hundred_animals_are_asked_about_before_they_are_believed(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c 1 0 0 m")
    banner = person.find(Banner, "morning.banner")
    assert banner.isVisible()
    assert banner.text().startswith("Seau 1 : 100 animaux d’un coup dans un seau")
    person.keys("F12")
    assert not banner.isVisible()


# ---------------------------------------------------------------------------------------------------- keys held


def hold(widget: QWidget, key: Qt.Key, text: str, times: int, held: Qt.KeyboardModifier) -> None:
    """Press a key and hold it: the system repeats the press until it is let go."""
    for number in range(times):
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            QApplication.sendEvent(widget, QKeyEvent(kind, key, held, text, number > 0, 1))
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyRelease, key, held, text, False, 1))


def test_a_key_held_too_long_counts_once(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    board, none = person.page.body.board, Qt.KeyboardModifier.NoModifier
    hold(board, Qt.Key.Key_V, "v", 4, none)
    assert person.label("morning.totals") == "∅ Relevé, tout vide"
    person.keys("c")
    hold(board, Qt.Key.Key_M, "m", 6, none)
    assert person.tile("1") == "Seau 1 : 1 ♂ Crapaud commun"
    hold(board, Qt.Key.Key_Plus, "+", 3, none)
    assert person.tile("1") == "Seau 1 : 4 ♂ Crapaud commun"
    hold(board, Qt.Key.Key_Backspace, "", 3, none)
    assert person.tile("1") == "Seau 1 : 3 ♂ Crapaud commun"
    hold(board, Qt.Key.Key_Right, "", 3, none)
    person.keys("f")
    assert person.tile("4") == "Seau 4 : 1 ♀ Crapaud commun"


def test_the_keys_of_the_page_do_not_repeat_but_the_steps_from_day_to_day(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    repeating = {shortcut.key().toString(): shortcut.autoRepeat() for shortcut in person.page.findChildren(QShortcut)}
    assert not repeating["Ctrl+Return"]
    assert not repeating["F8"]
    assert not repeating["F11"]
    assert repeating["PgUp"]
    assert repeating["PgDown"]
