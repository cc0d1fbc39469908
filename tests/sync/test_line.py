import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldapp.core.errors import CancelledError
from fieldapp.sync import wire
from fieldapp.sync.errors import (
    BadAnswerError,
    HubBusyError,
    HubError,
    HubFullError,
    HubUnreachableError,
    NotAdmittedError,
    PortalError,
)
from fieldapp.sync.hub_client import Credentials, HubClient
from fieldapp.sync.line import Line, Patience, Question
from tests.sync.hubs import LONG, SHORT, Call, stranger

CREDENTIALS = Credentials("0192f0c1-0000-7000-8000-000000000001", "0192f0c1-0000-7000-8000-000000000002", "ab" * 32)
KEY = wire.answer_key(CREDENTIALS.token)
PAGE = b"<!doctype html><title>Bienvenue</title><p>Acceptez les conditions de l'h\xc3\xb4tel</p>"
REQUEST = wire.Request(replica="r", cursor=0)
ANSWER = wire.pack(wire.Answer(project=CREDENTIALS.project, cursor=7))


def asked(address: str, patience: Patience = LONG, request: wire.Request = REQUEST) -> wire.Answer:
    with HubClient(address, CREDENTIALS, patience) as client:
        return client.sync(request)


def failure(answer: Callable[[Call], object], patience: Patience = LONG) -> HubError:
    """Return what a sync raises when this is what is answered."""
    with stranger(answer) as server, pytest.raises(HubError) as found:
        asked(server.address, patience)
    return found.value


def incompressible(size: int) -> wire.Request:
    """Return a request that is at least so many bytes long as it travels."""
    import random

    noise = random.Random(5).randbytes(size).hex()
    return wire.Request(replica="r", claims=[noise])


# --------------------------------------------------------------------------------------- who answers


def test_a_proved_answer_is_taken_and_every_request_has_a_nonce_of_its_own() -> None:
    with stranger(lambda call: call.signed(KEY, 200, ANSWER)) as server:
        with HubClient(server.address, CREDENTIALS) as client:
            assert [client.sync(REQUEST).cursor, client.sync(REQUEST).cursor] == [7, 7]
        assert len({call.nonce for call in server.calls}) == 2
        assert all(len(call.nonce) == 32 for call in server.calls)
        assert len({call.line for call in server.calls}) == 1
        head = server.calls[0].head
    assert head.startswith("POST /v1/sync HTTP/1.1\r\n")
    assert f"Authorization: Bearer {CREDENTIALS.project}.{CREDENTIALS.account}.{CREDENTIALS.token}" in head
    assert f"Content-Type: {wire.MEDIA_TYPE}" in head


@pytest.mark.parametrize("status", [200, 203, 204, 401, 403, 511])
def test_a_page_of_the_network_is_not_the_hub_whatever_its_status(status: int) -> None:
    error = failure(lambda call: call.answer(status, b"" if status == 204 else PAGE, Content_Type="text/html"))
    assert isinstance(error, PortalError)
    assert error.again
    assert "Ouvrez le navigateur" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    with stranger(lambda call: call.answer(200, ANSWER)) as other:
        error = failure(lambda call: call.answer(status, b"", Location=f"{other.address}/v1/sync"))
        assert other.calls == []
    assert isinstance(error, PortalError)


def test_an_answer_without_proof_is_not_taken_although_it_reads_well() -> None:
    assert isinstance(failure(lambda call: call.answer(200, ANSWER)), PortalError)


@pytest.mark.parametrize("given", ["", "0" * 64, "é", wire.signature(KEY, "00" * 16, 200, ANSWER)])
def test_an_answer_with_a_wrong_proof_or_that_of_another_question_is_not_taken(given: str) -> None:
    error = failure(lambda call: call.answer(200, ANSWER, Fieldapp_Signature=given))
    assert isinstance(error, BadAnswerError)
    assert error.code == "signature"
    assert error.again


def test_a_proof_covers_the_status_and_every_byte() -> None:
    def other_status(call: Call) -> None:
        call.answer(200, ANSWER, Fieldapp_Signature=wire.signature(KEY, call.nonce, 201, ANSWER))

    def other_bytes(call: Call) -> None:
        call.answer(200, ANSWER[:-1] + b"x", Fieldapp_Signature=wire.signature(KEY, call.nonce, 200, ANSWER))

    assert [failure(answer).code for answer in (other_status, other_bytes)] == ["signature", "signature"]


# ------------------------------------------------------------------------------------ what is answered


