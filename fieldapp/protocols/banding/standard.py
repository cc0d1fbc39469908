"""Banding told in common terms: a session is an event, a place in a year the season above it, a capture one bird.

A session without birds is told with its nets and hours, and tells of no absence: nets catch some of the birds that are
there, and nobody looks for the others, so no species was sought in vain and birds as a whole least of all. The common
terms have no doubtful sex or age: "M?" is told as undetermined, and the code as it was written stands beside it. The
ages follow the STOC's own division: those of the first calendar year are juveniles, those surely older are adults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from fieldapp.core.occurrence import (
    Event,
    Measurement,
    Occurrence,
    Person,
    Place,
    Standard,
    Telling,
    Visited,
    people_of,
)
from fieldapp.core.record import Record
from fieldapp.core.schema import Taxon, Values
from fieldapp.core.telling import (
    PEOPLE_BETWEEN,
    hour,
    measuring,
    minutes,
    number,
    position,
    season_uid,
    shown_number,
    text,
    whole,
)
from fieldapp.protocols.banding import schema
from fieldapp.protocols.banding.ages import FIRST_YEAR, PULLUS, read_age
from fieldapp.protocols.banding.euring_fields import NOT_IN_HAND
from fieldapp.protocols.banding.territory import department

_SEXES = {"M": "3", "F": "2", "?": "1", "M?": "1", "F?": "1"}
"""SEXE: male, female, undetermined."""

_UNDETERMINED, _ADULT, _JUVENILE = "1", "2", "3"
"""Codes of STADE_VIE."""

_NOT_TOLD, _ALIVE, _DEAD = "1", "2", "3"
"""Codes of ETA_BIO."""

_ALIVE_CONDITIONS = frozenset("456789")
"""EURING conditions of a bird that was alive; "0" says that nobody knows (source: EURING 2020)."""

_LONGEST_MIN = 7 * 24 * 60
"""Nets that were open for longer than a week were typed wrong."""

_SEEN, _FROM_AFAR, _IN_HAND = "0", "18", "21"
"""Codes of METH_OBS and METH_DETERMIN."""

_NO_CAUSE = frozenset({"00", "01", "20", "99"})
"""Circumstances that tell of no cause of death: found, taken on purpose, no information (source: EURING 2020)."""

_HEALTH_DEAD = "M"

_of_session = measuring(
    schema.VISIT,
    ("theme", "target", "net_m", "duration_min", "open_nets", "weather", "temperature_c", "main_session", "no_birds"),
)
_of_capture = measuring(
    schema.OBSERVATION,
    (
        "action", "species", "sex", "age", "net", "wing_mm", "tarsus_mm", "mass_g", "fat", "brood_patch",
        "cloacal_protuberance", "moult", "health", "sexing_method", "condition", "circumstances", "theme",
        "partner_ring", "replaced_ring", *schema.OTHER_MEASURES,
    ),
)  # fmt: skip
_KINDS = {choice.code: choice.label for choice in schema.MARK.by_name["kind"].choices}
_CIRCUMSTANCES = {choice.code: choice.label for choice in schema.OBSERVATION.by_name["circumstances"].choices}


def tell(visited: Visited, taxa: Mapping[int, Taxon]) -> Telling:
    """Return the session told; captures without a cd_nom can't be, and leave the session unfinished."""
    captures = sorted((line for line in visited.lines if line.entity == schema.OBSERVATION.code), key=_line)
    event = _event(visited, captures)
    usual = _names(people_of(visited.visit.data.get("ringer") or visited.visit.data.get("holder"), visited.links))
    return Telling(
        event,
        tuple(_caught(line, event, taxa, visited, usual) for line in captures if line.cd_nom),
    )


def _line(capture: Record) -> tuple[float, str]:
    number = whole(capture.data, "line")
    return float("inf") if number is None else number, capture.uid


def _event(visited: Visited, captures: Sequence[Record]) -> Event:
    visit, values = visited.visit, visited.visit.data
    group, on = visited.above.get("sites_group"), visit.on_date or ""
    opened, lasts = hour(values, "opened_at"), whole(values, "duration_min")
    lasts = None if lasts is None or lasts > _LONGEST_MIN else lasts
    ends_on, ends_at = _end(on, opened, lasts)
    net_m = number(values, "net_m")
    metre_hours = round(net_m * lasts / 60, 2) if net_m is not None and lasts is not None else None
    return Event(
        uid=visit.uid,
        record=visit.uid,
        protocol=schema.CODE,
        kind="session",
        place=_place(visited),
        date_min=on,
        date_max=ends_on,
        parent=_season(group, on[:4], visited) if group else None,
        hour_min=opened,
        hour_max=ends_at,
        observers=_ringers(values, visited),
        dataset=visited.dataset,
        group_code="OP",
        method=_method(text(values, "theme")),
        sample_size=metre_hours,
        sample_unit="mètres × heures" if metre_hours is not None else "",
        effort=_effort(net_m, lasts),
        comment=text(values, "comments"),
        scope="Aves",
        is_finished=bool(captures or schema.is_without_birds(values)) and all(line.cd_nom for line in captures),
        measurements=_of_session(values),
    )


def _end(on: str, opened: str, lasts: int | None) -> tuple[str, str]:
    """Return the day and the hour at which the nets were closed, "" where that is not known."""
    begun = minutes(opened)
    if begun is None or lasts is None:
        return on, ""
    days, rest = divmod(begun + lasts, 24 * 60)
    return (date.fromisoformat(on) + timedelta(days=days)).isoformat(), f"{rest // 60:02}:{rest % 60:02}"


