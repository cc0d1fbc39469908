"""Two more years of the station of Avion after the sample's, made by hand, so that figures over the years have some."""

from __future__ import annotations

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, SITE, VISIT
from tests.protocols.banding.season import sample_records

RETURNED = {2021: 40, 2022: 25}
"""Adults of the sample's STOC sessions at Avion that are caught again in each year, in the first main session."""

YOUNG = {2021: 12, 2022: 20}
"""New young birds of each year, in the third main session."""


def avion() -> tuple[Record, list[Record]]:
    """Return the STOC net set of Avion in the sample, and its captures aged +1A, each bird once, in order."""
    records = sample_records()
    by_uid = {record.uid: record for record in records}
    site = next(
        record
        for record in records
        if record.entity == SITE.code
        and record.data["theme"] == "STOC"
        and by_uid[record.parent or ""].data["commune"] == "AVION"
    )
    visits = {record.uid for record in records if record.parent == site.uid}
    adults = {
        record.data["ring_key"]: record for record in records if record.parent in visits and record.data["age"] == "+1A"
    }
    return site, list(adults.values())


def records() -> list[Record]:
    """Return the sessions and captures; 2022 lacks its second main session."""
    site, adults = avion()
    found: list[Record] = []
    for year in RETURNED:
        days = (f"{year}-05-18", f"{year}-06-14", f"{year}-07-07")
        for number, day in enumerate(days):
            if (year, number) == (2022, 1):
                continue
            values = {"date": day, "theme": "STOC", "duration_min": 360, "net_m": 96 if number else 120}
            visit = make_record(CODE, VISIT, values, site.uid, name_uid("visit", day))
            found.append(visit)
            again = adults[: RETURNED[year]] if number == 0 else adults[:5]
            found += [_caught(visit, record, "C") for record in again]
            if number == 2:
                new = adults[0].data | {"age": "1A", "action": "B"}
                found += [
                    make_record(
                        CODE,
                        OBSERVATION,
                        new | {"ring": f"99{year}{n:02}", "ring_key": f"FRP99{year}{n:02}"},
                        visit.uid,
                        name_uid("young", f"{day}{n}"),
                    )
                    for n in range(YOUNG[year])
                ]
    return found


def _caught(visit: Record, record: Record, action: str) -> Record:
    values = record.data | {"action": action, "condition": "8", "circumstances": "20"}
    return make_record(CODE, OBSERVATION, values, visit.uid, name_uid("again", visit.uid + record.uid))
