"""What the screens of batches say: what a file would hold, what a manifest holds, how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange.batch import Preview
from fieldapp.exchange.manifest import AREAS
from fieldapp.exchange.register import difference_words
from fieldapp.ui.wording import day_words, number_words

_NAMED = 4
"""Species that are named in a sentence; more are counted."""


def rows_words(count: int) -> str:
    """Return "312 données"."""
    return ngettext("{n} donnée", "{n} données", count).format(n=number_words(count))


def taxa_words(count: int) -> str:
    """Return "14 taxons"."""
    return ngettext("{n} taxon", "{n} taxons", count).format(n=number_words(count))


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
        words = ngettext("{n} position est remplacée par {area}.", "{n} positions sont remplacées par {area}.", count)
        lines.append(words.format(n=number_words(count), area=_(AREAS.get(kind, kind))))
    if found.sensitive:
        lines.append(_("Espèces sensibles, dites moins précisément : {names}.").format(names=_names(found.sensitive)))
    if found.rules:
        told = ", ".join(f"{source} ({number_words(count)})" for source, count in found.rules.items())
        lines.append(_("Règles de sensibilité appliquées : {rules}.").format(rules=told))
    return lines


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


def manifest_rows(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a manifest as label and words, without what says nothing."""
    return [(_(label), words) for name, label in MANIFEST.items() if (words := _value(name, told.get(name)))]


def _value(name: str, value: Any) -> str:
    if name in {"from", "to", "made_on"}:
        return day_words(str(value or ""))
    if name == "left_out":
        return ", ".join(f"{one['reason']} ({number_words(one['count'])})" for one in value or ())
    if name == "blurred":
        kinds = (value or {}).items()
        return ", ".join(f"{_(AREAS.get(kind, kind))} ({number_words(one['rows'])})" for kind, one in kinds)
    if name == "previous":
        return " · ".join(filter(None, (str((value or {}).get(key, "")) for key in ("file", "made_on"))))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({one})" for key, one in value.items())
    return number_words(value) if isinstance(value, int) else str(value or "")
