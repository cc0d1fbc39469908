"""What the pictures of the maps show: a few communes and a reserve around Vimy, two rules and a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import shapely

from fieldapp.core.ids import name_uid
from fieldapp.core.record import make_record
from fieldapp.exchange.layers import Inspected, Wanted
from fieldapp.protocols.directory.protocol import CODE, SENSITIVITY
from fieldapp.store import areas, records, sensitivities
from fieldapp.store.areas import NewArea
from fieldapp.store.connection import Database
from fieldapp.ui.maps.page import MapsPage
from fieldapp.ui.maps.work import Looked
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow

_LAYERS = (
    ("commune", "Communes du Pas-de-Calais", "COMMUNE_62.shp", 887),
    ("protected", "Réserves naturelles", "inpn_rnr_2026.gpkg", 12),
    ("managed", "Sites du Conservatoire", "sites_cen.geojson", 64),
)
_RULES = ((139, "62", "2", "mares connues du public"), (459628, "", "1", ""))


def load(db: Database) -> None:
    """Store maps of squares, rules of the association and a list."""
    for kind, name, file_name, count in _LAYERS:
        squares = [_square(number) for number in range(count)]
        areas.replace_layer(db, kind, name, file_name, "0" * 64, squares)
    made = [
        make_record(
            CODE,
            SENSITIVITY,
            {"cd_nom": cd_nom, "department": department, "level": level, "comments": reason},
            None,
            name_uid("sensitivity", f"{cd_nom}/{department}"),
        )
        for cd_nom, department, level, reason in _RULES
    ]
    records.save(db, made, "Espèces sensibles")
    listed = [(number, "62", 2) for number in range(2_000_001, 2_001_312)]  # of no species that the demonstration has
    sensitivities.replace_list(db, "sensibilite_inpn_v18.csv", listed)


def _square(number: int) -> NewArea:
    west, south = 2.0 + number % 30 / 20, 50.0 + number // 30 / 20
    box = shapely.box(west, south, west + 0.05, south + 0.05)
    return NewArea(f"62{number:03}", f"Commune {number}", box.bounds, shapely.to_wkb(box))


def scenes(window: MainWindow, services: Services, *, every: bool) -> Iterator[str]:
    """Yield the names of the pictures, the window brought there each time."""
    if every and not areas.layers(services.db):
        window.navigate("maps", section="maps")
        yield "cartes-vide"
        window.navigate("maps", section="species")
        yield "sensibles-vide"
    if not areas.layers(services.db):
        load(services.db)
    window.navigate("today")
    window.navigate("maps", section="maps")
    yield "cartes"
    page = window.page()
    if not every or not isinstance(page, MapsPage):
        return
    columns = ("ID", "NOM", "NOM_M", "INSEE_COM", "INSEE_DEP", "POPULATION")
    wanted = Wanted(Path("ADMIN-EXPRESS_59.gpkg"), "commune", "Communes du Nord", "COMMUNE_59", "INSEE_COM", "NOM")
    found = Inspected(wanted.path, ("COMMUNE_59", "CHEF_LIEU"), wanted.part, columns, "INSEE_COM", "NOM", 648)
    sample = [("59001", "Abancourt"), ("59002", "Abscon"), ("59003", "Aibes"), ("59004", "Aix-en-Pévèle")]
    page.show_looked(Looked(found, wanted, sample))
    yield "carte-a-charger"
    window.escape()
    window.navigate("maps", section="species")
    yield "sensibles"
    page.edit_rule()
    yield "regle-sensible"
    window.escape()
