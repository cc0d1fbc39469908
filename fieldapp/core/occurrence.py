"""What every protocol hands on, in the terms that its recipients share: SINP, GeoNature and Darwin Core.

A protocol tells its records in these terms (`Standard`), visit by visit; what is written from them (a SINP file, a
Darwin Core archive, a GeoPackage, a workbook) knows no protocol. Codes are those of the SINP's nomenclatures; "" and
None mean that nobody said. The classes are msgspec's, for a million of them are made in one export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from fieldapp.core.record import Record

if TYPE_CHECKING:
    from fieldapp.core.exchange import LeftOut
    from fieldapp.core.schema import Taxon

PRESENT, ABSENT = "Pr", "No"
"""STATUT_OBS: present, looked for and not observed (source: SINP nomenclatures, INPN)."""

POINT, SURVEYED = "St", "In"
"""NAT_OBJ_GEO: the object lies at this place (stationnel), or somewhere in it (inventoriel)."""


class Person(msgspec.Struct, frozen=True):
    """Somebody who observed or determined; `name` is written "NOM Prénom"."""

    uid: str
    name: str
    organisation: str = ""


class Dataset(msgspec.Struct, frozen=True):
    """The "jeu de données" of a visit; `uuid` is the one of the national metadata application, "" where unknown."""

    uid: str = ""
    name: str = ""
    uuid: str = ""


NO_DATASET = Dataset()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where something was recorded.

    Degrees, WGS 84; `wkt` is a polygon or line where the place is not a point ("" for a point). `precision_m` is how
    far the point may be off. What lies around it (`commune` … `areas`, codes and names) is filled in from the maps that
    were loaded, and may stay empty. `blurred` is "" for the place itself, else what stands for it: "commune", "cell"
    or "department"; then longitude, latitude and wkt are those of that area, and name and uid too.
    """

    uid: str
    name: str = ""
    above: str = ""
    longitude: float | None = None
    latitude: float | None = None
    wkt: str = ""
    nature: str = POINT
    precision_m: int | None = None
    altitude_min_m: float | None = None
    altitude_max_m: float | None = None
    commune: str = ""
    commune_code: str = ""
    department: str = ""
    cell: str = ""
    areas: tuple[str, ...] = ()
    blurred: str = ""


class Measurement(msgspec.Struct, frozen=True):
    """One fact that has no column of its own: `kind` is the protocol's label (French), `code` its field.

    `value` is what a person reads (the label of a code, in French, a number with a decimal point); `value_code` is the
    code behind it, "" for none.
    """

    code: str
    kind: str
    value: str
    unit: str = ""
    value_code: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One visit, check or session, or a season of them above it (`parent`), in Darwin Core's sense.

    `kind` is Darwin Core's eventType in English ("visit", "season", "check", "session"). Dates are ISO days, hours
    local "21:02". `group_code` is TYP_GRP. `method` is the words of how was looked, `sample_size` with `sample_unit`
    and `effort` how much. `scope` is the taxon looked for as a whole (its Latin name), `scope_cd_nom` its cd_nom,
    `is_scope_complete` whether all of it was looked for, `reports_absence` whether a species that was not seen is told
    so. `is_finished` is false where the visit tells of nothing yet, or one of its lines lacks something, None where the
    recipient may not know. `record` is the visit's own uid, "" for a season.
    """

    uid: str
    record: str
    protocol: str
    kind: str
    place: Place
    date_min: str
    date_max: str
    parent: Event | None = None
    hour_min: str = ""
    hour_max: str = ""
    observers: tuple[Person, ...] = ()
    dataset: Dataset = Dataset()
    group_code: str = "NSP"
    method: str = ""
    sample_size: float | None = None
    sample_unit: str = ""
    effort: str = ""
    habitat: str = ""
    comment: str = ""
    scope: str = ""
    scope_cd_nom: int | None = None
    is_scope_complete: bool = False
    reports_absence: bool = False
    is_finished: bool | None = True
    measurements: tuple[Measurement, ...] = ()


class Review(msgspec.Struct, frozen=True):
    """What the coordinator said: `level` is STATUT_VALID ("0": nothing yet), `on` the day, `remark` why remarkable."""

    level: str = "0"
    by: str = ""
    on: str = ""
    comment: str = ""
    remark: str = ""


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One taxon at one event: seen, or looked for and not seen (`status`).

    `record` is the record that it comes from (a line, or the visit itself that tells an absence), `uid` the identity by
    which a recipient knows it: the record's, or one made from it where one record tells of several taxa. Counts are
    None where nobody counted; an absence has 0 and 0. `place` is None where it is that of the event. `nom_cite` is the
    name as it was noted. The codes are of OBJ_DENBR, TYP_DENBR, STADE_VIE, SEXE, STATUT_BIO, ETA_BIO,
    OCC_COMPORTEMENT, NATURALITE, METH_OBS, METH_DETERMIN; "" leaves it to the recipient's default. `organism` is the
    individual's own name (a ring, a photographed newt).
    """

    uid: str
    record: str
    event: Event
    cd_nom: int
    nom_cite: str
    status: str = PRESENT
    count_min: int | None = None
    count_max: int | None = None
    count_object: str = ""
    count_type: str = ""
    life_stage: str = ""
    sex: str = ""
    bio_status: str = ""
    bio_condition: str = ""
    behaviour: str = ""
    naturalness: str = ""
    technique: str = ""
    determination: str = ""
    determiner: str = ""
    hour_min: str = ""
    place: Place | None = None
    comment: str = ""
    organism: str = ""
    cause_of_death: str = ""
    measurements: tuple[Measurement, ...] = ()
    review: Review = Review()
    sensitivity: int = 0

    @property
    def where(self) -> Place:
        """Where it was: its own place, else that of its event."""
        return self.place or self.event.place


