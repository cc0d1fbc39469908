import pytest

from fieldapp.core.occurrence import (
    Dataset,
    Event,
    Occurrence,
    Person,
    Place,
    dataset_of,
    people_of,
    person_of,
)
from fieldapp.core.record import Record


def directory(entity: str, uid: str, **values: object) -> Record:
    return Record(uid, "directory", entity, None, values)


ANNE = directory("person", "a", name="DUPONT Anne", organisation="CPIE")
PAUL = directory("person", "b", name="MARTIN Paul")
NOBODY = directory("person", "c")
LINKS = {record.uid: record for record in (ANNE, PAUL, NOBODY)}


def test_a_person_is_told_by_name_and_organisation() -> None:
    assert person_of(ANNE) == Person("a", "DUPONT Anne", "CPIE")
    assert person_of(PAUL) == Person("b", "MARTIN Paul", "")


@pytest.mark.parametrize("record", [None, NOBODY])
def test_a_person_without_a_name_is_nobody(record: Record | None) -> None:
    assert person_of(record) is None


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (["b", "a"], ["MARTIN Paul", "DUPONT Anne"]),
        ("a", ["DUPONT Anne"]),
        (["a", "unknown", "c"], ["DUPONT Anne"]),
        (["a", 7, None], ["DUPONT Anne"]),
        (None, []),
        (7, []),
    ],
)
def test_the_people_of_a_field_come_in_its_order(field: object, names: list[str]) -> None:
    assert [person.name for person in people_of(field, LINKS)] == names


def test_a_dataset_is_told_by_name_and_uuid() -> None:
    record = directory("dataset", "d", name="POP", unique_dataset_id="u")
    assert dataset_of(record) == Dataset("d", "POP", "u")
    assert dataset_of(None) == Dataset()


def test_an_occurrence_is_where_its_event_is_unless_it_has_a_place_of_its_own() -> None:
    pond, ditch = Place(uid="pond"), Place(uid="ditch")
    event = Event(
        uid="v", record="v", protocol="p", kind="visit", place=pond, date_min="2020-01-01", date_max="2020-01-01"
    )
    one = Occurrence(uid="o", record="o", event=event, cd_nom=1, nom_cite="x")
    assert one.where is pond
    assert Occurrence(uid="o", record="o", event=event, cd_nom=1, nom_cite="x", place=ditch).where is ditch


def test_a_dataset_that_was_deleted_counts_as_none() -> None:
    record = directory("dataset", "d", name="POP", unique_dataset_id="u")
    assert dataset_of(record.removed()) == Dataset()


@pytest.mark.parametrize("name", [["DUPONT"], {"a": 1}, 12])
def test_a_name_that_is_no_text_names_nobody(name: object) -> None:
    assert person_of(directory("person", "d", name=name)) is None
    assert person_of(directory("person", "d", name="X", organisation=name)) == Person("d", "X", "")
