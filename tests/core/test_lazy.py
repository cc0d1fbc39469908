"""Lazy data looks like the data that it stands for."""

from __future__ import annotations

from fieldapp.core.lazy import LazyMapping, LazySequence


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
