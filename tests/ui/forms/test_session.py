"""The visit while it is entered, without a screen."""

from __future__ import annotations

import pytest

from fieldapp.core.errors import DatabaseError, FieldappError
from fieldapp.protocols.pop_amphibiens.protocol import PROTOCOL
from fieldapp.store import changes, disputes, drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.forms.opening import open_session
from fieldapp.ui.forms.session import SheetSession
from tests.elsewhere import write_elsewhere
from tests.ui.forms import evening
from tests.ui.forms.conftest import counted, lines, visits

TAXA = {taxon.cd_nom: taxon for taxon in PROTOCOL.taxa()}


def opened(db: Database, number: int = 2, passage: int | None = 2) -> SheetSession:
    site = evening.site_uid(number)
    return open_session(db, db.protocols[PROTOCOL.code], TAXA, site, passage=passage, today=evening.TODAY)


def noted(session: SheetSession, cd_nom: int, count: int) -> None:
    entry = session.new_entry()
    entry.values.update(counted(cd_nom, count))
    assert session.save_line(entry) == []


def test_what_carries_over_comes_from_the_last_visit_of_the_evening(db: Database) -> None:
    evening.fill(db)
    data = opened(db).visit.data
    assert data["observers"] == [evening.ALEX, evening.CAMILLE]
    assert (data["expertise"], data["id_dataset"]) == ("Chevronné", evening.DATASET)
    assert data["methode_de_prospection"] == [evening.NIGHT, evening.LISTENING]
    assert "Heure_debut" not in data


def test_what_was_seen_here_is_read_from_this_place_alone(db: Database) -> None:
    evening.fill(db)
    assert opened(db).past.seen == {evening.CALAMITE: 2024, evening.PELODYTE: 2018}
    assert opened(db, 3).past.seen == {}


def test_opening_costs_the_same_whatever_the_other_places_hold(db: Database) -> None:
    evening.fill(db)

    def statements() -> int:
        run: list[str] = []
        db.connection.set_trace_callback(run.append)
        opened(db)
        db.connection.set_trace_callback(None)
        return len(run)

    few = statements()
    for year in range(1990, 2020):
        visit = evening.of(PROTOCOL.code, "visit", evening.head(f"{year}-04-14"), evening.site_uid(3))
        line = evening.of(PROTOCOL.code, "observation", counted(evening.PALME, 3), visit.uid)
        records.save(db, [visit, line], "ailleurs", kind="import")
    assert statements() == few


def test_each_save_is_one_action_with_the_visit_its_lines_and_the_draft(db: Database) -> None:
    evening.fill(db)
    session = opened(db)
    entry = session.new_entry()
    entry.texts["cd_nom"] = "cal"
    session.keep()
    assert drafts.keys(db) == ["sheet:pop_amphibiens:" + evening.site_uid(2) + ":202602"]
    entry.texts.clear()
    entry.values.update(counted(evening.CALAMITE, 3))
    assert session.save_line(entry) == []
    assert drafts.keys(db) == []
    assert db.value("SELECT count(*) FROM action WHERE kind = 'entry'") == 1


def test_a_save_that_fails_keeps_the_draft_and_the_session_as_they_were(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.fill(db)
    session = opened(db)
    entry = session.new_entry()
    entry.values.update(counted(evening.CALAMITE, 3))
    session.keep()

    def full(*_what: object, **_more: object) -> None:
        raise DatabaseError("Le disque est plein.")

    with monkeypatch.context() as patched:
        patched.setattr(records, "save", full)
        with pytest.raises(DatabaseError):
            session.save_line(entry)
    assert len(drafts.keys(db)) == 1
    assert not session.is_stored
    again = opened(db)
    assert [waiting.values for waiting in again.entries.values()] == [counted(evening.CALAMITE, 3)]


def test_a_value_that_blocks_is_held_and_goes_in_with_the_one_that_mends_it(db: Database) -> None:
    evening.fill(db)
    session = opened(db)
    assert not session.set_head("visit_date_min", "2027-01-01")
    assert session.value("visit_date_min") == "2027-01-01"
    assert visits(db, 2)[0].data["visit_date_min"] == "2026-04-14"
    again = opened(db)
    assert again.value("visit_date_min") == "2027-01-01"
    assert again.set_head("visit_date_min", "2026-04-13")
    assert visits(db, 2)[0].data["visit_date_min"] == "2026-04-13"
    assert drafts.keys(db) == []


def test_a_species_typed_after_nothing_seen_replaces_it(db: Database) -> None:
    evening.fill(db)
    session = opened(db)
    nothing = session.sheet.quick[0]
    session.toggle(nothing, "21:50")
    noted(session, evening.CALAMITE, 3)
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 3)]


