"""The rules of one observation: what is impossible, what is unlikely, what is worth knowing. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.core.schema import Context, Problem, Rule, Severity, Taxon, Values, advice
from fieldapp.core.text import N_
from fieldapp.protocols.pop_amphibiens.lists import ABSENCE_TAXON, GREEN_FROGS
from fieldapp.protocols.pop_amphibiens.schema import COUNTED, UNKNOWN_CODE, present

GREEN_FROG_COMPLEX = 444436
"""cd_nom of the genus Pelophylax, for forms that were not determined (sources: Turkish Journal of Zoology 44-3 on how
hard they are to tell apart; Astruc et al. 2021, Bull. SHF 178, who analyse the complex as one)."""

BUFO_SPINOSUS = 774678
"""cd_nom of the spiny toad, south and west of a contact zone from Normandy; Bufo bufo is the one of the north."""

WITHOUT_SEX = frozenset({"6", "8", "9"})
"""Stages whose sex can't be seen in the field: larva, tadpole, egg (codes of STADE_VIE)."""
_UNSEXED = frozenset({"0", UNKNOWN_CODE})

MANY = 10_000
"""A count above this is asked about: a choice of the program, two hundred times the largest of the season 2020 (55)."""

INVASIVE = "invasive"
"""`Taxon.status` of the alert species: Lithobates catesbeianus and Xenopus laevis (source: reference/taxa.csv)."""


def french_name(taxon: Taxon | None, cd_nom: int) -> str:
    """Return the name that people use for a taxon, its number when the taxon is not known."""
    return (taxon.nom_vern or taxon.lb_nom) if taxon else str(cd_nom)


def counts_in_order(context: Context) -> Iterator[Problem]:
    """Refuse a maximum below the minimum, and a counted number that is a range (source: observation.json)."""
    least, most = context.values.get("count_min"), context.values.get("count_max")
    if least is None or most is None:
        return
    if most < least:
        yield Problem("count_max", "max_below_min", Severity.BLOCKING, {"least": least, "most": most})
    elif most != least and context.values.get("id_nomenclature_typ_denbr") == COUNTED:
        yield Problem("count_max", "counted_range", Severity.BLOCKING, {"least": least, "most": most})


def seen_is_not_zero(context: Context) -> Iterator[Problem]:
    """Refuse a species "seen" 0 times: an absence is told by "rien vu" (source: observation.json clears such a 0)."""
    if present(context.values) and context.values.get("count_min") == 0:
        yield Problem("count_min", "seen_zero_times", Severity.BLOCKING)


def absence_is_bare(context: Context) -> Iterator[Problem]:
    """Refuse an absence that holds anything but Amphibia 0/0 (source: observation.json, the form's change script)."""
    values = context.values
    if present(values):
        return
    if values.get("cd_nom", ABSENCE_TAXON) != ABSENCE_TAXON:
        yield Problem("cd_nom", "absence_of_species", Severity.BLOCKING)
    for name in ("count_min", "count_max"):
        if values.get(name, 0) != 0:
            yield Problem(name, "absence_with_count", Severity.BLOCKING)
    for name in ("id_nomenclature_typ_denbr", "id_nomenclature_stade", "id_nomenclature_sex"):
        if name in values:
            yield Problem(name, "absence_with_details", Severity.BLOCKING)


@advice
def sex_can_be_seen(context: Context) -> Iterator[Problem]:
    """Warn of a sex given to eggs or larvae."""
    sex = context.values.get("id_nomenclature_sex", UNKNOWN_CODE)
    if context.values.get("id_nomenclature_stade") in WITHOUT_SEX and sex not in _UNSEXED:
        yield Problem("id_nomenclature_sex", "sex_of_young", Severity.WARNING)


@advice
def count_is_likely(context: Context) -> Iterator[Problem]:
    """Warn of a number far above anything noted so far (source of the limit: `MANY`)."""
    most = max(context.values.get("count_min", 0), context.values.get("count_max", 0))
    if most > MANY:
        yield Problem("count_max", "very_many", Severity.WARNING, {"count": most})


