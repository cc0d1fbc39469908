"""What the screens of batches say: what a file would hold, what a manifest holds, how many."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fieldapp.core import review
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange.batch import Made, Preview
from fieldapp.exchange.batch_changes import CORRECTIONS, WITHDRAWALS
from fieldapp.exchange.batch_request import EXACT, precision_words
from fieldapp.exchange.blurring import ASKED, GROUP, NO_COMMUNE, SPECIES
from fieldapp.exchange.formats import formats
from fieldapp.exchange.manifest import AREAS, ENDING
from fieldapp.exchange.register import difference_words
from fieldapp.store.connection import Database
from fieldapp.ui.wording import day_words, number_words

_NAMED = 4
"""Species that are named in a sentence; more are counted."""


def rows_words(count: int) -> str:
    """Return "312 données"."""
    return ngettext("{n} donnée", "{n} données", count).format(n=number_words(count))


def taxa_words(count: int) -> str:
    """Return "14 taxons"."""
    return ngettext("{n} taxon", "{n} taxons", count).format(n=number_words(count))


def own_words(db: Database, precision: str) -> str:
    """Return what a file that is nobody's tells, and where it does not stand."""
    words = _("pour vous-même, {precision}, espèces sensibles comprises, hors du registre")
    return words.format(precision=precision_words(db, precision or EXACT).lower())


_BESIDE = MappingProxyType(
    {ENDING: N_("bordereau"), CORRECTIONS: N_("liste des corrections"), WITHDRAWALS: N_("liste des retraits")}
)


def made_words(made: Made, own: str) -> str:
    """Return what was written: for whom where it is nobody's (`own`), else what is to be handed over with it."""
    words = _("{name} : {rows}").format(name=made.path.name, rows=rows_words(int(made.manifest["rows"])))
    if own:
        return f"{words}, {own}."
    names = [
        next((_(label) for ending, label in _BESIDE.items() if file.name.endswith(ending)), _("dictionnaire"))
        for file in made.files
    ]
    return _("{words}. À remettre avec : {names}.").format(words=words, names=", ".join(names))


def holds_words(found: Preview) -> str:
    """Return how much the file would hold, of which days."""
    if not found.rows:
        return _("Rien de neuf depuis le dernier envoi.") if found.since else _("Aucune donnée ne répond à la demande.")
    words = f"{rows_words(found.rows)} · {taxa_words(found.taxa)}"
    first, last = day_words(found.first_on), day_words(found.last_on)
    return f"{words} · {first}" if first == last else f"{words} · {first} – {last}"


def since_words(found: Preview) -> str:
    """Return what is new, corrected and withdrawn since the last batch, "" for a batch that is whole."""
    if not found.since:
        return ""
    parts = difference_words(found.new, found.corrected, found.withdrawn, number_words)
    words = _("Depuis l’envoi du {day} ({filter}) : {parts}.")
    return words.format(day=day_words(found.since), filter=found.filter, parts=parts)


def blurred_words(found: Preview) -> list[str]:
    """Return how many rows are told less exactly, by what, and the species for whose own sake some are."""
    lines = []
    for kind, count in found.blurred.items():
        words = ngettext("{n} position est remplacée par {area}", "{n} positions sont remplacées par {area}", count)
        told = words.format(n=number_words(count), area=_(AREAS.get(kind, kind)))
        why = ", ".join(
            _cause_words(cause, number) for (of, cause), number in sorted(found.causes.items()) if of == kind
        )
        is_asked = (found.causes.get((kind, ASKED)) or 0) == count
        lines.append(f"{told}." if is_asked or not why else _("{told} : {why}.").format(told=told, why=why))
    if any(cause == NO_COMMUNE for _kind, cause in found.causes):
        lines.append(_("Pour les dire à la commune, chargez la carte des communes (Réglages, Ctrl E)."))
    if found.sensitive:
        lines.append(_("Espèces sensibles, dites moins précisément : {names}.").format(names=_names(found.sensitive)))
    if found.rules:
        told = ", ".join(f"{source} ({number_words(count)})" for source, count in found.rules.items())
        lines.append(_("Règles de sensibilité appliquées : {rules}.").format(rules=told))
    return lines


