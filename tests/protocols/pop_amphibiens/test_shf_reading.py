from collections.abc import Sequence

import pytest

from fieldapp.core.exchange import ParsedRow, RowRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record
from fieldapp.protocols.pop_amphibiens import lists, schema, shf
from fieldapp.protocols.pop_amphibiens.shf_reading import ShfParser
from tests.protocols.few_records import FewRecords

Row = dict[str, str]


def read(rows: Sequence[Row], *found: Record) -> list[ParsedRow]:
    parser = ShfParser(FewRecords(lists.taxa(), *found))
    surveyed = [parser.survey([row[column] for column in shf.STANDARD]) for row in rows]
    return [parser.parse(row) for row in surveyed]


def by_entity(parsed: ParsedRow) -> dict[str, Record]:
    return {record.entity: record for record in parsed.records}


@pytest.fixture
def row(rows: list[Row]) -> Row:
    """Return a row of the sample with two observers at night."""
    return dict(next(row for row in rows if row["observers"] == "Observateur Deux ; Observateur Un"))


def test_a_row_becomes_people_dataset_aire_site_visit_and_observation(row: Row) -> None:
    (parsed,) = read([row])
    assert [record.entity for record in parsed.records] == [
        "person", "person", "dataset", "sites_group", "site", "visit", "observation"
    ]  # fmt: skip
    *_people, group, site, visit, observation = parsed.records
    assert (group.uid, group.parent) == (row["uuid_aire_etude"], None)
    assert site.parent == group.uid
    assert (visit.uid, visit.parent, visit.on_date) == (row["uuid_passage"], site.uid, row["date_passage"])
    assert (observation.uid, observation.parent) == (row["uuid_observation"], visit.uid)
    assert observation.cd_nom == int(row["cd_nom"])
    assert visit.data["observers"] == [name_uid("person", "observateur deux"), name_uid("person", "observateur un")]
    assert site.data["longitude"] == float(row["x_wgs"])
    assert list(parsed.notes) == []


def test_the_names_of_the_list_are_not_stored_a_second_time(row: Row) -> None:
    assert {"nom_cite", "nom_vern_cite"} & set(by_entity(read([row])[0])["observation"].data) == set()


def test_other_names_than_those_of_the_list_are_kept(row: Row) -> None:
    data = by_entity(read([row | {"nom_latin": "Alytes o.", "nom_francais": "Alyte"}])[0])["observation"].data
    assert (data["nom_cite"], data["nom_vern_cite"]) == ("Alytes o.", "Alyte")
    assert data["nom_cite_for"] == data["cd_nom"]


def test_a_latin_name_of_another_taxon_than_the_code_is_noted_and_stays_cited(row: Row) -> None:
    (parsed,) = read([row | {"cd_nom": "259", "nom_latin": "Rana temporaria Linnaeus, 1758"}])
    assert [note.column for note in parsed.notes] == ["nom_latin"]
    assert "259" in parsed.notes[0].sentence
    assert by_entity(parsed)["observation"].data["nom_cite"] == "Rana temporaria Linnaeus, 1758"


def test_two_spellings_in_one_cell_are_two_people_wherever_they_stand(row: Row) -> None:
    alone = row | {"observers": "DUPONT J", "uuid_passage": "97a6205d-b58b-47c5-a672-2f5baec24d6e"}
    both = row | {"observers": "dupont J ; DUPONT J"}
    first, second = read([alone, both])
    people = [record for record in second.records if record.entity == "person"]
    assert [person.data["name"] for person in people] == ["dupont J", "DUPONT J"]
    assert len({person.uid for person in people}) == 2
    assert by_entity(first)["visit"].data["observers"] == [people[1].uid]
    assert [note.column for note in second.notes] == ["observers"]
    assert "« dupont J », « DUPONT J »" in second.notes[0].sentence


