from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.occurrence import Measurement, Occurrence
from fieldapp.core.text import set_language
from fieldapp.exchange import flat_columns
from fieldapp.exchange.flat_columns import COLUMNS, Cell, Kind, one_line
from fieldapp.exchange.nomenclatures import LISTS
from tests.exchange.frogs import CELL, DATASET, POND, SEASON, event, missed, options, seen, telling


def cells(*occurrences: Occurrence, **given: object) -> list[dict[str, Cell]]:
    found = list(flat_columns.rows([telling(*occurrences)], options(**given)))
    assert [one for one, _row in found] == list(occurrences)
    assert all(len(row) == len(COLUMNS) for _one, row in found)
    return [{column.name: cell for column, cell in zip(COLUMNS, row, strict=True)} for _one, row in found]


def test_every_column_has_a_name_of_its_own_and_a_description() -> None:
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
    assert all(column.label and column.description.endswith(".") for column in COLUMNS)
    assert all(name.isascii() and name.islower() for name in names)


def test_a_row_says_what_was_seen_where_when_and_by_whom() -> None:
    (row,) = cells(seen(comment="sous la berge"))
    assert row["identifiant"] == "66666666-6666-4666-8666-000000000001"
    assert (row["date_debut"], row["heure_debut"], row["heure_fin"]) == ("2024-03-09", "21:02", "21:32")
    assert (row["longitude"], row["latitude"], row["commune"]) == (2.5, -50.25, "Vimy")
    assert (row["cd_nom"], row["nom_scientifique"], row["famille"]) == (351, "Rana temporaria", "Ranidae")
    assert (row["nombre_min"], row["nombre_max"]) == (3, 3)
    assert row["observateurs"] == "MARTIN Claire | PETIT Ali"
    assert row["organismes"] == "CPIE"
    assert (row["validateur"], row["date_validation"]) == ("DURAND Luc", "2024-05-02")
    assert row["identifiant_saison"] == SEASON.uid
    assert row["commentaire"] == "sous la berge"
    assert row["mesures_evenement"] == "Expertise = Chevronné"


def test_each_code_stands_beside_its_label() -> None:
    (row,) = cells(seen())
    assert (row["sexe"], row["sexe_libelle"]) == ("3", "Mâle")
    assert (row["stade_vie"], row["stade_vie_libelle"]) == ("2", "Adulte")
    assert (row["statut_observation"], row["statut_observation_libelle"]) == ("Pr", "Présent")
    assert (row["niveau_validation"], row["niveau_validation_libelle"]) == ("1", "Certain – très probable")
    assert (row["niveau_sensibilite"], row["niveau_sensibilite_libelle"]) == ("0", "Non sensible - Diffusion précise")


def test_an_absence_is_nought_and_an_unknown_number_is_empty() -> None:
    nought, unknown = cells(missed(), seen(count_min=None, count_max=None))
    assert (nought["statut_observation"], nought["nombre_min"], nought["nombre_max"]) == ("No", 0, 0)
    assert (unknown["nombre_min"], unknown["nombre_max"]) == (None, None)


def test_an_occurrence_may_lie_elsewhere_than_its_visit() -> None:
    at_place, in_cell, again = cells(seen(), seen(number=2, place=CELL), seen(number=3))
    assert at_place["lieu"] == again["lieu"] == POND.name
    assert (in_cell["lieu"], in_cell["floutage"]) == (CELL.name, "maille de 10 km")
    assert in_cell["geometrie_wkt"] == CELL.wkt


def test_a_taxon_that_nobody_knows_keeps_the_name_that_was_noted() -> None:
    (row,) = cells(seen(cd_nom=1, nom_cite="Bestiole"))
    assert (row["nom_cite"], row["nom_scientifique"], row["cd_ref"]) == ("Bestiole", None, None)


def test_one_dataset_for_all_takes_the_place_of_each_visits_own() -> None:
    assert cells(seen())[0]["jeu_de_donnees_uuid"] == DATASET
    assert cells(seen(), dataset_uuid="une autre")[0]["jeu_de_donnees_uuid"] == "une autre"


def test_what_was_measured_is_read_with_its_unit() -> None:
    found = (Measurement("wing", "Aile", "72.5", "mm"), Measurement("fat", "Adiposité", "2"))
    assert cells(seen(measurements=found))[0]["mesures"] == "Aile = 72.5 mm | Adiposité = 2"


@given(st.text(alphabet=st.characters(), max_size=30))
def test_no_text_breaks_its_line(text: str) -> None:
    shown = one_line(text)
    assert len(shown.splitlines()) <= 1
    assert "\t" not in shown
    assert "\0" not in shown
    shown.encode("utf-8")


@given(st.text(alphabet="abcéœ’ =+-@|;\"'<&\N{NO-BREAK SPACE}", max_size=30))
def test_a_text_on_one_line_stays_as_it_was(text: str) -> None:
    assert one_line(text).strip() == text.strip()


def test_a_text_of_any_column_is_on_one_line() -> None:
    at = event(comment="une\nligne", habitat="mare\r\nà sec", effort="30\tmin")
    (row,) = cells(seen(at, comment="a\u2028b", nom_cite="Rana\x0btemporaria"))
    assert (row["commentaire_evenement"], row["habitat"], row["effort"]) == ("une ligne", "mare à sec", "30 min")
    assert (row["commentaire"], row["nom_cite"]) == ("a b", "Rana temporaria")


def test_the_dictionary_explains_every_column_in_its_order() -> None:
    found = list(flat_columns.dictionary("fr"))
    assert [row[0] for row in found] == [column.name for column in COLUMNS]
    assert all(len(row) == len(flat_columns.DICTIONARY_COLUMNS) and row[1] and row[2] and row[3] for row in found)


def test_a_file_in_french_is_in_french_whatever_the_interface_speaks() -> None:
    before = list(flat_columns.dictionary("fr"))
    set_language("en")
    assert list(flat_columns.dictionary("fr")) == before


def test_every_list_of_codes_that_a_column_has_is_explained() -> None:
    told = list(flat_columns.codes())
    named = {column.codes for column in COLUMNS if column.codes}
    assert {name for name, _code, _text in told} == named
    assert sum(len(LISTS[name]) for name in named) == len(told) == len(set(told))
    assert {column.kind for column in COLUMNS if column.codes} == {Kind.CODE}
