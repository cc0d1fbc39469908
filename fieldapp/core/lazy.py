"""Data that is loaded when it is first asked for, so that a start does not pay for what it does not show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")


class LazyMapping(Mapping[K, V], Generic[K, V]):
    """A mapping that `load` returns, called once, at the first look into it."""

    def __init__(self, load: Callable[[], Mapping[K, V]]) -> None:
        self._load = load

    @cached_property
    def _loaded(self) -> Mapping[K, V]:
        return self._load()

    def __getitem__(self, key: K) -> V:
        return self._loaded[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)


class LazySequence(Sequence[V], Generic[V]):
    """A sequence that `load` returns, called once, at the first look into it."""

    def __init__(self, load: Callable[[], Sequence[V]]) -> None:
        self._load = load

    @cached_property
    def _loaded(self) -> Sequence[V]:
        return self._load()

    @overload
    def __getitem__(self, index: int) -> V: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[V]: ...

    def __getitem__(self, index: Any) -> Any:
        return self._loaded[index]

    def __len__(self) -> int:
        return len(self._loaded)
