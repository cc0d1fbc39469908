"""The rules of the barrier, put together, and the words of what they find.

Severity follows one line: what can never be right blocks, what is missing leaves the morning a draft, what is unlikely
is a warning to confirm, the rest is said and nothing more.

What a rule has to know beside the record and those above it is read from `Context.known`, always as the values of
records; without its knowledge a rule says nothing:

- "campaigns": all campaigns of the barrier ([]: it has none yet), for a check and for a campaign (the others);
- "buckets": all buckets of the barrier, for a check and for a catch;
- "visits_of_day": the other checks of the barrier on the same morning, for a check;
- "check_days": ISO dates of the barrier's checks, for a campaign whose days change;
- "died_on": ISO date on which the catch's individual was first noted dead (`individuals.died_on`), for a catch.

For a check and a campaign the first three are looked for among the siblings where `known` has none: there buckets,
campaigns and checks lie side by side. Siblings of a catch are the other catches of its morning; its individual is read
from `Context.links`.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.core.schema import Rule
from fieldapp.protocols.pitfall_barrier import rules_observation, rules_site, rules_visit

RULES: Mapping[str, tuple[Rule, ...]] = {
    "site": rules_site.SITE_RULES,
    "bucket": rules_site.BUCKET_RULES,
    "campaign": rules_site.CAMPAIGN_RULES,
    "individual": rules_site.INDIVIDUAL_RULES,
    "visit": rules_visit.RULES,
    "observation": rules_observation.RULES,
    "photo": rules_observation.PHOTO_RULES,
}

MESSAGES: Mapping[str, str] = {**rules_site.MESSAGES, **rules_visit.MESSAGES, **rules_observation.MESSAGES}
"""The French sentence of every code, with what to do."""
