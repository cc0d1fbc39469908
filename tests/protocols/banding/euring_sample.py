"""Captures for the tests of EURING: the sample with its positions, and single ones made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any
from unittest import mock

from euring import EuringRecord, types

from fieldapp.core.exchange import ExportSource, LeftOut, Season
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.banding import euring, lists
from fieldapp.protocols.banding.schema import CODE, MARK, OBSERVATION, SITE, SITES_GROUP, VISIT
from tests.protocols.banding.season import FileRow, file_rows, sample_records, trees_of

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}

PLACE = {"place_name": "Marais", "commune": "AVION", "department": "62", "latitude": 50.404, "longitude": 2.827}
SESSION = {"date": "2020-05-18", "theme": "STOC", "opened_at": "06:00"}
CAPTURE = {
    "action": "B", "ring_scheme": "FRP", "ring": "8680001", "ring_key": "FRP8680001", "species": "SYLATR", "sex": "M",
    "age": "+1A", "hour": "06:30", "line": 1,
}  # fmt: skip


@lru_cache(maxsize=1)
def located_records() -> tuple[tuple[Record, ...], dict[str, FileRow]]:
    """Return the records of the sample, each place at the position of its first row, and the row of each capture."""
    positions: dict[tuple[str, str], tuple[float, float]] = {}
    for row in file_rows():
        positions.setdefault((row["LOCALITE"], row["LIEUDIT"]), (float(row["LAT"]), float(row["LON"])))
    found, rows, number = [], iter(file_rows()), {}
    for record in sample_records():
        if record.entity == SITES_GROUP.code:
            latitude, longitude = positions[record.data["commune"], record.data["place_name"]]
            record = replace(record, data={**record.data, "latitude": latitude, "longitude": longitude})
        if record.entity == OBSERVATION.code:
            number[record.uid] = next(rows)
        found.append(record)
    return tuple(found), number


def one(
    *marks: dict[str, Any], session: dict[str, Any] | None = None, place: dict[str, Any] | None = None, **capture: Any
) -> list[Record]:
    """Return the records of one capture at Avion; None takes a value away."""
    group = make_record(CODE, SITES_GROUP, {**PLACE, **(place or {})}, None)
    site = make_record(CODE, SITE, {"site_name": "filets"}, group.uid)
    visit = make_record(CODE, VISIT, {**SESSION, **(session or {})}, site.uid)
    bird = make_record(CODE, OBSERVATION, {**CAPTURE, **capture}, visit.uid)
    return [group, site, visit, bird, *(make_record(CODE, MARK, mark, bird.uid) for mark in marks)]


def source(records: list[Record], **asked: Any) -> ExportSource:
    """Return what an exporter writes from: all records as one season."""
    return ExportSource([Season(2020, trees_of(records), {})], TAXA, **asked)


def rows_of(records: list[Record], version: str = "2020", **asked: Any) -> tuple[list[tuple[str, ...]], list[LeftOut]]:
    """Return the rows and what was left out."""
    make = euring.euring_2020 if version == "2020" else euring.euring_2000_plus
    table = make(source(records, **asked))
    return list(table.rows), table.left_out


def fields_of(records: list[Record], version: str = "2020") -> dict[str, str]:
    """Return the one row as the package `euring` decodes it: its keys and values; a fault is an error."""
    (row,), left_out = rows_of(records, version)
    assert not left_out
    return decoded("|".join(row), version)


@contextmanager
def texts_with_f() -> Iterator[None]:
    r"""Let the package `euring` 26.4 take a capital F in texts, which the standard allows.

    Its pattern says `\7F`, the octal 7 and an F, where its own comment says the character 127, `\x7F`.
    """
    with mock.patch.object(types, "RE_TEXT", types.RE_TEXT.replace(r"\7F", r"\x7F")):
        yield


def decoded(line: str, version: str = "2020") -> dict[str, str]:
    """Return the values of a record by the keys of the package `euring`, which finds no fault in it."""
    name = {"2020": "euring2020", "2000+": "euring2000plus"}[version]
    with texts_with_f():
        found = EuringRecord.decode(line, name)
        assert found.errors == {"record": [], "fields": []}, line
        assert line.count("|") == {"2020": 63, "2000+": 59}[version]
        strict = EuringRecord(name, strict=True)
        strict.update({key: field["value"] for key, field in found.fields.items()})
        assert strict.serialize() == line
    return {key: str(field["value"]) for key, field in found.fields.items()}
