from collections.abc import Mapping

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import ExportSource, Season
from fieldapp.core.record import Node, Record
from fieldapp.protocols.pop_amphibiens import lists, schema, shf, shf_writing

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
PEOPLE = {
    "p1": Record("p1", "directory", "person", None, {"name": "DUPONT Anne", "organisation": "GON"}),
    "p2": Record("p2", "directory", "person", None, {"name": "LE ROY Luc", "organisation": "CPIE"}),
    "d": Record("d", "directory", "dataset", None, {"name": "POP", "id_dataset": 7}),
}


def record(entity: str, uid: str, data: Mapping[str, object]) -> Record:
    on_date = data.get("visit_date_min")
    cd_nom = data.get("cd_nom")
    return Record(
        uid,
        schema.CODE,
        entity,
        None,
        dict(data),
        str(on_date) if on_date else None,
        cd_nom if isinstance(cd_nom, int) else None,
    )


def tree(*visits: Node, name: str = "Mare à Évin", more: tuple[Node, ...] = ()) -> Node:
    site = {"base_site_name": name, "longitude": 2.5, "latitude": 50.0, "milieu_aquatique": "MILIEU_AQUATIQUE_7"}
    group = {"sites_group_name": "Aire d’Été", "categories_paysageres": "CATEGORIE_PAYSAGERE_4", "comments": "Rien"}
    return Node(record("sites_group", "g", group), [Node(record("site", "s", site), list(visits)), *more])


def visit(uid: str, on_date: str, *lines: dict[str, object], **data: object) -> Node:
    values = {"visit_date_min": on_date, "observers": ["p1", "p2"], "id_dataset": "d", "num_passage": 1} | data
    return Node(
        record("visit", uid, values), [Node(record("observation", f"{uid}{n}", line)) for n, line in enumerate(lines)]
    )


def source(*trees: Node) -> ExportSource:
    return ExportSource([Season(2020, trees, PEOPLE)], TAXA)


def standard(*trees: Node) -> list[dict[str, str]]:
    table = shf_writing.standard(source(*trees))
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def analyses(*trees: Node) -> list[dict[str, str]]:
    table = shf_writing.analyses(source(*trees))
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


SEEN: dict[str, object] = {
    "presence": "Oui", "cd_nom": 259, "id_nomenclature_typ_denbr": "Es", "count_min": 2, "count_max": 5,
    "id_nomenclature_stade": "9", "id_nomenclature_sex": "1",
}  # fmt: skip
NOTHING: dict[str, object] = {"presence": "Non", "cd_nom": 914450, "count_min": 0, "count_max": 0}


def test_a_row_follows_the_writing_rules() -> None:
    methods = ["4", "5"]
    (row,) = standard(tree(visit("v", "2020-04-05", SEEN, methode_de_prospection=methods, accessibility="Oui")))
    assert row["aire_etude"] == "Aire_d'Ete"
    assert row["nom_site"] == "Mare_a_Evin"
    assert row["wkt_wgs"] == "POINT(2.5 50)"
    assert (row["x_wgs"], row["y_wgs"]) == ("2.5", "50")
    assert row["milieu_aquatique"] == "Mare (< 50 m²)"
    assert (row["annee_passage"], row["mois_passage"], row["num_passage_calc"]) == ("2020", "4", "1")
    assert row["methodes_prospection"] == "Identification à vue, de nuit (lampe);Identification par écoute"
    assert row["observers"] == "DUPONT Anne ; LE ROY Luc"
    assert row["organismes_rattaches"] == "CPIE, GON"
    assert (row["id_dataset"], row["jeu_de_donnees"]) == ("7", "POP")
    assert row["nom_latin"] == "Bufo bufo (Linnaeus, 1758)"
    assert (row["type_denombrement"], row["stade_vie"], row["sexe"]) == ("Estimé", "Œuf", "Indéterminé")


def test_nothing_seen_is_one_row_and_an_inaccessible_visit_has_none_but_counts_for_the_rank() -> None:
    visits = (visit("a", "2020-03-01", accessibility="Non"), visit("b", "2020-04-01", NOTHING))
    (row,) = standard(tree(*visits))
    assert (row["uuid_passage"], row["num_passage_calc"]) == ("b", "2")
    assert (row["presence_amphibien"], row["cd_nom"], row["nombre_min"], row["nombre_max"]) == (
        "Non",
        "914450",
        "0",
        "0",
    )


def test_names_that_the_file_cited_are_written_back() -> None:
    cited = SEEN | {"nom_cite": "Bufo b.", "nom_vern_cite": "Crapaud", "nom_cite_for": 259}
    (row,) = standard(tree(visit("v", "2020-04-05", cited)))
    assert (row["nom_latin"], row["nom_francais"]) == ("Bufo b.", "Crapaud")


@pytest.mark.parametrize("cited_for", [{"nom_cite_for": 351}, {}])
def test_names_that_were_cited_for_another_taxon_are_not_written(cited_for: dict[str, object]) -> None:
    cited = SEEN | {"nom_cite": "Rana t.", "nom_vern_cite": "Rousse"} | cited_for
    (row,) = standard(tree(visit("v", "2020-04-05", cited)))
    assert (row["nom_latin"], row["nom_francais"]) == ("Bufo bufo (Linnaeus, 1758)", "Crapaud commun")


def test_an_observation_that_does_not_say_its_presence_is_not_counted_as_one() -> None:
    line = {name: value for name, value in SEEN.items() if name != "presence"}
    (row,) = analyses(tree(visit("a", "2020-03-01", line)))
    assert (row["diversite"], row["taxons_latin"], row["abondance_total_min"]) == ("0", "", "")


def test_rows_are_in_order_of_date_then_visit_then_taxon() -> None:
    early = visit("z", "2020-03-01", SEEN | {"cd_nom": 351}, SEEN)
    late = visit("a", "2020-04-01", SEEN)
    assert [(row["uuid_passage"], row["cd_nom"]) for row in standard(tree(late, early))] == [
        ("z", "259"),
        ("z", "351"),
        ("a", "259"),
    ]


def test_two_ponds_that_are_written_alike_are_refused_by_name() -> None:
    other = Node(record("site", "s2", {"base_site_name": "Mare_a Evin"}), [visit("w", "2020-04-01", SEEN)])
    with pytest.raises(FileRefusedError, match="Mare_a Evin"):
        standard(tree(visit("v", "2020-04-05", SEEN), more=(other,)))


def test_analyses_has_one_row_per_visit_those_without_observation_included() -> None:
    lines = (SEEN, SEEN | {"cd_nom": 351, "count_min": 1, "count_max": 1}, SEEN | {"id_nomenclature_stade": "2"})
    rows = analyses(
        tree(
            visit("a", "2020-03-01", *lines),
            visit("b", "2020-04-01", NOTHING),
            visit("c", "2020-05-01", accessibility="Non"),
        )
    )
    totals = [[row[column] for column in shf.ANALYSES[-5:]] for row in rows]
    assert totals == [
        ["2", "Bufo bufo ; Rana temporaria", "Crapaud commun ; Grenouille rousse", "5", "11"],
        ["0", "", "", "", ""],
        ["0", "", "", "", ""],
    ]
    assert rows[0]["commentaire_aire"] == "Rien"
    assert [row["num_passage_calc"] for row in rows] == ["1", "2", "3"]


def test_an_amphibian_that_was_seen_and_not_determined_counts_as_one_taxon() -> None:
    (row,) = analyses(tree(visit("a", "2020-03-01", SEEN | {"cd_nom": 914450})))
    assert (row["diversite"], row["taxons_latin"]) == ("1", "Amphibia")
