"""A weather file joined to the mornings of a barrier: read, mapped once, counted, filled, taken back."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from pytestqt.qtbot import QtBot

from fieldapp.core.errors import FieldappError
from fieldapp.core.record import with_data
from fieldapp.protocols.pitfall_barrier import weather
from fieldapp.protocols.pitfall_barrier.schema import VISIT, WEATHER_FILES
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import errors
from fieldapp.ui.barrier import weather_work
from fieldapp.ui.barrier.weather_work import MOST_REMEMBERED, Joined, recalled, remembered
from fieldapp.ui.shell import MainWindow
from tests.ui.barrier.barrier_window import Open, barrier, campaign, check, db, open_window, people, visits
from tests.ui.windows.support import focus, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]

CTRL = Qt.KeyboardModifier.ControlModifier

Write = Callable[..., Path]

HEADER = "Jour;Tn;Tx;Pluie"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return what writes a file of these lines."""

    def make(*lines: str, name: str = "meteo.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return make


def season(db: Database) -> str:
    """Save a campaign of March 2019 with checks on its first ten mornings; the second has a minimum typed by hand."""
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-03-01", "2019-03-31")
    for day in range(1, 11):
        typed: dict[str, Any] = {"night_min_c": 9.9} if day == 2 else {}
        check(db, site, f"2019-03-{day:02}", **typed)
    return site


def days(first: int, last: int) -> list[str]:
    """Return lines whose minimum is the day, the maximum ten more, and the rain a tenth of it."""
    return [f"{day:02}/03/2019;{day},5;{day + 10},5;0,{day % 10}" for day in range(first, last + 1)]


def told(window: MainWindow, qtbot: QtBot, sentence: str) -> None:
    qtbot.waitUntil(lambda: words(window, "weather.words") == sentence)


def test_a_file_is_named_counted_and_joined(open_window: Open, db: Database, write: Write, qtbot: QtBot) -> None:
    site = season(db)
    path = write(HEADER, *days(1, 12))
    window = open_window("weather", site=site)
    assert focus(window).objectName() == "weather.path"
    assert thing(window, "weather.empty").isVisible()
    type_in(window, str(path))
    press(window, Qt.Key.Key_Return)
    told(window, qtbot, "10 matins à compléter, 1 déjà noté, 2 jours du fichier sans relevé.")
    assert [words(window, f"weather.column.{name}") for name in ("date", "night_min_c", "night_max_c", "rain_mm")] == [
        "Jour", "Tn", "Tx", "Pluie",
    ]  # fmt: skip
    assert rows(window, "weather.first_lines")[0] == ["01/03/2019", "1,5", "11,5", "0,1"]
    assert rows(window, "weather.differences") == [
        ["02/03/2019", "Minimum de la nuit", "9,9 °C", "2,5 °C", "neutral|gardé : déjà noté"]
    ]
    assert words(window, "weather.go") == "Compléter 10 matins"
    press(window, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.notices.banner.text() == "10 matins complétés.")
    made = visits(db, site)
    three = made["2019-03-03"].data
    assert (three["night_min_c"], three["night_max_c"], three["rain_mm"]) == (3.5, 13.5, 0.3)
    assert three["weather_fields"] == ["night_min_c", "night_max_c", "rain_mm"]
    assert [three[name] for name in WEATHER_FILES.values()] == ["meteo.csv"] * 3
    two = made["2019-03-02"].data
    assert two["night_min_c"] == 9.9
    assert two["weather_fields"] == ["night_max_c", "rain_mm"]
    assert set(made) == {f"2019-03-{day:02}" for day in range(1, 11)}  # no check is made of a day of the file


def test_what_was_filled_is_taken_back_in_one_go(open_window: Open, db: Database, write: Write, qtbot: QtBot) -> None:
    site = season(db)
    window = open_window("weather", site=site, path=str(write(HEADER, *days(1, 10))))
    told(window, qtbot, "10 matins à compléter, 1 déjà noté.")
    press(window, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: words(window, "weather.go") == "Rien à compléter")
    assert not thing(window, "weather.go").isEnabled()
    press(window, Qt.Key.Key_Z, CTRL)
    assert all("rain_mm" not in one.data for one in visits(db, site).values())
    qtbot.waitUntil(lambda: words(window, "weather.go") == "Compléter 10 matins")


def test_values_that_can_not_be_are_refused_with_their_line(
    open_window: Open, db: Database, write: Write, qtbot: QtBot
) -> None:
    site = season(db)
    lines = days(1, 10)
    lines[4] = "05/03/2019;71;15,5;0,5"
    lines[6] = "07/03/2019;7,5;beau;0,7"
    window = open_window("weather", site=site, path=str(write(HEADER, *lines)))
    told(window, qtbot, "10 matins à compléter, 1 déjà noté, 2 valeurs refusées.")
    refused = [row for row in rows(window, "weather.differences") if row[4] == "inaccessible|refusé"]
    assert [row[0] for row in refused] == ["ligne 6", "ligne 8"]
    assert "71" in refused[0][1]
    press(window, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "rain_mm" in visits(db, site)["2019-03-05"].data)
    five = visits(db, site)["2019-03-05"].data
    assert "night_min_c" not in five
    assert five["night_max_c"] == 15.5


def test_a_column_is_put_right_by_hand_and_known_for_the_next_file(
    open_window: Open, db: Database, write: Write, qtbot: QtBot
) -> None:
    site = season(db)
    header = "Jour;Pluie;Sonde A;Sonde B"
    lines = [f"{day:02}/03/2019;0,{day % 10};{day + 10},5;{day},5" for day in range(1, 11)]
    first = write(header, *lines)
    window = open_window("weather", site=site, path=str(first))
    qtbot.waitUntil(lambda: "compléter" in words(window, "weather.words"))
    for name, title in (("night_min_c", "Sonde B"), ("night_max_c", "Sonde A")):
        edit = thing(window, f"weather.column.{name}")
        edit.setFocus()
        edit.selectAll()
        type_in(window, title)
        press(window, Qt.Key.Key_Tab)
    told(window, qtbot, "10 matins à compléter, 1 déjà noté.")
    press(window, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: words(window, "weather.go") == "Rien à compléter")
    three = visits(db, site)["2019-03-03"].data
    assert (three["night_min_c"], three["night_max_c"]) == (3.5, 13.5)
    # The next file has the same columns in another order.
    second = write("Sonde A;Jour;Sonde B;Pluie", "21,5;11/03/2019;11,5;1", name="meteo_2.csv")
    window.navigate("weather", site=site, path=str(second))
    qtbot.waitUntil(lambda: "1 jour du fichier sans relevé" in words(window, "weather.words"))
    assert [words(window, f"weather.column.{name}") for name in ("night_min_c", "night_max_c")] == [
        "Sonde B", "Sonde A",
    ]  # fmt: skip
    assert words(window, "weather.doubts") == "Reconnu d’un fichier d’avant."


def test_without_a_column_of_days_the_page_asks_for_it(
    open_window: Open, db: Database, write: Write, qtbot: QtBot
) -> None:
    site = season(db)
    window = open_window("weather", site=site, path=str(write("Ville;Tn", "Vimy;3", "Lens;4")))
    told(window, qtbot, "Dites quelle colonne est le jour.")
    assert not thing(window, "weather.go").isVisible()


def test_what_another_file_gave_is_replaced_only_when_wanted(
    open_window: Open, db: Database, write: Write, qtbot: QtBot
) -> None:
    site = season(db)
    one = visits(db, site)["2019-03-04"]
    given = {"rain_mm": 8.0, "weather_fields": ["rain_mm"], "rain_file": "ancien.csv"}
    records.save(db, [with_data(one, VISIT, {**one.data, **given})], "météo")
    window = open_window("weather", site=site, path=str(write("Jour;Pluie", "04/03/2019;0,4")))
    told(window, qtbot, "0 matin à compléter, 1 déjà rempli par un autre fichier.")
    assert not thing(window, "weather.go").isEnabled()
    press(window, Qt.Key.Key_Escape)
    window.navigate("weather", site=site)
    qtbot.waitUntil(lambda: thing(window, "weather.replace").isVisible())
    thing(window, "weather.replace").setFocus()
    press(window, Qt.Key.Key_R)
    assert words(window, "weather.go") == "Compléter 1 matin"
    press(window, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: visits(db, site)["2019-03-04"].data["rain_mm"] == 0.4)
    assert visits(db, site)["2019-03-04"].data["rain_file"] == "meteo.csv"


def test_what_is_typed_while_the_file_is_shown_is_kept(
    open_window: Open, db: Database, write: Write, qtbot: QtBot
) -> None:
    site = season(db)
    window = open_window("weather", site=site, path=str(write(HEADER, *days(1, 10))))
    told(window, qtbot, "10 matins à compléter, 1 déjà noté.")
    one = visits(db, site)["2019-03-04"]
    records.save(db, [with_data(one, VISIT, {**one.data, "night_min_c": -2.0})], "relevé")
    press(window, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "rain_mm" in visits(db, site)["2019-03-04"].data)
    assert visits(db, site)["2019-03-04"].data["night_min_c"] == -2.0


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "vide"), (b"\x00\x01\x02", "texte"), (None, "ne s’ouvre pas")],
)
def test_a_file_that_can_not_be_read_is_said_and_nothing_changes(
    open_window: Open, db: Database, tmp_path: Path, qtbot: QtBot, content: bytes | None, said: str
) -> None:
    site = season(db)
    path = tmp_path / "mauvais.csv"
    if content is not None:
        path.write_bytes(content)
    window = open_window("weather", site=site)
    type_in(window, str(path))
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: said in problem(window))
    assert focus(window).objectName() == "weather.path"
    assert thing(window, "weather.empty").isVisible()


