"""The schema of the local database, as a chain of migrations.

A released migration is never edited and uses nothing of the rest of the program. Each runs in one transaction together
with the record of its having run. sqlite-utils is imported only when there is something to migrate: it would cost every
start a tenth of a second.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database as SqliteUtilsDatabase
    from sqlite_utils import Migrations

VERSION = 1
"""The number of the newest migration; kept in the file's `user_version`."""

APPLICATION_ID = 0x46494150
"""Marks a file as a database of this program ("FIAP"); kept in the file's `application_id`."""


def apply(connection: sqlite3.Connection) -> None:
    """Bring the database up to VERSION; what fails leaves it as the last finished migration left it."""
    from sqlite_utils import Database

    chain().apply(Database(connection))


def chain() -> Migrations:
    """Return the migrations in the order in which they run."""
    from sqlite_utils import Migrations

    found = Migrations("fieldapp")
    found()(m001_records)
    return found


def m001_records(db: SqliteUtilsDatabase) -> None:
    """Make records, actions, changes, drafts, taxa and photos of the first release."""
    for statement in _M001:
        db.execute(statement)


_M001 = (
    # A record is the present state of one thing; `change` tells how it came to be. `record` comes back from a
    # deletion by undo, so nothing is ever removed from here. `id` is this file's own number of it, and outlives its
    # being compacted; it never leaves this laptop.
    """
    CREATE TABLE record (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE,
        protocol TEXT NOT NULL,
        entity TEXT NOT NULL,
        parent TEXT REFERENCES record (uid) DEFERRABLE INITIALLY DEFERRED,
        on_date TEXT,
        cd_nom INTEGER,
        data TEXT NOT NULL CHECK (json_valid(data)),
        deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
    ) STRICT
    """,
    "CREATE INDEX record_by_date ON record (protocol, entity, on_date) WHERE deleted = 0 AND on_date IS NOT NULL",
    "CREATE INDEX record_by_parent ON record (parent, on_date) WHERE deleted = 0 AND parent IS NOT NULL",
    "CREATE INDEX record_deleted ON record (parent) WHERE deleted = 1",
    "CREATE INDEX record_root ON record (protocol, entity) WHERE deleted = 0 AND parent IS NULL",
    # Records about which the coordinator asks something (see `core.review`): few among a million.
    """CREATE INDEX record_asked ON record (uid) WHERE deleted = 0 AND instr(data, '"_question.') > 0""",
    # What a person did in one go: the unit of undo and redo. Its changes are numbered from `first_change` up to those
    # of the next action, for they are written in one transaction and none is ever removed: no index need find them.
    """
    CREATE TABLE action (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('entry', 'import', 'undo', 'redo', 'sync')),
        label TEXT NOT NULL,
        who TEXT NOT NULL,
        device TEXT NOT NULL,
        made_at TEXT NOT NULL,
        of_action INTEGER REFERENCES action (id),
        first_change INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'passed'))
    ) STRICT
    """,
    "CREATE INDEX action_to_undo ON action (state, id) WHERE kind = 'entry'",
    "CREATE INDEX action_by_kind ON action (kind, id)",
    "CREATE INDEX action_by_device ON action (device, id) WHERE who <> ''",
    # One row per record touched by an action: from what to what. `before` is null when the record was made; only the
    # fields that differ are kept, a field that was absent is null. `base` names the changes that this one follows, with
    # blanks between (null when the record was made), `origin` the peer that it came from (null: made here). What was
    # undone before anybody was offered it is `withdrawn`, with what undid it: it never leaves.
    """
    CREATE TABLE change (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE,
        action INTEGER NOT NULL REFERENCES action (id),
        record TEXT NOT NULL REFERENCES record (uid) DEFERRABLE INITIALLY DEFERRED,
        base TEXT,
        before TEXT CHECK (before IS NULL OR json_valid(before)),
        after TEXT NOT NULL CHECK (json_valid(after)),
        protocol_version TEXT NOT NULL,
        origin INTEGER,
        withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1))
    ) STRICT
    """,
    "CREATE INDEX change_by_record ON change (record, id)",
    # Whom this database exchanges with: a hub, the hub of a table, another laptop by file. Changes up to `through` were
    # looked at for it: those that wait for an answer are in `outbox`. `cursor` is the number up to which the hub's
    # changes are here, `mark` the uid of the one with that number. `replica` names this copy of the database to it and
    # `device` the laptop for which that was made: a copy on another laptop is another replica.
    """
    CREATE TABLE peer (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('hub', 'lan', 'file')),
        project TEXT NOT NULL,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        account TEXT NOT NULL,
        role TEXT NOT NULL,
        scope TEXT NOT NULL CHECK (json_valid(scope)),
        replica TEXT NOT NULL,
        device TEXT NOT NULL,
        through INTEGER NOT NULL DEFAULT 0,
        cursor INTEGER NOT NULL DEFAULT 0,
        mark TEXT NOT NULL DEFAULT '',
        taken INTEGER NOT NULL DEFAULT 0,
        media_cursor INTEGER NOT NULL DEFAULT 0,
        joined_at TEXT NOT NULL,
        synced_at TEXT NOT NULL DEFAULT '',
        left_at TEXT NOT NULL DEFAULT '',
        UNIQUE (kind, project, account)
    ) STRICT
    """,
    # What a peer has not taken yet; `reason` says why it refused it, "" while it was not asked.
    """
    CREATE TABLE outbox (
        peer INTEGER NOT NULL,
        change INTEGER NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (peer, change)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX outbox_refused ON outbox (peer) WHERE reason <> ''",
    # Whether what a peer holds of a visit was seen to be what is here; `tries` counts how often in a row it was not.
    """
    CREATE TABLE receipt (
        peer INTEGER NOT NULL,
        visit TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'identical', 'different')),
        at TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (peer, visit)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX receipt_to_get ON receipt (peer, visit) WHERE state = 'waiting'",
    "CREATE INDEX receipt_different ON receipt (peer, visit) WHERE state = 'different'",
    # Changes of a peer that were passed over, for this program can't hold them (see `sync.messages`), with the visit
    # that they lie in; the changes that follow them are passed over, too.
    """
    CREATE TABLE aside (
        peer INTEGER NOT NULL,
        change TEXT NOT NULL,
        record TEXT NOT NULL,
        visit TEXT NOT NULL,
        protocol TEXT NOT NULL,
        entity TEXT NOT NULL,
        version TEXT NOT NULL,
        reason TEXT NOT NULL CHECK (reason IN ('newer', 'strange', 'follows')),
        PRIMARY KEY (peer, change)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX aside_by_record ON aside (peer, record)",
    # The fields to which people who did not know of each other's gave different values; `rivals` are these.
    """
    CREATE TABLE dispute (
        record TEXT NOT NULL,
        field TEXT NOT NULL,
        rivals TEXT NOT NULL CHECK (json_valid(rivals)),
        found_at TEXT NOT NULL,
        settled_at TEXT,
        PRIMARY KEY (record, field)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX dispute_open ON dispute (found_at) WHERE settled_at IS NULL",
    # Which laptop holds which ring string, as the hub last said.
    """
    CREATE TABLE lease (
        name TEXT PRIMARY KEY NOT NULL,
        device TEXT NOT NULL,
        peer INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # Files of changes that were written (`out`) or read (`in`): which they follow, what they held, whether the other
    # laptop has said that it has them.
    """
    CREATE TABLE parcel (
        uid TEXT PRIMARY KEY NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
        device TEXT NOT NULL,
        previous TEXT NOT NULL,
        first_change INTEGER NOT NULL,
        last_change INTEGER NOT NULL,
        changes INTEGER NOT NULL,
        visits TEXT NOT NULL CHECK (json_valid(visits)),
        at TEXT NOT NULL,
        confirmed_at TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    # What each sync did, in figures, newest last.
    """
    CREATE TABLE sync_log (
        id INTEGER PRIMARY KEY,
        peer INTEGER NOT NULL,
        at TEXT NOT NULL,
        report TEXT NOT NULL CHECK (json_valid(report))
    ) STRICT
    """,
    # What stands in a form and is not a record yet, as it was typed.
    """
    CREATE TABLE draft (
        key TEXT PRIMARY KEY NOT NULL,
        data TEXT NOT NULL CHECK (json_valid(data)),
        changed_at TEXT NOT NULL
    ) STRICT
    """,
    # Taxa: the curated lists of the protocols (source = protocol code). The order of `id` is the order of
    # proposing; `words` is what is searched, folded by the program. Beginnings of up to 7 letters have an index of
    # their own (measured over 700,000 names: 99 of 100 keystrokes within 7 ms, with 3 letters within 23 ms). `parent`
    # is the cd_nom of the taxon above (0: not known), of a synonym that of its valid name, so that what lies below a
    # taxon is found by this one index; `lineage` kingdom, phylum, class, order and family.
    """
    CREATE TABLE taxon (
        id INTEGER PRIMARY KEY,
        cd_nom INTEGER NOT NULL,
        cd_ref INTEGER NOT NULL,
        lb_nom TEXT NOT NULL,
        lb_auteur TEXT NOT NULL,
        nom_vern TEXT NOT NULL,
        rank TEXT NOT NULL,
        regional_rank INTEGER,
        complex TEXT NOT NULL,
        status TEXT NOT NULL,
        aliases TEXT NOT NULL CHECK (json_valid(aliases)),
        parent INTEGER NOT NULL DEFAULT 0,
        group_inpn TEXT NOT NULL DEFAULT '',
        lineage TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(lineage)),
        words TEXT NOT NULL,
        source TEXT NOT NULL,
        UNIQUE (cd_nom, source)
    ) STRICT
    """,
    "CREATE INDEX taxon_by_parent ON taxon (parent, cd_nom) WHERE parent <> 0",
    """
    CREATE VIRTUAL TABLE taxon_names USING fts5 (
        words, content = 'taxon', content_rowid = 'id', columnsize = 0, detail = none,
        prefix = '1 2 3 4 5 6 7', tokenize = "unicode61 remove_diacritics 0"
    )
    """,
    # The names of TAXREF, in one of two such tables (see `store.reference_names`); `meta` says in which.
    *(
        statement.format(table=table)
        for table in ("taxref_a", "taxref_b")
        for statement in (
            """
    CREATE TABLE {table} (
        id INTEGER PRIMARY KEY,
        cd_nom INTEGER NOT NULL UNIQUE,
        cd_ref INTEGER NOT NULL,
        lb_nom TEXT NOT NULL,
        lb_auteur TEXT NOT NULL,
        nom_vern TEXT NOT NULL,
        rank TEXT NOT NULL,
        regional_rank INTEGER,
        complex TEXT NOT NULL,
        status TEXT NOT NULL,
        aliases TEXT NOT NULL,
        parent INTEGER NOT NULL,
        group_inpn TEXT NOT NULL,
        lineage TEXT NOT NULL,
        words TEXT NOT NULL
    ) STRICT
    """,
            "CREATE INDEX {table}_by_parent ON {table} (parent, cd_nom) WHERE parent <> 0",
            """
    CREATE VIRTUAL TABLE {table}_names USING fts5 (
        words, content = '{table}', content_rowid = 'id', columnsize = 0, detail = none,
        prefix = '1 2 3 4 5 6 7', tokenize = "unicode61 remove_diacritics 0"
    )
    """,
        )
    ),
    # Numbers that TAXREF has given up; `replacement` is the cd_nom that stands for it now (0: none).
    """
    CREATE TABLE taxon_withdrawn (
        cd_nom INTEGER PRIMARY KEY,
        replacement INTEGER NOT NULL,
        reason TEXT NOT NULL,
        release TEXT NOT NULL
    ) STRICT
    """,
    # The photos that are kept as files beside the database, by their SHA-256; the records name them by it. A row says
    # what the file is, and is never removed: a photo may come back with an undo, or with a record from elsewhere.
    """
    CREATE TABLE media (
        sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
        size INTEGER NOT NULL,
        mime TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        taken_at TEXT,
        file_name TEXT NOT NULL,
        added_at TEXT NOT NULL
    ) STRICT
    """,
    # How far a photo and its small copy have come with a peer: `sent` when it has them whole.
    """
    CREATE TABLE media_state (
        peer INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('photo', 'thumbnail')),
        sent INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1)),
        PRIMARY KEY (peer, sha256, kind)
    ) STRICT, WITHOUT ROWID
    """,
    # Maps that were loaded: communes, protected or managed areas, whatever a request may name. Geometries are WKB in
    # degrees (WGS 84), with their bounds. A layer is loaded anew by its kind and name.
    """
    CREATE TABLE layer (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('commune', 'department', 'protected', 'managed', 'site', 'other')),
        name TEXT NOT NULL,
        file_name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        loaded_at TEXT NOT NULL,
        UNIQUE (kind, name)
    ) STRICT
    """,
    """
    CREATE TABLE area (
        id INTEGER PRIMARY KEY,
        layer INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE,
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        west REAL NOT NULL,
        south REAL NOT NULL,
        east REAL NOT NULL,
        north REAL NOT NULL,
        geometry BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX area_by_layer ON area (layer, code)",
    # How far the places of a taxon may be told, by department ("" for all): 0 exactly, 1 commune, 2 cell of 10 km,
    # 3 department, 4 nothing (source: SINP, SENSIBILITE). The columns of the key come first in every table without
    # rowid: where they do not, SQLite 3.40 takes a sound table for a damaged one.
    """
    CREATE TABLE sensitivity (
        cd_nom INTEGER NOT NULL,
        department TEXT NOT NULL,
        source TEXT NOT NULL,
        level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),
        PRIMARY KEY (cd_nom, department, source)
    ) STRICT, WITHOUT ROWID
    """,
    # What was handed to a recipient, frozen: the delivery (a record of the directory) says to whom and under which
    # conditions. `through` is the newest change that it knew, `previous` the delivery that it goes on from ("": it is
    # whole). An item is a row of the file by the identity that the recipient knows: `record` is what it is of,
    # `version` the newest change of that record, `digest` what was told of it (empty: it was withdrawn). The files lie
    # one behind the other in pieces, each compressed alone.
    """
    CREATE TABLE batch (
        id INTEGER PRIMARY KEY,
        delivery TEXT NOT NULL UNIQUE,
        through INTEGER NOT NULL,
        previous TEXT NOT NULL,
        manifest TEXT NOT NULL CHECK (json_valid(manifest)),
        made_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE batch_item (
        batch INTEGER NOT NULL REFERENCES batch (id),
        item TEXT NOT NULL,
        record TEXT NOT NULL,
        version TEXT NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (batch, item)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE batch_piece (
        batch INTEGER NOT NULL REFERENCES batch (id),
        number INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (batch, number)
    ) STRICT
    """,
    """
    CREATE TABLE meta (
        name TEXT PRIMARY KEY NOT NULL,
        value TEXT NOT NULL
    ) STRICT
    """,
    # The secret from which recipients' identities of blurred places are made (see `store.sensitivities`).
    "INSERT INTO meta (name, value) VALUES ('pseudonym_key', lower(hex(randomblob(32))))",
    "PRAGMA application_id = 1179205968",
    "PRAGMA user_version = 1",
)
