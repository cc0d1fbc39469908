"""How QGIS is to draw the layers of a GeoPackage: the table `layer_styles`, with the words of the columns as aliases.

Seen is full, looked for and not seen is hollow, in the house's green and amber: shape and colour both say it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np

from fieldapp.core.occurrence import ABSENT, PRESENT
from fieldapp.core.text import N_
from fieldapp.exchange.flat_columns import Column
from fieldapp.exchange.geopackage_shapes import LINES, POINTS

STYLES = "layer_styles"
"""The table in which QGIS looks for styles."""

GREEN, AMBER, GREY = "#14532D", "#B45309", "#6B7280"
"""Seen, not seen, and places: the colours of the program's figures by day (`ui.theme`)."""

_GEOMETRY = "geom"
_STATUS = "statut_observation"
_DRAWN_BY = "3.28"  # the version of QGIS whose way of writing a style this is; later ones read it
_UPDATED = "1980-01-01T00:00:00"
_SEEN = ((PRESENT, N_("Observé"), GREEN, True), (ABSENT, N_("Non observé"), AMBER, False))


@dataclass(frozen=True, slots=True)
class Styled:
    """A table to be drawn: of which family its geometries are, whether they are places, its columns."""

    table: str
    family: str
    is_place: bool
    columns: Sequence[Column]


def style_columns(tables: Sequence[Styled], say: Callable[[str], str]) -> dict[str, Any]:
    """Return the columns of `layer_styles` by name, one row per table; `say` puts words into the file's language.

    Source: QGIS, `qgsogrprovider.cpp`, saveStyle; the columns that no layer uses are empty.
    """
    texts: dict[str, list[str]] = {
        "f_table_catalog": [""] * len(tables),
        "f_table_schema": [""] * len(tables),
        "f_table_name": [one.table for one in tables],
        "f_geometry_column": [_GEOMETRY] * len(tables),
        "styleName": [one.table for one in tables],
        "styleQML": [_qml(one, say) for one in tables],
        "styleSLD": [""] * len(tables),
    }
    found: dict[str, Any] = {name: np.array(values, dtype=object) for name, values in texts.items()}
    found["useAsDefault"] = np.ones(len(tables), dtype=bool)
    found["description"] = np.array([""] * len(tables), dtype=object)
    found["owner"] = np.array(["fieldapp"] * len(tables), dtype=object)
    found["ui"] = np.array([""] * len(tables), dtype=object)
    found["update_time"] = np.array([_UPDATED] * len(tables), dtype="datetime64[s]")
    return found


def _qml(one: Styled, say: Callable[[str], str]) -> str:
    """Return the style of a table: how it is drawn, then what its columns are called."""
    top = Xml.Element("qgis", version=_DRAWN_BY, styleCategories="Symbology|Fields")
    if one.is_place:
        drawn = Xml.SubElement(top, "renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0")
        _symbol(Xml.SubElement(drawn, "symbols"), "0", one.family, GREY, is_full=False)
    else:
        drawn = Xml.SubElement(
            top, "renderer-v2", type="categorizedSymbol", attr=_STATUS, symbollevels="0", enableorderby="0"
        )
        categories = Xml.SubElement(drawn, "categories")
        symbols = Xml.SubElement(drawn, "symbols")
        for number, (code, label, colour, is_full) in enumerate(_SEEN):
            Xml.SubElement(
                categories, "category", value=code, label=say(label), symbol=str(number), render="true", type="string"
            )
            _symbol(symbols, str(number), one.family, colour, is_full=is_full)
    aliases = Xml.SubElement(top, "aliases")
    for number, column in enumerate(one.columns, 1):  # 0 is the number of the row
        Xml.SubElement(aliases, "alias", index=str(number), field=column.name, name=say(column.label))
    body = Xml.tostring(top, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{body}"


def _symbol(symbols: Xml.Element, name: str, family: str, colour: str, *, is_full: bool) -> None:
    line, ground = _colour(colour, 255), _colour(colour, 255 if is_full else 0)
    if family == POINTS:
        kind, layer, said = "marker", "SimpleMarker", {
            "name": "circle", "size": "2.4", "size_unit": "MM", "color": ground, "outline_color": line,
            "outline_width": "0.4", "outline_width_unit": "MM",
        }  # fmt: skip
    elif family == LINES:
        kind, layer, said = "line", "SimpleLine", {
            "line_color": line, "line_width": "0.6", "line_width_unit": "MM",
            "line_style": "solid" if is_full else "dash",
        }  # fmt: skip
    else:
        kind, layer, said = "fill", "SimpleFill", {
            "color": _colour(colour, 60 if is_full else 0), "style": "solid", "outline_color": line,
            "outline_style": "solid", "outline_width": "0.4", "outline_width_unit": "MM",
        }  # fmt: skip
    symbol = Xml.SubElement(symbols, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1")
    drawn = Xml.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "locked": "0", "pass": "0"})
    options = Xml.SubElement(drawn, "Option", type="Map")
    for key, value in said.items():
        Xml.SubElement(options, "Option", type="QString", name=key, value=value)


def _colour(text: str, alpha: int) -> str:
    red, green, blue = (int(text[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
