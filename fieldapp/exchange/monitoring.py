"""The CSV that GeoNature's Monitoring module imports: one row per observation, its site and its visit repeated in it.

Source: gn_module_monitoring, docs/import.md, and a run of the import on GeoNature 2.17 with Monitoring 1.3. A UUID that
the server knows is passed over there, so that sending a file twice does no harm. Groups of sites can't be imported, and
neither can media.

The import knows no conditions: a field that the form asks for only sometimes must always be filled. Nothing is made up
for it. What is known without a doubt is written: the day on which a site was first visited, nought animals counted
where none was seen, and the state of a site that was noted at another passage of the same year. Where anything else is
missing, the observation is left out and its missing fields are named: these are kept in memory until the end, the rows
are not.

What the program tells of an observation goes before what its record holds: a record may keep counts, a stage and a sex
from before somebody said that nothing was seen.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TextIO

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import LeftOut
from fieldapp.core.ids import is_uid, name_uid
from fieldapp.core.occurrence import ABSENT, Event, Occurrence, Telling
from fieldapp.core.record import Record
from fieldapp.core.schema import Entity, Field, Kind, StudyProtocol, Values
from fieldapp.core.text import N_, _
from fieldapp.exchange.flat_columns import one_line
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.exchange.sinp import dataset_uuid
from fieldapp.exchange.sinp_cells import clean, geometry, unparted
from fieldapp.exchange.written import REFUSED, Note, Options, is_refused
from fieldapp.store import records, visits
from fieldapp.store.connection import Database

SITE, VISIT, OBSERVATION = "site", "visit", "observation"
"""The entities of a protocol that can be written, by GeoNature's names."""

SITE_TYPES = {"pop_amphibiens": "POPA"}
"""Code of TYPE_SITE by protocol (source: protocoles_suivi, POPAmphibien 2.2.0, module.json).

Only of these is it known what a server's module demands: of others the position, the days and the observers are.
"""

_GENERAL = frozenset(
    {
        "base_site_name", "first_use_date", "visit_date_min", "visit_date_max", "observers", "comments", "cd_nom",
        "id_dataset", "longitude", "latitude",
    }
)  # fmt: skip
"""Fields that every site, visit or observation of the module has: their cells come from what is told."""

_NONE_SEEN: Values = {"presence": "Non", "count_min": 0, "count_max": 0, "id_nomenclature_typ_denbr": "Co"}
"""What is said where nothing was seen, as the module's own form does: nought, counted."""

_SEEN: Values = {"presence": "Oui"}

_LABELS = {"s__geom": N_("Position"), "s__first_use_date": N_("Suivie depuis le"), "v__observers": N_("Observateurs")}

_TOGETHER = 200
"""Visits that are read at once."""


def write(db: Database, selection: Selection, file: TextIO, *, note: Note, options: Options) -> int:
    """Write the observations of one protocol with their visits and sites; return how many rows there were.

    What lacks a value that the import demands goes to `options.left_out`. FileRefusedError where the selection holds
    several protocols, one that is not made of sites, visits and observations, or a dataset without UUID.
    """
    count = 0
    with db.snapshot():
        told = tellings(db, selection)
        first = next(told, None)
        if first is None:
            return 0
        protocol = _protocol(db, first)
        rows = _Rows(db, protocol, options)
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(rows.columns)
        rest = chain((first,), told)
        while piece := list(islice(rest, _TOGETHER)):
            if any(telling.event.protocol != protocol.code for telling in piece):
                raise FileRefusedError(
                    _("Ce format n’écrit qu’un suivi à la fois : choisissez-en un. Rien n’a été écrit.")
                )
            for one, cells in rows.of(piece):
                writer.writerow(cells)
                note(one)
                count += 1
    return count


def _protocol(db: Database, telling: Telling) -> StudyProtocol:
    """Return the protocol of a telling; FileRefusedError where its records can't be written."""
    protocol = db.protocols[telling.event.protocol]
    if {SITE, VISIT, OBSERVATION} <= {entity.code for entity in protocol.entities}:
        return protocol
    raise FileRefusedError(
        _("« {protocol} » n’est pas fait de sites, de visites et d’observations : prenez un autre format.").format(
            protocol=_(protocol.label)
        )
    )


