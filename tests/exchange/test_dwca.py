"""Archives read back with python-dwca-reader: the three sample seasons row by row, and what is easily broken."""

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dwca.read import DwCAReader

from fieldapp import protocols
from fieldapp.core.occurrence import ABSENT, Measurement, Occurrence, Telling
from fieldapp.exchange import demo, dwca
from fieldapp.exchange.dwca_terms import EVENT, HUMBOLDT, MEASUREMENT, OCCURRENCE, TABLES
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.store.known_taxa import Taxa
from fieldapp.store.opening import open_for_use
from tests.exchange.frogs import CELL, DATASET, SEASON, VISIT, event, ignore, missed, options, seen, telling

Rows = list[dict[str, str]]


def read(path: Path) -> dict[str, Rows]:
    """Return the rows of each file of an archive by the names of its terms."""
    names = {table.uri(term): term for table in TABLES for term in table.terms}
    with DwCAReader(str(path)) as archive:
        files = [archive.core_file, *archive.extension_files]
        return {
            str(file.file_descriptor.file_location): [
                {names[term]: value for term, value in row.data.items()} for row in file.iter_rows()
            ]
            for file in files
        }


@dataclass
class Samples:
    """The three seasons told, and the archive of them read back."""

    told: list[Telling]
    found: dict[str, Rows]
    noted: list[Occurrence]
    count: int

    @property
    def occurrences(self) -> list[Occurrence]:
        return [one for visit in self.told for one in visit.occurrences]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    folder = tmp_path_factory.mktemp("dwca")
    with open_for_use(folder / "base.db", protocols.installed()) as db:
        for sample in (demo.PONDS, demo.BIRDS, demo.BARRIER):
            demo.take(db, sample)
        told = list(tellings(db, Selection()))
        noted: list[Occurrence] = []
        given = options(
            dataset_uuid=DATASET, protocols=db.protocols, taxa=Taxa(db, protocols.by_code("pop_amphibiens"))
        )
        count = dwca.write(iter(told), folder / "archive.zip", note=noted.append, options=given)
    return Samples(told, read(folder / "archive.zip"), noted, count)


def test_every_occurrence_of_the_samples_is_a_row_and_is_noted(samples: Samples) -> None:
    assert [row["occurrenceID"] for row in samples.found[OCCURRENCE.file]] == [one.uid for one in samples.occurrences]
    assert samples.noted == samples.occurrences
    assert samples.count == len(samples.occurrences) > 12_000


def test_present_and_absent_are_what_was_told(samples: Samples) -> None:
    rows = samples.found[OCCURRENCE.file]
    absent = {one.uid for one in samples.occurrences if one.status == ABSENT}
    assert {row["occurrenceID"] for row in rows if row["occurrenceStatus"] == "absent"} == absent
    assert Counter(row["occurrenceStatus"] for row in rows) == {
        "absent": len(absent),
        "present": len(rows) - len(absent),
    }
    # The published totals of the ponds: 389 data, 152 of them non-detections.
    ponds = {one.uid for one in samples.occurrences if one.event.protocol == "pop_amphibiens"}
    assert len(ponds) == 389
    assert len(ponds & absent) == 152


def test_each_row_says_what_was_told_of_it(samples: Samples) -> None:
    for one, row in zip(samples.occurrences, samples.found[OCCURRENCE.file], strict=True):
        assert row["eventID"] == one.event.uid
        assert (row["taxonID"], row["verbatimIdentification"]) == (str(one.cd_nom), one.nom_cite)
        assert row["recordedBy"] == " | ".join(person.name for person in one.event.observers)
        if row["individualCount"]:
            assert int(row["individualCount"]) == one.count_min == one.count_max
        elif row["organismQuantity"]:
            assert {row["organismQuantity"]} & {f"{one.count_min}-{one.count_max}", f"{one.count_min}"}
        else:
            assert one.count_min is None
        if one.where.longitude is not None:
            assert (float(row["decimalLongitude"]), float(row["decimalLatitude"])) == (
                one.where.longitude,
                one.where.latitude,
            )


