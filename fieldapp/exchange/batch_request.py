"""What was asked of a batch: which data, for whom, how exactly; in words, and as it is kept to be asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import msgspec

from fieldapp.core.dates import in_numbers
from fieldapp.core.errors import BatchError, SheetError
from fieldapp.core.occurrence import dataset_of, person_of
from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.telling import text
from fieldapp.core.text import _, fold, ngettext
from fieldapp.exchange.blurring import Precision
from fieldapp.exchange.selecting import Selection
from fieldapp.store import batches, records, taxa
from fieldapp.store.connection import Database

EXACT: Precision = "exact"
PRECISIONS: tuple[Precision, ...] = ("exact", "commune", "cell")
"""How exactly places are told, the most exact first (the codes of the directory's PRECISIONS)."""


@dataclass(frozen=True, slots=True)
class Request:
    """A file that somebody wants.

    `recipient` is the uid of who gets it, "" for a file of one's own, which no register knows. `conditions` and
    `precision` are the recipient's own where they are "". `area` is what the polygon of the selection is called.
    `since_last` asks for what changed since the last batch of this format to this recipient.
    """

    format: str
    selection: Selection = field(default_factory=Selection)
    recipient: str = ""
    purpose: str = ""
    conditions: str = ""
    precision: str = ""
    dataset_uuid: str | None = None
    since_last: bool = False
    area: str = ""
    layout: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a batch: who gets it, on which conditions, how exactly, whether sensitive places too."""

    uid: str
    name: str
    conditions: str
    precision: Precision
    sees_sensitive: bool


def terms_of(db: Database, request: Request) -> Terms:
    """Return on which terms a file is made; BatchError where there are no conditions, or it would tell too much."""
    precision = _precision(request.precision, EXACT)
    if not request.recipient:
        return Terms("", "", request.conditions, precision, sees_sensitive=True)
    record = records.get(db, request.recipient)
    if record is None or record.deleted or record.entity != batches.RECIPIENT:
        raise BatchError(_("Ce destinataire n’est plus dans l’annuaire : choisissez-en un autre."))
    values = record.data
    name = str(values.get("name", ""))
    conditions = request.conditions.strip() or str(values.get("conditions", "")).strip()
    if not conditions:
        raise SheetError(
            _(
                "« {name} » n’a pas de conditions d’utilisation : écrivez-les sur sa fiche (en ligne de commande, "
                "--conditions en donne pour cet envoi). Rien n’a été écrit."
            ).format(name=name),
            batches.RECIPIENT,
            record.uid,
        )
    # Nobody said it, or in a word of a newer version that is not known here: then the least is told.
    agreed = _precision(str(values.get("precision", "")), PRECISIONS[-1])
    precision = _precision(request.precision, agreed)
    if PRECISIONS.index(precision) < PRECISIONS.index(agreed):
        raise BatchError(
            _(
                "« {name} » ne reçoit pas de positions aussi exactes : sa fiche dit « {agreed} ». Demandez cette "
                "précision, ou changez la fiche."
            ).format(name=name, agreed=precision_words(db, agreed))
        )
    return Terms(record.uid, name, conditions, precision, bool(values.get("sees_sensitive")))


def _precision(code: str, otherwise: Precision) -> Precision:
    return next((one for one in PRECISIONS if one == code), otherwise)


def recipient_named(db: Database, name: str) -> Record:
    """Return the recipient of this name, accents and capitals apart; BatchError with the known ones for none."""
    known = batches.recipients(db)
    named = [record for record in known if fold(str(record.data.get("name", ""))) == fold(name)]
    if len(named) == 1:
        return named[0]
    if not known:
        raise BatchError(
            _("Il n’y a encore aucun destinataire. Le premier : fieldapp recipient add NOM --conditions TEXTE.")
        )
    sentence = _("Aucun destinataire ne s’appelle « {name} ». Il y a : {known}.")
    if named:
        sentence = _(
            "Plusieurs destinataires s’appellent « {name} » : donnez-leur des noms différents. Il y a : {known}."
        )
    told = " ; ".join(sorted(str(record.data.get("name", "")) for record in known))
    raise BatchError(sentence.format(name=name, known=told))


def precision_words(db: Database, code: str) -> str:
    """Return how exactly in words, as the directory has them."""
    choice = db.protocols[batches.DIRECTORY].entity(batches.RECIPIENT).by_name["precision"].choice(code)
    return _(choice.label) if choice else code


def publisher_of(db: Database) -> str:
    """Return the organisation of whoever makes the file, "" where nobody said."""
    record = records.get(db, db.author.who)
    known = person_of(record if record and not record.deleted else None)
    return known.organisation if known else ""


def licence_of(db: Database, request: Request) -> str:
    """Return the licence of the datasets that the rows may belong to, "" where one has none, or another one.

    A visit may name any dataset, so without one for the whole file all of them have to agree.
    """
    asked = request.dataset_uuid
    found = records.roots(db, batches.DIRECTORY, "dataset")
    told = {text(one.data, "licence").strip() for one in found if not asked or dataset_of(one).uuid == asked}
    return told.pop() if len(told) == 1 else ""


# --------------------------------------------------------------------------------------------- kept and asked again


def kept(request: Request) -> dict[str, Any]:
    """Return the selection of a request as JSON can hold it, with what its area is called."""
    found: dict[str, Any] = {
        item.name: sorted(value) if isinstance(value := getattr(request.selection, item.name), frozenset) else value
        for item in fields(Selection)
    }
    return {
        **found, "area": request.area, "precision": request.precision, "dataset_uuid": request.dataset_uuid
    }  # fmt: skip


def is_same_data(request: Request, before: Mapping[str, Any]) -> bool:
    """Return whether a request is for the data of an earlier one, as it was kept."""
    asked = kept(request)
    return all(asked[item.name] == before.get(item.name) for item in fields(Selection))


def asked_again(request: Request, before: Mapping[str, Any], agreed: Precision = EXACT) -> Request:
    """Return the request with what it does not say itself as it was in an earlier one: selection, precision, dataset.

    `agreed` is how exactly the recipient may know: the coarser of that and of what they were told counts. BatchError
    where another selection is named (what changed since is only known of the same data), or a finer precision than
    before.
    """
    former = _precision(str(before.get("precision", "")), EXACT)
    otherwise = max(former, agreed, key=PRECISIONS.index)
    if PRECISIONS.index(_precision(request.precision, otherwise)) < PRECISIONS.index(former):
        raise BatchError(
            _("Le dernier envoi disait les lieux moins exactement : demandez la même précision, ou un envoi entier.")
        )
    request = replace(
        request,
        precision=request.precision or otherwise,
        dataset_uuid=request.dataset_uuid or before.get("dataset_uuid"),
    )
    if request.selection == Selection():
        names = {item.name for item in fields(Selection)}
        selection = msgspec.convert({name: value for name, value in before.items() if name in names}, Selection)
        return replace(request, selection=selection, area=str(before.get("area", "")))
    if not is_same_data(request, before):
        raise BatchError(
            _(
                "Le dernier envoi portait sur d’autres données : demandez les mêmes (ou ne précisez rien) pour n’avoir "
                "que ce qui a changé, ou faites un envoi entier."
            )
        )
    return request


# -------------------------------------------------------------------------------------------------------- in words


def words(db: Database, request: Request, *, names_places: bool) -> str:
    """Return in a sentence what was asked for; places are counted and not named where their names may not be told."""
    chosen = request.selection
    parts = [
        ", ".join(_(item.label) for item in _protocols(db, chosen)) or _("tous les suivis"),
        _period(chosen),
        _places(db, chosen, names_places=names_places),
        _area(request, names_places=names_places),
        _taxa(db, chosen),
        ngettext("{n} ligne choisie", "{n} lignes choisies", len(chosen.lines)).format(n=len(chosen.lines))
        if chosen.lines
        else "",
        _("fiches finies seulement") if chosen.finished_only else "",
        _("niveaux de validation : {codes}").format(codes=", ".join(sorted(chosen.levels))) if chosen.levels else "",
    ]
    return " · ".join(filter(None, parts))


def _protocols(db: Database, chosen: Selection) -> Sequence[StudyProtocol]:
    return [item for code, item in db.protocols.items() if code in chosen.protocols]


def _period(chosen: Selection) -> str:
    first, last = chosen.first_on, chosen.last_on
    if first and last and first[:4] == last[:4] and (first[4:], last[4:]) == ("-01-01", "-12-31"):
        return first[:4]
    if first and last:
        return _("du {first} au {last}").format(first=_day(first), last=_day(last))
    if first:
        return _("depuis le {first}").format(first=_day(first))
    return _("jusqu’au {last}").format(last=_day(last)) if last else ""


def _day(text: str) -> str:
    from datetime import date

    return in_numbers(date.fromisoformat(text))


def _places(db: Database, chosen: Selection, *, names_places: bool) -> str:
    if not chosen.places:
        return ""
    if not names_places:
        return ngettext("{n} lieu choisi", "{n} lieux choisis", len(chosen.places)).format(n=len(chosen.places))
    found = records.get_many(db, sorted(chosen.places)).values()
    named = (
        db.protocols[one.protocol].entity(one.entity).title(one.data) for one in found if one.protocol in db.protocols
    )
    return ", ".join(sorted(named))


def _area(request: Request, *, names_places: bool) -> str:
    if not request.selection.within:
        return ""
    return request.area if request.area and names_places else _("dans une zone choisie")


def _taxa(db: Database, chosen: Selection) -> str:
    if not chosen.taxa:
        return ""
    if len(chosen.taxa) > _NAMED:
        return ngettext("{n} taxon choisi", "{n} taxons choisis", len(chosen.taxa)).format(n=len(chosen.taxa))
    known = taxa.by_cd_nom(db, chosen.taxa)
    return ", ".join(sorted(known[cd_nom].lb_nom if cd_nom in known else str(cd_nom) for cd_nom in chosen.taxa))


_NAMED = 5
"""Taxa that are named one by one; more are counted."""
