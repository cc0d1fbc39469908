"""The columns of the flat table, one row per occurrence: what each is called, what it means, how its cell is found.

The workbook and the CSV are written from this one list, and so is the dictionary that goes with them. The names of the
columns never change with the language; labels and descriptions are the file's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from fieldapp.core.occurrence import Measurement, Occurrence, Person, Telling
from fieldapp.core.schema import Taxon
from fieldapp.core.telling import PEOPLE_BETWEEN
from fieldapp.core.text import N_, SOURCE_LANGUAGE, _
from fieldapp.exchange.nomenclatures import LISTS
from fieldapp.exchange.written import Options

Cell = str | int | float | None
"""None and "" are an empty cell: nobody said."""


class Kind(StrEnum):
    """What stands in a column; the value is its name for the dictionary."""

    TEXT = N_("texte")
    CODE = N_("code")
    INTEGER = N_("entier")
    NUMBER = N_("nombre")
    DATE = N_("date AAAA-MM-JJ")
    HOUR = N_("heure HH:MM")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `codes` names the SINP's list of its codes, `labels` that whose labels stand in it; "" for none.

    Label and description are in French.
    """

    name: str
    label: str
    description: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    codes: str = ""
    labels: str = ""


_Source = str | Callable[..., Cell]
"""What gives a cell: the path of an attribute of the thing that a group of columns is about, or a function of it."""

_Taken = tuple[Column, _Source]

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")

_KINDS = {
    "visit": "passage",
    "check": "relevé",
    "session": "séance",
    "season": "saison",
}
"""Events as they are called in French; a kind that is not here is written as it is."""

_BLURRED = {"commune": "commune", "cell": "maille de 10 km", "department": "département"}


def one_line(text: str) -> str:
    """Return the text on one line: ends of lines, tabs and signs that no file may hold become a blank."""
    return text if text.isascii() and text.isprintable() else _BREAKS.sub(" ", text)


def words(language: str) -> Callable[[str], str]:
    """Return what puts a French text into the language of a file: French, or else that of the interface."""
    return str if language == SOURCE_LANGUAGE else _


def names(people: Iterable[Person]) -> str:
    """Return the names of people, as a list in one cell is parted everywhere in these files."""
    return PEOPLE_BETWEEN.join(person.name for person in people)


def organisations(people: Iterable[Person]) -> str:
    """Return the organisations of people, each once, in the order of the people."""
    return " | ".join(dict.fromkeys(person.organisation for person in people if person.organisation))


def measured(measurements: Iterable[Measurement]) -> str:
    """Return facts that have no column as "kind = value unit", parted by bars."""
    return " | ".join(f"{one.kind} = {one.value} {one.unit}".rstrip() for one in measurements)


def _coded(name: str, title: str, description: str, codes: str, source: _Source) -> tuple[_Taken, _Taken]:
    """Return the column of a code and the one of its label, which stands beside it."""
    words_of = N_("Libellé de la colonne précédente"), N_("Libellé du code, dans la liste SINP.")
    return (
        (Column(name, title, description, Kind.CODE, codes=codes), source),
        (Column(f"{name}_libelle", *words_of, labels=codes), source),
    )


class _Group:
    """Columns about one thing, and what makes their cells of it: attributes in one go, then what is worked out."""

    def __init__(self, taken: Sequence[_Taken]) -> None:
        self.columns = tuple(column for column, _source in taken)
        paths = list(dict.fromkeys(source for _column, source in taken if isinstance(source, str)))
        self._attributes = attrgetter(*paths)
        self._functions = list(dict.fromkeys(source for _column, source in taken if not isinstance(source, str)))
        places = {source: place for place, source in enumerate((*paths, *self._functions))}
        self._plan = [(places[source], LISTS[column.labels] if column.labels else None) for column, source in taken]

    def cells(self, thing: object) -> list[Cell]:
        """Return the cells of a thing in the order of the columns; every text is on one line."""
        values = (*self._attributes(thing), *[work_out(thing) for work_out in self._functions])
        found: list[Cell] = []
        for place, labels in self._plan:
            value = values[place]
            if labels is not None:
                value = labels.get(value, "")
            elif isinstance(value, str):
                # Codes, days and hours too: what came from elsewhere may hold anything.
                value = one_line(value)
            found.append(value)
        return found


_IDENTITY = _Group(
    (
        (
            Column("identifiant", N_("Identifiant de la donnée"), N_("UUID ; reste le même d’un envoi à l’autre.")),
            "uid",
        ),
        *_coded(
            "statut_observation",
            N_("Présent ou non observé"),
            N_("« No » : taxon cherché selon le protocole et non observé."),
            "STATUT_OBS",
            "status",
        ),
    )
)

