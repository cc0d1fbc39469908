"""The people of one file: those of the directory, and new ones, each the same record for all spellings of a name."""

from __future__ import annotations

from fieldapp.core.exchange import Known
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record
from fieldapp.core.text import fold
from fieldapp.protocols.pitfall_barrier import csv_layout as layout

DIRECTORY = "directory"
"""Code of the protocol of people and datasets, which all protocols point to."""


class People:
    """Finds or makes the people that cells name. Names that the database knows are kept as they stand there."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._directory: dict[str, Record] | None = None
        self._cells: dict[str, tuple[Record, ...]] = {}

    def named(self, cell: str) -> tuple[Record, ...]:
        """Return the people of a cell in its order, none for an empty one.

        A cell that is as a whole the name of somebody here ("DUPONT, Jean") is that person.
        """
        found = self._cells.get(cell)
        if found is None:
            known = self._people()
            names = [cell] if fold(" ".join(cell.split())) in known else layout.read_people(cell)
            people = {person.uid: person for person in map(self._person, names)}
            found = self._cells[cell] = tuple(people.values())
        return found

    def _people(self) -> dict[str, Record]:
        if self._directory is None:
            people = self._known.roots(DIRECTORY, "person")
            self._directory = {fold(str(one.data.get("name", ""))): one for one in reversed(people)}
            self._directory.pop("", None)
        return self._directory

    def _person(self, name: str) -> Record:
        known = self._people()
        name = " ".join(name.split())
        key = fold(name)
        if key not in known:
            uid = name_uid("person", key)
            known[key] = self._known.get(uid) or Record(uid, DIRECTORY, "person", None, {"name": name})
        return known[key]
