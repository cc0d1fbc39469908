"""The SINP file of the three sample seasons, judged by the rules of GeoNature, and what has no honest row."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core import clock, paths
from fieldapp.core.errors import FileRefusedError, SheetError
from fieldapp.core.occurrence import Dataset, Event, Occurrence, Person, Place, Review, Telling, Visited
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import StudyProtocol
from fieldapp.exchange import demo, sinp
from fieldapp.exchange.batch_places import Places
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.exchange.written import Options
from fieldapp.protocols.directory.protocol import DATASET
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from tests.exchange.geonature_checker import check, rows_of

PONDS_UUID = "0a8ad0c7-1d1c-4c2a-9a3b-7e2a4f1f2a11"
OTHERS_UUID = "5b0d0f3c-7a77-4f5e-8b39-0d4b6d7d1c22"
VIMY = {"longitude": 2.8112, "latitude": 50.378}


@dataclass
class Written:
    """A SINP file, what was noted while it was written, and what was left out."""

    content: bytes
    noted: list[Occurrence]
    options: Options
    count: int

    @property
    def rows(self) -> list[dict[str, str]]:
        return rows_of(self.content)


def written(told: Any, **options: Any) -> Written:
    given = Options(**options)
    noted: list[Occurrence] = []
    file = io.StringIO(newline="")
    count = sinp.write(told, file, note=noted.append, options=given)
    return Written(file.getvalue().encode(), noted, given, count)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return a database of the three seasons, with datasets that have their UUID and a barrier that has its place."""
    with open_for_use(tmp_path_factory.mktemp("sinp") / "base.db", protocols.installed()) as db:
        for sample in (demo.PONDS, demo.BIRDS, demo.BARRIER):
            demo.take(db, sample)
        ponds = records.roots(db, "directory", "dataset")[0]
        others = {"name": "Baguage et barrière", "unique_dataset_id": OTHERS_UUID}
        shared = make_record("directory", DATASET, {**others, "protocols": ["banding", "pitfall_barrier"]}, None)
        barrier = records.roots(db, "pitfall_barrier", "site")[0]
        entity = protocols.by_code("pitfall_barrier").entity("site")
        records.save(
            db,
            [
                with_data(ponds, DATASET, {**ponds.data, "unique_dataset_id": PONDS_UUID}),
                shared,
                with_data(barrier, entity, {**barrier.data, **VIMY}),
            ],
            "test",
        )
        yield db


@pytest.fixture(scope="module")
def whole(samples: Database) -> Written:
    return written(tellings(samples, Selection()), protocols=samples.protocols)