def test_spellings_of_different_cells_are_one_person(row: Row) -> None:
    other = row | {"observers": "dupont J", "uuid_passage": "97a6205d-b58b-47c5-a672-2f5baec24d6e"}
    first, second = read([row | {"observers": "DUPONT J"}, other])
    assert by_entity(first)["visit"].data["observers"] == by_entity(second)["visit"].data["observers"]


def test_shared_records_are_the_same_objects_row_after_row(rows: list[Row]) -> None:
    alike = [row for row in rows if row["uuid_passage"] == rows[0]["uuid_passage"]]
    first, second = read(alike)[:2]
    assert all(one is other for one, other in zip(first.records[:-1], second.records[:-1], strict=True))


@pytest.mark.parametrize(
    ("column", "text", "word"),
    [
        ("uuid_observation", "", "UUID"),
        ("uuid_passage", "12", "UUID"),
        ("date_passage", "2020-02-30", "date possible"),
        ("date_passage", "hier", "date possible"),
        ("date_changement_etat_site", "31/04/2020", "date possible"),
        ("heure_debut", "25:00", "heure"),
        ("num_passage", "deux", "nombre entier"),
        ("nombre_min", "3+", "nombre_min"),
        ("nombre_max", "-1", "nombre_max"),
        ("nombre_min", "2.5", "nombre_min"),
        ("cd_nom", "Bufo", "nombre entier"),
        ("x_wgs", "est", "nombre"),
        ("y_wgs", "nan", "nombre"),
        ("wkt_wgs", "LINESTRING(1 2, 3 4)", "point"),
        ("wkt_wgs", "POINT(1 2)", "position"),
        ("milieu_aquatique", "Mare (< 50 m)", "Mare (< 50 m²)"),
        ("methodes_prospection", "A la louche", "liste"),
        ("stade_vie", "Vieux", "liste"),
        ("accessibilite", "Peut-être", "liste"),
        ("accessibilite", "", "Oui ou Non"),
        ("presence_amphibien", "", "Oui ou Non"),
        ("presence_amphibien", " ", "Oui ou Non"),
        ("date_passage", "", "manque"),
        ("date_passage", " ", "manque"),
        ("date_passage", "0020-04-14", "quatre chiffres"),
        ("date_passage", "1899-12-31", "quatre chiffres"),
        ("date_changement_etat_site", "0020-04-14", "quatre chiffres"),
        ("id_dataset", "un", "nombre entier"),
    ],
)
def test_a_cell_that_makes_no_sense_is_refused_with_its_column_and_what_to_write(
    row: Row, column: str, text: str, word: str
) -> None:
    with pytest.raises(RowRefusedError) as refused:
        read([row | {column: text}])
    assert refused.value.column == column
    assert word in refused.value.sentence


@pytest.mark.parametrize(
    ("column", "text", "entity", "field", "value"),
    [
        ("date_passage", "14/04/2020", "visit", "visit_date_min", "2020-04-14"),
        ("date_passage", "2020-04-14 00:00:00", "visit", "visit_date_min", "2020-04-14"),
        ("heure_debut", "9:04", "visit", "Heure_debut", "09:04"),
        ("heure_debut", "21:11:00", "visit", "Heure_debut", "21:11"),
        ("altitude_min", "2,50", "site", "altitude_min", 2.5),
        ("altitude_min", "2.50", "site", "altitude_min", 2.5),
    ],
)
def test_what_a_spreadsheet_rewrites_is_understood_and_noted(
    row: Row, column: str, text: str, entity: str, field: str, value: object
) -> None:
    (parsed,) = read([row | {column: text, "annee_passage": "", "mois_passage": ""}])
    assert by_entity(parsed)[entity].data[field] == value
    assert [note.column for note in parsed.notes] == [column]
    assert text in parsed.notes[0].sentence


def test_labels_are_read_without_regard_to_accents_and_apostrophes(row: Row) -> None:
    methods = "identification a vue, de nuit (lampe);Capture à l'épuisette (dérogation préfectorale obligatoire)"
    assert by_entity(read([row | {"methodes_prospection": methods}])[0])["visit"].data["methode_de_prospection"] == [
        "4",
        "2",
    ]


