"""The CRBPO's table of captures, written from the sessions of each year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import ExportSource, Season, Table
from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Field, Kind, Values
from fieldapp.core.text import _
from fieldapp.protocols.banding import crbpo, exported, schema
from fieldapp.protocols.banding.ring import PARIS

Cells = tuple[str, ...]

_WITHOUT_COLUMN = ("weather", "temperature_c")
"""What is noted of a session and no layout ever had a column for."""


@dataclass(frozen=True, slots=True)
class _Sitting:
    """A session with those above it."""

    place: Record
    site: Record
    node: Node

    @property
    def key(self) -> tuple[str, ...]:
        """What sorts sessions: the date, then place, theme, station, opening; the uid only where all that is equal."""
        place, values = self.place.data, self.node.record.data
        words = (place.get("commune"), place.get("place_name"), values.get("theme"), self.site.data.get("id_prog"))
        return (
            self.node.record.on_date or "", *(str(word or "") for word in words), str(values.get("opened_at", "")),
            self.node.record.uid,
        )  # fmt: skip


def crbpo_table(source: ExportSource) -> Table:
    """Return the table in the layout asked for: one row per capture, and one per session without birds (BREDOUILLE).

    Rows are in order of date, place, session and line. `source.theme` keeps the captures of one theme (see
    `exported.has_theme`). What the layout has no column for is counted in the table's `lost`; the ring that came off
    goes into the memo, from which it is read back.
    """
    version = source.layout or crbpo.USUAL_LAYOUT
    layout = crbpo.layouts().get(version)
    if layout is None:
        raise FileRefusedError(_("Les colonnes « {layout} » ne sont pas connues.").format(layout=version))
    columns = tuple(column.name for column in layout)
    lost: Counter[str] = Counter()
    return Table(columns, _rows(source, layout, lost), lost=lost)


@dataclass(frozen=True, slots=True)
class _Written:
    """What one row is written from: the values of each entity with what they stand for, and the people by uid."""

    values: Mapping[str, Values]
    people: Mapping[str, Record]


_Writer = Callable[[_Written], str]


def _rows(source: ExportSource, layout: Sequence[crbpo.Column], lost: Counter[str]) -> Iterator[Cells]:
    writers = tuple(_writer(column) for column in layout)
    missing = _missing(layout)
    for season in source.seasons:
        for sitting in sorted(_sittings(season), key=lambda one: one.key):
            written = False
            for values, marks in _captures(sitting):
                if exported.has_theme(sitting.node.record.data, values, source.theme):
                    row = _row_of(sitting, values, season)
                    yield tuple(write(row) for write in writers)
                    lost.update(_lost(missing, row, marks, with_session=not written))
                    written = True


def _missing(layout: Sequence[crbpo.Column]) -> Mapping[str, Sequence[Field]]:
    """Return the fields, by entity, that a layout has no column for; what is only for the program's own use is none."""
    has = {(column.entity, column.field) for column in layout}
    told = {(column.entity, column.field): column for every in crbpo.layouts().values() for column in every}
    names = [*told, *(("visit", name) for name in _WITHOUT_COLUMN)]
    if ("observation", "comments") not in has:
        names.append(("observation", "replaced_ring"))
    if ("observation", "theme") in has:
        has.add(("visit", "theme"))  # the theme of each capture tells that of its session
    found: dict[str, list[Field]] = {}
    entities = {entity.code: entity for entity in schema.ENTITIES}
    for entity, name in names:
        if (entity, name) not in has:
            found.setdefault(entity, []).append(entities[entity].by_name[name])
    return found


def _lost(missing: Mapping[str, Sequence[Field]], row: _Written, marks: int, *, with_session: bool) -> Iterator[str]:
    """Yield the labels of what a row does not tell of its capture, and with the first row of a session of this one."""
    for entity, fields in missing.items():
        if entity == schema.OBSERVATION.code or with_session:
            yield from (item.label for item in fields if row.values[entity].get(item.name) not in (None, "", ()))
    if marks:
        yield schema.MARK.label_plural
    if with_session and len(row.values["visit"].get("trainees", ())) > 1:
        yield schema.VISIT.by_name["trainees"].label


def _sittings(season: Season) -> Iterator[_Sitting]:
    for tree in season.trees:
        for site in tree.walk("site"):
            for node in site.walk("visit"):
                yield _Sitting(tree.record, site.record, node)


def _captures(sitting: _Sitting) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the values of the captures by their lines, what they leave to the session filled in, and how many marks."""
    session = sitting.node.record.data
    trainees = session.get("trainees", ())
    shared = {
        "theme": session.get("theme", ""),
        "ringer": session.get("ringer") or session.get("holder"),
        "trainee": trainees[0] if len(trainees) == 1 else None,
    }
    captures = [node for node in sitting.node.children if node.record.entity == schema.OBSERVATION.code]
    for node in sorted(captures, key=lambda one: (one.record.data.get("line", 0), one.record.uid)):
        values = node.record.data
        told = {**shared, **values}
        if ring := values.get("replaced_ring"):
            scheme = values.get("replaced_ring_scheme") or PARIS
            told["comments"] = crbpo.written_memo(values.get("comments", ""), scheme, ring)
        yield told, sum(child.record.entity == schema.MARK.code for child in node.children)
    if not captures and schema.is_without_birds(session):
        yield {**shared, "action": crbpo.NO_BIRDS}, 0


def _row_of(sitting: _Sitting, capture: Values, season: Season) -> _Written:
    place, session = sitting.place.data, sitting.node.record.data
    position = {name: session.get(name, place.get(name)) for name in ("latitude", "longitude")}
    values = {
        "sites_group": place,
        "site": sitting.site.data,
        "visit": {**session, **position},
        "observation": capture,
    }
    return _Written(values, season.links)


def _writer(column: crbpo.Column) -> _Writer:
    """Return what writes the cell of a column; a missing value is an empty cell."""
    entity, name, decimals = column.entity, column.field, column.decimals
    field = next(item for item in schema.ENTITIES if item.code == entity).by_name[name]
    as_text: Callable[[Any], str] = str
    if name == "duration_min":
        as_text = crbpo.written_duration
    elif field.kind is Kind.DATE:
        as_text = crbpo.written_date
    elif field.kind is Kind.NUMBER:

        def as_text(value: Any) -> str:
            return crbpo.written_number(value, decimals)

    def write(row: _Written) -> str:
        value = row.values[entity].get(name)
        return "" if value is None else as_text(value)

    def write_person(row: _Written) -> str:
        person = row.people.get(row.values[entity].get(name, ""))
        return crbpo.written_person(str(person.data.get("name", ""))) if person else ""

    return write_person if field.kind is Kind.LINK else write