def _cause_words(cause: str, count: int) -> str:
    """Return "157 pour une espèce sensible": why places are told less exactly, and how many."""
    words = {
        ASKED: ngettext("{n} demandée ainsi", "{n} demandées ainsi", count),
        SPECIES: _("{n} pour une espèce sensible"),
        GROUP: ngettext(
            "{n} « rien vu » d’un groupe où une espèce est sensible",
            "{n} « rien vu » d’un groupe où une espèce est sensible",
            count,
        ),
        NO_COMMUNE: _("{n} faute de commune connue"),
    }
    return words.get(cause, _("{n} faute de position")).format(n=number_words(count))


def left_out_words(found: Preview) -> list[str]:
    """Return what is left out, with the reason, and the species that it is of."""
    lines = [
        _("{rows} hors du fichier : {reason}.").format(rows=rows_words(count), reason=reason.rstrip("."))
        for reason, count in found.left_out.items()
    ]
    if found.withheld:
        lines.append(_("Espèces laissées de côté : {names}.").format(names=_names(found.withheld)))
    return lines


def _names(counts: Mapping[str, int]) -> str:
    named = [f"{name} ({number_words(count)})" for name, count in list(counts.items())[:_NAMED]]
    more = len(counts) - len(named)
    if more:
        named.append(ngettext("{n} autre", "{n} autres", more).format(n=more))
    return ", ".join(named)


MANIFEST: Mapping[str, str] = {
    "file": N_("Fichier"),
    "made_on": N_("Fait le"),
    "recipient": N_("Destinataire"),
    "purpose": N_("Objet"),
    "conditions": N_("Conditions d’utilisation"),
    "filter": N_("Demande"),
    "format": N_("Format"),
    "precision": N_("Précision"),
    "rows": N_("Lignes"),
    "records": N_("Fiches"),
    "taxa": N_("Taxons"),
    "taxon_groups": N_("Groupes"),
    "absences": N_("Absences"),
    "from": N_("Première date"),
    "to": N_("Dernière date"),
    "levels": N_("Niveaux de validation"),
    "validated_by": N_("Validées par"),
    "blurred": N_("Positions remplacées"),
    "sensitivity": N_("Règles de sensibilité appliquées"),
    "left_out": N_("Hors du fichier"),
    "new": N_("Nouvelles"),
    "corrected": N_("Corrigées"),
    "withdrawn": N_("Retirées"),
    "previous": N_("Suite de"),
    "protocols": N_("Version des suivis"),
    "taxref": N_("TAXREF"),
    "program_version": N_("Version du programme"),
    "sha256": N_("Empreinte SHA-256"),
}
"""The lines of a manifest on the screen, by their names in it."""


def manifest_rows(db: Database, told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a manifest as label and words, without what says nothing."""
    worded = _worded(db, told)
    return [(_(label), words) for name, label in MANIFEST.items() if (words := _value(name, worded.get(name)))]


def _worded(db: Database, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with words where it has codes; a code that is not known here stays."""
    kinds, levels = formats(db.protocols), {choice.code: _(choice.label) for choice in review.LEVELS}
    form, precision = str(told.get("format", "")), str(told.get("precision", ""))
    named = {code: _(item.label) for code, item in db.protocols.items()}
    return {
        **told,
        "format": _(kinds[form].label) if form in kinds else form,
        "precision": precision_words(db, precision),
        "levels": {levels.get(code, code): count for code, count in (told.get("levels") or {}).items()},
        "protocols": {named.get(code, code): version for code, version in (told.get("protocols") or {}).items()},
    }


def _value(name: str, value: Any) -> str:
    if name in {"from", "to", "made_on"}:
        return day_words(str(value or ""))
    if name == "left_out":
        return ", ".join(f"{one['reason']} ({number_words(one['count'])})" for one in value or ())
    if name == "blurred":
        kinds = (value or {}).items()
        return ", ".join(f"{_(AREAS.get(kind, kind))} ({number_words(one['rows'])})" for kind, one in kinds)
    if name == "previous":
        told = value or {}
        return " · ".join(filter(None, (str(told.get("file", "")), day_words(str(told.get("made_on", ""))))))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({one})" for key, one in value.items())
    return number_words(value) if isinstance(value, int) else str(value or "")
