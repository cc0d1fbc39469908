"""Batches: counted, frozen, registered, whole or not at all; what changed since the last one."""

import csv
import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fieldapp import protocols
from fieldapp.core import review
from fieldapp.core.errors import BatchError, CancelledError, FieldappError
from fieldapp.core.record import Record, with_data, with_review
from fieldapp.exchange import batch, batch_again, formats
from fieldapp.exchange.batch_request import Request
from fieldapp.exchange.formats import Format, Source
from fieldapp.protocols.pop_amphibiens import schema
from fieldapp.store import batches, changes, integrity, records, sensitivities
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from tests.desk import maps
from tests.exchange.handing_on import (
    ALYTES,
    CRESTED,
    DATASET,
    PALMATE,
    POND,
    edit,
    hand_on,
    manifest_of,
    ponds,
    recipient,
    rows,
    season,
    seen,
    sensitive,
    visit,
)

OTHER_DATASET = "cccccccc-1111-4222-8333-bbbbbbbbbbbb"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a folder for what leaves."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


# ------------------------------------------------------------------------------------------ the file and its manifest


def test_the_manifest_says_what_the_file_holds(db: Database, out: Path) -> None:
    season(db)
    to = recipient(db)
    made = hand_on(db, "csv", to, out / "mars.csv", purpose="Atlas")
    told = manifest_of(out / "mars.csv")
    assert told == made.manifest
    assert told["sha256"] == hashlib.sha256((out / "mars.csv").read_bytes()).hexdigest()
    assert len(rows(out / "mars.csv")) == 5
    assert {name: told[name] for name in ("rows", "records", "taxa", "absences", "new", "corrected", "withdrawn")} == {
        "rows": 5, "records": 5, "taxa": 3, "absences": 0, "new": 5, "corrected": 0, "withdrawn": 0,
    }  # fmt: skip
    assert (told["from"], told["to"], told["levels"]) == ("2026-03-14", "2026-03-15", {"0": 5})
    assert (told["recipient"], told["purpose"], told["precision"]) == ("DREAL", "Atlas", "exact")
    assert told["conditions"] == "Usage interne, pas de rediffusion"
    assert told["protocols"] == {"pop_amphibiens": protocols.by_code("pop_amphibiens").version}
    assert (told["left_out"], told["blurred"], told["previous"]) == ([], {}, {})
    assert names(out) == ["mars.csv", "mars.csv.manifest.json", "mars.dictionnaire.csv"]


@pytest.mark.parametrize("form", ["sinp", "csv", "xlsx", "gpkg", "dwca", "monitoring", "shf"])
def test_the_same_data_make_the_same_bytes_in_every_format(db: Database, out: Path, form: str) -> None:
    season(db)
    to = recipient(db)
    for name in ("a", "b"):
        (out / name).mkdir()
        hand_on(db, form, to, out / name / "file", dataset_uuid=DATASET)
    assert (out / "a" / "file").read_bytes() == (out / "b" / "file").read_bytes()
    assert manifest_of(out / "a" / "file") == manifest_of(out / "b" / "file")


@pytest.mark.parametrize("form", ["csv", "xlsx", "shf"])
def test_a_delivery_is_sent_again_byte_for_byte_after_the_data_have_changed(db: Database, out: Path, form: str) -> None:
    made = season(db)
    delivery = hand_on(db, form, recipient(db), out / "file.x").delivery
    before = {name: (out / name).read_bytes() for name in names(out)}
    edit(db, made["toads"], count_min=99, count_max=99)
    again = out / "again"
    again.mkdir()
    written = batch_again.resend(db, delivery, again / "file.x")
    assert {path.name: path.read_bytes() for path in written} == before
    other = batch_again.resend(db, delivery, again / "autre.x")
    assert (again / "autre.x").read_bytes() == before["file.x"]
    assert all(path.name.startswith("autre.") for path in other)


def test_a_file_of_ones_own_has_a_manifest_and_is_in_no_register(db: Database, out: Path) -> None:
    season(db)
    made = batch.make(db, Request("csv", ponds()), out / "own.csv")
    assert manifest_of(out / "own.csv")["recipient"] == ""
    assert made.delivery == ""
    assert batches.deliveries(db) == []
    assert batches.frozen_here(db) == set()