@advice
def taxon_is_expected(context: Context) -> Iterator[Problem]:
    """Speak of alert species, of species unknown in the region, and of those that are hard to tell apart.

    Source: reference/taxa.csv (`status`, `regional_rank`, `complex`).
    """
    cd_nom = context.values.get("cd_nom")
    taxon = context.taxa.get(cd_nom) if isinstance(cd_nom, int) else None
    if cd_nom is None or taxon is None or not present(context.values):
        return
    about = {"name": french_name(taxon, cd_nom)}
    if taxon.status == INVASIVE:
        yield Problem("cd_nom", "invasive", Severity.WARNING, about)
    elif cd_nom == ABSENCE_TAXON:
        yield Problem("cd_nom", "undetermined", Severity.NOTICE)
    elif taxon.regional_rank is None:
        yield Problem("cd_nom", "not_in_region", Severity.WARNING, about)
    if cd_nom == BUFO_SPINOSUS:
        yield Problem("cd_nom", "bufo_spinosus", Severity.NOTICE)
    if taxon.complex == GREEN_FROGS and cd_nom != GREEN_FROG_COMPLEX:
        yield Problem("cd_nom", "green_frog_form", Severity.NOTICE, about)


@advice
def line_is_not_twice(context: Context) -> Iterator[Problem]:
    """Warn when another line of the visit has the same taxon, stage and sex: its number belongs to this one."""
    cd_nom = context.values.get("cd_nom")
    if cd_nom is None:
        return
    own = _stage_and_sex(context.values)
    same = [line for line in context.siblings if line.get("cd_nom") == cd_nom and _stage_and_sex(line) == own]
    if same:
        name = french_name(context.taxa.get(cd_nom), cd_nom)
        yield Problem("cd_nom", "line_twice", Severity.WARNING, {"name": name})


def _stage_and_sex(values: Values) -> tuple[str, str]:
    return values.get("id_nomenclature_stade", UNKNOWN_CODE), values.get("id_nomenclature_sex", UNKNOWN_CODE)


RULES: tuple[Rule, ...] = (
    counts_in_order,
    seen_is_not_zero,
    absence_is_bare,
    sex_can_be_seen,
    count_is_likely,
    taxon_is_expected,
    line_is_not_twice,
)

MESSAGES = {
    "max_below_min": N_("De {least} à {most} : le plus petit nombre d’abord."),
    "counted_range": N_("Compté, mais de {least} à {most} : mettez « estimé », ou un seul nombre."),
    "seen_zero_times": N_(
        "Vu, mais 0 individu : notez le nombre vu, ou effacez la ligne. L’absence se note par « Rien vu »."
    ),
    "absence_of_species": N_("Une absence ne porte pas de nom d’espèce : « Rien vu » vaut pour tous les amphibiens."),
    "absence_with_count": N_("« Rien vu », mais un nombre est noté : effacez-le, ou notez l’espèce vue."),
    "absence_with_details": N_("« Rien vu », mais un stade, un sexe ou un dénombrement est noté : effacez-le."),
    "sex_of_young": N_("Le sexe d’un œuf, d’un têtard ou d’une larve ne se voit pas : vérifiez le stade ou le sexe."),
    "very_many": N_("{count} individus : vérifiez le nombre."),
    "invasive": N_(
        "{name} : espèce invasive. Prenez une photo, notez l’endroit, prévenez le coordinateur le jour même."
    ),
    "undetermined": N_("Amphibien vu mais non déterminé. Si rien n’a été vu, utilisez « Rien vu »."),
    "not_in_region": N_("{name} n’est pas connu dans la région : vérifiez, et joignez une photo ou une remarque."),
    "bufo_spinosus": N_("Dans le nord, on attend le Crapaud commun (Bufo bufo) ; dans le doute, notez le genre Bufo."),
    "green_frog_form": N_(
        "{name} : les grenouilles vertes se distinguent mal. Dans le doute, notez le complexe (Pelophylax)."
    ),
    "line_twice": N_("{name} est déjà noté avec ce stade et ce sexe : regroupez les deux lignes."),
}
