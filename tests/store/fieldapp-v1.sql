-- A database of the first release: schema as its program made it, and rows as people left them. Never edited.
PRAGMA application_id = 1179205968;
PRAGMA user_version = 1;
BEGIN;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
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
    ;
CREATE INDEX record_by_date ON record (protocol, entity, on_date) WHERE deleted = 0 AND on_date IS NOT NULL;
CREATE INDEX record_by_parent ON record (parent, on_date) WHERE deleted = 0 AND parent IS NOT NULL;
CREATE INDEX record_deleted ON record (parent) WHERE deleted = 1;
CREATE INDEX record_root ON record (protocol, entity) WHERE deleted = 0 AND parent IS NULL;
CREATE INDEX record_asked ON record (uid) WHERE deleted = 0 AND instr(data, '"_question.') > 0;
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
    ;
CREATE INDEX action_to_undo ON action (state, id) WHERE kind = 'entry';
CREATE INDEX action_by_kind ON action (kind, id);
CREATE INDEX action_by_device ON action (device, id) WHERE who <> '';
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
    ;
CREATE INDEX change_by_record ON change (record, id);
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
    ;
CREATE TABLE outbox (
        peer INTEGER NOT NULL,
        change INTEGER NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (peer, change)
    ) STRICT, WITHOUT ROWID
    ;
CREATE INDEX outbox_refused ON outbox (peer) WHERE reason <> '';
CREATE TABLE receipt (
        peer INTEGER NOT NULL,
        visit TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'identical', 'different')),
        at TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (peer, visit)
    ) STRICT, WITHOUT ROWID
    ;
CREATE INDEX receipt_to_get ON receipt (peer, visit) WHERE state = 'waiting';
CREATE INDEX receipt_different ON receipt (peer, visit) WHERE state = 'different';
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
    ;
CREATE INDEX aside_by_record ON aside (peer, record);
CREATE TABLE dispute (
        record TEXT NOT NULL,
        field TEXT NOT NULL,
        rivals TEXT NOT NULL CHECK (json_valid(rivals)),
        found_at TEXT NOT NULL,
        settled_at TEXT,
        PRIMARY KEY (record, field)
    ) STRICT, WITHOUT ROWID
    ;
CREATE INDEX dispute_open ON dispute (found_at) WHERE settled_at IS NULL;
CREATE TABLE lease (
        name TEXT PRIMARY KEY NOT NULL,
        device TEXT NOT NULL,
        peer INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
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
    ;
CREATE TABLE sync_log (
        id INTEGER PRIMARY KEY,
        peer INTEGER NOT NULL,
        at TEXT NOT NULL,
        report TEXT NOT NULL CHECK (json_valid(report))
    ) STRICT
    ;
CREATE TABLE draft (
        key TEXT PRIMARY KEY NOT NULL,
        data TEXT NOT NULL CHECK (json_valid(data)),
        changed_at TEXT NOT NULL
    ) STRICT
    ;
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
    ;
CREATE INDEX taxon_by_parent ON taxon (parent, cd_nom) WHERE parent <> 0;
CREATE VIRTUAL TABLE taxon_names USING fts5 (
        words, content = 'taxon', content_rowid = 'id', columnsize = 0, detail = none,
        prefix = '1 2 3 4 5 6 7', tokenize = "unicode61 remove_diacritics 0"
    )
    ;
CREATE TABLE taxref_a (
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
    ;
CREATE INDEX taxref_a_by_parent ON taxref_a (parent, cd_nom) WHERE parent <> 0;
CREATE VIRTUAL TABLE taxref_a_names USING fts5 (
        words, content = 'taxref_a', content_rowid = 'id', columnsize = 0, detail = none,
        prefix = '1 2 3 4 5 6 7', tokenize = "unicode61 remove_diacritics 0"
    )
    ;
CREATE TABLE taxref_b (
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
    ;
CREATE INDEX taxref_b_by_parent ON taxref_b (parent, cd_nom) WHERE parent <> 0;
CREATE VIRTUAL TABLE taxref_b_names USING fts5 (
        words, content = 'taxref_b', content_rowid = 'id', columnsize = 0, detail = none,
        prefix = '1 2 3 4 5 6 7', tokenize = "unicode61 remove_diacritics 0"
    )
    ;
CREATE TABLE taxon_withdrawn (
        cd_nom INTEGER PRIMARY KEY,
        replacement INTEGER NOT NULL,
        reason TEXT NOT NULL,
        release TEXT NOT NULL
    ) STRICT
    ;
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
    ;
CREATE TABLE media_state (
        peer INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('photo', 'thumbnail')),
        sent INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1)),
        PRIMARY KEY (peer, sha256, kind)
    ) STRICT, WITHOUT ROWID
    ;
