"""What a request may hold is counted before any of it takes memory."""

import tracemalloc

import msgspec
import pytest
import zstandard

from fieldapp.core.ids import new_uid
from fieldapp.sync import wire
from fieldapp.sync.wire import Action, Answer, Change, Request, WireError


def packed(text: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1, write_content_size=True).compress(text)


def of_many(name: str, item: bytes, count: int) -> bytes:
    return packed(b'{"format":1,"replica":"r","' + name.encode() + b'":[' + b",".join([item] * count) + b"]}")


def refusal(data: bytes) -> str:
    with pytest.raises(WireError) as caught:
        wire.unpack(data, Request)
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("actions", b'["","","","",""]'),
        ("changes", b'["","","","","",0,"",[],1,1]'),
        ("confirm", b'"ab"'),
        ("claims", b'"ab"'),
    ],
)
def test_a_message_of_nothings_is_refused_before_it_takes_the_memory(name: str, item: bytes) -> None:
    data = of_many(name, item, 50_000_000 // len(item))
    tracemalloc.start()
    try:
        assert refusal(data) == "changes"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * wire.MAX_BYTES


@pytest.mark.parametrize(
    ("name", "item", "most", "code"),
    [
        ("actions", b'["","","","",""]', wire.MAX_CHANGES, "changes"),
        ("confirm", b'"v"', wire.MAX_CONFIRMED, "request"),
        ("claims", b'"TX"', wire.MAX_NAMES, "request"),
        ("releases", b'"TX"', wire.MAX_NAMES, "request"),
    ],
)
def test_each_list_of_a_request_has_its_limit(name: str, item: bytes, most: int, code: str) -> None:
    assert len(getattr(wire.unpack(of_many(name, item, most), Request), name)) == most
    assert refusal(of_many(name, item, most + 1)) == code


def test_a_request_is_shorter_than_an_answer_may_be() -> None:
    text = b'{"format":1,"replica":"r","project":"p","padding":"' + b"x" * wire.MAX_BYTES + b'"}'
    assert refusal(packed(text)) == "size"
    assert wire.unpack(packed(text), Answer).project == "p"


def test_the_fullest_message_of_a_laptop_passes() -> None:
    action = Action(new_uid(), "saisie", "", new_uid(), "2026-04-12T20:00:00.000Z")
    values = msgspec.Raw(msgspec.json.encode({f"field_{place}": f"value {place}" for place in range(30)}))
    uid = new_uid()
    change = Change(uid, uid, "banding", "capture", "1.0", 0, uid, (uid,), values, values)
    request = Request(replica=uid, actions=[action], changes=[change] * wire.MAX_CHANGES)
    assert len(wire.unpack(wire.pack(request), Request).changes) == wire.MAX_CHANGES


@pytest.mark.parametrize("text", [b'{"format":2,"replica":"r"}', b'{"format":2,"replica":{"another":"shape"}}'])
def test_a_later_form_is_told_from_nonsense(text: bytes) -> None:
    assert refusal(packed(text)) == "format"
    assert refusal(packed(text.replace(b"2", b"1").replace(b'"r"', b"5"))) == "json"


@pytest.mark.parametrize("number", [-1, -(2**63), -(2**70), 2**63, 2**70])
@pytest.mark.parametrize("name", ["cursor", "limit"])
def test_a_number_that_no_database_holds_makes_no_message(name: str, number: int) -> None:
    data = packed(b'{"replica":"r","%s":%d}' % (name.encode(), number))
    with pytest.raises(WireError, match="json"):
        wire.unpack(data, Request)
    good = packed(b'{"replica":"r","%s":%d}' % (name.encode(), 2**63 - 1))
    assert getattr(wire.unpack(good, Request), name) == 2**63 - 1
