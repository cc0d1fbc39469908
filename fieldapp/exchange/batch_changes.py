"""What changed since the last batch: which one that is, and the lists of what was corrected and taken back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.core.errors import BatchError
from fieldapp.core.merging import PARENT
from fieldapp.core.record import Record
from fieldapp.core.review import REMARKABLE, VALIDATED
from fieldapp.core.text import _
from fieldapp.exchange.batch_request import Request, is_same_data, words
from fieldapp.exchange.selecting import Selection
from fieldapp.store import batches, records
from fieldapp.store.batches import Batch, Known
from fieldapp.store.connection import Database
from fieldapp.store.ledger import Ledger, State

if TYPE_CHECKING:
    from fieldapp.exchange.batch_request import Terms
    from fieldapp.exchange.formats import Format

CORRECTIONS, WITHDRAWALS = ".corrections.csv", ".retraits.csv"
LISTS = (CORRECTIONS, WITHDRAWALS)
"""How the names of the two lists end, after the whole name of the file."""

_TOGETHER = 500
"""Rows that are looked up in one question to the database."""


def before(db: Database, request: Request, terms: Terms, form: Format) -> list[Batch]:
    """Return the batches by which a recipient knows what they know of the data asked for, newest first.

    The newest delivery of the format that was of the same data counts; where none are named, the newest of all.
    BatchError where there is none, or it was made on another computer.
    """
    known = batches.all_to(db, terms.uid, form.code) if terms.uid else []
    if not known:
        raise BatchError(
            _("Rien n’a encore été envoyé à « {name} » dans ce format : faites d’abord un envoi entier.").format(
                name=terms.name
            )
            if terms.uid
            else _("Dites à qui : ce qui a changé depuis le dernier envoi n’est connu que par destinataire.")
        )
    last = next((one for one in known if _is_of(db, request, one)), None)
    if last is None:
        raise BatchError(
            _(
                "Aucun envoi à « {name} » dans ce format ne portait sur ces données : demandez les mêmes (ou ne "
                "précisez rien) pour n’avoir que ce qui a changé, ou faites un envoi entier."
            ).format(name=terms.name)
        )
    found = batches.chain(db, last.uid)
    if not found:
        raise BatchError(
            _(
                "Le dernier envoi à « {name} » a été fait sur un autre ordinateur : faites la suite là-bas, ou un "
                "envoi entier ici."
            ).format(name=terms.name)
        )
    return found


def _is_of(db: Database, request: Request, delivery: Record) -> bool:
    """Return whether a delivery was of the data that a request names; of one made elsewhere only words are known."""
    if request.selection == Selection():
        return True
    batch = batches.get(db, delivery.uid)
    if batch is None:
        return bool(delivery.data.get("filter") == words(db, request, names_places=True))
    return is_same_data(request, batch.manifest["request"])


def write_lists(db: Database, known: Sequence[Batch], ledger: Ledger, withdrawn: Sequence[Known], file: Path) -> None:
    """Write the two lists beside a file: what was corrected in it, and what is to be taken back.

    One line each: the identity that the recipient knows, what happened, and the file that told it last.
    """
    left = _sent(db, known)
    _write(
        file.with_name(f"{file.name}{CORRECTIONS}"),
        (_("identifiant"), _("corrigé"), _("envoyé le"), _("fichier")),
        _corrections(db, known, ledger, left),
    )
    _write(
        file.with_name(f"{file.name}{WITHDRAWALS}"),
        (_("identifiant"), _("pourquoi"), _("envoyé le"), _("fichier")),
        _withdrawals(db, withdrawn, left),
    )


def _sent(db: Database, known: Sequence[Batch]) -> dict[int, tuple[str, str]]:
    """Return day and name of the file of each batch."""
    told = {batch.id: batch.manifest["manifest"] for batch in known}
    return {number: (str(one["made_on"]), str(one["file"])) for number, one in told.items()}


def _corrections(
    db: Database, known: Sequence[Batch], ledger: Ledger, sent: Mapping[int, tuple[str, str]]
) -> Iterator[tuple[str, ...]]:
    through = {batch.id: batch.through for batch in known}
    label = _labels(db)
    rest = ledger.of_state(State.CORRECTED)
    while chunk := list(islice(rest, _TOGETHER)):
        told = batches.known(db, known, [item for item, _record, _blurred in chunk])
        for number in sorted({one.batch for one in told.values()}):
            of_batch = [one for one in chunk if told[one[0]].batch == number]
            exact = {record for _item, record, is_blurred in of_batch if not is_blurred}
            changed = batches.fields_since(db, exact, through[number])
            for item, record, is_blurred in of_batch:
                # Which fields changed would say what happened at the place that is not told.
                what = _("Donnée revue") if is_blurred else _words(changed.get(record, set()), label)
                yield item, what, *sent[number]


def _labels(db: Database) -> Callable[[str], str]:
    """Return what gives the label of a field of any protocol, "" for what is not one."""
    found = {
        item.name: item.label
        for protocol in db.protocols.values()
        for entity in protocol.entities
        for item in entity.fields
    }
    return lambda name: _(found.get(name, ""))


def _words(names: set[str], label: Callable[[str], str]) -> str:
    told = {label(name) for name in names}
    if not {VALIDATED, REMARKABLE}.isdisjoint(names):
        told.add(_("Validation"))
    if PARENT in names:
        told.add(_("Rattachement"))
    # What was loaded beside the records (a map, a list of sensitive species) may have changed what is told, too.
    return ", ".join(sorted(filter(None, told))) or _("Présentation (cartes, sensibilité, précision)")


def _withdrawals(
    db: Database, withdrawn: Sequence[Known], sent: Mapping[int, tuple[str, str]]
) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(withdrawn), _TOGETHER):
        chunk = withdrawn[start : start + _TOGETHER]
        found = records.placed(db, list(records.get_many(db, {one.record for one in chunk}).values()))
        gone = {one.uid for one in found if any(item.deleted for item in (one.record, *one.parents.values()))}
        for one in chunk:
            why = _("supprimée") if one.record in gone else _("ne fait plus partie de l’envoi")
            yield one.item, why, *sent[one.batch]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)
