"""The tables of a hub, the same on SQLite and PostgreSQL, and the migrations that make them.

The project is the first column of every key, so that PostgreSQL can part or spread the tables by it; no key reaches
across them. Three small tables are the exception, since they are asked before the project is known: `project`,
`invite` (by the hash of its code) and `failure`. Texts compare byte by byte; what a laptop wrote as JSON stays text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.core.text import _
from fieldapp.hub.errors import StorageError

VERSION_TABLE = "hub_schema"
"""Which migrations were made; a database with other tables and without this one is not a hub's."""

TALLY_BLOCK = 1_000
"""How many numbers go into one line of `tally`, from which what waits for a laptop is counted without reading it.

Written into the rows: another value needs a migration.
"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine calls the four types of the tables, and what stands at their end."""

    text: str
    number: str
    flag: str
    data: str
    end: str


SQLITE = Dialect("TEXT", "INTEGER", "INTEGER", "BLOB", " STRICT")
POSTGRESQL = Dialect('text COLLATE "C"', "bigint", "boolean", "bytea", "")

_FIRST = """
CREATE TABLE project (uid {text} PRIMARY KEY, name {text} NOT NULL UNIQUE){end};

CREATE TABLE counter (
    project {text} PRIMARY KEY,
    changes {number} NOT NULL,
    media {number} NOT NULL,
    batches {number} NOT NULL
){end};

CREATE TABLE account (
    project {text} NOT NULL,
    uid {text} NOT NULL,
    device {text} NOT NULL,
    name {text} NOT NULL,
    role {text} NOT NULL,
    scope {text} NOT NULL,
    token_hash {text} NOT NULL,
    answer_key {text} NOT NULL,
    created_at {text} NOT NULL,
    last_seen_at {text} NOT NULL,
    revoked_at {text} NOT NULL,
    access {text} NOT NULL,
    PRIMARY KEY (project, uid)
){end};
CREATE INDEX account_device ON account (project, device);

CREATE TABLE invite (
    code_hash {text} PRIMARY KEY,
    project {text} NOT NULL,
    role {text} NOT NULL,
    scope {text} NOT NULL,
    created_at {text} NOT NULL,
    expires_at {text} NOT NULL,
    account {text} NOT NULL
){end};

CREATE TABLE failure (address_hash {text} NOT NULL, at {text} NOT NULL){end};
CREATE INDEX failure_at ON failure (at);

CREATE TABLE action (
    project {text} NOT NULL,
    uid {text} NOT NULL,
    label {text} NOT NULL,
    who {text} NOT NULL,
    device {text} NOT NULL,
    made_at {text} NOT NULL,
    PRIMARY KEY (project, uid)
){end};

CREATE TABLE change (
    project {text} NOT NULL,
    number {number} NOT NULL,
    uid {text} NOT NULL,
    record {text} NOT NULL,
    protocol {text} NOT NULL,
    entity {text} NOT NULL,
    version {text} NOT NULL,
    visit {text} NOT NULL,
    base {text} NOT NULL,
    before {text},
    after {text} NOT NULL,
    digest {text} NOT NULL,
    action {text} NOT NULL,
    account {text} NOT NULL,
    replica {text} NOT NULL,
    is_edit {flag} NOT NULL,
    is_deletion {flag} NOT NULL,
    PRIMARY KEY (project, number),
    UNIQUE (project, uid)
){end};
CREATE INDEX change_record ON change (project, record);

CREATE TABLE replica (
    project {text} NOT NULL,
    uid {text} NOT NULL,
    taken {number} NOT NULL,
    account {text} NOT NULL,
    PRIMARY KEY (project, uid)
){end};

CREATE TABLE tally (
    project {text} NOT NULL,
    block {number} NOT NULL,
    replica {text} NOT NULL,
    protocol {text} NOT NULL,
    changes {number} NOT NULL,
    edits {number} NOT NULL,
    deletes {number} NOT NULL,
    PRIMARY KEY (project, block, replica, protocol)
){end};

CREATE TABLE record (
    project {text} NOT NULL,
    uid {text} NOT NULL,
    protocol {text} NOT NULL,
    entity {text} NOT NULL,
    parent {text},
    visit {text} NOT NULL,
    deleted {flag} NOT NULL,
    data {text} NOT NULL,
    owner {text} NOT NULL,
    PRIMARY KEY (project, uid)
){end};
CREATE INDEX record_parent ON record (project, parent);
CREATE INDEX record_visit ON record (project, visit, uid) WHERE NOT deleted;

CREATE TABLE dispute (
    project {text} NOT NULL,
    record {text} NOT NULL,
    field {text} NOT NULL,
    rivals {text} NOT NULL,
    PRIMARY KEY (project, record, field)
){end};

CREATE TABLE refusal (
    project {text} NOT NULL,
    account {text} NOT NULL,
    uid {text} NOT NULL,
    reason {text} NOT NULL,
    body {text} NOT NULL,
    at {text} NOT NULL,
    PRIMARY KEY (project, account, uid)
){end};
CREATE INDEX refusal_at ON refusal (project, at);

CREATE TABLE lease (
    project {text} NOT NULL,
    name {text} NOT NULL,
    device {text} NOT NULL,
    account {text} NOT NULL,
    until {text} NOT NULL,
    PRIMARY KEY (project, name)
){end};

CREATE TABLE batch (
    project {text} NOT NULL,
    number {number} NOT NULL,
    account {text} NOT NULL,
    at {text} NOT NULL,
    received {number} NOT NULL,
    merged {number} NOT NULL,
    disputed {number} NOT NULL,
    refused {number} NOT NULL,
    sent {number} NOT NULL,
    PRIMARY KEY (project, number)
){end};
CREATE INDEX batch_at ON batch (project, at);

CREATE TABLE media (
    project {text} NOT NULL,
    sha256 {text} NOT NULL,
    kind {text} NOT NULL,
    number {number} NOT NULL,
    info {text} NOT NULL,
    account {text} NOT NULL,
    PRIMARY KEY (project, sha256, kind)
){end};
CREATE INDEX media_number ON media (project, number);

CREATE TABLE part (
    project {text} NOT NULL,
    account {text} NOT NULL,
    sha256 {text} NOT NULL,
    kind {text} NOT NULL,
    number {number} NOT NULL,
    size {number} NOT NULL,
    at {text} NOT NULL,
    data {data} NOT NULL,
    PRIMARY KEY (project, account, sha256, kind, number)
){end};
CREATE INDEX part_at ON part (project, at);

CREATE TABLE piece (
    project {text} NOT NULL,
    sha256 {text} NOT NULL,
    kind {text} NOT NULL,
    number {number} NOT NULL,
    data {data} NOT NULL,
    PRIMARY KEY (project, sha256, kind, number)
){end}
"""

