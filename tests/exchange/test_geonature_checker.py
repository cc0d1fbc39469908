"""The checker is only as good as what it refuses: one wrong row for each of its rules."""

from datetime import date

import pytest

from tests.exchange.geonature_checker import HEADER, Error, check

TODAY = date(2026, 11, 20)
DATASET = "0a8ad0c7-1d1c-4c2a-9a3b-7e2a4f1f2a11"
NAMES = HEADER.split(";")

GOOD = {
    "id_synthese": "1",
    "uuid_perm_sinp": "97a6205d-b58b-47c5-a672-2f5baec24d6e",
    "uuid_perm_grp_sinp": "0ffff823-ed67-4848-a595-279b0c2b80be",
    "unique_dataset_id": DATASET,
    "date_debut": "2020-04-08",
    "date_fin": "2020-04-08",
    "heure_debut": "21:11",
    "heure_fin": "21:28",
    "cd_nom": "351",
    "nom_cite": "Rana temporaria",
    "nombre_min": "2",
    "nombre_max": "4",
    "observateurs": "DUPONT Anne (CPIE)",
    "geometrie_wkt_4326": "POINT(2.6056 50.58017)",
    "nature_objet_geo": "St",
    "statut_observation": "Pr",
    "floutage_dee": "NON",
    "statut_source": "Te",
}
ABSENCE = {**GOOD, "statut_observation": "No", "nombre_min": "0", "nombre_max": "0", "cd_nom": "914450"}


def file_of(*rows: dict[str, str], header: str = HEADER) -> bytes:
    lines = [header, *(";".join(row.get(name, "") for name in NAMES) for row in rows)]
    return "\n".join(lines).encode()


def found(content: bytes) -> list[Error]:
    return check(content, TODAY, {351, 914450}, {DATASET})


@pytest.mark.parametrize("row", [GOOD, ABSENCE])
def test_a_good_row_has_no_error(row: dict[str, str]) -> None:
    assert found(file_of(row)) == []


