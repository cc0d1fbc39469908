from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.occurrence import Occurrence, Person, Telling
from fieldapp.core.record import Record
from fieldapp.protocols.pop_amphibiens import lists
from fieldapp.protocols.pop_amphibiens.standard import STANDARD, tell
from tests.protocols.visited import DATASET, measured, visited

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
CODE = "pop_amphibiens"
AMPHIBIA = 914450

AIRE = Record(
    "g",
    CODE,
    "sites_group",
    None,
    {"sites_group_name": "Bassins VNF", "categories_paysageres": "CATEGORIE_PAYSAGERE_12"},
)
POND = Record(
    "s", CODE, "site", "g",
    {
        "base_site_name": "Mare 01", "milieu_aquatique": "MILIEU_AQUATIQUE_7", "longitude": 2.6056,
        "latitude": 50.58017, "altitude_min": 30.0, "commune": "Hinges", "code_dep": "62",
    },
)  # fmt: skip
REACHED = {
    "visit_date_min": "2020-04-08",
    "num_passage": 2,
    "Heure_debut": "21:11",
    "Heure_fin": "21:28",
    "methode_de_prospection": ["4", "5"],
    "observers": ["b", "a"],
    "expertise": "Chevronné",
    "accessibility": "Oui",
}
NOTHING = {"presence": "Non", "cd_nom": AMPHIBIA, "count_min": 0, "count_max": 0}
FROG = {
    "presence": "Oui",
    "cd_nom": 351,
    "id_nomenclature_typ_denbr": "Es",
    "count_min": 12,
    "count_max": 22,
    "id_nomenclature_stade": "2",
    "id_nomenclature_sex": "3",
}


def line(values: dict[str, Any], uid: str = "o") -> Record:
    return Record(uid, CODE, "observation", "v", values, None, values.get("cd_nom"))


def told(visit: dict[str, Any], *lines: Record, on: str = "2020-04-08") -> Telling | None:
    return tell(visited(Record("v", CODE, "visit", "s", visit, on), *lines, above=(POND, AIRE)), TAXA)


def only(telling: Telling | None) -> Occurrence:
    assert telling is not None
    (one,) = telling.occurrences
    return one


def test_a_visit_is_told_with_its_pond_people_hours_and_methods() -> None:
    telling = told(REACHED, line(FROG))
    assert telling is not None
    event = telling.event
    assert (event.uid, event.record, event.kind, event.group_code) == ("v", "v", "visit", "PASS")
    assert (event.date_min, event.date_max, event.hour_min, event.hour_max) == (
        "2020-04-08", "2020-04-08", "21:11", "21:28",
    )  # fmt: skip
    assert event.observers == (Person("b", "MARTIN Paul", "CPIE"), Person("a", "DUPONT Anne", "CPIE"))
    assert event.dataset == DATASET
    assert event.method == "POPAmphibien Communauté : Identification à vue, de nuit (lampe) ; Identification par écoute"
    assert (event.sample_size, event.sample_unit) == (17, "minutes")
    assert event.habitat == "Mare (< 50 m²) ; Zones humides intérieures"
    place = event.place
    assert (place.uid, place.name, place.above) == ("s", "Mare 01", "Bassins VNF")
    assert (place.longitude, place.latitude, place.altitude_min_m) == (2.6056, 50.58017, 30.0)
    assert (place.commune, place.department, place.nature) == ("Hinges", "62", "St")
    assert measured(event.measurements)["expertise"] == ("Chevronné", "", "Chevronné")
    assert measured(event.measurements)["num_passage"] == ("2", "", "")


def test_above_a_visit_stands_the_season_of_its_aire() -> None:
    found = [told(REACHED, line(FROG), on=on) for on in ("2020-04-08", "2020-06-01", "2021-04-08")]
    seasons = [one.event.parent for one in found if one is not None and one.event.parent is not None]
    season, again, other = seasons
    assert (season.kind, season.record, season.place.uid, season.place.name) == ("season", "", "g", "Bassins VNF")
    assert (season.date_min, season.date_max) == ("2020-01-01", "2020-12-31")
    assert season.uid == again.uid != other.uid


