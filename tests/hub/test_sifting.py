"""What of a request makes sense by itself; what becomes of it beside what is stored stands in test_applying.py."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from fieldapp.core.ids import is_uid, new_uid
from fieldapp.hub.sifting import NAME_LENGTH, is_sound, is_text, read
from fieldapp.sync import wire
from fieldapp.sync.wire import Action, Change


def change(after: bytes, before: bytes = b"null", base: tuple[str, ...] = (), **given: Any) -> Change:
    uid = new_uid()
    raw = msgspec.Raw
    made = Change(new_uid(), uid, "banding", "capture", "1", 0, uid, base, raw(before), raw(after))
    return msgspec.structs.replace(made, **given)


def packed(values: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(values)


def test_what_a_change_sets_is_read() -> None:
    values = {"ring": "É1", "_parent": new_uid(), "_deleted": True, "f" * NAME_LENGTH: None}
    assert read(change(packed(values))) == values
    assert read(change(packed(values), b'{"ring":null}', (new_uid(), new_uid()))) == values


@pytest.mark.parametrize(
    "name", ["f" * (NAME_LENGTH + 1), "a\0b"], ids=["too long", "with a sign that no database has room for"]
)
def test_a_field_whose_name_can_not_be_kept_makes_no_sense_before_nor_after(name: str) -> None:
    assert read(change(packed({name: 1}))) is None
    assert read(change(b"{}", packed({name: 1}), (new_uid(),))) is None


def test_a_record_does_not_lie_below_itself() -> None:
    uid = new_uid()
    assert read(change(packed({"_parent": uid}), record=uid)) is None


def test_what_was_made_has_no_base_and_what_was_altered_has_one() -> None:
    assert read(change(b"{}", b"null", (new_uid(),))) is None
    assert read(change(b"{}", b"{}", ())) is None
    assert read(change(b"{}", wire.NOTHING, ())) == {}


@pytest.mark.parametrize("place", range(5))
def test_an_action_is_sound_when_each_of_its_words_can_be_kept(place: int) -> None:
    words = [new_uid(), "Saisie", "", new_uid(), "2026-05-01T06:00:00.000Z"]
    assert is_sound(Action(*words))
    for wrong in ("a\0b", "x" * 10_001):
        assert not is_sound(Action(*[wrong if place == number else word for number, word in enumerate(words)]))


def test_uids_and_texts_are_told_from_what_only_looks_like_them() -> None:
    assert is_uid(new_uid())
    assert not any(map(is_uid, ("", "x", new_uid() + "\n", f"{new_uid()} {new_uid()}", new_uid()[:-1])))
    assert is_text("x" * 5, 5)
    assert not is_text("x" * 6, 5)
    assert not is_text("\0", 5)
