"""What people wrote is found by the beginnings of its words, whatever was written, altered or taken away before."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.desk import words

WORDS = ("mare", "marais", "vu", "au", "bord", "île", "62", "a")
TEXTS = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
NUMBERS = st.sampled_from([1, 2, 65_535, 65_536, 70_000, 2**31 - 1])


def made() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in words.SCHEMA:
        connection.execute(statement)
    return connection


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = made()
    yield opened
    opened.close()


def found(connection: sqlite3.Connection, text: str) -> list[int]:
    records = words.search(connection, text)
    assert records is not None
    return [int(one) for one in records]


@given(
    st.lists(st.dictionaries(NUMBERS, TEXTS, max_size=4), max_size=5),
    st.lists(st.sampled_from(["m", "mar", "marai", "vu", "a", "ile", "île", "6", "x"]), min_size=1, max_size=3),
)
def test_the_search_finds_what_a_walk_over_all_texts_finds(steps: list[dict[int, str]], typed: list[str]) -> None:
    connection, known = made(), dict[int, str]()
    for step in steps:
        words.keep(connection, [(number, text.replace("î", "i")) for number, text in step.items()])
        known |= {number: text.replace("î", "i") for number, text in step.items()}
    beginnings = [one.replace("î", "i") for one in typed]
    holds = [
        number
        for number, text in sorted(known.items())
        if all(any(word.startswith(beginning) for word in text.split()) for beginning in beginnings)
    ]
    assert found(connection, " ".join(typed)) == holds
    connection.close()


def test_nothing_typed_is_no_search(connection: sqlite3.Connection) -> None:
    assert words.search(connection, " ?! ") is None


def test_what_was_cleared_is_not_found(connection: sqlite3.Connection) -> None:
    words.keep(connection, [(1, "vu au bord")])
    words.clear(connection)
    assert found(connection, "vu") == []
    words.keep(connection, [(1, "vu ailleurs")])
    assert found(connection, "bord") == []
    assert found(connection, "vu") == [1]
