"""No form knows of the review, and none may lose a word of it: of its own record, nor of any other."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core import review
from fieldapp.core.record import Record, is_about, make_record, with_data, with_review
from fieldapp.protocols.pitfall_barrier.board import press
from fieldapp.protocols.pitfall_barrier.individuals import Capture
from fieldapp.protocols.pitfall_barrier.merging import merged
from fieldapp.store import integrity, records, reviewing
from fieldapp.store.connection import Author, Database
from fieldapp.store.guard import ValidatedError
from fieldapp.store.opening import open_for_use
from fieldapp.ui.barrier.board_session import open_morning
from fieldapp.ui.forms.opening import open_session
from fieldapp.ui.forms.session import SheetSession
from tests.elsewhere import write_elsewhere
from tests.ui.forms import evening
from tests.ui.forms.conftest import counted

POP, BARRIER = "pop_amphibiens", "pitfall_barrier"
FIELDS = {"Heure_debut": "21:02", "Heure_fin": "21:40", "comments": "vent", "expertise": "Chevronné", "water": 12}

deeds = st.lists(
    st.one_of(
        st.tuples(st.just("head"), st.sampled_from(sorted(FIELDS))),
        st.tuples(st.just("line"), st.integers(0, 1)),
        st.tuples(st.just("new"), st.sampled_from([evening.PALME, evening.PELODYTE])),
        st.tuples(st.just("again"), st.just(0)),
    ),
    min_size=1,
    max_size=5,
)


def about(db: Database) -> dict[str, dict[str, Any]]:
    """Return what was said of every record that is there."""
    rows = db.rows(f"SELECT {records.COLUMNS} FROM record WHERE deleted = 0")
    found = [records.from_row(row) for row in rows]
    return {
        one.uid: said for one in found if (said := {name: value for name, value in one.data.items() if is_about(name)})
    }


@settings(max_examples=12, deadline=None)
@given(deeds)
def test_whatever_is_typed_on_a_sheet_what_was_said_stays(doing: list[tuple[str, Any]]) -> None:
    with (
        TemporaryDirectory() as folder,
        open_for_use(Path(folder) / "a.db", protocols.installed(), Author("Alex", "laptop")) as db,
    ):
        evening.fill(db)
        visit = evening.of(POP, "visit", {**evening.head("2026-04-14"), "num_passage": 2}, evening.site_uid(3))
        lines = [evening.of(POP, "observation", counted(evening.CALAMITE, n), visit.uid) for n in (2, 5)]
        records.save(db, [visit, *lines], "saisie")
        for one in (visit, *lines):
            reviewing.ask(db, one.uid, "", "Sûr ?")
            reviewing.answer(db, one.uid, "", "Oui")
            reviewing.mark_remarkable(db, one.uid, "rare")
        others = [one.uid for one in records.children(db, [evening.site_uid(1)])]
        assert reviewing.validate(db, others, "1").done
        before = about(db)
        known = {taxon.cd_nom: taxon for taxon in protocols.by_code(POP).taxa()}

        def opened() -> SheetSession:
            return open_session(db, db.protocols[POP], known, evening.site_uid(3), passage=2, today=evening.TODAY)

        session = opened()
        for deed, what in doing:
            if deed == "head" and what in session.visit_entity.by_name:
                session.set_head(what, FIELDS[what])
            elif deed == "line":
                entry = session.edit_entry(session.lines[what].uid)
                entry.values = {**entry.values, "count_min": 9, "count_max": 9}
                session.save_line(entry)
            elif deed == "new":
                entry = session.new_entry()
                entry.values.update(counted(what, 1))
                session.save_line(entry)
            elif deed == "again":
                session = opened()
        assert about(db) == before
        assert integrity.check(db).is_clean


def test_a_line_that_is_refused_because_the_visit_was_validated_meanwhile_still_waits(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "a.db", protocols.installed(), Author("Alex", "laptop")) as db:
        evening.fill(db)
        visit = evening.of(POP, "visit", {**evening.head("2026-04-14"), "num_passage": 2}, evening.site_uid(3))
        records.save(db, [visit], "saisie")
        known = {taxon.cd_nom: taxon for taxon in protocols.by_code(POP).taxa()}

        def opened() -> SheetSession:
            return open_session(db, db.protocols[POP], known, evening.site_uid(3), passage=2, today=evening.TODAY)

        session = opened()
        entry = session.new_entry()
        entry.values.update(counted(evening.PALME, 2))
        session.keep()
        said: dict[str, Any] = review.validated(visit, "1", by="Bruno", at=records.now())
        write_elsewhere(db, visit.uid, **said)
        with pytest.raises(ValidatedError):
            session.save_line(entry)
        session.keep()
        assert [one.values["cd_nom"] for one in opened().entries.values()] == [evening.PALME]
        assert records.children(db, [visit.uid]) == []


def barrier(db: Database) -> tuple[Record, Record, list[Record]]:
    """Return a barrier, a checked morning and two catches, each of them asked about."""

    def of(entity: str, values: dict[str, Any], parent: Record | None = None) -> Record:
        kind = db.protocols[BARRIER].entity(entity)
        return make_record(BARRIER, kind, values, parent.uid if parent else None)

    site = of("site", {"site_name": "Mare", "commune": "Vimy"})
    buckets = [of("bucket", {"bucket": str(n), "side": "outside"}, site) for n in (1, 2)]
    campaign = of("campaign", {"opened_on": "2026-03-01", "closed_on": "2026-06-15"}, site)
    visit = of("visit", {"check_on": "2026-03-16", "state": "checked"}, site)
    newt = of("individual", {"individual_name": "TC-1", "cd_nom": 139}, site)
    told = {"cd_nom": 259, "count": 2, "sex": "3", "stage": "2", "direction": "in", "vitality": "alive"}
    catches = [of("observation", {**told, "bucket": str(n)}, visit) for n in (1, 2)]
    records.save(db, [site, *buckets, campaign, visit, newt, *catches], "saisie")
    for one in (visit, newt, *catches):
        reviewing.ask(db, one.uid, "", "Sûr ?")
        reviewing.mark_remarkable(db, one.uid, "rare")
    return site, visit, catches


def test_a_morning_that_is_typed_on_and_saved_keeps_what_was_said(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "a.db", protocols.installed(), Author("Alex", "laptop")) as db:
        site, visit, _catches = barrier(db)
        before = about(db)
        session = open_morning(db, db.protocols[BARRIER], site.uid, "2026-03-16", evening.TODAY)
        for key in ("c", "m", "3"):
            board = press(session.board, key, {"c": 259})
            assert board is not None
            session.take(board)
        assert session.save() == []
        assert len(records.children(db, [visit.uid])) == 3
        assert about(db) == before


def test_two_individuals_that_become_one_keep_what_was_said(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "a.db", protocols.installed(), Author("Alex", "laptop")) as db:
        site, visit, catches = barrier(db)
        kept = next(one for one in records.children(db, [site.uid]) if one.entity == "individual")
        kind = db.protocols[BARRIER].entity("individual")
        twin = make_record(BARRIER, kind, {"individual_name": "TC-2", "cd_nom": 139}, site.uid)
        records.save(db, [twin], "saisie")
        before = about(db)
        stored = records.get_many(db, [one.uid for one in catches])
        captures = [Capture(one, visit) for one in stored.values()]
        records.save(db, merged(kept, twin, captures), "réunis")
        assert about(db) == before


def test_every_entity_of_every_protocol_keeps_what_was_said_when_its_values_are_replaced() -> None:
    for protocol in protocols.installed():
        for entity in protocol.entities:
            plain = make_record(protocol.code, entity, {}, None)
            said = {review.REMARKABLE: "rare", f"{review.QUESTION}x": {"text": "?"}, "answer.x": {"text": "!"}}
            seen = with_review(plain, entity, {**said, **review.validated(plain, "1", by="a", at="b")})
            replaced = with_data(seen, entity, {entity.fields[0].name: "1"})
            assert {name for name in replaced.data if is_about(name)} == {*said, review.VALIDATED}
            assert review.is_stale(replaced)