_EVENT = _Group(
    (
        (
            Column(
                "identifiant_evenement",
                N_("Identifiant de l’événement"),
                N_("UUID du passage, du relevé, de la séance."),
            ),
            "uid",
        ),
        (
            Column("identifiant_saison", N_("Identifiant de la saison"), N_("UUID de ce qui regroupe les événements.")),
            lambda event: event.parent.uid if event.parent else "",
        ),
        (Column("protocole", N_("Protocole"), N_("Code du suivi dans le programme.")), "protocol"),
        (
            Column("type_evenement", N_("Type d’événement"), N_("Passage, relevé, séance.")),
            lambda event: _KINDS.get(event.kind, event.kind),
        ),
        (
            Column("date_debut", N_("Date de début"), N_("Premier jour de l’événement."), Kind.DATE),
            "date_min",
        ),
        (
            Column("date_fin", N_("Date de fin"), N_("Dernier jour de l’événement."), Kind.DATE),
            "date_max",
        ),
        (
            Column("heure_debut", N_("Heure de début"), N_("Heure locale."), Kind.HOUR),
            "hour_min",
        ),
        (Column("heure_fin", N_("Heure de fin"), N_("Heure locale."), Kind.HOUR), "hour_max"),
        (
            Column("observateurs", N_("Observateurs"), N_("« NOM Prénom », séparés par une barre « | ».")),
            lambda event: names(event.observers),
        ),
        (
            Column("organismes", N_("Organismes"), N_("Organismes des observateurs, séparés par une barre « | ».")),
            lambda event: organisations(event.observers),
        ),
        (
            Column("jeu_de_donnees", N_("Jeu de données"), N_("Nom du jeu de données.")),
            "dataset.name",
        ),
        *_coded(
            "type_regroupement",
            N_("Type de regroupement"),
            N_("Ce que l’événement regroupe."),
            "TYP_GRP",
            "group_code",
        ),
        (Column("methode", N_("Méthode"), N_("Comment on a cherché.")), "method"),
        (
            Column("echantillon", N_("Taille de l’échantillon"), N_("Combien a été cherché."), Kind.NUMBER),
            "sample_size",
        ),
        (
            Column("echantillon_unite", N_("Unité de l’échantillon"), N_("Unité de la colonne précédente.")),
            "sample_unit",
        ),
        (Column("effort", N_("Effort"), N_("L’effort de recherche, en mots.")), "effort"),
        (Column("habitat", N_("Habitat"), N_("Le milieu.")), "habitat"),
        (
            Column("groupe_recherche", N_("Groupe cherché"), N_("Nom latin de ce qui était cherché en entier.")),
            "scope",
        ),
        (
            Column("fiche_finie", N_("Fiche finie"), N_("« non » : il manque encore quelque chose à la fiche.")),
            lambda event: "" if event.is_finished is None else "oui" if event.is_finished else "non",
        ),
        (
            Column(
                "mesures_evenement", N_("Mesures de l’événement"), N_("« mesure = valeur unité », séparées par « | ».")
            ),
            lambda event: measured(event.measurements),
        ),
        (
            Column("commentaire_evenement", N_("Commentaire de l’événement"), N_("Texte libre.")),
            "comment",
        ),
    )
)

_PLACE = _Group(
    (
        (
            Column(
                "identifiant_lieu", N_("Identifiant du lieu"), N_("UUID du lieu, ou de la surface qui en tient lieu.")
            ),
            "uid",
        ),
        (Column("lieu", N_("Lieu"), N_("Nom du lieu.")), "name"),
        (
            Column("lieu_parent", N_("Ensemble de lieux"), N_("Aire, site, lieu de baguage auquel il appartient.")),
            "above",
        ),
        (
            Column("longitude", N_("Longitude"), N_("WGS 84 (EPSG:4326)."), Kind.NUMBER, "°"),
            "longitude",
        ),
        (Column("latitude", N_("Latitude"), N_("WGS 84 (EPSG:4326)."), Kind.NUMBER, "°"), "latitude"),
        (
            Column(
                "geometrie_wkt", N_("Géométrie"), N_("WKT en WGS 84, vide pour un point : voir longitude et latitude.")
            ),
            "wkt",
        ),
        *_coded(
            "nature_objet_geo",
            N_("Nature de l’objet géographique"),
            N_("« St » : sur place ; « In » : quelque part dans la surface."),
            "NAT_OBJ_GEO",
            "nature",
        ),
        (
            Column("precision_geographique", N_("Précision"), N_("Écart possible du point."), Kind.INTEGER, "m"),
            "precision_m",
        ),
        (
            Column("alti_min", N_("Altitude minimale"), N_("Altitude du lieu."), Kind.NUMBER, "m"),
            "altitude_min_m",
        ),
        (
            Column("alti_max", N_("Altitude maximale"), N_("Altitude du lieu."), Kind.NUMBER, "m"),
            "altitude_max_m",
        ),
        (Column("commune", N_("Commune"), N_("Nom de la commune.")), "commune"),
        (Column("commune_insee", N_("Code de la commune"), N_("Code INSEE.")), "commune_code"),
        (Column("departement", N_("Département"), N_("Département.")), "department"),
        (
            Column("maille_10km", N_("Maille de 10 km"), N_("Code INPN de la maille Lambert-93.")),
            "cell",
        ),
        (
            Column("zonages", N_("Zonages"), N_("Espaces protégés ou gérés, séparés par une barre « | ».")),
            lambda place: " | ".join(place.areas),
        ),
        (
            Column("floutage", N_("Floutage"), N_("Ce qui tient lieu de la position exacte ; vide : position exacte.")),
            lambda place: _BLURRED.get(place.blurred, place.blurred),
        ),
    )
)