class Telling(msgspec.Struct, frozen=True):
    """One visit told: the event and what was and was not seen at it.

    `untold` are lines that have no occurrence for a reason that only their protocol knows, with that reason.
    """

    event: Event
    occurrences: tuple[Occurrence, ...]
    untold: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit with what lies above and below it, and the people and datasets that any of them points to.

    `above` are the records above the visit by their entity; `lines` the records right below it, of any entity, in order
    of making; `deeper` those below a line, by its uid. `siblings` are undated records beside the visit (campaigns,
    buckets, nets, individuals), by entity. `dataset` is that which the visit names, else the one of its protocol.
    """

    visit: Record
    above: Mapping[str, Record]
    lines: Sequence[Record]
    links: Mapping[str, Record]
    deeper: Mapping[str, Sequence[Record]]
    siblings: Mapping[str, Sequence[Record]]
    dataset: Dataset = NO_DATASET


@dataclass(frozen=True, slots=True)
class Standard:
    """How a protocol's records are told in these terms.

    `visit` is the entity of the events, `line` that of the occurrences; `siblings` names the entities that `tell` wants
    beside the visit. `tell(visited, taxa)` returns the visit told, None where it tells nothing to anyone (nobody went):
    the visit has a day (`core.dates.is_day_of_visit`), all its other values may be of any kind, and it never raises.
    `title`, `reference` and `scope` are for metadata: the protocol's full name, where it is described, what it is of.
    """

    visit: str
    line: str
    tell: Callable[[Visited, Mapping[int, Taxon]], Telling | None]
    title: str
    reference: str = ""
    scope: str = ""
    siblings: tuple[str, ...] = ()


def person_of(record: Record | None) -> Person | None:
    """Return the person that a record of the directory is of, None for none."""
    values = {} if record is None else record.data
    name, organisation = values.get("name"), values.get("organisation")
    if record is None or not isinstance(name, str) or not name:
        return None
    return Person(record.uid, name, organisation if isinstance(organisation, str) else "")


def people_of(uids: Any, links: Mapping[str, Record]) -> tuple[Person, ...]:
    """Return the people of a field's uids, in their order; one who is not known is left out."""
    wanted = [uids] if isinstance(uids, str) else uids if isinstance(uids, list) else []
    return tuple(found for uid in wanted if isinstance(uid, str) and (found := person_of(links.get(uid))))


def dataset_of(record: Record | None) -> Dataset:
    """Return the dataset that a record of the directory is of; an empty one for none, or one that was deleted."""
    if record is None or record.deleted:
        return Dataset()
    values = record.data
    return Dataset(record.uid, str(values.get("name", "")), str(values.get("unique_dataset_id", "")))
