"""The styles have the program's own colours, and tell seen from not seen without colour."""

from xml.etree import ElementTree as Xml

import pytest

from fieldapp.exchange.flat_columns import Column
from fieldapp.exchange.geopackage_styles import AMBER, GREEN, GREY, Styled, style_columns
from fieldapp.ui.theme import THEMES


def test_the_colours_are_those_of_the_figures_by_day() -> None:
    assert {GREEN, AMBER, GREY} <= set(THEMES["jour"].plots)


@pytest.mark.parametrize(("family", "drawn_by"), [("points", "color"), ("lines", "line_style"), ("polygons", "color")])
def test_seen_and_not_seen_differ_by_shape_too(family: str, drawn_by: str) -> None:
    (text,) = style_columns([Styled("t", family, False, [Column("a", "Le a", "")])], str)["styleQML"]
    qml = Xml.fromstring(text.partition("\n")[2])
    assert [(item.get("value"), item.get("label")) for item in qml.iter("category")] == [
        ("Pr", "Observé"), ("No", "Non observé"),
    ]  # fmt: skip
    drawn = [
        option.get("value", "").rpartition(",")[2] for option in qml.iter("Option") if option.get("name") == drawn_by
    ]
    assert len(set(drawn)) == 2


def test_the_words_of_columns_are_in_the_language_of_the_file_and_any_sign_may_stand_in_them() -> None:
    columns = [Column("a", "Température < 5 & « froide »", "")]
    (text,) = style_columns([Styled("t", "points", True, columns)], str.upper)["styleQML"]
    (alias,) = Xml.fromstring(text.partition("\n")[2]).iter("alias")
    assert (alias.get("field"), alias.get("name"), alias.get("index")) == ("a", "TEMPÉRATURE < 5 & « FROIDE »", "1")
