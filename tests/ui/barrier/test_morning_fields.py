"""What is typed above the board: the day, and the weather of the night."""

from __future__ import annotations

import re
from datetime import date

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from fieldapp.core import dates
from fieldapp.core.text import set_language
from fieldapp.store.connection import Database
from fieldapp.ui import theme
from fieldapp.ui.barrier.morning_fields import DayEdit, read_day
from tests.ui.barrier import typist
from tests.ui.barrier.typist import ON, Sit, Typist, seated

db, open_window, sit = typist.db, typist.open_window, typist.sit

TODAY = date(2019, 3, 18)


# ------------------------------------------------------------------------------------------------------- the day


@pytest.mark.parametrize(("text", "day"), [
    ("18/3", "2019-03-18"), ("12 mars", "2019-03-12"), ("hier", "2019-03-17"), ("avant-hier", "2019-03-16"),
    ("19/3/2018", "2018-03-19"), ("25/3/18", "2018-03-25"), ("20/12", "2018-12-20"), ("31/12", "2018-12-31"),
])  # fmt: skip
def test_a_day_is_read(text: str, day: str) -> None:
    assert read_day(text, TODAY, "2019-06-15") == day


@pytest.mark.parametrize(("text", "words"), [
    ("19/3", "Le 19 mars est demain."), ("19 mars", "Le 19 mars est demain."), ("demain", "Le 19 mars est demain."),
    ("mardi 19 mars", "Le 19 mars est demain."), ("19/03/2019", "Le 19 mars est demain."),
    ("25/3", "Le 25 mars n’est pas encore venu. Pour une autre année, écrivez-la."),
    ("18/03/2102", "Le 18/03/2102 est dans l’avenir : vérifiez le jour et l’année."),
    ("31/2", "Le 31/2 n’existe pas : vérifiez le jour et le mois."),
])  # fmt: skip
def test_a_day_that_can_not_be_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        read_day(text, TODAY, "2019-06-15")


@pytest.mark.parametrize("text", ["18/03/2102", "19/3", "31/2"])
def test_a_day_that_can_not_be_is_said_beside_the_field_and_the_board_stays(db: Database, sit: Sit, text: str) -> None:
    person = seated(db, sit)
    person.keys("c m F3")
    person.write(text)
    person.keys("Enter")
    field, said = person.find(QLineEdit, "morning.day"), person.find(QLabel, "morning.said")
    assert said.isVisible()
    assert (field.text(), field.property("problem")) == (text, "error")
    assert person.tile("1") == "Seau 1 : 1 ♂ Crapaud commun"
    assert person.page.undo_state()["on"] == ON
    person.keys("Esc")
    assert (field.text(), field.property("problem"), said.isVisible()) == ("lundi 18 mars", "", False)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_whole_day_has_room(db: Database, sit: Sit, qapp: QApplication, scale: float, language: str) -> None:
    person = seated(db, sit)
    try:
        theme.apply(qapp, "jour", scale)
        set_language(language)
        field = person.find(DayEdit, "morning.day")
        field.set_value("2018-05-25")
        QApplication.processEvents()
        assert field.text() == dates.in_words(date(2018, 5, 25), with_year=True)
        spare = field.width() - QFontMetrics(field.font()).horizontalAdvance(field.text())
        assert spare >= 2 * theme.M + 4
    finally:
        set_language("fr")
        theme.apply(qapp)


# ----------------------------------------------------------------------------------------------------- the weather


def marked(person: Typist) -> list[str]:
    names = ["night_min_c", "night_max_c", "rain_mm"]
    return [name for name in names if person.find(QLineEdit, f"morning.{name}").property("problem") == "error"]


def test_a_refused_temperature_keeps_its_mark_until_it_is_mended(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("F5")
    person.write("71")
    person.keys("Enter")
    person.write("abc")
    assert marked(person) == ["night_min_c"]
    person.keys("Enter")
    assert marked(person) == ["night_min_c", "night_max_c"]
    assert "71" in person.label("morning.said")
    assert "« abc » n’est pas un nombre : écrivez par exemple 6,2." in person.label("morning.said")
    person.find(QLineEdit, "morning.night_max_c").selectAll()
    person.write("11,4")
    person.keys("Enter")
    assert marked(person) == ["night_min_c"]
    assert "échangez" not in person.label("morning.said")
    assert not person.page.body.banner.isVisible()
    person.keys("F5")
    person.write("7,1")
    person.keys("Enter")
    assert marked(person) == []
    assert not person.find(QLabel, "morning.said").isVisible()