def test_visits_and_the_seasons_above_them_stand_in_the_core_once(samples: Samples) -> None:
    rows = samples.found[EVENT.file]
    uids = [row["eventID"] for row in rows]
    seasons = {visit.event.parent.uid for visit in samples.told if visit.event.parent}
    assert len(set(uids)) == len(uids) == len(samples.told) + len(seasons)
    assert {row["parentEventID"] for row in rows} - {""} == seasons <= set(uids)
    by_uid = {row["eventID"]: row for row in rows}
    for visit in samples.told:
        row, told = by_uid[visit.event.uid], visit.event
        days = {told.date_min, told.date_max}
        assert row["eventDate"] == "/".join(sorted(days))
        assert row["locationID"] == told.place.uid
        assert row["parentEventID"] == (told.parent.uid if told.parent else "")


def test_every_measurement_is_told_with_its_value_and_unit(samples: Samples) -> None:
    def key(owner: str, one: Measurement) -> tuple[str, ...]:
        return (owner, one.kind, " ".join(one.value.split()), one.unit)

    rows = samples.found[MEASUREMENT.file]
    wanted = Counter(key(one.uid, fact) for one in samples.occurrences for fact in one.measurements)
    codes = ("Technique d’observation", "Méthode de détermination")
    found = Counter(
        (row["occurrenceID"], row["measurementType"], row["measurementValue"], row["measurementUnit"])
        for row in rows
        if row["occurrenceID"] and row["measurementType"] not in codes
    )
    assert found == wanted
    of_visits = {(visit.event.uid, fact.kind) for visit in samples.told for fact in visit.event.measurements}
    told = {(row["eventID"], row["measurementType"]) for row in rows if not row["occurrenceID"]}
    assert of_visits <= told
    ids = [row["measurementID"] for row in rows]
    assert len(set(ids)) == len(ids)


def test_each_event_has_its_inventory_and_seasons_count_their_sites(samples: Samples) -> None:
    by_uid = {row["eventID"]: row for row in samples.found[HUMBOLDT.file]}
    assert set(by_uid) == {row["eventID"] for row in samples.found[EVENT.file]}
    assert len(by_uid) == len(samples.found[HUMBOLDT.file])
    sites: dict[str, set[str]] = {}
    for visit in samples.told:
        if visit.event.parent:
            sites.setdefault(visit.event.parent.uid, set()).add(visit.event.place.uid)
        row = by_uid[visit.event.uid]
        is_absent = any(one.status == ABSENT for one in visit.occurrences)
        assert (row["isAbsenceReported"], bool(row["absentTaxa"])) == (str(is_absent).lower(), is_absent)
    assert {uid: by_uid[uid]["siteCount"] for uid in sites} == {uid: str(len(found)) for uid, found in sites.items()}


def archive(folder: Path, told: Iterable[Telling], name: str = "archive.zip", **given: Any) -> Path:
    path = folder / name
    dwca.write(told, path, note=ignore, options=options(**given))
    return path