def problem(window: MainWindow) -> str:
    return str(thing(window, "weather.path").parent().message.text())


def test_a_file_that_can_not_be_read_takes_the_one_before_it_away(
    open_window: Open, db: Database, write: Write, qtbot: QtBot
) -> None:
    site = season(db)
    good, bad = write(HEADER, *days(1, 10)), write(name="vide.csv")
    bad.write_bytes(b"")
    window = open_window("weather", site=site, path=str(good))
    qtbot.waitUntil(lambda: thing(window, "weather.go").isEnabled())
    press(window, Qt.Key.Key_F2)
    thing(window, "weather.path").selectAll()
    type_in(window, str(bad))
    assert words(window, "weather.go") == "Entrée d’abord : lire le fichier nommé"
    press(window, Qt.Key.Key_Return, CTRL)  # what stands below is of another file: this one is read
    qtbot.waitUntil(lambda: "vide" in problem(window))
    assert not thing(window, "weather.lines").isVisible()
    press(window, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: not window.background.busy())
    assert all("weather_fields" not in one.data for one in visits(db, site).values())
    thing(window, "weather.path").selectAll()
    type_in(window, str(good))
    assert problem(window) == ""
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: words(window, "weather.go") == "Compléter 10 matins")
    assert not window.notices.banner.isVisible()


