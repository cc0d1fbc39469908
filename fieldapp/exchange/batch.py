"""Makes a file for somebody: what was asked for, on their terms, counted, frozen and entered into the register.

All is of one moment of the database. The file, its manifest and what stands beside them appear together, or not at all;
what went to a recipient is frozen in the same breath, so that it can be sent again byte for byte.
"""

from __future__ import annotations

import contextlib
import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fieldapp.core import clock, paths
from fieldapp.core.errors import BatchError
from fieldapp.core.exchange import LeftOut
from fieldapp.core.ids import new_uid
from fieldapp.core.occurrence import Telling
from fieldapp.core.record import Record, make_record
from fieldapp.core.text import _
from fieldapp.desk.sensitivity import rule_counts
from fieldapp.exchange import batch_changes, batch_own, manifest
from fieldapp.exchange.batch_places import Places
from fieldapp.exchange.batch_request import (
    EXACT,
    Request,
    Terms,
    asked_again,
    kept,
    licence_of,
    publisher_of,
    terms_of,
    words,
)
from fieldapp.exchange.batch_told import DIGEST_BYTES, Row, Told
from fieldapp.exchange.exporting import ExportReport
from fieldapp.exchange.formats import Format, Source, formats
from fieldapp.exchange.known import Taxa
from fieldapp.exchange.manifest import Figures
from fieldapp.exchange.selecting import tellings
from fieldapp.exchange.writing import Parts, held_folder, written_together
from fieldapp.exchange.written import Options
from fieldapp.store import batches, disk, records, sensitivities
from fieldapp.store.batches import Batch, Frozen
from fieldapp.store.connection import Database
from fieldapp.store.ledger import Item, Ledger, State

HowFar = Callable[[int, int, str], object]

_LEDGER = "envoi"
"""Name of the folder of a ledger in the cache: it names records that the recipient may not know."""


