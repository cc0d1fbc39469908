"""In which commune and department each line lies: by the maps, else as its place or the group of it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from fieldapp.core.occurrence import Place
from fieldapp.core.record import Record
from fieldapp.core.text import fold
from fieldapp.desk.checks import Areas
from fieldapp.desk.columns import Columns
from fieldapp.desk.geography import Geography
from fieldapp.desk.lines import DEGREE, NOWHERE, position_of
from fieldapp.desk.tables import distinct
from fieldapp.store import walking
from fieldapp.store.connection import Database

_DEPARTMENTS = ("department", "departement", "code_dep")


def communes_and_departments(db: Database, lines: Columns, sites: Mapping[int, Record]) -> tuple[Areas, Areas]:
    """Return the communes and the departments of all lines; `sites` are the records of their sites by number.

    Areas of one name are told apart by their codes. A line without a site lies where it says itself, by the maps alone.
    """
    geography = Geography.load(db)
    numbers, first, of_line = np.unique(lines.site, return_index=True, return_inverse=True)
    roots = walking.by_number(db, distinct(lines.root).tolist())
    places = []
    for number, root in zip(numbers.tolist(), lines.root[first].tolist(), strict=True):
        told = [one for one in (sites.get(number), roots.get(root)) if one is not None]
        places.append(_of_site(geography, told))
    if geography.outlines:
        alone = np.flatnonzero((lines.site == 0) & lines.is_somewhere)
        spots = lines.longitude[alone].astype(np.int64) * 2**32 + lines.latitude[alone]
        _distinct, first, at = np.unique(spots, return_index=True, return_inverse=True)
        of_line[alone] = len(places) + at
        places += [_of_spot(geography, int(lines.longitude[one]), int(lines.latitude[one])) for one in alone[first]]
    return _areas(places, of_line, "commune"), _areas(places, of_line, "department")


def _areas(places: Sequence[Place], of_line: NDArray[np.intp], kind: str) -> Areas:
    """Return the areas of a kind that places lie in, each once, and those of the lines."""
    known: dict[str, int] = {}
    names: list[str] = []
    of_place = np.full(len(places), -1, dtype=np.int64)
    for number, place in enumerate(places):
        name = place.commune if kind == "commune" else place.department
        key = place.commune_code or f"{place.department} {fold(name)}" if kind == "commune" else fold(name)
        if name:
            of_place[number] = known.setdefault(key, len(known))
            if known[key] == len(names):
                names.append(name)
    return Areas(names, of_place[of_line])


def _of_site(geography: Geography, told: Sequence[Record]) -> Place:
    x, y = position_of(told)
    found = _of_spot(geography, x, y) if geography.outlines and x != NOWHERE else Place(uid="")
    commune = _said(told, ("commune",))
    if found.commune or not commune:
        return msgspec.structs.replace(found, department=found.department or _said(told, _DEPARTMENTS))
    written = geography.around(Place(uid="", commune=commune, department=found.department or _said(told, _DEPARTMENTS)))
    return msgspec.structs.replace(written, department=found.department or written.department)


def _of_spot(geography: Geography, x: int, y: int) -> Place:
    return geography.around(Place(uid="", longitude=x / DEGREE, latitude=y / DEGREE))


def _said(told: Sequence[Record], names: Sequence[str]) -> str:
    return next((str(record.data[name]) for record in told for name in names if record.data.get(name)), "")
