"""What becomes of each row of a file: created, identical, different, deleted here, refused; and nothing half-done."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core.errors import CancelledError, DatabaseError, FileRefusedError
from fieldapp.core.exchange import Exporter, Importer, ParsedRow, RowNote, RowRefusedError
from fieldapp.exchange import importing, judging
from fieldapp.exchange.exporting import export_file
from fieldapp.exchange.importing import import_file
from fieldapp.exchange.report import ImportReport, Outcome
from fieldapp.protocols.pop_amphibiens.shf_reading import ShfParser
from fieldapp.store import changes, integrity, records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use

Rows = list[dict[str, str]]
WriteRows = Callable[[Rows], Path]
POP = "pop_amphibiens"


def counts(report: ImportReport) -> dict[Outcome, int]:
    return {outcome: count for outcome, count in report.counts.items() if count}


def everything(db: Database) -> list[tuple[object, ...]]:
    """Return all that a save may touch."""
    return [(db.value(f"SELECT count(*) FROM {table}"),) for table in ("record", "change", "action")]


@pytest.fixture
def visit_rows(rows: Rows) -> Rows:
    """Return the two rows of one visit, with animals."""
    alike = [row for row in rows if row["uuid_passage"] == rows[0]["uuid_passage"]]
    assert len(alike) == 2
    return alike


# ------------------------------------------------------------------------------------------ the good case


def test_the_sample_is_taken_in_whole_as_one_action(db: Database, shf: Importer, sample_pop: Path) -> None:
    report = import_file(db, shf, sample_pop)
    assert counts(report) == {Outcome.CREATED: 389}
    assert [records.count(db, POP, entity) for entity in ("sites_group", "site", "visit", "observation")] == [
        8, 137, 261, 389
    ]  # fmt: skip
    assert [(past.action.kind, past.action.id) for past in changes.of_kind(db, "import")] == [("import", report.action)]
    assert report.created == db.value("SELECT count(*) FROM record")
    assert integrity.check(db).problems == []


def test_the_same_file_again_changes_nothing(db: Database, shf: Importer, sample_pop: Path) -> None:
    import_file(db, shf, sample_pop)
    before = everything(db)
    report = import_file(db, shf, sample_pop)
    assert counts(report) == {Outcome.IDENTICAL: 389}
    assert report.action is None
    assert everything(db) == before


def test_the_same_file_again_with_update_changes_nothing(db: Database, shf: Importer, sample_pop: Path) -> None:
    import_file(db, shf, sample_pop)
    assert import_file(db, shf, sample_pop, update=True).action is None


def test_an_import_can_be_taken_back_and_done_again(db: Database, shf: Importer, sample_pop: Path) -> None:
    report = import_file(db, shf, sample_pop)
    action = changes.by_id(db, report.action or 0)
    assert action is not None
    changes.undo_action(db, action)
    assert records.count(db, POP, "observation") == 0
    assert counts(import_file(db, shf, sample_pop)) == {Outcome.CREATED: 389}
    assert records.count(db, POP, "observation") == 389
    assert integrity.check(db).problems == []


def test_the_order_of_the_rows_does_not_matter(
    db: Database,
    shf: Importer,
    shf_export: Exporter,
    rows: Rows,
    write_rows: WriteRows,
    sample_pop: Path,
    tmp_path: Path,
) -> None:
    assert counts(import_file(db, shf, write_rows(rows[::-1]))) == {Outcome.CREATED: 389}
    export_file(db, shf_export, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == sample_pop.read_bytes()


def test_rows_are_judged_alike_whatever_the_size_of_the_chunks(
    db: Database, shf: Importer, rows: Rows, write_rows: WriteRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 7)
    monkeypatch.setattr(judging, "REMEMBERED_PARENTS", 2)
    assert counts(import_file(db, shf, write_rows(rows[::-1]))) == {Outcome.CREATED: 389}


def test_progress_is_told_up_to_the_last_row(db: Database, shf: Importer, sample_pop: Path) -> None:
    told: list[tuple[int, int]] = []
    import_file(db, shf, sample_pop, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (389, 389)


def test_a_cancelled_import_leaves_nothing(db: Database, shf: Importer, sample_pop: Path) -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 1

    before = everything(db)
    with pytest.raises(CancelledError, match="rien du fichier"):
        import_file(db, shf, sample_pop, cancelled=lambda: cancelled() or True)
    assert everything(db) == before


# --------------------------------------------------------------------------------------- here already


def test_values_of_here_are_kept_and_the_columns_named(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(visit_rows))
    changed = [row | {"nombre_max": "99", "commune": "Ailleurs"} for row in visit_rows[:1]]
    report = import_file(db, shf, write_rows(changed))
    (row,) = report.rows
    assert row.outcome is Outcome.DIFFERENT
    assert "Commune (mare), Nombre maximum (observation)" in row.sentence
    assert report.action is None
    stored = records.get(db, visit_rows[0]["uuid_observation"])
    assert stored is not None
    assert stored.data["count_max"] == int(visit_rows[0]["nombre_max"])


def test_an_update_takes_the_files_values_and_keeps_ours_in_the_history(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(visit_rows))
    visit = records.get(db, visit_rows[0]["uuid_passage"])
    assert visit is not None
    records.save(db, [replace(visit, data={**visit.data, "dry": True})], "local")
    changed = [row | {"commentaire_passage": "vu de loin", "nombre_max": "99"} for row in visit_rows[:1]]
    report = import_file(db, shf, write_rows(changed), update=True)
    assert [row.outcome for row in report.rows] == [Outcome.UPDATED]
    assert (report.created, report.changed) == (0, 2)
    after = records.get(db, visit.uid)
    assert after is not None
    assert (after.data["comments"], after.data["dry"]) == ("vu de loin", True)
    told = changes.history(db, visit_rows[0]["uuid_observation"])[-1]
    assert (told.before, told.after) == ({"count_max": 22}, {"count_max": 99})
    assert import_file(db, shf, write_rows(changed), update=True).action is None
    assert integrity.check(db).problems == []


def test_an_update_that_can_never_be_right_is_refused(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(visit_rows))
    report = import_file(db, shf, write_rows([visit_rows[0] | {"nombre_max": "1"}]), update=True)
    assert [(row.outcome, row.column) for row in report.rows] == [(Outcome.REFUSED, "nombre_max")]


def test_what_was_deleted_here_is_not_taken_in_again(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(visit_rows))
    records.delete(db, visit_rows[0]["uuid_passage"], "supprimé")
    for update in (False, True):
        report = import_file(db, shf, write_rows(visit_rows), update=update)
        assert counts(report) == {Outcome.DELETED_HERE: 2}
        assert report.action is None
        assert "Supprimé ici (Passage)" in report.rows[0].sentence


def test_a_new_observation_joins_a_visit_that_is_here(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(visit_rows[:1]))
    report = import_file(db, shf, write_rows(visit_rows))
    assert [row.outcome for row in report.rows] == [Outcome.IDENTICAL, Outcome.CREATED]
    assert report.created == 1


def test_a_visit_that_lies_elsewhere_here_stays_and_makes_no_new_pond(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(visit_rows))
    report = import_file(db, shf, write_rows([visit_rows[0] | {"nom_site": "Autre_mare"}]))
    assert [row.outcome for row in report.rows] == [Outcome.DIFFERENT]
    assert "Nom de site (mare)" in report.rows[0].sentence
    assert records.count(db, POP, "site") == 1


# ------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("column", "text", "word"),
    [
        ("cd_nom", "999999", "999999"),
        ("date_passage", "2020-02-30", "2020-02-30"),
        ("date_passage", "2999-01-01", "avenir"),
        ("nombre_min", "3+", "3+"),
        ("nombre_min", "-1", "-1"),
        ("nombre_min", "0", "0 individu"),
        ("nombre_max", "1", "le plus petit"),
        ("num_passage", "11", "11"),
        ("y_wgs", "95", "95"),
    ],
)
def test_an_impossible_row_is_refused_by_line_and_column_and_takes_no_other_along(
    db: Database, shf: Importer, rows: Rows, write_rows: WriteRows, column: str, text: str, word: str
) -> None:
    # The only row of a visit; its site has other visits, which the bad row must not take along.
    visits = [row["uuid_passage"] for row in rows]
    one = next(row for row in rows if visits.count(row["uuid_passage"]) == 1 and row["type_denombrement"] == "Estimé")
    bad = one | {column: text} | ({"wkt_wgs": ""} if column == "y_wgs" else {})
    others = [row for row in rows if row is not one]
    report = import_file(db, shf, write_rows([bad, *others]))
    assert counts(report) == {Outcome.CREATED: 388, Outcome.REFUSED: 1}
    assert (report.rows[0].line, report.rows[0].outcome, report.rows[0].column) == (2, Outcome.REFUSED, column)
    assert word in report.rows[0].sentence
    assert records.count(db, POP, "observation") == 388
    assert records.count(db, POP, "visit") == 260
    assert records.get(db, one["uuid_passage"]) is None


def test_a_refused_row_leaves_its_visit_to_the_other_rows(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    report = import_file(db, shf, write_rows([visit_rows[0] | {"nombre_min": "3+"}, visit_rows[1]]))
    assert [row.outcome for row in report.rows] == [Outcome.REFUSED, Outcome.CREATED]
    assert records.count(db, POP, "visit") == 1


def test_the_corrected_file_adds_only_what_was_missing(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows([visit_rows[0] | {"nombre_min": "3+"}, visit_rows[1]]))
    report = import_file(db, shf, write_rows(visit_rows))
    assert [row.outcome for row in report.rows] == [Outcome.CREATED, Outcome.IDENTICAL]
    assert report.created == 1


@pytest.mark.parametrize(
    ("column", "text"),
    [("commentaire_passage", "autre"), ("commune", "Ailleurs"), ("habitat_principal", "Prairies"), ("observers", "X")],
)
def test_two_rows_that_contradict_each_other_name_both_lines(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows, column: str, text: str
) -> None:
    report = import_file(db, shf, write_rows([visit_rows[0], visit_rows[1] | {column: text}]))
    assert [row.outcome for row in report.rows] == [Outcome.CREATED, Outcome.REFUSED]
    assert "2 et 3" in report.rows[1].sentence
    assert report.rows[1].column == column


def test_a_row_that_stands_twice_is_taken_once(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    report = import_file(db, shf, write_rows([*visit_rows, visit_rows[0]]))
    assert [row.outcome for row in report.rows] == [Outcome.CREATED, Outcome.CREATED, Outcome.IDENTICAL]
    assert "ligne 2" in report.rows[2].sentence


def test_one_identifier_for_two_observations_is_refused(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    twin = visit_rows[1] | {"uuid_observation": visit_rows[0]["uuid_observation"]}
    report = import_file(db, shf, write_rows([visit_rows[0], twin]))
    assert [row.outcome for row in report.rows] == [Outcome.CREATED, Outcome.REFUSED]
    assert "2 et 3" in report.rows[1].sentence


@pytest.mark.parametrize("swapped", [False, True])
def test_an_identifier_of_another_kind_of_record_is_refused(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows, swapped: bool
) -> None:
    wrong = visit_rows[1] | {"uuid_observation": visit_rows[0]["uuid_passage"]}
    file = write_rows([wrong, visit_rows[0]] if swapped else [visit_rows[0], wrong])
    assert counts(import_file(db, shf, file)) == {Outcome.CREATED: 1, Outcome.REFUSED: 1}
    assert counts(import_file(db, shf, file)) == {Outcome.IDENTICAL: 1, Outcome.REFUSED: 1}


@pytest.fixture
def nothing_seen(rows: Rows, visit_rows: Rows) -> dict[str, str]:
    """Return a row that says of the visit of the two rows that nothing was seen."""
    absence = next(row for row in rows if row["presence_amphibien"] == "Non")
    columns = (
        "cd_nom",
        "presence_amphibien",
        "nom_latin",
        "nom_francais",
        "type_denombrement",
        "nombre_min",
        "nombre_max",
    )
    return visit_rows[1] | {name: absence[name] for name in (*columns, "stade_vie", "sexe")}


def test_nothing_seen_beside_a_species_is_refused(
    db: Database, shf: Importer, visit_rows: Rows, nothing_seen: dict[str, str], write_rows: WriteRows
) -> None:
    files = (write_rows([visit_rows[0], nothing_seen]), write_rows([visit_rows[0]]), write_rows([nothing_seen]))
    for file in files:
        report = import_file(db, shf, file)
    assert [row.outcome for row in report.rows] == [Outcome.REFUSED]
    assert "Rien vu" in report.rows[0].sentence
    assert records.count(db, POP, "observation") == 1


def test_nothing_seen_long_after_a_species_is_refused(
    db: Database,
    shf: Importer,
    rows: Rows,
    visit_rows: Rows,
    nothing_seen: dict[str, str],
    write_rows: WriteRows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the file put below the visit is in the database by the time when the visit is no longer remembered."""
    monkeypatch.setattr(importing, "CHUNK", 7)
    monkeypatch.setattr(judging, "REMEMBERED_PARENTS", 2)
    others = [row for row in rows if row not in visit_rows]
    fresh, here = others[:6], others[6:60]
    import_file(db, shf, write_rows(here))
    report = import_file(db, shf, write_rows([*fresh, visit_rows[0], *here, nothing_seen]))
    assert [row.outcome for row in report.rows] == [
        *[Outcome.CREATED] * 7, *[Outcome.IDENTICAL] * len(here), Outcome.REFUSED
    ]  # fmt: skip
    assert "Rien vu" in report.rows[-1].sentence
    assert integrity.check(db).problems == []


