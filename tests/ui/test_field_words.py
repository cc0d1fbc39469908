"""A field and its value are told in the words of the form, wherever they are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.merging import DELETED
from fieldapp.core.record import Record, make_record
from fieldapp.store.connection import Database, open_database
from fieldapp.ui.field_words import field_label, value_words, warning_words
from fieldapp.ui.wording import ABSENT, Words


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "words.db", protocols.installed()) as opened:
        yield opened


@pytest.fixture
def capture() -> Record:
    return make_record("banding", protocols.by_code("banding").entity("observation"), {"species": "SYLATR"}, None)


def test_a_measured_field_is_told_with_its_unit(db: Database, capture: Record) -> None:
    words = Words(db, {})
    assert field_label(capture, "mass_g", words) == "Masse (g)"
    assert field_label(capture, DELETED, words) == "La fiche"


def test_the_code_of_a_bird_is_told_with_its_name(db: Database, capture: Record) -> None:
    words = Words(db, {})
    assert value_words(capture, "species", "SYLATR", words) == "SYLATR, Fauvette à tête noire"
    assert value_words(capture, "species", None, words) == ABSENT


def test_a_field_that_the_protocol_has_not_is_told_as_it_is(db: Database, capture: Record) -> None:
    words = Words(db, {})
    assert (field_label(capture, "moon", words), value_words(capture, "moon", "full", words)) == ("moon", "full")


def test_confirmed_warnings_are_sentences_with_their_figures_left_open(db: Database, capture: Record) -> None:
    words = Words(db, {})
    codes = sorted(code for code in words.protocol(capture).messages)
    told = warning_words(capture, codes, words)
    assert "{" not in told
    assert "…" in told
    assert warning_words(capture, [], words) == ABSENT


def test_a_check_of_the_desk_that_was_seen_is_told_by_its_name(db: Database, capture: Record) -> None:
    assert warning_words(capture, ["desk_high_count"], Words(db, {})) == "Effectif exceptionnel."