def _season(group: Record, year: str, visited: Visited) -> Event:
    return Event(
        uid=season_uid(group.uid, year),
        record="",
        protocol=schema.CODE,
        kind="season",
        place=_whole_place(group),
        date_min=f"{year}-01-01",
        date_max=f"{year}-12-31",
        dataset=visited.dataset,
        group_code="CAMP",
        method=_method(""),
        comment=text(group.data, "comments"),
        scope="Aves",
    )


def _method(theme: str) -> str:
    return f"CRBPO {theme}, baguage, filets japonais".replace("  ", " ").replace(" ,", ",")


def _effort(net_m: float | None, lasts: int | None) -> str:
    parts = []
    if net_m is not None:
        parts.append(f"{shown_number(net_m)} m de filet")
    if lasts is not None:
        parts.append(f"{lasts} min")
    return ", ".join(parts)


def _whole_place(group: Record) -> Place:
    values = group.data
    longitude, latitude = position(values)
    return Place(
        uid=group.uid,
        name=text(values, "place_name"),
        longitude=longitude,
        latitude=latitude,
        commune=text(values, "commune"),
        department=department(values),
    )


def _place(visited: Visited) -> Place:
    """Return where the nets stood: at the session's own position where it has one, else at that of the place."""
    group, site, visit = visited.above.get("sites_group"), visited.above.get("site"), visited.visit
    around = _whole_place(group) if group else Place(uid="")
    longitude, latitude = position(visit.data)
    is_own = longitude is not None
    return Place(
        uid=visit.uid if is_own else site.uid if site else around.uid,
        name=text(site.data, "site_name") if site else "",
        above=around.name,
        longitude=longitude if is_own else around.longitude,
        latitude=latitude if is_own else around.latitude,
        commune=around.commune,
        department=around.department,
    )


def _ringers(values: Values, visited: Visited) -> tuple[Person, ...]:
    """Return who held the birds, each once; the scribe holds none."""
    trainees = values.get("trainees")
    uids = [values.get("holder"), values.get("ringer"), *(trainees if isinstance(trainees, list) else ())]
    return people_of([*dict.fromkeys(uid for uid in uids if isinstance(uid, str))], visited.links)


def _names(people: Sequence[Person]) -> str:
    return PEOPLE_BETWEEN.join(person.name for person in people)


def _caught(line: Record, event: Event, taxa: Mapping[int, Taxon], visited: Visited, usual: str) -> Occurrence:
    values, cd_nom = line.data, line.cd_nom or 0
    condition = _condition(values)
    is_dead = condition == _DEAD
    circumstances = text(values, "circumstances")
    below = visited.deeper.get(line.uid, ())
    return Occurrence(
        uid=line.uid,
        record=line.uid,
        event=event,
        cd_nom=cd_nom,
        nom_cite=taxa[cd_nom].nom_complet if cd_nom in taxa else text(values, "species") or str(cd_nom),
        count_min=1,
        count_max=1,
        count_object="IND",
        count_type="Co",
        life_stage=_stage(text(values, "age")),
        sex=_SEXES.get(text(values, "sex"), ""),
        bio_condition=condition,
        technique=_SEEN,
        determination=_determination(values, circumstances),
        determiner=_names(people_of(values["ringer"], visited.links)) if "ringer" in values else usual,
        hour_min=hour(values, "hour"),
        comment=text(values, "comments"),
        organism=_ring(values),
        cause_of_death=_cause(circumstances) if is_dead else "",
        measurements=_of_capture(values) + _marks(below) if below else _of_capture(values),
    )


def _condition(values: Values) -> str:
    """Return whether the bird was alive: its condition says so, else its health or that it was a recovery.

    A bird of which neither says anything was held in a hand; one whose condition says "unknown" may have been dead.
    """
    said = text(values, "condition")
    if said in schema.DEAD_CONDITIONS:
        return _DEAD
    if said in _ALIVE_CONDITIONS:
        return _ALIVE
    if values.get("health") == _HEALTH_DEAD or values.get("action") == schema.RECOVERED:
        return _DEAD
    return _NOT_TOLD if said else _ALIVE


def _determination(values: Values, circumstances: str) -> str:
    """Return how the species was told: in the hand, or from afar; nobody says of a bird that was found by others."""
    if circumstances in NOT_IN_HAND:
        return _FROM_AFAR
    return "" if values.get("action") == schema.RECOVERED else _IN_HAND


def _cause(circumstances: str) -> str:
    return "" if circumstances in _NO_CAUSE else _CIRCUMSTANCES.get(circumstances, circumstances)


def _stage(age: str) -> str:
    if not age:
        return ""
    if age in {PULLUS, FIRST_YEAR}:
        return _JUVENILE
    found = read_age(age)
    if found is None or not found.is_certain:
        return _UNDETERMINED
    return _ADULT if found.is_more or found.years > 1 else _JUVENILE


def _ring(values: Values) -> str:
    """Return the ring as scheme and number, which no two birds share: "FRP 8680001"; "" for a bird without one."""
    key = text(values, "ring_key")
    return f"{key[:3]} {key[3:]}" if key and schema.has_ring(values) else ""


def _marks(below: Sequence[Record]) -> tuple[Measurement, ...]:
    """Return the other marks of a bird, each with its code."""
    found = []
    for one in below:
        if one.entity == schema.MARK.code:
            kind = text(one.data, "kind")
            told = text(one.data, "code") or text(one.data, "device")
            found.append(Measurement("mark", _KINDS.get(kind, kind), told, value_code=kind))
    return tuple(found)


STANDARD = Standard(
    visit=schema.VISIT.code,
    line=schema.OBSERVATION.code,
    tell=tell,
    title="Baguage des oiseaux sous l’égide du CRBPO",
    reference="Centre de recherches sur la biologie des populations d’oiseaux (CRBPO), Muséum national d’histoire "
    "naturelle",
    scope="Aves",
)