@pytest.mark.parametrize(
    ("status", "code", "kind", "again", "words"),
    [
        (401, "unknown", NotAdmittedError, False, "Demandez un nouveau code"),
        (401, "revoked", NotAdmittedError, False, "Demandez un nouveau code"),
        (403, "not_shared", NotAdmittedError, False, "quels droits"),
        (400, "json", BadAnswerError, True, "mettez fieldapp à jour"),
        (413, "size", BadAnswerError, True, "Rien n’est perdu"),
        (429, "rate", HubBusyError, True, "occupé"),
        (503, "storage", HubBusyError, True, "occupé"),
        (507, "full", HubFullError, True, "disque du serveur"),
        (500, "bug", BadAnswerError, True, "prévenez la coordination"),
    ],
)
@pytest.mark.parametrize("is_signed", [True, False])
def test_what_the_hub_refuses_is_told_in_a_sentence(
    status: int, code: str, kind: type[HubError], again: bool, words: str, is_signed: bool
) -> None:
    body = b'{"error":"%s"}' % code.encode()
    error = failure(lambda call: call.signed(KEY, status, body) if is_signed else call.answer(status, body))
    assert (type(error), error.code, error.again) == (kind, code, again)
    assert words in str(error)


@pytest.mark.parametrize(("given", "after_s"), [("7", 7.0), ("", None), ("soon", None), ("9" * 12, None), ("-1", None)])
def test_a_busy_hub_may_say_when_to_come_back(given: str, after_s: float | None) -> None:
    error = failure(lambda call: call.answer(429, b'{"error":"rate"}', Retry_After=given))
    assert isinstance(error, HubBusyError)
    assert error.after_s == after_s


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_whose_hub_is_down_counts_as_a_busy_hub(status: int) -> None:
    assert isinstance(failure(lambda call: call.answer(status, PAGE)), HubBusyError)


@pytest.mark.parametrize("status", [400, 404, 405, 410])
def test_another_web_site_is_told_from_a_hub(status: int) -> None:
    error = failure(lambda call: call.answer(status, PAGE))
    assert isinstance(error, BadAnswerError)
    assert "pas celle d’un serveur fieldapp" in str(error)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error":5}', b"\xff", b"[" * 100_000, b'{"error":"' + b"x" * 5000])
def test_a_strange_refusal_still_is_one(body: bytes) -> None:
    assert isinstance(failure(lambda call: call.signed(KEY, 400, body)), BadAnswerError)


def test_more_than_was_asked_for_is_not_read_to_its_end() -> None:
    with stranger(lambda call: call.signed(KEY, 200, bytes(5_000_000))) as server:
        line = Line(server.address, KEY, LONG)
        with pytest.raises(BadAnswerError) as found:
            line.proved(Question("GET", "/v1/media", b"", {}, 1000), (200,))
        line.close()
    assert found.value.code == "signature"


# -------------------------------------------------------------------------------------- the line itself


def test_nobody_listening_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    with pytest.raises(HubUnreachableError, match=r"127.0.0.1:\d+ ne répond pas") as found:
        asked(f"http://127.0.0.1:{port}")
    assert (found.value.again, found.value.code) == (True, "connect")


def test_a_name_that_nobody_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_question: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(HubUnreachableError, match=r"hub.exemple.org est introuvable") as found:
        asked("https://hub.exemple.org")
    assert (found.value.again, found.value.code) == (True, "name")


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200,
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000,
    ],
    ids=[
        "nothing",
        "half a head",
        "half a body",
        "half a chunk",
        "no HTTP",
        "no length",
        "many headers",
        "long header",
    ],
)
def test_half_an_answer_is_a_cut_line(half: bytes) -> None:
    def cut(call: Call) -> bool:
        call.line.sendall(half)
        return False

    error = failure(cut)
    assert isinstance(error, HubUnreachableError)
    assert (error.again, error.code) == (True, "cut")


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
def test_a_line_that_falls_silent_is_given_up(start: bytes) -> None:
    error = failure(lambda call: call.line.sendall(start), SHORT)
    assert isinstance(error, HubUnreachableError)
    assert error.code == "cut"


def test_a_hub_that_takes_no_more_bytes_is_given_up() -> None:
    with (
        stranger(lambda call: None, reads=False) as server,
        pytest.raises(HubUnreachableError) as found,
        HubClient(server.address, CREDENTIALS, SHORT) as client,
    ):
        client.sync(incompressible(12_000_000))
    assert found.value.code == "cut"


def test_a_slow_line_is_waited_for_as_long_as_bytes_come() -> None:
    pause = threading.Event()

    def drip(call: Call) -> None:
        signed = wire.signature(KEY, call.nonce, 200, ANSWER)
        call.line.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nFieldapp-Signature: %s\r\n\r\n" % (len(ANSWER), signed.encode())
        )
        for place in range(len(ANSWER)):
            call.line.sendall(ANSWER[place : place + 1])
            # Together twice as long as the patience with silence.
            pause.wait(2.0 / len(ANSWER))

    with stranger(drip) as server:
        assert asked(server.address, Patience(connect_s=30.0, stall_s=1.0)).cursor == 7


def test_a_connection_that_was_closed_meanwhile_is_opened_anew_once() -> None:
    def then_closes(call: Call) -> bool:
        call.signed(KEY, 200, ANSWER)
        return False

    with stranger(then_closes) as server, HubClient(server.address, CREDENTIALS, LONG) as client:
        assert [client.sync(REQUEST).cursor for _time in range(3)] == [7, 7, 7]
        assert len({call.nonce for call in server.calls}) == 3


