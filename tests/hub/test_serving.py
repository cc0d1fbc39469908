"""Serving: where it listens and where it must not, TLS, patience with slow heads, and a stop that loses nothing."""

import datetime
import http.client
import ipaddress
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fieldapp.core.errors import FieldappError
from fieldapp.hub import serving
from fieldapp.hub.opening import open_storage
from fieldapp.hub.serving import CannotServeError, Options, Running, serve, start
from fieldapp.hub.storage import Storage
from tests.hub.calling import call, enrolled, made, raw, said

SERVING = """
import sys
from fieldapp.hub.opening import open_storage
from fieldapp.hub.serving import Options, serve
storage = open_storage(sys.argv[1])
storage.migrate()
sys.exit(serve(storage, Options(port=0)))
"""


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    found = open_storage(str(tmp_path / "hub.db"))
    found.migrate()
    yield found
    found.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub")])
    now = datetime.datetime.now(datetime.UTC)
    made_out = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(made_out.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_path, key_path


# --------------------------------------------------------------------------------------------- as a process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_in_one_line_where_it_listens_and_stops_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVING, str(tmp_path / "hub.db")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("fieldapp hub : http://127.0.0.1:")
        port = int(line.rpartition(":")[2])
        assert call(port, "GET", "/health").status == 200
        process.send_signal(number)
        rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")
    assert [line for line in errors.splitlines() if not line.startswith("{")] == []
    assert '"path":"/health"' in errors


def test_the_hub_of_a_table_stops_in_good_order_when_its_input_ends(tmp_path: Path) -> None:
    words = ["hub", "serve", "--port", "0", "--until-input-ends", "--database", str(tmp_path / "table.hub")]
    with subprocess.Popen(
        [sys.executable, "-m", "fieldapp", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdin
        port = int(process.stdout.readline().rpartition(":")[2])
        process.stdin.write("words that mean nothing\n")
        process.stdin.flush()
        assert call(port, "GET", "/health").status == 200
        process.stdin.close()
        process.stdin = None
        _rest, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert [line for line in errors.splitlines() if not line.startswith("{")] == []


def test_a_call_that_runs_when_it_is_told_to_stop_is_answered(storage: Storage) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = storage.check

    def slow() -> None:
        begun.set()
        assert go_on.wait(30)
        real()

    storage.check = slow  # type: ignore[method-assign]
    answers: list[int] = []
    with start(storage, Options(port=0)) as running:
        asking = threading.Thread(target=lambda: answers.append(call(running.port, "GET", "/health").status))
        asking.start()
        assert begun.wait(30)
        running.stop()
        go_on.set()
        asking.join()
    assert answers == [200]


def test_outside_of_the_main_thread_it_serves_as_well(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[str] = []
    codes: list[int] = []
    running: list[Running] = []
    told = threading.Event()

    class Kept(Running):
        def __init__(self, of: Storage, options: Options, tell: Callable[[str], object]) -> None:
            def listens(address: str) -> None:
                tell(address)
                addresses.append(address)
                told.set()

            super().__init__(of, options, listens)
            running.append(self)

    monkeypatch.setattr(serving, "Running", Kept)
    thread = threading.Thread(target=lambda: codes.append(serve(storage, Options(port=0))))
    thread.start()
    assert told.wait(30)
    running[0].stop()
    thread.join()
    assert (codes, addresses) == ([0], [running[0].address])


# ------------------------------------------------------------------------------------------ where it listens


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_plain_http_for_others_is_refused_with_a_sentence(storage: Storage, host: str) -> None:
    with pytest.raises(CannotServeError, match=r"sans chiffrement.*--tls-cert") as caught:
        Running(storage, Options(host=host, port=0))
    assert isinstance(caught.value, FieldappError)


@pytest.mark.parametrize("options", [Options("0.0.0.0", 0, lan=True), Options("0.0.0.0", 0, behind_proxy=True)])
def test_plain_http_for_others_is_served_where_somebody_vouches_for_it(storage: Storage, options: Options) -> None:
    with start(storage, options) as running:
        assert call(running.port, "GET", "/health").status == 200


def test_a_port_that_is_taken_is_told_with_a_sentence(storage: Storage) -> None:
    with start(storage, Options(port=0)) as running, pytest.raises(CannotServeError, match=f"port {running.port}"):
        Running(storage, Options(port=running.port))
    with pytest.raises(CannotServeError, match="port 99999"):
        Running(storage, Options(port=99999))
    with pytest.raises(CannotServeError, match=r"192\.0\.2\.1"):
        Running(storage, Options(host="192.0.2.1", port=0, lan=True))


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_an_address_of_ipv6_stands_in_brackets(storage: Storage) -> None:
    with start(storage, Options(host="::1", port=0)) as running:
        assert running.address == f"http://[::1]:{running.port}"


# ------------------------------------------------------------------------------------------------------ TLS


def test_over_tls_it_speaks_1_2_and_later_only(storage: Storage, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    with start(storage, Options(port=0, tls_cert=cert, tls_key=key)) as running:
        assert running.address.startswith("https://")
        context = ssl.create_default_context(cafile=str(cert))
        connection = http.client.HTTPSConnection("127.0.0.1", running.port, context=context, timeout=30)
        connection.request("GET", "/health")
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
        connection.close()
        assert handshake(running.port, cert, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        assert handshake(running.port, cert, ssl.TLSVersion.TLSv1_1) == "refused"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def handshake(port: int, cert: Path, version: ssl.TLSVersion) -> str:
    """Return the version that was agreed on by a client that speaks no other."""
    import warnings

    context = ssl.create_default_context(cafile=str(cert))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=30) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
        ):
            return str(secure.version())
    except (ssl.SSLError, ConnectionResetError):
        return "refused"


def test_a_certificate_that_does_not_fit_is_told_with_a_sentence(
    storage: Storage, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    cert, key = certificate
    text = tmp_path / "text.pem"
    text.write_text("nothing")
    for tls_cert, tls_key in ((tmp_path / "absent.pem", key), (text, key), (cert, text), (cert, None)):
        with pytest.raises(CannotServeError, match="PEM"):
            Running(storage, Options(port=0, tls_cert=tls_cert, tls_key=tls_key))
    with pytest.raises(CannotServeError, match="--tls-cert"):
        Running(storage, Options(port=0, tls_key=key))


def test_a_key_with_a_passphrase_is_refused_and_never_asked_for(
    storage: Storage, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    locked = tmp_path / "locked.pem"
    key = serialization.load_pem_private_key(certificate[1].read_bytes(), None)
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(CannotServeError, match="sans mot de passe"):
        Running(storage, Options(port=0, tls_cert=certificate[0], tls_key=locked))


# ------------------------------------------------------------------------------------------- slow and strange


@pytest.mark.parametrize("begin", [b"", b"\r\n", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: h\r\nX-Slow: "])
def test_a_head_that_does_not_come_is_not_waited_for(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(serving, "HEAD_S", 0.2)
    with start(storage, Options(port=0)) as running, raw(running.port) as connection:
        connection.sendall(begin)
        assert said(connection) == b""


def test_a_second_head_that_does_not_come_is_not_waited_for_either(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEAD_S", 0.2)
    with start(storage, Options(port=0)) as running, raw(running.port) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = connection.recv(65536)
        connection.sendall(b"GET /he")
        answer += said(connection)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_head_that_never_ends_is_cut_off(storage: Storage) -> None:
    with start(storage, Options(port=0)) as running, raw(running.port) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nX-Long: ")
        sent = 0
        try:
            while sent < 100 * serving.MAX_HEAD_BYTES:
                sent += connection.send(b"x" * 8192)
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert sent < 100 * serving.MAX_HEAD_BYTES
        assert call(running.port, "GET", "/health").status == 200


@pytest.mark.parametrize(
    "text", [b"\0\0\0\0\r\n\r\n", b"\x16\x03\x01\x02\x00", b"HELO hub\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_what_is_no_http_is_answered_with_400_or_not_at_all(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, text: bytes
) -> None:
    monkeypatch.setattr(serving, "HEAD_S", 0.2)
    with start(storage, Options(port=0)) as running:
        with raw(running.port) as connection:
            connection.sendall(text)
            answer = said(connection)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
        assert call(running.port, "GET", "/health").status == 200


def test_a_connection_serves_many_calls(storage: Storage) -> None:
    with start(storage, Options(port=0)) as running:
        laptop = enrolled(storage, running.port)
        laptop.sync(made())
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
        for _time in range(20):
            connection.request("GET", "/health")
            first = connection.sock
            assert connection.getresponse().read()
            assert connection.sock is first is not None
        connection.close()


# ----------------------------------------------------------------------------------------- floods of connections


def from_place(port: int, address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(address, 0))


def is_hung_up(connection: socket.socket) -> bool:
    """Return whether the hub hung up at once; a connection that it bears is answered."""
    try:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        return connection.recv(9) != b"HTTP/1.1 "
    except (ConnectionResetError, BrokenPipeError):
        return True


def test_one_address_has_only_so_many_connections_and_the_others_are_served(storage: Storage) -> None:
    with start(storage, Options(port=0, connections_per_address=3)) as running:
        held = [from_place(running.port, "127.0.0.2") for _time in range(3)]
        assert not any(map(is_hung_up, held))
        with from_place(running.port, "127.0.0.2") as fourth:
            assert is_hung_up(fourth)
        assert call(running.port, "GET", "/health").status == 200
        held.pop().close()
        while is_hung_up(again := from_place(running.port, "127.0.0.2")):
            again.close()
        for connection in (*held, again):
            connection.close()


def test_behind_a_proxy_the_address_of_the_proxy_has_them_all(storage: Storage) -> None:
    with start(storage, Options(port=0, connections_per_address=1, behind_proxy=True)) as running:
        held = [from_place(running.port, "127.0.0.2") for _time in range(5)]
        assert not any(map(is_hung_up, held))
        for connection in held:
            connection.close()


def test_above_the_most_connections_the_next_is_hung_up_on(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MAX_CONNECTIONS", 4)
    with start(storage, Options(port=0)) as running:
        held = [from_place(running.port, f"127.0.0.{number}") for number in range(2, 7)]
        for connection in held:
            connection.sendall(b"G")
        with from_place(running.port, "127.0.0.9") as sixth:
            assert is_hung_up(sixth)
        for connection in held:
            connection.close()


def test_a_door_forgets_who_went() -> None:
    door = serving._Door(3, 2)
    assert [door.let_in(place) for place in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]
    for place in ("a", "a", "b"):
        door.let_out(place)
    assert not door._inside


def test_a_service_has_all_the_files_that_the_system_allows_it() -> None:
    resource = pytest.importorskip("resource")
    text = (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (64, r.getrlimit(r.RLIMIT_NOFILE)[1]));"
        "from fieldapp.hub import serving; first = serving._most_connections(); serving._allow_files();"
        "print(first, *r.getrlimit(r.RLIMIT_NOFILE), serving._most_connections())"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    first, soft, hard, then = map(int, done.stdout.split())
    assert (first, soft) == (32, hard)
    assert hard == resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert then > first


def test_who_never_begins_to_speak_tls_is_not_waited_for(
    storage: Storage, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = certificate
    monkeypatch.setattr(serving, "HANDSHAKE_S", 0.2)
    with start(storage, Options(port=0, tls_cert=cert, tls_key=key)) as running, raw(running.port) as connection:
        assert said(connection) == b""
