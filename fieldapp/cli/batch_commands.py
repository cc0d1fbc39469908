"""The commands of what is handed to others: files in all formats, recipients, the register, sending again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldapp import protocols
from fieldapp.cli import commands
from fieldapp.core.errors import BatchError, FileRefusedError
from fieldapp.core.ids import is_uid, name_uid, new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.text import _, fold, ngettext
from fieldapp.exchange import batch, batch_again, register
from fieldapp.exchange.batch import Made
from fieldapp.exchange.batch_request import Request, precision_words, recipient_named
from fieldapp.exchange.manifest import AREAS
from fieldapp.exchange.selecting import Selection, places_named, taxa_below
from fieldapp.store import batches, records
from fieldapp.store.connection import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """What the words of the command line ask for."""

    format: str
    protocol: Sequence[str] = ()
    year: int | None = None
    place: Sequence[str] = ()
    area: str = ""
    taxon: Sequence[int] = ()
    recipient: str = ""
    conditions: str = ""
    purpose: str = ""
    precision: str = ""
    dataset_uuid: str | None = None
    since_last: bool = False
    layout: str | None = None


def export(database: Path, asked: Asked, file: Path) -> int:
    """Write a file with its manifest, and enter it into the register where it goes to somebody; print what it holds."""
    with commands.present(database) as db:
        made = batch.make(db, _request(db, asked), file)
    print(_words(made))
    for item in made.manifest["left_out"]:
        print(f"{item['reason']} ({item['count']})", file=sys.stderr)
    return commands.DONE


def _words(made: Made) -> str:
    told = made.manifest
    rows, records_, taxa = told["rows"], told["records"], told["taxa"]
    lines = [
        ngettext("{path} : {n} ligne écrite.", "{path} : {n} lignes écrites.", rows).format(path=made.path, n=rows),
        "  " + _("Demande : {filter}").format(filter=told["filter"]),
        "  " + _("Données : {records}, taxons : {taxa}").format(records=records_, taxa=taxa),
    ]
    if told["recipient"]:
        lines.append("  " + _("Destinataire : {name}, envoi {uid}").format(name=told["recipient"], uid=made.delivery))
    if told["previous"]:
        parts = register.difference_words(told["new"], told["corrected"], told["withdrawn"])
        lines.append("  " + _("Depuis le {day} : {parts}").format(day=told["previous"]["made_on"], parts=parts))
    for kind, counts in told["blurred"].items():
        lines.append("  " + _("Positions remplacées par {area} : {n}").format(area=_(AREAS[kind]), n=counts["rows"]))
    if made.report is not None:
        lines += ["  " + words for words in (made.report.unfinished, made.report.unwritten) if words]
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------------ what is asked for


def _request(db: Database, asked: Asked) -> Request:
    area, within = _area(db, asked.area)
    places = frozenset(uid for name in asked.place for uid in _places(db, name))
    selection = Selection(
        protocols=frozenset(_protocol(name) for name in asked.protocol),
        first_on="" if asked.year is None else f"{asked.year:04}-01-01",
        last_on="" if asked.year is None else f"{asked.year:04}-12-31",
        places=places,
        taxa=frozenset(cd_nom for given in asked.taxon for cd_nom in taxa_below(db, given)),
        within=within,
    )
    return Request(
        asked.format,
        selection,
        recipient_named(db, asked.recipient).uid if asked.recipient else "",
        asked.purpose,
        asked.conditions,
        asked.precision,
        _dataset(asked.dataset_uuid),
        asked.since_last,
        area,
        asked.layout,
    )


def _protocol(name: str) -> str:
    """Return the code of a protocol that is told, by its code or its name on the command line."""
    known = {item.code: item for item in protocols.installed() if item.standard is not None}
    named = {commands.name_of(item): code for code, item in known.items()}
    if name in known:
        return name
    if name not in named:
        raise FileRefusedError(
            _("Il n’y a pas de suivi « {name} ». Au choix : {known}.").format(name=name, known=", ".join(sorted(named)))
        )
    return named[name]


def _places(db: Database, name: str) -> list[str]:
    """Return the places of a name: all that are called so, else the only one whose name holds it."""
    found = places_named(db, name)
    titles = {one.uid: db.protocols[one.protocol].entity(one.entity).title(one.data) for one in found}
    exact = [uid for uid, title in titles.items() if fold(title) == fold(name)]
    if exact or len(found) == 1:
        return exact or list(titles)
    if not found:
        raise FileRefusedError(_("Aucun lieu ne s’appelle « {name} » : vérifiez --place.").format(name=name))
    raise FileRefusedError(
        _("« {name} » désigne plusieurs lieux, précisez --place : {known}.").format(
            name=name, known=" ; ".join(sorted(set(titles.values())))
        )
    )


def _area(db: Database, name: str) -> tuple[str, str]:
    """Return how a loaded area is called, and its outline as WKT; ("", "") where none is asked for."""
    if not name:
        return "", ""
    from fieldapp.desk.geography import Geography

    found = Geography.load(db).named(name)
    exact = [one for one in found if fold(one.name) == fold(name) or one.code == name] or list(found)
    if not exact:
        raise FileRefusedError(
            _("Aucune zone chargée ne s’appelle « {name} » : vérifiez --area, ou chargez sa carte.").format(name=name)
        )
    if len(exact) > 1:
        known = " ; ".join(sorted(f"{one.name} ({one.code})" for one in exact))
        raise FileRefusedError(
            _("« {name} » désigne plusieurs zones, précisez --area : {known}.").format(name=name, known=known)
        )
    import shapely

    return exact[0].name, shapely.from_wkb(exact[0].wkb).wkt


def _dataset(given: str | None) -> str | None:
    if given is not None and not is_uid(given):
        raise FileRefusedError(
            _("« {uuid} » n’est pas un UUID : copiez celui du jeu de données (--dataset-uuid).").format(uuid=given)
        )
    return given.lower() if given else None


# ------------------------------------------------------------------------------------------------------- recipients


def add_recipient(
    database: Path, name: str, *, conditions: str, precision: str, contact: str, sees_sensitive: bool
) -> int:
    """Enter a recipient into the directory and say so; one of that name is not altered."""
    name = " ".join(name.split())
    if not name:
        raise FileRefusedError(_("Donnez un nom au destinataire."))
    with commands.opened(database) as db:
        if any(fold(str(one.data.get("name", ""))) == fold(name) for one in batches.recipients(db)):
            raise BatchError(
                _("« {name} » est déjà un destinataire : changez sa fiche dans le programme.").format(name=name)
            )
        uid, record = _new_recipient(db, name)
        entity = db.protocols[batches.DIRECTORY].entity(batches.RECIPIENT)
        values = {
            "name": name,
            "contact": contact,
            "conditions": conditions,
            "precision": precision,
            "sees_sensitive": sees_sensitive or None,
        }
        made = make_record(batches.DIRECTORY, entity, values, None, uid)
        if record is not None:
            made = with_data(record.restored(), entity, values)
        records.save(db, [made], _("Destinataire {name}").format(name=name))
    print(_("Destinataire ajouté : {name}").format(name=name))
    return commands.DONE


def _new_recipient(db: Database, name: str) -> tuple[str, Record | None]:
    """Return the uid of a new recipient, and the record of one that had this name and was deleted, None for none.

    One that had the name and goes by another now is somebody else.
    """
    uid = name_uid(batches.RECIPIENT, name)
    record = records.get(db, uid)
    if record is None or record.deleted:
        return uid, record
    return new_uid(), None


def list_recipients(database: Path, *, as_json: bool) -> int:
    """Print the recipients, how exactly they are told, and on which conditions."""
    with commands.present(database) as db:
        found = [{"uid": one.uid, **one.data} for one in batches.recipients(db)]
        if as_json:
            print(json.dumps(found, ensure_ascii=False))
            return commands.DONE
        for one in found:
            precision = precision_words(db, str(one.get("precision", "")))
            print(f"{one.get('name', '')} · {precision} · {one.get('conditions') or _('sans conditions')}")
        if not found:
            print(_("Aucun destinataire."))
    return commands.DONE


# ----------------------------------------------------------------------------------------------------- the register


def show_register(database: Path, *, as_json: bool, file: Path | None) -> int:
    """Print what was handed to whom, newest first; with `file`, write it as a table too."""
    with commands.present(database) as db:
        found = register.entries(db)
        if file is not None:
            register.write(db, file)
    if as_json:
        print(json.dumps([one.as_json() for one in found], ensure_ascii=False))
    else:
        print("\n".join(one.words() for one in found) or _("Rien n’a encore été envoyé."))
    if file is not None:
        print(_("Registre écrit : {path}").format(path=file), file=sys.stderr)
    return commands.DONE


def resend(database: Path, delivery: str, file: Path) -> int:
    """Write the file of a delivery again, byte for byte, with its manifest and its lists."""
    with commands.present(database) as db:
        written = batch_again.resend(db, delivery, file)
    print(_("Écrit de nouveau :"))
    print("\n".join(map(str, written)))
    return commands.DONE