def sample_rows(name: str) -> list[dict[str, str]]:
    with paths.resource(f"demo/{name}").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def known_taxa() -> set[int]:
    """Return the cd_nom of the lists that the program ships, from their files."""
    folder = Path(protocols.__file__).parent
    found = {914450}
    for name in ("pop_amphibiens/reference/taxa", "pitfall_barrier/reference/taxa", "banding/reference/birds"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found |= {int(row["cd_nom"]) for row in csv.DictReader(file, delimiter=";")}
    return found


def test_geonature_takes_every_row_of_the_three_samples(whole: Written) -> None:
    found = check(whole.content, clock.today(), known_taxa(), {PONDS_UUID, OTHERS_UUID})
    assert Counter((error.code, error.column) for error in found) == {}
    assert whole.options.left_out == []


def test_every_pond_visit_row_is_told_presences_and_absences(whole: Written) -> None:
    of_file = Counter(
        (row["uuid_observation"], {"Oui": "Pr", "Non": "No"}[row["presence_amphibien"]], row["cd_nom"])
        for row in sample_rows("pop_2020_standard.csv")
    )
    told = [row for row in whole.rows if row["unique_dataset_id"] == PONDS_UUID]
    assert Counter((row["id_synthese"], row["statut_observation"], row["cd_nom"]) for row in told) == of_file
    assert Counter(row["statut_observation"] for row in told) == {"Pr": 237, "No": 152}


def test_the_counts_of_the_ponds_are_those_of_the_file(whole: Written) -> None:
    told = {row["id_synthese"]: (row["nombre_min"], row["nombre_max"], row["type_denombrement"]) for row in whole.rows}
    for row in sample_rows("pop_2020_standard.csv"):
        kind = {"Compté": "Co", "Estimé": "Es", "": "Co"}[row["type_denombrement"]]
        least, most = row["nombre_min"] or "0", row["nombre_max"] or "0"
        assert told[row["uuid_observation"]] == (least, most, kind)


def test_each_morning_of_the_barrier_is_told_as_it_was(whole: Written) -> None:
    animals: Counter[tuple[str, str]] = Counter()
    checked: set[str] = set()
    caught: set[str] = set()
    for row in sample_rows("barrier_vimy_2005_2020.csv"):
        if row["checked"] == "oui":
            checked.add(row["check_on"])
        if row["cd_nom"]:
            caught.add(row["check_on"])
            animals[row["check_on"], row["cd_nom"]] += int(row["count"])
    told = [row for row in whole.rows if "Barrière-piège" in row["methode_regroupement"]]
    present: Counter[tuple[str, str]] = Counter()
    for row in told:
        if row["statut_observation"] == "Pr":
            present[row["date_fin"], row["cd_nom"]] += int(row["nombre_min"])
    assert present == animals
    assert sorted(row["date_fin"] for row in told if row["statut_observation"] == "No") == sorted(checked - caught)
    assert {row["cd_nom"] for row in told if row["statut_observation"] == "No"} == {"914450"}


def test_the_dead_animals_of_the_barrier_are_told_dead(whole: Written) -> None:
    dead = sum(row["state"] == "mort" for row in sample_rows("barrier_vimy_2005_2020.csv"))
    assert dead > 0
    told = [row for row in whole.rows if row["etat_biologique"] == "3" and "Barrière" in row["methode_regroupement"]]
    assert len(told) == dead


def test_every_bird_in_the_hand_has_its_row(whole: Written) -> None:
    birds = [row for row in sample_rows("banding_2020_crbpo.csv") if row["ACTION"] != "BREDOUILLE"]
    told = [row for row in whole.rows if row["methode_regroupement"].startswith("CRBPO")]
    of_file = Counter(
        ("-".join(reversed(row["DATE"].split("/"))), row["HEURE"], {"M": "3", "F": "2"}.get(row["SEXE"], "1"))
        for row in birds
    )
    assert Counter((row["date_debut"], row["heure_debut"], row["sexe"]) for row in told) == of_file
    rings = [ring[1] for row in told if (ring := re.search(r"Individu : (\S+ \S+)", row["comment_occurrence"]))]
    assert Counter(rings) == Counter(f"{row['CENTRE']} {row['BAGUE']}" for row in birds)


def test_what_is_noted_is_what_was_written(whole: Written) -> None:
    assert whole.count == len(whole.rows) == len(whole.noted)
    assert [one.uid for one in whole.noted] == [row["id_synthese"] for row in whole.rows]


def test_a_dataset_for_the_whole_file_stands_in_every_row(samples: Database) -> None:
    uuid = "11111111-2222-4333-8444-555555555555"
    found = written(tellings(samples, Selection(frozenset({"pop_amphibiens"}))), dataset_uuid=uuid)
    assert {row["unique_dataset_id"] for row in found.rows} == {uuid}


# ------------------------------------------------------------------------------------------------ made by hand

PLACE = Place(uid="s", name="Mare", above="Aire", longitude=2.6, latitude=50.58)
EVENT = Event(
    uid="0ffff823-ed67-4848-a595-279b0c2b80be",
    record="0ffff823-ed67-4848-a595-279b0c2b80be",
    protocol="pop_amphibiens",
    kind="visit",
    place=PLACE,
    date_min="2020-04-08",
    date_max="2020-04-08",
    observers=(Person("p", "DUPONT Anne", "CPIE"),),
    dataset=Dataset("d", "POP", PONDS_UUID),
    group_code="PASS",
)
SEEN = Occurrence(
    uid="97a6205d-b58b-47c5-a672-2f5baec24d6e",
    record="97a6205d-b58b-47c5-a672-2f5baec24d6e",
    event=EVENT,
    cd_nom=351,
    nom_cite="Rana temporaria",
    count_min=1,
    count_max=1,
)


def told(event: Event = EVENT, **changes: Any) -> list[Telling]:
    return [Telling(event, (msgspec.structs.replace(SEEN, event=event, **changes),))]


def on(**changes: Any) -> Event:
    return msgspec.structs.replace(EVENT, **changes)


@pytest.mark.parametrize(
    ("what", "word"),
    [
        (told(count_min=None, count_max=None), "nombre inconnu"),
        (told(count_min=None, count_max=3), "nombre inconnu"),
        (told(count_min=3, count_max=2), "minimum"),
        (told(count_min=0, count_max=0), "zéro"),
        (told(count_min=1, count_max=2**31), "nombre inconnu"),
        (told(review=Review("4")), "invalide"),
        (told(on(place=Place(uid="s", wkt="POLYGON ((2 50, 3 51, 3 50, 2 51, 2 50))"))), "se croise"),
        (told(on(place=Place(uid="s", name="Mare"))), "sans position"),
        (told(on(place=Place(uid="a", name="62", blurred="department"))), "sans contour"),
        (told(on(date_min="1899-12-31", date_max="1899-12-31")), "1900"),
        (told(on(date_min="2999-01-01", date_max="2999-01-01")), "1900"),
    ],
)
def test_what_has_no_honest_row_is_left_out_and_said(what: list[Telling], word: str) -> None:
    found = written(what)
    assert (found.count, found.rows, found.noted) == (0, [], [])
    (left,) = found.options.left_out
    assert left.uid == SEEN.record
    assert word in left.sentence
    assert "Rana temporaria" in left.title


def test_an_unknown_count_takes_nothing_else_with_it() -> None:
    other = msgspec.structs.replace(SEEN, uid="aaa6205d-b58b-47c5-a672-2f5baec24d6e", count_min=None)
    found = written([Telling(EVENT, (other, SEEN))])
    assert [row["id_synthese"] for row in found.rows] == [SEEN.uid]


def test_an_area_that_stands_for_a_place_says_so() -> None:
    area = "POLYGON ((2 50, 3 50, 3 51, 2 50))"
    place = Place(uid="c", name="E066N704", longitude=2.6, latitude=50.5, wkt=area, precision_m=7071, blurred="cell")
    (row,) = written(told(on(place=place))).rows
    names = ("geometrie_wkt_4326", "nature_objet_geo", "floutage_dee", "nom_lieu", "precision_geographique")
    assert [row[name] for name in names] == [area, "In", "OUI", "E066N704", "7071"]
    assert not check(written(told(on(place=place))).content, date(2026, 1, 1), {351}, {PONDS_UUID})


def test_an_occurrence_with_a_place_of_its_own_is_told_there() -> None:
    own = Place(uid="o", name="Fossé", longitude=2.7, latitude=50.6, altitude_min_m=31.6)
    (row,) = written(told(place=own)).rows
    assert (row["geometrie_wkt_4326"], row["nom_lieu"], row["alti_min"]) == ("POINT(2.7 50.6)", "Fossé", "32")


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (Dataset("d", "Mares du bassin", ""), ["Mares du bassin", "UUID"]),
        (Dataset("d", "Mares du bassin", "à demander"), ["Mares du bassin", "UUID"]),
        (Dataset(), ["POP Amphibiens", "jeu de données"]),
    ],
)
def test_a_dataset_without_uuid_is_refused_by_its_name(dataset: Dataset, words: list[str]) -> None:
    with pytest.raises(FileRefusedError) as refused:
        written(told(on(dataset=dataset)), protocols={item.code: item for item in protocols.installed()})
    assert all(word in str(refused.value) for word in words)


