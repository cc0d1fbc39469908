from fieldapp.core.ids import name_uid
from fieldapp.core.record import make_record
from fieldapp.protocols.directory.protocol import CODE, PERSON
from fieldapp.protocols.pitfall_barrier.csv_people import People
from tests.protocols.pitfall_barrier.here import Here


def test_a_new_person_is_the_same_in_every_spelling_and_on_every_computer() -> None:
    people = People(Here())
    (first,) = people.named("Observateur Un")
    assert (first.data, first.uid) == ({"name": "Observateur Un"}, name_uid("person", "observateur un"))
    assert people.named("OBSERVATEUR  UN")[0] is first
    assert people.named("Observateur Un, Observateur Deux")[0] is first


def test_an_empty_cell_is_nobody() -> None:
    assert People(Here()).named("  ") == ()
    assert People(Here(make_record(CODE, PERSON, {}, None))).named("") == ()


def test_somebody_named_twice_is_one() -> None:
    assert len(People(Here()).named("Un ; un")) == 1


def test_the_directory_is_asked_first() -> None:
    jean = make_record(CODE, PERSON, {"name": "DUPONT, Jean"}, None)
    un = make_record(CODE, PERSON, {"name": "Observateur Un"}, None)
    people = People(Here(jean, un))
    assert people.named("Dupont, Jean") == (jean,)
    assert people.named("observateur un") == (un,)
    assert people.named("Dupont, Jean ; Observateur Un") == (jean, un)
