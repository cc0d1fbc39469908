"""Photos in words: what is seen on them, when they were taken, whether that fits the morning; and as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fieldapp.core.dates import in_numbers
from fieldapp.core.ids import is_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.schema import CODE, PHOTO
from fieldapp.store.media import Media

VIEW_KEYS: Mapping[str, str] = {"belly": "V", "back": "D", "other": "A"}
"""The letter of each view: those of the French words ventre, dos, autre."""

BELLY = "belly"

FROM = "path"
"""The value that only a photo on its way has: where its file is copied from. It is never stored with a record."""

_UID = "uid"


def view_words(values: Mapping[str, Any]) -> str:
    """Return "ventre", "dos" or "autre"; "" where nobody has said."""
    choice = PHOTO.by_name["view"].choice(values.get("view")) if values.get("view") else None
    return _(choice.short or choice.label) if choice else ""


def taken_on(values: Mapping[str, Any]) -> date | None:
    """Return the day on which the photo was taken by the camera's clock; None where it is not told."""
    try:
        return date.fromisoformat(str(values.get("taken_at") or "")[:10].replace(":", "-"))
    except ValueError:
        return None


def taken_words(values: Mapping[str, Any], *, near: str = "") -> str:
    """Return "18/03 à 07:41", with the year unless it is that of the ISO date `near`; "" where it is not told."""
    day = taken_on(values)
    if day is None:
        return ""
    words = in_numbers(day)
    if near[:4] == f"{day.year:04}":
        words = words[:5]
    time = str(values["taken_at"])[11:16]
    return _("{day} à {time}").format(day=words, time=time) if len(time) == len("07:41") else words


def is_of_another_day(values: Mapping[str, Any], morning: str) -> bool:
    """Return whether the camera says another day than that of the morning (ISO date) or the evening before it."""
    day = taken_on(values)
    try:
        return day is not None and (date.fromisoformat(morning) - day).days not in {0, 1}
    except ValueError:
        return False


def values_of(media: Media, who: str) -> dict[str, Any]:
    """Return the values of the photo of a file that is kept now; `who` saves it (uid of a person, or anything else)."""
    found: dict[str, Any] = {"sha256": media.sha256, "file_name": media.file_name}
    if media.taken_at:
        found["taken_at"] = media.taken_at
    if is_uid(who):
        found["author"] = who
    return found


def values_of_record(photo: Record) -> dict[str, Any]:
    """Return the values of a stored photo with its uid, as `photo_records` takes them back."""
    return {**photo.data, _UID: photo.uid}


def is_coming(values: Mapping[str, Any]) -> bool:
    """Return whether the file of the photo is still to be kept: it is no record yet."""
    return FROM in values


def photo_records(observation: Record, stored: Sequence[Record], values: Sequence[Mapping[str, Any]]) -> list[Record]:
    """Return what to save so that the catch has exactly these photos: new, changed and removed ones.

    `stored` are the photos that it has, `values` those that it shall have; what does not differ is not among the
    records, and neither is what is still on its way. A photo that the catch had once comes back as the same record;
    one without a uid is the stored one of the same file, where no other value means that.
    """
    by_uid = {photo.uid: photo for photo in stored}
    meant = {str(item[_UID]) for item in values if _UID in item}
    by_file = {photo.data.get("sha256"): photo for photo in stored if photo.uid not in meant}
    found, kept = [], set()
    for item in values:
        if is_coming(item):
            continue
        data = {name: value for name, value in item.items() if name != _UID}
        known = by_uid.get(str(item[_UID])) if _UID in item else by_file.pop(data.get("sha256"), None)
        if known is None:
            found.append(make_record(CODE, PHOTO, data, observation.uid, item.get(_UID)))
            continue
        kept.add(known.uid)
        fresh = with_data(known, PHOTO, data)
        if fresh != known:
            found.append(fresh)
    return found + [photo.removed() for uid, photo in by_uid.items() if uid not in kept]
