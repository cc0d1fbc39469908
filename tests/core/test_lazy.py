"""Lazy data looks like the data that it stands for."""

from __future__ import annotations

import re

from fieldapp.core.lazy import LazyMapping, LazyPattern, LazySequence


def test_nothing_is_loaded_before_the_first_look_and_only_once_after_it() -> None:
    calls: list[str] = []

    def load() -> dict[str, int]:
        calls.append("load")
        return {"a": 1, "b": 2}

    lazy = LazyMapping(load)
    assert calls == []
    assert (lazy["a"], len(lazy), list(lazy), lazy.get("c")) == (1, 2, ["a", "b"], None)
    assert calls == ["load"]


def test_a_lazy_sequence_reads_like_its_tuple() -> None:
    lazy = LazySequence(lambda: ("x", "y", "z"))
    assert (lazy[0], lazy[1:], len(lazy), list(lazy), "z" in lazy) == ("x", ("y", "z"), 3, ["x", "y", "z"], True)


def test_a_lazy_pattern_finds_what_its_pattern_finds() -> None:
    lazy = LazyPattern(r"(\d+)-(\d+)", re.IGNORECASE)
    assert lazy.fullmatch("12-22") is not None
    assert lazy.fullmatch("12-22 ") is None
    assert lazy.match("12-22 x") is not None
    found = lazy.search("de 12-22")
    assert found is not None
    assert found.groups() == ("12", "22")
    assert lazy.sub(r"\2-\1", "1-2, 3-4") == "2-1, 4-3"