def test_the_hours_typed_before_inaccessible_come_back_when_it_is_taken_back(db: Database) -> None:
    evening.fill(db)
    session = opened(db)
    session.set_head("Heure_debut", "21:02")
    inaccessible = session.sheet.quick[1]
    session.toggle(inaccessible, "21:50")
    assert "Heure_debut" not in session.visit.data
    session.toggle(inaccessible, "21:51")
    assert session.visit.data["Heure_debut"] == "21:02"
    assert session.visit.data["methode_de_prospection"] == [evening.NIGHT, evening.LISTENING]


def test_a_visit_of_another_day_is_not_given_the_present_hour(db: Database) -> None:
    evening.fill(db)
    session = opened(db)
    session.set_head("visit_date_min", "2026-04-12")
    session.toggle(session.sheet.quick[2], "21:50")
    assert "Heure_debut" not in session.visit.data


def test_a_place_that_is_gone_is_said_in_words(db: Database) -> None:
    evening.fill(db)
    with pytest.raises(FieldappError, match="n’existe plus"):
        open_session(db, db.protocols[PROTOCOL.code], TAXA, "nowhere", today=evening.TODAY)


def test_any_taxon_of_the_reference_can_be_noted(db: Database) -> None:
    from fieldapp.core.schema import Taxon
    from fieldapp.store import taxa

    evening.fill(db)
    taxa.install_many(db, taxa.REFERENCE, [Taxon(79278, 79278, "Zootoca vivipara", nom_vern="Lézard vivipare")])
    session = opened(db)
    assert [taxon.cd_nom for taxon in session.suggestions("vivip")] == [79278]
    session.know([79278])
    noted(session, 79278, 1)
    assert opened(db).line_name(session.lines[0].uid) == "Lézard vivipare"


# ---------------------------------------------------------------------------------- midnight, passage, stray drafts


def saved_yesterday(db: Database) -> None:
    """Save a visit of the evening before by the hand of this person."""
    evening.fill(db, evening=False)
    visit = evening.of(
        PROTOCOL.code, "visit", {**evening.head("2026-04-13"), "num_passage": 2}, evening.site_uid(1)
    )  # fmt: skip
    records.save(db, [visit], "hier soir")


def test_after_midnight_the_evening_goes_on_and_the_date_is_the_new_day(db: Database) -> None:
    saved_yesterday(db)
    data = opened(db).visit.data
    assert data["observers"] == [evening.ALEX, evening.CAMILLE]
    assert data["methode_de_prospection"] == [evening.NIGHT, evening.LISTENING]
    assert data["visit_date_min"] == "2026-04-14"


def test_an_evening_of_long_ago_does_not_carry_over(db: Database) -> None:
    saved_yesterday(db)
    db.connection.execute("UPDATE action SET made_at = '2026-01-01T00:00:00.000Z'")
    assert "observers" not in opened(db).visit.data


def test_the_date_gives_the_passage_until_somebody_chooses_it(db: Database) -> None:
    evening.fill(db, evening=False)
    session = opened(db, passage=None)
    session.set_head("visit_date_min", "2026-03-10")
    assert visits(db, 2)[0].data["num_passage"] == 1
    session.set_head("num_passage", 3)
    session.set_head("visit_date_min", "2026-04-13")
    assert visits(db, 2)[0].data["num_passage"] == 3


def test_the_passage_that_the_round_asks_for_stays_whatever_the_date(db: Database) -> None:
    evening.fill(db, evening=False)
    session = opened(db, passage=2)
    session.set_head("visit_date_min", "2026-03-10")
    assert visits(db, 2)[0].data["num_passage"] == 2


