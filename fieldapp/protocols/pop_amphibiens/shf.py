"""The SHF's exchange format: its columns, and how names, numbers, labels and ranks are written in it.

Source, unless said otherwise: PnX-SI/protocoles_suivi, POPAmphibien 2.2.0, exports/csv/export_csv.sql (the views
`standard` and `analyses`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from fieldapp.core.record import Record
from fieldapp.core.schema import Entity, Field, Values
from fieldapp.core.telling import text
from fieldapp.core.text import fold, unaccent

SEPARATOR = ";"
BETWEEN_OBSERVERS, BETWEEN_METHODS, BETWEEN_ORGANISATIONS = " ; ", ";", ", "

OBSERVATION_KEY = ("uuid_observation",)
GROUP = ("aire_etude", "uuid_aire_etude", "description_aire", "habitat_principal")
SITE = (
    "nom_site", "wkt_wgs", "x_wgs", "y_wgs", "altitude_min", "altitude_max", "departement", "code_dep", "commune",
    "sites_proteges", "milieu_aquatique", "commentaire_site",
)  # fmt: skip
VISIT = (
    "id_dataset", "jeu_de_donnees", "uuid_passage", "date_passage", "annee_passage", "mois_passage", "heure_debut",
    "heure_fin", "num_passage", "num_passage_calc", "expertise_operateur", "methodes_prospection", "accessibilite",
    "etat_site", "date_changement_etat_site", "observers", "organismes_rattaches", "commentaire_passage",
)  # fmt: skip
OBSERVATION = (
    "cd_nom", "presence_amphibien", "nom_latin", "nom_francais", "type_denombrement", "nombre_min", "nombre_max",
    "stade_vie", "sexe", "commentaire_obs",
)  # fmt: skip

STANDARD = (*OBSERVATION_KEY, *GROUP, *SITE, *VISIT, *OBSERVATION)
"""The 45 columns of `standard`: one row per observation."""

ANALYSES = (
    "aire_etude", "uuid_aire_etude", "habitat_principal", "description_aire", "commentaire_aire", *SITE, *VISIT,
    "diversite", "taxons_latin", "taxons_fr", "abondance_total_min", "abondance_total_max",
)  # fmt: skip
"""The columns of `analyses`: one row per visit, visits without observation included."""

FIELDS: Mapping[tuple[str, str], str] = {
    ("person", "name"): "observers",
    ("dataset", "name"): "jeu_de_donnees",
    ("dataset", "id_dataset"): "id_dataset",
    ("sites_group", "sites_group_name"): "aire_etude",
    ("sites_group", "sites_group_description"): "description_aire",
    ("sites_group", "categories_paysageres"): "habitat_principal",
    ("site", "base_site_name"): "nom_site",
    ("site", "longitude"): "x_wgs",
    ("site", "latitude"): "y_wgs",
    ("site", "altitude_min"): "altitude_min",
    ("site", "altitude_max"): "altitude_max",
    ("site", "departement"): "departement",
    ("site", "code_dep"): "code_dep",
    ("site", "commune"): "commune",
    ("site", "sites_proteges"): "sites_proteges",
    ("site", "milieu_aquatique"): "milieu_aquatique",
    ("site", "base_site_description"): "commentaire_site",
    ("visit", "id_dataset"): "jeu_de_donnees",
    ("visit", "visit_date_min"): "date_passage",
    ("visit", "Heure_debut"): "heure_debut",
    ("visit", "Heure_fin"): "heure_fin",
    ("visit", "num_passage"): "num_passage",
    ("visit", "expertise"): "expertise_operateur",
    ("visit", "methode_de_prospection"): "methodes_prospection",
    ("visit", "accessibility"): "accessibilite",
    ("visit", "etat_site"): "etat_site",
    ("visit", "date_changement_etat_site"): "date_changement_etat_site",
    ("visit", "observers"): "observers",
    ("visit", "comments"): "commentaire_passage",
    ("observation", "cd_nom"): "cd_nom",
    ("observation", "presence"): "presence_amphibien",
    ("observation", "id_nomenclature_typ_denbr"): "type_denombrement",
    ("observation", "count_min"): "nombre_min",
    ("observation", "count_max"): "nombre_max",
    ("observation", "id_nomenclature_stade"): "stade_vie",
    ("observation", "id_nomenclature_sex"): "sexe",
    ("observation", "comments"): "commentaire_obs",
}
"""The column of each field that a file may contradict.

