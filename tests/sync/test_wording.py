from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Choice, Entity, Field, Kind, StudyProtocol, Taxon, Values
from fieldapp.store import disputes, incoming, peers, records, taxa
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.disputes import Dispute, Version
from fieldapp.sync import wording
from fieldapp.sync.bundle import KNOWN, NEW, OWN, Confirmation, Exported, Imported
from fieldapp.sync.job import Report
from tests.store.ponds import no_taxa


def _name(values: Values) -> str:
    return str(values.get("name", ""))


SITE = Entity(
    "site",
    "Mare",
    "Mares",
    None,
    (
        Field("name", Kind.TEXT, "Nom"),
        Field("kind", Kind.CHOICE, "Type", choices=(Choice("p", "Prairie"), Choice("b", "Bois"))),
        Field("dry", Kind.BOOLEAN, "À sec"),
        Field("dug_on", Kind.DATE, "Creusée le"),
        Field("main", Kind.TAXON, "Espèce"),
        Field("near", Kind.LINKS, "Voisines", target="site"),
    ),
    _name,
)
VISIT = Entity("visit", "Passage", "Passages", "site", (Field("on", Kind.DATE, "Date"),), _name, date_field="on")
SEEN = Entity("seen", "Vu", "Vus", "visit", (Field("cd_nom", Kind.TAXON, "Espèce"),), _name, taxon_field="cd_nom")
MARES = StudyProtocol("mares", "1.0", "Suivi des mares", (SITE, VISIT, SEEN), {}, {}, no_taxa)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "base.db", [MARES], Author("Anne", "laptop-1")) as opened:
        taxa.install(
            opened, "mares", [Taxon(139, 139, "Triturus cristatus", nom_vern="Triton crêté"), Taxon(7, 7, "Rana")]
        )
        yield opened


def make(db: Database, entity: Entity, parent: Record | None = None, **data: object) -> Record:
    record = make_record("mares", entity, data, parent.uid if parent else None)
    records.save(db, [record], "saisie")
    return record


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report(), "Tout est à jour : rien à envoyer, rien de nouveau."),
        (
            Report(visits_sent=12, receipts=43, visits_received=31, people=3, conflicts=1),
            "12 passages envoyés, reçus, identiques ; 31 reçus de trois collègues ; 1 à relire.",
        ),
        (Report(visits_sent=1, receipts=1), "1 passage envoyé, reçu, identique."),
        (
            Report(visits_sent=2, receipts=1, unconfirmed=1, waiting=3),
            "2 passages envoyés ; 3 saisies attendent encore.",
        ),
        (Report(visits_sent=2, receipts=2, different=1), "2 passages envoyés ; 1 diffère du serveur."),
        (Report(visits_received=1, people=1), "1 reçu d’un collègue."),
        (Report(visits_received=4, people=40), "4 reçus de 40 collègues."),
        (Report(visits_received=4), "4 passages reçus."),
        (Report(sent=1, received=3), "1 modification envoyée ; 3 modifications reçues."),
        (Report(refused=2, waiting=2), "2 saisies refusées par le serveur."),
    ],
)
def test_a_sync_is_one_sentence(report: Report, words: str) -> None:
    assert wording.summary(report) == words


def test_a_written_file_is_told_with_its_figures(tmp_path: Path) -> None:
    done = Exported(tmp_path / "a.fieldbatch", new_uid(), 120, 12, 3, 5000, 1, ("Une photo manque.",))
    assert wording.exported_words(done) == [
        f"Envoi écrit et relu : {tmp_path / 'a.fieldbatch'}",
        "12 passages, 120 saisies, 3 photos.",
        "Il porte l’accusé de réception de 1 envoi.",
        "Une photo manque.",
    ]


def test_a_file_of_receipts_alone_says_that_it_brings_nothing_new(db: Database, tmp_path: Path) -> None:
    done = Exported(tmp_path / "a.fieldbatch", new_uid(), 0, 0, 0, 900, 2)
    assert wording.exported_words(done)[1:] == [
        "Aucune saisie nouvelle.",
        "Il porte les accusés de réception de 2 envois.",
    ]
    (read,) = wording.imported_words(db, Imported(tmp_path, NEW, "Asus", ""))
    assert read.endswith("Aucune saisie nouvelle.")