def test_the_point_as_text_fills_in_for_empty_numbers(row: Row) -> None:
    site = by_entity(read([row | {"x_wgs": "", "y_wgs": ""}])[0])["site"]
    assert (site.data["longitude"], site.data["latitude"]) == (float(row["x_wgs"]), float(row["y_wgs"]))


def test_a_year_that_is_not_that_of_the_date_is_noted_and_the_date_wins(row: Row) -> None:
    (parsed,) = read([row | {"annee_passage": "2019"}])
    assert [note.column for note in parsed.notes] == ["annee_passage"]
    assert by_entity(parsed)["visit"].on_date == row["date_passage"]


def test_names_and_uids_of_what_is_here_already_are_kept(row: Row) -> None:
    group = Record(row["uuid_aire_etude"], schema.CODE, "sites_group", None, {"sites_group_name": "Évin, là-bas"})
    site = Record("site-1", schema.CODE, "site", group.uid, {"base_site_name": "Mare à Évin"})
    person = Record("p-1", "directory", "person", None, {"name": "OBSERVATEUR ÛN", "email": "un@example.org"})
    row = row | {"aire_etude": "Evin,_la-bas", "nom_site": "Mare_a_Evin", "observers": "Observateur Un"}
    found = by_entity(read([row], group, site, person)[0])
    assert found["sites_group"].data["sites_group_name"] == "Évin, là-bas"
    assert (found["site"].uid, found["site"].data["base_site_name"]) == ("site-1", "Mare à Évin")
    assert found["visit"].data["observers"] == ["p-1"]
    assert found["person"].data["email"] == "un@example.org"


def test_two_files_give_the_same_site_the_same_uid(row: Row) -> None:
    again = row | {"uuid_observation": "97a6205d-b58b-47c5-a672-2f5baec24d6e"}
    assert by_entity(read([row])[0])["site"].uid == by_entity(read([again])[0])["site"].uid


def test_whoever_stands_alone_beside_an_organisation_belongs_to_it(row: Row) -> None:
    other = row | {
        "observers": "Solo",
        "organismes_rattaches": "GON",
        "uuid_passage": "97a6205d-b58b-47c5-a672-2f5baec24d6e",
    }
    both = row | {
        "observers": "Solo ; Duo",
        "organismes_rattaches": "CPIE, GON",
        "uuid_passage": "5ae79a38-9c3f-4b2a-9ccd-08302fb992d4",
    }
    alone, together = read([other, both])
    assert by_entity(alone)["person"].data == {"name": "Solo", "organisation": "GON"}
    assert "organismes_cite" not in by_entity(alone)["visit"].data
    assert by_entity(together)["visit"].data["organismes_cite"] == "CPIE, GON"


def test_a_rank_that_the_file_does_not_explain_is_kept(rows: list[Row]) -> None:
    chosen = [row | {"num_passage_calc": "3"} for row in rows if row["num_passage_calc"] == "1"][:1]
    visit = by_entity(read(chosen)[0])["visit"]
    assert visit.data["num_passage_calc"] == 3
    assert visit.data["num_passage_calc_for"] == f"{visit.parent} {chosen[0]['date_passage'][:4]}"


def test_a_rank_that_the_file_explains_is_not_stored(rows: list[Row]) -> None:
    assert all("num_passage_calc" not in by_entity(parsed)["visit"].data for parsed in read(rows))


def test_a_rank_that_goes_against_the_dates_is_noted(rows: list[Row]) -> None:
    second = next(row for row in rows if row["num_passage_calc"] == "2")
    visits = [row for row in rows if row["nom_site"] == second["nom_site"]]
    changed = [row | {"num_passage_calc": "1"} if row["num_passage_calc"] == "2" else row for row in visits]
    notes = [note for parsed in read(changed) for note in parsed.notes]
    assert {note.column for note in notes} == {"num_passage_calc"}
