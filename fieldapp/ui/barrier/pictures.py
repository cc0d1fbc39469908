"""What the pictures of the barrier show: the demonstration seasons, and a spring that goes on until this morning."""

from __future__ import annotations

import csv
import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier.schema import (
    BOTH_SEXES,
    CAMPAIGN,
    CODE,
    INDIVIDUAL,
    OBSERVATION,
    PHOTO,
    SITE,
    VISIT,
    WEATHER,
)
from fieldapp.store import media, records
from fieldapp.store.connection import Database

ENTER = "\r"
"""What stands for the key Enter in what is typed."""

LIKE = 2019
"""The season of the demonstration that the spring of the pictures repeats, day by day."""

NEWT = "TC-006"
"""A crested newt of the demonstration that came back again and again."""

TOAD = 259
"""Crapaud commun (cd_nom)."""

WEATHER_FILE = "meteo-2022.csv"
"""The name of the weather file of the pictures, in the home of whoever takes them."""

WITHOUT_WEATHER = 8
"""For so many days before today the weather was left to the file."""

FORGOTTEN = (3, 11)
"""How many days ago nobody looked and nobody said why."""

FIGURES = (("jours", "j"), ("carte", "k"), ("tendance", "t"), ("dates", "b"), ("effort", "e"))
"""The figures of the analyses after the first one, by their keys."""

CLOSED, PAIRED = "5", "9"
"""The bucket that is closed on the morning of the pictures, and the one with a pair in it."""

MOST = 6
"""Catches of the morning of the pictures, before the pair and the newt."""

_EXIF_IFD, _TAKEN = 0x8769, 0x9003  # Exif 2.32, 4.6.3: Exif IFD, DateTimeOriginal


@dataclass(frozen=True, slots=True)
class Spring:
    """The barrier of the pictures, its morning with several species, one not looked into, the newt, and today."""

    site: str
    full: str
    missed: str
    newt: str
    today: str


def begin_spring(db: Database, on: str) -> Spring | None:
    """Save a campaign of the year of `on` with its mornings until the day before, and photos of the newt.

    Without the season that it repeats there is nothing to repeat: None.
    """
    if not (sites := records.roots(db, CODE, SITE.code)):
        return None
    site = sites[0]
    before = records.below_on(db, site.uid, f"{LIKE}-01-01", f"{LIKE}-12-31")
    if not before:
        return None
    year = int(on[:4])
    days = {"opened_on": f"{year}-02-01", "closed_on": f"{year}-06-15"}
    made = [make_record(CODE, CAMPAIGN, days, site.uid, name_uid("campaign", f"{site.uid} {year}"))]
    forgotten = {str(date.fromisoformat(on) - timedelta(days=ago)) for ago in FORGOTTEN}
    dry = str(date.fromisoformat(on) - timedelta(days=WITHOUT_WEATHER))
    for visit in before:
        day = f"{year}{(visit.on_date or '')[4:]}"
        if day < on and day not in forgotten:
            made += _again(db, visit, day, with_weather=day < dry)
    records.save(db, made, f"Barrière, {year}")
    spring = spring_of(db, on)
    if spring is not None:
        _enrich(db, spring)
        photograph(db, spring.newt)
    return spring


def write_weather(db: Database, path: Path, on: str) -> None:
    """Write the weather of the season that is repeated as a file of the days of this one, in the words of a station."""
    site = records.roots(db, CODE, SITE.code)[0]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(("Date", "Pluie (mm)", "Tn (°C)", "Tx (°C)"))
        for visit in records.below_on(db, site.uid, f"{LIKE}-02-01", f"{LIKE}{on[4:]}"):
            month, day = (visit.on_date or "")[5:7], (visit.on_date or "")[8:]
            told = [
                str(visit.data.get(name, "")).replace(".", ",") for name in ("rain_mm", "night_min_c", "night_max_c")
            ]
            rows.writerow((f"{day}/{month}/{on[:4]}", *told))


