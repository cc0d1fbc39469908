"""`storage.Storage` in the SQL that SQLite and PostgreSQL share: projects, accounts, codes, photos."""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this module, never values

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fieldapp.core.ids import new_uid
from fieldapp.core.text import fold
from fieldapp.hub.errors import DeviceHeldError
from fieldapp.hub.sql_work import Session, SqlReading, SqlWork, hold
from fieldapp.hub.storage import LAPTOP, MAX_PART_BYTES, PART_DAYS, Account, Invite, Project

FAILURE_DAYS = 30
"""How long a wrong code is remembered."""

_ACCOUNT = (
    "project, uid, device, name, role, scope, token_hash, answer_key, created_at, last_seen_at, revoked_at, access"
)
_INVITE = "project, code_hash, role, scope, created_at, expires_at, account"
_PART = "project, account, sha256, kind, number"
_FILE = "project = %s AND sha256 = %s AND kind = %s"

_decode_info = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder(order="sorted").encode


def _nobody(_token_hash: str) -> bool:
    """Know no token."""
    return False


class SqlStorage(ABC):
    """What both engines do alike; an engine gives the transactions.

    Every transaction that writes ends in the database's own safe place before its block is left.
    """

    @abstractmethod
    def _looking(self) -> AbstractContextManager[Session]:
        """Open a transaction that sees one moment."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Session]:
        """Open a transaction that writes: all of it is kept when the block ends well, else nothing."""

    def check(self) -> None:
        """Ask the database something small; raises when it does not answer."""
        with self._looking() as session:
            session.ask("SELECT 1 FROM project LIMIT 1")

    @contextmanager
    def reading(self, project: str) -> Iterator[SqlReading]:
        """Look at one moment of a project."""
        with self._looking() as session:
            yield SqlReading(session, project)

    @contextmanager
    def working(self, project: str) -> Iterator[SqlWork]:
        """Hold a project for one write transaction: all of it is kept when the block ends well, else nothing."""
        with self._writing() as session:
            yield SqlWork(session, project)

    # ------------------------------------------------------------------------------- projects and accounts

    def projects(self) -> list[Project]:
        """Return all projects, by name."""
        with self._looking() as session:
            found = [Project(*row) for row in session.ask("SELECT uid, name FROM project")]
        return sorted(found, key=lambda project: (fold(project.name), project.uid))

    def add_project(self, name: str) -> Project:
        """Return the project with this name, made when there is none."""
        with self._writing() as session:
            session.put("project", "uid, name", [(new_uid(), name)], "(name) DO NOTHING")
            project = Project(*session.ask("SELECT uid, name FROM project WHERE name = %s", name)[0])
            session.put("counter", "project, changes, media, batches", [(project.uid, 0, 0, 0)], "DO NOTHING")
            return project

    def add_invite(self, invite: Invite) -> None:
        """Keep a one-time code."""
        given = invite
        row = (given.project, given.code_hash, given.role, _joined(given.scope), given.created_at, given.expires_at)
        with self._writing() as session:
            session.add("invite", _INVITE, [(*row, given.account)])

    def join(
        self, code_hash: str, account: Account, now: str, former: Callable[[str], bool] = _nobody
    ) -> Account | None:
        """Exchange a code for an account, as one step; None for a code that is unknown, used or has run out by `now`.

        The same code with the same token hash is answered again with the account made for it, unless it was revoked.
        The account that the device has already is replaced where `former` knows the hash of its token, else it is a
        DeviceHeldError.
        """
        with self._writing() as session:
            rows = session.ask(f"SELECT {_INVITE} FROM invite WHERE code_hash = %s FOR UPDATE", code_hash)
            if not rows:
                return None
            project, _code, role, scope, _created, expires_at, used_for = rows[0]
            if used_for:
                found = _account(session, project, used_for)
                is_same = found is not None and found.token_hash == account.token_hash and not found.revoked_at
                return found if is_same else None
            if expires_at <= now:
                return None
            made = replace(account, project=project, role=role, scope=tuple(scope.split()))
            _replace_former(session, made, now, former)
            session.add("account", _ACCOUNT, [_account_row(made)])
            session.do("UPDATE invite SET account = %s WHERE code_hash = %s", made.uid, code_hash)
            return made

    def account(self, project: str, uid: str) -> Account | None:
        """Return an account, revoked or not; None when there is none."""
        with self._looking() as session:
            return _account(session, project, uid)

    def accounts(self, project: str) -> list[Account]:
        """Return all accounts of a project, the one seen last first."""
        order = "ORDER BY last_seen_at DESC, created_at DESC, uid"
        with self._looking() as session:
            rows = session.ask(f"SELECT {_ACCOUNT} FROM account WHERE project = %s {order}", project)
        return [_read_account(row) for row in rows]

    def seen(self, project: str, uid: str, at: str) -> None:
        """Note when an account was last heard of; never earlier than what was noted before."""
        sql = "UPDATE account SET last_seen_at = %s WHERE project = %s AND uid = %s AND last_seen_at < %s"
        with self._writing() as session:
            session.do(sql, at, project, uid, at)

    def revoke(self, project: str, uid: str, at: str) -> bool:
        """Shut an account out from now on; return whether there was one that was not."""
        sql = "UPDATE account SET revoked_at = %s WHERE project = %s AND uid = %s AND revoked_at = ''"
        with self._writing() as session:
            return session.do(sql, at, project, uid) > 0

    def failed(self, address_hash: str, at: str) -> None:
        """Note an attempt with a wrong code; what is older than FAILURE_DAYS is forgotten."""
        oldest = (datetime.fromisoformat(at) - timedelta(days=FAILURE_DAYS)).isoformat()[: len("2026-01-01T00:00:00")]
        with self._writing() as session:
            session.do("DELETE FROM failure WHERE at < %s", oldest)
            session.add("failure", "address_hash, at", [(address_hash, at)])

    def failures(self, address_hash: str, since: str) -> tuple[int, int]:
        """Return how many attempts with a wrong code there were since an instant: from this address, and in all."""
        with self._looking() as session:
            rows = session.ask("SELECT address_hash, count(*) FROM failure WHERE at >= %s GROUP BY 1", since)
        found = {address: int(count) for address, count in rows}
        return found.get(address_hash, 0), sum(found.values())

    # ---------------------------------------------------------------------------------------------- photos

    def media_pieces(self, project: str, account: str, sha256: str, kind: str) -> tuple[int, bool]:
        """Return how many pieces of a file are there, from the first on, and whether it is whole and verified."""
        with self._looking() as session:
            is_whole = _is_whole(session, project, sha256, kind)
            if is_whole:
                rows = session.ask(f"SELECT number FROM piece WHERE {_FILE} ORDER BY number", project, sha256, kind)
            else:
                sql = f"SELECT number FROM part WHERE {_FILE} AND account = %s ORDER BY number"
                rows = session.ask(sql, project, sha256, kind, account)
        numbers = [row[0] for row in rows]
        in_order = next((place for place, number in enumerate(numbers) if place != number), len(numbers))
        return in_order, is_whole

    def add_piece(self, project: str, account: str, sha256: str, kind: str, number: int, data: bytes, at: str) -> None:
        """Keep one piece (numbered from 0); the same one again replaces it, unless the file is whole already."""
        oldest = (datetime.fromisoformat(at) - timedelta(days=PART_DAYS)).isoformat()[: len("2026-01-01T00:00:00")]
        with self._writing() as session:
            # Held, so that nobody declares the file whole between the look and the write.
            hold(session, project, "media")
            if not _is_whole(session, project, sha256, kind):
                row = (project, account, sha256, kind, number, len(data), at, data)
                names = ("size", "at", "data")
                conflict = f"({_PART}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)}"
                session.put("part", f"{_PART}, size, at, data", [row], conflict)
            session.do("DELETE FROM part WHERE project = %s AND at < %s", project, oldest)
            _keep_few_parts(session, project, account, (sha256, kind))

    def part(self, project: str, account: str, sha256: str, kind: str, number: int) -> bytes | None:
        """Return one piece of a file that this account has not finished, None when it is not there."""
        with self._looking() as session:
            sql = f"SELECT data FROM part WHERE {_FILE} AND account = %s AND number = %s"
            rows = session.ask(sql, project, sha256, kind, account, number)
        return bytes(rows[0][0]) if rows else None

    def finish_media(self, project: str, account: str, sha256: str, kind: str, info: Mapping[str, Any]) -> None:
        """Declare a file whole with the pieces of this account; the first one to do so is believed."""
        columns = "project, sha256, kind, number, data"
        with self._writing() as session:
            number = hold(session, project, "media") + 1
            if not _is_whole(session, project, sha256, kind):
                row = (project, sha256, kind, number, _encode(dict(info)).decode(), account)
                session.add("media", "project, sha256, kind, number, info, account", [row])
                session.do("UPDATE counter SET media = %s WHERE project = %s", number, project)
                sql = f"INSERT INTO piece ({columns}) SELECT {columns} FROM part WHERE {_FILE} AND account = %s"
                session.do(sql, project, sha256, kind, account)
            # What others began of it is of no more use either.
            session.do(f"DELETE FROM part WHERE {_FILE}", project, sha256, kind)

    def drop_media(self, project: str, account: str, sha256: str, kind: str) -> None:
        """Forget the pieces of this account of a file that turned out to be another."""
        with self._writing() as session:
            session.do(f"DELETE FROM part WHERE {_FILE} AND account = %s", project, sha256, kind, account)

    def forget_thumbnail(self, project: str, sha256: str) -> None:
        """Forget the thumbnail of a photo, so that another can come in its place."""
        with self._writing() as session:
            hold(session, project, "media")
            for table in ("media", "piece"):
                session.do(f"DELETE FROM {table} WHERE {_FILE}", project, sha256, "thumbnail")

    def media_account(self, project: str, sha256: str, kind: str) -> str:
        """Return the account that finished a file, "" when nobody has."""
        with self._looking() as session:
            rows = session.ask(f"SELECT account FROM media WHERE {_FILE}", project, sha256, kind)
        return str(rows[0][0]) if rows else ""

    def media_info(self, project: str, sha256: str, kind: str) -> Mapping[str, Any] | None:
        """Return what was told of a file that is whole, None when it is not there."""
        with self._looking() as session:
            rows = session.ask(f"SELECT info FROM media WHERE {_FILE}", project, sha256, kind)
        return _decode_info(rows[0][0]) if rows else None

    def piece(self, project: str, sha256: str, kind: str, number: int) -> bytes | None:
        """Return one piece of a file that is whole, None when it is not there."""
        with self._looking() as session:
            sql = f"SELECT data FROM piece WHERE {_FILE} AND number = %s"
            rows = session.ask(sql, project, sha256, kind, number)
        return bytes(rows[0][0]) if rows else None

    def media_after(self, project: str, cursor: int, limit: int) -> list[tuple[int, str, str, Mapping[str, Any]]]:
        """Return whole files in the order in which they were finished: number, SHA-256, kind, info."""
        sql = "SELECT number, sha256, kind, info FROM media WHERE project = %s AND number > %s ORDER BY number LIMIT %s"
        with self._looking() as session:
            rows = session.ask(sql, project, cursor, limit)
        return [(number, sha256, kind, _decode_info(info)) for number, sha256, kind, info in rows]


def _is_whole(session: Session, project: str, sha256: str, kind: str) -> bool:
    return bool(session.ask(f"SELECT 1 FROM media WHERE {_FILE}", project, sha256, kind))


def _keep_few_parts(session: Session, project: str, account: str, own: tuple[str, str]) -> None:
    """Forget the unfinished files of an account that were begun first, but this one, while they are too much."""
    rows = session.ask(
        "SELECT sha256, kind, sum(size) FROM part WHERE project = %s AND account = %s "
        "GROUP BY sha256, kind ORDER BY min(at), sha256, kind",
        *(project, account),
    )
    above = sum(int(size) for _sha256, _kind, size in rows) - MAX_PART_BYTES
    for sha256, kind, size in rows:
        if above > 0 and (sha256, kind) != own:
            session.do(f"DELETE FROM part WHERE {_FILE} AND account = %s", project, sha256, kind, account)
            above -= int(size)


def _replace_former(session: Session, account: Account, now: str, former: Callable[[str], bool]) -> None:
    """Revoke the account that a device has already; DeviceHeldError unless `former` knows the hash of its token."""
    # Held, so that two codes do not let the same device in at once.
    hold(session, account.project, "changes")
    sql = "SELECT uid, token_hash FROM account WHERE project = %s AND device = %s AND revoked_at = '' AND access = %s"
    rows = session.ask(sql, account.project, account.device, LAPTOP)
    if rows and not any(former(token_hash) for _uid, token_hash in rows):
        raise DeviceHeldError(account.device)
    for uid, _token_hash in rows:
        session.do("UPDATE account SET revoked_at = %s WHERE project = %s AND uid = %s", now, account.project, uid)


def _account(session: Session, project: str, uid: str) -> Account | None:
    rows = session.ask(f"SELECT {_ACCOUNT} FROM account WHERE project = %s AND uid = %s", project, uid)
    return _read_account(rows[0]) if rows else None


def _read_account(row: Sequence[Any]) -> Account:
    project, uid, device, name, role, scope, *rest = row
    return Account(project, uid, device, name, role, tuple(scope.split()), *rest)


def _account_row(account: Account) -> tuple[Any, ...]:
    start = (account.project, account.uid, account.device, account.name, account.role, _joined(account.scope))
    end = (account.token_hash, account.answer_key, account.created_at, account.last_seen_at, account.revoked_at)
    return (*start, *end, account.access)


def _joined(scope: Sequence[str]) -> str:
    """Return codes of protocols as one text; none of them holds a blank."""
    return " ".join(scope)
