"""The board by mouse and touch, and what of it is in sight in small windows and at large text."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from fieldapp.store.connection import Database
from fieldapp.ui import theme
from fieldapp.ui.widgets import Banner
from tests.ui.barrier import typist
from tests.ui.barrier.barrier_window import barrier, campaign, catch, check, people
from tests.ui.barrier.typist import CRESTED, TOAD, YESTERDAY, Sit, Typist, seated

db, open_window, sit = typist.db, typist.open_window, typist.sit


# ----------------------------------------------------------------------------------------------- mouse and touch


def test_a_morning_is_noted_by_clicks_alone(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.click("board.tile.4")
    person.click(f"board.species.{TOAD}")
    person.click("board.sex.m")
    person.click("board.more")
    person.click("board.more")
    person.click("board.fewer")
    person.click("board.tile.6")
    person.click(f"board.species.{CRESTED}")
    person.click("board.sex.f")
    person.click("board.sex.d")
    person.click("morning.end")
    assert [(one.data["bucket"], one.data["count"], one.data["vitality"]) for one in person.catches()] == [
        ("4", 2, "alive"),
        ("6", 1, "dead"),
    ]


def test_empty_and_missed_are_clicked_too(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.click("morning.empty")
    person.click("morning.end")
    visit = person.visit()
    assert visit is not None
    assert visit.data["state"] == "empty"
    person.click("morning.before")
    person.click("morning.before")
    person.click("morning.missed")
    person.click("morning.reason.weather")
    before = person.visit("2019-03-16")
    assert before is not None
    assert before.data["reason"] == "weather"


def test_closing_a_bucket_and_the_day_before_need_no_key(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    catch(db, check(db, site, YESTERDAY, "checked"), count=3, bucket="4", sex="3")
    person = sit()
    person.click("board.tile.7")
    person.click("board.tool.closed")
    person.click("board.tool.before")
    assert person.tile("7") == "Seau 7 : fermé"
    assert person.page.body.board.tile("4").before.text() == "hier : 3 ♂ Crapaud commun"
    person.click("board.tool.closed")
    assert person.tile("7") == "Seau 7 : rien de noté"


def test_what_is_pressed_on_the_board_is_large_enough_for_wet_hands(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m")
    names = ["board.more", "board.fewer", f"board.species.{TOAD}", "board.species.other", "board.sex.m", "board.sex.s"]
    for name in names:
        size = person.find(QAbstractButton, name).size()
        assert min(size.width(), size.height()) >= 48, name
    tile = person.page.body.board.tile("1")
    assert min(tile.width(), tile.height()) >= 48


def test_twenty_five_toads_take_a_few_taps(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.click("board.tile.4")
    person.click(f"board.species.{TOAD}")
    person.click("board.sex.m")
    person.click("board.number")
    for digit in "25":
        person.click(f"board.pad.{digit}")
    person.click("board.sex.f")
    assert not person.find(QWidget, "board.pad").isVisible()
    assert person.find(QWidget, f"board.species.{TOAD}").isVisible()
    assert person.tile("4") == "Seau 4 : 1 ♂, 25 ♀ Crapaud commun"


def test_a_digit_too_many_is_taken_away_by_touch_and_no_nought_leads_to_another_bucket(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.click(f"board.species.{TOAD}")
    person.click("board.number")
    person.click("board.pad.0")
    assert person.page.body.board.current_rect() == person.page.body.board.tile("1").geometry()
    for name in ("1", "0", "7", "back"):
        person.click(f"board.pad.{name}")
    person.click("board.sex.m")
    assert person.tile("1") == "Seau 1 : 10 ♂ Crapaud commun"


def test_the_digits_go_when_they_are_not_wanted(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    assert not person.find(QAbstractButton, "board.number").isEnabled()
    person.keys("c")
    pad = person.find(QWidget, "board.pad")
    for away in ("board.number", "board.tile.3"):
        person.click("board.number")
        assert pad.isVisible()
        person.click(away)
        assert not pad.isVisible()


def test_the_remark_has_a_button(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.click("board.tool.remark")
    assert person.find(QWidget, "morning.comments").hasFocus()


def test_no_tile_moves_when_an_animal_is_noted(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    board = person.page.body.board
    before = [board.tile(str(number)).geometry() for number in range(1, 13)]
    person.keys("c m f 4 m 6 r x")
    assert [board.tile(str(number)).geometry() for number in range(1, 13)] == before


def test_a_full_bucket_leaves_no_room_behind_on_another_day(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    board = person.page.body.board
    empty = board.tile("7").height()
    person.keys("7 c m f x r m p m f k m f s")
    assert board.tile("7").height() > empty
    person.keys("PgUp")
    assert board.tile("7").height() == empty


def in_sight(person: Typist, name: str) -> bool:
    """Return whether all of a widget is visible: within the page, and within each part around it."""
    widget = person.find(QWidget, name)
    return widget.isVisible() and widget.visibleRegion().boundingRect() == widget.rect()


def test_twelve_buckets_are_in_sight_together_on_the_usual_screen(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.window.resize(1366, 768)
    QApplication.processEvents()
    person.keys("c 2 m 4 p f 9 c x")
    tiles = [f"board.tile.{bucket}" for bucket in range(1, 13)]
    person.qtbot.waitUntil(lambda: all(in_sight(person, name) for name in tiles))


@pytest.mark.parametrize(("buckets", "scale", "size"), [
    (12, 1.0, (1366, 768)), (15, 1.0, (1366, 768)), (15, 1.5, (1366, 768)), (30, 1.0, (1366, 768)),
    (15, 1.0, (1024, 640)),
])  # fmt: skip
def test_the_keys_of_species_and_sexes_are_always_in_sight(
    db: Database, sit: Sit, qapp: QApplication, buckets: int, scale: float, size: tuple[int, int]
) -> None:
    person = seated(db, sit, buckets=buckets)
    try:
        theme.apply(qapp, "jour", scale)
        person.window.resize(*size)
        QApplication.processEvents()
        person.keys("c m s")
        person.qtbot.waitUntil(lambda: in_sight(person, "board.more"))
        names = [f"board.species.{TOAD}", "board.species.other", *(f"board.sex.{letter}" for letter in "mfxijds")]
        person.qtbot.waitUntil(lambda: all(in_sight(person, name) for name in names))
        assert person.find(Banner, "morning.banner").isVisible()
    finally:
        theme.apply(qapp)


def test_the_sexes_stay_in_sight_in_the_smallest_window_at_the_largest_text(
    db: Database, sit: Sit, qapp: QApplication
) -> None:
    person = seated(db, sit, buckets=15)
    try:
        theme.apply(qapp, "jour", 1.5)
        person.window.resize(person.window.minimumSize())
        QApplication.processEvents()
        person.keys("c 8 8 m s")
        person.qtbot.waitUntil(lambda: all(in_sight(person, f"board.sex.{letter}") for letter in "mfxijds"))
        person.qtbot.waitUntil(lambda: in_sight(person, "board.more"))
        person.click("board.number")
        names = [*(f"board.pad.{digit}" for digit in "1234567890"), *(f"board.sex.{letter}" for letter in "mfxijds")]
        person.qtbot.waitUntil(lambda: all(in_sight(person, name) for name in names))
        person.click("board.number")
        theme.apply(qapp)
        person.window.resize(1366, 768)
        person.qtbot.waitUntil(lambda: in_sight(person, f"board.species.{TOAD}"))
    finally:
        theme.apply(qapp)


def test_a_bucket_far_down_is_scrolled_into_sight(db: Database, sit: Sit) -> None:
    person = seated(db, sit, buckets=40)
    person.keys("End")
    person.qtbot.waitUntil(lambda: in_sight(person, "board.tile.40"))
    person.keys("1")
    person.qtbot.waitUntil(lambda: in_sight(person, "board.tile.1"))


def test_tiles_grow_with_the_text(db: Database, sit: Sit, qapp: QApplication) -> None:
    person = seated(db, sit)
    board = person.page.body.board
    usual = board.minimumSizeHint().width()
    try:
        theme.apply(qapp, "jour", 1.5)
        assert board.minimumSizeHint().width() == pytest.approx(1.5 * usual, rel=0.03)
    finally:
        theme.apply(qapp)
