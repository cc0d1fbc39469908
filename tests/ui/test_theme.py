"""The tokens keep the promises of the interface design: contrast, night vision, figures of one width."""

import gc
from dataclasses import fields

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.theme import RING_PAIRS, TEXT_PAIRS, THEMES, Colours


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def every_colour(colours: Colours) -> list[str]:
    single = [getattr(colours, item.name) for item in fields(Colours) if item.name != "plots"]
    return [*single, *colours.plots]


def test_the_contrast_measure_knows_the_extremes() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_legible_on_its_ground(name: str, text: str, ground: str) -> None:
    least = 4.5 if name == "nuit-rouge" else 7.0
    colours = THEMES[name]
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= least


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("ring", "ground"), RING_PAIRS)
def test_the_focus_ring_is_visible(name: str, ring: str, ground: str) -> None:
    assert contrast(getattr(THEMES[name], ring), getattr(THEMES[name], ground)) >= 3.0


@pytest.mark.parametrize("colour", every_colour(THEMES["nuit-rouge"]))
def test_the_red_night_theme_has_red_tones_only(colour: str) -> None:
    found = QColor(colour)
    assert found.green() <= found.red()
    assert found.blue() <= found.red()
    assert found.hue() == -1 or found.hue() <= 30 or found.hue() >= 340


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("scale", theme.SCALES.values())
def test_every_name_of_the_style_files_is_filled_in(name: str, scale: float) -> None:
    sheet = theme.style_sheet(theme.Theme(name, scale, THEMES[name]))
    assert "@" not in sheet
    assert THEMES[name].accent in sheet


@pytest.mark.parametrize("name", THEMES)
def test_the_small_drawings_of_the_inputs_have_the_colours_of_their_theme(name: str) -> None:
    from fieldapp.core import paths

    folder = paths.resource("styles") / name
    wanted = {"check": "on_accent", "dash": "on_accent", "dot": "on_accent", "up": "secondary", "down": "secondary"}
    for drawing, token in wanted.items():
        assert getattr(THEMES[name], token) in (folder / f"{drawing}.svg").read_text()


def test_the_style_files_write_no_colour_of_their_own() -> None:
    assert "#" not in theme._templates().replace("/* ", "")


def test_another_theme_and_text_size_dress_open_windows_at_once(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "jour", 1.0)
    label = QLabel("12,5")
    qtbot.addWidget(label)
    label.show()
    before = label.fontMetrics().height()
    with qtbot.waitSignal(theme.on_change().changed):
        theme.apply(qapp, "sombre", 1.5)
    assert label.fontMetrics().height() > before
    assert label.palette().windowText().color() == QColor(THEMES["sombre"].text)
    theme.apply(qapp, "jour", 1.0)


def test_a_look_that_is_in_use_already_is_left_alone(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "sombre", 1.25)
    with qtbot.assertNotEmitted(theme.on_change().changed):
        theme.apply(qapp, "sombre", 1.25)
    assert (theme.current().name, theme.current().scale) == ("sombre", 1.25)
    with qtbot.waitSignal(theme.on_change().changed):
        theme.apply(qapp)


def test_no_widget_is_collected_while_qt_goes_over_all_of_them(qtbot: QtBot, qapp: QApplication) -> None:
    collecting: list[bool] = []

    class Dressed(QLabel):
        def changeEvent(self, event: QEvent) -> None:
            if event.type() == QEvent.Type.StyleChange:
                collecting.append(gc.isenabled())
            super().changeEvent(event)

    theme.apply(qapp)
    label = Dressed("mare")
    qtbot.addWidget(label)
    label.show()
    collecting.clear()
    theme.apply(qapp, "nuit-rouge")
    assert collecting
    assert not any(collecting)
    assert gc.isenabled()
    theme.apply(qapp)


def test_an_unknown_theme_is_the_day_theme(qapp: QApplication) -> None:
    theme.apply(qapp, "fluo", 1.0)
    assert theme.current().name == "jour"


def test_figures_have_one_width(qapp: QApplication) -> None:
    theme.apply(qapp, "jour", 1.0)
    metrics = QFontMetrics(theme.font())
    assert {metrics.horizontalAdvance(figure) for figure in "0123456789"} == {metrics.horizontalAdvance("0")}


def test_targets_are_large_enough_at_every_text_size(qapp: QApplication) -> None:
    for scale in theme.SCALES.values():
        theme.apply(qapp, "jour", scale)
        assert theme.target() >= 36
        assert theme.target(large=True) >= 48
    theme.apply(qapp, "jour", 1.0)
