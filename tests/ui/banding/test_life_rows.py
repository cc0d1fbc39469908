"""The painted lines and curves of a life: what they show in little room."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.protocols.banding.life import Event
from fieldapp.ui import theme
from fieldapp.ui.banding.life_rows import LifeCurve, LifeRows


def events(count: int) -> list[Event]:
    return [Event(str(n), f"20{n:02}-05-01", "", {"action": "C", "mass_g": 10.0 + n}) for n in range(1, count + 1)]


def lines(rows: LifeRows) -> list[str]:
    return [line if isinstance(line, str) else line[0] for line in rows.shown()]


def rows_of(qtbot: QtBot, count: int, height: int) -> LifeRows:
    theme.apply(QApplication.instance())  # type: ignore[arg-type]
    rows = LifeRows()
    qtbot.addWidget(rows)
    rows.show_events(events(count))
    rows.resize(460, height)
    return rows


def test_all_captures_are_shown_where_there_is_room(qtbot: QtBot) -> None:
    rows = rows_of(qtbot, 4, 400)
    assert lines(rows) == ["01/05/2001", "01/05/2002", "01/05/2003", "01/05/2004"]
    assert rows.minimumSizeHint().height() < rows.sizeHint().height() <= 400


def test_in_little_room_the_first_and_the_newest_are_shown(qtbot: QtBot) -> None:
    rows = rows_of(qtbot, 20, 170)
    assert lines(rows) == ["01/05/2001", "… 17 captures entre les deux", "01/05/2019", "01/05/2020"]


def test_with_room_for_two_lines_the_newest_and_how_many_before_are_shown(qtbot: QtBot) -> None:
    assert lines(rows_of(qtbot, 3, 60)) == ["… 2 captures avant", "01/05/2003"]
    assert lines(rows_of(qtbot, 2, 60)) == ["01/05/2001", "01/05/2002"]


def test_no_more_than_twelve_lines_are_ever_shown_and_the_reader_hears_all(qtbot: QtBot) -> None:
    rows = rows_of(qtbot, 30, 2000)
    assert len(lines(rows)) == 12
    assert rows.accessibleDescription().count(" ; ") == 29


def painted(widget: LifeRows | LifeCurve) -> set[str]:
    image = widget.grab().toImage()
    return {QColor(image.pixel(x, y)).name().upper() for x in range(image.width()) for y in range(0, image.height(), 2)}


def test_lines_and_curves_are_painted_in_the_colours_of_the_theme(qtbot: QtBot) -> None:
    rows = rows_of(qtbot, 4, 200)
    assert theme.colour("line").name().upper() in painted(rows)
    curve = LifeCurve()
    qtbot.addWidget(curve)
    curve.resize(460, 90)
    assert curve.show_measures(dated(mass_g=[11.2, 12.6, 12.1], wing_mm=[66, 66.5, 67]))
    found = painted(curve)
    assert {colour.name().upper() for colour in theme.plot_colours()[:2]} <= found


def dated(**series: Sequence[float | None]) -> list[tuple[str | None, dict[str, Any]]]:
    length = max(map(len, series.values()))
    return [
        (f"202{n}-05-01", {name: values[n] for name, values in series.items() if values[n] is not None})
        for n in range(length)
    ]


def test_a_curve_needs_three_measures_with_a_date(qtbot: QtBot) -> None:
    curve = LifeCurve()
    qtbot.addWidget(curve)
    assert not curve.show_measures(dated(mass_g=[11.2, 12.6]))
    assert not curve.show_measures([(None, {"mass_g": 11.0})] * 5)
    assert curve.show_measures(dated(mass_g=[11.2, 12.6, 12.1], wing_mm=[66.0, None, 66.5]))
    assert curve.labels() == ["Masse 11,2–12,6 g"]
    assert curve.accessibleName() == "Masse 11,2–12,6 g"


def test_measures_of_one_day_and_equal_ones_are_painted_too(qtbot: QtBot) -> None:
    curve = LifeCurve()
    qtbot.addWidget(curve)
    curve.resize(300, 90)
    assert curve.show_measures([("2024-05-01", {"mass_g": 11.0})] * 3)
    assert theme.plot_colours()[0].name().upper() in painted(curve)
