import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import pytest

from fieldapp.core import paths
from fieldapp.core.errors import FileRefusedError
from fieldapp.sync import tokens

ACCOUNT, TOKEN = "0192f0c1-0000-7000-8000-000000000001", "ab" * 32


class OwnKeyRing(keyring.backend.KeyringBackend):
    """A key-ring in memory that may lock itself or fall silent."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}
        self.failure: BaseException | None = None
        self.answers = threading.Event()
        self.answers.set()

    def _speak(self) -> None:
        self.answers.wait()
        if self.failure is not None:
            raise self.failure

    def get_password(self, service: str, username: str) -> str | None:
        self._speak()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._speak()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._speak()
        del self.held[service, username]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of settings of somebody who did not move the program's folders anywhere."""
    monkeypatch.delenv(paths.HOME_VARIABLE)
    monkeypatch.setattr(paths, "_home", lambda kind: tmp_path / "own" / kind)
    monkeypatch.setattr(tokens, "_is_silent", False)
    return tmp_path / "own" / "config"


@pytest.fixture
def ring(config: Path) -> Iterator[OwnKeyRing]:
    """Return a key-ring that the program finds, and no file so far."""
    before = keyring.get_keyring()
    found = OwnKeyRing()
    keyring.set_keyring(found)
    yield found
    found.answers.set()
    keyring.set_keyring(before)


def test_a_token_is_kept_in_the_key_ring_and_in_no_file(ring: OwnKeyRing, config: Path) -> None:
    tokens.keep(ACCOUNT, TOKEN)
    assert ring.held == {("fieldapp", ACCOUNT): TOKEN}
    assert not config.exists()
    assert tokens.get(ACCOUNT) == TOKEN
    assert tokens.get("another") is None
    tokens.drop(ACCOUNT)
    assert tokens.get(ACCOUNT) is None
    assert ring.held == {}


@pytest.mark.parametrize(
    "failure",
    [keyring.errors.KeyringLocked("locked"), RuntimeError("D-Bus"), OSError("no session"), LookupError("of its own")],
)
def test_a_key_ring_that_fails_in_any_way_is_replaced_by_the_file(
    ring: OwnKeyRing, config: Path, failure: BaseException
) -> None:
    ring.failure = failure
    assert tokens.get(ACCOUNT) is None
    tokens.keep(ACCOUNT, TOKEN)
    assert (config / "hub-tokens.json").is_file()
    assert tokens.get(ACCOUNT) == TOKEN
    tokens.drop(ACCOUNT)
    assert tokens.get(ACCOUNT) is None


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring])
def test_no_key_ring_and_one_that_keeps_nothing_are_replaced_by_the_file(
    ring: OwnKeyRing, config: Path, backend: type[keyring.backend.KeyringBackend]
) -> None:
    keyring.set_keyring(backend())
    tokens.keep(ACCOUNT, TOKEN)
    assert (config / "hub-tokens.json").is_file()
    assert tokens.get(ACCOUNT) == TOKEN


def test_a_silent_key_ring_is_waited_for_once_and_no_more(
    ring: OwnKeyRing, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "PATIENCE_S", 0.05)
    ring.answers.clear()
    tokens.keep(ACCOUNT, TOKEN)
    assert (config / "hub-tokens.json").is_file()
    monkeypatch.setattr(tokens, "PATIENCE_S", 3600.0)
    assert tokens.get(ACCOUNT) == TOKEN
    assert tokens.get("another") is None


def test_a_program_ends_although_the_key_ring_never_answered(tmp_path: Path) -> None:
    code = (
        "import threading\n"
        "from fieldapp.sync import tokens\n"
        "tokens.PATIENCE_S = 0.05\n"
        "print(tokens._asked(threading.Event().wait))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "None", "")


def test_a_token_kept_in_the_file_moves_to_a_key_ring_that_works_again(ring: OwnKeyRing, config: Path) -> None:
    ring.failure = keyring.errors.KeyringLocked("locked")
    tokens.keep(ACCOUNT, TOKEN)
    ring.failure = None
    tokens.keep(ACCOUNT, "cd" * 32)
    assert tokens.get(ACCOUNT) == "cd" * 32
    assert TOKEN not in (config / "hub-tokens.json").read_text(encoding="utf-8")


def test_a_program_on_a_usb_stick_never_asks_the_key_ring_of_its_host(
    ring: OwnKeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "stick"))
    tokens.keep(ACCOUNT, TOKEN)
    assert ring.held == {}
    assert tokens.get(ACCOUNT) == TOKEN
    tokens.drop(ACCOUNT)
    assert tokens.get(ACCOUNT) is None


def test_the_file_is_for_the_eyes_of_its_owner_and_keeps_the_tokens_of_other_accounts() -> None:
    tokens.keep(ACCOUNT, TOKEN)
    tokens.keep("another", "cd" * 32)
    # Windows knows no such rights: there the folder belongs to one person.
    assert os.name == "nt" or stat.S_IMODE(tokens.tokens_file().stat().st_mode) == 0o600
    assert (tokens.get(ACCOUNT), tokens.get("another")) == (TOKEN, "cd" * 32)
    tokens.drop(ACCOUNT)
    assert (tokens.get(ACCOUNT), tokens.get("another")) == (None, "cd" * 32)
    assert [path.name for path in tokens.tokens_file().parent.iterdir()] == ["hub-tokens.json"]


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b'{"a": ' * 5000])
def test_a_file_that_makes_no_sense_is_put_aside_and_not_overwritten(content: bytes) -> None:
    path = tokens.tokens_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert tokens.get(ACCOUNT) is None
    tokens.keep(ACCOUNT, TOKEN)
    assert tokens.get(ACCOUNT) == TOKEN
    assert [aside.read_bytes() for aside in path.parent.glob("hub-tokens-illisible-*.json")] == [content]


def test_a_folder_that_cannot_be_written_is_said() -> None:
    paths.config_folder().parent.mkdir(parents=True)
    paths.config_folder().write_text("a file stands in the way")
    with pytest.raises(FileRefusedError, match=r"La clé de cet ordinateur .* vérifiez vos droits"):
        tokens.keep(ACCOUNT, TOKEN)


def test_the_key_ring_is_loaded_by_whoever_asks_it_and_not_before() -> None:
    code = "import sys, fieldapp.sync.tokens as tokens; tokens.get('x'); print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
