"""What a save of a visit did, in a few words: the label by which undo names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fieldapp.core.checking import CONFIRMED
from fieldapp.core.forms import QuickKey, SheetForm
from fieldapp.core.record import Record
from fieldapp.core.schema import Entity, Taxon, Values
from fieldapp.core.text import _
from fieldapp.store.connection import Database
from fieldapp.ui.wording import Words


def of_quick(before: QuickKey | None, after: QuickKey | None) -> str:
    """Return "rien vu", "« rien vu » enlevé", "" where the quick key that is on stayed the same."""
    if after is before:
        return ""
    if after is not None:
        return _(after.label).lower()
    return _("« {key} » enlevé").format(key=_(before.label).lower()) if before is not None else ""


def of_lines(sheet: SheetForm, lines: Sequence[Record], taxa: Mapping[int, Taxon]) -> str:
    """Return "Crapaud calamite 12–22", "Crapaud calamite supprimé", several with commas; an absence says nothing."""
    column = next((one for one in sheet.columns if one.code == sheet.last_required), None)
    found = []
    for line in lines:
        taxon = taxa.get(line.cd_nom or 0)
        if taxon is None or not sheet.is_sighting(line.data):
            continue
        name = taxon.nom_vern or taxon.lb_nom
        if line.deleted:
            found.append(_("{species} supprimé").format(species=name))
        else:
            found.append(f"{name} {column.show(line.data) if column else ''}".strip())
    return ", ".join(found)


def of_fields(db: Database, entity: Entity, before: Values, after: Values) -> str:
    """Return "début 21:00" for one field, the labels of several ("début, fin"), "" where nothing differs."""
    names = [item.name for item in entity.fields if before.get(item.name) != after.get(item.name)]
    if not names:
        more = before.get(CONFIRMED) != after.get(CONFIRMED)
        return _("avertissement confirmé") if more else ""
    labels = [_(entity.by_name[name].label).lower() for name in names]
    if len(names) > 1:
        return ", ".join(labels)
    if names[0] not in after:
        return _("{field} vidé").format(field=labels[0])
    return f"{labels[0]} {Words(db, {}).value(entity.by_name[names[0]], after[names[0]])}"