def test_a_large_file_is_frozen_in_pieces(db: Database, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    season(db)
    monkeypatch.setattr(batches, "PIECE_BYTES", 100)
    delivery = hand_on(db, "csv", recipient(db), out / "a.csv").delivery
    assert db.value("SELECT count(*) FROM batch_piece") > 20
    batch_again.resend(db, delivery, out / "b.csv")
    assert (out / "b.csv").read_bytes() == (out / "a.csv").read_bytes()


def test_frozen_bytes_that_have_changed_are_not_sent(db: Database, out: Path) -> None:
    season(db)
    delivery = hand_on(db, "csv", recipient(db), out / "a.csv").delivery
    other = hand_on(db, "csv", recipient(db, "Autre"), out / "b.csv", ponds(first_on="2026-03-15")).delivery
    with db.transaction() as connection:
        connection.execute(
            "UPDATE batch_piece SET data = (SELECT p.data FROM batch_piece AS p JOIN batch AS b ON b.id = p.batch "
            "WHERE b.delivery = ? AND p.number = 0) WHERE number = 0",
            (other,),
        )
    with pytest.raises(BatchError, match="n’est plus celui qui est parti"):
        batch_again.resend(db, delivery, out / "again.csv")
    assert not (out / "again.csv").exists()


def test_the_register_tells_who_got_what_and_undo_does_not_reach_it(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    edit(db, made["toads"], count_min=13, count_max=13)
    delivery = hand_on(db, "csv", to, out / "mars.csv").delivery
    (record,) = batches.deliveries(db)
    assert record.uid == delivery
    assert (record.data["recipient"], record.data["rows"], record.data["file_name"]) == (to, 5, "mars.csv")
    assert record.data["digest"] == hashlib.sha256((out / "mars.csv").read_bytes()).hexdigest()
    changes.undo(db)  # the correction before it, not the delivery
    assert [one.uid for one in batches.deliveries(db)] == [delivery]
    toads = records.get(db, made["toads"].uid)
    assert toads is not None
    assert toads.data["count_min"] == 12
    assert integrity.check(db).problems == []


# --------------------------------------------------------------------------------------------------------- refusals


def test_a_recipient_without_conditions_gets_nothing(db: Database, out: Path) -> None:
    season(db)
    to = recipient(db, conditions="")
    with pytest.raises(BatchError, match="n’a pas de conditions d’utilisation"):
        hand_on(db, "csv", to, out / "a.csv")
    assert names(out) == []
    assert hand_on(db, "csv", to, out / "a.csv", conditions="Pour cette étude").manifest["conditions"] == (
        "Pour cette étude"
    )


def test_a_recipient_gets_nothing_more_exact_than_agreed(db: Database, out: Path) -> None:
    season(db)
    to = recipient(db, precision="cell")
    with pytest.raises(BatchError, match="ne reçoit pas de positions aussi exactes"):
        hand_on(db, "csv", to, out / "a.csv", precision="exact")
    assert hand_on(db, "csv", to, out / "a.csv").manifest["blurred"]["cell"]["rows"] == 5
    exact = recipient(db, "Exact")
    assert hand_on(db, "csv", exact, out / "b.csv", precision="cell").manifest["precision"] == "cell"


@pytest.mark.parametrize("form", ["monitoring", "shf"])
def test_a_format_that_tells_exact_places_is_refused_where_they_may_not_be_told(
    db: Database, out: Path, form: str
) -> None:
    season(db)
    sensitive(db, CRESTED, "2")
    with pytest.raises(BatchError, match="position exacte, et ce qui est demandé est moins précis"):
        hand_on(db, form, recipient(db), out / "a.csv", precision="commune")
    with pytest.raises(BatchError, match=r"espèces sensibles \(Triturus cristatus\)"):
        hand_on(db, form, recipient(db), out / "a.csv")
    assert names(out) == []
    assert batches.deliveries(db) == []
    assert hand_on(db, form, recipient(db, "Parc", sees_sensitive=True), out / "a.csv").manifest["rows"] == 5


def test_what_may_not_be_told_at_all_is_counted_and_not_named(db: Database, out: Path) -> None:
    season(db)
    sensitive(db, CRESTED, "4")
    told = hand_on(db, "csv", recipient(db), out / "a.csv").manifest
    assert told["rows"] == 4
    assert [(one["count"], "sensibilité 4" in one["reason"]) for one in told["left_out"]] == [(1, True)]
    assert "Triturus" not in (out / "a.csv.manifest.json").read_text("utf-8")


# --------------------------------------------------------------------------------------------- whole or not at all


def _writer(change: Callable[[Source], int]) -> Callable[[Source, Path], int]:
    def write(source: Source, path: Path) -> int:
        path.write_text("a\n" + "x\n" * 5, encoding="utf-8")
        return change(source)

    return write


def _all(source: Source) -> list[object]:
    found = [one for telling in source.tellings for one in telling.occurrences]
    for one in found:
        source.note(one)
    return list(found)


def _forgets_one(source: Source) -> int:
    for telling in source.tellings:
        for one in telling.occurrences[1:]:
            source.note(one)
    return 5


def _writes_one_twice(source: Source) -> int:
    first = next(one for telling in source.tellings for one in telling.occurrences)
    source.note(first)
    source.note(first)
    return 5


def _says_another_number(source: Source) -> int:
    return len(_all(source)) + 1


@pytest.mark.parametrize("fault", [_forgets_one, _writes_one_twice, _says_another_number])
def test_a_file_that_does_not_hold_what_it_should_never_appears(
    db: Database, out: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Source], int]
) -> None:
    season(db)
    to = recipient(db)
    monkeypatch.setattr(formats, "COMMON", (Format("csv", "essai", ".csv", _writer(fault), is_text=True),))
    (out / "a.csv").write_text("avant")
    with pytest.raises(BatchError, match="rien n’a été gardé"):
        hand_on(db, "csv", to, out / "a.csv")
    assert names(out) == ["a.csv"]
    assert (out / "a.csv").read_text() == "avant"
    assert batches.deliveries(db) == []


