"""The rows of the SHF's file `standard`, read into records: people, dataset, aire, site, visit, observation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from fieldapp.core.exchange import Cells, Known, ParsedRow, RowNote, RowRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.text import _, fold
from fieldapp.protocols.pop_amphibiens import schema, shf
from fieldapp.protocols.pop_amphibiens.latin_names import names_taxon
from fieldapp.protocols.pop_amphibiens.shf_cells import (
    Row,
    compare_parts,
    iso_date,
    note_other_form,
    read_code,
    read_count,
    read_date,
    read_integer,
    read_methods,
    read_number,
    read_position,
    read_time,
    read_uid,
    read_yes_or_no,
    short,
)

DIRECTORY = "directory"
"""Code of the protocol of people and datasets, which all protocols point to."""

_SMALL = re.compile(r"[0-9]{1,4}")
_group_cells = itemgetter(*shf.GROUP)
_place_cells = itemgetter(*shf.GROUP, *shf.SITE)
_SHARED = (*shf.GROUP, *shf.SITE, *shf.VISIT)
_PASSAGE = shf.STANDARD.index("uuid_passage")
_OF_ONE_VISIT = ("uuid_passage", "date_passage", "annee_passage", "mois_passage", "num_passage_calc")
_outing_cells = itemgetter(*(name for name in shf.VISIT if name not in _OF_ONE_VISIT))


@dataclass(slots=True, eq=False)
class _Shared:
    """The cells that the rows of a visit have in common, and the records that they tell of once they are parsed."""

    cells: Cells
    records: Sequence[Record] = ()


@dataclass(slots=True, eq=False)
class _Line:
    """The cells of an observation but for its identifier, and what they tell once they are parsed.

    Species, number and stage repeat heavily: all rows with the same cells share one of these, and its values.
    """

    cells: Cells
    data: dict[str, Any] = field(default_factory=dict)
    notes: Sequence[RowNote] = ()


@dataclass(frozen=True, slots=True)
class _Outing:
    """What the cells of a visit tell that stay the same from visit to visit: everything but which one and what day."""

    values: Mapping[str, Any]
    linked: Sequence[Record]
    notes: Sequence[RowNote]


@dataclass(slots=True)
class _SurveyedVisit:
    """What is needed of a visit to work out its rank among the visits of the file."""

    place: tuple[str, str]
    record: Record
    told: int


class ShfParser:
    """Reads one file `standard`. Names that the database knows are kept as they stand there."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._surveyed: dict[str, _SurveyedVisit] = {}
        self._people_of: dict[tuple[str, str], None] = {}
        self._settled = False
        self._ranks: dict[str, int] = {}
        self._crossed: dict[str, int] = {}
        self._organisations: dict[str, str] = {}
        self._apart: set[str] = set()
        self._groups: dict[tuple[str, ...], Record] = {}
        self._places: dict[tuple[str, ...], tuple[Record, Record]] = {}
        self._site_names: dict[str, dict[str, Record]] = {}
        self._directory: dict[str, dict[str, Record]] = {}
        self._people: dict[str, Record] = {}
        self._datasets: dict[tuple[str, str], Record] = {}
        self._outings: dict[tuple[str, ...], _Outing] = {}
        self._visits: dict[str, _Shared] = {}
        self._lines: dict[tuple[str, ...], _Line] = {}
        self._named: dict[tuple[str, str, str], tuple[int | None, str, str]] = {}

    # ------------------------------------------------------------------------------------- the whole file

    def survey(self, cells: Cells) -> tuple[str, _Shared, _Line]:
        """Note what the row says of its visit; return its identifier, and the rest as rows alike share it."""
        shared = self._visits.get(cells[_PASSAGE])
        above = cells[1 : 1 + len(_SHARED)]
        if shared is None or shared.cells != above:
            shared = self._visits[cells[_PASSAGE]] = _Shared(above)
            self._survey_visit(dict(zip(_SHARED, above, strict=True)))
        own = tuple(cells[1 + len(_SHARED) :])
        line = self._lines.get(own)
        if line is None:
            line = self._lines[own] = _Line(own)
        return cells[0], shared, line

    def _survey_visit(self, row: Row) -> None:
        """Note the rank that the file gives to the visit, and the organisations that stand beside its people."""
        uid = row["uuid_passage"].lower()
        if uid in self._surveyed:
            return
        on_date, passage = iso_date(row["date_passage"]), row["num_passage"]
        data = {"num_passage": int(passage)} if _SMALL.fullmatch(passage) else {}
        told = int(row["num_passage_calc"]) if _SMALL.fullmatch(row["num_passage_calc"]) else 0
        record = Record(uid, schema.CODE, "visit", None, data, on_date)
        self._surveyed[uid] = _SurveyedVisit((row["uuid_aire_etude"], row["nom_site"]), record, told)
        self._people_of[row["observers"], row["organismes_rattaches"]] = None

    def _settle(self) -> None:
        """Work out, after the last row was surveyed, what the file as a whole explains."""
        self._settled = True
        self._organisations = _organisations(self._people_of)
        self._apart = {name for observers, _cell in self._people_of for name in _told_apart(observers)}
        places: dict[tuple[str, str, str], list[_SurveyedVisit]] = defaultdict(list)
        for visit in self._surveyed.values():
            places[(*visit.place, (visit.record.on_date or "")[:4])].append(visit)
        for visits in places.values():
            last = 0
            for visit in sorted(visits, key=lambda visit: shf.in_order(visit.record)):
                last += 1
                if visit.told > last:
                    last = self._ranks[visit.record.uid] = visit.told
                elif 0 < visit.told < last:
                    self._crossed[visit.record.uid] = last
        self._surveyed.clear()

    # ------------------------------------------------------------------------------------------- one row

    def parse(self, row: tuple[str, _Shared, _Line]) -> ParsedRow:
        """Return the records of a row; raises RowRefusedError with column and sentence."""
        if not self._settled:
            self._settle()
        text, shared, line = row
        notes: Sequence[RowNote] = ()
        if not shared.records:
            parsed = self._above(dict(zip(_SHARED, shared.cells, strict=True)))
            shared.records, notes = parsed.records, parsed.notes
        uid = read_uid(text, "uuid_observation")
        if not line.data:
            cells = dict(zip(shf.OBSERVATION, line.cells, strict=True))
            line.data, line.notes = self._observation(cells), self._name_notes(cells)
        if line.notes:
            notes = [*notes, *line.notes]
        visit = shared.records[-1].uid
        own = Record(uid, schema.CODE, "observation", visit, line.data, None, line.data.get("cd_nom"))
        return ParsedRow((*shared.records, own), notes, shared.records)

    def _above(self, row: Row) -> ParsedRow:
        """Return the records that the rows of a visit share."""
        notes: list[RowNote] = []
        cells = _place_cells(row)
        if (place := self._places.get(cells)) is None:
            place = self._places[cells] = self._place(row, notes)
        group, site = place
        dataset = self._dataset(row)
        uid = read_uid(row["uuid_passage"], "uuid_passage")
        on_date = read_date(row, "date_passage", notes)
        if on_date is None:
            raise RowRefusedError("date_passage", _("La date du passage manque : écrivez-la (2020-04-14)."))
        compare_parts(row, on_date, notes)
        known = _outing_cells(row)
        if (outing := self._outings.get(known)) is None:
            outing = self._outings[known] = self._outing(row, dataset)
        notes += outing.notes
        data = {"visit_date_min": on_date, **outing.values}
        if uid in self._ranks:
            data |= {"num_passage_calc": self._ranks[uid], "num_passage_calc_for": shf.rank_place(site.uid, on_date)}
        if uid in self._crossed:
            note_other_form("num_passage_calc", row["num_passage_calc"], str(self._crossed[uid]), notes)
        visit = Record(uid, schema.CODE, "visit", site.uid, data, on_date)
        return ParsedRow((*outing.linked, group, site, visit), notes)

    # --------------------------------------------------------------------------------------------- places

    def _place(self, row: Row, notes: list[RowNote]) -> tuple[Record, Record]:
        cells = _group_cells(row)
        if (group := self._groups.get(cells)) is None:
            group = self._groups[cells] = self._group(row)
        name = row["nom_site"]
        present = self._sites(group.uid).get(name)
        longitude, latitude = read_position(row, notes)
        values = {
            "base_site_name": shf.read_name(name, present.data.get("base_site_name") if present else None),
            "milieu_aquatique": read_code(row, "milieu_aquatique"),
            "longitude": longitude,
            "latitude": latitude,
            "base_site_description": row["commentaire_site"],
            "altitude_min": read_number(row, "altitude_min", notes),
            "altitude_max": read_number(row, "altitude_max", notes),
            "departement": row["departement"],
            "code_dep": row["code_dep"],
            "commune": row["commune"],
            "sites_proteges": row["sites_proteges"],
        }
        uid = present.uid if present else name_uid("site", f"{group.uid} {name}")
        return group, make_record(schema.CODE, schema.SITE, values, group.uid, uid)

    def _group(self, row: Row) -> Record:
        uid = read_uid(row["uuid_aire_etude"], "uuid_aire_etude")
        present = self._known.get(uid)
        values = {
            "sites_group_name": shf.read_name(
                row["aire_etude"], present.data.get("sites_group_name") if present else None
            ),
            "categories_paysageres": read_code(row, "habitat_principal"),
            "sites_group_description": row["description_aire"],
        }
        return make_record(schema.CODE, schema.SITES_GROUP, values, None, uid)

    def _sites(self, group: str) -> Mapping[str, Record]:
        """Return the sites that the aire has here, by the name that the file writes for them."""
        if group not in self._site_names:
            sites = [record for record in self._known.children(group) if record.entity == "site"]
            self._site_names[group] = {shf.written_name(site.data.get("base_site_name", "")): site for site in sites}
        return self._site_names[group]

    # ----------------------------------------------------------------------------------- people, datasets

    def _observers(self, text: str) -> list[Record]:
        names = [name for name in text.split(shf.BETWEEN_OBSERVERS) if name.strip()]
        return [self._people.get(name) or self._person(name) for name in names]

    def _person(self, name: str) -> Record:
        folded = fold(name)
        organisation = self._organisations.get(name)
        if name in self._apart:
            uid, twin = name_uid("person spelled", name), None
        else:
            uid = name_uid("person", folded)
            twin = next((person for known, person in self._people.items() if fold(known) == folded), None)
        present = self._in_directory("person", name) or self._known.get(uid)
        if present is not None:
            found = present
        elif twin is not None:
            found = twin
        else:
            data = {"name": name} | ({"organisation": organisation} if organisation else {})
            found = Record(uid, DIRECTORY, "person", None, data)
        self._people[name] = found
        return found

    def _dataset(self, row: Row) -> Record | None:
        name, text = row["jeu_de_donnees"], row["id_dataset"]
        if not name.strip() and not text.strip():
            return None
        if (name, text) not in self._datasets:
            number = read_integer(row, "id_dataset")
            given: dict[str, Any] = {} if number is None else {"id_dataset": number}
            key = fold(name) if name.strip() else f"#{number}"
            present = self._in_directory("dataset", name) or self._known.get(name_uid("dataset", key))
            if present is not None:
                found = replace(present, data={**present.data, **given})
            else:
                data = ({"name": name} if name else {}) | given
                found = Record(name_uid("dataset", key), DIRECTORY, "dataset", None, data)
            self._datasets[name, text] = found
        return self._datasets[name, text]

    def _in_directory(self, entity: str, name: str) -> Record | None:
        """Return the person or dataset that is called so here, exactly or, failing that, but for accents and capitals.

        A person who stands in one cell beside another spelling of the same name is only found exactly.
        """
        if entity not in self._directory:
            by_name: dict[str, Record] = {}
            records = [record for record in self._known.roots(DIRECTORY, entity) if record.data.get("name")]
            for record in records:
                by_name.setdefault(record.data["name"], record)
            for record in records:
                by_name.setdefault(fold(record.data["name"]), record)
            self._directory[entity] = by_name
        found = self._directory[entity].get(name)
        if entity == "person" and name in self._apart:
            return found if found is not None and found.data["name"] == name else None
        return found or self._directory[entity].get(fold(name))

    # ---------------------------------------------------------------------------------------------- visits

    def _outing(self, row: Row, dataset: Record | None) -> _Outing:
        notes: list[RowNote] = []
        people = self._observers(row["observers"])
        if apart := _told_apart(row["observers"]):
            sentence = _("{names} : gardés comme deux personnes. Si c’est la même, corrigez le fichier.")
            notes.append(RowNote("observers", sentence.format(names=", ".join(f"« {short(name)} »" for name in apart))))
        values: dict[str, Any] = {
            "num_passage": read_integer(row, "num_passage"),
            "Heure_debut": read_time(row, "heure_debut", notes),
            "Heure_fin": read_time(row, "heure_fin", notes),
            "methode_de_prospection": read_methods(row),
            "observers": [person.uid for person in people],
            "expertise": read_code(row, "expertise_operateur"),
            "id_dataset": dataset.uid if dataset else None,
            "accessibility": read_yes_or_no(row, "accessibilite"),
            "etat_site": read_code(row, "etat_site"),
            "date_changement_etat_site": read_date(row, "date_changement_etat_site", notes),
            "comments": row["commentaire_passage"],
        }
        organisations = row["organismes_rattaches"]
        if organisations != shf.written_organisations({}, people):
            values |= {
                "organismes_cite": organisations,
                "organismes_cite_for": shf.people_key(person.uid for person in people),
            }
        linked = {record.uid: record for record in ((*people, dataset) if dataset else people)}
        return _Outing(make_record(schema.CODE, schema.VISIT, values, None).data, tuple(linked.values()), notes)

    # ---------------------------------------------------------------------------------------- observations

    def _observation(self, row: Row) -> dict[str, Any]:
        """Return the values of an observation."""
        named = row["cd_nom"], row["nom_latin"], row["nom_francais"]
        if named not in self._named:
            self._named[named] = self._taxon(row)
        cd_nom, latin, french = self._named[named]
        data: dict[str, Any] = {}
        presence = read_yes_or_no(row, "presence_amphibien")
        for name, value in (
            ("presence", presence),
            ("cd_nom", cd_nom),
            ("id_nomenclature_typ_denbr", read_code(row, "type_denombrement")),
            ("count_min", read_count(row, "nombre_min")),
            ("count_max", read_count(row, "nombre_max")),
            ("id_nomenclature_stade", read_code(row, "stade_vie")),
            ("id_nomenclature_sex", read_code(row, "sexe")),
            ("comments", row["commentaire_obs"]),
            ("nom_cite", latin),
            ("nom_vern_cite", french),
            ("nom_cite_for", cd_nom if latin or french else None),
        ):
            if value is not None and value != "":
                data[name] = value
        return data

    def _taxon(self, row: Row) -> tuple[int | None, str, str]:
        """Return the cd_nom, and the names of the file where they are not those of the list."""
        cd_nom = read_integer(row, "cd_nom")
        taxon = self._known.taxa.get(cd_nom) if cd_nom is not None else None
        latin, french = row["nom_latin"], row["nom_francais"]
        return (
            cd_nom,
            "" if taxon and latin == taxon.nom_complet else latin,
            "" if taxon and french == taxon.nom_vern else french,
        )

    def _name_notes(self, row: Row) -> Sequence[RowNote]:
        """Note a Latin name that is of another taxon than the code."""
        cd_nom, latin = read_integer(row, "cd_nom"), row["nom_latin"]
        taxon = self._known.taxa.get(cd_nom) if cd_nom is not None else None
        if taxon is None or names_taxon(latin, taxon):
            return ()
        sentence = _("« {text} » n’est pas le nom du cd_nom {cd_nom} ({name}) : c’est le code qui compte, vérifiez-le.")
        return (RowNote("nom_latin", sentence.format(text=short(latin), cd_nom=cd_nom, name=taxon.lb_nom)),)