def test_a_comparison_that_fails_is_said_once_and_only_while_it_is_wanted(
    open_window: Open, db: Database, write: Write, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = season(db)
    go_on, shown = threading.Event(), list[str]()
    monkeypatch.setattr(errors, "show", lambda error: shown.append(str(error)))

    def refuse(*_given: object) -> Joined:
        assert go_on.wait(10)
        raise FieldappError("La base est occupée.")

    monkeypatch.setattr(weather_work, "join", refuse)
    window = open_window("weather", site=site, path=str(write(HEADER, *days(1, 3))))
    qtbot.waitUntil(lambda: thing(window, "weather.lines").isVisible())
    window.navigate("data")
    go_on.set()
    qtbot.waitUntil(lambda: not window.background.busy())
    assert shown == []
    window.navigate("weather", site=site)
    qtbot.waitUntil(lambda: not window.background.busy())
    assert shown == ["La base est occupée."]
    assert "n’a pas abouti" in words(window, "weather.words")


def test_a_file_may_be_dropped(open_window: Open, db: Database, write: Write, qtbot: QtBot) -> None:
    site = season(db)
    path = write(HEADER, *days(1, 3))
    window = open_window("weather", site=site)
    shown = window.page()
    assert shown is not None
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    enter = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    shown.dragEnterEvent(enter)
    assert enter.isAccepted()
    shown.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    told(window, qtbot, "3 matins à compléter, 1 déjà noté.")


def test_without_a_barrier_the_page_of_the_barriers_comes_instead(open_window: Open) -> None:
    assert place(open_window("weather")).code == "barrier"


def test_the_mapping_of_a_header_is_kept_once_and_old_ones_go() -> None:
    mapping = weather.Mapping(date=0, night_min_c=1)
    kept = remembered([], ["a", "b"], mapping)
    kept = remembered(kept, ["a", "b"], replace(mapping, night_min_c=None, rain_mm=1))
    assert len(kept) == 1
    again = recalled(kept, ["b", "a"])
    assert again is not None
    assert (again.date, again.rain_mm, again.night_min_c) == (1, 0, None)
    for number in range(MOST_REMEMBERED + 3):
        kept = remembered(kept, ["a", f"c{number}"], mapping)
    assert len(kept) == MOST_REMEMBERED
    assert recalled(kept, ["a", "b"]) is None


@pytest.mark.parametrize("kept", [[{"header": 3}], ["x"], [{}], [{"header": ["a", "b"], "columns": {"date": "z"}}]])
def test_settings_that_make_no_sense_are_passed_over(kept: list[object]) -> None:
    assert recalled(kept, ["a", "b"]) is None  # type: ignore[arg-type]


def test_a_day_of_the_file_outside_the_campaigns_concerns_nobody(
    open_window: Open, db: Database, write: Write, qtbot: QtBot
) -> None:
    site = season(db)
    path = write("Jour;Pluie", "10/03/2019;1", "10/01/2019;1", "11/03/2019;1")
    window = open_window("weather", site=site, path=str(path), on=date(2019, 3, 18))
    told(window, qtbot, "1 matin à compléter, 1 jour du fichier sans relevé.")
