"""How a protocol of daily checks is entered, as data: barriers, their buckets and campaigns, and a board a morning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoardForm:
    """What the rail and the pages that serve every protocol need of one with a bucket board.

    The names are the codes of the entities: `bucket`, `campaign` and `individual` lie below `site` and have no date,
    `visit` is the check of a morning, `observation` what lay in a bucket, `photo` a picture of it.
    """

    label: str
    icon: str
    site: str
    bucket: str
    campaign: str
    individual: str
    visit: str
    observation: str
    photo: str