def _again(db: Database, visit: Record, day: str, *, with_weather: bool) -> list[Record]:
    """Return a morning like the one given, with what lay in the buckets, on another day."""
    told = {name: value for name, value in visit.data.items() if with_weather or name not in WEATHER} | {
        "check_on": day
    }
    if told["state"] == "missed":
        told["reason"] = "weather"
    copy = make_record(CODE, VISIT, told, visit.parent)
    return [
        copy,
        *(make_record(CODE, OBSERVATION, line.data, copy.uid) for line in records.children(db, [visit.uid])),
    ]


def _enrich(db: Database, spring: Spring) -> None:
    """Close a bucket and put a pair into another on the morning of the pictures, and let the newt come in."""
    visit = records.below_on(db, spring.site, spring.full, spring.full)[0]
    caught = {"stage": "2", "direction": "in", "vitality": "alive"}
    pair = {**caught, "bucket": PAIRED, "cd_nom": TOAD, "sex": BOTH_SEXES, "count": 2, "amplexus": True}
    newt = records.get(db, spring.newt)
    told = {"bucket": "12", "cd_nom": newt.data["cd_nom"], "sex": "3", "count": 1} if newt else {}
    below = records.children(db, [visit.uid])
    is_here = any(line.data.get("individual") == spring.newt for line in below)
    lines = [pair, {**caught, **told, "individual": spring.newt}] if told and not is_here else [pair]
    kept = [line for line in below if line.data.get("bucket") == CLOSED]
    closed = make_record(CODE, VISIT, {**visit.data, "closed_buckets": [CLOSED]}, visit.parent, visit.uid)
    moved = [make_record(CODE, OBSERVATION, {**line.data, "bucket": "4"}, visit.uid, line.uid) for line in kept]
    fresh = [make_record(CODE, OBSERVATION, line, visit.uid) for line in lines]
    records.save(db, [closed, *moved, *fresh], f"Matin du {spring.full}")


def spring_of(db: Database, on: str) -> Spring | None:
    """Return the mornings of the pictures in the year of `on`; None where the database has none."""
    for site in records.roots(db, CODE, SITE.code):
        visits = records.below_on(db, site.uid, f"{on[:4]}-01-01", on)
        newts = [item for item in records.undated(db, [site.uid]) if item.entity == INDIVIDUAL.code]
        if visits and newts:
            below = records.child_tally(db, [visit.uid for visit in visits], OBSERVATION.code, "cd_nom")
            full = max(visits, key=lambda visit: _worth(visit, below.get(visit.uid, {})))
            missed = [visit.on_date or "" for visit in visits if visit.data.get("state") == "missed"]
            newt = next((item for item in newts if item.data.get("individual_name") == NEWT), newts[0])
            return Spring(site.uid, full.on_date or "", missed[-1] if missed else on, newt.uid, on)
    return None


def _worth(visit: Record, taxa: Mapping[Any, int]) -> tuple[bool, int, str]:
    """Return a large value for the morning to picture: several species and no crowd; first of all the one made so."""
    return bool(visit.data.get("closed_buckets")), len(taxa) if sum(taxa.values()) <= MOST else 0, visit.on_date or ""


# ------------------------------------------------------------------------------------------------- photos


def photograph(db: Database, newt: str) -> list[Record]:
    """Save a drawn photo of its belly for each capture of an individual that has none, and return their records."""
    found = records.placed(db, records.by_field(db, CODE, OBSERVATION.code, "individual", [newt]))
    name = str((records.get_many(db, [newt])[newt]).data["individual_name"])
    made = []
    with tempfile.TemporaryDirectory(prefix="fieldapp-belly-") as folder:
        for number, line in enumerate(found):
            if records.children(db, [line.uid]):
                continue
            on = line.parents[VISIT.code].on_date or ""
            path = Path(folder) / f"{name} {on}.jpg"
            draw_belly(path, name, number, f"{on.replace('-', ':')} 07:{10 + number}:00")
            kept = media.keep(db, path)
            values = {"sha256": kept.sha256, "file_name": kept.file_name, "taken_at": kept.taken_at, "view": "belly"}
            made.append(make_record(CODE, PHOTO, values, line.uid))
    records.save(db, made, f"Photos de {name}")
    return made


