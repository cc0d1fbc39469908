"""What GeoNature says of a file that is imported into its synthesis, row by row, written without the program.

Source: GeoNature 2.17.4, core/imports (config_schema.py, checks/), and Nomenclature-api-module 1.6.5. The names of the
errors are GeoNature's where it has one. Two rules are stricter than it: what it would silently turn into something else
(an empty status, an empty count) and an absence that describes an animal (SINP v3, GeoNature #4280) are errors here.
"""

import csv
import io
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import shapely

HEADER = (
    "id_synthese;uuid_perm_sinp;uuid_perm_grp_sinp;unique_dataset_id;date_debut;date_fin;heure_debut;heure_fin;cd_nom;"
    "nom_cite;nombre_min;nombre_max;alti_min;alti_max;observateurs;determinateur;geometrie_wkt_4326;"
    "precision_geographique;nom_lieu;nature_objet_geo;type_regroupement;methode_regroupement;technique_observation;"
    "biologique_statut;etat_biologique;biogeographique_statut;naturalite;preuve_existante;preuve_numerique_url;"
    "preuve_non_numerique;niveau_precision_diffusion;stade_vie;sexe;objet_denombrement;type_denombrement;"
    "statut_observation;floutage_dee;statut_source;methode_determination;comportement;comment_releve;comment_occurrence;"
    "reference_biblio"
)

NOMENCLATURES = {
    "nature_objet_geo": "In St NSP",
    "type_regroupement": "PASS REL OP CAMP POINT INVSTA OBS LIEN STRAT AUTR NSP",
    "technique_observation": " ".join(str(code) for code in range(28)),
    "biologique_statut": "0 1 2 3 4 5 9 13",
    "etat_biologique": "0 1 2 3",
    "biogeographique_statut": "0 1 2 3 4 5 6",
    "naturalite": "0 1 2 3 4 5",
    "preuve_existante": "0 1 2 3",
    "niveau_precision_diffusion": "0 1 2 3 4 5",
    "stade_vie": " ".join(str(code) for code in range(28)),
    "sexe": "0 1 2 3 4 5 6",
    "objet_denombrement": "IND CPL COL NID PON HAM TIGE TOUF SURF NSP",
    "type_denombrement": "Co Es Ca NSP",
    "statut_observation": "Pr No NSP",
    "floutage_dee": "NON OUI NSP",
    "statut_source": "Te Co Li NSP",
    "methode_determination": " ".join(str(code) for code in range(1, 23)),
    "comportement": " ".join(str(code) for code in range(24)),
}

NOT_GIVEN = {
    "stade_vie": {"", "0"},
    "sexe": {"", "6"},
    "biologique_statut": {"", "1"},
    "etat_biologique": {"", "1"},
    "comportement": {"", "1"},
    "determinateur": {""},
}

LENGTHS = {
    "nom_cite": 1000,
    "observateurs": 1000,
    "determinateur": 1000,
    "nom_lieu": 500,
    "methode_regroupement": 255,
    "reference_biblio": 5000,
}
"""Source: the columns of gn_synthese.synthese, varchar of these lengths."""

INTEGERS = ("cd_nom", "nombre_min", "nombre_max", "alti_min", "alti_max", "precision_geographique")
LARGEST = 2147483647
"""Integers are int4 of PostgreSQL."""

MANDATORY = ("unique_dataset_id", "date_debut", "nom_cite", "cd_nom", "observateurs")
UUIDS = ("uuid_perm_sinp", "uuid_perm_grp_sinp", "unique_dataset_id")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOUR = re.compile(r"([01]?[0-9]|2[0-3])(?:[:h]([0-5][0-9])(?::[0-5][0-9])?)?")
ADDRESS = re.compile(r"(?:(?:https?|ftp)://)?[^\s/:]+\.[^\s/:]+(?:[/?#:]\S*)?", re.IGNORECASE)

Row = Mapping[str, str]


@dataclass(frozen=True)
class Error:
    """One error: the line of the file, GeoNature's name of it, and the column ("" for the whole row)."""

    line: int
    code: str
    column: str = ""


