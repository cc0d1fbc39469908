"""What was exchanged, and what people disagree about, in sentences; for the command line and the window alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from fieldapp.core import review_words
from fieldapp.core.dates import in_numbers
from fieldapp.core.ids import is_uid
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record, is_about
from fieldapp.core.schema import Field, Kind
from fieldapp.core.text import N_, _, ngettext
from fieldapp.store import records, taxa
from fieldapp.store.connection import Database
from fieldapp.store.disputes import Dispute, Version
from fieldapp.sync.bundle import KNOWN, OWN, Confirmation, Exported, Imported
from fieldapp.sync.bundle_figures import instant_words
from fieldapp.sync.job import Report

ABSENT = "—"

_NUMBERS = (
    N_("deux"), N_("trois"), N_("quatre"), N_("cinq"), N_("six"), N_("sept"), N_("huit"), N_("neuf"), N_("dix"),
)  # fmt: skip

_MOST_NAMED = 5


# ------------------------------------------------------------------------------------------------- a sync


def summary(report: Report) -> str:
    """Return a sync in one sentence: "12 passages envoyés, reçus, identiques ; 31 reçus de trois collègues."."""
    parts = [*_sent(report), *_received(report), *_open_points(report)]
    if not parts:
        return _("Tout est à jour : rien à envoyer, rien de nouveau.")
    return " ; ".join(parts) + "."


def _sent(report: Report) -> Iterable[str]:
    n = report.visits_sent
    if not n:
        if report.sent:
            words = ngettext("{n} modification envoyée", "{n} modifications envoyées", report.sent)
            yield words.format(n=report.sent)
        return
    if report.different or report.unconfirmed:
        yield ngettext("{n} passage envoyé", "{n} passages envoyés", n).format(n=n)
    else:
        words = ngettext("{n} passage envoyé, reçu, identique", "{n} passages envoyés, reçus, identiques", n)
        yield words.format(n=n)


def _received(report: Report) -> Iterable[str]:
    n = report.visits_received
    if not n:
        if report.received:
            words = ngettext("{n} modification reçue", "{n} modifications reçues", report.received)
            yield words.format(n=report.received)
        return
    if report.people:
        words = ngettext("{n} reçu {from_whom}", "{n} reçus {from_whom}", n)
        yield words.format(n=n, from_whom=_from_whom(report.people))
    else:
        yield ngettext("{n} passage reçu", "{n} passages reçus", n).format(n=n)


def _from_whom(people: int) -> str:
    if people == 1:
        return _("d’un collègue")
    count = _(_NUMBERS[people - 2]) if people - 2 < len(_NUMBERS) else str(people)
    return _("de {count} collègues").format(count=count)


def _open_points(report: Report) -> Iterable[str]:
    if report.conflicts:
        yield _("{n} à relire").format(n=report.conflicts)
    if report.different:
        yield ngettext("{n} diffère du serveur", "{n} diffèrent du serveur", report.different).format(
            n=report.different
        )
    if report.refused:
        words = ngettext("{n} saisie refusée par le serveur", "{n} saisies refusées par le serveur", report.refused)
        yield words.format(n=report.refused)
    if report.waiting > report.refused:
        left = report.waiting - report.refused
        yield ngettext("{n} saisie attend encore", "{n} saisies attendent encore", left).format(n=left)


# ------------------------------------------------------------------------------------------------- a file


def exported_words(done: Exported) -> list[str]:
    """Return what was written into a file, in sentences."""
    lines = [_("Envoi écrit et relu : {path}").format(path=done.path)]
    lines.append(_figures(done.visits, done.changes, done.photos) if done.changes else _("Aucune saisie nouvelle."))
    if done.receipts:
        lines.append(
            ngettext(
                "Il porte l’accusé de réception de {n} envoi.",
                "Il porte les accusés de réception de {n} envois.",
                done.receipts,
            ).format(n=done.receipts)
        )
    return [*lines, *done.problems]


def imported_words(db: Database, done: Imported) -> list[str]:
    """Return what became of a file that was read, in sentences."""
    lines = [_taken(done)]
    if done.conflicts:
        lines.append(
            ngettext("{n} désaccord à relire.", "{n} désaccords à relire.", done.conflicts).format(n=done.conflicts)
        )
    if done.kind == KNOWN and done.photos:
        lines.append(ngettext("{n} photo prise.", "{n} photos prises.", done.photos).format(n=done.photos))
    names = Names(db)
    lines += [_confirmed(item, done.device_name, names) for item in done.confirmations]
    return [*lines, *done.problems]


def _taken(done: Imported) -> str:
    moment = instant_words(done.known_at)
    if done.kind == OWN:
        return _("C’est notre propre envoi du {moment} : tout y est déjà.").format(moment=moment)
    if done.kind == KNOWN:
        return _("Déjà lu le {moment} : rien n’a changé.").format(moment=moment)
    words = _("Lu : envoi de « {device} » du {moment}.").format(
        device=done.device_name, moment=instant_words(done.made_at)
    )
    if not done.changes:
        return f"{words} {_('Aucune saisie nouvelle.')}"
    if not done.received:
        return f"{words} {_('Tout était déjà là.')}"
    return f"{words} {_figures(done.visits, done.received, done.photos)}"


def _figures(visits: int, changes: int, photos: int) -> str:
    parts = [
        ngettext("{n} passage", "{n} passages", visits).format(n=visits),
        ngettext("{n} saisie", "{n} saisies", changes).format(n=changes),
    ]
    if photos:
        parts.append(ngettext("{n} photo", "{n} photos", photos).format(n=photos))
    return ", ".join(parts) + "."


def _confirmed(item: Confirmation, device: str, names: Names) -> str:
    """Return what the other laptop holds of one of our files."""
    words = ngettext("{n} passage reçu, identique", "{n} passages reçus, identiques", item.identical)
    parts = [words.format(n=item.identical)]
    if item.changed:
        words = ngettext("{n} modifié ici depuis", "{n} modifiés ici depuis", item.changed)
        parts.append(words.format(n=item.changed))
    if n := len(item.different):
        titles = ", ".join(names.place(uid) for uid in item.different[:_MOST_NAMED])
        more = " …" if n > _MOST_NAMED else ""
        parts.append(
            ngettext("{n} diffère : {titles}", "{n} diffèrent : {titles}", n).format(n=n, titles=titles) + more
        )
    return _("Notre envoi du {moment} chez « {device} » : {figures}.").format(
        moment=instant_words(item.at), device=device, figures=" ; ".join(parts)
    )


# ------------------------------------------------------------------------------------------- disagreements


class Names:
    """The words for records and values of a database; remembers the names that it has looked up."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._found: dict[str, Record | None] = {}

    def title(self, uid: str) -> str:
        """Return what a record is called: a place, a day, a species, a person."""
        record = self._record(uid)
        if record is None:
            return _("(inconnu)")
        entity = self._db.protocols[record.protocol].entity(record.entity)
        if entity.taxon_field:
            return self._taxon(record.cd_nom)
        if entity.date_field:
            return _day(record.on_date) if record.on_date else ABSENT
        return entity.title(record.data) or _(entity.label)

    def place(self, uid: str) -> str:
        """Return where a record lies and what it is called: "Mare des Prés › 14/04/2026 › Triton palmé"."""
        titles = [self.title(uid)]
        record = self._record(uid)
        while record is not None and record.parent and len(titles) < 8:
            titles.append(self.title(record.parent))
            record = self._record(record.parent)
        return " › ".join(reversed(titles))

    def who(self, who: str) -> str:
        """Return the name of a person; a change keeps the uid of one, or a name typed before."""
        if not who:
            return ABSENT
        return self.title(who) if is_uid(who) else who

    def field(self, dispute: Dispute) -> str:
        """Return the label of a disputed field."""
        if dispute.field == DELETED:
            return _("suppression")
        if dispute.field == PARENT:
            return _("rattachement")
        if is_about(dispute.field):
            return review_words.field_words(dispute.field, lambda name: self._label(dispute, name))
        return self._label(dispute, dispute.field)

    def value(self, dispute: Dispute, version: Version) -> str:
        """Return the words for one of the values of a disputed field."""
        if dispute.field == DELETED:
            return _("supprimé") if version.value else _("gardé")
        if dispute.field == PARENT:
            return self.place(version.value) if version.value else ABSENT
        if version.value is None or version.value == "":
            return ABSENT
        if is_about(dispute.field):
            return review_words.value_words(version.value, self.who)
        item = self._field(dispute, dispute.field)
        values = version.value if isinstance(version.value, list) else [version.value]
        return ", ".join(self._one(item, value) for value in values)

    def _label(self, dispute: Dispute, name: str) -> str:
        item = self._field(dispute, name)
        return _(item.label) if item else name

    def _field(self, dispute: Dispute, name: str) -> Field | None:
        entity = self._db.protocols[dispute.record.protocol].entity(dispute.record.entity)
        return entity.by_name.get(name)

    def _one(self, item: Field | None, value: Any) -> str:
        if item is not None and item.choices:
            choice = item.choice(value)
            return _(choice.label) if choice else str(value)
        if item is not None and item.kind in {Kind.LINK, Kind.LINKS}:
            return self.title(str(value))
        if item is not None and item.kind is Kind.TAXON and isinstance(value, int):
            return self._taxon(value)
        if isinstance(value, bool):
            return _("oui") if value else _("non")
        if item is not None and item.kind is Kind.DATE:
            return _day(str(value))
        return str(value)

    def _taxon(self, cd_nom: int | None) -> str:
        found = None if cd_nom is None else taxa.by_cd_nom(self._db, [cd_nom]).get(cd_nom)
        if found is None:
            return ABSENT if cd_nom is None else str(cd_nom)
        return found.nom_vern or found.lb_nom

    def _record(self, uid: str) -> Record | None:
        if uid not in self._found:
            self._found[uid] = records.get(self._db, uid)
        return self._found[uid]


