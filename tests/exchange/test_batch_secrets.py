"""What a recipient may not know stands in no byte of what they get."""

import csv
import io
import logging
import signal
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyproj
import pytest

from fieldapp.core import paths
from fieldapp.core.errors import BatchError
from fieldapp.core.record import with_data
from fieldapp.exchange import batch, formats
from fieldapp.exchange.batch_request import Request
from fieldapp.protocols.pop_amphibiens import schema
from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.exchange.handing_on import (
    CRESTED,
    DATASET,
    POND,
    POSITION,
    SECRET_POND,
    SECRET_POSITION,
    edit,
    hand_on,
    ponds,
    recipient,
    rows,
    season,
    seen,
    sensitive,
    visit,
)

FORMATS = ("sinp", "csv", "xlsx", "gpkg", "dwca")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each file of a folder, and what is packed in it, with a name to tell it by."""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        yield path.name, data
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    yield f"{path.name}/{name}", packed.read(name)


def notations(position: tuple[float, float]) -> Iterator[bytes]:
    """Yield the ways in which a position in degrees may be written, in degrees and in Lambert-93."""
    metres = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True).transform(*position)
    for value, shortest in ((position[0], 5), (position[1], 6)):
        text = f"{value:.7f}"
        for number in range(shortest, len(text) + 1):
            yield text[:number].encode()
            yield text[:number].replace(".", ",").encode()
        yield text.replace(".", "").encode()
        yield from (f"{value:.{number}f}".encode() for number in range(4, 8))
    for value in metres:
        yield f"{value:.0f}".encode()
        yield f"{value:.1f}".replace(".", ",").encode()
    for value in (*position, *metres):
        yield struct.pack("<d", value)
        yield struct.pack(">d", value)
        yield struct.pack("<d", round(value, 2))
    degrees = position
    for order in "<>":
        yield struct.pack(f"{order}2f", *degrees)


def found(folder: Path, secrets: list[bytes]) -> list[tuple[str, bytes, bytes]]:
    """Return where a secret stands: the file, the secret, what is around it."""
    return [
        (name, secret, data[max(0, data.find(secret) - 20) : data.find(secret) + 30])
        for name, data in contents(folder)
        for secret in secrets
        if secret in data
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for what leaves."""
    made = tmp_path / "out"
    made.mkdir()
    return made