def test_an_observation_at_an_inaccessible_pond_is_refused(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    report = import_file(db, shf, write_rows([row | {"accessibilite": "Non"} for row in visit_rows]))
    assert {(row.outcome, row.column) for row in report.rows} == {(Outcome.REFUSED, "accessibilite")}
    assert everything(db)[0] == (0,)


def test_what_is_incomplete_is_taken_in_and_noted(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    report = import_file(db, shf, write_rows([row | {"expertise_operateur": ""} for row in visit_rows]))
    assert counts(report) == {Outcome.CREATED: 2}
    assert "Expertise" in report.rows[0].sentence
    assert report.rows[1].sentence == ""


def test_a_file_with_a_wrong_separator_changes_nothing(
    db: Database, shf: Importer, sample_pop: Path, tmp_path: Path
) -> None:
    path = tmp_path / "comma.csv"
    path.write_text(sample_pop.read_text("utf-8").replace(";", ","), "utf-8")
    with pytest.raises(FileRefusedError, match="virgule"):
        import_file(db, shf, path)
    assert everything(db)[0] == (0,)


def test_a_file_in_cp1252_is_read_when_asked(db: Database, shf: Importer, rows: Rows, tmp_path: Path) -> None:
    # Œuf, ’ and é all exist in cp1252.
    path = tmp_path / "excel.csv"
    lines = [";".join(rows[0]), *(";".join(f'"{cell}"' for cell in row.values()) for row in rows)]
    path.write_text("\r\n".join(lines), "cp1252", newline="")
    with pytest.raises(FileRefusedError, match="cp1252"):
        import_file(db, shf, path)
    assert counts(import_file(db, shf, path, encoding="cp1252")) == {Outcome.CREATED: 389}


# ------------------------------------------------------------------------------------------ full disk


def test_a_full_disk_leaves_nothing_of_the_file_and_says_so(db: Database, shf: Importer, sample_pop: Path) -> None:
    before = everything(db)
    db.connection.execute(f"PRAGMA max_page_count = {db.value('PRAGMA page_count') + 20}")
    with pytest.raises(DatabaseError, match="pop_2020_standard"):
        import_file(db, shf, sample_pop)
    assert everything(db) == before
    db.connection.execute("PRAGMA max_page_count = 1000000")
    assert counts(import_file(db, shf, sample_pop)) == {Outcome.CREATED: 389}


def test_a_second_connection_reads_what_was_imported(db: Database, shf: Importer, sample_pop: Path) -> None:
    import_file(db, shf, sample_pop)
    with open_for_use(db.path, protocols.installed()) as other:
        assert records.count(other, POP, "observation") == 389


def test_an_empty_cell_of_a_newer_file_erases_nothing(
    db: Database, shf: Importer, visit_rows: list[dict[str, str]], write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(visit_rows))
    emptied = [row | {"observers": "", "heure_debut": ""} for row in visit_rows]
    assert counts(import_file(db, shf, write_rows(emptied), update=True)) == {Outcome.IDENTICAL: len(visit_rows)}
    stored = records.get(db, visit_rows[0]["uuid_passage"])
    assert stored is not None
    assert stored.data["Heure_debut"] == visit_rows[0]["heure_debut"]
    assert stored.data["observers"]


def test_a_newer_file_cannot_make_a_visit_with_observations_inaccessible(
    db: Database, shf: Importer, visit_rows: list[dict[str, str]], write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(visit_rows))
    closed = [row | {"accessibilite": "Non"} for row in visit_rows]
    report = import_file(db, shf, write_rows(closed), update=True)
    assert counts(report) == {Outcome.REFUSED: len(visit_rows)}
    assert "inaccessible" in report.rows[0].sentence
    stored = records.get(db, visit_rows[0]["uuid_passage"])
    assert stored is not None
    assert stored.data["accessibility"] == "Oui"


def test_only_the_consent_uses_the_parser_that_puts_things_right(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    class Mending(ShfParser):
        def parse(self, row: Any) -> ParsedRow:
            parsed = super().parse(row)
            return ParsedRow(parsed.records, [*parsed.notes, RowNote("", "Corrigé.")])

    protocol = replace(db.protocols[POP], imports=(replace(shf, mender=Mending),))
    db.protocols = {**db.protocols, POP: protocol}
    path = write_rows(visit_rows)
    assert [row.sentence for row in import_file(db, protocol.imports[0], path).rows] == ["", ""]
    mended = import_file(db, protocol.imports[0], path, mend=True)
    assert [row.sentence for row in mended.rows] == ["Corrigé.", "Corrigé."]


def test_a_row_that_the_mender_would_take_says_so(
    db: Database, shf: Importer, visit_rows: Rows, write_rows: WriteRows
) -> None:
    class Strict(ShfParser):
        def parse(self, row: Any) -> ParsedRow:
            raise RowRefusedError("", "Faute.", can_mend=True)

    protocol = replace(db.protocols[POP], imports=(replace(shf, parser=Strict),))
    db.protocols = {**db.protocols, POP: protocol}
    assert import_file(db, protocol.imports[0], write_rows(visit_rows)).mendable == 2
