"""The program's own widgets; a page takes them from here."""

from fieldapp.ui.widgets.banner import Banner, IconLabel
from fieldapp.ui.widgets.buttons import ActionButton, Chip
from fieldapp.ui.widgets.cards import (
    STATES,
    Card,
    EmptyState,
    ProgressLine,
    StateBadge,
    StateDot,
    badge_size,
    paint_badge,
    text_label,
)
from fieldapp.ui.widgets.chips import ChipRow
from fieldapp.ui.widgets.elided import Elided
from fieldapp.ui.widgets.fields import ERROR, NOTICE, WARNING, DateEdit, LabeledField, ParsedEdit, TimeEdit
from fieldapp.ui.widgets.flow import FlowLayout, follow_width
from fieldapp.ui.widgets.keyhint import KeyHint, key_words, live_key
from fieldapp.ui.widgets.room import LARGE_PX, GiveWay, is_grown, is_large
from fieldapp.ui.widgets.scrolled import scrolled
from fieldapp.ui.widgets.suggest import SearchBox, Suggest, Suggestion, SuggestionList

__all__ = [
    "ERROR",
    "LARGE_PX",
    "NOTICE",
    "STATES",
    "WARNING",
    "ActionButton",
    "Banner",
    "Card",
    "Chip",
    "ChipRow",
    "DateEdit",
    "Elided",
    "EmptyState",
    "FlowLayout",
    "GiveWay",
    "IconLabel",
    "KeyHint",
    "LabeledField",
    "ParsedEdit",
    "ProgressLine",
    "SearchBox",
    "StateBadge",
    "StateDot",
    "Suggest",
    "Suggestion",
    "SuggestionList",
    "TimeEdit",
    "badge_size",
    "follow_width",
    "is_grown",
    "is_large",
    "key_words",
    "live_key",
    "paint_badge",
    "scrolled",
    "text_label",
]
