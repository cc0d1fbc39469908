"""What a record lacks is said of that record, by the one check of all paths."""

from pathlib import Path

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.store import completeness, records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use

POP = "pop_amphibiens"


def made(db: Database, entity: str, parent: Record | None = None, **values: object) -> Record:
    found = make_record(POP, db.protocols[POP].entity(entity), values, parent.uid if parent else None)
    records.save(db, [found], "saisie")
    return found


def test_each_record_of_a_visit_is_judged_for_itself_by_what_lies_around_it(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "pop.db", protocols.installed()) as db:
        site = made(db, "site", made(db, "sites_group", sites_group_name="Terrils"), base_site_name="mare 4")
        visit = made(db, "visit", site, visit_date_min="2022-04-14", num_passage=1, accessibility="Oui")
        toad = made(db, "observation", visit, presence="Oui", cd_nom=259)
        below = completeness.below(db, [visit])
        assert below == {visit.uid: [toad]}
        found = completeness.lacks(db, [visit], below)
        assert found.keys() == {visit.uid, toad.uid}
        assert all(sentence.endswith(".") for sentences in found.values() for sentence in sentences)
        assert not set(found[visit.uid]) & set(found[toad.uid])
