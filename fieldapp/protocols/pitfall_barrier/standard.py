"""A pitfall barrier told in common terms: each morning's check is an event, its campaign the season above it.

Three things are told apart. A morning looked into on which nothing was found is an absence of all amphibians. A morning
on which nobody looked tells nothing, and neither does a day without a check. A check that says that there were animals
and has none yet tells of no absence. The animals came in during the night: the event lasts from the day before the
check to the day of it, as the trapping module of GeoNature has it (source: protocoles_suivi, piegeages_passifs).
A barrier lets part of the animals through, so its counts are an index and not a census.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from fieldapp.core.checking import is_filled
from fieldapp.core.occurrence import ABSENT, Event, Occurrence, Place, Standard, Telling, Visited, people_of
from fieldapp.core.record import Record
from fieldapp.core.schema import Taxon, Values
from fieldapp.core.telling import absence_uid, measuring, position, text, whole
from fieldapp.protocols.pitfall_barrier import schema
from fieldapp.protocols.pitfall_barrier.campaign import campaign_on, in_place
from fieldapp.protocols.pitfall_barrier.lists import taxa as listed
from fieldapp.protocols.pitfall_barrier.rules_observation import ABSENCE_TAXON

_METHOD = "Barrière-piège : clôture d’interception et seaux enterrés, relevés chaque matin (TECHNIQUE_OBS 123)"
"""TECHNIQUE_OBS 123 is "pièges barrières" (source: Campanule, Nomenclature-api-module)."""

_SEEN, _IN_HAND, _ON_PHOTO = "0", "21", "22"
"""Codes of METH_OBS and METH_DETERMIN."""

_NOT_TOLD, _ALIVE, _DEAD = "1", "2", "3"
"""Codes of ETA_BIO."""

_BREEDING, _MIGRATING, _MATING = "3", "4", "19"
"""Codes of STATUT_BIO and OCC_COMPORTEMENT."""

_REPTILES = frozenset({77490, 78141, 851674, 79278, 77756, 77955})
"""cd_nom of the list that are no amphibians (source: protocoles_suivi popr)."""

_AMPHIBIANS = frozenset(taxon.cd_nom for taxon in listed()) - _REPTILES

_of_check = measuring(schema.VISIT, ("night_min_c", "night_max_c", "rain_mm", "closed_buckets"))
_of_barrier = measuring(schema.SITE, ("length_m",))
_of_catch = measuring(schema.OBSERVATION, ("bucket", "direction", "amplexus"))
_of_campaign = measuring(schema.CAMPAIGN, ("opened_on", "closed_on"))


def tell(visited: Visited, taxa: Mapping[int, Taxon]) -> Telling | None:
    """Return the check told; None for a morning on which nobody looked, or of which nobody says anything yet."""
    visit = visited.visit
    catches = [line for line in visited.lines if line.entity == schema.OBSERVATION.code]
    if not schema.is_looked_into(visit.data):
        return None
    is_empty = visit.data.get("state") == schema.EMPTY and not catches
    event = _event(visited, catches, is_told=bool(catches) or is_empty)
    if is_empty:
        return Telling(event, (_nothing(visit, event, taxa),))
    named = _names(visited) if any("individual" in line.data for line in catches) else {}
    return Telling(
        event,
        tuple(_caught(line, event, taxa, named, visited.deeper.get(line.uid, ())) for line in catches if line.cd_nom),
    )


def _event(visited: Visited, catches: Sequence[Record], *, is_told: bool) -> Event:
    visit, values, site = visited.visit, visited.visit.data, visited.above.get("site")
    on = visit.on_date or ""
    observers = people_of(values.get("observers"), visited.links)
    standing = [one for one in visited.siblings.get("bucket", ()) if in_place(one.data, on)]
    closed = values.get("closed_buckets")
    closed = closed if isinstance(closed, list) else []
    openly = sum(one.data.get("bucket") not in closed for one in standing)
    return Event(
        uid=visit.uid,
        record=visit.uid,
        protocol=schema.CODE,
        kind="check",
        place=_place(site),
        date_min=(date.fromisoformat(on) - timedelta(days=1)).isoformat(),
        date_max=on,
        parent=_season(visited, on),
        observers=observers,
        dataset=visited.dataset,
        group_code="OP",
        method=_METHOD,
        sample_size=openly if standing else None,
        sample_unit="seaux × nuits" if standing else "",
        effort=_effort(openly, len(standing)) if standing else "",
        habitat="Mare",
        comment=text(values, "comments"),
        scope="Amphibia",
        scope_cd_nom=ABSENCE_TAXON,
        is_scope_complete=is_told,
        reports_absence=is_told,
        is_finished=is_told and all(is_filled(schema.OBSERVATION, line.data) for line in catches),
        measurements=_of_check(values) + (_of_barrier(site.data) if site else ()),
    )


def _effort(openly: int, standing: int) -> str:
    return f"{openly} {'seau ouvert' if openly < 2 else 'seaux ouverts'} sur {standing}, une nuit"


def _season(visited: Visited, on: str) -> Event | None:
    campaign = campaign_on(visited.siblings.get("campaign", ()), on)
    if campaign is None:
        return None
    values = campaign.data
    return Event(
        uid=campaign.uid,
        record="",
        protocol=schema.CODE,
        kind="season",
        place=_place(visited.above.get("site")),
        date_min=text(values, "opened_on"),
        date_max=text(values, "closed_on"),
        observers=people_of(values.get("leader"), visited.links),
        dataset=visited.dataset,
        group_code="CAMP",
        method=_METHOD,
        habitat="Mare",
        comment=text(values, "comments"),
        scope="Amphibia",
        scope_cd_nom=ABSENCE_TAXON,
        is_scope_complete=True,
        reports_absence=True,
        measurements=_of_campaign(values),
    )


def _place(site: Record | None) -> Place:
    if site is None:
        return Place(uid="")
    longitude, latitude = position(site.data)
    return Place(
        uid=site.uid,
        name=text(site.data, "site_name"),
        longitude=longitude,
        latitude=latitude,
        commune=text(site.data, "commune"),
    )


def _names(visited: Visited) -> Mapping[str, str]:
    """Return the names of the individuals of the barrier by their uid."""
    return {one.uid: text(one.data, "individual_name") for one in visited.siblings.get("individual", ())}


def _caught(
    line: Record, event: Event, taxa: Mapping[int, Taxon], named: Mapping[str, str], below: Sequence[Record]
) -> Occurrence:
    values = line.data
    cd_nom, count = line.cd_nom or 0, whole(values, "count") or None  # a nought says that nobody counted: it was seen
    is_pair, is_dead = schema.is_pair(values), values.get("vitality") == schema.DEAD
    has_photo = any(one.entity == schema.PHOTO.code for one in below)
    return Occurrence(
        uid=line.uid,
        record=line.uid,
        event=event,
        cd_nom=cd_nom,
        nom_cite=taxa[cd_nom].nom_complet if cd_nom in taxa else str(cd_nom),
        count_min=count,
        count_max=count,
        count_object="" if count is None else "IND",
        count_type="" if count is None else "Co",
        life_stage=text(values, "stage"),
        sex=schema.BOTH_SEXES if is_pair else text(values, "sex"),
        bio_status=_BREEDING if is_pair else "",
        bio_condition=_DEAD if is_dead else _ALIVE if values.get("vitality") == schema.ALIVE else _NOT_TOLD,
        behaviour=_behaviour(values, cd_nom, is_dead=is_dead, is_pair=is_pair),
        technique=_SEEN,
        determination=_ON_PHOTO if has_photo else _IN_HAND,
        comment=text(values, "comments"),
        organism=named.get(text(values, "individual"), ""),
        measurements=_of_catch(values),
    )


def _behaviour(values: Values, cd_nom: int, *, is_dead: bool, is_pair: bool) -> str:
    """Return what an animal did: amphibians at a barrier are on their way; a dead one does nothing."""
    if is_dead or cd_nom not in _AMPHIBIANS:
        return ""
    if is_pair:
        return _MATING
    return _MIGRATING if text(values, "direction") else ""


def _nothing(visit: Record, event: Event, taxa: Mapping[int, Taxon]) -> Occurrence:
    return Occurrence(
        uid=absence_uid(visit.uid),
        record=visit.uid,
        event=event,
        cd_nom=ABSENCE_TAXON,
        nom_cite=taxa[ABSENCE_TAXON].nom_complet if ABSENCE_TAXON in taxa else "Amphibia",
        status=ABSENT,
        count_min=0,
        count_max=0,
    )


STANDARD = Standard(
    visit=schema.VISIT.code,
    line=schema.OBSERVATION.code,
    tell=tell,
    title="Barrière-piège à amphibiens, suivi de la migration vers une mare",
    reference="CPIE Chaîne des Terrils, rapport d’activité 2020",
    scope="Amphibia",
    siblings=(schema.CAMPAIGN.code, schema.BUCKET.code, schema.INDIVIDUAL.code),
)
