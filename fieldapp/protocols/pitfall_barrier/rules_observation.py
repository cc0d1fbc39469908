"""The rules of one catch and of its photos: what is impossible, what is unlikely, what is worth knowing.

Pure functions; what they know of the barrier is described in `rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from fieldapp.core import parse
from fieldapp.core.schema import Context, Problem, Rule, Severity, Taxon, Values, advice, blocks_alone
from fieldapp.core.text import N_
from fieldapp.protocols.pitfall_barrier.campaign import in_place
from fieldapp.protocols.pitfall_barrier.lists import name_of
from fieldapp.protocols.pitfall_barrier.schema import (
    BOTH_SEXES,
    EMPTY,
    FEMALE,
    JUVENILE,
    LARVA,
    MALE,
    MOST_IN_A_BUCKET,
    OUTWARD,
    direction_of,
    is_missed,
    is_pair,
)

ABSENCE_TAXON = 914450
"""cd_nom of Amphibia, which other protocols use for "nothing seen" (source: protocoles_suivi popa)."""

INVASIVE = "invasive"
"""`Taxon.status` of the alert species: Lithobates catesbeianus and Xenopus laevis (source: reference/taxa.csv)."""

USUAL_IN_A_BUCKET = 99
"""More animals of one kind than these in one bucket on one morning are rather a digit too many (a choice: the
largest group of sixteen springs at the barrier of Vimy is of nine)."""

_SEXES = frozenset({FEMALE, MALE})
_SHA256 = re.compile("[0-9a-f]{64}")


# ------------------------------------------------------------------------------- the morning, the bucket


@blocks_alone
def catch_fits_morning(context: Context) -> Iterator[Problem]:
    """Refuse a catch on a morning on which nobody looked, and on one that was found empty."""
    visit = context.parents.get("visit", {})
    if is_missed(visit):
        yield Problem("", "catch_on_missed", Severity.BLOCKING, _day(visit))
    elif visit.get("state") == EMPTY:
        yield Problem("", "catch_on_empty", Severity.BLOCKING, _day(visit))


def _day(visit: Values) -> dict[str, str]:
    day = visit.get("check_on")
    return {"date": parse.show_date(day) if day else "?"}


@blocks_alone
def bucket_exists(context: Context) -> Iterator[Problem]:
    """Refuse a bucket that the barrier does not have, where it has any; warn of one not in place that morning."""
    number, known = context.values.get("bucket"), context.known.get("buckets", ())
    if number is None or not known:
        return
    same = [one for one in known if one.get("bucket") == number]
    if not same:
        yield Problem("bucket", "bucket_unknown", Severity.BLOCKING, {"bucket": number[:20]})
        return
    day = context.parents.get("visit", {}).get("check_on")
    if day and not any(in_place(one, day) for one in same):
        about = {"bucket": number[:20], "date": parse.show_date(day)}
        yield Problem("bucket", "bucket_not_in_place", Severity.WARNING, about)


@advice
def bucket_was_open(context: Context) -> Iterator[Problem]:
    """Warn of a catch in a bucket that was closed that morning."""
    number = context.values.get("bucket")
    if number is not None and number in context.parents.get("visit", {}).get("closed_buckets", ()):
        yield Problem("bucket", "bucket_closed", Severity.WARNING, {"bucket": number[:20]})


@advice
def direction_fits_side(context: Context) -> Iterator[Problem]:
    """Warn of an animal on its way in that fell into a bucket on the inner side, or the other way round."""
    number, direction = context.values.get("bucket"), context.values.get("direction")
    day = context.parents.get("visit", {}).get("check_on")
    sides = {
        one["side"]
        for one in context.known.get("buckets", ())
        if one.get("bucket") == number and "side" in one and (day is None or in_place(one, day))
    }
    if number is None or direction is None or len(sides) != 1 or direction == direction_of(*sides):
        return
    code = "out_of_outer_bucket" if direction == OUTWARD else "in_of_inner_bucket"
    yield Problem("direction", code, Severity.WARNING, {"bucket": number[:20]})


# ------------------------------------------------------------------------------------- sexes, pairs, taxa


@blocks_alone
def pair_is_a_pair(context: Context) -> Iterator[Problem]:
    """Refuse pairs of an odd number of animals or of one sex, and "mixte" for a single animal (source: SINP, SEXE)."""
    values = context.values
    sex, count = values.get("sex"), values.get("count")
    if is_pair(values):
        if count is not None and count % 2:
            yield Problem("count", "odd_pair", Severity.BLOCKING, {"count": count})
        if sex != BOTH_SEXES:
            yield Problem("sex", "pair_of_one_sex", Severity.BLOCKING)
    elif sex == BOTH_SEXES and count == 1:
        yield Problem("sex", "one_of_both_sexes", Severity.BLOCKING)


@advice
def sex_can_be_seen(context: Context) -> Iterator[Problem]:
    """Tell of a sex given to a juvenile, warn of one given to a larva, and of young in amplexus."""
    stage, sex = context.values.get("stage"), context.values.get("sex")
    if stage not in {JUVENILE, LARVA}:
        return
    if is_pair(context.values):
        yield Problem("stage", "pair_of_young", Severity.WARNING)
    elif sex in {*_SEXES, BOTH_SEXES}:
        severity = Severity.WARNING if stage == LARVA else Severity.NOTICE
        yield Problem("sex", "sex_of_larva" if stage == LARVA else "sex_of_juvenile", severity)


@advice
def taxon_is_expected(context: Context) -> Iterator[Problem]:
    """Tell of alert species; warn of "Amphibiens", which names no animal in the hand (source: reference/taxa.csv)."""
    cd_nom = context.values.get("cd_nom")
    taxon = context.taxa.get(cd_nom) if cd_nom is not None else None
    if cd_nom == ABSENCE_TAXON:
        yield Problem("cd_nom", "undetermined", Severity.WARNING)
    elif taxon is not None and taxon.status == INVASIVE:
        yield Problem("cd_nom", "invasive", Severity.NOTICE, {"name": name_of(taxon, taxon.cd_nom)})


@advice
def count_is_usual(context: Context) -> Iterator[Problem]:
    """Warn of more animals of one kind in one bucket than one finds, as after a digit too many."""
    count = context.values.get("count")
    if count is not None and USUAL_IN_A_BUCKET < count <= MOST_IN_A_BUCKET:  # more is refused by the field
        yield Problem("count", "many_animals", Severity.WARNING, {"count": count})


@advice
def catch_is_not_twice(context: Context) -> Iterator[Problem]:
    """Warn of two catches of one morning that differ in nothing but the number: they are one group."""
    if "cd_nom" not in context.values or "individual" in context.values:
        return
    own = _group(context.values)
    if any(_group(other) == own for other in context.siblings):
        cd_nom = context.values["cd_nom"]
        about = {"name": name_of(context.taxa.get(cd_nom), cd_nom), "bucket": str(own[0] or "?")[:20]}
        yield Problem("cd_nom", "catch_twice", Severity.WARNING, about)


def _group(values: Values) -> tuple[object, ...]:
    names = ("bucket", "cd_nom", "stage", "sex", "direction", "vitality", "individual", "comments")
    return (*(values.get(name) for name in names), is_pair(values))


# --------------------------------------------------------------------------------------- the individual


@blocks_alone
def individual_is_one(context: Context) -> Iterator[Problem]:
    """Refuse a named individual for several animals at once."""
    count = context.values.get("count")
    if "individual" in context.values and count is not None and count > 1:
        yield Problem("count", "several_individuals", Severity.BLOCKING, {"count": count})


@advice
def individual_is_the_same(context: Context) -> Iterator[Problem]:
    """Warn of an individual that is known as another species or the other sex."""
    individual = context.links.get(context.values.get("individual", ""), {})
    if not individual:
        return
    about = {"name": str(individual.get("individual_name", "?"))[:40]}
    cd_nom, known_as = context.values.get("cd_nom"), individual.get("cd_nom")
    if cd_nom is not None and known_as is not None and not _same_taxon(cd_nom, known_as, context.taxa):
        species = name_of(context.taxa.get(known_as), known_as)
        yield Problem("individual", "individual_other_species", Severity.WARNING, {**about, "species": species})
    sexes = {context.values.get("sex"), individual.get("sex")}
    if sexes == _SEXES:
        yield Problem("individual", "individual_other_sex", Severity.WARNING, about)


def _same_taxon(one: int, other: int, taxa: Mapping[int, Taxon]) -> bool:
    first, second = taxa.get(one), taxa.get(other)
    return one == other or (first is not None and second is not None and first.cd_ref == second.cd_ref)


@advice
def individual_is_caught_once(context: Context) -> Iterator[Problem]:
    """Warn of an individual in two buckets on one morning."""
    uid = context.values.get("individual")
    if uid and any(other.get("individual") == uid for other in context.siblings):
        yield Problem("individual", "individual_again", Severity.WARNING)


@advice
def individual_is_alive(context: Context) -> Iterator[Problem]:
    """Warn of an individual that comes after the morning on which it was noted dead."""
    died, day = context.known.get("died_on"), context.parents.get("visit", {}).get("check_on")
    if died and day and day > died and "individual" in context.values:
        yield Problem("individual", "individual_dead", Severity.WARNING, {"date": parse.show_date(died)})


# ------------------------------------------------------------------------------------------------ photos


@blocks_alone
def photo_has_its_print(context: Context) -> Iterator[Problem]:
    """Refuse a photo whose SHA-256 is not one: its file could never be found."""
    sha256 = context.values.get("sha256")
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        yield Problem("sha256", "photo_without_print", Severity.BLOCKING)


@advice
def photo_is_not_twice(context: Context) -> Iterator[Problem]:
    """Warn of the same picture twice on one catch."""
    sha256 = context.values.get("sha256")
    if sha256 and any(other.get("sha256") == sha256 for other in context.siblings):
        yield Problem("sha256", "photo_twice", Severity.WARNING)


@advice
def photo_is_of_the_day(context: Context) -> Iterator[Problem]:
    """Tell of a picture whose camera says another day than that of the check or the evening before it."""
    day, taken = context.parents.get("visit", {}).get("check_on"), _taken_on(context.values.get("taken_at", ""))
    if day and taken and (date.fromisoformat(day) - taken).days not in {0, 1}:
        about = {"taken": parse.show_date(taken.isoformat()), "date": parse.show_date(day)}
        yield Problem("taken_at", "photo_other_day", Severity.NOTICE, about)


def _taken_on(taken_at: str) -> date | None:
    """Return the day of an EXIF time, written "2026:03:18 07:12:33" or with hyphens; None when it is none."""
    try:
        return date.fromisoformat(taken_at[:10].replace(":", "-"))
    except ValueError:
        return None


RULES: tuple[Rule, ...] = (
    catch_fits_morning,
    bucket_exists,
    bucket_was_open,
    direction_fits_side,
    pair_is_a_pair,
    sex_can_be_seen,
    taxon_is_expected,
    count_is_usual,
    catch_is_not_twice,
    individual_is_one,
    individual_is_the_same,
    individual_is_caught_once,
    individual_is_alive,
)

PHOTO_RULES: tuple[Rule, ...] = (photo_has_its_print, photo_is_not_twice, photo_is_of_the_day)

MESSAGES: Mapping[str, str] = {
    "catch_on_missed": N_("Le matin du {date} est « non relevé » : mettez « relevé », ou effacez la prise."),
    "catch_on_empty": N_("Le matin du {date} est « vide » : mettez « relevé », ou effacez la prise."),
    "bucket_unknown": N_("Cette barrière n’a pas de seau {bucket} : vérifiez le numéro, ou ajoutez le seau."),
    "bucket_not_in_place": N_("Le seau {bucket} n’était pas en place le {date} : vérifiez le numéro ou ses dates."),
    "bucket_closed": N_("Le seau {bucket} était fermé ce matin-là : vérifiez le numéro, ou rouvrez-le."),
    "out_of_outer_bucket": N_("Sortie, mais le seau {bucket} est du côté extérieur : vérifiez le sens ou le seau."),
    "in_of_inner_bucket": N_("Entrée, mais le seau {bucket} est du côté mare : vérifiez le sens ou le seau."),
    "odd_pair": N_("{count} animaux en couple : il en faut un nombre pair, deux par couple."),
    "pair_of_one_sex": N_("Un couple est un mâle et une femelle : mettez le sexe « mixte »."),
    "one_of_both_sexes": N_("« Mixte » pour un seul animal : mettez mâle, femelle ou indéterminé."),
    "pair_of_young": N_("Un couple de jeunes : vérifiez le stade, ou décochez « en couple »."),
    "sex_of_juvenile": N_("Le sexe d’un juvénile se voit rarement : dans le doute, mettez « indéterminé »."),
    "sex_of_larva": N_("Le sexe d’une larve ne se voit pas : vérifiez le stade ou le sexe."),
    "undetermined": N_("Amphibien non déterminé : notez au moins le genre si vous pouvez, ou joignez une photo."),
    "invasive": N_("{name} : espèce invasive. Prenez une photo, prévenez le coordinateur le jour même."),
    "many_animals": N_("{count} animaux d’un coup dans un seau : est-ce un chiffre de trop ? Vérifiez le nombre."),
    "catch_twice": N_("{name} est déjà noté ainsi dans le seau {bucket} : additionnez les deux lignes."),
    "several_individuals": N_("Un individu nommé, mais {count} animaux : faites-en une prise à part."),
    "individual_other_species": N_("{name} est connu comme {species} : vérifiez l’espèce, ou l’individu."),
    "individual_other_sex": N_("{name} est connu avec l’autre sexe : vérifiez le sexe, ou l’individu."),
    "individual_again": N_("Cet individu est déjà noté ce matin : vérifiez lequel des deux c’est."),
    "individual_dead": N_("Cet individu a été noté mort le {date} : vérifiez lequel c’est."),
    "photo_without_print": N_("L’empreinte de la photo n’est pas lisible : ajoutez la photo de nouveau."),
    "photo_twice": N_("Cette photo est déjà sur la prise : une fois suffit."),
    "photo_other_day": N_("Photo du {taken}, relevé du {date} : vérifiez la photo, ou l’heure de l’appareil."),
}
"""The French sentence of every code, with what to do."""