_MIGRATIONS = (_FIRST,)
"""In order; the first brings an empty database to version 1. One that was released is never edited."""

ACROSS_PROJECTS = frozenset({"project", "invite", "failure", VERSION_TABLE})
"""The tables that are asked before the project is known; every other one can be parted by it."""


def newest() -> int:
    """Return the version to which this program brings a database."""
    return len(_MIGRATIONS)


def statements(version: int, dialect: Dialect) -> list[str]:
    """Return what brings a database from the version before to this one."""
    words = {name: getattr(dialect, name) for name in dialect.__slots__}
    return [statement.strip() for statement in _MIGRATIONS[version - 1].format(**words).split(";")]


def one_step(version: int, dialect: Dialect, execute: Callable[[str, Sequence[Any]], Any], sign: str) -> bool:
    """Bring a database up by one version, inside the caller's transaction; return whether more steps follow.

    `sign` is how the engine marks a parameter.
    """
    refuse_newer(version)
    if version == newest():
        return False
    if not version:
        execute(f"CREATE TABLE {VERSION_TABLE} (version integer PRIMARY KEY)", ())
    for statement in statements(version + 1, dialect):
        execute(statement, ())
    execute(f"INSERT INTO {VERSION_TABLE} (version) VALUES ({sign})", (version + 1,))  # noqa: S608
    return version + 1 < newest()


def refuse_newer(version: int) -> None:
    """Raise StorageError for a database that a newer program has brought further."""
    if version > newest():
        raise StorageError(
            _(
                "Cette base a été mise à jour par une version plus récente du serveur (base {found}, programme "
                "{known}). Installez la même version ici, puis redémarrez ; rien n’a été modifié."
            ).format(found=version, known=newest()),
            again=False,
        )


def refuse_foreign(where: str) -> None:
    """Raise StorageError for a database that holds the tables of something else."""
    raise StorageError(
        _(
            "{where} contient les tables d’un autre programme : ce n’est pas la base d’un serveur Fieldapp. Indiquez "
            "une base vide ou celle du serveur ; rien n’a été modifié."
        ).format(where=where),
        again=False,
    )