def test_a_kept_connection_that_dies_under_the_question_is_tried_once_more_and_no_oftener() -> None:
    answered = threading.Event()

    def once(call: Call) -> bool:
        if answered.is_set():
            return False
        answered.set()
        call.signed(KEY, 200, ANSWER)
        return True

    with stranger(once) as server, HubClient(server.address, CREDENTIALS, LONG) as client:
        assert client.sync(REQUEST).cursor == 7
        with pytest.raises(HubUnreachableError):
            client.sync(REQUEST)
        assert len(server.calls) == 3


def test_a_question_on_a_new_connection_is_asked_once() -> None:
    with stranger(lambda call: False) as server:
        with pytest.raises(HubUnreachableError):
            asked(server.address)
        assert len(server.calls) == 1


def test_what_is_refused_while_it_is_sent_is_told_from_a_cut_line() -> None:
    def refuse(listening: socket.socket) -> None:
        line, _from = listening.accept()
        with line:
            line.recv(1000)
            line.sendall(b'HTTP/1.1 413 Large\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{"error":"size"}')
            line.shutdown(socket.SHUT_WR)
            while line.recv(1 << 20):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=refuse, args=(listening,))
        thread.start()
        with pytest.raises(BadAnswerError) as found:
            asked(f"http://127.0.0.1:{listening.getsockname()[1]}", LONG, incompressible(4_000_000))
        thread.join()
    assert found.value.code == "size"


# ------------------------------------------------------------------------------------ progress, cancelling


def test_what_is_sent_is_told_in_rising_steps_up_to_the_whole() -> None:
    told: list[tuple[int, int]] = []
    request = incompressible(400_000)
    with (
        stranger(lambda call: call.signed(KEY, 200, ANSWER)) as server,
        HubClient(server.address, CREDENTIALS, LONG) as client,
    ):
        client.sync(request, lambda done, total: told.append((done, total)))
        size = len(server.calls[0].body)
    assert wire.unpack(server.calls[0].body, wire.Request) == request
    assert [done for done, _total in told] == [*range(65536, size, 65536), size]
    assert {total for _done, total in told} == {size}


def test_a_sync_is_cancelled_between_two_steps_and_the_line_serves_again() -> None:
    stop = threading.Event()
    with (
        stranger(lambda call: call.signed(KEY, 200, ANSWER)) as server,
        HubClient(server.address, CREDENTIALS, LONG) as client,
    ):
        with pytest.raises(CancelledError, match="rien n’est perdu"):
            client.sync(incompressible(400_000), lambda _done, _total: stop.set(), stop.is_set)
        with pytest.raises(CancelledError):
            client.sync(REQUEST, None, lambda: True)
        assert server.calls == []
        assert client.sync(REQUEST, None, lambda: False).cursor == 7


def test_an_answer_is_cancelled_while_it_comes() -> None:
    begun = threading.Event()

    def endless(call: Call) -> None:
        call.line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n")
        begun.set()
        for _step in range(100):
            call.line.sendall(bytes(65536))

    with (
        stranger(endless) as server,
        pytest.raises(CancelledError),
        HubClient(server.address, CREDENTIALS, LONG) as client,
    ):
        client.sync(REQUEST, None, begun.is_set)


# ------------------------------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate for localhost that nobody signed, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "c.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-addext", names, *files], check=True, capture_output=True)
    return folder / "c.pem", folder / "key.pem"


def over_tls(certificate: tuple[Path, Path], most: ssl.TLSVersion | None = None) -> tuple[str, threading.Thread]:
    """Return the address and thread of a server that answers one question over TLS, if it comes so far."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if most is not None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = most
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening:
            line, _from = listening.accept()
        with line:
            try:
                safe = context.wrap_socket(line, server_side=True)
            except OSError:
                return
            with safe:
                head = safe.recv(65536).decode("latin-1")
                call = Call(safe, head, b"")
                call.signed(KEY, 200, ANSWER)
                while safe.recv(65536):
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return f"https://localhost:{listening.getsockname()[1]}", thread


def test_a_certificate_that_the_system_trusts_is_trusted(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    address, thread = over_tls(certificate)
    assert asked(address).cursor == 7
    thread.join()


def test_a_certificate_that_nobody_vouches_for_is_a_portal_and_gets_no_token(certificate: tuple[Path, Path]) -> None:
    address, thread = over_tls(certificate)
    with pytest.raises(PortalError, match=r"pas le certificat du serveur.*date de l’ordinateur"):
        asked(address)
    thread.join()


def test_tls_below_1_2_is_refused(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        address, thread = over_tls(certificate, ssl.TLSVersion.TLSv1_1)
    with pytest.raises(BadAnswerError, match=r"TLS 1.2"):
        asked(address)
    thread.join()


def test_a_server_that_speaks_no_tls_is_told_from_one_that_does_not_answer() -> None:
    with stranger(lambda call: None) as server, pytest.raises(HubError) as found:
        asked(server.address.replace("http", "https"), SHORT)
    assert found.value.again