def test_the_version_of_the_protocol_is_told_from_its_year_on() -> None:
    found = [told({**REACHED, "methode_de_prospection": []}, line(FROG), on=on) for on in ("2024-12-31", "2025-01-01")]
    assert [one.event.method for one in found if one] == ["POPAmphibien Communauté", "POPAmphibien Communauté v2"]


def test_what_was_seen_is_told_in_the_codes_of_the_sinp() -> None:
    one = only(told(REACHED, line({**FROG, "comments": "au bord"})))
    assert (one.uid, one.record, one.cd_nom, one.status) == ("o", "o", 351, "Pr")
    assert one.nom_cite == "Rana temporaria Linnaeus, 1758"
    assert (one.count_min, one.count_max, one.count_object, one.count_type) == (12, 22, "IND", "Es")
    assert (one.life_stage, one.sex, one.bio_condition, one.comment) == ("2", "3", "1", "au bord")


@pytest.mark.parametrize(
    ("methods", "technique", "determination"),
    [(["5"], "1", "9"), (["4", "5"], "0", "18"), (["2"], "0", "18"), ([], "21", "1"), (None, "21", "1")],
)
def test_how_it_was_seen_follows_from_the_methods(methods: Any, technique: str, determination: str) -> None:
    one = only(told({**REACHED, "methode_de_prospection": methods}, line(FROG)))
    assert (one.technique, one.determination) == (technique, determination)


def test_spawn_is_counted_in_clumps() -> None:
    assert only(told(REACHED, line({**FROG, "id_nomenclature_stade": "9"}))).count_object == "PON"


@pytest.mark.parametrize("count", [{}, {"count_min": 0, "count_max": 0}, {"count_min": "deux"}])
def test_what_nobody_counted_stays_without_a_count(count: dict[str, Any]) -> None:
    values = {name: value for name, value in FROG.items() if not name.startswith("count")}
    one = only(told(REACHED, line(values | count)))
    assert (one.count_min, one.count_max, one.count_object, one.count_type) == (None, None, "", "")


def test_the_name_is_the_one_that_was_cited_as_long_as_it_is_of_this_species() -> None:
    cited = {"nom_cite": "Rana temporaria temporaria", "nom_cite_for": 351}
    assert only(told(REACHED, line(FROG | cited))).nom_cite == "Rana temporaria temporaria"
    assert only(told(REACHED, line(FROG | cited | {"cd_nom": 259}))).nom_cite.startswith("Bufo bufo")


def test_nothing_seen_is_an_absence_of_all_amphibians() -> None:
    telling = told(REACHED, line(NOTHING))
    one = only(telling)
    assert (one.cd_nom, one.status, one.count_min, one.count_max) == (AMPHIBIA, "No", 0, 0)
    assert (one.life_stage, one.sex, one.bio_condition, one.technique) == ("", "", "", "")
    assert telling is not None
    assert (telling.event.scope, telling.event.scope_cd_nom) == ("Amphibia", AMPHIBIA)
    assert telling.event.reports_absence
    assert telling.event.is_finished


def test_an_amphibian_that_was_not_determined_is_a_presence() -> None:
    one = only(told(REACHED, line({**FROG, "cd_nom": AMPHIBIA})))
    assert (one.cd_nom, one.status, one.count_min) == (AMPHIBIA, "Pr", 12)


def test_a_dry_pond_is_an_absence_that_the_visit_itself_tells() -> None:
    one = only(told({**REACHED, "dry": True}))
    assert (one.record, one.cd_nom, one.status, one.count_min, one.count_max) == ("v", AMPHIBIA, "No", 0, 0)
    assert one.uid != "v"
    assert one.comment == "À sec"


def test_a_dry_pond_whose_row_says_nothing_seen_is_one_absence() -> None:
    assert only(told({**REACHED, "dry": True}, line(NOTHING))).uid == "o"


def test_a_pond_that_could_not_be_reached_tells_nothing() -> None:
    assert told({**REACHED, "accessibility": "Non"}) is None
    assert told({**REACHED, "accessibility": "Non"}, line(NOTHING)) is None


def test_a_visit_that_does_not_say_that_the_pond_was_reached_tells_of_no_absence() -> None:
    unsaid = {name: value for name, value in REACHED.items() if name != "accessibility"}
    telling = told(unsaid, line(NOTHING))
    assert telling is not None
    assert telling.occurrences == ()
    assert not telling.event.reports_absence
    assert only(told(unsaid, line(FROG))).status == "Pr"


