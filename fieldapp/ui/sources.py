"""What Ctrl+K finds in the records: places by their name, and species with the places where they were seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, fold
from fieldapp.store import records, taxa
from fieldapp.ui.palette import Source
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import Suggestion

PER_SECTION = 6


def for_window(services: Services, navigate: Callable[..., Any]) -> Sequence[Source]:
    """Return the sections of "aller à" that come from the open database."""

    def places(text: str) -> list[Suggestion]:
        return [row for protocol in services.protocols.values() for row in _places(services, protocol, text)]

    def to_place(row: Suggestion) -> None:
        protocol, group, site = row.key
        navigate("round", protocol=protocol, group=group, site=site)

    def species(text: str) -> list[Suggestion]:
        return [
            Suggestion(
                taxon.cd_nom, taxon.nom_vern or taxon.lb_nom, taxon.lb_nom if taxon.nom_vern else "", icon="data"
            )
            for taxon in taxa.search(services.db, text, PER_SECTION)
        ]

    return (
        Source(_("Mares et aires"), places, to_place),
        Source(_("Espèces"), species, lambda row: navigate("data", cd_nom=row.key)),
    )


def _places(services: Services, protocol: StudyProtocol, text: str) -> list[Suggestion]:
    """Return the aires and sites whose words begin as typed; looks at the places only, never at the visits."""
    if protocol.form is None:
        return []
    form = protocol.form.round
    parts = fold(text).split()
    groups = records.roots(services.db, protocol.code, form.group)
    found: list[Suggestion] = []
    for record in [*groups, *(site for site in records.children(services.db, [g.uid for g in groups]))]:
        if record.entity not in {form.group, form.site}:
            continue
        title = protocol.entity(record.entity).title(record.data)
        words = fold(title).replace("-", " ").split()
        if not all(any(word.startswith(part) for word in words) for part in parts):
            continue
        is_group = record.entity == form.group
        group = record.uid if is_group else (record.parent or "")
        subtitle = "" if is_group else _title_of(groups, protocol, form.group, group)
        key = (protocol.code, group, None if is_group else record.uid)
        found.append(Suggestion(key, title, subtitle, icon="area" if is_group else "site", italic=False))
        if len(found) == PER_SECTION:
            break
    return found


def _title_of(groups: Sequence[Any], protocol: StudyProtocol, entity: str, uid: str) -> str:
    return next((protocol.entity(entity).title(group.data) for group in groups if group.uid == uid), "")
