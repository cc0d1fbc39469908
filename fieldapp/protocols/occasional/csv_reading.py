"""The rows of a table of observations, read into records: people, list, line.

Rows of the same day, place and observers are one list. Identities follow from what the rows say, so that the same file
twice adds nothing, on whatever computer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from fieldapp.core import clock, dates, parse
from fieldapp.core.exchange import Cells, Known, ParsedRow, RowNote, RowRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.positions import Position, parse_position
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Taxon
from fieldapp.core.text import _, fold
from fieldapp.protocols.occasional import schema
from fieldapp.protocols.occasional.form import read_count

COLUMNS = ("date", "lieu", "latitude", "longitude", "espèce", "nombre", "observateur", "remarque")

FIELDS: Mapping[tuple[str, str], str] = {
    ("visit", "visit_date_min"): "date",
    ("visit", "place_name"): "lieu",
    ("visit", "latitude"): "latitude",
    ("visit", "longitude"): "longitude",
    ("visit", "observers"): "observateur",
    ("observation", "cd_nom"): "espèce",
    ("observation", "nom_cite"): "espèce",
    ("observation", "nom_cite_for"): "espèce",
    ("observation", "count_min"): "nombre",
    ("observation", "count_max"): "nombre",
    ("observation", schema.COUNTING): "nombre",
    ("observation", schema.OBJECT): "nombre",
    ("observation", schema.STATUS): "nombre",
    ("observation", "comments"): "remarque",
}

DIRECTORY = "directory"
"""Code of the protocol of people and datasets, which all protocols point to."""

_LONGEST_NAME = 200

_WITH_YEAR = LazyPattern("[0-9]{4}")


class ListParser:
    """Reads one file of observations, row by row."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._lists: dict[str, Record] = {}
        self._people: dict[str, Record] = {}
        self._told: Counter[str] = Counter()

    def survey(self, cells: Cells) -> Cells:
        """Keep the row as it is: each is understood alone."""
        return tuple(cells)

    def parse(self, row: Cells) -> ParsedRow:
        """Return the people, the list and the line of a row."""
        told = {name: cell.strip() for name, cell in zip(COLUMNS, row, strict=True)}
        notes: list[RowNote] = []
        on = _read_day(told["date"])
        taxon, is_cited = self._taxon(told["espèce"])
        at = _read_position(told["latitude"], told["longitude"], notes)
        people = [self._person(name) for name in told["observateur"].replace(";", ",").split(",") if name.strip()]
        visit = self._list(on, told["lieu"], at, people)
        line = self._line(visit, told, taxon, is_cited=is_cited)
        return ParsedRow([*people, visit, line], notes)

    # ------------------------------------------------------------------------------------------- species

    @cached_property
    def _names(self) -> Mapping[str, list[Taxon]]:
        """The protocol's own taxa by each of their names; the others are asked for by their number."""
        found: dict[str, list[Taxon]] = {}
        for taxon in self._known.taxa.values():
            for name in {fold(name) for name in (taxon.nom_vern, taxon.lb_nom, taxon.nom_complet, *taxon.aliases)}:
                found.setdefault(name, []).append(taxon)
        found.pop("", None)
        return found

    def _taxon(self, text: str) -> tuple[Taxon, bool]:
        """Return the taxon of a cell and whether it was named, not numbered; refuses what is none or several."""
        if not text:
            raise RowRefusedError("espèce", _("L’espèce manque : écrivez son nom ou son cd_nom."))
        if text.isascii() and text.isdigit():
            taxon = self._known.taxa.get(int(text)) if len(text) < 10 else None
            if taxon is None:
                sentence = _("Le cd_nom {text} n’est pas connu ici : vérifiez-le, ou importez TAXREF.")
                raise RowRefusedError("espèce", sentence.format(text=_short(text)))
            return taxon, False
        found = {taxon.cd_ref: taxon for taxon in self._named(text)}
        if not found:
            sentence = _("« {text} » n’est pas connu ici : vérifiez le nom, ou écrivez le cd_nom.")
            raise RowRefusedError("espèce", sentence.format(text=_short(text)))
        if len(found) > 1:
            sentence = _("« {text} » est le nom de plusieurs taxons : écrivez le cd_nom.")
            raise RowRefusedError("espèce", sentence.format(text=_short(text)))
        return next(iter(found.values())), True

    def _named(self, text: str) -> list[Taxon]:
        key = fold(" ".join(text.split()))[:_LONGEST_NAME]
        return self._names.get(key, []) or [
            taxon for taxon in self._known.named(text[:_LONGEST_NAME]) if key in _names_of(taxon)
        ]

    # --------------------------------------------------------------------------------------- list and line

    def _person(self, text: str) -> Record:
        name = " ".join(text.split())
        key = fold(name)
        if not self._people:
            for one in reversed(self._known.roots(DIRECTORY, "person")):
                self._people[fold(str(one.data.get("name", "")))] = one
        if key not in self._people:
            uid = name_uid("person", key)
            self._people[key] = self._known.get(uid) or Record(uid, DIRECTORY, "person", None, {"name": name})
        return self._people[key]

    def _list(self, on: str, place: str, at: Position | None, people: list[Record]) -> Record:
        """Return the list of a day, place and people; the same record for all rows that tell of it."""
        where = f"{at.latitude} {at.longitude}" if at else ""
        name = " ".join(place.split())
        uid = name_uid("day list", "|".join((on, fold(name), where, *sorted(person.uid for person in people))))
        if uid not in self._lists:
            values: dict[str, object] = {"visit_date_min": on, "place_name": name}
            values["observers"] = [person.uid for person in people]
            if at is not None:
                values |= {"longitude": at.longitude, "latitude": at.latitude}
            self._lists[uid] = make_record(schema.CODE, schema.VISIT, values, None, uid)
        return self._lists[uid]

    def _line(self, visit: Record, told: Mapping[str, str], taxon: Taxon, *, is_cited: bool) -> Record:
        try:
            counted = read_count(told["nombre"])
        except ValueError as error:
            raise RowRefusedError("nombre", str(error)) from error
        values: dict[str, object] = {**counted, "cd_nom": taxon.cd_nom, "comments": told["remarque"]}
        if is_cited:
            values |= {"nom_cite": told["espèce"], "nom_cite_for": taxon.cd_nom}
        key = "|".join((visit.uid, str(taxon.cd_nom), fold(told["nombre"]), fold(told["remarque"])))
        self._told[key] += 1
        uid = name_uid("day list line", f"{key}|{self._told[key]}")
        return make_record(schema.CODE, schema.OBSERVATION, values, visit.uid, uid)


