"""The secrets of this laptop, one for each account on a hub: in the system's key-ring, else in a file of its owner's.

A key-ring may be missing, locked, silent or forgetful, and none of this may stand in the way of a sync. So what it was
given is read back, and it is not waited for for ever.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from fieldapp.core import paths
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.ids import new_uid
from fieldapp.core.text import _

SERVICE = "fieldapp"
"""What the key-ring shows as the owner of the secret."""

PATIENCE_S = 30.0
"""How long the key-ring is waited for: long enough to type a password into its own window."""

_Given = TypeVar("_Given")

_is_silent = False
"""Whether the key-ring let a question wait for too long: then this program asks it no more."""


def keep(account_uid: str, token: str) -> None:
    """Keep the token of an account, in place of the one that was kept.

    Raises FileRefusedError when it can be kept nowhere.
    """
    if _uses_key_ring() and _asked(lambda: _kept_in_key_ring(account_uid, token)):
        with contextlib.suppress(FileRefusedError):
            _drop_from_file(account_uid)
        return
    _write({**_read(), account_uid: token})


def get(account_uid: str) -> str | None:
    """Return the token of an account; None when there is none, or when the key-ring does not give it out."""
    # The file first: a token is there only because the key-ring did not take it.
    return _read().get(account_uid) or (_asked(lambda: _from_key_ring(account_uid)) if _uses_key_ring() else None)


def drop(account_uid: str) -> None:
    """Forget the token of an account, wherever it is; raises FileRefusedError when the file can't be written."""
    if _uses_key_ring():
        _asked(lambda: _drop_from_key_ring(account_uid))
    _drop_from_file(account_uid)


def tokens_file() -> Path:
    """Return the path of the file that is used where there is no key-ring; it need not exist."""
    return paths.config_folder() / "hub-tokens.json"


# ---------------------------------------------------------------------------------------------- key-ring


def _uses_key_ring() -> bool:
    """Return whether the person's own key-ring may be asked: not by tests, nor by a program on a USB stick."""
    return not (_is_silent or os.environ.get(paths.HOME_VARIABLE))


def _kept_in_key_ring(account_uid: str, token: str) -> bool:
    import keyring

    keyring.set_password(SERVICE, account_uid, token)
    # Keyring's "null" backend takes everything and keeps nothing.
    return keyring.get_password(SERVICE, account_uid) == token


def _from_key_ring(account_uid: str) -> str | None:
    import keyring

    return keyring.get_password(SERVICE, account_uid)


def _drop_from_key_ring(account_uid: str) -> None:
    import keyring

    keyring.delete_password(SERVICE, account_uid)


def _asked(question: Callable[[], _Given]) -> _Given | None:
    """Return what the key-ring answers; None when it fails, in whatever way, or does not answer within PATIENCE_S.

    Each system's key-ring fails with errors of its own (pywintypes, D-Bus…); in a pool of one thread a failure of any
    kind is only an answer without success. The thread of a silent one ends with the program.
    """
    global _is_silent
    from multiprocessing.pool import ThreadPool

    pool = ThreadPool(1)
    answer = pool.apply_async(question)
    pool.close()
    answer.wait(PATIENCE_S)
    if not answer.ready():
        _is_silent = True
        return None
    return answer.get() if answer.successful() else None


# -------------------------------------------------------------------------------------------------- file


def _read() -> dict[str, str]:
    """Return the tokens of the file by account; what can't be understood is put aside beside its place."""
    path = tokens_file()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise TypeError
    except OSError:
        return {}
    except (ValueError, TypeError, RecursionError):
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S")
        with contextlib.suppress(OSError):
            path.replace(path.with_name(f"{path.stem}-illisible-{stamp}{path.suffix}"))
        return {}
    return {uid: token for uid, token in found.items() if isinstance(token, str)}


def _drop_from_file(account_uid: str) -> None:
    found = _read()
    if found.pop(account_uid, None) is not None:
        _write(found)


def _write(tokens: dict[str, str]) -> None:
    """Write the file, for its owner's eyes only; a crash half way leaves the old one."""
    path = tokens_file()
    fresh = path.with_name(f"{path.name}.{new_uid()}.partiel")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(tokens, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise FileRefusedError(
            _(
                "La clé de cet ordinateur n’a pas pu être gardée dans {path} : vérifiez vos droits sur ce dossier et "
                "la place libre, puis recommencez."
            ).format(path=path)
        ) from error