def test_the_same_data_are_the_same_bytes_and_no_day_of_today_is_in_them(tmp_path: Path) -> None:
    told = [telling(seen(), missed())]
    first, second = archive(tmp_path, told), archive(tmp_path, iter(told), "second.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as opened:
        assert {entry.date_time[0] for entry in opened.infolist()} == {1980}
        assert opened.namelist() == ["meta.xml", "eml.xml", *(table.file for table in TABLES)]
        assert opened.testzip() is None


def test_tabs_and_ends_of_lines_in_a_comment_break_no_row(tmp_path: Path) -> None:
    comment = 'une\tligne\r\net "une\u2028autre"\x85 fin'
    at = event(comment=comment, habitat="mare\tà sec")
    found = read(archive(tmp_path, [telling(seen(at, comment=comment, nom_cite="Rana\ttemporaria"))]))
    assert found[OCCURRENCE.file][0]["occurrenceRemarks"] == 'une ligne et "une autre"  fin'
    assert found[OCCURRENCE.file][0]["verbatimIdentification"] == "Rana temporaria"
    assert found[EVENT.file][1]["habitat"] == "mare à sec"
    assert [len(rows) for rows in found.values()] == [2, 1, 3, 2]


def test_a_season_is_told_before_its_visits_and_once(tmp_path: Path) -> None:
    others = [telling(seen(event(uid=f"visit-{number}"), number)) for number in range(3)]
    found = read(archive(tmp_path, others))
    assert [row["eventID"] for row in found[EVENT.file]] == [SEASON.uid, "visit-0", "visit-1", "visit-2"]
    assert [row["eventID"] for row in found[HUMBOLDT.file]] == ["visit-0", "visit-1", "visit-2", SEASON.uid]


def test_a_season_of_which_something_is_hidden_claims_no_completeness(tmp_path: Path) -> None:
    modest = event(SEASON, is_scope_complete=False, reports_absence=False)
    told = [telling(seen()), telling(seen(event(uid="hiding", parent=modest), 2)), telling(seen(event(uid="last"), 3))]
    season = read(archive(tmp_path, told))[HUMBOLDT.file][-1]
    assert season["eventID"] == SEASON.uid
    assert (season["isTaxonomicScopeFullyReported"], season["isAbsenceReported"]) == ("false", "false")


def humboldt(folder: Path, *told: Telling) -> dict[str, dict[str, str]]:
    return {row["eventID"]: row for row in read(archive(folder, told))[HUMBOLDT.file]}


def test_a_season_claims_no_more_than_each_of_its_visits(tmp_path: Path) -> None:
    draft = event(uid="draft", is_scope_complete=False, reports_absence=False)
    found = humboldt(tmp_path, telling(missed()), Telling(draft, ()), telling(missed(event(uid="last"), 2)))
    assert [row["isTaxonomicScopeFullyReported"] for row in found.values()] == ["true", "false", "true", "false"]
    assert (found[SEASON.uid]["isAbsenceReported"], found[SEASON.uid]["absentTaxa"]) == ("false", "")


def test_a_season_tells_what_none_of_its_visits_found(tmp_path: Path) -> None:
    nothing = humboldt(tmp_path, telling(missed()), telling(missed(event(uid="other"), 2)))
    assert (nothing[SEASON.uid]["isAbsenceReported"], nothing[SEASON.uid]["absentTaxa"]) == ("true", "Amphibia")
    # A frog is an amphibian: the season saw some, though one visit saw none.
    frogs = humboldt(tmp_path, telling(missed()), telling(seen(event(uid="other"))))
    assert frogs[VISIT.uid]["absentTaxa"] == "Amphibia"
    assert (frogs[SEASON.uid]["isAbsenceReported"], frogs[SEASON.uid]["absentTaxa"]) == ("false", "")
    unknown = humboldt(tmp_path, telling(missed()), telling(seen(event(uid="other"), cd_nom=7, nom_cite="Bestiole")))
    assert unknown[SEASON.uid]["absentTaxa"] == ""


def test_a_visit_that_saw_all_it_tells_of_reports_no_absence(tmp_path: Path) -> None:
    found = humboldt(tmp_path, telling(seen()))
    assert (found[VISIT.uid]["isAbsenceReported"], found[VISIT.uid]["absentTaxa"]) == ("false", "")
    assert found[VISIT.uid]["isTaxonomicScopeFullyReported"] == "true"


def test_two_marks_of_a_bird_are_two_measurements(tmp_path: Path) -> None:
    marks = tuple(Measurement("mark", "Bague couleur", code, value_code="C") for code in ("AX", "BY", "CZ"))
    rows = read(archive(tmp_path, [telling(seen(measurements=marks))]))[MEASUREMENT.file]
    found = [(row["measurementID"], row["measurementValue"]) for row in rows if row["measurementValue"][1:] in "XYZ"]
    uid = seen().uid
    assert found == [(f"{uid}:mark", "AX"), (f"{uid}:mark:2", "BY"), (f"{uid}:mark:3", "CZ")]


def test_visits_that_became_one_event_of_an_area_are_one_event(tmp_path: Path) -> None:
    at = event(uid="area-and-day", place=CELL, parent=None)
    found = read(archive(tmp_path, [telling(seen(at)), telling(seen(at, 2))]))
    assert [row["eventID"] for row in found[EVENT.file]] == ["area-and-day"]
    assert [row["eventID"] for row in found[HUMBOLDT.file]] == ["area-and-day"]
    assert len(found[OCCURRENCE.file]) == 2


def test_a_visit_at_which_nothing_is_told_is_an_event_all_the_same(tmp_path: Path) -> None:
    found = read(archive(tmp_path, [Telling(VISIT, ())]))
    assert len(found[EVENT.file]) == 2
    assert found[OCCURRENCE.file] == []


def test_nothing_told_is_an_archive_without_rows(tmp_path: Path) -> None:
    assert [rows for rows in read(archive(tmp_path, [])).values() if rows] == []


def test_what_fails_half_way_leaves_nothing_beside_it(tmp_path: Path) -> None:
    def broken() -> Iterator[Telling]:
        yield telling(seen())
        raise OSError(28, "full")

    with pytest.raises(OSError, match="full"):
        archive(tmp_path, broken())
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []
