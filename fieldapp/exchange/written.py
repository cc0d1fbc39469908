"""What the writers of all files that are told in common terms are given, and how they say what they wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fieldapp.core.exchange import LeftOut
from fieldapp.core.occurrence import Occurrence
from fieldapp.core.schema import StudyProtocol, Taxon
from fieldapp.core.text import N_

Note = Callable[[Occurrence], None]
"""Called once for each row of an occurrence that really was written, so that a batch counts no other."""


def _no_taxa() -> Mapping[int, Taxon]:
    return {}


def _no_protocols() -> Mapping[str, StudyProtocol]:
    return {}


@dataclass(frozen=True, slots=True)
class Options:
    """What a file is to hold beside the tellings.

    `dataset_uuid` is the dataset of all rows (None: each visit's own), `title` what the file is called in its metadata,
    `language` that of its words. `taxa` looks a cd_nom up, `protocols` a code. A writer that has no honest row for an
    occurrence adds it to `left_out` with the reason, and goes on. `publisher` is the organisation that hands it over,
    `licence` what may be done with it, `made_on` the day of it (ISO); "" where nobody said. `levels` are those of
    STATUT_VALID that were asked for, all where it is empty.
    """

    dataset_uuid: str | None = None
    title: str = ""
    language: str = "fr"
    taxa: Mapping[int, Taxon] = field(default_factory=_no_taxa)
    protocols: Mapping[str, StudyProtocol] = field(default_factory=_no_protocols)
    left_out: list[LeftOut] = field(default_factory=list)
    publisher: str = ""
    licence: str = ""
    made_on: str = ""
    levels: frozenset[str] = frozenset()


INVALID = "4"
"""Code of STATUT_VALID: the coordinator says that it is wrong."""


REFUSED = N_("jugé invalide à la validation : demandez aussi ce niveau pour l’envoyer.")
"""Why such an occurrence is left out."""


def is_refused(one: Occurrence, options: Options) -> bool:
    """Return whether an occurrence was found invalid and nobody asked for those.

    To be asked where a file has no column that says so: its reader would take it for true.
    """
    return one.review.level == INVALID and INVALID not in options.levels