def test_what_writing_would_refuse_is_known_of_a_telling_beforehand() -> None:
    options = Options(protocols={item.code: item for item in protocols.installed()})
    with pytest.raises(SheetError) as refused:
        sinp.check(told(on(dataset=Dataset("d", "Mares du bassin", "à demander")))[0], options)
    assert (refused.value.entity, refused.value.uid) == ("dataset", "d")
    assert "--dataset-uuid" in str(refused.value)
    sinp.check(told()[0], options)
    sinp.check(Telling(on(dataset=Dataset()), ()), options)  # nothing is told, so no dataset is wanted


def test_a_uuid_for_the_whole_file_that_is_none_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="12-34"):
        written(told(), dataset_uuid="12-34")


def test_a_visit_that_tells_of_nothing_asks_for_no_dataset() -> None:
    assert written([Telling(on(dataset=Dataset()), ())]).count == 0


def test_a_record_that_is_named_otherwise_still_has_a_uuid_of_its_own() -> None:
    rows = [written(told(uid=uid)).rows[0] for uid in ("a", "a", "b")]
    uuids = [row["uuid_perm_sinp"] for row in rows]
    assert uuids[0] == uuids[1] != uuids[2]
    assert not check(written(told(uid="a")).content, date(2026, 1, 1), {351}, {PONDS_UUID})


def test_a_barrier_of_which_the_commune_alone_is_known_is_told_there(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "base.db", protocols.installed()) as db:
        demo.take(db, demo.BARRIER)
        told = Places(db, "exact", sees_sensitive=False).stream(tellings(db, Selection()))
        found = written(told, dataset_uuid=PONDS_UUID)
    rows = found.rows
    mornings = sum(row["checked"] == "oui" for row in sample_rows("barrier_vimy_2005_2020.csv"))
    assert (found.count, found.options.left_out) == (mornings, [])
    assert check(found.content, clock.today(), known_taxa(), {PONDS_UUID}) == []
    names = ("geometrie_wkt_4326", "nature_objet_geo", "precision_geographique", "nom_lieu", "floutage_dee")
    assert {tuple(row[name] for name in names) for row in rows} == {
        ("POINT(2.8112 50.378)", "In", "5000", "Mare Jules Ferry", "NON")
    }


