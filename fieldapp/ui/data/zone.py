"""The choice of a zone: an area of the maps that are loaded, one out of a file, or a contour that one draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import N_, _, fold
from fieldapp.store import areas
from fieldapp.ui import errors, files, theme
from fieldapp.ui.background import Progress
from fieldapp.ui.data.filter_line import FilterLine
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import Suggestion

KINDS = N_("Cartes (*.geojson *.json *.gpkg *.shp *.zip)")

_DRAW, _FILE = "draw", "file"


class ZoneField(QWidget):
    """A line with the areas of the maps; `chosen` carries the polygon (WKT, "" for none) and its name.

    Below them it offers to draw a contour (`draw_wanted`) and to load a file.
    """

    chosen = Signal(str, str)
    draw_wanted = Signal()

    def __init__(self, context: PageContext, *, name: str) -> None:
        super().__init__()
        self._context = context
        self._geography: Any = None
        self.line = FilterLine(self._suggest, placeholder=_("partout"), name=name)
        self.line.chosen.connect(self._take)
        self.line.textChanged.connect(lambda text: None if text else self._narrow("", ""))
        self._name = ""
        self.setLayout(theme.row(self.line, spacing=0))
        self.setFocusProxy(self.line)

    def show_name(self, name: str) -> None:
        """Show the name of the zone without saying so."""
        self._name = name
        self.line.show_words(name)

    def _narrow(self, polygon: str, name: str) -> None:
        self._name = name
        self.chosen.emit(polygon, name)

    def _suggest(self, text: str) -> list[Suggestion]:
        """Return the areas of this name; the other ways stand below them, and where nothing is looked for."""
        kinds = {choice.code: _(choice.label) for choice in areas.KINDS}
        named = self._maps().named(text) if text else []
        found = [Suggestion(one.id, one.name, kinds.get(one.kind, ""), one.code, "area", italic=False) for one in named]
        ways = [
            Suggestion(_DRAW, _("Dessiner un contour…"), icon="edit"),
            Suggestion(_FILE, _("Charger un fichier…"), icon="import_file"),
        ]
        if found or text in ("", self._name):
            return [*found, *ways]
        return [way for way in ways if fold(text) in fold(way.title)]

    def _maps(self) -> Any:
        from fieldapp.desk.geography import Geography

        if self._geography is None:
            self._geography = Geography.load(self._context.services.db)
        return self._geography

    def _take(self, row: Suggestion) -> None:
        if row.key in (_DRAW, _FILE):
            self.show_name(self._name)  # the zone of before holds until there is another
        if row.key == _DRAW:
            self.draw_wanted.emit()
        elif row.key == _FILE:
            files.ask_open(self, _("Ouvrir une carte"), KINDS, self._load)
        else:
            self._choose(areas.by_ids(self._context.services.db, [row.key])[0])

    def _choose(self, area: areas.Area) -> None:
        import shapely

        self.show_name(area.name)
        self._narrow(shapely.to_wkt(shapely.from_wkb(area.wkb), rounding_precision=7), area.name)

    def _load(self, path: Path) -> None:
        self._context.background.run(_loaded, self._context.services, path, done=self._loaded, failed=errors.show)

    def _loaded(self, found: list[areas.Area]) -> None:
        """Choose the one area of the file; of several the person chooses."""
        self._geography = None
        if len(found) == 1:
            self._choose(found[0])
            return
        self._context.notify(_("Carte chargée : tapez le nom d’une de ses zones."))
        self.line.setFocus()


def _loaded(services: Services, path: Path, progress: Progress) -> list[areas.Area]:
    """Load the areas of a file as a map of its own and return the first of them."""
    from fieldapp.exchange import layers

    with services.open_own() as db:
        seen = layers.inspect(path)
        wanted = layers.Wanted(path, "other", path.stem, seen.part, seen.code, seen.name)
        layers.load(db, wanted, progress.report)
        inside = [one.id for one in areas.outlines(db) if one.kind == "other" and one.layer == path.stem]
        return areas.by_ids(db, inside[:2])
