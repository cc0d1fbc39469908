"""How POP Amphibiens is entered: the round of an aire's ponds, and the sheet of one visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fieldapp.core import parse
from fieldapp.core.forms import (
    Form,
    GridColumn,
    HeaderField,
    LinkedQuestion,
    QuickKey,
    RoundForm,
    SheetForm,
    Start,
    fit,
    letter_column,
    text_column,
)
from fieldapp.core.schema import Taxon, Values
from fieldapp.core.text import N_, _, fold
from fieldapp.protocols.pop_amphibiens import analysis
from fieldapp.protocols.pop_amphibiens.lists import ABSENCE_TAXON, windows
from fieldapp.protocols.pop_amphibiens.schema import (
    BY_DAY,
    BY_NIGHT,
    CAPTURE_METHODS,
    COUNTED,
    ESTIMATED,
    EXISTING_SITE,
    NO,
    OBSERVATION,
    SITE_DESTROYED,
    UNKNOWN_CODE,
    VISIT,
    YES,
    accessible,
    present,
)

DRY_WORDS = "À sec"
"""How the comment of a dry pond begins in the SHF file: version 2 has no field for the water level."""

ABSENCE: Values = {"presence": NO, "cd_nom": ABSENCE_TAXON, "count_min": 0, "count_max": 0}
"""The row that says "nothing seen" (source: POPAmphibien 2.2.0, observation.json)."""

PASSAGE_WORDS = (
    N_("1er passage"), N_("2e passage"), N_("3e passage"), N_("4e passage"), N_("5e passage"), N_("6e passage"),
    N_("7e passage"), N_("8e passage"), N_("9e passage"), N_("10e passage"),
)  # fmt: skip

# ------------------------------------------------------------------------------------------- quick keys


def _nothing_seen(visit: Values) -> tuple[Values, Sequence[Values]]:
    return {**_not_dry(visit), "accessibility": YES}, (ABSENCE,)


def _is_nothing_seen(visit: Values, lines: Sequence[Values]) -> bool:
    return accessible(visit) and not visit.get("dry") and any(not present(line) for line in lines)


def _inaccessible(visit: Values) -> tuple[Values, Sequence[Values]]:
    """Return the visit without whatever is asked of a reached pond only."""
    after: dict[str, Any] = {**_not_dry(visit), "accessibility": NO}
    kept = {name: value for name, value in after.items() if name not in VISIT.by_name or _asked(name, after)}
    return kept, ()


def _asked(name: str, visit: Values) -> bool:
    return VISIT.by_name[name].is_relevant(visit)


def _reached(visit: Values) -> Values:
    return {**visit, "accessibility": YES}


def _dry(visit: Values) -> tuple[Values, Sequence[Values]]:
    comment = str(visit.get("comments", ""))
    if not fold(comment).startswith(fold(DRY_WORDS)):
        comment = f"{DRY_WORDS}. {comment}" if comment else DRY_WORDS
    return {**visit, "accessibility": YES, "dry": True, "comments": comment}, (ABSENCE,)


def _not_dry(visit: Values) -> Values:
    """Return the visit without the box and without the words that the key put before the comment."""
    if not visit.get("dry"):
        return visit
    comment = str(visit.get("comments", "")).removeprefix(DRY_WORDS).lstrip(". ")
    return {name: value for name, value in {**visit, "comments": comment}.items() if name != "dry" and value != ""}


QUICK = (
    QuickKey(
        "nothing_seen",
        "F8",
        N_("Rien vu"),
        "nothing_seen",
        _nothing_seen,
        lambda visit: visit,
        _is_nothing_seen,
        N_("Mare visitée, aucun amphibien : l’absence est une donnée, elle sera exportée."),
        stamps=("Heure_debut", "Heure_fin"),
    ),
    QuickKey(
        "inaccessible",
        "F9",
        N_("Inaccessible"),
        "inaccessible",
        _inaccessible,
        _reached,
        lambda visit, _lines: not accessible(visit),
        N_("Mare pas atteinte : on ne sait pas. Ce passage ne compte ni comme présence, ni comme absence."),
    ),
    QuickKey(
        "dry",
        "F10",
        N_("À sec"),
        "dry",
        _dry,
        _not_dry,
        lambda visit, _lines: accessible(visit) and bool(visit.get("dry")),
        N_("Mare visitée, sans eau : une absence, avec « À sec » en commentaire pour la SHF."),
        stamps=("Heure_debut", "Heure_fin"),
    ),
)

# ------------------------------------------------------------------------------------------------ lines


def _read_count(text: str) -> Mapping[str, object]:
    if not text.strip():
        return {"count_min": None, "count_max": None, "id_nomenclature_typ_denbr": None}
    count = parse.parse_count(text)
    kind = ESTIMATED if count.estimated else COUNTED
    return {"count_min": count.minimum, "count_max": count.maximum, "id_nomenclature_typ_denbr": kind}


def _show_count(values: Values) -> str:
    if "count_min" not in values:
        return ""
    least = int(values["count_min"])
    estimated = values.get("id_nomenclature_typ_denbr") == ESTIMATED
    return parse.show_count(parse.Count(least, int(values.get("count_max", least)), estimated))


COUNT = GridColumn("count", N_("Nombre"), _read_count, _show_count, 7, is_number=True)
COLUMNS = (
    COUNT,
    letter_column(
        "id_nomenclature_typ_denbr",
        N_("Dénombrement"),
        OBSERVATION.by_name["id_nomenclature_typ_denbr"].choices,
        {"c": COUNTED, "e": ESTIMATED},
        width=12,
    ),
    letter_column(
        "id_nomenclature_stade",
        N_("Stade"),
        OBSERVATION.by_name["id_nomenclature_stade"].choices,
        {"a": "2", "j": "3", "s": "5", "t": "8", "o": "9", "i": UNKNOWN_CODE},
    ),
    letter_column(
        "id_nomenclature_sex",
        N_("Sexe"),
        OBSERVATION.by_name["id_nomenclature_sex"].choices,
        {"f": "2", "m": "3", "x": "5", "i": UNKNOWN_CODE},
    ),
    text_column("comments", N_("Remarque")),
)


def suggest(text: str, taxa: Mapping[int, Taxon], seen_here: Mapping[int, int]) -> Sequence[Taxon]:
    """Return the taxa of the list that fit the letters: those seen here first, then by rank in the region.

    Without letters only those seen here. Within a complex its genus comes before its forms, whatever was noted here
    before: the form is seldom sure (source: Bull. SHF 178, one taxon for trends; POPAmphibien's list has the genus).
    """
    rated = []
    for taxon in taxa.values():
        how = fit(text, taxon) if text.strip() else (0 if taxon.cd_nom in seen_here else None)
        if how is not None and taxon.cd_nom != ABSENCE_TAXON:
            rated.append((taxon, how))
    here = {taxon.complex or taxon.cd_ref for taxon in taxa.values() if taxon.cd_nom in seen_here}

    def order(item: tuple[Taxon, int]) -> tuple[object, ...]:
        taxon, how = item
        known = (taxon.complex or taxon.cd_ref) in here
        return (not known, how == 3, taxon.regional_rank is None, taxon.regional_rank or 0, how, taxon.nom_vern)

    ordered = [taxon for taxon, _how in sorted(rated, key=order)]
    absence = taxa.get(ABSENCE_TAXON)
    if absence is not None and text.strip() and fit(text, absence) is not None:
        ordered.append(absence)  # "something seen, not determined": legitimate, and never the first
    return ordered


# ------------------------------------------------------------------------------------------------ visit


def new_visit(start: Start) -> Values:
    """Return what a new visit starts with: date, passage, the usual method, and the state of a pond known before."""
    passage = start.passage or (analysis.passage_for(start.visits, start.on) if start.on else 1)
    found: dict[str, Any] = {
        "num_passage": passage,
        "accessibility": YES,
        "methode_de_prospection": [_usual_method(passage)],
    }
    if start.on is not None:
        found["visit_date_min"] = start.on.isoformat()
    if _still_there(start) and _asked("etat_site", found):
        found["etat_site"] = EXISTING_SITE
    return found


def _usual_method(passage: int) -> str:
    """Return the method of the passage's usual moment: by sight at night where it is walked at night, else by day.

    A choice of the program (source of the moments: windows.csv); the default of the module is always "by day".
    """
    moment = next((window.moment for window in windows() if window.passage == passage), "")
    return BY_NIGHT if moment == "night" else BY_DAY


def _still_there(start: Start) -> bool:
    """Return whether the pond was visited in an earlier year and not noted as destroyed since: then it exists.

    A choice of the program, visible on the sheet; a pond that was never visited is asked about.
    """
    before = [visit for visit in start.visits if str(visit.get("visit_date_min", ""))[:4] < str(start.year)]
    before = [visit for visit in before if visit.get("visit_date_min")]
    noted = [visit for visit in before if visit.get("etat_site")]
    last = max(noted, key=lambda visit: str(visit["visit_date_min"]), default={})
    return bool(before) and last.get("etat_site") != SITE_DESTROYED


def visit_words(visit: Values) -> str:
    """Return "passage 2"."""
    return _("passage {number}").format(number=visit.get("num_passage", "?"))


def _captures(visit: Values) -> bool:
    return bool(CAPTURE_METHODS.intersection(visit.get("methode_de_prospection", ())))


SHEET = SheetForm(
    visit="visit",
    observation="observation",
    header=(
        HeaderField("visit_date_min", "Ctrl+Up"),
        HeaderField("num_passage", "Ctrl+P", choices=tuple(enumerate(PASSAGE_WORDS, start=1))),
        HeaderField("Heure_debut", "F5"),
        HeaderField("Heure_fin", "F6"),
        HeaderField("observers", "F3", width=1),
    ),
    second=(
        HeaderField("methode_de_prospection", "F7"),
        HeaderField("comments", "F11", width=1),
    ),
    details=(
        HeaderField("expertise"),
        HeaderField("id_dataset"),
        HeaderField("etat_site"),
        HeaderField("date_changement_etat_site"),
    ),
    quick=QUICK,
    columns=COLUMNS,
    taxon_field="cd_nom",
    last_required=COUNT.code,
    new_observation={
        "presence": YES,
        "id_nomenclature_stade": UNKNOWN_CODE,
        "id_nomenclature_sex": UNKNOWN_CODE,
    },
    new_visit=new_visit,
    is_sighting=present,
    suggest=suggest,
    visit_words=visit_words,
    passage_field="num_passage",
    questions=(
        LinkedQuestion(
            "id_dataset",
            "derogation_reference",
            _captures,
            N_("Capture : référence de la dérogation, une fois pour ce jeu de données"),
            N_("dérogation"),
            "no_derogation",
        ),
    ),
    lasting=("expertise", "id_dataset"),
    short={"nothing_or_species": N_("espèces ou « rien vu »")},
)

FORM = Form(
    label=N_("Mares"),
    icon="pond",
    round=RoundForm(
        group="sites_group",
        site="site",
        visit="visit",
        passages=(1, 2, 3),
        state=analysis.visit_state,
        passage_of=lambda visit: int(visit.get("num_passage", 1)),
        due=analysis.due,
        local_groups=(
            (N_("Météo"), ("vent", "pluviosite", "couverture_nuageuse")),
            (
                N_("Mare, au 1er passage"),
                (
                    "turbidite",
                    "vegetation_aquatique_principale",
                    "rives",
                    "habitat_terrestre_environnant",
                    "activite_humaine",
                ),
            ),
            (N_("Mare, une fois pour toutes"), ("variation_eau", "courant")),
            (N_("Hygiène"), ("hygiene",)),
        ),
    ),
    sheet=SHEET,
    words={"next": N_("Mare suivante"), "done": N_("Tournée finie : plus aucune mare à faire à ce passage.")},
)