def test_without_position_and_commune_no_row_of_a_barrier_is_told(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "base.db", protocols.installed()) as db:
        records.save(
            db,
            [
                Record("b", "pitfall_barrier", "site", None, {"site_name": "Mare", "commune": "Nulle-Part"}),
                Record(
                    "v", "pitfall_barrier", "visit", "b", {"check_on": "2020-03-01", "state": "empty"}, "2020-03-01"
                ),
            ],
            "test",
        )
        told = Places(db, "exact", sees_sensitive=False).stream(tellings(db, Selection()))
        found = written(told, dataset_uuid=PONDS_UUID)
    assert found.count == 0
    assert [left.uid for left in found.options.left_out] == ["v"]


def test_options_of_two_files_do_not_share_what_was_left_out() -> None:
    assert replace(Options(), title="a").left_out is not Options().left_out


def test_what_was_found_invalid_leaves_only_when_that_level_is_asked_for() -> None:
    invalid = told(review=Review("4"))
    assert written(invalid).count == 0
    assert written(invalid, levels=frozenset({"1", "4"})).count == 1
    assert written(told(review=Review("3"))).count == 1


def test_texts_of_any_length_are_taken() -> None:
    place = Place(uid="s", name="mare " * 300, longitude=2.6, latitude=50.58)
    long = told(
        on(place=place, method="méthode " * 99, comment="x" * 200_000), nom_cite="n" * 3000, determiner="d" * 3000
    )
    assert check(written(long).content, date(2026, 1, 1), {351}, {PONDS_UUID}) == []


def visit_of(protocol: StudyProtocol, values: dict[str, Any]) -> Visited:
    """Return a visit, its line and one record of every other entity, all of which hold these values."""
    assert protocol.standard is not None
    standard = protocol.standard()
    made: dict[str, Record] = {}
    for entity in protocol.entities:
        data = values | {"cd_nom": 351} if entity.code == standard.line else values
        parent = made[entity.parent].uid if entity.parent else None
        record = make_record(protocol.code, entity, data, parent)
        cd_nom = 351 if entity.code == standard.line else None
        made[entity.code] = replace(
            record, on_date="2020-04-08" if entity.code == standard.visit else None, cd_nom=cd_nom
        )
    line = made[standard.line]
    above = {code: one for code, one in made.items() if code not in {standard.visit, standard.line}}
    beside = {code: [made[code]] for code in standard.siblings}
    below = [one for one in made.values() if one.parent == line.uid]
    person = Record("person", "directory", "person", None, dict(values))
    return Visited(
        made[standard.visit],
        above,
        [line],
        {"person": person},
        {line.uid: below},
        beside,
        Dataset("d", "POP", PONDS_UUID),
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from(["person", "0001-01-01", "2020-W15-3", "21:02", "Oui", "Non", "No", "empty", 10**13, 10**400]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
HERE = {"longitude": 2.6, "latitude": 50.58}
SAID: dict[str, dict[str, Any]] = {
    "pop_amphibiens": {**HERE, "accessibility": "Oui", "presence": "Oui", "count_min": 1, "nom_cite_for": 351},
    "pitfall_barrier": {**HERE, "state": "checked", "count": 1},
    "banding": {**HERE, "opened_at": "06:00"},
    "occasional": {**HERE, "count_min": 1, "count_max": 1, "nom_cite_for": 351},
}
"""What makes a visit of a protocol one that is told, whatever else it holds."""


@pytest.mark.parametrize("code", sorted(SAID))
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_whatever_a_database_holds_is_told_and_written_or_left_out(code: str, data: st.DataObject) -> None:
    protocol = protocols.by_code(code)
    names = sorted({item.name for entity in protocol.entities for item in entity.fields})
    pool, order = data.draw(st.lists(ANYTHING, min_size=1, max_size=6)), data.draw(st.randoms(use_true_random=False))
    values = {name: order.choice(pool) for name in names}
    visited = visit_of(protocol, values | (SAID[code] if data.draw(st.booleans()) else {}))
    assert protocol.standard is not None
    telling = protocol.standard().tell(visited, {})
    if telling is not None:
        found = written([telling], protocols={code: protocol})
        assert found.count + len(found.options.left_out) == len(telling.occurrences)
        errors = check(found.content, date(2026, 1, 1), {351, 914450}, {PONDS_UUID}) if found.count else []
        assert errors == []
