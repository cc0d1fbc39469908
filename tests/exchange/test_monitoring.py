"""The CSV for GeoNature's Monitoring module, from the sample season of the ponds and from records made for a test."""

import csv
import io
from typing import Any

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.occurrence import Occurrence
from fieldapp.core.record import Record, with_data
from fieldapp.exchange import demo, monitoring
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.exchange.written import Options
from fieldapp.protocols.pop_amphibiens.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.exchange.conftest import Rows

DATASET = "b15d4952-7d20-46f1-8a3e-556a512b04c5"
PONDS = Selection(protocols=frozenset({CODE}))


def written(db: Database, selection: Selection = PONDS, uuid: str | None = DATASET) -> tuple[Rows, Options]:
    """Return the rows of the file, after seeing that each was noted, and what was left out."""
    given = Options(dataset_uuid=uuid, protocols=db.protocols)
    noted: list[Occurrence] = []
    file = io.StringIO(newline="")
    count = monitoring.write(db, selection, file, note=noted.append, options=given)
    found = list(csv.DictReader(io.StringIO(file.getvalue(), newline=""), delimiter=";"))
    assert [row["uuid_observation"] for row in found] == [one.uid for one in noted]
    assert count == len(found)
    return found, given


def save_pond(db: Database, **visits: dict[str, Any]) -> None:
    """Save an aire with one pond and these visits of it, each with one frog unless its lines are given."""
    found = [
        Record("p", "directory", "person", None, {"name": "MARTIN Claire"}),
        Record("g", CODE, "sites_group", None, {"sites_group_name": "Aire", "categories_paysageres": "x"}),
        Record("s", CODE, "site", "g", {"base_site_name": "Mare", "milieu_aquatique": "MILIEU_AQUATIQUE_7", **AT}),
    ]
    for uid, values in visits.items():
        lines = values.pop("lines", [{"presence": "Oui", "cd_nom": 351, **COUNTED}])
        data = {"observers": ["p"], "expertise": "Chevronné", "accessibility": "Oui", **HOURS, **values}
        visit = Record(name_uid("test", uid), CODE, "visit", "s", data, data["visit_date_min"])
        found.append(visit)
        for number, line in enumerate(lines):
            own = name_uid("test", f"{uid}-{number}")
            found.append(Record(own, CODE, "observation", visit.uid, line, None, line["cd_nom"]))
    records.save(db, found, "test")


AT = {"longitude": 2.5, "latitude": 50.5}
HOURS = {"Heure_debut": "21:02", "Heure_fin": "21:14", "methode_de_prospection": ["4", "5"]}
COUNTED = {"count_min": 2, "count_max": 3, "id_nomenclature_typ_denbr": "Es"}
FIRST = {"visit_date_min": "2024-03-09", "num_passage": 1, "etat_site": "Site existant"}
SECOND = {"visit_date_min": "2024-04-20", "num_passage": 2}


def test_a_row_repeats_its_site_and_its_visit(db: Database) -> None:
    save_pond(db, v=FIRST | {"comments": "une\nligne"})
    (row,), _given = written(db)
    assert row["s__base_site_name"] == "Mare"
    assert row["s__geom"] == "POINT(2.5 50.5)"
    assert row["s__types_site"] == "POPA"
    assert row["s__milieu_aquatique"] == "MILIEU_AQUATIQUE_7"
    assert (row["unique_dataset_id"], row["v__visit_date_min"], row["v__num_passage"]) == (DATASET, "2024-03-09", "1")
    assert (row["v__observers"], row["v__methode_de_prospection"]) == ("MARTIN Claire", "4,5")
    assert (row["v__Heure_debut"], row["v__comments"]) == ("21:02", "une ligne")
    assert (row["o__cd_nom"], row["o__presence"], row["o__count_min"], row["o__count_max"]) == ("351", "Oui", "2", "3")
    assert row["o__id_nomenclature_typ_denbr"] == "Es"


