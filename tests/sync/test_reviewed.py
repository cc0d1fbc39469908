"""What a coordinator says travels as everything else; who did not know of it is heard, who knew is not let through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core import review
from fieldapp.core.record import Record, with_data, with_review
from fieldapp.store import integrity, outbox, records, reviewing, withdrawing
from fieldapp.store.guard import ValidatedError
from fieldapp.store.records import Writer
from fieldapp.store.reviewing import NotCoordinatorError
from fieldapp.sync import bundle
from tests.ui.sync.two_laptops import Association, Laptop, association

POP = "pop_amphibiens"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Association]:
    """Return Anne and Chloé who coordinate, and Bruno who is a volunteer."""
    with association(tmp_path, bruno="volunteer") as made:
        yield made


@pytest.fixture
def line(people: Association) -> Record:
    """Return a line that Bruno made and all have."""
    bruno = people.bruno
    group = bruno.make(POP, "sites_group", sites_group_name="Terrils")
    site = bruno.make(POP, "site", group, base_site_name="mare 04")
    visit = bruno.make(POP, "visit", site, visit_date_min="2022-04-14", num_passage=1)
    made = bruno.make(POP, "observation", visit, presence="Oui", cd_nom=444440, count_min=3, count_max=3)
    people.meet()
    return made


def says(laptop: Laptop, record: Record, level: str = "1") -> None:
    """Validate a record though it lacks something: what it lacks is no matter here."""
    found = laptop.get(record.uid)
    entity = laptop.db.protocols[POP].entity(found.entity)
    said = review.validated(found, level, by=laptop.db.author.who, at=records.now())
    records.save(laptop.db, [with_review(found, entity, said)], "validation")


def levels(people: Association, record: Record) -> list[str]:
    return [review.level(laptop.get(record.uid)) for laptop in (people.anne, people.bruno, people.chloe)]


def test_question_answer_and_validation_reach_everybody(people: Association, line: Record) -> None:
    reviewing.ask(people.anne.db, line.uid, "count_max", "Trois ?")
    people.meet()
    assert [record.uid for record in reviewing.asked(people.bruno.db)] == [line.uid]
    with pytest.raises(NotCoordinatorError):
        reviewing.close(people.bruno.db, line.uid, "count_max")
    reviewing.answer(people.bruno.db, line.uid, "count_max", "Oui, trois")
    people.meet()
    (question,) = review.questions(people.chloe.get(line.uid).data)
    assert (question.by, question.answer, question.answered_by) == ("PETIT Anne", "Oui, trois", "LEROY Bruno")
    reviewing.close(people.chloe.db, line.uid, "count_max")
    says(people.chloe, line, "2")
    people.meet()
    assert levels(people, line) == ["2", "2", "2"]
    assert all(integrity.check(laptop.db).is_clean for laptop in (people.anne, people.bruno, people.chloe))


def test_who_knows_that_it_is_validated_is_refused_on_their_own_laptop(people: Association, line: Record) -> None:
    says(people.anne, line)
    people.meet()
    with pytest.raises(ValidatedError, match="validé par PETIT Anne"):
        people.bruno.edit(line.uid, count_max=4)
    assert not outbox.refused(people.bruno.db, people.bruno.peer)


def test_who_wrote_without_knowing_is_heard_and_everybody_sees_that_it_is_to_be_reviewed(
    people: Association, line: Record
) -> None:
    says(people.anne, line)
    people.bruno.edit(line.uid, count_max=13)
    people.meet()
    for laptop in (people.anne, people.bruno, people.chloe):
        found = laptop.get(line.uid)
        assert found.data["count_max"] == 13
        assert review.is_stale(found)
    people.bruno.edit(line.uid, count_max=3)  # it says again what Anne looked at
    people.meet()
    assert levels(people, line) == ["1", "1", "1"]


def test_what_gets_past_a_laptop_is_refused_by_the_hub_and_given_up_there(people: Association, line: Record) -> None:
    says(people.anne, line)
    people.meet()
    bruno = people.bruno
    found = bruno.get(line.uid)
    wrong = with_data(found, bruno.db.protocols[POP].entity("observation"), {**found.data, "count_max": 99})
    with bruno.db.transaction() as connection:
        writer = Writer(bruno.db, connection, "passé outre", "entry", guarded=False)
        writer.write([wrong])
        writer.saved()
    people.meet()
    assert [item.reason for item in outbox.refused(bruno.db, bruno.peer)] == ["validated"]
    assert people.anne.get(line.uid).data["count_max"] == 3
    withdrawing.take_common(bruno.db, line.uid)
    people.meet()
    assert levels(people, line) == ["1", "1", "1"]
    assert bruno.get(line.uid).data["count_max"] == 3


def test_a_file_carries_what_was_said_of_a_record(people: Association, line: Record, tmp_path: Path) -> None:
    reviewing.ask(people.anne.db, line.uid, "", "Photo ?")
    reviewing.mark_remarkable(people.anne.db, line.uid, "première")
    sent = bundle.export(people.anne.db, tmp_path / "anne.fieldbatch", since_last=False, with_photos=False)
    bundle.import_(people.bruno.db, sent.path)
    assert people.bruno.get(line.uid) == people.anne.get(line.uid)
