"""The check of a whole database: SQLite's own checks, the history of every record, the file of every photo."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from fieldapp.core.merging import DELETED, PARENT, Step, merge
from fieldapp.core.text import _
from fieldapp.store import media, reference_names
from fieldapp.store.connection import Database, translated
from fieldapp.store.records import decode
from fieldapp.store.steps import same

MAX_PROBLEMS = 1000
"""Findings that are written out; beyond that one sentence says that there are more."""


@dataclass(slots=True)
class Report:
    """What a check read and what it found; no problem means that everything is in order."""

    records: int = 0
    changes: int = 0
    problems: list[str] = field(default_factory=list)
    photos: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    def add(self, sentence: str) -> None:
        """Keep a finding, up to MAX_PROBLEMS of them."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(sentence)
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(_("Et d’autres encore : la liste s’arrête ici."))


def check(db: Database) -> Report:
    """Return what is wrong with the database, having read all of it in one moment; memory does not grow with it."""
    report = Report()
    try:
        _check_file(db.connection, report)
        _check_search(db.connection, report)
        if report.is_clean:
            with translated(db.path):
                db.connection.execute("BEGIN")
                try:
                    _check_links(db.connection, report)
                    _check_history(db, report)
                finally:
                    db.connection.execute("ROLLBACK")
                _check_photos(db, report)
    except sqlite3.DatabaseError as error:
        report.add(_("Le fichier {path} est illisible par endroits : {detail}.").format(path=db.path, detail=error))
    return report


def _check_file(connection: sqlite3.Connection, report: Report) -> None:
    for (line,) in connection.execute("PRAGMA integrity_check"):
        if line != "ok":
            report.add(_("Fichier abîmé : {detail}.").format(detail=line))


def _check_search(connection: sqlite3.Connection, report: Report) -> None:
    try:
        for index in ("taxon_names", *(f"{table}_names" for table in reference_names.TABLES)):
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")  # noqa: S608 - names
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        report.add(_("L’index de recherche des taxons ne correspond pas à la liste des taxons."))


def _check_photos(db: Database, report: Report) -> None:
    """Read every photo whole: a picture that a camera has no more of is worth the time."""
    media.take_up(db)
    for fault in media.verify(db):
        report.photos += 1
        if fault is not None:
            report.add(fault.words())


def _check_links(connection: sqlite3.Connection, report: Report) -> None:
    for table, rowid, parent, _key in connection.execute("PRAGMA foreign_key_check"):
        if table == "record":
            (uid,) = connection.execute("SELECT uid FROM record WHERE id = ?", (rowid,)).fetchone()
            report.add(_("Relevé {uid} : le relevé au-dessus de lui n’existe pas.").format(uid=uid))
        elif table == "change":
            (uid,) = connection.execute("SELECT record FROM change WHERE id = ?", (rowid,)).fetchone()
            missing = _("sans action") if parent == "action" else _("d’un relevé qui n’existe pas")
            report.add(_("Relevé {uid} : modification n° {id} {missing}.").format(uid=uid, id=rowid, missing=missing))
        else:
            report.add(
                _("Table {table}, ligne {id} : lien vers {parent} rompu.").format(table=table, id=rowid, parent=parent)
            )
    orphans = connection.execute(
        "SELECT child.uid FROM record AS child JOIN record AS parent ON parent.uid = child.parent "
        "WHERE child.deleted = 0 AND parent.deleted = 1 ORDER BY child.uid"
    )
    for (uid,) in orphans:
        report.add(_("Relevé {uid} : le relevé au-dessus de lui est supprimé.").format(uid=uid))


def _check_history(db: Database, report: Report) -> None:
    """Walk records and changes side by side, both in order of uid."""
    records = db.connection.execute(
        "SELECT uid, protocol, entity, parent, data, on_date, cd_nom, deleted, EXISTS (SELECT 1 FROM record AS below "
        "WHERE below.parent = record.uid AND below.deleted = 0) FROM record ORDER BY uid"
    )
    changes = db.connection.execute(
        "SELECT record, id, uid, base, before, after, withdrawn FROM change ORDER BY record, id"
    )
    histories = groupby(changes, key=lambda row: row[0])
    ahead = next(histories, None)
    for record in records:
        report.records += 1
        while ahead is not None and ahead[0] < record[0]:
            # Its record is missing, which the check of links has said.
            report.changes += sum(1 for _row in ahead[1])
            ahead = next(histories, None)
        if ahead is None or ahead[0] != record[0]:
            report.add(_("Relevé {uid} : aucune modification ne dit d’où il vient.").format(uid=record[0]))
        else:
            _check_record(record, ahead[1], report)
            ahead = next(histories, None)
        _check_columns(db, record, report)
    while ahead is not None:
        report.changes += sum(1 for _row in ahead[1])
        ahead = next(histories, None)