def _names_of(taxon: Taxon) -> set[str]:
    return {fold(name) for name in (taxon.nom_vern, taxon.lb_nom, taxon.nom_complet, *taxon.aliases)}


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def _read_day(text: str) -> str:
    """Return the day of a row as ISO text; none, one in the future or one that is no date is refused."""
    if not text:
        raise RowRefusedError("date", _("La date manque : écrivez le jour (14/04/2026)."))
    if not _WITH_YEAR.search(text):
        sentence = _("« {text} » : écrivez le jour avec son année (14/04/2026).")
        raise RowRefusedError("date", sentence.format(text=_short(text)))
    try:
        day = parse.parse_date(text)
    except ValueError as error:
        raise RowRefusedError("date", str(error)) from error
    if day > clock.today().isoformat():
        shown = dates.in_numbers(clock.today())
        sentence = _("« {text} » est après aujourd’hui ({today}) : vérifiez le jour et l’année.")
        raise RowRefusedError("date", sentence.format(text=_short(text), today=shown))
    return day


def _read_position(latitude: str, longitude: str, notes: list[RowNote]) -> Position | None:
    """Return the position of a row, None where both cells are empty; one alone is refused."""
    if not latitude and not longitude:
        return None
    if not latitude or not longitude:
        column = "latitude" if not latitude else "longitude"
        raise RowRefusedError(column, _("La position est à moitié : écrivez latitude et longitude, ou aucune."))
    try:
        at = parse_position(f"{latitude.replace(',', '.')}, {longitude.replace(',', '.')}")
    except ValueError as error:
        raise RowRefusedError("latitude", str(error)) from error
    if at.note:
        notes.append(RowNote("latitude", at.note))
    return at