def check(content: bytes, today: date, taxa: Collection[int], datasets: Collection[str]) -> list[Error]:
    """Return what GeoNature would refuse, for an instance that knows these taxa and has these datasets open."""
    csv.field_size_limit(sys.maxsize)
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=";", strict=True))
    except UnicodeDecodeError:
        return [Error(0, "ENCODING_ERROR")]
    if len(lines) < 2:
        return [Error(0, "EMPTY_FILE")]
    names = lines[0]
    if len(set(names)) < len(names):
        return [Error(1, "DUPLICATE_HEADER")]
    if ";".join(names) != HEADER:
        return [Error(1, "UNMAPPED_HEADER")]
    errors = [Error(at, "WRONG_CELL_COUNT") for at, cells in enumerate(lines[1:], 2) if len(cells) != len(names)]
    if errors:
        return errors
    rows = [dict(zip(names, cells, strict=True)) for cells in lines[1:]]
    found = [Error(at, *error) for at, row in enumerate(rows, 2) for error in _of_row(row, today, taxa, datasets)]
    return (
        found
        + _twice(rows, "uuid_perm_sinp", "DUPLICATE_UUID")
        + _twice(rows, "id_synthese", "DUPLICATE_ENTITY_SOURCE_PK")
    )


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a file by the names of its columns."""
    csv.field_size_limit(sys.maxsize)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=";"))


def _twice(rows: list[dict[str, str]], column: str, code: str) -> list[Error]:
    seen: set[str] = set()
    found = []
    for at, row in enumerate(rows, 2):
        if row[column] in seen and row[column]:
            found.append(Error(at, code, column))
        seen.add(row[column])
    return found


def _of_row(
    row: Row, today: date, taxa: Collection[int], datasets: Collection[str]
) -> Iterator[tuple[str, str] | tuple[str]]:
    yield from (("MISSING_VALUE", name) for name in MANDATORY if not row[name].strip())
    yield from (("INVALID_UUID", name) for name in UUIDS if row[name] and not UUID.fullmatch(row[name]))
    if row["unique_dataset_id"] not in datasets:
        yield "DATASET_NOT_FOUND", "unique_dataset_id"
    yield from _dates(row, today)
    yield from _counts(row)
    yield from _status(row)
    yield from _proof(row)
    yield from _geometry(row)
    for name, known in NOMENCLATURES.items():
        if row[name] and row[name] not in known.split():
            yield "INVALID_NOMENCLATURE", name
    if row["statut_source"] == "Li" and not row["reference_biblio"]:
        yield "CONDITIONAL_MANDATORY_FIELD_ERROR", "reference_biblio"
    if not row["cd_nom"].isdecimal() or int(row["cd_nom"]) not in taxa:
        yield "CD_NOM_NOT_FOUND", "cd_nom"
    yield from (("INVALID_CHAR_LENGTH", name) for name, most in LENGTHS.items() if len(row[name]) > most)
    yield from _integers(row)
    yield from (("LINE_BREAK", name) for name, cell in row.items() if "\n" in cell or "\r" in cell or "\0" in cell)


def _integers(row: Row) -> Iterator[tuple[str, str]]:
    for name in INTEGERS:
        if row[name] and (not re.fullmatch("-?[0-9]{1,10}", row[name]) or abs(int(row[name])) > LARGEST):
            yield "INVALID_INTEGER", name
            return
    if row["alti_min"] and row["alti_max"] and int(row["alti_min"]) > int(row["alti_max"]):
        yield "ALTI_MIN_SUP_ALTI_MAX", "alti_min"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _dates(row: Row, today: date) -> Iterator[tuple[str, str]]:
    first, last = _day(row["date_debut"]), _day(row["date_fin"] or row["date_debut"])
    for name, day in (("date_debut", first), ("date_fin", last)):
        if day is None:
            yield "INVALID_DATE", name
        elif day > today:
            yield "DATE_MAX_TOO_HIGH", name
        elif day < date(1900, 1, 1):
            yield "DATE_MIN_TOO_LOW", name
    if first and last and first > last:
        yield "DATE_MIN_SUP_DATE_MAX", "date_debut"
    hours = [HOUR.fullmatch(row[name]) if row[name] else None for name in ("heure_debut", "heure_fin")]
    for name, hour in zip(("heure_debut", "heure_fin"), hours, strict=True):
        if row[name] and hour is None:
            yield "INVALID_HOUR", name
    if first == last and hours[0] and hours[1]:
        begun, ended = ((int(hour[1]), int(hour[2] or 0)) for hour in hours if hour)
        if ended < begun:
            yield "DATE_MIN_SUP_DATE_MAX", "heure_debut"


def _counts(row: Row) -> Iterator[tuple[str, str]]:
    for name in ("nombre_min", "nombre_max"):
        if row[name] and not re.fullmatch("[0-9]+", row[name]):
            return
    if not row["nombre_min"]:
        yield "COUNT_BECOMES_ONE", "nombre_min"
    least = int(row["nombre_min"] or 1)
    if least > int(row["nombre_max"] or least):
        yield "COUNT_MIN_SUP_COUNT_MAX", "nombre_min"


def _status(row: Row) -> Iterator[tuple[str, str]]:
    if not row["statut_observation"]:
        yield "STATUS_BECOMES_PRESENT", "statut_observation"
    if row["statut_observation"] == "No":
        if (row["nombre_min"], row["nombre_max"]) != ("0", "0"):
            yield "ABSENCE_WITH_COUNT", "nombre_min"
        yield from (("ABSENCE_DESCRIBED", name) for name, empty in NOT_GIVEN.items() if row[name] not in empty)
    elif row["nombre_max"] == "0":
        yield "PRESENCE_OF_NONE", "nombre_max"


def _proof(row: Row) -> Iterator[tuple[str, str]]:
    proofs = (row["preuve_numerique_url"], row["preuve_non_numerique"])
    if row["preuve_existante"] == "1" and not any(proofs):
        yield "INVALID_EXISTING_PROOF_VALUE", "preuve_existante"
    if row["preuve_existante"] == "2" and any(proofs):
        yield "INVALID_EXISTING_PROOF_VALUE", "preuve_existante"
    if proofs[0] and not ADDRESS.fullmatch(proofs[0]):
        yield "INVALID_URL_PROOF", "preuve_numerique_url"


def _geometry(row: Row) -> Iterator[tuple[str, str]]:
    wkt = row["geometrie_wkt_4326"]
    if not wkt:
        yield "NO_GEOM", "geometrie_wkt_4326"
        return
    try:
        shape = shapely.from_wkt(wkt)
    except shapely.errors.ShapelyError:
        yield "INVALID_WKT", "geometrie_wkt_4326"
        return
    west, south, east, north = shape.bounds
    if shape.is_empty or not shape.is_valid or west < -180 or east > 180 or south < -90 or north > 90:
        yield "INVALID_GEOMETRY", "geometrie_wkt_4326"
    if row["floutage_dee"] == "OUI" and row["nature_objet_geo"] != "In":
        yield "BLURRED_POINT", "nature_objet_geo"
