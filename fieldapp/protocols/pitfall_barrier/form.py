"""How a barrier is entered: a morning on the bucket board."""

from __future__ import annotations

from fieldapp.core.board_form import BoardForm
from fieldapp.core.text import N_
from fieldapp.protocols.pitfall_barrier.schema import BUCKET, CAMPAIGN, INDIVIDUAL, OBSERVATION, PHOTO, SITE, VISIT

BOARD = BoardForm(
    label=N_("Barrière"),
    icon="barrier",
    site=SITE.code,
    bucket=BUCKET.code,
    campaign=CAMPAIGN.code,
    individual=INDIVIDUAL.code,
    visit=VISIT.code,
    observation=OBSERVATION.code,
    photo=PHOTO.code,
)