_TAXON = _Group(
    (
        (
            Column("cd_ref", N_("cd_ref"), N_("TAXREF : taxon de référence du nom."), Kind.INTEGER),
            "cd_ref",
        ),
        (Column("nom_scientifique", N_("Nom scientifique"), N_("Nom latin dans TAXREF.")), "lb_nom"),
        (Column("auteur", N_("Auteur du nom"), N_("Auteur et année dans TAXREF.")), "lb_auteur"),
        (Column("nom_francais", N_("Nom français"), N_("Nom français dans TAXREF.")), "nom_vern"),
        (Column("rang", N_("Rang"), N_("Rang du taxon, code de TAXREF (ES : espèce).")), "rank"),
        (Column("groupe", N_("Groupe"), N_("GROUP2_INPN de TAXREF.")), "group"),
        *(
            (Column(name, title, N_("Classification de TAXREF.")), lambda taxon, at=at: _level(taxon, at))
            for at, (name, title) in enumerate(
                (
                    ("regne", N_("Règne")),
                    ("phylum", N_("Embranchement")),
                    ("classe", N_("Classe")),
                    ("ordre", N_("Ordre")),
                    ("famille", N_("Famille")),
                )
            )
        ),
    )
)

_NAMED = _Group(
    (
        (Column("cd_nom", N_("cd_nom"), N_("TAXREF : numéro du nom."), Kind.INTEGER), "cd_nom"),
        (Column("nom_cite", N_("Nom cité"), N_("Nom tel qu’il a été noté.")), "nom_cite"),
    )
)

_OCCURRENCE = _Group((
    (
        Column("nombre_min", N_("Nombre minimum"), N_("Vide : personne n’a compté."), Kind.INTEGER),
        "count_min",
    ),
    (
        Column("nombre_max", N_("Nombre maximum"), N_("Vide : personne n’a compté."), Kind.INTEGER),
        "count_max",
    ),
    *_coded(
        "objet_denombrement", N_("Objet compté"), N_("Ce qui a été compté."), "OBJ_DENBR", "count_object"
    ),
    *_coded(
        "type_denombrement",
        N_("Type de dénombrement"),
        N_("Compté ou estimé."),
        "TYP_DENBR",
        "count_type",
    ),
    *_coded("stade_vie", N_("Stade"), N_("Stade de développement."), "STADE_VIE", "life_stage"),
    *_coded("sexe", N_("Sexe"), N_("Sexe."), "SEXE", "sex"),
    *_coded(
        "biologique_statut", N_("Statut biologique"), N_("Comportement général."), "STATUT_BIO",
        "bio_status",
    ),
    *_coded(
        "etat_biologique", N_("État biologique"), N_("Vivant ou mort."), "ETA_BIO", "bio_condition"
    ),
    *_coded(
        "comportement", N_("Comportement"), N_("Comportement noté."), "OCC_COMPORTEMENT", "behaviour"
    ),
    *_coded("naturalite", N_("Naturalité"), N_("Sauvage ou non."), "NATURALITE", "naturalness"),
    *_coded(
        "technique_observation", N_("Technique d’observation"), N_("Vu, entendu ou autrement."), "METH_OBS",
        "technique",
    ),
    *_coded(
        "methode_determination",
        N_("Méthode de détermination"),
        N_("Comment l’espèce a été reconnue."),
        "METH_DETERMIN",
        "determination",
    ),
    (Column("determinateur", N_("Déterminateur"), N_("Qui a reconnu l’espèce.")), "determiner"),
    (Column("heure", N_("Heure de la donnée"), N_("Heure locale."), Kind.HOUR), "hour_min"),
    (Column("individu", N_("Individu"), N_("Nom de l’individu : bague, photo.")), "organism"),
    (Column("cause_mort", N_("Cause de la mort"), N_("Telle que notée.")), "cause_of_death"),
    (
        Column("mesures", N_("Mesures"), N_("« mesure = valeur unité », séparées par une barre « | ».")),
        lambda one: measured(one.measurements),
    ),
    (Column("commentaire", N_("Commentaire"), N_("Texte libre.")), "comment"),
    *_coded(
        "niveau_validation",
        N_("Niveau de validation"),
        N_("Ce que la coordination en a dit."),
        "STATUT_VALID",
        "review.level",
    ),
    (Column("validateur", N_("Validée par"), N_("Nom du validateur.")), "review.by"),
    (
        Column("date_validation", N_("Validée le"), N_("Jour de la validation."), Kind.DATE),
        "review.on",
    ),
    (
        Column("comment_validation", N_("Commentaire de validation"), N_("Texte libre.")),
        "review.comment",
    ),
    (
        Column("remarquable", N_("Donnée remarquable"), N_("Pourquoi elle l’est ; vide : non.")),
        "review.remark",
    ),
    *_coded(
        "niveau_sensibilite",
        N_("Sensibilité"),
        N_("Jusqu’où le lieu de cette espèce peut être dit."),
        "SENSIBILITE",
        lambda one: str(one.sensitivity),
    ),
))  # fmt: skip

