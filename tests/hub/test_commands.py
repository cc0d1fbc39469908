"""The commands of the hub, typed as people type them; serving in processes of its own, on both kinds of database."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from fieldapp import __main__
from fieldapp.core import paths
from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts, commands
from fieldapp.hub.opening import open_storage
from fieldapp.sync import wire

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "hub.db")


def typed(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """Return what a command prints that does what it is asked."""
    code = __main__.main(["hub", *map(str, words)])
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    return said.out


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    code = __main__.main(["hub", *map(str, words)])
    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert "Traceback" not in said.err
    return said.err


def join(database: str, code: str, name: str = "Portable de Luc") -> wire.Joined:
    storage = open_storage(database)
    try:
        asked = wire.Join(code=code, token=wire.new_token(), device=new_uid(), name=name)
        return accounts.join(storage, asked, "192.0.2.1")
    finally:
        storage.close()


def invited(capsys: pytest.CaptureFixture[str], database: str, *words: str) -> str:
    told = json.loads(typed(capsys, "invite", "--role", "volunteer", "--database", database, "--json", *words))
    return str(told["code"])


# ------------------------------------------------------------------------------------- codes and devices


def test_an_invitation_in_json_is_a_code_that_lets_a_laptop_in(
    storage_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(
        typed(capsys, "invite", "--role", "leader", "--database", storage_url, "--project", "Les Mares", "--json")
    )
    assert set(told) == {"code", "project", "role", "expires_at"}
    said = join(storage_url, told["code"])
    assert (said.project_name, said.role) == ("Les Mares", "leader")


def test_an_invitation_to_some_protocols_shows_those_only(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = invited(capsys, file, "--protocol", "barrier", "--protocol", "banding")
    assert join(file, code).scope == ["pitfall_barrier", "banding"]


def test_an_invitation_says_how_to_use_it_and_draws_what_a_phone_can_read(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "https://hub.example.org"
    said = typed(capsys, "invite", "--role", "coordinator", "--database", file, "--url", url)
    code = said.splitlines()[0].removeprefix("Code : ")
    assert f"fieldapp join {url} {code}" in said
    assert "coordination" in said
    assert commands.drawing(commands.link(code, url)) in said
    assert join(file, code).role == "coordinator"
    said = typed(capsys, "invite", "--role", "volunteer", "--database", file)
    assert "navigateur" not in said
    assert "ADRESSE" in said


def test_the_drawing_holds_the_code_and_the_address_and_is_left_out_where_it_cannot_be_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = commands.link("ABCDE-12345", "https://hub.example.org/?a=b&c")
    assert parse_qs(urlsplit(link).query) == {"code": ["ABCDE-12345"], "url": ["https://hub.example.org/?a=b&c"]}
    assert commands.link("ABCDE-12345", "") == "fieldapp:join?code=ABCDE-12345"
    lines = commands.drawing(link).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) // 2 <= len(lines) <= len(lines[0]) // 2 + 1
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    done = subprocess.run(
        [sys.executable, "-c", f"from fieldapp.hub import commands; print([commands.drawing({link!r})])"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "['']"


def test_devices_are_listed_shut_out_and_still_listed(storage_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    luc = join(storage_url, invited(capsys, storage_url))
    join(storage_url, invited(capsys, storage_url), "Portable de Jeanne")
    told = json.loads(typed(capsys, "devices", "--database", storage_url, "--json"))
    assert {item["name"] for item in told} == {"Portable de Luc", "Portable de Jeanne"}
    found = next(item for item in told if item["uid"] == luc.account)
    assert (found["check"], found["role"], found["revoked_at"]) == (luc.check, "volunteer", None)
    said = typed(capsys, "revoke", "portable de luc", "--database", storage_url)
    assert "« Portable de Luc » n’entre plus" in said
    told = json.loads(typed(capsys, "devices", "--database", storage_url, "--json"))
    assert {item["name"] for item in told if item["revoked_at"]} == {"Portable de Luc"}
    rows = typed(capsys, "devices", "--database", storage_url).splitlines()
    assert len(rows) == 3
    assert sum("révoqué" in row for row in rows) == 1
    assert luc.check in next(row for row in rows if "révoqué" in row)


def test_what_answers_to_no_device_or_to_two_shuts_nobody_out(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (join(file, invited(capsys, file)) for _time in range(2))
    assert "hub devices" in refused(capsys, "revoke", "Portable de Jeanne", "--database", file)
    said = refused(capsys, "revoke", "Portable de Luc", "--database", file)
    assert first.account in said
    assert second.account in said
    typed(capsys, "revoke", first.account, "--database", file)
    assert "1 accès" in typed(capsys, "revoke", "Portable de Luc", "--database", file)


def test_projects_are_listed_with_their_devices_and_a_strange_one_is_refused(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    join(file, invited(capsys, file, "--project", "Ici"))
    invited(capsys, file, "--project", "Là-bas")
    told = json.loads(typed(capsys, "projects", "--database", file, "--json"))
    assert {item["project"]: item["devices"] for item in told} == {"Ici": 1, "Là-bas": 0}
    assert "Là-bas" in typed(capsys, "projects", "--database", file)
    assert len(json.loads(typed(capsys, "devices", "--project", "ici", "--database", file, "--json"))) == 1
    assert "Aucun portable" in typed(capsys, "devices", "--project", "Là-bas", "--database", file)
    assert "Ici, Là-bas" in refused(capsys, "devices", "--project", "Ailleurs", "--database", file)


def test_a_question_to_a_database_that_is_not_there_makes_none(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["devices"], ["projects"], ["revoke", "x"]):
        assert file in refused(capsys, *words, "--database", file)
    assert not Path(file).exists()


def test_without_a_database_it_is_that_of_the_environment_or_one_in_the_data_folder(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(capsys, "invite", "--role", "volunteer", "--project", "Data folder")
    assert paths.hub_database().is_file()
    monkeypatch.setenv(commands.DATABASE_VARIABLE, file)
    typed(capsys, "invite", "--role", "volunteer", "--project", "Environment")
    assert "Environment" in typed(capsys, "projects")
    assert "Environment" not in typed(capsys, "projects", "--database", paths.hub_database())


def test_a_database_that_does_not_answer_or_is_none_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"postgresql://nobody:secret-word@127.0.0.1:{free.getsockname()[1]}/nothing"
        said = refused(capsys, "projects", "--database", url)
    assert "secret-word" not in said
    strange = tmp_path / "strange.db"
    strange.write_bytes(b"not a database, but long enough to look like one" * 100)
    assert "strange.db" in refused(capsys, "projects", "--database", strange)


def test_without_the_libraries_of_a_hub_it_is_said_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    said = refused(capsys, "serve")
    assert "fieldapp[hub]" in said
    assert "starlette" in said


# ------------------------------------------------------------------------------------------------ serving


@contextmanager
def serving(database: str, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield a hub in a process of its own that listens, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldapp", "hub", "serve", "--port", "0", "--database", database, *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.count("http://127.0.0.1:") == 1, line
        yield process, line[line.index("http://") :].strip()
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.wait(timeout=30)


def ask(address: str, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    headers = {"Content-Type": wire.MEDIA_TYPE, wire.NONCE_HEADER: "0" * 32}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_hub_says_where_it_listens_answers_and_stops_when_it_is_asked_to(storage_url: str) -> None:
    with serving(storage_url) as (process, address):
        assert ask(address, "GET", "/health")[0] == 200
        assert b"Code de coordination" in ask(address, "GET", "/")[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""


@pytest.mark.postgresql
def test_a_code_made_while_the_hub_serves_is_good_at_once_on_every_process(
    postgresql_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        addresses = [stack.enter_context(serving(postgresql_url))[1] for _process in range(2)]
        assert len(set(addresses)) == 2
        for address, other in (addresses, addresses[::-1]):
            asked = wire.Join(
                code=invited(capsys, postgresql_url), token=wire.new_token(), device=new_uid(), name="Portable de Luc"
            )
            status, body = ask(address, "POST", "/v1/join", wire.pack(asked))
            assert status == 200, body
            said = wire.unpack(body, wire.Joined)
            # The answer that was lost is given again by the other process, and nobody else gets in with the code.
            assert wire.unpack(ask(other, "POST", "/v1/join", wire.pack(asked))[1], wire.Joined) == said
            stranger = wire.Join(code=asked.code, token=wire.new_token(), device=new_uid(), name="Un autre")
            assert ask(other, "POST", "/v1/join", wire.pack(stranger))[0] == 403
    assert len(json.loads(typed(capsys, "devices", "--database", postgresql_url, "--json"))) == 2


def test_plain_http_for_others_is_refused_in_a_sentence(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "serve", "--host", "0.0.0.0", "--port", "0", "--database", file)
    assert "--tls-cert" in said
    assert "--lan" in said


def test_a_program_revokes_without_minding_whether_anybody_is_there(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    luc = join(file, invited(capsys, file))
    assert json.loads(typed(capsys, "revoke", luc.account, "--json", "--database", file)) == [luc.account]
    assert json.loads(typed(capsys, "revoke", luc.account, "--json", "--database", file)) == []
