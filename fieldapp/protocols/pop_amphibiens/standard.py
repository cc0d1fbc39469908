"""POP Amphibiens told in common terms: a passage is a visit of a pond, an aire in a year the season above it.

Three things are told apart. A pond that was reached and in which nothing was seen is an absence of all amphibians: its
own row says so (taxon Amphibia, `presence` Non), or the box "dry" of a visit without rows. A pond that could not be
reached tells nothing. A visit that nobody has finished tells of no absence. What GeoNature makes of the same records
is the model (source: PnX-SI/protocoles_suivi, POPAmphibien 2.2.0, synthese.sql), but for spawn: its object of count is
PON, where that module, which has no such field, says IND.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.core.checking import is_filled
from fieldapp.core.exchange import LeftOut
from fieldapp.core.occurrence import (
    ABSENT,
    Event,
    Occurrence,
    Place,
    Standard,
    Telling,
    Visited,
    people_of,
)
from fieldapp.core.record import Record
from fieldapp.core.schema import Taxon, Values
from fieldapp.core.telling import (
    BETWEEN,
    absence_uid,
    hour,
    measuring,
    minutes_between,
    number,
    position,
    season_uid,
    text,
    whole,
)
from fieldapp.core.text import N_, _
from fieldapp.protocols.pop_amphibiens import schema
from fieldapp.protocols.pop_amphibiens.lists import ABSENCE_TAXON
from fieldapp.protocols.pop_amphibiens.shf import cited_names, labels

_TITLE = "POPAmphibien Communauté"
_SECOND, _SECOND_FROM = "v2", "2025"
"""The second version of the protocol and its first year (source: protocoles_suivi, POPAmphibien/CHANGELOG.md)."""

_SEEN, _HEARD, _UNKNOWN = "0", "1", "21"
"""Codes of METH_OBS."""
_BY_EYE, _BY_EAR, _NOT_TOLD = "18", "9", "1"
"""Codes of METH_DETERMIN, those of the module."""

_EGG = "9"
"""Code of STADE_VIE."""

_DENIED = N_("dit non vu, alors qu’une autre ligne de la même visite dit vu : corrigez l’une des deux.")

_LONGEST_MIN = 12 * 60
"""A longer search means that the end was typed wrong, for an outing takes 3 to 4 hours (source: CPIE60)."""

_METHODS = labels(schema.VISIT, "methode_de_prospection")
_WATERS = labels(schema.SITE, "milieu_aquatique")
_LANDS = labels(schema.SITES_GROUP, "categories_paysageres")

_of_visit = measuring(
    schema.VISIT,
    (
        "num_passage", "expertise", "accessibility", "etat_site", "date_changement_etat_site", "dry", "vent",
        "pluviosite", "couverture_nuageuse", "turbidite", "vegetation_aquatique_principale", "rives",
        "habitat_terrestre_environnant", "activite_humaine", "hygiene",
    ),
)  # fmt: skip
_of_site = measuring(schema.SITE, ("variation_eau", "courant"))


def tell(visited: Visited, taxa: Mapping[int, Taxon]) -> Telling | None:
    """Return the visit told; None where the pond could not be reached."""
    values = visited.visit.data
    if values.get("accessibility") == schema.NO:
        return None
    lines = [line for line in visited.lines if line.entity == schema.OBSERVATION.code]
    seen = [line for line in lines if line.cd_nom and schema.says_present(line.data)]
    missed = [line for line in lines if line.cd_nom and schema.says_absent(line.data)]
    # Nobody who saw one saw none of it, or no amphibian: such a row is left over from a correction.
    met = {line.cd_nom for line in seen} | ({ABSENCE_TAXON} if seen else set())
    denied = [line for line in missed if line.cd_nom in met]
    missed = [line for line in missed if line.cd_nom not in met]
    is_reached = schema.says_accessible(values)
    is_dry = values.get("dry") is True
    event = _event(visited, lines, is_told=is_reached and bool(seen or missed or is_dry))
    found = [_seen(line, event, values, taxa) for line in seen]
    if is_reached:
        found += [_missed(line, event, taxa) for line in missed]
        if is_dry and not lines:
            found.append(_dry(visited.visit, event, taxa))
    return Telling(event, tuple(found), tuple(LeftOut(one.uid, _cited(one, taxa), _(_DENIED)) for one in denied))


def _event(visited: Visited, lines: list[Record], *, is_told: bool) -> Event:
    visit, values, site = visited.visit, visited.visit.data, visited.above.get("site")
    group = visited.above.get("sites_group")
    on = visit.on_date or ""
    first, last = hour(values, "Heure_debut"), hour(values, "Heure_fin")
    lasts = minutes_between(first, last)
    lasts = None if lasts is None or lasts > _LONGEST_MIN else lasts
    observers = people_of(values.get("observers"), visited.links)
    return Event(
        uid=visit.uid,
        record=visit.uid,
        protocol=schema.CODE,
        kind="visit",
        place=_place(site, group),
        date_min=on,
        date_max=on,
        parent=_season(group, on[:4], visited) if group else None,
        hour_min=first,
        hour_max=last if first <= last else "",
        observers=observers,
        dataset=visited.dataset,
        group_code="PASS",
        method=_method(values, on),
        sample_size=lasts,
        sample_unit="minutes" if lasts is not None else "",
        effort=f"{lasts} min de recherche, observateurs : {len(observers)}" if lasts is not None else "",
        habitat=_habitat(site, group),
        comment=text(values, "comments"),
        scope="Amphibia",
        scope_cd_nom=ABSENCE_TAXON,
        is_scope_complete=is_told,
        reports_absence=is_told,
        is_finished=is_told and all(is_filled(schema.OBSERVATION, line.data) for line in lines),
        measurements=_of_visit(values) + (_of_site(site.data) if site else ()),
    )


def _season(group: Record, year: str, visited: Visited) -> Event:
    return Event(
        uid=season_uid(group.uid, year),
        record="",
        protocol=schema.CODE,
        kind="season",
        place=Place(uid=group.uid, name=text(group.data, "sites_group_name")),
        date_min=f"{year}-01-01",
        date_max=f"{year}-12-31",
        observers=people_of(group.data.get("id_inventor"), visited.links),
        dataset=visited.dataset,
        group_code="CAMP",
        method=_version(year),
        habitat=_LANDS.get(text(group.data, "categories_paysageres"), ""),
        comment=text(group.data, "comments"),
        scope="Amphibia",
        scope_cd_nom=ABSENCE_TAXON,
        is_scope_complete=True,
        reports_absence=True,
    )


def _place(site: Record | None, group: Record | None) -> Place:
    if site is None:
        return Place(uid="")
    values = site.data
    longitude, latitude = position(values)
    return Place(
        uid=site.uid,
        name=text(values, "base_site_name"),
        above=text(group.data, "sites_group_name") if group else "",
        longitude=longitude,
        latitude=latitude,
        altitude_min_m=number(values, "altitude_min"),
        altitude_max_m=number(values, "altitude_max"),
        commune=text(values, "commune"),
        department=text(values, "code_dep"),
    )


def _version(year: str) -> str:
    return f"{_TITLE} {_SECOND}" if year >= _SECOND_FROM else _TITLE


def _method(values: Values, on: str) -> str:
    words = BETWEEN.join(_METHODS.get(code, code) for code in _methods(values))
    return f"{_version(on[:4])} : {words}" if words else _version(on[:4])


def _methods(values: Values) -> list[str]:
    found = values.get("methode_de_prospection")
    return [str(code) for code in found] if isinstance(found, list) else []


def _habitat(site: Record | None, group: Record | None) -> str:
    water = _WATERS.get(text(site.data, "milieu_aquatique"), "") if site else ""
    land = _LANDS.get(text(group.data, "categories_paysageres"), "") if group else ""
    return BETWEEN.join(filter(None, (water, land)))


def _seen(line: Record, event: Event, visit: Values, taxa: Mapping[int, Taxon]) -> Occurrence:
    values, methods = line.data, _methods(visit)
    # The module's form takes a nought away: something was seen, so nobody counted.
    least = whole(values, "count_min") or None
    most = whole(values, "count_max") or None
    stage = text(values, "id_nomenclature_stade")
    is_heard, is_uncounted = methods == [schema.LISTENING], least is None and most is None
    return Occurrence(
        uid=line.uid,
        record=line.uid,
        event=event,
        cd_nom=line.cd_nom or 0,
        nom_cite=_cited(line, taxa),
        count_min=least,
        count_max=most,
        count_object="" if is_uncounted else "PON" if stage == _EGG else "IND",
        count_type="" if is_uncounted else text(values, "id_nomenclature_typ_denbr"),
        life_stage=stage,
        sex=text(values, "id_nomenclature_sex"),
        bio_condition="1",
        technique=_UNKNOWN if not methods else _HEARD if is_heard else _SEEN,
        determination=_NOT_TOLD if not methods else _BY_EAR if is_heard else _BY_EYE,
        comment=text(values, "comments"),
    )


def _missed(line: Record, event: Event, taxa: Mapping[int, Taxon]) -> Occurrence:
    return Occurrence(
        uid=line.uid,
        record=line.uid,
        event=event,
        cd_nom=line.cd_nom or 0,
        nom_cite=_cited(line, taxa),
        status=ABSENT,
        count_min=0,
        count_max=0,
        comment=text(line.data, "comments"),
    )


def _dry(visit: Record, event: Event, taxa: Mapping[int, Taxon]) -> Occurrence:
    return Occurrence(
        uid=absence_uid(visit.uid),
        record=visit.uid,
        event=event,
        cd_nom=ABSENCE_TAXON,
        nom_cite=taxa[ABSENCE_TAXON].nom_complet if ABSENCE_TAXON in taxa else "Amphibia",
        status=ABSENT,
        count_min=0,
        count_max=0,
        comment="À sec",
    )


def _cited(line: Record, taxa: Mapping[int, Taxon]) -> str:
    cd_nom = line.cd_nom or 0
    return cited_names(line.data)[0] or (taxa[cd_nom].nom_complet if cd_nom in taxa else str(cd_nom))


STANDARD = Standard(
    visit=schema.VISIT.code,
    line=schema.OBSERVATION.code,
    tell=tell,
    title="POPAmphibien Communauté, suivi des tendances des populations d’amphibiens",
    reference="Société herpétologique de France, protocole POPAmphibien, https://lashf.org",
    scope="Amphibia",
)
