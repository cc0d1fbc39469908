"""The rows of the SHF's files `standard` and `analyses`, written from the trees of each season."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import ExportSource, Season, Table
from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Taxon
from fieldapp.core.text import _
from fieldapp.protocols.pop_amphibiens import schema, shf

_LABELS = {
    name: shf.labels(entity, name)
    for entity, names in (
        (schema.SITES_GROUP, ("categories_paysageres",)),
        (schema.SITE, ("milieu_aquatique",)),
        (schema.VISIT, ("methode_de_prospection", "expertise", "accessibility", "etat_site")),
        (
            schema.OBSERVATION,
            ("presence", "id_nomenclature_typ_denbr", "id_nomenclature_stade", "id_nomenclature_sex"),
        ),
    )
    for name in names
}

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Visited:
    """A visit with its place, its rank in the year and the cells that all its rows share."""

    key: tuple[str, str, str, str]
    group: Record
    node: Node
    site_cells: Cells
    visit_cells: Cells


def standard(source: ExportSource) -> Table:
    """Return the table `standard`: one row per observation, season after season.

    Within a season rows are in order of aire, site, date, visit, cd_nom and observation.
    """
    return Table(shf.STANDARD, _standard_rows(source))


def analyses(source: ExportSource) -> Table:
    """Return the table `analyses`: one row per visit, in the order of `standard`."""
    return Table(shf.ANALYSES, _analyses_rows(source))


def _standard_rows(source: ExportSource) -> Iterator[Cells]:
    for visited in _visits(source):
        group = _group_cells(visited.group)
        shared = (*group, *visited.site_cells, *visited.visit_cells)
        for observation in sorted(visited.node.walk("observation"), key=_observation_order):
            yield (observation.record.uid, *shared, *_observation_cells(observation.record, source.taxa))


def _observation_order(node: Node) -> tuple[int, str]:
    return node.record.cd_nom or 0, node.record.uid


def _analyses_rows(source: ExportSource) -> Iterator[Cells]:
    for visited in _visits(source):
        name, uid, description, habitat = _group_cells(visited.group)
        comment = visited.group.data.get("comments", "")
        seen = [node.record for node in visited.node.walk("observation") if schema.says_present(node.record.data)]
        yield (
            name, uid, habitat, description, comment, *visited.site_cells, *visited.visit_cells,
            *_totals(seen, source.taxa),
        )  # fmt: skip


def _totals(seen: Sequence[Record], known: Mapping[int, Taxon]) -> Cells:
    """Return diversity, names and summed counts of what was seen; without anything seen "0" and empty cells."""
    cds = {record.cd_nom for record in seen if record.cd_nom is not None}
    taxa = [known[cd_nom] for cd_nom in cds if cd_nom in known]
    kinds = {known[cd_nom].cd_ref if cd_nom in known else cd_nom for cd_nom in cds}
    sums = [[record.data[name] for record in seen if name in record.data] for name in ("count_min", "count_max")]
    return (
        str(len(kinds)),
        " ; ".join(sorted({taxon.lb_nom for taxon in taxa if taxon.lb_nom})),
        " ; ".join(sorted({taxon.nom_vern for taxon in taxa if taxon.nom_vern})),
        *(str(sum(counts)) if counts else "" for counts in sums),
    )


def _visits(source: ExportSource) -> Iterator[_Visited]:
    names: dict[tuple[str, str], Record] = {}
    for season in source.seasons:
        yield from sorted(_of_season(season, names), key=lambda visited: visited.key)


def _of_season(season: Season, names: dict[tuple[str, str], Record]) -> Iterator[_Visited]:
    for tree in season.trees:
        for site in tree.walk("site"):
            _refuse_namesakes(tree.record, site.record, names)
            site_cells = _site_cells(site.record)
            visits = list(site.walk("visit"))
            ranks = shf.ranks(node.record for node in visits)
            for node in visits:
                uid = node.record.uid
                key = (shf.written_name(_name(tree.record)), site_cells[0], node.record.on_date or "", uid)
                cells = _visit_cells(node.record, ranks[uid], season.links)
                yield _Visited(key, tree.record, node, site_cells, cells)


def _refuse_namesakes(group: Record, site: Record, names: dict[tuple[str, str], Record]) -> None:
    """Refuse two sites of one aire that are written alike: nobody could tell them apart in the file."""
    key = (group.uid, shf.written_name(_name(site)))
    other = names.setdefault(key, site)
    if other.uid != site.uid:
        raise FileRefusedError(
            _(
                "Deux mares de l’aire « {group} » s’écrivent « {name} » dans le fichier (« {first} » et « {second} ») "
                ": renommez l’une des deux, puis recommencez."
            ).format(group=_name(group), name=key[1], first=_name(other), second=_name(site))
        )


def _name(record: Record) -> str:
    return str(record.data.get("sites_group_name" if record.entity == "sites_group" else "base_site_name", ""))


def _group_cells(group: Record) -> Cells:
    return (
        shf.written_name(_name(group)),
        group.uid,
        group.data.get("sites_group_description", ""),
        _label(group, "categories_paysageres"),
    )


def _site_cells(site: Record) -> Cells:
    data = site.data
    return (
        shf.written_name(_name(site)),
        shf.written_point(data),
        *(shf.written_number(data.get(name)) for name in ("longitude", "latitude", "altitude_min", "altitude_max")),
        *(data.get(name, "") for name in ("departement", "code_dep", "commune", "sites_proteges")),
        _label(site, "milieu_aquatique"),
        data.get("base_site_description", ""),
    )


def _visit_cells(visit: Record, rank: int, links: Mapping[str, Record]) -> Cells:
    data = visit.data
    dataset = links.get(data.get("id_dataset", ""))
    observers = [links[uid] for uid in data.get("observers", ()) if uid in links]
    on_date = visit.on_date or ""
    methods = (_LABELS["methode_de_prospection"].get(code, code) for code in data.get("methode_de_prospection", ()))
    return (
        str(dataset.data.get("id_dataset", "")) if dataset else "",
        dataset.data.get("name", "") if dataset else "",
        visit.uid,
        on_date,
        on_date[:4],
        on_date[5:7].lstrip("0"),
        data.get("Heure_debut", ""),
        data.get("Heure_fin", ""),
        str(data.get("num_passage", "")),
        str(rank),
        _label(visit, "expertise"),
        shf.BETWEEN_METHODS.join(methods),
        _label(visit, "accessibility"),
        _label(visit, "etat_site"),
        data.get("date_changement_etat_site", ""),
        shf.BETWEEN_OBSERVERS.join(person.data.get("name", "") for person in observers),
        shf.written_organisations(data, observers),
        data.get("comments", ""),
    )


def _observation_cells(observation: Record, taxa: Mapping[int, Taxon]) -> Cells:
    data = observation.data
    taxon = taxa.get(observation.cd_nom) if observation.cd_nom is not None else None
    latin, french = shf.cited_names(data)
    return (
        str(data.get("cd_nom", "")),
        _label(observation, "presence"),
        latin or (taxon.nom_complet if taxon else ""),
        french or (taxon.nom_vern if taxon else ""),
        _label(observation, "id_nomenclature_typ_denbr"),
        str(data.get("count_min", "")),
        str(data.get("count_max", "")),
        _label(observation, "id_nomenclature_stade"),
        _label(observation, "id_nomenclature_sex"),
        data.get("comments", ""),
    )


def _label(record: Record, name: str) -> str:
    code = record.data.get(name)
    return "" if code is None else _LABELS[name].get(code, code)