def test_a_file_that_was_read_is_told_by_what_it_was(db: Database, tmp_path: Path) -> None:
    at = "2026-11-21T12:00:00.000Z"
    path = tmp_path / "a.fieldbatch"
    new = Imported(path, NEW, "Asus", at, changes=9, received=7, visits=2, conflicts=1)
    first, second = wording.imported_words(db, new)
    assert first.startswith("Lu : envoi de « Asus » du 21/11/2026 ")
    assert first.endswith(". 2 passages, 7 saisies.")
    assert second == "1 désaccord à relire."
    (nothing,) = wording.imported_words(db, Imported(path, NEW, "Asus", at, changes=9))
    assert nothing.endswith("Tout était déjà là.")
    (known, photo) = wording.imported_words(db, Imported(path, KNOWN, "Asus", at, known_at=at, photos=1))
    assert known.startswith("Déjà lu le 21/11/2026")
    assert photo == "1 photo prise."
    (own,) = wording.imported_words(db, Imported(path, OWN, "Asus", at, known_at=at))
    assert own.startswith("C’est notre propre envoi du 21/11/2026")


def test_receipts_say_what_is_identical_and_name_what_differs(db: Database, tmp_path: Path) -> None:
    visit = make(db, VISIT, make(db, SITE, name="Mare des Prés"), on="2026-04-14")
    done = Imported(tmp_path, OWN, "Asus", "")
    done.confirmations = [
        Confirmation(new_uid(), "2026-11-21T12:00:00.000Z", 12, 0, ()),
        Confirmation(new_uid(), "2026-11-21T12:00:00.000Z", 1, 2, (visit.uid,)),
        Confirmation(new_uid(), "2026-11-21T12:00:00.000Z", 0, 0, (visit.uid,) * 7),
    ]
    _own, same, other, many = wording.imported_words(db, done)
    assert same.endswith("chez « Asus » : 12 passages reçus, identiques.")
    assert other.endswith(
        ": 1 passage reçu, identique ; 2 modifiés ici depuis ; 1 diffère : Mare des Prés › 14/04/2026."
    )
    assert "7 diffèrent : " in many
    assert many.count("Mare des Prés") == 5


def value(db: Database, record: Record, name: str, found: object) -> str:
    version = Version("", found)
    return wording.Names(db).value(Dispute(record, name, (version,), ""), version)


def test_values_are_told_as_people_know_them(db: Database) -> None:
    near = make(db, SITE, name="Mare du Bois")
    site = make(db, SITE, name="Mare")
    assert value(db, site, "kind", "p") == "Prairie"
    assert value(db, site, "kind", "autre") == "autre"
    assert value(db, site, "dry", True) == "oui"
    assert value(db, site, "dry", False) == "non"
    assert value(db, site, "dug_on", "1990-02-01") == "01/02/1990"
    assert value(db, site, "dug_on", "hier") == "hier"
    assert value(db, site, "main", 139) == "Triton crêté"
    assert value(db, site, "main", 7) == "Rana"
    assert value(db, site, "main", 8) == "8"
    assert value(db, site, "near", [near.uid, new_uid()]) == "Mare du Bois, (inconnu)"
    assert value(db, site, "name", None) == "—"
    assert value(db, site, "of_a_newer_program", 3) == "3"
    assert value(db, site, "_deleted", True) == "supprimé"
    assert value(db, site, "_deleted", False) == "gardé"
    assert value(db, site, "_parent", near.uid) == "Mare du Bois"


def test_a_place_is_told_from_the_root_down(db: Database) -> None:
    visit = make(db, VISIT, make(db, SITE, name="Mare"), on="2026-04-14")
    seen = make(db, SEEN, visit, cd_nom=139)
    assert wording.Names(db).place(seen.uid) == "Mare › 14/04/2026 › Triton crêté"
    assert wording.Names(db).place(new_uid()) == "(inconnu)"


def test_a_disagreement_shows_who_gave_which_value_when(db: Database) -> None:
    site = make(db, SITE, name="Mare", kind="p")
    peer = peers.add(db, peers.FILE, project="laptop-2", name="Asus")
    change = incoming.Incoming(
        new_uid(),
        site.uid,
        *("mares", "site", "1.0"),
        (str(db.value("SELECT uid FROM change")),),
        '{"kind":"p"}',
        '{"kind":"b"}',
        (new_uid(), "saisie", "", "laptop-2", "2026-11-20T12:00:00.000Z"),
    )
    records.save(db, [with_data(site, SITE, {"name": "Mare"})], "saisie")
    with db.transaction() as connection:
        incoming.take(db, connection, peer.id, [change])
    found = disputes.opened(db)
    head, *lines = wording.dispute_words(db, found)
    assert head == "Suivi des mares · Mare · Type"
    assert sorted(line.split("(")[0] for line in lines) == ["  Bois ", "  — "]
    assert any("(—, 20/11/2026" in line for line in lines)
    assert any("(Anne, " in line for line in lines)
    told = wording.dispute_as_json(db, found[0])
    assert (told["record"], told["field"], told["label"], told["place"]) == (site.uid, "kind", "Type", "Mare")
    assert {version["label"] for version in told["versions"]} == {"Bois", "—"}
    assert {version["device"] for version in told["versions"]} == {"laptop-1", "laptop-2"}