def test_a_line_that_was_lost_on_the_disk_is_found(db: Database, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    season(db)
    to = recipient(db)

    def write(source: Source, path: Path) -> int:
        rows_ = _all(source)
        path.write_text("a\n" + "x\n" * (len(rows_) - 1), encoding="utf-8")
        return len(rows_)

    monkeypatch.setattr(formats, "COMMON", (Format("csv", "essai", ".csv", write, is_text=True),))
    with pytest.raises(BatchError, match="5 lignes étaient à écrire et le fichier en compte 4"):
        hand_on(db, "csv", to, out / "a.csv")
    assert names(out) == []


def test_a_disk_full_at_the_last_row_leaves_no_file_and_no_entry(
    db: Database, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    season(db)
    to = recipient(db)

    def write(source: Source, path: Path) -> int:
        path.write_text("a\n", encoding="utf-8")
        found = _all(source)
        raise OSError(28, os.strerror(28), str(path)) if found else AssertionError

    monkeypatch.setattr(formats, "COMMON", (Format("csv", "essai", ".csv", write, is_text=True),))
    with pytest.raises(FieldappError, match="Pas assez de place"):
        hand_on(db, "csv", to, out / "a.csv")
    assert names(out) == []
    assert list(out.iterdir()) == []
    assert batches.deliveries(db) == []


def test_a_database_full_while_it_is_frozen_takes_the_file_back(db: Database, out: Path) -> None:
    season(db)
    to = recipient(db)
    (out / "a.csv").write_text("avant")
    db.connection.execute(f"PRAGMA max_page_count = {db.value('PRAGMA page_count')}")  # as on a full disk
    with pytest.raises(FieldappError, match="Le disque est plein"):
        hand_on(db, "csv", to, out / "a.csv")
    assert (out / "a.csv").read_text() == "avant"
    assert names(out) == ["a.csv"]
    db.connection.execute("PRAGMA max_page_count = 1000000")
    assert batches.deliveries(db) == []
    assert hand_on(db, "csv", to, out / "a.csv").manifest["rows"] == 5


def test_a_file_that_cannot_take_its_place_is_not_registered(
    db: Database, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    season(db)
    to = recipient(db)
    (out / "a.csv").write_text("avant")
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "a.csv.manifest.json":
            raise PermissionError(13, "ouvert ailleurs", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FieldappError, match="Impossible d’écrire"):
        hand_on(db, "csv", to, out / "a.csv")
    assert names(out) == ["a.csv"]
    assert (out / "a.csv").read_text() == "avant"
    assert batches.deliveries(db) == []


def test_a_cancelled_batch_leaves_nothing(db: Database, out: Path) -> None:
    season(db)
    to = recipient(db)

    def stop(_count: int, _total: int, _text: str) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        batch.make(db, Request("csv", ponds(), to), out / "a.csv", stop)
    assert list(out.iterdir()) == []
    assert not db.connection.in_transaction


@pytest.fixture
def other(db: Database) -> Iterator[Database]:
    """Return the same database, open a second time."""
    with open_for_use(db.path, protocols.installed(), Author("autre", "portable")) as opened:
        yield opened


def test_what_others_save_meanwhile_is_of_the_next_batch(db: Database, other: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    asked: list[int] = []

    def save_beside(count: int, _total: int, _text: str) -> None:
        if not asked:  # the first rows were read, none is written
            edit(other, made["toads"], count_min=77, count_max=77)
            edit(other, made["crested"], count_min=78, count_max=78)
            records.save(other, [seen(made["secret_visit"], PALMATE, 5)], "de plus")
        asked.append(count)

    batch.make(db, Request("csv", ponds(), to), out / "a.csv", save_beside)
    text = (out / "a.csv").read_text("utf-8")
    assert len(rows(out / "a.csv")) == 5
    assert ";77;" not in text
    assert ";78;" not in text
    made_after = batch.make(db, Request("csv", ponds(), to, since_last=True), out / "b.csv")
    assert (made_after.manifest["new"], made_after.manifest["corrected"]) == (1, 2)


# -------------------------------------------------------------------------------------------- since the last batch


IDENTITY = {"sinp": "uuid_perm_sinp", "csv": "identifiant", "monitoring": "uuid_observation"}
"""The column of the identity that a recipient knows, by format."""


@pytest.mark.parametrize("form", ["sinp", "csv", "monitoring"])
def test_after_three_edits_one_deletion_and_two_visits_exactly_those_are_told(
    db: Database, out: Path, form: str
) -> None:
    made = season(db)
    to = recipient(db)
    first = hand_on(db, form, to, out / "un.csv")
    assert first.manifest["new"] == 5
    edit(db, made["toads"], count_min=13, count_max=14)
    edit(db, made["palmate"], comments="revu")
    edit(db, made["more"], id_nomenclature_sex="1")
    records.delete(db, made["crested"].uid, "supprimer")
    fresh = [visit(made["pond"], made["who"], made["dataset"], f"2026-04-{day}") for day in (10, 11)]
    lines = [seen(fresh[0], PALMATE, 1), seen(fresh[1], PALMATE, 2), seen(fresh[1], CRESTED, 1)]
    records.save(db, [*fresh, *lines], "deux passages")
    made_since = hand_on(db, form, to, out / "deux.csv", since_last=True)
    told = {name: made_since.manifest[name] for name in ("new", "corrected", "withdrawn", "rows")}
    assert told == {"new": 3, "corrected": 3, "withdrawn": 1, "rows": 6}
    edited = {made[name].uid for name in ("toads", "palmate", "more")}
    column = IDENTITY[form]
    found = {row[column] for row in rows(out / "deux.csv")}
    assert found == edited | {line.uid for line in lines}
    corrections = rows(out / "deux.csv.corrections.csv")
    assert {row["identifiant"] for row in corrections} == edited
    assert {row["fichier"] for row in corrections} == {"un.csv"}
    what = {row["identifiant"]: row["corrigé"] for row in corrections}
    assert what[made["palmate"].uid] == "Remarque"
    assert what[made["toads"].uid] == "Nombre maximum, Nombre minimum"
    assert [(row["identifiant"], row["pourquoi"]) for row in rows(out / "deux.csv.retraits.csv")] == [
        (made["crested"].uid, "supprimée")
    ]
    nothing = hand_on(db, form, to, out / "trois.csv", since_last=True).manifest
    assert [nothing[name] for name in ("new", "corrected", "withdrawn", "rows")] == [0, 0, 0, 0]
    assert nothing["previous"]["file"] == "deux.csv"


def of_archive(path: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode()), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_what_the_recipient_knows_already_cannot_be_taken_for_an_absence(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db, sees_sensitive=True)
    hand_on(db, "dwca", to, out / "1.zip")
    claimed = {
        row["eventID"]: row["isTaxonomicScopeFullyReported"] for row in of_archive(out / "1.zip", "humboldt.txt")
    }
    assert set(claimed.values()) == {"true"}
    edit(db, made["toads"], comments="recompté")
    hand_on(db, "dwca", to, out / "2.zip", since_last=True)
    assert [row["occurrenceID"] for row in of_archive(out / "2.zip", "occurrence.txt")] == [made["toads"].uid]
    told = of_archive(out / "2.zip", "humboldt.txt")
    assert {row["eventID"] for row in told} < set(claimed)
    assert [row["isTaxonomicScopeFullyReported"] for row in told] == ["false", "false"]


def test_an_archive_says_who_hands_it_over_on_which_day_and_what_may_be_done_with_it(tmp_path: Path, out: Path) -> None:
    author = Author("who", "laptop")
    with open_for_use(tmp_path / "mine.db", protocols.installed(), author) as db:
        made = season(db)
        someone = Record("who", "directory", "person", None, {"name": "PETIT Anne", "organisation": "CPIE Exemple"})
        records.save(db, [someone], "moi")
        to = recipient(db)
        told = hand_on(db, "dwca", to, out / "1.zip").manifest
        eml = eml_of(out / "1.zip")
        assert eml.findtext("dataset/creator/organizationName") == "CPIE Exemple"
        assert eml.findtext("dataset/pubDate") == told["made_on"]
        assert "non précisée" in eml.findtext("dataset/intellectualRights/para", "")
        edit(db, made["dataset"], licence="CC-BY-4.0")
        hand_on(db, "dwca", to, out / "2.zip")
        link = eml_of(out / "2.zip").find("dataset/intellectualRights/para/ulink")
        assert link is not None
        assert link.get("url") == "http://creativecommons.org/licenses/by/4.0/legalcode"
        assert {row["license"] for row in of_archive(out / "2.zip", "event.txt")} == {"CC-BY-4.0"}


def test_datasets_of_different_licences_give_the_file_none(db: Database, out: Path) -> None:
    made = season(db)
    edit(db, made["dataset"], licence="CC-BY-4.0")
    records.save(db, [Record("d2", "directory", "dataset", None, {"name": "Autre", "licence": "CC0-1.0"})], "jeu")
    to = recipient(db)
    hand_on(db, "dwca", to, out / "1.zip")
    assert {row["license"] for row in of_archive(out / "1.zip", "event.txt")} == {""}
    hand_on(db, "dwca", to, out / "2.zip", dataset_uuid=DATASET)
    assert {row["license"] for row in of_archive(out / "2.zip", "event.txt")} == {"CC-BY-4.0"}


def eml_of(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read("eml.xml"))


def test_an_edit_of_the_visit_corrects_all_its_rows(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    hand_on(db, "csv", to, out / "un.csv")
    edit(db, made["visit"], visit_date_min="2026-03-13")
    told = hand_on(db, "csv", to, out / "deux.csv", since_last=True).manifest
    assert (told["new"], told["corrected"], told["withdrawn"]) == (0, 3, 0)
    assert {row["corrigé"] for row in rows(out / "deux.csv.corrections.csv")} == {"Date"}


def test_what_comes_back_after_it_was_withdrawn_is_new_again(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    hand_on(db, "csv", to, out / "1.csv")
    records.delete(db, made["crested"].uid, "supprimer")
    assert hand_on(db, "csv", to, out / "2.csv", since_last=True).manifest["withdrawn"] == 1
    changes.undo(db)
    told = hand_on(db, "csv", to, out / "3.csv", since_last=True).manifest
    assert (told["new"], told["corrected"], told["withdrawn"]) == (1, 0, 0)


def test_a_species_that_became_sensitive_is_taken_back_and_told_vaguely(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    hand_on(db, "csv", to, out / "1.csv")
    sensitive(db, CRESTED, "2")
    told = hand_on(db, "csv", to, out / "2.csv", since_last=True).manifest
    assert made["crested"].uid in {row["identifiant"] for row in rows(out / "2.csv.retraits.csv")}
    assert told["blurred"]["cell"]["rows"] == 1


def test_the_batches_of_one_recipient_and_format_are_not_those_of_another(db: Database, out: Path) -> None:
    season(db)
    one, two = recipient(db, "Un"), recipient(db, "Deux")
    hand_on(db, "csv", one, out / "un.csv")
    with pytest.raises(BatchError, match="Rien n’a encore été envoyé à « Deux »"):
        hand_on(db, "csv", two, out / "deux.csv", since_last=True)
    with pytest.raises(BatchError, match="dans ce format"):
        hand_on(db, "xlsx", one, out / "deux.xlsx", since_last=True)
    with pytest.raises(BatchError, match="connu que par destinataire"):
        batch.make(db, Request("csv", ponds(), since_last=True), out / "deux.csv")


def test_what_changed_is_of_the_data_that_were_asked_for_before(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    hand_on(db, "csv", to, out / "1.csv", ponds(places=frozenset({made["pond"].uid})))
    edit(db, made["toads"], count_min=1, count_max=1)
    edit(db, made["crested"], count_min=1, count_max=1)
    again = batch.make(db, Request("csv", recipient=to, since_last=True), out / "2.csv")
    assert again.manifest["corrected"] == 1
    assert again.manifest["filter"] == f"POP Amphibiens · {POND}"
    with pytest.raises(BatchError, match="ne portait sur ces données"):
        hand_on(db, "csv", to, out / "3.csv", since_last=True)


def test_two_requests_of_one_recipient_go_on_each_from_its_own_last_batch(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    alytes = ponds(taxa=frozenset({ALYTES}))
    hand_on(db, "csv", to, out / "tout.csv")
    hand_on(db, "csv", to, out / "alytes.csv", alytes)
    edit(db, made["toads"], count_min=1, count_max=1)
    edit(db, made["palmate"], count_min=1, count_max=1)
    whole = hand_on(db, "csv", to, out / "tout2.csv", since_last=True).manifest
    assert (whole["corrected"], whole["previous"]["file"]) == (2, "tout.csv")
    some = hand_on(db, "csv", to, out / "alytes2.csv", alytes, since_last=True).manifest
    assert (some["corrected"], some["previous"]["file"]) == (1, "alytes.csv")


def test_what_changed_is_told_with_the_precision_and_the_dataset_of_the_batch_before(db: Database, out: Path) -> None:
    season(db)
    to = recipient(db)
    hand_on(db, "csv", to, out / "1.csv", precision="commune", dataset_uuid=OTHER_DATASET)
    same = hand_on(db, "csv", to, out / "2.csv", since_last=True).manifest
    assert [same[name] for name in ("precision", "new", "corrected", "withdrawn")] == ["commune", 0, 0, 0]
    with pytest.raises(BatchError, match="moins exactement"):
        hand_on(db, "csv", to, out / "3.csv", precision="exact", since_last=True)
    assert hand_on(db, "csv", to, out / "3.csv", precision="cell", since_last=True).manifest["precision"] == "cell"
    parc = recipient(db, "Parc")
    hand_on(db, "csv", parc, out / "4.csv", precision="commune")
    stored = records.get(db, parc)
    assert stored is not None
    edit(db, stored, precision="cell")
    assert hand_on(db, "csv", parc, out / "5.csv", since_last=True).manifest["precision"] == "cell"


def test_only_what_reaches_a_row_corrects_it(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    for form in ("sinp", "csv", "dwca"):
        hand_on(db, form, to, out / f"1.{form}", dataset_uuid=DATASET)
    maps.lay(db, "protected", [("X", "Zone", 2.0, 50.0, 3.5, 51.0)])

    def corrected(form: str, dataset: str | None = None) -> int:
        told = hand_on(db, form, to, out / f"2.{form}", dataset_uuid=dataset, since_last=True).manifest
        return int(told["corrected"])

    assert [corrected(form) for form in ("sinp", "csv", "dwca")] == [0, 5, 5]
    assert corrected("sinp", OTHER_DATASET) == 5
    edit(db, made["dataset"], licence="CC0-1.0")
    assert [corrected(form) for form in ("csv", "dwca")] == [0, 5]
    edit(db, made["dataset"], licence="CC-BY-4.0")
    edit(db, made["who"], email="claire@example.org")
    assert corrected("csv") == 0


def test_a_season_that_is_told_in_rows_of_its_own_corrects_those_of_its_visits(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    for form in ("dwca", "monitoring"):
        hand_on(db, form, to, out / f"1.{form}")
    edit(db, made["group"], id_inventor=None, comments="revu")
    told = {form: hand_on(db, form, to, out / f"2.{form}", since_last=True).manifest for form in ("dwca", "monitoring")}
    assert {form: one["corrected"] for form, one in told.items()} == {"dwca": 5, "monitoring": 0}


def test_a_whole_batch_takes_the_lists_of_the_file_away_in_whose_place_it_stands(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    hand_on(db, "csv", to, out / "1.csv")
    edit(db, made["toads"], count_min=1, count_max=1)
    hand_on(db, "csv", to, out / "2.csv", since_last=True)
    assert {"2.csv.corrections.csv", "2.csv.retraits.csv"} < set(names(out))
    hand_on(db, "csv", to, out / "2.csv")
    assert names(out) == [
        "1.csv", "1.csv.manifest.json", "1.dictionnaire.csv", "2.csv", "2.csv.manifest.json", "2.dictionnaire.csv",
    ]  # fmt: skip


def test_a_common_format_has_no_layouts(db: Database, out: Path) -> None:
    season(db)
    with pytest.raises(BatchError, match="pas de variantes"):
        batch.make(db, Request("csv", ponds(), layout="autre"), out / "a.csv")


@pytest.mark.parametrize("change", ["DELETE FROM batch_piece WHERE number = {last}", "UPDATE batch_piece SET data = "
    "(SELECT data FROM batch_piece WHERE number = {last} - 1) WHERE number = {last}"])  # fmt: skip
def test_a_file_beside_that_is_not_whole_is_not_sent_again_either(db: Database, out: Path, change: str) -> None:
    season(db)
    delivery = hand_on(db, "csv", recipient(db), out / "1.csv").delivery
    with db.transaction() as connection:
        connection.execute(change.format(last="(SELECT max(number) FROM batch_piece)"))
    before = names(out)
    with pytest.raises(BatchError, match="n’est plus celui qui est parti"):
        batch_again.resend(db, delivery, out / "2.csv")
    assert names(out) == before


def test_the_rules_that_were_applied_are_said_before_and_in_the_manifest(db: Database, out: Path) -> None:
    season(db)
    sensitive(db, CRESTED, "2")
    sensitivities.replace_list(db, "DREAL 2024", [(ALYTES, "34", 3), (PALMATE, "34", 1)])
    rules = {"DREAL 2024": 2, "règles de l’association": 1}
    to = recipient(db)
    assert batch.preview(db, Request("csv", ponds(), to)).rules == rules
    assert hand_on(db, "csv", to, out / "a.csv").manifest["sensitivity"] == rules
    all_ = recipient(db, "Parc", sees_sensitive=True)
    assert hand_on(db, "csv", all_, out / "b.csv").manifest["sensitivity"] == {}


def test_the_key_of_the_first_blurred_batch_becomes_that_of_all_laptops(
    db: Database, out: Path, tmp_path: Path
) -> None:
    season(db)
    to = recipient(db)
    own = sensitivities.key(db)
    hand_on(db, "csv", to, out / "exact.csv")
    assert records.get(db, sensitivities.KEY_UID) is None
    sensitive(db, CRESTED, "2")
    hand_on(db, "csv", to, out / "flou.csv")
    shared = records.get(db, sensitivities.KEY_UID)
    assert shared is not None
    assert bytes.fromhex(str(shared.data["value"])) == own
    hand_on(db, "csv", to, out / "encore.csv")
    changes.undo(db)
    assert records.get(db, sensitivities.KEY_UID) == shared
    with open_for_use(tmp_path / "autre.db", protocols.installed()) as other:
        assert sensitivities.key(other) != own
        records.save(other, [Record(shared.uid, "directory", "key", None, shared.data)], "reçu")
        assert sensitivities.key(other) == own
        assert sensitivities.new_key(other) is None


def test_a_delivery_of_another_computer_is_known_but_not_sent_again(db: Database, out: Path, tmp_path: Path) -> None:
    season(db)
    to = recipient(db)
    delivery = hand_on(db, "csv", to, out / "1.csv").delivery
    copy = tmp_path / "autre" / "fieldapp.db"
    copy.parent.mkdir()
    db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(db.path, copy)
    with open_for_use(copy, protocols.installed()) as elsewhere:
        with elsewhere.transaction() as connection:  # what syncing brings: the register, not the frozen files
            for table in ("batch_item", "batch_piece", "batch"):
                connection.execute(f"DELETE FROM {table}")
        with pytest.raises(BatchError, match="sur un autre ordinateur"):
            batch_again.resend(elsewhere, delivery, out / "2.csv")
        with pytest.raises(BatchError, match="sur un autre ordinateur"):
            hand_on(elsewhere, "csv", to, out / "2.csv", since_last=True)


def test_the_layout_of_a_protocols_own_file_is_asked_whole_years_only(db: Database, out: Path) -> None:
    made = season(db)
    to = recipient(db)
    year = ponds(first_on="2026-01-01", last_on="2026-12-31")
    assert hand_on(db, "shf", to, out / "a.csv", year).manifest["filter"] == "POP Amphibiens · 2026"
    for chosen in (ponds(places=frozenset({made["pond"].uid})), ponds(first_on="2026-02-01")):
        with pytest.raises(BatchError, match="une année entière"):
            hand_on(db, "shf", to, out / "b.csv", chosen)
    with pytest.raises(BatchError, match="s’envoie toujours en entier"):
        hand_on(db, "shf", to, out / "b.csv", since_last=True)


# ----------------------------------------------------------------------------------------------------- beforehand


def test_what_a_file_would_hold_is_known_before_it_is_written(db: Database, out: Path) -> None:
    made = season(db)
    records.save(db, [seen(made["visit"], ALYTES, 1, sex="2")], "de plus")
    sensitive(db, CRESTED, "2")
    sensitive(db, PALMATE, "4")
    to = recipient(db)
    found = batch.preview(db, Request("csv", ponds(), to))
    assert (found.rows, found.taxa, found.first_on, found.last_on) == (4, 2, "2026-03-01", "2026-03-31")
    assert (found.blurred, found.sensitive) == ({"cell": 1}, {"Triton crêté": 1})
    assert found.withheld == {"Triton palmé": 2}
    assert list(found.left_out.values()) == [2]
    assert hand_on(db, "csv", to, out / "a.csv").manifest["rows"] == found.rows
    edit(db, made["toads"], count_min=1, count_max=1)
    since = batch.preview(db, Request("csv", recipient=to, since_last=True))
    assert (since.rows, since.new, since.corrected, since.withdrawn) == (1, 0, 1, 0)
    assert since.since == since.since[:10] != ""
    assert len(batches.deliveries(db)) == 1
    with pytest.raises(BatchError, match="position exacte"):
        batch.preview(db, Request("shf", ponds(), to))


def test_a_visit_of_which_nothing_can_be_told_is_counted_with_the_reason(db: Database, out: Path) -> None:
    made = season(db)
    edit(db, made["secret_visit"], visit_date_min="2026-02-31")
    to = recipient(db)
    beforehand = batch.preview(db, Request("csv", ponds(), to))
    told = hand_on(db, "csv", to, out / "a.csv").manifest
    assert told["rows"] == 3
    assert "date" in told["left_out"][0]["reason"]
    assert {one["reason"]: one["count"] for one in told["left_out"]} == beforehand.left_out


# --------------------------------------------------------------------------------------------- what no row tells of


@pytest.mark.parametrize("form", ["sinp", "csv", "dwca", "monitoring"])
def test_lines_that_nothing_is_told_of_are_counted_in_the_manifest(db: Database, out: Path, form: str) -> None:
    made = season(db)
    shut = visit(made["pond"], made["who"], made["dataset"], "2026-04-02")
    shut = with_data(shut, schema.VISIT, {**shut.data, "accessibility": "Non"})
    nameless = seen(made["visit"], ALYTES, 1)
    nameless = with_data(nameless, schema.OBSERVATION, {**nameless.data, "cd_nom": None})
    records.save(db, [shut, seen(shut, ALYTES, 1), seen(shut, PALMATE, 1), nameless], "de plus")
    told = hand_on(db, form, recipient(db), out / "a.csv").manifest
    found = {one["reason"]: one["count"] for one in told["left_out"]}
    assert sorted(found.values()) == [1, 2]
    assert [
        words for words in ("personne n’y a regardé", "sans espèce") if not any(words in one for one in found)
    ] == []
    assert list(batch.preview(db, Request(form, ponds())).left_out.values()) == [2, 1]


@pytest.mark.parametrize(("form", "count"), [("sinp", 4), ("monitoring", 4), ("csv", 5)])
def test_what_was_found_invalid_is_told_only_where_the_file_can_say_so(
    db: Database, out: Path, form: str, count: int
) -> None:
    made = season(db)
    toads = records.get(db, made["toads"].uid)
    assert toads is not None
    said = review.validated(toads, "4", by="MARTIN Claire", at="2026-05-01T10:00:00.000Z")
    records.save(db, [with_review(toads, schema.OBSERVATION, said)], "validation")
    told = hand_on(db, form, recipient(db), out / "a.csv").manifest
    assert told["rows"] == count
    assert ["invalide" in one["reason"] for one in told["left_out"]] == [True] * (5 - count)
    asked = ponds(levels=frozenset({"4"}))
    assert hand_on(db, form, recipient(db), out / "b.csv", selection=asked).manifest["rows"] == 1
