"""What is made coarser says the area and no more, and what is told exactly does not give it away."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core.occurrence import Occurrence, Place, Telling
from fieldapp.core.schema import Taxon
from fieldapp.desk.geography import Geography
from fieldapp.desk.sensitivity import Levels
from fieldapp.exchange.blurring import PRECISIONS, Precision, blurred, cause, left_out_words
from fieldapp.protocols.directory import protocol as directory
from fieldapp.store import sensitivities, taxa
from fieldapp.store.connection import Database, open_database
from tests.desk.maps import AVION, PAS_DE_CALAIS, VIMY, lay
from tests.exchange.told import NEWT, POND, TOAD, newt_and_toad, seen, told, visit

CELL = "10kmL93E068N703"
AMPHIBIANS = ("Animalia", "Chordata", "Amphibia")
replace = msgspec.structs.replace
encode = msgspec.json.encode


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "told.db", protocols.installed()) as opened:
        listed = (Taxon(NEWT, NEWT, "Triturus cristatus", lineage=AMPHIBIANS), Taxon(TOAD, TOAD, "Bufo bufo"))
        taxa.install(opened, taxa.REFERENCE, listed)
        lay(opened, "commune", [VIMY, AVION])
        yield opened


def run(
    db: Database,
    tellings: Sequence[Telling],
    level: int = 0,
    precision: Precision = "exact",
    *,
    sees_sensitive: bool = False,
) -> tuple[list[Telling], Counter[str]]:
    """Return what is told where the newt has this level, and what was counted."""
    sensitivities.replace_list(db, "test", [(NEWT, "", level)])
    tally: Counter[str] = Counter()
    found = blurred(
        tellings, Geography.load(db), Levels.load(db), precision=precision, sees_sensitive=sees_sensitive, tally=tally
    )
    return list(found), tally


def rows(found: Sequence[Telling]) -> list[Occurrence]:
    return [one for telling in found for one in telling.occurrences]


def moved(longitude: float, latitude: float, **values: Any) -> Telling:
    return newt_and_toad(place=replace(POND, longitude=longitude, latitude=latitude), **values)


# ------------------------------------------------------------------------------------------------ levels


def test_the_precisions_are_those_that_a_recipient_may_have() -> None:
    assert list(PRECISIONS) == [choice.code for choice in directory.PRECISIONS]


@pytest.mark.parametrize(
    ("level", "kind", "name"),
    [(1, "commune", "Vimy"), (2, "cell", CELL), (3, "department", "Pas-de-Calais")],
)
def test_a_level_makes_its_area_of_the_place_and_leaves_the_other_rows(
    db: Database, level: int, kind: str, name: str
) -> None:
    lay(db, "department", [PAS_DE_CALAIS])
    found, tally = run(db, [newt_and_toad()], level)
    toad, newt = rows(found)
    assert (toad.cd_nom, toad.where.name, toad.where.longitude) == (TOAD, POND.name, POND.longitude)
    assert (newt.cd_nom, newt.where.blurred, newt.where.name, newt.sensitivity) == (NEWT, kind, name, level)
    assert tally == {"exact": 1, kind: 1}


def test_a_row_of_level_4_is_left_out_and_counted(db: Database) -> None:
    found, tally = run(db, [newt_and_toad()], 4)
    assert [one.cd_nom for one in rows(found)] == [TOAD]
    assert tally == {"exact": 1, "withheld": 1}
    assert list(left_out_words(tally).values()) == [1]
    assert left_out_words(Counter(exact=3)) == {}


def test_who_may_see_sensitive_places_gets_them_exactly_with_the_level_said(db: Database) -> None:
    found, tally = run(db, [newt_and_toad()], 4, sees_sensitive=True)
    newt, toad = rows(found)
    assert (newt.where.longitude, newt.sensitivity, toad.sensitivity) == (POND.longitude, 4, 0)
    assert found[0].event.comment == "au pied du terril secret"
    assert found[0].event.is_scope_complete
    assert tally == {"exact": 2}


def test_of_what_was_asked_and_the_level_the_coarser_counts(db: Database) -> None:
    found, _tally = run(db, [newt_and_toad()], 2, "commune")
    assert {one.cd_nom: one.where.blurred for one in rows(found)} == {NEWT: "cell", TOAD: "commune"}
    found, _tally = run(db, [newt_and_toad()], 1, "cell")
    assert {one.where.blurred for one in rows(found)} == {"cell"}
    found, _tally = run(db, [newt_and_toad()], 3, "commune", sees_sensitive=True)
    assert {one.where.blurred for one in rows(found)} == {"commune"}


def test_an_exact_place_has_its_surroundings_filled_in(db: Database) -> None:
    found, _tally = run(db, [newt_and_toad()])
    place = found[0].event.place
    assert (place.commune, place.commune_code, place.department, place.cell) == ("Vimy", "62861", "62", CELL)
    own = newt_and_toad()
    elsewhere = replace(own.occurrences[0], place=Place(uid="q", longitude=2.87, latitude=50.37))
    found, _tally = run(db, [Telling(own.event, (elsewhere,))])
    assert rows(found)[0].where.commune == "Avion"


def test_a_commune_is_told_with_its_outline_and_nothing_finer_or_coarser(db: Database) -> None:
    place = rows(run(db, [newt_and_toad()], 1)[0])[-1].where
    assert shapely.from_wkt(place.wkt).symmetric_difference(shapely.box(2.76, 50.35, 2.84, 50.40)).area < 1e-9
    assert (place.commune_code, place.department, place.cell, place.areas) == ("62861", "62", "", ())
    assert (place.nature, place.above, place.altitude_min_m) == ("In", "", None)
    assert place.precision_m is not None
    assert place.precision_m > 2_000


def test_a_cell_is_told_without_commune_and_department(db: Database) -> None:
    place = rows(run(db, [newt_and_toad()], 2)[0])[-1].where
    assert (place.cell, place.commune, place.commune_code, place.department) == (CELL, "", "", "")


def test_where_no_map_knows_the_commune_the_cell_stands_for_the_place(db: Database) -> None:
    outside = moved(2.70, 50.37)
    place = rows(run(db, [outside], 1)[0])[-1].where
    assert place.blurred == "cell"
    typed = replace(outside.event.place, commune="Mare aux secrets", commune_code="62999")
    found = rows(run(db, [newt_and_toad(place=typed)], 1)[0])[-1].where
    assert found == place


def test_a_department_without_a_map_is_told_by_its_code_alone(db: Database) -> None:
    place = rows(run(db, [newt_and_toad()], 3)[0])[-1].where
    assert (place.blurred, place.department, place.wkt, place.longitude) == ("department", "62", "", None)


@pytest.mark.parametrize("typed", ["", "chez Lou, mare secrète", "6"])
def test_a_row_whose_area_nobody_knows_is_left_out_and_counted(db: Database, typed: str) -> None:
    nowhere = Place(uid="p", name="mare", commune="Nulle-Part", cell="maille secrète", department=typed)
    found, tally = run(db, [newt_and_toad(place=nowhere)], 2)
    assert [one.cd_nom for one in rows(found)] == [TOAD]
    assert tally["unplaced"] == 1


def test_a_place_without_position_is_no_nearer_told_than_its_commune_is_known(db: Database) -> None:
    somewhere = Place(uid="p", name="mare", commune="Vimy")
    told = {level: rows(run(db, [newt_and_toad(place=somewhere)], level)[0])[-1].where for level in (1, 2)}
    assert (told[1].blurred, told[1].name) == ("commune", "Vimy")
    assert (told[2].blurred, told[2].department, told[2].cell) == ("department", "62", "")


def test_a_place_that_is_only_known_by_its_commune_is_never_told_as_a_cell(db: Database) -> None:
    known = newt_and_toad(place=Place(uid="p", name="mare", commune="Vimy", department="62"))
    found = rows(run(db, [known], 2)[0])
    assert [(one.cd_nom, one.where.blurred, one.where.cell) for one in found] == [
        (TOAD, "", ""), (NEWT, "department", ""),
    ]  # fmt: skip


def test_a_department_that_is_none_takes_the_strictest_of_all_rules(db: Database) -> None:
    nowhere = newt_and_toad(place=Place(uid="p", department="Pas-de-Calais"))
    sensitivities.replace_list(db, "department", [(NEWT, "62", 4)])
    _found, tally = run(db, [nowhere], 0)
    assert tally["withheld"] == 1


# ------------------------------------------------------------------------------------- nothing leads back


LONGITUDES = st.floats(2.7601, 2.8099).map(lambda number: round(number, 7))
LATITUDES = st.floats(50.3501, 50.3999).map(lambda number: round(number, 7))
NAMES = st.text("abcdefghijklmnopqrstuvwxyzéèàç'- ", min_size=6, max_size=30).map(lambda text: f"mare {text} zq")


@pytest.mark.parametrize("level", [1, 2, 3])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.tuples(LONGITUDES, LATITUDES), other=st.tuples(LONGITUDES, LATITUDES), name=NAMES,
    altitude=st.floats(0, 4000), hour=st.sampled_from(["", "20:00", "23:59"]), number=st.integers(1, 9),
)  # fmt: skip
def test_what_is_blurred_is_the_same_wherever_in_the_area_it_was(
    db: Database, level: int, where: tuple[float, float], other: tuple[float, float], name: str, altitude: float,
    hour: str, number: int,
) -> None:  # fmt: skip
    geography = Geography.load(db)
    assume(level != 2 or geography.cell(*where) == geography.cell(*other))
    first = moved(*where)
    place = Place(
        uid=f"p{number}", name=name, above=name, longitude=other[0], latitude=other[1], altitude_min_m=altitude,
        precision_m=number,
    )  # fmt: skip
    changed: dict[str, Any] = {
        "comment": name,
        "habitat": name,
        "method": name,
        "effort": name,
        "hour_min": hour,
        "sample_size": 1.0,
    }
    event = visit(f"visit-{number}", place=place, parent=None, measurements=(), **changed)
    line = seen(event, "newt-1", NEWT, comment=name, organism=name, hour_min=hour, measurements=())
    alone = rows(run(db, [told(event, line)], level)[0])
    assert [encode(one) for one in alone] == [encode(one) for one in rows(run(db, [first], level)[0])[1:]]


@pytest.mark.parametrize("level", [1, 2, 3])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(longitude=LONGITUDES, latitude=LATITUDES, name=NAMES)
def test_no_figures_of_the_place_and_no_name_of_it_stand_in_what_is_blurred(
    db: Database, level: int, longitude: float, latitude: float, name: str
) -> None:
    place = replace(POND, longitude=longitude, latitude=latitude, name=name, above=name)
    found = rows(run(db, [newt_and_toad(place=place, comment=name)], level)[0])[-1]
    assert found.where.blurred
    text = encode(found).decode() + repr(found)
    for number in (longitude, latitude):
        figures = f"{number:.7f}".rstrip("0")
        for run_of_figures in (figures[:7], figures[2:7], figures.partition(".")[2][:5]):
            if len(run_of_figures.replace(".", "")) >= 5:
                assume(run_of_figures not in found.where.wkt)  # the outline's own figures, whatever the place
                assert run_of_figures not in text
    assert name not in text
    for word in ("secret", "secrète", "pond-uid", "aire-uid", "season-uid", "visit-1", "21:0", "FR 868"):
        assert word not in text


def test_the_event_of_a_blurred_row_is_not_that_of_its_visit(db: Database) -> None:
    exact, coarse = run(db, [newt_and_toad()], 2)[0]
    assert coarse.event.uid != exact.event.uid
    assert (coarse.event.parent, coarse.event.record) == (None, "")
    assert coarse.occurrences[0].uid not in {"newt-1", "toad-1"}
    assert coarse.occurrences[0].record == "record-newt-1"  # what the register of batches goes by; no file is told
    assert (coarse.event.date_min, coarse.event.date_max) == ("2026-04-01", "2026-04-30")
    assert coarse.event.observers == ()
    assert (coarse.event.dataset.uuid, coarse.event.dataset.name) == ("7f4a2a3e-0000-4000-8000-000000000001", "")


def test_rows_of_two_ponds_share_one_event_in_an_order_that_tells_nothing(db: Database) -> None:
    both = [newt_and_toad(1), moved(2.80, 50.385, number=2)]
    found, _tally = run(db, both, 2)
    assert [telling.event.record for telling in found] == ["visit-1", "visit-2", ""]
    uids = [one.uid for one in found[-1].occurrences]
    assert uids == sorted(uids)
    again, _tally = run(db, list(reversed(both)), 2)
    assert encode(again[-1].occurrences) == encode(found[-1].occurrences)


@pytest.mark.parametrize(
    ("precision", "level"), [("exact", 1), ("exact", 2), ("exact", 3), ("commune", 2), ("cell", 3)]
)
def test_what_is_told_more_coarsely_than_the_batch_has_its_month_and_nobody(
    db: Database, precision: Precision, level: int
) -> None:
    own = newt_and_toad()
    named = tuple(replace(one, determiner="MARTIN Lou") for one in own.occurrences)
    found, _tally = run(db, [Telling(own.event, named)], level, precision)
    newt = next(one for one in rows(found) if one.cd_nom == NEWT)
    assert (newt.event.date_min, newt.event.date_max, newt.hour_min) == ("2026-04-01", "2026-04-30", "")
    assert (newt.event.observers, newt.determiner) == ((), "")
    assert (newt.review.level, newt.review.on) == ("1", "")
    if level < 3:  # one department has both visits, where its map is not loaded it has a code
        others = run(db, [newt_and_toad(2, on="2026-04-30", observers=())], level, precision)[0]
        assert next(one for one in rows(others) if one.cd_nom == NEWT).event.uid == newt.event.uid


def test_where_the_whole_batch_is_coarse_the_day_and_the_people_stay(db: Database) -> None:
    found, _tally = run(db, [newt_and_toad()], 2, "cell")
    assert {(one.event.date_min, one.event.observers[0].name) for one in rows(found)} == {("2026-04-14", "MARTIN Lou")}
    days = [newt_and_toad(1), newt_and_toad(2, observers=()), newt_and_toad(3, on="2026-04-15")]
    assert len({telling.event.uid for telling in run(db, days, 0, "cell")[0]}) == 3


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-03-31", "2026-04-01", ("2026-04-01", "2026-04-30")),  # a night: not the only one of two months
        ("2024-02-10", "2024-02-12", ("2024-02-01", "2024-02-29")),
        ("2026-03-20", "2026-04-02", ("2026-03-01", "2026-04-30")),
    ],
)
def test_a_month_is_whole(db: Database, first: str, last: str, said: tuple[str, str]) -> None:
    event = replace(visit(), date_min=first, date_max=last)
    (newt,) = rows(run(db, [told(event, seen(event, "newt", NEWT))], 2)[0])
    assert (newt.event.date_min, newt.event.date_max) == said


def test_the_identity_of_a_row_is_the_same_in_each_telling_of_one_kind_to_one_recipient(db: Database) -> None:
    def identity(level: int, recipient: str) -> str:
        sensitivities.replace_list(db, "test", [(NEWT, "", level)])
        found = blurred(
            [newt_and_toad(2)], Geography.load(db), Levels.load(db), precision="exact", sees_sensitive=False,
            tally=Counter(), recipient=recipient,
        )  # fmt: skip
        return next(one.uid for one in rows(list(found)) if one.cd_nom == NEWT)

    assert identity(2, "a") == identity(2, "a")
    assert len({identity(level, recipient) for level in (1, 2, 3) for recipient in "ab"}) == 6


def test_a_visit_of_which_all_was_hidden_is_not_told_at_all(db: Database) -> None:
    event = visit()
    found, _tally = run(db, [told(event, seen(event, "a", NEWT))], 2)
    assert [telling.event.place.blurred for telling in found] == ["cell"]
    found, _tally = run(db, [told(event, seen(event, "a", NEWT))], 4)
    assert found == []


def test_an_exact_visit_is_told_alike_whether_something_is_hidden_there_or_not(db: Database) -> None:
    whole = newt_and_toad()
    without = Telling(whole.event, whole.occurrences[1:])
    unfinished = replace(whole.event, is_finished=False)
    later = Telling(unfinished, tuple(replace(one, event=unfinished) for one in whole.occurrences))
    exact = run(db, [whole], 2)[0][0]
    assert encode(run(db, [without], 2)[0][0]) == encode(exact)
    assert encode(run(db, [later], 2)[0][0]) == encode(exact)
    assert (exact.event.comment, exact.occurrences[0].comment, exact.event.is_finished) == ("", "", None)
    assert (exact.occurrences[0].review.comment, exact.occurrences[0].review.remark) == ("", "")
    assert [one.code for one in exact.event.measurements] == ["water"]
    assert exact.event.parent is not None
    assert exact.event.parent.comment == ""
    assert exact.occurrences[0].event is exact.event


def test_that_nothing_at_all_was_there_is_told_no_more_exactly_than_what_may_be_hidden(db: Database) -> None:
    lay(db, "department", [PAS_DE_CALAIS])
    event = replace(visit(), scope_cd_nom=1)
    nothing = told(event, seen(event, "none", 1, status="No", count_min=0, count_max=0))
    (one,) = rows(run(db, [nothing], 2)[0])
    assert (one.where.blurred, one.status, one.event.observers) == ("cell", "No", ())
    assert rows(run(db, [nothing], 4)[0])[0].where.blurred == "department"
    assert rows(run(db, [nothing], 0)[0])[0].where.name == POND.name
    assert rows(run(db, [nothing], 2, sees_sensitive=True)[0])[0].where.name == POND.name
    assert run(db, [told(event)], 2)[0] == []


@pytest.mark.parametrize(
    ("level", "precision", "place", "why"),
    [
        (2, "exact", POND, "species"),
        (2, "cell", POND, "asked"),
        (0, "commune", POND, "asked"),
        (1, "exact", replace(POND, longitude=2.5, latitude=50.1), "no_commune"),
        (0, "commune", replace(POND, longitude=2.5, latitude=50.1), "no_commune"),
        (0, "cell", Place(uid="p", department="62"), "no_cell"),
        (3, "commune", Place(uid="p", department="62"), "species"),
    ],
)
def test_why_a_row_is_told_as_an_area_is_told_apart(
    db: Database, level: int, precision: Precision, place: Place, why: str
) -> None:
    event = visit(place=place)
    (one,) = rows(run(db, [told(event, seen(event, "newt", NEWT))], level, precision)[0])
    assert cause(one, precision, level, sees_sensitive=False) == why


def test_an_absence_is_told_as_an_area_for_the_sake_of_its_group(db: Database) -> None:
    event = replace(visit(), scope_cd_nom=1)
    nothing = told(event, seen(event, "none", 1, status="No", count_min=0, count_max=0))
    (one,) = rows(run(db, [nothing], 2)[0])
    assert cause(one, "exact", 2, sees_sensitive=False) == "group"


def test_a_rule_for_a_taxon_that_no_record_bears_leaves_the_absences_as_they_are(db: Database) -> None:
    event = replace(visit(), scope_cd_nom=1)
    nothing = told(event, seen(event, "none", 1, status="No", count_min=0, count_max=0))
    sensitivities.replace_list(db, "INPN", [(99_999_999, "", 3)])
    (one,) = rows(run(db, [nothing])[0])
    assert one.where.blurred == ""
    (one,) = rows(run(db, [nothing], precision="commune")[0])
    assert one.where.blurred == "commune"


def test_whether_all_was_told_is_claimed_of_no_visit_whose_group_may_hide_something(db: Database) -> None:
    event = visit("visit-2")
    only_toad = told(event, seen(event, "toad", TOAD))
    hidden, _tally = run(db, [newt_and_toad(), only_toad], 2)
    exact = [telling.event for telling in hidden if not telling.event.place.blurred]
    assert [(one.is_scope_complete, one.reports_absence) for one in exact] == [(False, False)] * 2
    assert all(one.parent is not None and not one.parent.is_scope_complete for one in exact)
    open_to_all, _tally = run(db, [only_toad], 0)
    assert open_to_all[0].event.is_scope_complete
    birds = visit("visit-3", scope="Aves")
    found, _tally = run(db, [told(birds, seen(birds, "b", TOAD))], 2)
    assert found[0].event.is_scope_complete


def test_a_visit_without_rows_is_told_where_places_are_exact_and_nowhere_else(db: Database) -> None:
    assert len(run(db, [told(visit())])[0]) == 1
    assert run(db, [told(visit())], 0, "cell")[0] == []


def test_rows_are_handed_on_month_by_month_and_no_identity_comes_twice(db: Database) -> None:
    days = ["2026-01-05", "2026-01-20", "2026-03-01", "2026-06-01"]
    tellings = [newt_and_toad(number, on=day) for number, day in enumerate(days)]
    late = newt_and_toad(9, on="2026-01-05")  # out of order: its day was handed on already
    sensitivities.replace_list(db, "test", [(NEWT, "", 2)])
    held: list[str] = []

    def told_in_turn() -> Iterator[Telling]:
        for telling in (*tellings, late):
            held.append(telling.event.uid)
            yield telling

    seen_at = []
    events = []
    for telling in blurred(
        told_in_turn(), Geography.load(db), Levels.load(db), precision="exact", sees_sensitive=False, tally=Counter()
    ):
        if telling.event.place.blurred:
            seen_at.append((telling.event.date_min, len(held)))
            events.append(telling.event.uid)
    assert seen_at[:2] == [("2026-01-01", 4), ("2026-03-01", 4)]
    assert len(events) == len(set(events)) == 4
