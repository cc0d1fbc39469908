import pytest

from fieldapp.core.exchange import ParsedRow, RowRefusedError
from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier.csv_reading import BarrierParser
from tests.protocols.pitfall_barrier.here import Here

Line = dict[str, str]
CATCH: Line = dict.fromkeys(layout.COLUMNS, "") | {
    "pond": "Mare", "commune": "Vimy", "check_on": "2024-03-02", "checked": "oui", "bucket": "4", "side": "extérieur",
    "cd_nom": "259", "french_name": "Crapaud commun", "sex": "M", "count": "1", "direction": "entrée",
    "state": "vivant", "observer": "Un",
}  # fmt: skip
EMPTY: Line = CATCH | dict.fromkeys(layout.CATCH, "")


def read(*lines: Line, known: tuple[Record, ...] = ()) -> list[ParsedRow]:
    parser = BarrierParser(Here(*known))
    surveyed = [parser.survey([line[column] for column in layout.COLUMNS]) for line in lines]
    return [parser.parse(row) for row in surveyed]


def entities(parsed: ParsedRow) -> list[str]:
    return [record.entity for record in parsed.records]


def test_a_catch_is_person_barrier_campaign_bucket_morning_and_animal() -> None:
    (parsed,) = read(CATCH)
    assert entities(parsed) == ["person", "site", "campaign", "bucket", "visit", "observation"]
    person, site, campaign, bucket, visit, catch = parsed.records
    assert campaign.parent == bucket.parent == visit.parent == site.uid
    assert catch.parent == visit.uid
    assert (visit.on_date, visit.data) == (
        "2024-03-02",
        {"check_on": "2024-03-02", "state": "checked", "observers": [person.uid]},
    )
    assert catch.data == {
        "bucket": "4", "cd_nom": 259, "sex": "3", "count": 1, "direction": "in", "vitality": "alive"
    }  # fmt: skip
    assert catch.cd_nom == 259


def test_a_morning_without_animals_is_its_own_record() -> None:
    empty, missed = read(EMPTY, EMPTY | {"check_on": "2024-03-03", "checked": "non", "observer": ""})
    assert entities(empty) == ["person", "site", "campaign", "visit"]
    assert entities(missed) == ["site", "campaign", "visit"]
    assert [parsed.records[-1].data["state"] for parsed in (empty, missed)] == ["empty", "missed"]


def test_a_named_animal_brings_its_individual() -> None:
    newt = {"cd_nom": "139", "french_name": "Triton crêté", "individual": "TC-001"}
    (parsed,) = read(CATCH | newt)
    assert entities(parsed)[-2:] == ["individual", "observation"]
    assert parsed.records[-1].data["individual"] == parsed.records[-2].uid


def test_lines_of_one_morning_share_their_records() -> None:
    one, two, other = read(CATCH, CATCH | {"bucket": "5"}, CATCH | {"check_on": "2024-03-03"})
    assert one.shared is two.shared
    assert [record.uid for record in one.shared] == [record.uid for record in one.records[:-1]]
    assert other.shared is not one.shared
    assert one.records[1] is other.records[1]
    assert len({parsed.records[-1].uid for parsed in (one, two, other)}) == 3


def test_the_same_line_twice_is_two_animals_with_lasting_identities() -> None:
    first, second = read(CATCH, CATCH)
    assert first.records[-1].uid != second.records[-1].uid
    assert first.records[-1].data == second.records[-1].data
    assert [parsed.records[-1].uid for parsed in read(EMPTY | {"check_on": "2024-03-01"}, CATCH, CATCH)][1:] == [
        first.records[-1].uid,
        second.records[-1].uid,
    ]


def test_a_line_of_blanks_is_an_empty_check() -> None:
    (parsed,) = read(EMPTY | {"bucket": " ", "sex": "  "})
    assert entities(parsed)[-1] == "visit"


def test_a_refused_line_is_refused_each_time_it_comes() -> None:
    parser = BarrierParser(Here())
    rows = [parser.survey([(CATCH | {"count": "0"})[column] for column in layout.COLUMNS]) for _line in range(2)]
    for row in rows:
        with pytest.raises(RowRefusedError, match="au moins un animal"):
            parser.parse(row)


def test_a_catch_and_an_empty_line_of_one_morning_refuse_each_other() -> None:
    parser = BarrierParser(Here())
    for line in (CATCH, EMPTY):
        parser.survey([line[column] for column in layout.COLUMNS])
    with pytest.raises(RowRefusedError, match="une ligne sans animal"):
        parser.parse(parser.survey([CATCH[column] for column in layout.COLUMNS]))


@pytest.mark.parametrize(("line", "state"), [(EMPTY, "noté vide"), (EMPTY | {"checked": "non"}, "noté non relevé")])
def test_catches_of_a_morning_that_is_here_without_any_are_taken_only_with_the_values_of_the_file(
    line: Line, state: str
) -> None:
    (before,) = read(line)
    with pytest.raises(RowRefusedError, match=f"Ici, le matin du 02/03/2024 est {state} ; le fichier") as refused:
        read(CATCH, known=tuple(before.records))
    taken = refused.value.otherwise
    assert taken is not None
    visit, catch = taken.records[-2:]
    assert (visit.uid, visit.data["state"]) == (before.records[-1].uid, "checked")
    assert catch.parent == visit.uid
