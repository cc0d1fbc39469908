"""The commands of the review, through the command line as a person types them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.__main__ import main
from fieldapp.cli import review_line
from fieldapp.core import review
from fieldapp.core.record import with_data, with_review
from fieldapp.core.review import ReviewState
from fieldapp.exchange import demo
from fieldapp.store import peers, records
from fieldapp.store.opening import open_for_use

FIRST = "97a6205d-b58b-47c5-a672-2f5baec24d6e"
"""The first observation of the sample: Grenouille commune, 12 to 22."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "season.db"
    with open_for_use(path, protocols.installed()) as db:
        demo.take(db, demo.PONDS)
    return path


Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(database: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Return what runs `review …` and returns exit code, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["review", *words, "--database", str(database)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def listed(say: Say, *words: str) -> dict[str, Any]:
    code, out, _err = say("list", "--json", *words)
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def visit_of(found: dict[str, Any], line: str) -> dict[str, Any]:
    return next(visit for visit in found["visits"] if any(one["uid"] == line for one in visit["lines"]))


def test_the_words_of_the_command_line_are_those_of_the_core() -> None:
    assert set(review_line.STATES) == {str(state) for state in ReviewState}
    assert tuple(choice.code for choice in review.LEVELS) == review_line.LEVELS


def test_every_visit_of_the_season_is_listed_with_its_lines_and_where_it_is(say: Say, sample_pop: Path) -> None:
    found = listed(say, "--year", "2020")
    rows = [line.split(";") for line in sample_pop.read_text("utf-8").splitlines()[1:]]
    assert len({visit["uid"] for visit in found["visits"]}) == len(found["visits"])
    lines = {line["uid"] for visit in found["visits"] for line in visit["lines"]}
    assert {row[0] for row in rows} <= lines
    first = visit_of(found, FIRST)
    assert first["protocol"] == "pop_amphibiens"
    assert first["state"] in {"complete", "draft"}
    assert first["level"] == "0"
    assert {"code", "record", "protocol", "year", "severity", "sentence"} == set(found["findings"][0])


def test_a_year_without_visits_is_empty_and_an_unknown_protocol_refused(say: Say) -> None:
    assert listed(say, "--year", "1999") == {"visits": [], "findings": []}
    assert say("list", "--year", "1999")[1] == "Rien à revoir.\n"
    code, _out, err = say("list", "--protocol", "papillons")
    assert code == 1
    assert "Il y a : " in err


def test_a_level_is_given_listed_and_taken_back_with_a_reason(say: Say) -> None:
    visit = visit_of(listed(say), FIRST)
    code, out, _err = say("set", FIRST, "--level", "2", "--comment", "photo")
    assert (code, out) == (0, "1 fiche au niveau 2.\n")
    line = next(one for one in visit_of(listed(say), FIRST)["lines"] if one["uid"] == FIRST)
    assert (line["state"], line["level"]) == ("validated", "2")
    found = listed(say, "--state", "validated")
    assert [(one["uid"], [line["uid"] for line in one["lines"]]) for one in found["visits"]] == [
        (visit["uid"], [FIRST])
    ]
    code, _out, err = say("set", FIRST, "--level", "0")
    assert code == 1
    assert "Dites pourquoi" in err
    assert say("set", FIRST, "--level", "0", "--why", "doublon")[0] == 0
    assert listed(say, "--state", "validated")["visits"] == []


def test_what_lacks_something_is_validated_on_purpose(say: Say, database: Path) -> None:
    visit = visit_of(listed(say), FIRST)["uid"]
    with open_for_use(database, protocols.installed()) as db:
        record = records.get(db, visit)
        assert record is not None
        data = {name: value for name, value in record.data.items() if name != "num_passage"}
        records.save(db, [with_data(record, db.protocols["pop_amphibiens"].entity("visit"), data)], "saisie")
    code, out, err = say("set", visit, "--level", "1")
    assert (code, out) == (1, "0 fiche au niveau 1.\n")
    assert "--incomplete" in err
    assert say("set", visit, "--level", "1", "--incomplete")[0] == 0
    assert next(one["level"] for one in listed(say)["visits"] if one["uid"] == visit) == "1"


def test_a_question_about_a_field_that_there_is_no_more_is_listed_by_its_name(say: Say, database: Path) -> None:
    with open_for_use(database, protocols.installed()) as db:
        record = records.get(db, FIRST)
        assert record is not None
        asked = {"_question.gone": {"text": "Sûr ?", "by": "Anne", "at": "2026-06-01T06:00:00.000Z"}}
        entity = db.protocols[record.protocol].entity(record.entity)
        records.save(db, [with_review(record, entity, asked)], "question")
    assert "gone : Sûr ?" in say("list", "--state", "to_review")[1]


def test_a_question_is_asked_answered_listed_and_closed(say: Say) -> None:
    assert say("ask", FIRST, "--field", "count_max", "--text", "22 ?")[0] == 0
    line = listed(say, "--state", "to_review")["visits"][0]["lines"][0]
    assert [(one["field"], one["text"], one["answer"]) for one in line["questions"]] == [("count_max", "22 ?", "")]
    assert "Nombre maximum : 22 ?" in say("list", "--state", "to_review")[1]
    code, _out, err = say("set", FIRST, "--level", "1")
    assert code == 1
    assert "Une question est ouverte." in err
    assert say("answer", FIRST, "--field", "count_max", "--text", "oui")[0] == 0
    assert "→ oui" in say("list", "--state", "to_review")[1]
    assert say("close", FIRST, "--field", "count_max")[0] == 0
    assert listed(say, "--state", "to_review")["visits"] == []


def test_a_remarkable_record_is_listed_so(say: Say) -> None:
    assert say("remarkable", FIRST, "--comment", "première")[0] == 0
    line = next(one for one in visit_of(listed(say), FIRST)["lines"] if one["uid"] == FIRST)
    assert line["remarkable"] == "première"
    assert say("remarkable", FIRST, "--comment", "")[1] == "Plus noté comme remarquable.\n"


def test_a_volunteer_of_a_hub_is_refused_with_a_sentence(say: Say, database: Path) -> None:
    with open_for_use(database, protocols.installed()) as db:
        peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    code, _out, err = say("set", FIRST, "--level", "1")
    assert code == 1
    assert "réservés à la coordination" in err
