"""The SINP file: occurrences of taxa as GeoNature imports them, without any mapping work.

Its header is that of the preset mapping "Synthese GeoNature"; values are codes, for which the preset "Nomenclatures
SINP (codes)" is chosen (source: GeoNature 2.17.4). An absence says so, with counts of 0: an empty status would become a
presence. GeoNature makes 1 of an empty count, whatever the type and the object of the count say. So something that was
seen and that nobody counted has no honest row: it is left out, with that reason, rather than told as one animal, or as
none.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TextIO

from fieldapp.core import clock
from fieldapp.core.errors import FileRefusedError, SheetError
from fieldapp.core.exchange import LeftOut
from fieldapp.core.ids import is_uid, name_uid
from fieldapp.core.occurrence import PRESENT, Event, Occurrence, Place, Telling
from fieldapp.core.telling import MOST
from fieldapp.core.text import N_, _
from fieldapp.exchange import sinp_cells as cells
from fieldapp.exchange.written import REFUSED, Note, Options, is_refused

COLUMNS = (
    "id_synthese", "uuid_perm_sinp", "uuid_perm_grp_sinp", "unique_dataset_id", "date_debut", "date_fin", "heure_debut",
    "heure_fin", "cd_nom", "nom_cite", "nombre_min", "nombre_max", "alti_min", "alti_max", "observateurs",
    "determinateur", "geometrie_wkt_4326", "precision_geographique", "nom_lieu", "nature_objet_geo",
    "type_regroupement", "methode_regroupement", "technique_observation", "biologique_statut", "etat_biologique",
    "biogeographique_statut", "naturalite", "preuve_existante", "preuve_numerique_url", "preuve_non_numerique",
    "niveau_precision_diffusion", "stade_vie", "sexe", "objet_denombrement", "type_denombrement", "statut_observation",
    "floutage_dee", "statut_source", "methode_determination", "comportement", "comment_releve", "comment_occurrence",
    "reference_biblio",
)  # fmt: skip

FIRST_DAY = "1900-01-01"
"""GeoNature refuses what is said to have been seen before (source: core/imports/checks)."""

_DATASET = "dataset"
"""The entity of the directory whose sheet has the UUID."""

_IN_THE_FIELD = "Te"
"""Code of STATUT_SOURCE."""

_NO_POSITION = N_("lieu sans position ni commune connue : placez-le sur la carte, puis recommencez.")
_NO_OUTLINE = N_("zone sans contour : chargez la carte des départements, puis recommencez.")
_NO_COUNT = N_("nombre inconnu : GeoNature en ferait un seul individu. Écrivez le nombre, compté ou estimé.")
_COUNTS_CROSSED = N_("nombre minimum plus grand que le maximum : corrigez-les.")
_NONE_COUNTED = N_("vu, mais au nombre de zéro : écrivez le nombre, ou « non observé ».")
_CROSSED = N_("contour qui se croise ou se recouvre : redessinez-le.")
_NO_DAY = N_("date à venir, ou d’avant 1900 : GeoNature la refuserait. Corrigez la date.")


def write(tellings: Iterable[Telling], file: TextIO, *, note: Note, options: Options) -> int:
    """Write one row for each occurrence, below the names of the columns; return how many rows there were.

    What has no honest row goes to `options.left_out`. FileRefusedError where the dataset has no UUID.
    """
    file.write(f"{cells.joined(*COLUMNS)}\r\n")
    today = clock.today().isoformat()
    count = 0
    for event, occurrences in ((telling.event, telling.occurrences) for telling in tellings):
        shared: _Shared | None = None
        for one in occurrences:
            reason = REFUSED if is_refused(one, options) else _reason(event, one, today)
            if reason:
                options.left_out.append(LeftOut(one.record, _title(one), _(reason)))
                continue
            if shared is None:
                shared = _Shared(event, dataset_uuid(event, options))
            file.write(shared.line(one))
            note(one)
            count += 1
    return count


def check(telling: Telling, options: Options) -> None:
    """Raise what `write` would raise of this telling, so that it is known before anything is written."""
    today = clock.today().isoformat()
    if any(not is_refused(one, options) and not _reason(telling.event, one, today) for one in telling.occurrences):
        dataset_uuid(telling.event, options)


class _Shared:
    """The cells that the rows of one event share."""

    def __init__(self, event: Event, dataset: str) -> None:
        self._event = event
        self._group = cells.joined(_uuid(event.uid), dataset)
        self._hours = cells.joined(*cells.hours(event))
        is_hidden = event.place.blurred and not event.observers
        people = cells.HIDDEN_OBSERVER if is_hidden else cells.observers(event.observers)
        self._observers = cells.joined(people)
        self._grouping = cells.joined(*cells.of_group(event))
        self._remark = cells.joined(cells.remark_of_event(event))
        self._place = _placed(event.place)

    def line(self, one: Occurrence) -> str:
        """Return the line of an occurrence in the order of COLUMNS."""
        quoted, capped = cells.quoted, cells.capped
        altitudes, where, is_blurred = self._place if one.place is None else _placed(one.place)
        hours = cells.joined(*cells.own_hour(self._event, one)) if one.hour_min else self._hours
        most = "" if one.count_max is None else one.count_max
        cited = quoted(capped(one.nom_cite, cells.MOST_NAME) or str(one.cd_nom))
        determiner = quoted(capped(one.determiner, cells.MOST_NAME))
        return (
            f"{_names(one.uid)};{self._group};{hours};{one.cd_nom};{cited};"
            f"{one.count_min};{most};{altitudes};{self._observers};{determiner};{where};"
            f"{self._grouping};{cells.described(one)};{is_blurred};{_IN_THE_FIELD};{cells.determined(one)};"
            f"{self._remark};{quoted(cells.remark(one))};\r\n"
        )


def _names(uid: str) -> str:
    """Return the two names of a row: its own, and its UUID."""
    return f"{uid};{uid}" if is_uid(uid) else f"{cells.quoted(cells.clean(uid))};{_uuid(uid)}"


def _placed(place: Place) -> tuple[str, str, str]:
    """Return the parts of the line that tell of a place: its altitudes, where it is, whether it stands for another."""
    *where, is_blurred = cells.of_place(place)
    return cells.joined(*cells.altitudes(place)), cells.joined(*where), is_blurred


def dataset_uuid(event: Event, options: Options) -> str:
    """Return the UUID of the dataset of an event; FileRefusedError where it has none, for every row must name one."""
    found = options.dataset_uuid or event.dataset.uuid
    if is_uid(found):
        return found
    if options.dataset_uuid:
        raise FileRefusedError(
            _("« {text} » n’est pas l’identifiant SINP (UUID) d’un jeu de données : copiez-le en entier.").format(
                text=options.dataset_uuid[:60]
            )
        )
    if event.dataset.uid:
        raise SheetError(
            _(
                "Le jeu de données « {name} » n’a pas d’identifiant SINP (UUID) valable : écrivez dans sa fiche celui "
                "que l’application nationale de métadonnées ou la plateforme régionale lui a donné (en ligne de "
                "commande, --dataset-uuid en donne un pour tout le fichier). Rien n’a été écrit."
            ).format(name=event.dataset.name),
            _DATASET,
            event.dataset.uid,
        )
    protocol = options.protocols.get(event.protocol)
    raise SheetError(
        _(
            "« {protocol} » n’a pas de jeu de données : cochez ce suivi dans la fiche d’un jeu de données (en ligne de "
            "commande, --dataset-uuid donne un identifiant SINP pour tout le fichier). Rien n’a été écrit."
        ).format(protocol=_(protocol.label) if protocol else event.protocol),
        _DATASET,
        "",
    )


def _uuid(uid: str) -> str:
    """Return the uid of a record, which a database that came from elsewhere may have named otherwise, as a UUID."""
    return uid if is_uid(uid) else name_uid("sinp", uid)


def _reason(event: Event, one: Occurrence, today: str) -> str:
    """Return why an occurrence has no honest row, "" where it has one."""
    if one.count_min is None:
        return _NO_COUNT
    if one.count_max is not None and one.count_max < one.count_min:
        return _COUNTS_CROSSED
    if one.status == PRESENT and one.count_max == 0:
        return _NONE_COUNTED
    if max(one.count_min, one.count_max or 0) > MOST:
        return _NO_COUNT
    if event.date_min < FIRST_DAY or event.date_max > today:
        return _NO_DAY
    place = one.where
    if not place.wkt and (place.longitude is None or place.latitude is None):
        return _NO_OUTLINE if place.blurred else _NO_POSITION
    return _CROSSED if place.wkt and not _is_outline(place.wkt) else ""


@lru_cache(maxsize=1024)
def _is_outline(wkt: str) -> bool:
    """Return whether a line or an outline is one that a server takes: it must not cross itself."""
    import shapely

    try:
        return bool(shapely.from_wkt(wkt).is_valid)
    except shapely.errors.ShapelyError:
        return False


def _title(one: Occurrence) -> str:
    return ", ".join(filter(None, (one.nom_cite, one.event.date_max, one.where.name)))