def test_the_columns_are_those_of_the_import_and_local_fields_have_none(db: Database) -> None:
    save_pond(db, v=FIRST)
    (row,), _given = written(db)
    assert list(row)[:5] == ["uuid_base_site", "s__base_site_name", "s__geom", "s__first_use_date", "s__types_site"]
    assert {"uuid_base_visit", "unique_dataset_id", "v__visit_date_min", "v__observers", "uuid_observation"} <= set(row)
    assert {
        name for name in row if name.endswith(("dry", "hygiene", "num_passage_calc", "vent", "id_dataset"))
    } == set()
    assert len(set(row)) == len(row)


def test_a_site_is_used_since_its_first_visit_where_nobody_said(db: Database) -> None:
    save_pond(db, v=FIRST, w=SECOND | {"etat_site": "Site existant"})
    later = Selection(protocols=PONDS.protocols, first_on="2024-04-01")
    assert written(db, later)[0][0]["s__first_use_date"] == "2024-03-09"


def test_the_state_of_a_site_holds_for_the_other_passages_of_its_year(db: Database) -> None:
    restored = {"etat_site": "Site restauré (travaux, assainissement de l'eau, etc.)"}
    save_pond(db, v=FIRST | restored, w=SECOND, x={"visit_date_min": "2025-04-20", "num_passage": 2})
    found, given = written(db)
    assert [row["v__etat_site"] for row in found] == [restored["etat_site"]] * 2
    assert [(item.uid, item.sentence) for item in given.left_out] == [
        (
            name_uid("test", "x-0"),
            "il manque État du site, que l’import de GeoNature exige toujours : complétez la fiche.",
        )
    ]


def test_nothing_seen_is_nought_counted(db: Database) -> None:
    save_pond(db, v=FIRST | {"lines": [{"presence": "Non", "cd_nom": 914450}]})
    (row,), _given = written(db)
    assert (row["o__presence"], row["o__cd_nom"]) == ("Non", "914450")
    assert (row["o__count_min"], row["o__count_max"], row["o__id_nomenclature_typ_denbr"]) == ("0", "0", "Co")


def test_what_was_counted_before_somebody_said_that_there_was_none_is_not_told(db: Database) -> None:
    left_over = COUNTED | {"id_nomenclature_stade": "2", "id_nomenclature_sex": "3"}
    save_pond(db, v=FIRST | {"lines": [{"presence": "Non", "cd_nom": 351, **left_over}]})
    (row,), _given = written(db)
    assert (row["o__presence"], row["o__count_min"], row["o__count_max"]) == ("Non", "0", "0")
    assert row["o__id_nomenclature_typ_denbr"] == "Co"
    assert (row["o__id_nomenclature_stade"], row["o__id_nomenclature_sex"]) == ("", "")


def test_something_seen_is_never_written_as_nought_animals(db: Database) -> None:
    nought = COUNTED | {"count_min": 0, "count_max": 0}
    save_pond(db, v=FIRST | {"lines": [{"presence": "Oui", "cd_nom": 351, **nought}]})
    found, given = written(db)
    assert found == []
    assert "Nombre minimum, Nombre maximum" in given.left_out[0].sentence


def test_a_comma_in_a_name_makes_no_second_person(db: Database) -> None:
    save_pond(db, v=FIRST | {"observers": ["p", "q"]})
    records.save(db, [Record("q", "directory", "person", None, {"name": "PETIT Ali, dit Al; | Bob"})], "test")
    (row,), _given = written(db)
    assert row["v__observers"] == "MARTIN Claire, PETIT Ali dit Al Bob"


def test_a_position_is_no_power_of_ten(db: Database) -> None:
    save_pond(db, v=FIRST)
    pond = records.get(db, "s")
    assert pond is not None
    records.save(db, [with_data(pond, db.protocols[CODE].entity("site"), {**pond.data, "longitude": 1e-05})], "test")
    assert written(db)[0][0]["s__geom"] == "POINT(0.00001 50.5)"


