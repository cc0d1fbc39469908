"""The small curve of the board: this season in front, named; light, without the plotting library."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPolygonF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.barrier import curve as curve_module
from fieldapp.ui.barrier.curve import Points, SeasonCurve, half_at

FRONT = ((32, 0.0), (60, 0.2), (75, 0.66))
BEHIND = (((32, 0.0), (70, 0.4), (80, 0.6), (120, 1.0)), ((32, 0.0), (76, 0.5), (120, 1.0)))


@pytest.fixture
def curve(qtbot: QtBot, qapp: QApplication) -> SeasonCurve:
    theme.apply(qapp)
    made = SeasonCurve()
    qtbot.addWidget(made)
    made.resize(360, 150)
    return made


def colours_of(image: QImage) -> set[str]:
    return {QColor(image.pixel(x, y)).name() for x in range(image.width()) for y in range(image.height())}


def test_half_is_reached_on_the_first_day_at_or_above_it() -> None:
    assert [half_at(points) for points in (*BEHIND, FRONT)] == [80, 76, 75]
    assert half_at(((32, 0.1),)) is None


def test_the_curve_is_told_in_words(curve: SeasonCurve) -> None:
    curve.show_curves(FRONT, BEHIND, "2026")
    assert curve.accessibleName() == "Courbe cumulée 2026"
    assert curve.accessibleDescription() == "2026 : 66 % au 15 mars ; autres années : 50 % vers le 20 mars"


def test_a_season_that_has_caught_nothing_yet_says_so(curve: SeasonCurve) -> None:
    curve.show_curves((), BEHIND, "2026")
    assert curve.accessibleDescription() == "2026 : rien encore"
    assert theme.THEMES["jour"].disabled.lower() in colours_of(curve.grab().toImage())


@pytest.mark.parametrize("name", list(theme.THEMES))
def test_the_season_wears_the_accent_in_every_theme(curve: SeasonCurve, qapp: QApplication, name: str) -> None:
    curve.show_curves(FRONT, BEHIND, "2026")
    theme.apply(qapp, name)
    assert theme.THEMES[name].accent.lower() in colours_of(curve.grab().toImage())
    theme.apply(qapp)


def test_without_any_curve_and_with_a_single_point_it_paints_all_the_same(curve: SeasonCurve) -> None:
    curve.show_curves((), (), "2026")
    assert not colours_of(curve.grab().toImage()) & {theme.THEMES["jour"].accent.lower()}
    curve.show_curves(((75, 1.0),), (), "2026")
    assert theme.THEMES["jour"].accent.lower() in colours_of(curve.grab().toImage())


def test_the_curves_are_laid_out_anew_only_for_another_size_or_text_or_other_curves(
    curve: SeasonCurve, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid: list[object] = []
    line = curve_module._line

    def counted(points: Points, field: QRectF, first: int, last: int) -> QPolygonF:
        laid.append(points)
        return line(points, field, first, last)

    monkeypatch.setattr(curve_module, "_line", counted)

    def painted() -> int:
        laid.clear()
        curve.grab()
        return len(laid)

    curve.show_curves(FRONT, BEHIND, "2026")
    assert [painted(), painted()] == [3, 0]
    curve.resize(300, 150)
    assert [painted(), painted()] == [3, 0]
    curve.show_curves(FRONT, BEHIND[:1], "2026")
    assert [painted(), painted()] == [2, 0]
    theme.apply(qapp, "jour", 1.5)
    assert [painted(), painted()] == [2, 0]
    theme.apply(qapp, "sombre", 1.5)
    assert painted() == 0
    theme.apply(qapp)


def test_no_curve_runs_through_the_name_of_the_season(curve: SeasonCurve) -> None:
    crowd = [((32, 0.0), (40 + step, 0.5), (60 + step, 1.0), (120, 1.0)) for step in range(0, 40, 2)]
    thin = theme.THEMES["jour"].disabled.lower()
    curve.show_curves(FRONT, crowd, "2026")
    place = curve.label_place().toAlignedRect().adjusted(1, 1, -1, -1)
    assert curve.rect().contains(place)
    assert thin not in colours_of(curve.grab(place).toImage())
    curve.show_curves((), crowd, "2026")
    assert thin in colours_of(curve.grab(place).toImage())
    assert curve.label_place().isEmpty()


@pytest.mark.parametrize("end", [(33, 0.0), (33, 1.0), (120, 0.0), (120, 1.0)])
def test_the_name_stays_in_sight_wherever_the_curve_ends(curve: SeasonCurve, end: tuple[int, float]) -> None:
    curve.show_curves(((32, 0.0), end), BEHIND, "2026")
    assert curve.rect().contains(curve.label_place().toAlignedRect())


def test_it_does_not_load_the_plotting_library() -> None:
    code = "import sys, fieldapp.ui.barrier.curve; print('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "False"


def test_a_running_count_alone_stands_on_the_whole_season_and_is_told_in_animals(curve: SeasonCurve) -> None:
    curve.show_counts((((71, 3.0), (72, 3.0)), ((75, 8.0), (76, 37.0))), (32, 167), "2026")
    assert curve.accessibleDescription() == "2026 : 37 au 16 mars"
    accent = theme.THEMES["jour"].accent.lower()
    image = curve.grab().toImage()
    assert accent in colours_of(image)
    right = image.copy(image.width() // 2, 0, image.width() // 2, image.height())
    assert accent not in colours_of(right)  # 16 March is in the first half of the season
    curve.show_curves(FRONT, (), "2026")
    assert curve.accessibleDescription() == "2026 : 66 % au 15 mars"