CREATE TABLE layer (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('commune', 'department', 'protected', 'managed', 'site', 'other')),
        name TEXT NOT NULL,
        file_name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        loaded_at TEXT NOT NULL,
        UNIQUE (kind, name)
    ) STRICT
    ;
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
    ;
CREATE INDEX area_by_layer ON area (layer, code);
CREATE TABLE sensitivity (
        cd_nom INTEGER NOT NULL,
        department TEXT NOT NULL,
        source TEXT NOT NULL,
        level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),
        PRIMARY KEY (cd_nom, department, source)
    ) STRICT, WITHOUT ROWID
    ;
CREATE TABLE batch (
        id INTEGER PRIMARY KEY,
        delivery TEXT NOT NULL UNIQUE,
        through INTEGER NOT NULL,
        previous TEXT NOT NULL,
        manifest TEXT NOT NULL CHECK (json_valid(manifest)),
        made_at TEXT NOT NULL
    ) STRICT
    ;
CREATE TABLE batch_item (
        batch INTEGER NOT NULL REFERENCES batch (id),
        item TEXT NOT NULL,
        record TEXT NOT NULL,
        version TEXT NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (batch, item)
    ) STRICT, WITHOUT ROWID
    ;
CREATE TABLE batch_piece (
        batch INTEGER NOT NULL REFERENCES batch (id),
        number INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (batch, number)
    ) STRICT
    ;
CREATE TABLE meta (
        name TEXT PRIMARY KEY NOT NULL,
        value TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO meta (name, value) VALUES ('pseudonym_key', lower(hex(randomblob(32))));
INSERT INTO _sqlite_migrations VALUES (1, 'fieldapp', 'm001_records', '2026-11-20 20:00:00.000000+00:00');
INSERT INTO record (uid, protocol, entity, parent, on_date, cd_nom, data, deleted) VALUES ('0190a000-0000-7000-8000-000000000001', 'ponds', 'group', NULL, NULL, NULL, '{"name":"Terrils"}', 0);
INSERT INTO action VALUES (1, '0190a000-0000-7000-8000-000000000002', 'entry', 'créer', 'person-1', 'laptop-1', '2026-03-01T20:00:00.000Z', NULL, 1, 'done');
INSERT INTO action VALUES (2, '0190a000-0000-7000-8000-000000000003', 'entry', 'renommer', 'person-1', 'laptop-1', '2026-03-01T20:01:00.000Z', NULL, 2, 'done');
INSERT INTO change VALUES (1, '0190a000-0000-7000-8000-000000000004', 1, '0190a000-0000-7000-8000-000000000001', NULL, NULL, '{"_parent":null,"name":"Terril"}', '1.2', NULL, 0);
INSERT INTO change VALUES (2, '0190a000-0000-7000-8000-000000000005', 2, '0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000004', '{"name":"Terril"}', '{"name":"Terrils"}', '1.2', NULL, 0);
INSERT INTO draft VALUES ('visit:1', '{"passage":"2"}', '2026-03-01T20:02:00.000Z');
INSERT INTO taxon (id, cd_nom, cd_ref, lb_nom, lb_auteur, nom_vern, rank, regional_rank, complex, status, aliases, words, source) VALUES (1000000, 137, 137, 'Triturus cristatus', '(Laurenti, 1768)', 'Triton crêté', 'ES', 2, '', 'native', '[]', '137 triturus cristatus triton crete', 'ponds');
INSERT INTO taxon_names (rowid, words) SELECT id, words FROM taxon;
INSERT INTO media VALUES ('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 2048000, 'image/jpeg', 4000, 3000, '2026-03-18T07:41:00', 'IMG_0042.JPG', '2026-03-18T07:02:00.000Z');
INSERT INTO meta VALUES ('taxa:ponds', '{"digest":"044c8219","first":1000000,"count":1}');
COMMIT;