def _told_apart(observers: str) -> list[str]:
    """Return the names of one cell that differ by accents or capitals alone: they stand for several people."""
    names = [name for name in dict.fromkeys(observers.split(shf.BETWEEN_OBSERVERS)) if name.strip()]
    if len(names) < 2:
        return []
    folded = [fold(name) for name in names]
    return [name for name, text in zip(names, folded, strict=True) if folded.count(text) > 1]


def _organisations(rows: Mapping[tuple[str, str], None]) -> dict[str, str]:
    """Return the organisation of each person, where the rows leave no doubt about it.

    Whoever stands alone beside always the same organisation belongs to it; so does whoever always stands in company
    beside one and the same. Somebody beside an empty cell belongs to none. What stays unclear is kept with the visit.
    """
    alone: dict[str, set[str]] = defaultdict(set)
    together: dict[str, set[str]] = defaultdict(set)
    for observers, organisation in rows:
        names = observers.split(shf.BETWEEN_OBSERVERS)
        for name in names:
            together[name].add(organisation)
            if len(names) == 1:
                alone[name].add(organisation)
    found: dict[str, str] = {}
    for name, texts in together.items():
        candidates = alone.get(name) or {text for text in texts if shf.BETWEEN_ORGANISATIONS not in text}
        if "" not in texts and len(candidates) == 1 and (name in alone or len(texts) == 1):
            found[name] = next(iter(candidates))
    return found
