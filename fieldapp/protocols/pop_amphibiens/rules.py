"""The rules of POP Amphibiens that no single field can state."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.core.schema import Rule

RULES: Mapping[str, tuple[Rule, ...]] = {}
MESSAGES: Mapping[str, str] = {}