def draw_belly(path: Path, name: str, number: int, taken_at: str) -> None:
    """Write a JPEG of an orange belly with black blotches: the same pattern for a name, held otherwise each time."""
    pattern, hold = Random(name), Random(f"{name} {number}")  # noqa: S311 - a drawing, no secret
    wide, high = 900, 1200
    image = Image.new("RGB", (wide, high), (92 + hold.randrange(30), 104, 92))
    draw = ImageDraw.Draw(image)
    body = (wide * 0.30, high * 0.12, wide * 0.70, high * 0.88)
    draw.ellipse(body, fill=(236, 140 + hold.randrange(25), 32))
    for _blotch in range(26):
        angle, far = pattern.uniform(0, 2 * math.pi), math.sqrt(pattern.random()) * 0.86
        x, y = wide / 2 + far * math.cos(angle) * wide * 0.2, high / 2 + far * math.sin(angle) * high * 0.38
        across, along = pattern.uniform(14, 44), pattern.uniform(14, 58)
        draw.ellipse((x - across, y - along, x + across, y + along), fill=(28, 24, 22))
    turned = image.rotate(hold.uniform(-9, 9), Image.Resampling.BICUBIC, fillcolor=(96, 104, 92))
    exif = Image.Exif()
    exif.get_ifd(_EXIF_IFD)[_TAKEN] = taken_at
    turned.filter(ImageFilter.GaussianBlur(1.6)).save(path, "JPEG", quality=88, exif=exif)


# ------------------------------------------------------------------------------------------------- pages


def scenes(spring: Spring, *, every: bool) -> Iterator[tuple[str, str, dict[str, object], str]]:
    """Yield the name of each picture, its page with parameters, and what is typed there."""
    here: dict[str, object] = {"site": spring.site}
    year = int(spring.today[:4])
    yield "barriere", "barrier", here, ""
    yield "matin", "morning", {**here, "on": spring.full}, ""
    if every:
        yield "matin-vide", "morning", {**here, "on": spring.today}, ""
        yield "matin-non-releve", "morning", {**here, "on": spring.missed}, ""
        yield "barriere-fiche", "barrier_sheet", here, ""
        yield "barriere-nouvelle", "barrier_sheet", {"new": True}, ""
        yield "meteo", "weather", here, f"~/{WEATHER_FILE}{ENTER}"
        yield "individus", "individuals", here, ""
        yield "analyses-barriere", "analyses", {"protocol": CODE, "year": year}, ""
        for name, key in FIGURES:
            yield f"analyses-barriere-{name}", "", {}, key
    yield "individu", "individual", {"uid": spring.newt}, ""
    yield "donnees-barriere", "data", {"protocol": CODE, "year": year}, ""
    if every:
        yield "a-finir-barriere", "data", {"protocol": CODE, "incomplete": True}, ""


def pages(db: Database) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every page of the barrier with parameters that fill it from the demonstration."""
    site = records.roots(db, CODE, SITE.code)[0]
    newest = records.dated(db, CODE, VISIT.code, f"{LIKE}-03-01", f"{LIKE}-12-31")[0]
    [newt] = records.by_field(db, CODE, INDIVIDUAL.code, "individual_name", [NEWT])
    here: dict[str, object] = {"site": site.uid}
    yield "barrier", {}
    yield "barrier", here
    yield "morning", here
    yield "morning", {**here, "on": newest.on_date}
    yield "barrier_sheet", here
    yield "barrier_sheet", {"new": True}
    yield "weather", here
    yield "individuals", here
    yield "individual", {"uid": newt.uid}
    yield "data", {"protocol": CODE}
    yield "analyses", {"protocol": CODE}
    for uid in (site.uid, newest.uid, newt.uid):
        yield "history", {"uid": uid}
