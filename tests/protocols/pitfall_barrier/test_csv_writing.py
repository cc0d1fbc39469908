from collections.abc import Sequence
from typing import Any

from fieldapp.core.exchange import ExportSource, Season, Table
from fieldapp.core.record import Node, Record, make_record
from fieldapp.protocols.directory.protocol import CODE as DIRECTORY
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier import csv_writing, lists, schema
from fieldapp.protocols.pitfall_barrier.schema import CODE
from tests.protocols.pitfall_barrier.here import Here

PEOPLE = [make_record(DIRECTORY, PERSON, {"name": name}, None) for name in ("Un", "Deux")]
TOAD = {"bucket": "4", "cd_nom": 259, "count": 2, "direction": "in", "vitality": "alive"}


def table(mornings: Sequence[tuple[dict[str, Any], Sequence[dict[str, Any]]]], *more: Record) -> Table:
    """Return the table of one barrier with these mornings and their catches, with a bucket 4 outside."""
    site = make_record(CODE, schema.SITE, {"site_name": "Mare", "commune": "Vimy"}, None)
    bucket = make_record(CODE, schema.BUCKET, {"bucket": "4", "side": "outside"}, site.uid)
    top = Node(site)
    for values, catches in mornings:
        visit = Node(make_record(CODE, schema.VISIT, {"state": "checked"} | values, site.uid))
        top.children.append(visit)
        for catch in catches:
            visit.children.append(Node(make_record(CODE, schema.OBSERVATION, catch, visit.record.uid)))
    taxa = {taxon.cd_nom: taxon for taxon in lists.taxa()}
    seasons = [Season(2024, [top], {record.uid: record for record in (*PEOPLE, *more)})]
    return csv_writing.barrier(ExportSource(seasons, taxa, known=Here(site, bucket)))


def rows(found: Table) -> list[dict[str, str]]:
    assert found.columns == layout.COLUMNS
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_a_catch_has_what_its_bucket_and_its_morning_say() -> None:
    values = {"check_on": "2024-03-02", "night_min_c": -1, "rain_mm": 0, "observers": [one.uid for one in PEOPLE]}
    (row,) = rows(table([(values, [TOAD | {"sex": "5", "amplexus": True, "comments": "serrés"}])]))
    assert row == {
        "pond": "Mare", "commune": "Vimy", "check_on": "2024-03-02", "checked": "oui", "bucket": "4",
        "side": "extérieur", "cd_nom": "259", "french_name": "Crapaud commun", "stage": "", "sex": "couple",
        "count": "2", "direction": "entrée", "state": "vivant", "individual": "", "night_min_c": "-1.0",
        "night_max_c": "", "rain_mm": "0", "observer": "Un ; Deux", "remark": "// serrés",
    }  # fmt: skip


def test_mornings_stand_in_order_of_date_with_and_without_animals() -> None:
    mornings: list[tuple[dict[str, Any], Sequence[dict[str, Any]]]] = [
        ({"check_on": "2024-03-04", "state": "missed", "reason": "weather"}, []),
        ({"check_on": "2024-03-03", "state": "empty"}, []),
        ({"check_on": "2024-03-02"}, [TOAD, TOAD | {"count": 1}]),
    ]
    found = rows(table(mornings))
    assert [(row["check_on"], row["checked"], row["count"], row["remark"]) for row in found] == [
        ("2024-03-02", "oui", "2", ""),
        ("2024-03-02", "oui", "1", ""),
        ("2024-03-03", "oui", "", ""),
        ("2024-03-04", "non", "", "non relevé : Intempéries"),
    ]


def test_a_day_that_nobody_explained_has_no_line() -> None:
    found = rows(table([({"check_on": "2024-03-02", "state": "empty"}, []), ({"check_on": "2024-03-09"}, [TOAD])]))
    assert [row["check_on"] for row in found] == ["2024-03-02", "2024-03-09"]


def test_a_bucket_that_is_gone_has_no_side() -> None:
    (row,) = rows(table([({"check_on": "2024-03-02"}, [TOAD | {"bucket": "9"}])]))
    assert (row["bucket"], row["side"]) == ("9", "")


def test_closed_buckets_and_the_origin_of_the_weather_are_counted_by_morning() -> None:
    more = {"closed_buckets": ["4", "5"], "weather_fields": ["rain_mm"]}
    found = table([({"check_on": f"2024-03-0{day}", "state": "empty"} | more, []) for day in (2, 3)])
    assert len(rows(found)) == 2
    assert dict(found.lost) == {csv_writing.CLOSED_BUCKETS: 2, csv_writing.WEATHER_ORIGIN: 2}


def test_a_check_without_its_animals_is_left_out_with_the_reason() -> None:
    found = table([({"check_on": "2024-03-02"}, [])])
    assert rows(found) == []
    assert [item.title for item in found.left_out] == ["Mare, Vimy, 02/03/2024"]