def _silent(_count: int, _total: int, _text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made: where, what its manifest says, its delivery in the register ("" for none), what is beside.

    `report` is what a protocol's own export says of it, None for the common formats.
    """

    path: Path
    manifest: Mapping[str, Any]
    delivery: str
    files: Sequence[Path]
    report: ExportReport | None = None


@dataclass(slots=True)
class _Work:
    """What is known of a file while it is made.

    `untold` are records that nothing can be told of, `own` those that a protocol's own file is made from.
    """

    db: Database
    request: Request
    form: Format
    terms: Terms
    before: Sequence[Batch]
    figures: Figures
    options: Options
    through: int
    places: Places
    source: Source | None = None
    withdrawn: list[batches.Known] = field(default_factory=list)
    untold: list[LeftOut] = field(default_factory=list)
    own: Sequence[batch_own.Line] = ()


def make(db: Database, request: Request, path: Path, how_far: HowFar = _silent) -> Made:
    """Write a file and its manifest (`path` with the ending of `manifest`); with a recipient, enter it in the register.

    `how_far(count, 0, "")` is told how many rows were looked at, and may raise CancelledError. BatchError or
    FileRefusedError with a sentence where it is not to be, or can't be; then nothing has appeared and nothing is
    registered.
    """
    form = format_of(db, request.format)
    with written_together(path, disk.files_of(db.path)) as parts, _ledger(path) as ledger:
        parts.outdated = tuple(f"{path.name}{ending}" for ending in batch_changes.LISTS)
        with db.snapshot():
            work = _begin(db, request, form)
            _write(work, parts, ledger, how_far)
            told = _told(work, ledger, parts.folder / path.name)
            if work.before:
                batch_changes.write_lists(db, work.before, ledger, work.withdrawn, parts.folder / path.name)
        manifest.write(parts.folder / f"{path.name}{manifest.ENDING}", told)
        delivery = _publish(work, parts, ledger, told)
    files = sorted(place for place in parts.placed if place != path)
    return Made(path, told, delivery, files, work.source.report if work.source else None)


@contextlib.contextmanager
def _ledger(path: Path) -> Iterator[Ledger]:
    """Give the ledger of a file, which lies where no recipient looks and is gone after the block."""
    cache = paths.cache_folder()
    with contextlib.suppress(OSError):  # what is wrong with it is said by whoever makes a folder in it
        cache.mkdir(parents=True, exist_ok=True)
    with held_folder(cache, _LEDGER, path) as folder, Ledger(folder / "ledger.db") as ledger:
        yield ledger


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would hold, for whoever makes it: unlike a manifest it names what is withheld.

    `blurred` are rows by what stands for their place (`causes`: and by why, see `blurring.cause`), `sensitive` the
    species whose places are told less exactly for their own sake, with their rows, `withheld` those of which rows are
    left out altogether, `left_out` how many by the reason, `rules` how many rules on sensitive species were applied, by
    where they come from. `since` is the day of the batch that it goes on from, "" for none.
    """

    rows: int
    taxa: int
    first_on: str
    last_on: str
    new: int
    corrected: int
    withdrawn: int
    since: str
    filter: str
    blurred: Mapping[str, int]
    sensitive: Mapping[str, int]
    withheld: Mapping[str, int]
    left_out: Mapping[str, int]
    rules: Mapping[str, int] = field(default_factory=dict)
    causes: Mapping[tuple[str, str], int] = field(default_factory=dict)


def preview(db: Database, request: Request, how_far: HowFar = _silent) -> Preview:
    """Work out what a file would hold without writing it; raises what `make` raises."""
    form = format_of(db, request.format)
    with _ledger(paths.cache_folder()) as ledger:
        with db.snapshot():
            work = _begin(db, request, form)
            told = _teller(work, ledger, how_far)
            causes: Counter[tuple[str, str]] = Counter()
            for telling in told.stream(_tellings(work)):
                if form.check is not None:
                    form.check(telling, work.options)
                for one in telling.occurrences:
                    told.note(one)
                    if kind := one.where.blurred:
                        causes[kind, work.places.cause(one)] += 1
            _own(work, ledger)
            withdrawn = sum(1 for _one in batches.untold(db, work.before, ledger))
        figures, name = work.figures, work.figures.common_name
        return Preview(
            figures.rows,
            len(figures.taxa),
            figures.first_on,
            figures.last_on,
            ledger.count(State.NEW),
            ledger.count(State.CORRECTED),
            withdrawn,
            _previous(work.before[0] if work.before else None).get("made_on", ""),
            words(db, work.request, names_places=True),
            {kind: counts.total() for kind, counts in figures.blurred.items()},
            {name(cd_nom): count for cd_nom, count in figures.sensitive.most_common() if count},
            {name(cd_nom): count for cd_nom, count in (work.places.asked - told.given).most_common()},
            {one["reason"]: one["count"] for one in manifest.left_out(_untold(work), work.places.left_out)},
            _rules(work),
            causes,
        )


def format_of(db: Database, code: str) -> Format:
    """Return the kind of file with this code; BatchError with those that there are."""
    known = formats(db.protocols)
    if code not in known:
        raise BatchError(
            _("Il n’y a pas de format « {code} ». Au choix : {known}.").format(code=code, known=", ".join(known))
        )
    return known[code]


def _begin(db: Database, request: Request, form: Format) -> _Work:
    terms = terms_of(db, request)
    before: list[Batch] = []
    if form.protocol:
        request = _of_protocol(request, form)
    elif request.layout:
        raise BatchError(_("{format} : ce format n’a pas de variantes. Enlevez --layout.").format(format=_(form.label)))
    if request.since_last:
        before = batch_changes.before(db, request, terms, form)
        request = asked_again(request, before[0].manifest["request"], terms.precision)
        terms = terms_of(db, request)
    if form.tells_exact and terms.precision != EXACT:
        raise BatchError(
            _(
                "{format} : ce format donne toujours la position exacte, et ce qui est demandé est moins précis. "
                "Prenez un autre format, ou demandez la position exacte."
            ).format(format=_(form.label))
        )
    options = _options(db, request)
    return _Work(
        db,
        request,
        form,
        terms,
        before,
        Figures(options.taxa),
        options,
        batches.newest_change(db),
        Places(db, terms.precision, sees_sensitive=terms.sees_sensitive, recipient=terms.uid),
        own=batch_own.lines(db, form, request.selection) if form.protocol else (),
    )


def _options(db: Database, request: Request) -> Options:
    return Options(
        request.dataset_uuid,
        words(db, replace(request, area=""), names_places=False),
        taxa=Taxa(db, db.protocols[batches.DIRECTORY]),
        protocols=db.protocols,
        publisher=publisher_of(db),
        licence=licence_of(db, request),
        made_on=clock.today().isoformat(),
        levels=request.selection.levels,
    )


def _of_protocol(request: Request, form: Format) -> Request:
    """Return the request for the only protocol that a format is of; BatchError where others are asked for."""
    asked = request.selection.protocols
    if asked and asked != {form.protocol}:
        raise BatchError(
            _("{format} : ce format n’est que d’un suivi. Ne demandez que lui.").format(format=_(form.label))
        )
    if request.since_last:
        raise BatchError(
            _("{format} : ce format s’envoie toujours en entier. Demandez tout, ou prenez un autre format.").format(
                format=_(form.label)
            )
        )
    return replace(request, selection=replace(request.selection, protocols=frozenset({form.protocol})))


# ---------------------------------------------------------------------------------------------------- writing


def _write(work: _Work, parts: Parts, ledger: Ledger, how_far: HowFar) -> None:
    """Write the file into its folder, and hold what was written against what was to be."""
    told = _teller(work, ledger, how_far)
    path = parts.folder / parts.target.name
    work.source = Source(
        work.db,
        work.request.selection,
        told.stream(_tellings(work)),
        told.note,
        work.options,
        work.request.layout,
        is_partial=bool(work.before),
    )
    rows = work.form.write(work.source, path)
    if work.form.is_row_by_row:
        _compare(told.pending, work.options.left_out, work.figures.rows, rows)
    else:
        _own(work, ledger)
    _compare_places(work, told.given.total())
    if work.form.is_text and _lines(path, work.form) != rows:
        raise BatchError(_unlike(rows, _lines(path, work.form)))
    work.withdrawn = list(batches.untold(work.db, work.before, ledger))


def _tellings(work: _Work) -> Iterator[Telling]:
    """Yield what is asked for as the recipient may have it."""
    found = work.places.stream(tellings(work.db, work.request.selection, work.untold.append))
    return _exact(found, work) if work.form.tells_exact else found


def _exact(found: Iterable[Telling], work: _Work) -> Iterator[Telling]:
    """Yield what may be told exactly; BatchError with the species where something may not."""
    for telling in found:
        if veiled := [one for one in telling.occurrences if one.where.blurred]:
            raise BatchError(_too_exact(work, {work.figures.name(one.cd_nom) for one in veiled}))
        yield telling
    if work.places.left_out:
        raise BatchError(_too_exact(work, set()))


def _teller(work: _Work, ledger: Ledger, how_far: HowFar) -> Told:
    row = Row(work.form, work.options)
    return Told(work.db, ledger, work.figures, row, work.before, lambda count: how_far(count, 0, ""))


def _own(work: _Work, ledger: Ledger) -> None:
    """Enter into the ledger what a protocol's own file holds besides what is told in common terms.

    BatchError where a line of it may not be told exactly, or one of its lines is accounted for nowhere.
    """
    told = ledger.told()
    besides = [one for one in work.own if one.uid not in told]
    if not work.terms.sees_sensitive and (taxa := batch_own.hidden(work.db, besides)):
        raise BatchError(_too_exact(work, {work.figures.name(cd_nom) for cd_nom in taxa}))
    accounted = {item.uid for item in work.untold}
    lines = [one for one in besides if one.is_line]
    if lost := sum(one.uid not in accounted for one in lines):
        raise BatchError(_unlike(len(lines), len(lines) - lost))
    left_out = {item.uid for item in work.source.report.left_out} if work.source and work.source.report else set()
    for one in lines:
        if one.uid not in left_out:
            ledger.add(Item(one.uid, one.uid, bytes(DIGEST_BYTES), State.NEW))
            work.figures.taxa.add(one.cd_nom)


def _untold(work: _Work) -> list[LeftOut]:
    """Return what nothing is told of; a protocol's own file is made from the records, and has its own account."""
    return work.untold if work.form.is_row_by_row else []


def _rules(work: _Work) -> dict[str, int]:
    """Return how many rules on sensitive species were applied, by their source; none to whoever may see all."""
    return {} if work.terms.sees_sensitive else rule_counts(work.db)


def _too_exact(work: _Work, names: set[str]) -> str:
    sentence = _(
        "{format} : ce format donne toujours la position exacte, et « {name} » ne reçoit pas celle des espèces "
        "sensibles{named}. Rien n’a été écrit : prenez un autre format, ou d’autres données."
    )
    named = f" ({', '.join(sorted(names))})" if names else ""
    return sentence.format(format=_(work.form.label), name=work.terms.name, named=named)


def _compare(pending: Mapping[str, object], left_out: Sequence[LeftOut], noted: int, rows: int) -> None:
    """Raise BatchError unless every row that was to be written was, or was left out for a reason."""
    if len(pending) != len(left_out):
        raise BatchError(_unlike(noted + len(pending), noted + len(left_out)))
    if noted != rows:
        raise BatchError(_unlike(noted, rows))


def _compare_places(work: _Work, given: int) -> None:
    asked, found = work.places.asked.total(), given + sum(work.places.left_out.values())
    if asked != found:
        raise BatchError(_unlike(asked, found))


def _unlike(wanted: int, found: int) -> str:
    return _(
        "{wanted} lignes étaient à écrire et le fichier en compte {found} : rien n’a été gardé. Signalez-le, c’est une "
        "erreur du programme."
    ).format(wanted=wanted, found=found)


def _lines(path: Path, form: Format) -> int:
    """Return how many rows a text file has, read back from the disk."""
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8", newline="") as file:
        rows: Iterable[object] = csv.reader(file, delimiter=form.separator) if form.has_quotes else file
        return max(0, sum(1 for _row in rows) - form.has_header)


# ---------------------------------------------------------------------------------------------------- what is beside


def _told(work: _Work, ledger: Ledger, path: Path) -> dict[str, Any]:
    """Return the manifest of a file that is written."""
    terms, request, places = work.terms, work.request, work.places
    named = records.get_many(work.db, work.figures.validated_by)
    people = {uid: str(one.data.get("name", uid)) for uid, one in named.items()}
    figures = work.figures.as_json(work.db.protocols, people)
    is_open = terms.precision == EXACT and not figures["blurred"] and not places.left_out
    last = work.before[0] if work.before else None
    return {
        "file": path.name,
        "format": request.format,
        "sha256": manifest.sha256(path),
        **figures,
        "rows": _rows(work),
        "records": ledger.records(),
        **manifest.of_program(work.db),
        "recipient": terms.name,
        "conditions": terms.conditions,
        "purpose": request.purpose,
        "filter": words(work.db, request, names_places=is_open),
        "precision": terms.precision,
        "sensitivity": _rules(work),
        "left_out": manifest.left_out([*_untold(work), *work.options.left_out], places.left_out),
        "new": ledger.count(State.NEW),
        "corrected": ledger.count(State.CORRECTED),
        "withdrawn": len(work.withdrawn),
        "previous": _previous(last),
    }


def _rows(work: _Work) -> int:
    """Return the rows of the file: a protocol's own has them in its own way."""
    report = work.source.report if work.source else None
    return work.figures.rows if report is None else report.rows


def _previous(last: Batch | None) -> dict[str, str]:
    """Return which file this one goes on from, {} for one that is whole."""
    if last is None:
        return {}
    before = last.manifest["manifest"]
    return {name: str(before[name]) for name in ("file", "made_on", "sha256")}


# ---------------------------------------------------------------------------------------------------- the register


def _publish(work: _Work, parts: Parts, ledger: Ledger, told: Mapping[str, Any]) -> str:
    """Let the files appear; with a recipient, freeze them and enter them in the register in the same breath."""
    if not work.terms.uid:
        parts.publish()
        return ""
    files = parts.files()
    files.sort(key=lambda file: file.name != parts.target.name)
    delivery = _delivery(work, told)
    frozen = Frozen(
        delivery,
        work.through,
        work.before[0].delivery if work.before else "",
        {
            "manifest": told,
            "request": kept(replace(work.request, precision=work.terms.precision)),
            "files": [
                {"name": file.name, "size": file.stat().st_size, "sha256": manifest.sha256(file)} for file in files
            ],
        },
        ledger,
        files,
        work.withdrawn,
        # Whoever makes the next batch, on whichever laptop, is to make the same identities.
        sensitivities.new_key(work.db) if work.figures.blurred else None,
    )
    label = _("Envoi {file} à {name}").format(file=parts.target.name, name=work.terms.name)
    with batches.attached(work.db, ledger), work.db.transaction():
        batches.register(work.db, frozen, label)
        parts.publish()
    return delivery.uid


def _delivery(work: _Work, told: Mapping[str, Any]) -> Record:
    entity = work.db.protocols[batches.DIRECTORY].entity(batches.DELIVERY)
    same = ("made_on", "purpose", "conditions", "format", "precision", "rows", "records", "taxa")
    values = {name: told[name] for name in (*same, "new", "corrected", "withdrawn", "program_version")}
    values |= {
        "recipient": work.terms.uid,
        "digest": told["sha256"],
        "filter": words(work.db, work.request, names_places=True),
        "file_name": told["file"],
        "previous": work.before[0].delivery if work.before else None,
    }
    return make_record(batches.DIRECTORY, entity, values, None, new_uid())
