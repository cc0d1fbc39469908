"""The rules of the protocol, put together, and the words of what they find."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.core.schema import Rule

RULES: Mapping[str, tuple[Rule, ...]] = {}
MESSAGES: Mapping[str, str] = {}