@pytest.mark.parametrize(
    ("wrong", "code", "column"),
    [
        ({"unique_dataset_id": ""}, "MISSING_VALUE", "unique_dataset_id"),
        ({"observateurs": " "}, "MISSING_VALUE", "observateurs"),
        ({"nom_cite": ""}, "MISSING_VALUE", "nom_cite"),
        ({"uuid_perm_sinp": "12"}, "INVALID_UUID", "uuid_perm_sinp"),
        ({"uuid_perm_grp_sinp": "une mare"}, "INVALID_UUID", "uuid_perm_grp_sinp"),
        ({"unique_dataset_id": GOOD["uuid_perm_sinp"]}, "DATASET_NOT_FOUND", "unique_dataset_id"),
        ({"date_debut": "08/04"}, "INVALID_DATE", "date_debut"),
        ({"date_debut": "1899-12-31"}, "DATE_MIN_TOO_LOW", "date_debut"),
        ({"date_fin": "2026-11-21"}, "DATE_MAX_TOO_HIGH", "date_fin"),
        ({"date_debut": "2020-04-09"}, "DATE_MIN_SUP_DATE_MAX", "date_debut"),
        ({"heure_debut": "25:00"}, "INVALID_HOUR", "heure_debut"),
        ({"heure_fin": "21:10"}, "DATE_MIN_SUP_DATE_MAX", "heure_debut"),
        ({"nombre_min": "", "nombre_max": ""}, "COUNT_BECOMES_ONE", "nombre_min"),
        ({"nombre_min": "5"}, "COUNT_MIN_SUP_COUNT_MAX", "nombre_min"),
        ({"nombre_min": "deux"}, "INVALID_INTEGER", "nombre_min"),
        ({"nombre_min": "0", "nombre_max": "0"}, "PRESENCE_OF_NONE", "nombre_max"),
        ({"statut_observation": ""}, "STATUS_BECOMES_PRESENT", "statut_observation"),
        ({"statut_observation": "No"}, "ABSENCE_WITH_COUNT", "nombre_min"),
        ({"stade_vie": "28"}, "INVALID_NOMENCLATURE", "stade_vie"),
        ({"statut_source": "Terrain"}, "INVALID_NOMENCLATURE", "statut_source"),
        ({"statut_source": "Li"}, "CONDITIONAL_MANDATORY_FIELD_ERROR", "reference_biblio"),
        ({"preuve_existante": "1"}, "INVALID_EXISTING_PROOF_VALUE", "preuve_existante"),
        ({"preuve_existante": "2", "preuve_non_numerique": "x"}, "INVALID_EXISTING_PROOF_VALUE", "preuve_existante"),
        ({"preuve_existante": "1", "preuve_numerique_url": "http://ik"}, "INVALID_URL_PROOF", "preuve_numerique_url"),
        ({"cd_nom": "352"}, "CD_NOM_NOT_FOUND", "cd_nom"),
        ({"observateurs": "A" * 1001}, "INVALID_CHAR_LENGTH", "observateurs"),
        ({"determinateur": "A" * 1001}, "INVALID_CHAR_LENGTH", "determinateur"),
        ({"nom_cite": "A" * 1001}, "INVALID_CHAR_LENGTH", "nom_cite"),
        ({"nom_lieu": "A" * 501}, "INVALID_CHAR_LENGTH", "nom_lieu"),
        ({"methode_regroupement": "A" * 256}, "INVALID_CHAR_LENGTH", "methode_regroupement"),
        ({"alti_min": "30.5"}, "INVALID_INTEGER", "alti_min"),
        ({"alti_min": "2147483648"}, "INVALID_INTEGER", "alti_min"),
        ({"precision_geographique": "9" * 5000}, "INVALID_INTEGER", "precision_geographique"),
        ({"nombre_max": "2147483648"}, "INVALID_INTEGER", "nombre_max"),
        ({"alti_min": "31", "alti_max": "30"}, "ALTI_MIN_SUP_ALTI_MAX", "alti_min"),
        ({"geometrie_wkt_4326": ""}, "NO_GEOM", "geometrie_wkt_4326"),
        ({"geometrie_wkt_4326": "POINT(2,6 50,5)"}, "INVALID_WKT", "geometrie_wkt_4326"),
        ({"geometrie_wkt_4326": "POINT(704000 7045000)"}, "INVALID_GEOMETRY", "geometrie_wkt_4326"),
        ({"geometrie_wkt_4326": "POLYGON((2 50,3 51,3 50,2 51,2 50))"}, "INVALID_GEOMETRY", "geometrie_wkt_4326"),
        ({"floutage_dee": "OUI"}, "BLURRED_POINT", "nature_objet_geo"),
    ],
)
def test_each_rule_finds_its_wrong_row(wrong: dict[str, str], code: str, column: str) -> None:
    assert Error(2, code, column) in found(file_of({**GOOD, **wrong}))


def test_a_long_comment_is_no_error() -> None:
    assert found(file_of({**GOOD, "comment_releve": "a" * 200_000})) == []


@pytest.mark.parametrize(
    "said", [{"stade_vie": "2"}, {"sexe": "3"}, {"etat_biologique": "2"}, {"comportement": "4"}, {"determinateur": "X"}]
)
def test_an_absence_that_describes_an_animal_is_found(said: dict[str, str]) -> None:
    assert found(file_of({**ABSENCE, **said})) == [Error(2, "ABSENCE_DESCRIBED", next(iter(said)))]


def test_two_rows_of_one_identity_are_found() -> None:
    other = "aaa6205d-b58b-47c5-a672-2f5baec24d6e"
    assert found(file_of(GOOD, {**GOOD, "id_synthese": "2"})) == [Error(3, "DUPLICATE_UUID", "uuid_perm_sinp")]
    assert found(file_of(GOOD, {**GOOD, "uuid_perm_sinp": other})) == [
        Error(3, "DUPLICATE_ENTITY_SOURCE_PK", "id_synthese")
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xe9;", "ENCODING_ERROR"),
        (HEADER.encode(), "EMPTY_FILE"),
        (file_of(GOOD, header=HEADER.replace("nom_lieu", "cd_nom")), "DUPLICATE_HEADER"),
        (file_of(GOOD, header=HEADER.replace("nom_lieu", "lieu")), "UNMAPPED_HEADER"),
        (file_of(GOOD) + b";", "WRONG_CELL_COUNT"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(content: bytes, code: str) -> None:
    assert [error.code for error in found(content)] == [code]


def test_a_line_break_inside_a_cell_is_found() -> None:
    broken = file_of(GOOD).decode().replace("Rana temporaria", '"Rana\ntemporaria"')
    assert Error(2, "LINE_BREAK", "nom_cite") in found(broken.encode())
