"""A list that lies below no place goes from laptop to laptop over a hub, and is vouched for as a whole."""

from pathlib import Path

from fieldapp import protocols
from fieldapp.core.record import make_record
from fieldapp.protocols.occasional.schema import CODE, OBSERVATION, VISIT
from fieldapp.store import receipts, records
from fieldapp.store.placing import Placing, count_visits
from tests.faults.sync_laptops import Hub, Laptop


def test_a_list_and_its_lines_reach_the_other_laptop_and_are_received_identical(tmp_path: Path) -> None:
    hub = Hub.at(str(tmp_path / "hub.db"))
    known = protocols.installed()
    visit = make_record(CODE, VISIT, {"visit_date_min": "2026-04-14", "longitude": 2.8, "latitude": 50.4}, None)
    lines = [make_record(CODE, OBSERVATION, {"cd_nom": cd_nom}, visit.uid) for cd_nom in (53741, 85740)]
    with Laptop(tmp_path / "anna.db", known) as anna, Laptop(tmp_path / "bert.db", known) as bert:
        for laptop in (anna, bert):
            laptop.join(hub)
        anna.save(visit, *lines)
        anna.sync()
        bert.sync()
        anna.sync()
        assert records.get(bert.db, visit.uid) == visit
        assert records.children(bert.db, [visit.uid]) == lines
        placing = Placing(bert.db, [(line.uid, visit.uid, CODE, "observation") for line in lines])
        assert {placing.visit(line.uid) for line in lines} == {visit.uid}
        assert placing.holds(visit.uid)
        assert count_visits(bert.db, [visit.uid, *(line.uid for line in lines)]) == 1
        peer = next(iter(anna.lines))
        assert receipts.counts(anna.db, peer) == {"identical": 1}
    hub.close()
