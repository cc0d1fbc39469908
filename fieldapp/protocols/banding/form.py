"""How banding is entered: sessions at the nets of a place, and one line per bird."""

from __future__ import annotations

from fieldapp.core.session_form import SessionForm
from fieldapp.core.text import N_
from fieldapp.protocols.banding.line import columns_of
from fieldapp.protocols.banding.schema import OBSERVATION, SITE, SITES_GROUP, VISIT

SESSION = SessionForm(
    label=N_("Baguage"),
    icon="ring",
    group=SITES_GROUP.code,
    site=SITE.code,
    session=VISIT.code,
    line=OBSERVATION.code,
    columns=columns_of(None),
    taxon_code="species",
)