@dataclass(frozen=True, slots=True)
class _Level:
    """One entity of the file: the fields that have a column of their own, and those that must be filled."""

    entity: Entity
    prefix: str

    @property
    def fields(self) -> list[Field]:
        """The protocol's own fields; local ones are no part of the module."""
        general = _GENERAL | {self.entity.date_field, self.entity.taxon_field}
        return [
            item
            for item in self.entity.fields
            if item.name not in general and not item.hidden and not item.optional and item.target != "dataset"
        ]


class _Rows:
    """Makes the rows of one protocol; what sites share is read once."""

    def __init__(self, db: Database, protocol: StudyProtocol, options: Options) -> None:
        self._db = db
        self._options = options
        self._site_type = SITE_TYPES.get(protocol.code, "")
        self._levels = [
            _Level(protocol.entity(code), prefix)
            for code, prefix in ((SITE, "s__"), (VISIT, "v__"), (OBSERVATION, "o__"))
        ]
        self._fields = [level.fields for level in self._levels]
        self._first_days: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._seasons: dict[tuple[str, str], Sequence[Record]] = {}
        site, visit, line = (
            [level.prefix + item.name for item in fields]
            for level, fields in zip(self._levels, self._fields, strict=True)
        )
        self.columns = (
            "uuid_base_site", "s__base_site_name", "s__geom", "s__first_use_date", "s__types_site", *site,
            "uuid_base_visit", "unique_dataset_id", "v__visit_date_min", "v__visit_date_max", "v__observers",
            "v__comments", *visit, "uuid_observation", "o__cd_nom", "o__comments", *line,
        )  # fmt: skip

    def of(self, piece: Sequence[Telling]) -> Iterator[tuple[Occurrence, list[str]]]:
        """Yield the rows of some visits, each with the occurrence that it tells; the others go to `left_out`."""
        found = self._read(piece)
        for telling in piece:
            event = telling.event
            visit = found[event.record]
            site = found.get(visit.parent or "")
            head, lacking = self._head(event, visit, site)
            for one in telling.occurrences:
                tail, missing = self._line(one, found.get(one.record))
                if is_refused(one, self._options):
                    self._leave_out(one, _(REFUSED))
                elif lacking or missing:
                    self._leave_out(one, _without([*lacking, *missing]))
                else:
                    yield one, [*head, *tail]

    def _read(self, piece: Sequence[Telling]) -> dict[str, Record]:
        """Return the visits, sites and observations of some tellings, and learn what their rows need besides."""
        uids = {telling.event.record for telling in piece}
        uids.update(one.record for telling in piece for one in telling.occurrences)
        found = records.get_many(self._db, sorted(uids))
        places = sorted({record.parent for record in found.values() if record.entity == VISIT and record.parent})
        found.update(records.get_many(self._db, places))
        fresh = [uid for uid in places if uid not in self._first_days]
        self._first_days.update(visits.first_days(self._db, fresh))
        linked = {uid for record in found.values() for uid in self._links(record)} - self._people.keys()
        people = records.get_many(self._db, sorted(linked))
        self._people.update((uid, str(people[uid].data.get("name", "")) if uid in people else "") for uid in linked)
        return found

    def _links(self, record: Record) -> Iterator[str]:
        for item in chain.from_iterable(
            fields
            for level, fields in zip(self._levels, self._fields, strict=True)
            if level.entity.code == record.entity
        ):
            if item.kind in {Kind.LINK, Kind.LINKS}:
                value = record.data.get(item.name)
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, str):
                        yield one

    def _head(self, event: Event, visit: Record, site: Record | None) -> tuple[list[str], list[str]]:
        """Return the cells of site and visit, and the labels of what is missing in them."""
        values = site.data if site else {}
        first = str(values.get("first_use_date") or self._first_days.get(visit.parent or "", ""))
        # The import takes a comma for the end of a name.
        observers = ", ".join(clean(unparted(person.name)) for person in event.observers)
        cells = {"s__geom": geometry(event.place), "s__first_use_date": first, "v__observers": observers}
        lacking = [_(_LABELS[name]) for name, cell in cells.items() if not cell]
        of_site = self._cells(0, values, {}, lacking)
        of_visit = self._cells(1, visit.data, self._said_elsewhere(visit), lacking)
        return [
            _uuid(visit.parent or ""), one_line(event.place.name), cells["s__geom"], first, self._site_type, *of_site,
            _uuid(visit.uid), dataset_uuid(event, self._options), event.date_min, event.date_max, one_line(observers),
            one_line(event.comment), *of_visit,
        ], lacking  # fmt: skip

    def _line(self, one: Occurrence, line: Record | None) -> tuple[list[str], list[str]]:
        """Return the cells of an observation and what is missing in them; an absence of the visit's own has no line."""
        lacking: list[str] = []
        kept = line.data if line and line.entity == OBSERVATION else {}
        # An absence has nothing of an animal, whatever its record kept.
        values: Values = _NONE_SEEN if one.status == ABSENT else {**kept, **_SEEN, **_counted(one)}
        cells = self._cells(2, values, {}, lacking)
        return [_uuid(one.uid), str(one.cd_nom), one_line(one.comment), *cells], lacking

    def _cells(self, level: int, values: Values, otherwise: Values, lacking: list[str]) -> list[str]:
        """Return the cells of the protocol's own fields; labels of those that must be filled and are not are added."""
        cells = []
        for item in self._fields[level]:
            value = values.get(item.name)
            cell = self._cell(item, otherwise.get(item.name) if value is None else value)
            if not cell and item.required is not False and self._site_type:
                lacking.append(_(item.label))
            cells.append(cell)
        return cells

    def _cell(self, item: Field, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, list):
            return one_line(",".join(self._people.get(one, "") if item.target else str(one) for one in value))
        if item.kind is Kind.LINK:
            return one_line(self._people.get(str(value), ""))
        return one_line(str(value))

    def _said_elsewhere(self, visit: Record) -> Values:
        """Return what is asked once a year, and was said at another visit of the same site and year."""
        asked = [
            item.name
            for item in self._fields[1]
            if item.kind is Kind.CHOICE
            and callable(item.required)
            and item.name not in visit.data
            and not item.is_relevant(visit.data)
        ]
        if not asked:
            return {}
        said: dict[str, Any] = {}
        for other in self._season(visit):
            said.update((name, other.data[name]) for name in asked if name in other.data and name not in said)
        return said

    def _season(self, visit: Record) -> Sequence[Record]:
        year = (visit.on_date or "")[:4]
        if (visit.parent or "", year) not in self._seasons:
            if any(known != year for _place, known in self._seasons):
                self._seasons.clear()
            found = records.below_on(self._db, visit.parent or "", f"{year}-01-01", f"{year}-12-31")
            self._seasons[visit.parent or "", year] = found
        return self._seasons[visit.parent or "", year]

    def _leave_out(self, one: Occurrence, sentence: str) -> None:
        title = ", ".join(filter(None, (one.nom_cite, one.event.date_max, one.where.name)))
        self._options.left_out.append(LeftOut(one.record, title, sentence))


def _without(missing: Sequence[str]) -> str:
    sentence = _("il manque {fields}, que l’import de GeoNature exige toujours : complétez la fiche.")
    return sentence.format(fields=", ".join(dict.fromkeys(missing)))


def _uuid(uid: str) -> str:
    """Return the uid as a UUID, the same one as in the SINP file."""
    return uid if is_uid(uid) else name_uid("sinp", uid)


def _counted(one: Occurrence) -> Values:
    """Return how many were seen under the names of the module's fields."""
    return {
        "count_min": one.count_min,
        "count_max": one.count_max,
        "id_nomenclature_typ_denbr": one.count_type or None,
    }
