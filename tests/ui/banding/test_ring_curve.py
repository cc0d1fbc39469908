"""The curves of one bird: what is drawn, and the days below."""

from datetime import date
from typing import Any

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.protocols.banding.life import Event, Life
from fieldapp.protocols.banding.ring import Ring
from fieldapp.ui import theme
from fieldapp.ui.banding import ring_curve
from fieldapp.ui.banding.ring_curve import RingCurve


def life(*captures: tuple[str | None, dict[str, Any]]) -> Life:
    events = tuple(Event(str(number), on, "", values) for number, (on, values) in enumerate(captures))
    return Life(Ring("FRP", "8680001"), (), events)


def test_measures_without_a_date_and_fewer_than_three_are_not_drawn(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    curve = RingCurve()
    qtbot.addWidget(curve)
    both = [(f"2024-0{month}-01", {"mass_g": 10.0 + month, "wing_mm": 66.0}) for month in (5, 6)]
    assert not curve.show_life(life(*both, (None, {"mass_g": 11.0})))
    assert curve.labels() == []
    assert curve.show_life(life(*both, ("2024-07-01", {"mass_g": 11.0})))
    assert curve.labels() == ["Masse (g)"]
    assert curve.accessibleDescription() == "Masse (g) : 01/05/2024 15,0, 01/06/2024 16,0, 01/07/2024 11,0"


def test_a_long_life_has_years_below_and_a_short_one_its_days() -> None:
    def words(*days: date) -> list[str]:
        return [label for _at, label in ring_curve._ticks([(day, 1.0) for day in days])]

    assert words(date(2024, 8, 3), date(2025, 5, 1), date(2026, 6, 21)) == ["2025", "2026"]
    assert words(date(2024, 5, 3), date(2024, 7, 1)) == ["03/05/2024", "01/07/2024"]
    assert words(date(2024, 5, 3), date(2024, 5, 3)) == ["03/05/2024"]
    many = words(date(2000, 1, 1), date(2026, 1, 1))
    assert len(many) <= 7
    assert many[0] == "2001"