What a file only repeats is not among them: computed columns (year, rank, point as text), the organisations of a visit,
the names of a cd_nom.
"""


def written_name(name: str) -> str:
    """Return the name of an aire or a site as the file holds it: no accents, no blanks around, `_` for each blank."""
    return unaccent(name).strip().replace(" ", "_")


def read_name(text: str, present: str | None = None) -> str:
    """Return the name for a file's text: `present` (what we call it) when that is written so, else with blanks again.

    Whatever is returned is written as the same text.
    """
    if present is not None and written_name(present) == text:
        return present
    spaced = text.replace("_", " ")
    return spaced if written_name(spaced) == text else text


def written_number(value: float | None) -> str:
    """Return the shortest text that reads back as the same number, never with an exponent; "" for a missing one."""
    if value is None:
        return ""
    text = repr(value)
    if "e" in text:
        text = f"{Decimal(text):f}"
    return text.removesuffix(".0")


def written_point(values: Values) -> str:
    """Return the position as WKT, "" unless both numbers are there."""
    longitude, latitude = values.get("longitude"), values.get("latitude")
    if longitude is None or latitude is None:
        return ""
    return f"POINT({written_number(longitude)} {written_number(latitude)})"


def written_organisations(visit: Values, observers: Iterable[Record]) -> str:
    """Return the organisations of a visit's observers, each once.

    The words of the file that it came from win as long as the visit has the observers that they were told of.
    """
    cited = visit.get("organismes_cite")
    if cited is not None and visit.get("organismes_cite_for", "") == people_key(visit.get("observers", ())):
        return str(cited)
    names = {person.data["organisation"] for person in observers if "organisation" in person.data}
    return BETWEEN_ORGANISATIONS.join(sorted(names))


def people_key(observers: Iterable[str]) -> str:
    """Return the uids of the observers as one text, the same in whatever order they stand; "" for none."""
    return " ".join(sorted(observers))


def rank_place(site: str | None, on_date: str | None) -> str:
    """Return the uid of the site and the year as one text: the row of visits in which a rank counts."""
    return f"{site or ''} {(on_date or '')[:4]}".strip()


def cited_names(observation: Values) -> tuple[str, str]:
    """Return the Latin and French name of the file that it came from; "" where there is none for the present cd_nom."""
    if observation.get("nom_cite_for") != observation.get("cd_nom"):
        return "", ""
    return text(observation, "nom_cite"), text(observation, "nom_vern_cite")


def labels(entity: Entity, name: str) -> dict[str, str]:
    """Return the labels of a field's codes: code -> French label, as the file holds it."""
    return {choice.code: choice.label for choice in _field(entity, name).choices}


def codes(entity: Entity, name: str) -> dict[str, str]:
    """Return the codes of a field by label and, after those, by folded label."""
    known = {choice.label: choice.code for choice in _field(entity, name).choices}
    for label, code in list(known.items()):
        known.setdefault(fold(label), code)
    return known


def _field(entity: Entity, name: str) -> Field:
    return entity.by_name[name]


def in_order(visit: Record) -> tuple[str, int, str]:
    """Return the key that sorts the visits of a site: date, then passage, then uid."""
    return visit.on_date or "", visit.data.get("num_passage", 0), visit.uid


def ranks(visits: Iterable[Record]) -> dict[str, int]:
    """Return the `num_passage_calc` of each visit of one site: its rank by date within its calendar year.

    GeoNature counts all visits of the site and year. Where a file told a higher rank than the visits here explain (it
    came from a base that holds more of them), the visit carries that rank, and counting goes on from it; a visit that
    was since moved to another site or year counts anew there.
    """
    found: dict[str, int] = {}
    last: dict[str, int] = {}
    for visit in sorted(visits, key=in_order):
        year = (visit.on_date or "")[:4]
        holds = visit.data.get("num_passage_calc_for") == rank_place(visit.parent, visit.on_date)
        last[year] = max(last.get(year, 0) + 1, visit.data.get("num_passage_calc", 0) if holds else 0)
        found[visit.uid] = last[year]
    return found
