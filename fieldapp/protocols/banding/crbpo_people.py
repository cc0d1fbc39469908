"""The people whom a CRBPO table names "NOM, Prénom", found in the directory or made anew."""

from __future__ import annotations

from fieldapp.core.exchange import Known
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record
from fieldapp.core.text import fold
from fieldapp.protocols.banding import crbpo

DIRECTORY = "directory"
"""Code of the protocol of people, which all protocols point to."""


class People:
    """The people of one file, each one record, the same for spellings that differ by capitals or accents alone."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._found: dict[str, Record] = {}
        self._directory: dict[str, Record] | None = None

    def named(self, text: str) -> Record | None:
        """Return the person whom a cell names, None for an empty cell."""
        typed = " ".join(text.split())
        if not typed:
            return None
        key = person_key(typed)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._person(key, crbpo.read_person(typed))
        return found

    def _person(self, key: str, name: str) -> Record:
        if self._directory is None:
            people = self._known.roots(DIRECTORY, "person")
            self._directory = {person_key(str(one.data.get("name", ""))): one for one in reversed(people)}
        uid = name_uid("person", fold(name))
        present = self._directory.get(key) or self._known.get(uid)
        return present or Record(uid, DIRECTORY, "person", None, {"name": name})


def person_key(name: str) -> str:
    """Return what spellings of one name share: no capitals, accents and comma."""
    return " ".join(fold(name.replace(",", " ")).split())
