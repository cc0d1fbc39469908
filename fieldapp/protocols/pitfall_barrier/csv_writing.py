"""The lines of a barrier's file, written from the trees of each season.

Years follow one another; within a year barriers stand in order of name, mornings in order of date, catches in the order
in which they were told, so that a file that is read and written again is the same. A gap that nobody explained is no
record and has no line: only campaigns tell of it. Days of a campaign before its first or after its last line, a second
campaign of a year and one over New Year are not in the file; the table says how many. A bucket that was closed, photos
and the origin of the weather have no column; the table says how many mornings or catches have them. A closed bucket has
no line of its own either: a line without an animal would say that it was looked into.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import ExportSource, LeftOut, Season, Table
from fieldapp.core.record import Node, Record
from fieldapp.core.text import N_, _
from fieldapp.protocols.pitfall_barrier import campaign, lists, schema
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier.csv_cells import in_words

Cells = tuple[str, ...]

CLOSED_BUCKETS, PHOTOS, WEATHER_ORIGIN = N_("Seaux fermés"), N_("Photos"), N_("Météo venue d’un fichier")
"""What has no column in the file, as the person is told of it."""

UNTOLD_ENDS = N_("Jours de campagne avant le premier ou après le dernier matin noté")
MORE_CAMPAIGNS = N_("Campagnes d’une même année, qui n’en feront qu’une")
OVER_NEW_YEAR = N_("Campagnes à cheval sur deux années, qui seront coupées")
"""What of its campaigns the lines of a file do not say: read again, they make one campaign a year."""

_NO_CATCH: Cells = ("",) * len(layout.CATCH)


@dataclass(slots=True)
class _Place:
    """A barrier of a season with its mornings, and what the file asks of its undated records."""

    site: Node
    buckets: Sequence[Record]
    sides: dict[tuple[str, str], str] = field(default_factory=dict)

    def side(self, number: str, on_date: str) -> str:
        """Return the word for the side on which a bucket stands on a day, "" for a bucket that is not there."""
        key = number, on_date
        if key not in self.sides:
            in_place = campaign.buckets(self.buckets, on_date)
            sides = [record.data.get("side") for record in in_place if record.data.get("bucket") == number]
            self.sides[key] = layout.written("side", sides[0] if sides else None)
        return self.sides[key]


def barrier(source: ExportSource) -> Table:
    """Return the table: one row per catch, per check that found nothing, per morning that is told not to be checked.

    A check that says animals and has none yet (begun and not finished) has no row: it is left out, with the reason.
    """
    table = Table(layout.COLUMNS, iter(()))
    return Table(layout.COLUMNS, _rows(source, table), table.left_out, table.lost)


def _rows(source: ExportSource, table: Table) -> Iterator[Cells]:
    names: dict[tuple[str, str], Record] = {}
    for season in source.seasons:
        order = {uid: place for place, uid in enumerate(source.in_order(_catches(season)))}
        for site in sorted((node for tree in season.trees for node in tree.walk("site")), key=_site_order):
            _refuse_namesakes(site.record, names)
            undated = source.known.undated(site.record.uid) if source.known else ()
            place = _Place(site, undated)
            told: set[str] = set()
            for visit in sorted(site.walk("visit"), key=_visit_order):
                for cells in _morning(place, visit, season, source, table, order):
                    told.add(visit.record.on_date or "")
                    yield cells
            _count_lost_days(campaign.campaigns(undated), season.year, told, table)


def _count_lost_days(campaigns: Sequence[Record], year: int, told: Collection[str], table: Table) -> None:
    """Count what the lines of a barrier's year don't say of its campaigns; `told` are the days (ISO) with a line."""
    first, last = f"{year}-01-01", f"{year}-12-31"
    ends = [(str(one.data.get("opened_on", "")), str(one.data.get("closed_on", ""))) for one in campaigns]
    of_year = [(opened, closed) for opened, closed in ends if opened and opened <= last and closed >= first]
    untold = 0
    for opened, closed in of_year:
        days = list(campaign.days_between(max(opened, first), min(closed, last)))
        places = [place for place, day in enumerate(days) if day in told]
        untold += len(days) if not places else 0
        untold += places[0] if places and opened >= first else 0
        untold += len(days) - 1 - places[-1] if places and closed <= last else 0
    crossing = sum(opened < first for opened, _closed in of_year)
    found = {UNTOLD_ENDS: untold, MORE_CAMPAIGNS: max(len(of_year) - 1, 0), OVER_NEW_YEAR: crossing}
    table.lost.update({label: count for label, count in found.items() if count})


def _catches(season: Season) -> list[str]:
    return [node.record.uid for tree in season.trees for node in tree.walk("observation")]


def _site_order(site: Node) -> tuple[str, str, str]:
    return (*schema.place_key(site.record.data), site.record.uid)


def _visit_order(visit: Node) -> tuple[str, str]:
    return visit.record.on_date or "", visit.record.uid


def _refuse_namesakes(site: Record, names: dict[tuple[str, str], Record]) -> None:
    """Refuse two barriers of one name and commune: nobody could tell them apart in the file."""
    if names.setdefault(schema.place_key(site.data), site).uid != site.uid:
        sentence = _("Deux barrières s’appellent « {name} » : renommez l’une des deux, puis recommencez.")
        raise FileRefusedError(sentence.format(name=schema.barrier_title(site.data)))


def _morning(
    place: _Place, visit: Node, season: Season, source: ExportSource, table: Table, order: Mapping[str, int]
) -> Iterator[Cells]:
    data = visit.record.data
    catches = sorted(
        visit.walk("observation"), key=lambda node: (order.get(node.record.uid, len(order)), node.record.uid)
    )
    if not catches and data.get("state") not in {schema.EMPTY, schema.MISSED}:
        sentence = _("Relevé commencé, sans prise ni « rien dans les seaux » : à finir sur le tableau des seaux.")
        title = f"{schema.barrier_title(place.site.record.data)}, {in_words(visit.record.on_date or '1900-01-01')}"
        table.left_out.append(LeftOut(visit.record.uid, title, sentence))
        return
    if data.get("closed_buckets"):
        table.lost[CLOSED_BUCKETS] += 1
    if data.get("weather_fields"):
        table.lost[WEATHER_ORIGIN] += 1
    site = place.site.record.data
    looked = catches or schema.is_looked_into(data)
    head = (
        str(site.get("site_name", "")), str(site.get("commune", "")), visit.record.on_date or "",
        layout.YES if looked else layout.NO,
    )  # fmt: skip
    tail = (
        layout.written_number(data.get("night_min_c")),
        layout.written_number(data.get("night_max_c")),
        layout.written_rain(data.get("rain_mm")),
        _people(data.get("observers", ()), season.links),
    )
    remark = str(data.get("comments", ""))
    if not looked:
        remark = layout.written_missed_remark(data.get("reason"), remark)
    if not catches:
        yield (*head, *_NO_CATCH, *tail, layout.written_remark(remark, ""))
    for catch in catches:
        if any(True for _photo in catch.walk("photo")):
            table.lost[PHOTOS] += 1
        values = catch.record.data
        line = layout.written_remark(remark, str(values.get("comments", "")))
        yield (*head, *_catch_cells(place, catch.record, head[2], season.links, source), *tail, line)


def _people(uids: Sequence[str], links: Mapping[str, Record]) -> str:
    return layout.written_people([str(links[uid].data.get("name", "")) for uid in uids if uid in links])


def _catch_cells(
    place: _Place, catch: Record, on_date: str, links: Mapping[str, Record], source: ExportSource
) -> Cells:
    data = catch.data
    taxon = source.taxa.get(catch.cd_nom) if catch.cd_nom is not None else None
    individual = links.get(data.get("individual", ""))
    return (
        str(data.get("bucket", "")),
        place.side(str(data.get("bucket", "")), on_date),
        str(data.get("cd_nom", "")),
        lists.name_of(taxon, taxon.cd_nom) if taxon else "",
        layout.written("stage", data.get("stage")),
        layout.written_sex(data),
        str(data.get("count", "")),
        layout.written("direction", data.get("direction")),
        layout.written("state", data.get("vitality")),
        str(individual.data.get("individual_name", "")) if individual else "",
    )
