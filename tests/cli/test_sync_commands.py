"""The commands that exchange, with a hub in a process of its own, and two laptops with a data folder each."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.__main__ import main
from fieldapp.cli import command_line, sync_commands, sync_line
from fieldapp.core import paths
from fieldapp.core.record import with_data
from fieldapp.store import instance, records
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.sync import engine, job
from fieldapp.sync.errors import HubUnreachableError

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = (
    ("shf", "demo/pop_2020_standard.csv"),
    ("crbpo", "demo/banding_2020_crbpo.csv"),
    ("barrier", "demo/barrier_vimy_2005_2020.csv"),
)
SUMMARIES = (
    ("summary", "pop-amphibiens", "--json"),
    ("summary", "banding", "--json"),
    ("summary", "barrier", "--site", "Mare Jules Ferry, Vimy", "--json"),
)


@dataclass
class Laptop:
    """A laptop: a folder of its own, and a database there; `is_apart` runs each command in a process of its own."""

    home: Path
    is_apart: bool = False

    @property
    def database(self) -> Path:
        return self.home / "data" / "fieldapp.db"

    def run(self, *words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        way = run if self.is_apart else run_here
        done = way(self.home, *words, "--database", self.database)
        assert "Traceback" not in done.stderr
        assert done.returncode == code, done.stderr
        return done

    def told(self, *words: object) -> Any:
        return json.loads(self.run(*words, "--json").stdout)


def run(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fieldapp", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, paths.HOME_VARIABLE: str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def run_here(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Do the same in this process."""
    argv = [str(word) for word in words]
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.setenv(paths.HOME_VARIABLE, str(home))
        code = main(argv)
    return subprocess.CompletedProcess(argv, code, out.getvalue(), err.getvalue())