def test_undoing_the_first_save_leaves_what_was_typed_within_reach(db: Database) -> None:
    evening.fill(db, evening=False)
    session = opened(db)
    session.set_head("Heure_debut", "21:50")
    session.new_entry().texts["cd_nom"] = "cal"
    session.keep()
    changes.undo(db)
    again = opened(db)
    assert not again.is_stored
    assert [entry.texts for entry in again.entries.values()] == [{"cd_nom": "cal"}]
    assert drafts.keys(db) == ["sheet:pop_amphibiens:" + evening.site_uid(2) + ":202602"]


def test_the_line_that_was_begun_is_offered_on_the_visit_that_came_by_an_import(db: Database) -> None:
    evening.fill(db, evening=False)
    session = opened(db)
    session.new_entry().texts["cd_nom"] = "cal"
    session.keep()
    visit = evening.of(
        PROTOCOL.code, "visit", {**evening.head("2026-04-12"), "num_passage": 2}, evening.site_uid(2)
    )  # fmt: skip
    records.save(db, [visit], "import", kind="import")
    again = opened(db)
    assert again.visit.uid == visit.uid
    assert [entry.texts for entry in again.entries.values()] == [{"cd_nom": "cal"}]
    assert drafts.keys(db) == ["sheet:pop_amphibiens:" + evening.site_uid(2) + f":{visit.uid}"]


def test_a_draft_of_another_year_waits_with_its_year_and_not_in_this_one(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "today", lambda: evening.TODAY)
    evening.fill(db, evening=False)
    protocol = db.protocols[PROTOCOL.code]
    site = evening.site_uid(2)
    session = open_session(db, protocol, TAXA, site, passage=2, year=2025, today=evening.TODAY)
    session.new_entry().texts["cd_nom"] = "cal"
    session.keep()
    assert rounds.sheets_begun(db, protocol, 2026) == {}
    assert rounds.sheets_begun(db, protocol, 2025) == {(site, 2): ""}
    [begun] = rounds.waiting(db, protocol)
    assert begun.params["year"] == 2025
    again = open_session(db, protocol, TAXA, site, passage=2, year=begun.params["year"], today=evening.TODAY)
    assert [entry.texts for entry in again.entries.values()] == [{"cd_nom": "cal"}]


def test_what_a_colleague_wrote_meanwhile_stays_and_is_shown_with_the_next_save(db: Database) -> None:
    evening.fill(db)
    session = opened(db)
    session.set_head("Heure_debut", "21:00")
    noted(session, evening.PALME, 3)
    write_elsewhere(db, session.visit.uid, comments="eau très haute")
    write_elsewhere(db, session.lines[0].uid, comments="dans les joncs")
    entry = session.edit_entry(session.lines[0].uid)
    entry.values.update(counted(evening.PALME, 4))
    assert session.save_line(entry) == []
    session.set_head("Heure_debut", "21:05")
    assert (session.visit.data["Heure_debut"], session.visit.data["comments"]) == ("21:05", "eau très haute")
    assert (session.lines[0].data["count_min"], session.lines[0].data["comments"]) == (4, "dans les joncs")
    session.set_head("Heure_debut", "21:10")
    stored = records.get(db, session.visit.uid)
    assert stored == session.visit
    assert stored.data["comments"] == "eau très haute"
    assert disputes.count(db) == 0


def test_what_both_wrote_is_disputed_and_not_overwritten(db: Database) -> None:
    evening.fill(db)
    session = opened(db)
    session.set_head("comments", "x")
    write_elsewhere(db, session.visit.uid, comments="haute")
    session.set_head("comments", "basse")
    [dispute] = disputes.opened(db)
    assert {version.value for version in dispute.versions} == {"haute", "basse"}


def test_a_line_taken_up_from_a_draft_writes_only_what_was_typed_into_it(db: Database) -> None:
    evening.fill(db)
    session = opened(db)
    session.set_head("Heure_debut", "21:00")
    noted(session, evening.PALME, 3)
    uid = session.lines[0].uid
    session.edit_entry(uid).values.update(counted(evening.PALME, 4))
    session.keep()
    write_elsewhere(db, uid, comments="dans les joncs")
    again = opened(db)
    again.restore()
    assert again.save_line(again.edit_entry(uid)) == []
    stored = records.get(db, uid)
    assert stored is not None
    assert (stored.data["count_min"], stored.data["comments"]) == (4, "dans les joncs")