_DATASET_UUID = Column("jeu_de_donnees_uuid", N_("UUID du jeu de données"), N_("Identifiant SINP du jeu de données."))

COLUMNS: tuple[Column, ...] = (
    *_IDENTITY.columns,
    *_EVENT.columns,
    _DATASET_UUID,
    *_PLACE.columns,
    *_NAMED.columns,
    *_TAXON.columns,
    *_OCCURRENCE.columns,
)
"""All columns in the order of a row."""

DICTIONARY_COLUMNS = (
    N_("colonne"), N_("libellé"), N_("description"), N_("type"), N_("unité"), N_("liste de codes"),
)  # fmt: skip
"""What the dictionary says of each column."""

CODES_COLUMNS = (N_("liste de codes"), N_("code"), N_("libellé"))
"""What the lists of codes say of each code."""


def rows(tellings: Iterable[Telling], options: Options) -> Iterator[tuple[Occurrence, list[Cell]]]:
    """Yield each occurrence with its cells in the order of COLUMNS; every text is on one line."""
    of_taxon = _TaxonCells(options.taxa)
    for telling in tellings:
        event = telling.event
        about_event = [*_EVENT.cells(event), options.dataset_uuid or event.dataset.uuid]
        about_place, known = _PLACE.cells(event.place), event.place
        for one in telling.occurrences:
            if one.where is not known:
                about_place, known = _PLACE.cells(one.where), one.where
            cells = [*_IDENTITY.cells(one), *about_event, *about_place, *_NAMED.cells(one), *of_taxon[one.cd_nom]]
            cells += _OCCURRENCE.cells(one)
            yield one, cells


def dictionary(language: str) -> Iterator[tuple[str, ...]]:
    """Yield what the dictionary says of each column (see DICTIONARY_COLUMNS)."""
    said = words(language)
    for one in COLUMNS:
        yield one.name, said(one.label), said(one.description), said(one.kind.value), one.unit, one.codes


def codes() -> Iterator[tuple[str, str, str]]:
    """Yield all codes of the lists that a column has, each list with its name (see CODES_COLUMNS)."""
    for name in dict.fromkeys(one.codes for one in COLUMNS if one.codes):
        for code, text in LISTS[name].items():
            yield name, code, text


class _TaxonCells(dict[int, list[Cell]]):
    """The cells of the taxa that were met, by cd_nom; empty ones for a taxon that is not known."""

    def __init__(self, taxa: Mapping[int, Taxon]) -> None:
        super().__init__()
        self._taxa = taxa

    def __missing__(self, cd_nom: int) -> list[Cell]:
        taxon = self._taxa.get(cd_nom)
        self[cd_nom] = [None] * len(_TAXON.columns) if taxon is None else _TAXON.cells(taxon)
        return self[cd_nom]


def _level(taxon: Taxon, at: int) -> str:
    return taxon.lineage[at] if at < len(taxon.lineage) else ""