def dispute_words(db: Database, disputes: Sequence[Dispute]) -> list[str]:
    """Return each disagreement as lines: where it is, then each value with who gave it, and when."""
    names = Names(db)
    lines = []
    for dispute in disputes:
        protocol = _(db.protocols[dispute.record.protocol].label)
        lines.append(f"{protocol} · {names.place(dispute.record.uid)} · {names.field(dispute)}")
        for version in dispute.versions:
            who = names.who(version.who)
            lines.append(f"  {names.value(dispute, version)} ({who}, {instant_words(version.made_at) or ABSENT})")
    return lines


def dispute_as_json(db: Database, dispute: Dispute) -> dict[str, Any]:
    """Return a disagreement by name, with its words beside what the database holds."""
    names = Names(db)
    return {
        "record": dispute.record.uid,
        "protocol": dispute.record.protocol,
        "entity": dispute.record.entity,
        "place": names.place(dispute.record.uid),
        "field": dispute.field,
        "label": names.field(dispute),
        "found_at": dispute.found_at,
        "versions": [
            {
                "change": version.change,
                "value": version.value,
                "label": names.value(dispute, version),
                "who": names.who(version.who),
                "device": version.device,
                "made_at": version.made_at,
            }
            for version in dispute.versions
        ],
    }


def _day(on_date: str) -> str:
    try:
        return in_numbers(date.fromisoformat(on_date))
    except ValueError:
        return on_date