def test_a_visit_without_rows_is_not_finished_and_tells_of_no_absence() -> None:
    telling = told(REACHED)
    assert telling is not None
    assert telling.occurrences == ()
    assert not telling.event.is_finished
    assert not telling.event.is_scope_complete


def test_a_row_that_lacks_its_count_leaves_the_visit_unfinished() -> None:
    telling = told(REACHED, line({"presence": "Oui", "cd_nom": 351, "id_nomenclature_typ_denbr": "Co"}))
    assert telling is not None
    assert not telling.event.is_finished


def test_nothing_seen_beside_something_seen_is_no_absence() -> None:
    assert only(told(REACHED, line(NOTHING, "none"), line(FROG))).uid == "o"


def test_one_species_looked_for_in_vain_stands_beside_what_was_seen() -> None:
    telling = told(REACHED, line(FROG), line({**NOTHING, "cd_nom": 139}, "none"))
    assert telling is not None
    assert [(one.cd_nom, one.status) for one in telling.occurrences] == [(351, "Pr"), (139, "No")]


def test_a_row_that_says_neither_yes_nor_no_tells_nothing() -> None:
    telling = told(REACHED, line({"cd_nom": 351, "count_min": 2}))
    assert telling is not None
    assert telling.occurrences == ()


def test_an_end_before_the_beginning_is_no_last_hour_of_the_day() -> None:
    late = told({**REACHED, "Heure_debut": "23:50", "Heure_fin": "00:10"}, line(FROG))
    wrong = told({**REACHED, "Heure_debut": "12:00", "Heure_fin": "11:00"}, line(FROG))
    assert late is not None
    assert wrong is not None
    assert (late.event.hour_max, late.event.sample_size) == ("", 20)
    assert (wrong.event.hour_max, wrong.event.sample_size) == ("", None)


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=3), st.lists(st.text(max_size=2)))


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from([*REACHED, "dry"]), VALUES),
    st.dictionaries(st.sampled_from([*FROG, "comments", "nom_cite"]), VALUES),
)
def test_whatever_was_stored_is_told_or_passed_over(visit: dict[str, Any], row: dict[str, Any]) -> None:
    telling = told(visit, Record("o", CODE, "observation", "v", row, None, 351))
    assert telling is None or len(telling.occurrences) <= 1


def test_a_visit_that_hangs_nowhere_is_told_without_a_place() -> None:
    telling = tell(visited(Record("v", CODE, "visit", "s", REACHED, "2020-04-08"), line(FROG)), TAXA)
    assert telling is not None
    assert (telling.event.place.uid, telling.event.place.longitude, telling.event.parent) == ("", None, None)


def test_the_standard_names_the_entities_of_the_protocol() -> None:
    assert (STANDARD.visit, STANDARD.line, STANDARD.siblings) == ("visit", "observation", ())


def test_the_object_of_a_count_is_that_of_either_number() -> None:
    spawn = {**FROG, "id_nomenclature_stade": "9", "count_min": None, "count_max": 5}
    one = only(told(REACHED, line({name: value for name, value in spawn.items() if value is not None})))
    assert (one.count_min, one.count_max, one.count_object, one.count_type) == (None, 5, "PON", "Es")
    uncounted = only(told(REACHED, line({**FROG, "count_min": 0, "count_max": 0})))
    assert (uncounted.count_object, uncounted.count_type) == ("", "")


def test_a_species_that_was_seen_is_not_told_as_missed_too() -> None:
    telling = told(REACHED, line(FROG), line({"presence": "Non", "cd_nom": 351}, "p"), line(NOTHING, "q"))
    assert telling is not None
    assert [(one.record, one.status) for one in telling.occurrences] == [("o", "Pr")]
    assert [(left.uid, "dit non vu" in left.sentence) for left in telling.untold] == [("p", True), ("q", True)]


def test_a_name_that_is_none_is_not_cited() -> None:
    assert only(told(REACHED, line({**FROG, "nom_cite_for": 351, "nom_cite": ["x"]}))).nom_cite.startswith("Rana tempo")
