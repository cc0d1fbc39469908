"""What Ctrl+K finds in the records: places and individuals by name, rings, sessions and mornings by day, species."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, fold
from fieldapp.store import records, taxa
from fieldapp.ui.page import Source
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import Suggestion
from fieldapp.ui.widgets.suggest import Search
from fieldapp.ui.wording import latin_of

PER_SECTION = 6


def for_window(services: Services, navigate: Callable[..., Any]) -> Sequence[Source]:
    """Return the sections of "aller à" that come from the open database."""

    def places(text: str) -> list[Suggestion]:
        return [row for protocol in services.protocols.values() for row in _places(services, protocol, text)]

    def to_place(row: Suggestion) -> None:
        protocol, group, site = row.key
        navigate("round", protocol=protocol, group=group, site=site)

    def species(text: str) -> list[Suggestion]:
        found = taxa.search(services.db, text, PER_SECTION)
        latin = latin_of(services.db, found)
        return [
            Suggestion(taxon.cd_nom, taxon.nom_vern or taxon.lb_nom, latin[taxon.cd_nom], icon="data")
            for taxon in found
        ]

    def to_species(row: Suggestion) -> None:
        navigate("data", protocol=_protocol_of(services, row.key), cd_nom=row.key)

    return (
        Source(_("Mares et aires"), places, to_place),
        *(_of_sessions(services, navigate) if any(item.session for item in services.protocols.values()) else ()),
        *(_of_boards(services, navigate) if any(item.board for item in services.protocols.values()) else ()),
        *_of_lists(services, navigate),
        Source(_("Espèces"), species, to_species),
    )


def _of_sessions(services: Services, navigate: Callable[..., Any]) -> Sequence[Source]:
    """Return rings, ringing places and sessions; their modules are loaded with the first letter, not at the start."""

    def rings(text: str) -> list[Suggestion]:
        from fieldapp.ui.banding import goto

        return goto.rings(services.db, text, PER_SECTION)

    def places(text: str) -> list[Suggestion]:
        from fieldapp.ui.banding import goto

        return goto.places(services.db, text, PER_SECTION)

    def sessions(text: str) -> list[Suggestion]:
        from fieldapp.ui.banding import goto

        return goto.sessions(services.db, text, PER_SECTION)

    return (
        Source(_("Bagues"), _with_letters(rings), lambda row: navigate("ring", key=row.key)),
        Source(
            _("Lieux de baguage"),
            _with_letters(places),
            lambda row: navigate("ringing_places", section="places", uid=row.key),
        ),
        Source(_("Séances de baguage"), _with_letters(sessions), lambda row: navigate("captures", uid=row.key)),
    )


def _of_boards(services: Services, navigate: Callable[..., Any]) -> Sequence[Source]:
    """Return barriers, their mornings and individuals; their modules are loaded with the first letter too."""

    def barriers(text: str) -> list[Suggestion]:
        from fieldapp.ui.barrier import goto

        return goto.barriers(services.db, text, PER_SECTION)

    def mornings(text: str) -> list[Suggestion]:
        from fieldapp.ui.barrier import goto

        return goto.mornings(services.db, text, PER_SECTION)

    def individuals(text: str) -> list[Suggestion]:
        from fieldapp.ui.barrier import goto

        return goto.individuals(services.db, text, PER_SECTION)

    def to_morning(row: Suggestion) -> None:
        site, on = row.key
        navigate("morning", site=site, on=on)

    return (
        Source(_("Barrières"), _with_letters(barriers), lambda row: navigate("barrier", site=row.key)),
        Source(_("Relevés du matin"), _with_letters(mornings), to_morning),
        Source(_("Individus"), _with_letters(individuals), lambda row: navigate("individual", uid=row.key)),
    )


def _of_lists(services: Services, navigate: Callable[..., Any]) -> Sequence[Source]:
    """Return the lists of the day; their module is loaded with the first letter too."""
    protocol = next((item for item in services.protocols.values() if item.day_list is not None), None)
    if protocol is None:
        return ()

    def lists(text: str) -> list[Suggestion]:
        from fieldapp.ui.occasional import goto

        return goto.lists(services.db, protocol, text, PER_SECTION)

    return (Source(_("Listes du jour"), _with_letters(lists), lambda row: navigate("list", uid=row.key)),)


def _with_letters(search: Search) -> Search:
    """Return the search that finds nothing before anything is typed."""
    return lambda text: search(text) if text.strip() else []


def _protocol_of(services: Services, cd_nom: int) -> str:
    """Return the protocol whose list knows the species; for another one, the first of the rail that was entered."""
    from fieldapp.ui.windows.listed import in_use

    used = in_use(services.db)
    return next((item.code for item in used if cd_nom in services.taxa(item.code)), used[0].code)


def _places(services: Services, protocol: StudyProtocol, text: str) -> list[Suggestion]:
    """Return the aires and sites whose words begin as typed; looks at the places only, never at the visits."""
    if protocol.form is None:
        return []
    form = protocol.form.round
    groups = records.roots(services.db, protocol.code, form.group)
    found: list[Suggestion] = []
    for record in [*groups, *(site for site in records.children(services.db, [g.uid for g in groups]))]:
        if record.entity not in {form.group, form.site}:
            continue
        title = protocol.entity(record.entity).title(record.data)
        if not begins(title, text):
            continue
        is_group = record.entity == form.group
        group = record.uid if is_group else (record.parent or "")
        subtitle = "" if is_group else _title_of(groups, protocol, form.group, group)
        key = (protocol.code, group, None if is_group else record.uid)
        found.append(Suggestion(key, title, subtitle, icon="area" if is_group else "site", italic=False))
        if len(found) == PER_SECTION:
            break
    return found


def begins(title: str, text: str) -> bool:
    """Return whether each part of the text begins a word of the title, accents and capitals apart."""
    words = fold(title).replace("-", " ").replace(",", " ").split()
    return all(any(word.startswith(part) for word in words) for part in fold(text).split())


def _title_of(groups: Sequence[Any], protocol: StudyProtocol, entity: str, uid: str) -> str:
    return next((protocol.entity(entity).title(group.data) for group in groups if group.uid == uid), "")