@dataclass
class Hub:
    """A hub in a process of its own."""

    folder: Path
    address: str

    def code(self, role: str = "coordinator", project: str = "association") -> str:
        words = ("hub", "invite", "--role", role, "--project", project, "--json")
        done = run_here(self.folder, *words, "--database", self.folder / "hub.db")
        return str(json.loads(done.stdout)["code"])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    serving = subprocess.Popen(
        [sys.executable, "-m", "fieldapp", "hub", "serve", "--port", "0", "--database", str(folder / "hub.db")],
        cwd=ROOT,
        env={**os.environ, paths.HOME_VARIABLE: str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert serving.stdout is not None
    try:
        yield Hub(folder, serving.stdout.readline().split()[-1])
    finally:
        serving.terminate()
        serving.wait(30)
        serving.stdout.close()


@pytest.fixture
def laptops(tmp_path: Path) -> tuple[Laptop, Laptop]:
    return Laptop(tmp_path / "a"), Laptop(tmp_path / "b")


def edit(laptop: Laptop, who: str, **values: object) -> None:
    """Change the first aire of a laptop."""
    with open_for_use(laptop.database, protocols.installed(), Author(who, laptop.home.name)) as db:
        first = records.roots(db, "pop_amphibiens", "sites_group")[0]
        entity = db.protocols["pop_amphibiens"].entity("sites_group")
        records.save(db, [with_data(first, entity, {**first.data, **values})], "Aire corrigée")


def test_two_laptops_enrol_and_have_the_three_samples_on_both(hub: Hub, laptops: tuple[Laptop, Laptop]) -> None:
    a, b = (Laptop(one.home, is_apart=True) for one in laptops)
    for one, name in ((a, "Asus"), (b, "Dell")):
        told = one.told("join", hub.address, hub.code(), "--name", name)
        assert (told["name"], told["role"], len(told["check"])) == ("association", "coordinator", 6)
    for one, (kind, sample) in zip((a, a, b), SAMPLES, strict=True):
        one.run("import", kind, paths.resource(sample))
    assert a.run("sync").stdout.endswith("envoyés, reçus, identiques.\n")
    told = b.told("sync")
    assert set(told) >= {"sent", "received", "merged", "conflicts", "refused", "receipts", "photos_sent"}
    assert (told["conflicts"], told["refused"], told["different"], told["waiting"]) == (0, 0, 0, 0)
    assert told["sent"] > 0
    assert told["received"] > 0
    assert a.told("sync")["received"] > 0
    again = a.told("sync")
    assert (again["sent"], again["received"]) == (0, 0)
    assert a.run("sync").stdout == "Tout est à jour : rien à envoyer, rien de nouveau.\n"
    for words in SUMMARIES:
        assert a.run(*words).stdout == b.run(*words).stdout
    found = [one.run("check").stdout.partition(" : ")[2] for one in (a, b)]
    assert found[0] == found[1]
    assert "Tout est en ordre." in found[0]


def test_a_disagreement_is_found_by_both_and_told_with_both_values(hub: Hub, laptops: tuple[Laptop, Laptop]) -> None:
    a, b = laptops
    for one in laptops:
        one.run("join", hub.address, hub.code())
    a.run("import", "shf", paths.resource(SAMPLES[0][1]))
    a.run("sync")
    b.run("sync")
    assert a.run("conflicts").stdout == "Aucun désaccord : rien à relire.\n"
    assert a.told("conflicts") == []
    edit(a, "Anne", comments="Accès par le nord")
    edit(b, "Bruno", comments="Accès par le sud")
    a.run("sync")
    assert b.told("sync")["conflicts"] == 1
    assert "1 à relire" in a.run("sync").stdout
    for one in laptops:
        (told,) = one.told("conflicts")
        assert (told["field"], told["protocol"], told["entity"]) == ("comments", "pop_amphibiens", "sites_group")
        assert {(version["label"], version["who"]) for version in told["versions"]} == {
            ("Accès par le nord", "Anne"),
            ("Accès par le sud", "Bruno"),
        }
        words = one.run("conflicts").stdout
        assert "Accès par le sud (Bruno, " in words
        assert told["place"] in words


def test_a_laptop_without_a_network_hands_over_a_file_and_gets_its_receipt(
    hub: Hub, laptops: tuple[Laptop, Laptop], tmp_path: Path
) -> None:
    a, b = laptops
    stick = tmp_path / "stick.fieldbatch"
    a.run("import", "shf", paths.resource(SAMPLES[0][1]))
    told = a.told("batch", "export", stick)
    assert told["changes"] > 0
    b.run("join", hub.address, hub.code(project="sans réseau"))
    assert b.told("batch", "import", stick)["received"] == told["changes"]
    assert b.run("batch", "import", stick).stdout.startswith("Déjà lu le ")
    assert b.told("sync")["sent"] == told["changes"]
    back = tmp_path / "back.fieldbatch"
    b.run("batch", "export", back)
    assert f"{told['visits']} passages reçus, identiques." in a.run("batch", "import", back).stdout
    assert "C’est notre propre envoi" in a.run("batch", "import", stick).stdout
    empty = tmp_path / "empty.fieldbatch"
    assert "Aucune saisie nouvelle." in b.run("batch", "export", "--since-last", empty).stdout
    b.run("batch", "import", a.told("batch", "export", "--since-last", tmp_path)["path"])
    assert "rien de nouveau" in b.run("batch", "export", "--since-last", tmp_path / "x.fieldbatch", code=1).stderr
    assert a.run(*SUMMARIES[0]).stdout == b.run(*SUMMARIES[0]).stdout


def test_a_database_that_is_open_in_the_window_is_exchanged_too(hub: Hub, laptops: tuple[Laptop, Laptop]) -> None:
    one = laptops[0]
    one.run("join", hub.address, hub.code())
    with instance.hold(one.database):
        edit_free = one.told("sync")
    assert edit_free["refused"] == 0


def test_who_has_left_exchanges_nothing_until_it_joins_again(hub: Hub, laptops: tuple[Laptop, Laptop]) -> None:
    one = laptops[0]
    one.run("join", hub.address, hub.code())
    assert "association" in one.run("leave").stdout
    assert "n’a rejoint aucun serveur" in one.run("sync", code=1).stderr
    assert "n’a rejoint aucun serveur" in one.run("leave", code=1).stderr
    one.run("join", hub.address, hub.code())
    one.run("sync")


def test_what_can_not_be_done_is_one_sentence(hub: Hub, laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    one = laptops[0]
    assert "Il n’y a pas de base" in one.run("sync", code=1).stderr
    assert "ne se laisse pas lire" in one.run("batch", "import", tmp_path / "absent.fieldbatch", code=1).stderr
    assert not one.database.exists()
    assert "refuse ce code" in one.run("join", hub.address, "AAAA-AAAA", code=1).stderr
    assert "n’est pas protégée" in one.run("join", "http://hub.example.org", "AAAA-AAAA", code=1).stderr


def test_a_hub_that_is_not_there_is_told_and_nothing_is_lost(
    hub: Hub, laptops: tuple[Laptop, Laptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = laptops[0]
    one.run("join", hub.address, hub.code())
    with open_for_use(one.database, protocols.installed()) as db, db.transaction() as connection:
        connection.execute("UPDATE peer SET address = 'http://127.0.0.1:1'")
    done = one.run("sync", code=1)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    monkeypatch.setenv(paths.HOME_VARIABLE, str(one.home))
    monkeypatch.setattr(job, "WAIT_S", 0.0)
    with pytest.raises(HubUnreachableError):
        sync_commands.sync(one.database, as_json=True)


def test_a_question_names_the_option_that_answers_it(
    hub: Hub, laptops: tuple[Laptop, Laptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = laptops[0]
    one.run("join", hub.address, hub.code())
    monkeypatch.setenv(paths.HOME_VARIABLE, str(one.home))
    given: list[frozenset[str]] = []

    def ask(*_args: object, consents: frozenset[str]) -> job.Report:
        given.append(consents)
        if not consents:
            raise job.ConsentError("Beaucoup change.", job.MASS_CHANGE)
        return job.Report()

    monkeypatch.setattr(engine, "run", ask)
    with pytest.raises(job.ConsentError, match=r"Beaucoup change\. .*--accept mass_change"):
        command_line.run(["sync", "--database", str(one.database)])
    assert command_line.run(["sync", "--database", str(one.database), "--accept", "mass_change"]) == 0
    assert given == [frozenset(), frozenset({"mass_change"})]


def test_what_can_be_accepted_is_what_the_engine_asks() -> None:
    assert set(sync_line.CONSENTS) == {job.ALL_AGAIN, job.MASS_CHANGE, job.MASS_DELETION}