def test_the_search_finds_what_is_told(db: Database, folder: Path) -> None:
    season(db)
    to = recipient(db)
    for form in FORMATS:
        hand_on(db, form, to, folder / f"file{formats.formats(db.protocols)[form].ending}", dataset_uuid=DATASET)
        secrets = [POND.encode(), *notations(POSITION)]
        told = {secret for _name, secret, _around in found(folder, secrets)}
        assert POND.encode() in told or form == "sinp", form
        assert told & set(secrets[1:]), form
        for path in folder.iterdir():
            path.unlink()


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_leads_to_the_place_of_a_sensitive_species(
    db: Database, folder: Path, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = season(db)
    records.delete(db, made["others"].uid, "rien d’autre n’y vit")
    sensitive(db, CRESTED, "2")
    to = recipient(db)
    ending = formats.formats(db.protocols)[form].ending
    with caplog.at_level(logging.DEBUG):
        hand_on(db, form, to, folder / f"un{ending}", dataset_uuid=DATASET)
        later = visit(made["secret"], made["who"], made["dataset"], "2026-04-02", comments=SECRET_POND)
        records.save(db, [later, seen(later, CRESTED, 9)], "de plus")
        edit(db, made["crested"], count_min=5, count_max=6)
        since = hand_on(db, form, to, folder / f"deux{ending}", dataset_uuid=DATASET, since_last=True)
        secret = ponds(places=frozenset({made["secret"].uid}))
        only = hand_on(db, form, to, folder / f"trois{ending}", secret, dataset_uuid=DATASET)
    assert (since.manifest["new"], since.manifest["corrected"]) == (1, 1)
    assert only.manifest["rows"] == 2
    uids = [made[name].uid.encode() for name in ("secret", "secret_visit", "crested")] + [later.uid.encode()]
    secrets = [SECRET_POND.encode(), b"Fontaine", b"rive nord", *uids, *notations(SECRET_POSITION)]
    assert found(folder, secrets) == []
    assert not any(secret in caplog.text.encode() for secret in secrets)


@pytest.mark.parametrize("precision", ["commune", "cell"])
@pytest.mark.parametrize("form", FORMATS)
def test_nothing_leads_to_any_place_where_none_may_be_told_exactly(
    db: Database, folder: Path, form: str, precision: str
) -> None:
    made = season(db)
    to = recipient(db, precision=precision)
    ending = formats.formats(db.protocols)[form].ending
    done = hand_on(db, form, to, folder / f"un{ending}", dataset_uuid=DATASET)
    assert done.manifest["rows"] == 5
    uids = [made[name].uid.encode() for name in ("pond", "secret", "visit", "secret_visit", "group")]
    names = [POND.encode(), SECRET_POND.encode(), b"sous la berge", b"Marais"]
    assert found(folder, [*names, *uids, *notations(POSITION), *notations(SECRET_POSITION)]) == []


def tables(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, or the occurrences of an archive with what is said of their events."""
    if not zipfile.is_zipfile(path):
        return rows(path)
    with zipfile.ZipFile(path) as packed:
        read = [
            list(csv.DictReader(io.StringIO(packed.read(name).decode()), delimiter="\t", quoting=csv.QUOTE_NONE))
            for name in ("event.txt", "occurrence.txt")
        ]
    events = {row["eventID"]: row for row in read[0]}
    return [events[row["eventID"]] | row for row in read[1]]


LINKS = {
    "sinp": ("id_releve", "uuid_releve", "id_origine", "uuid_perm_sinp", "date_debut", "date_fin", "observateurs",
             "determinateur", "heure_debut", "comment_releve", "validation_date"),
    "csv": ("identifiant", "identifiant_evenement", "evenement_parent", "date_debut", "date_fin", "observateurs",
            "organismes", "determinateur", "heure_debut", "lieu", "uuid_lieu", "commentaire_evenement"),
    "dwca": ("eventID", "parentEventID", "occurrenceID", "eventDate", "recordedBy", "identifiedBy", "locality",
             "locationID", "eventTime", "eventRemarks"),
}  # fmt: skip
"""Columns by which two rows of one visit could be brought together, as far as the format has them."""


@pytest.mark.parametrize("form", sorted(LINKS))
@pytest.mark.parametrize("beside", ["same visit", "only one that day"])
def test_a_hidden_row_shares_nothing_with_the_exact_rows_of_its_evening(
    db: Database, folder: Path, form: str, beside: str
) -> None:
    made = season(db)
    if beside == "same visit":
        records.save(db, [seen(made["visit"], CRESTED, 7, determiner=made["who"].uid)], "de plus")
        records.delete(db, made["secret_visit"].uid, "une seule visite ce jour-là")
    sensitive(db, CRESTED, "2")
    path = folder / f"un{formats.formats(db.protocols)[form].ending}"
    hand_on(db, form, recipient(db), path, dataset_uuid=DATASET)
    told = tables(path)
    of_crested = [row for row in told if str(CRESTED) in row.get("cd_nom", row.get("taxonID", ""))]
    exact = [row for row in told if row not in of_crested]
    assert len(of_crested) == 1
    assert len(exact) >= 3
    known = [name for name in LINKS[form] if name in told[0]]
    assert len(known) >= 5
    for name in known:
        shared = {row[name] for row in of_crested} & {row[name] for row in exact} - {""}
        assert not shared, name


@pytest.mark.parametrize("form", FORMATS)
def test_a_hidden_row_added_between_two_batches_changes_nothing_about_its_visit(
    db: Database, folder: Path, form: str
) -> None:
    made = season(db)
    sensitive(db, CRESTED, "2")
    to = recipient(db)
    ending = formats.formats(db.protocols)[form].ending
    edit(db, made["visit"], comments="nuit douce")
    nothing = visit(made["pond"], made["who"], made["dataset"], "2026-04-20", dry=True)
    records.save(db, [nothing], "à sec")
    hand_on(db, form, to, folder / f"un{ending}", dataset_uuid=DATASET)
    unfinished = seen(made["visit"], CRESTED, 7)
    kept = {name: value for name, value in unfinished.data.items() if name != "id_nomenclature_sex"}
    records.save(db, [with_data(unfinished, schema.OBSERVATION, kept), seen(nothing, CRESTED, 2)], "cachées")
    edit(db, made["visit"], comments="crêtés sous le saule")
    made_since = hand_on(db, form, to, folder / f"deux{ending}", dataset_uuid=DATASET, since_last=True)
    told = made_since.manifest
    # The absence that the dry pond told is told of its cell and its month, and is taken back there.
    assert (told["new"], told["corrected"], told["withdrawn"], told["rows"]) == (2, 0, 1, 2)
    assert {kind: one["rows"] for kind, one in told["blurred"].items()} == {"cell": 2}
    uids = [made[name].uid.encode() for name in ("visit", "pond", "toads", "palmate")] + [nothing.uid.encode()]
    later = [name for name in folder.iterdir() if name.name.startswith("deux")]
    for path in folder.iterdir():
        if path not in later:
            path.unlink()
    assert found(folder, [POND.encode(), b"saule", b"nuit douce", *uids, *notations(POSITION)]) == []


def test_a_hidden_pond_that_moves_and_is_renamed_says_so_in_no_list(db: Database, folder: Path) -> None:
    made = season(db)
    sensitive(db, CRESTED, "2")
    to = recipient(db)
    hand_on(db, "csv", to, folder / "un.csv")
    edit(db, made["secret"], longitude=SECRET_POSITION[0] + 0.0001, base_site_name="Autre nom")
    records.delete(db, made["others"].uid, "plus d’exacte")
    alone = hand_on(db, "csv", to, folder / "deux.csv", since_last=True).manifest
    assert (alone["new"], alone["corrected"], alone["withdrawn"]) == (0, 0, 1)
    edit(db, made["secret"], base_site_name="Encore un nom", latitude=SECRET_POSITION[1] + 0.0001)
    edit(db, made["secret_visit"], comments="vent")
    edit(db, made["crested"], count_min=9, count_max=9)
    hand_on(db, "csv", to, folder / "trois.csv", since_last=True)
    (corrected,) = rows(folder / "trois.csv.corrections.csv")
    assert corrected["corrigé"] == "Donnée revue"


def test_a_batch_that_is_killed_leaves_no_ledger_where_the_recipient_looks(db: Database, folder: Path) -> None:
    made = season(db)
    sensitive(db, CRESTED, "2")
    to = recipient(db)
    script = f"""
import os, signal
from pathlib import Path
from fieldapp import protocols
from fieldapp.exchange import batch, manifest
from fieldapp.exchange.batch_request import Request
from fieldapp.store.opening import open_for_use
manifest.write = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
with open_for_use(Path({str(db.path)!r}), protocols.installed()) as db:
    batch.make(db, Request("csv", recipient={to!r}), Path({str(folder / "un.csv")!r}))
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in left if path.name == "un.csv"] == ["un.csv"]
    secrets = [made[name].uid.encode() for name in ("crested", "secret")] + [SECRET_POND.encode()]
    # The pond of the exact toad is told by name: only the hidden row is looked for here.
    assert [(path.name, secret) for path in left for secret in secrets[:1] if secret in path.read_bytes()] == []
    ledgers = list(paths.cache_folder().rglob("ledger.db"))
    assert len(ledgers) == 1
    hand_on(db, "csv", to, folder / "un.csv")
    assert sorted(path.name for path in folder.iterdir()) == ["un.csv", "un.csv.manifest.json", "un.dictionnaire.csv"]
    assert list(paths.cache_folder().rglob("ledger.db")) == []


@pytest.mark.parametrize("form", ["shf", "pop-matrix"])
def test_a_protocols_own_file_is_refused_for_a_line_that_nothing_is_told_of_too(
    db: Database, folder: Path, form: str
) -> None:
    made = season(db)
    to = recipient(db)
    records.delete(db, made["crested"].uid, "plus de ligne dite")
    shut = visit(made["secret"], made["who"], made["dataset"], "2026-04-02")
    shut = with_data(shut, schema.VISIT, {**shut.data, "accessibility": "Non"})
    records.save(db, [shut, seen(shut, CRESTED, 9)], "mare fermée")
    form_of = Request(form, ponds(), to)
    before = batch.make(db, form_of, folder / "avant.csv").manifest
    assert before["records"] == 5  # four told, and the line of the pond that was shut
    assert before["taxa"] == 3
    sensitive(db, CRESTED, "2")
    for path in folder.iterdir():
        path.unlink()
    with pytest.raises(BatchError, match=r"espèces sensibles \(Triturus cristatus\)"):
        batch.make(db, form_of, folder / "refused")
    with pytest.raises(BatchError, match="espèces sensibles"):
        batch.preview(db, form_of)
    assert list(folder.iterdir()) == []
    allowed = Request(form, ponds(), recipient(db, "Parc", sees_sensitive=True))
    assert batch.make(db, allowed, folder / "parc.csv").manifest["records"] == 5


def test_every_format_is_searched_or_refuses(db: Database, folder: Path) -> None:
    made = season(db)
    records.save(db, [seen(made["visit"], CRESTED, 1)], "de plus")
    sensitive(db, CRESTED, "2")
    to = recipient(db)
    others = set(formats.formats(db.protocols)) - set(FORMATS)
    assert "monitoring" in others
    for form in others:
        of_protocol = formats.formats(db.protocols)[form].protocol
        if of_protocol in {"", schema.CODE} and form != "pop-matrix":
            with pytest.raises(BatchError, match="position exacte"):
                batch.make(db, Request(form, ponds(), to), folder / "refused")
        with pytest.raises(BatchError, match="position exacte"):
            batch.make(db, Request(form, recipient=to, precision="cell"), folder / "refused")
    assert list(folder.iterdir()) == []