def _check_record(record: tuple[Any, ...], changes: Iterator[tuple[Any, ...]], report: Report) -> None:
    """Compare a record with what its changes make of it (see `core.merging`)."""
    uid, _protocol, _entity, parent, data, _on_date, _cd_nom, deleted, shielded = record
    steps: dict[str, Step] = {}
    left: list[Step] = []
    for _record, number, change, base, before, after, withdrawn in changes:
        report.changes += 1
        follows = tuple((base or "").split())
        if (before is None) != (not follows) or not steps.keys() >= set(follows):
            report.add(_("Relevé {uid} : la modification n° {id} n’est pas à sa place.").format(uid=uid, id=number))
        elif before is not None:
            _check_before(uid, number, before, _known_to(follows, steps), report)
        steps[change] = Step(change, follows, decode(after))
        if not withdrawn:
            left.append(steps[change])
    if not left:
        if not deleted:
            report.add(_("Relevé {uid} : tout ce qui l’a fait a été annulé, et il est là.").format(uid=uid))
        return
    merged = merge(left, has_live_children=bool(shielded and not deleted))
    made = {PARENT: merged.parent, DELETED: merged.deleted, **merged.data}
    present = {PARENT: parent, DELETED: bool(deleted), **decode(data)}
    wrong = sorted(name for name in {**made, **present} if not same(made.get(name), present.get(name)))
    if wrong:
        report.add(
            _("Relevé {uid} : l’historique ne donne pas ses valeurs ({fields}).").format(
                uid=uid, fields=", ".join(wrong)
            )
        )


def _known_to(follows: Sequence[str], steps: Mapping[str, Step]) -> list[Step]:
    """Return the changes that the author of a change knew: those that it follows, near and far."""
    found: dict[str, Step] = {}
    waiting = list(follows)
    while waiting:
        uid = waiting.pop()
        if uid not in found:
            found[uid] = steps[uid]
            waiting.extend(steps[uid].base)
    return list(found.values())


def _check_before(uid: str, number: int, before: str, known: Sequence[Step], report: Report) -> None:
    """Compare what a change says was there with what its author knew to be there."""
    state = merge(known)
    flat = {PARENT: state.parent, DELETED: state.deleted, **state.data}
    # A record that somebody put below a deleted one keeps it alive: its own changes do not tell that.
    shielded = {DELETED} if state.deleted else set()
    told = [(name, value) for name, value in decode(before).items() if name not in shielded]
    wrong = sorted(name for name, value in told if not same(flat.get(name), value))
    # What shows of a disputed field may have been another value on that laptop, or the deletion been in doubt there.
    if wrong and not state.disputes:
        report.add(
            _("Relevé {uid} : la modification n° {id} part d’autres valeurs ({fields}).").format(
                uid=uid, id=number, fields=", ".join(wrong)
            )
        )


def _check_columns(db: Database, record: tuple[Any, ...], report: Report) -> None:
    """Compare the two indexed columns with the fields that they repeat; unknown protocols are left alone."""
    uid, protocol_code, entity_code, _parent, data, on_date, cd_nom, _deleted, _shielded = record
    protocol = db.protocols.get(protocol_code)
    if protocol is None:
        return
    try:
        entity = protocol.entity(entity_code)
    except KeyError:
        return
    values = decode(data)
    for column, name, value in (("on_date", entity.date_field, on_date), ("cd_nom", entity.taxon_field, cd_nom)):
        if value != (values.get(name) if name else None):
            report.add(
                _("Relevé {uid} : la colonne {column} ne suit pas le champ {field}.").format(
                    uid=uid, column=column, field=name or "-"
                )
            )