def test_a_dry_pond_without_a_row_is_an_absence_too(db: Database) -> None:
    save_pond(db, v=FIRST | {"dry": True, "lines": []})
    (row,), _given = written(db)
    assert (row["o__presence"], row["o__cd_nom"], row["o__count_max"]) == ("Non", "914450", "0")


def test_what_was_seen_and_not_counted_is_left_out_and_said(db: Database) -> None:
    lines = [{"presence": "Oui", "cd_nom": 351}, {"presence": "Oui", "cd_nom": 92, **COUNTED}]
    save_pond(db, v=FIRST | {"lines": lines})
    found, given = written(db)
    assert [row["o__cd_nom"] for row in found] == ["92"]
    (left,) = given.left_out
    assert left.uid == name_uid("test", "v-0")
    assert "Dénombrement, Nombre minimum, Nombre maximum" in left.sentence


def test_a_pond_without_a_position_is_left_out_and_said(db: Database) -> None:
    save_pond(db, v=FIRST)
    pond = records.get(db, "s")
    assert pond is not None
    values = {name: value for name, value in pond.data.items() if name != "longitude"}
    records.save(db, [with_data(pond, db.protocols[CODE].entity("site"), values)], "test")
    found, given = written(db)
    assert found == []
    assert "Position" in given.left_out[0].sentence


def test_the_sample_season_is_written_as_far_as_the_import_can_take_it(db: Database, rows: Rows) -> None:
    demo.take(db, demo.PONDS)
    with_state = {(row["aire_etude"], row["nom_site"]) for row in rows if row["etat_site"]}
    can_go = [row for row in rows if (row["aire_etude"], row["nom_site"]) in with_state]
    found, given = written(db)
    assert {row["uuid_observation"] for row in found} == {row["uuid_observation"] for row in can_go}
    assert {item.uid for item in given.left_out} == {row["uuid_observation"] for row in rows} - {
        row["uuid_observation"] for row in can_go
    }
    assert {item.sentence for item in given.left_out} == {
        "il manque État du site, que l’import de GeoNature exige toujours : complétez la fiche."
    }
    by_uid = {row["uuid_observation"]: row for row in rows}
    for row in found:
        sample = by_uid[row["uuid_observation"]]
        assert row["uuid_base_visit"] == sample["uuid_passage"]
        assert (row["v__visit_date_min"], row["v__Heure_debut"]) == (sample["date_passage"], sample["heure_debut"])
        assert (row["o__presence"], row["o__cd_nom"]) == (sample["presence_amphibien"], sample["cd_nom"])
        assert (row["o__count_min"], row["o__count_max"]) == (sample["nombre_min"], sample["nombre_max"])


def test_one_protocol_at_a_time(db: Database) -> None:
    demo.take(db, demo.BIRDS)
    save_pond(db, v=FIRST)
    with pytest.raises(FileRefusedError, match="un suivi à la fois"):
        written(db, Selection())
    assert written(db)[0]


def test_a_protocol_that_no_server_knows_needs_places_days_and_observers_only(db: Database) -> None:
    demo.take(db, demo.BIRDS)
    birds = Selection(protocols=frozenset({"banding"}))
    found, given = written(db, birds)
    assert len(found) == sum(len(one.occurrences) for one in tellings(db, birds)) == 3664 + 445
    assert given.left_out == []
    assert {row["s__types_site"] for row in found} == {""}
    assert {"v__holder", "o__ring", "o__wing_mm"} <= set(found[0])
    assert all(row["v__holder"].startswith("BAGUEUR") for row in found)


def test_a_dataset_without_an_identity_is_refused(db: Database) -> None:
    save_pond(db, v=FIRST)
    with pytest.raises(FileRefusedError, match="cochez ce suivi dans la fiche d’un jeu de données"):
        written(db, uuid=None)


def test_a_selection_of_nothing_writes_nothing(db: Database) -> None:
    assert written(db) == ([], Options(dataset_uuid=DATASET, protocols=db.protocols))
