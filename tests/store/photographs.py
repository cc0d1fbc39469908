"""Pictures made for the tests: a newt's belly drawn by Pillow, with the EXIF of a camera."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw

ORIENTATION, EXIF_IFD, TAKEN, OFFSET = 0x0112, 0x8769, 0x9003, 0x9011


def belly(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Return a picture of an orange belly with black spots; another seed is another animal."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, "#5B6B4A")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rounded_rectangle(
        (width * 0.08, height * 0.25, width * 0.92, height * 0.75), height * 0.24, fill=(226, 120 + seed * 7 % 60, 40)
    )
    for _spot in range(28):
        x, y = chance.uniform(0.12, 0.86) * width, chance.uniform(0.28, 0.68) * height
        wide, high = chance.uniform(0.01, 0.06) * width, chance.uniform(0.02, 0.09) * height
        draw.ellipse((x, y, x + wide, y + high), fill="#1C1A17")
    return image


def photograph(
    path: Path, seed: int = 1, *, taken: str = "", offset: str = "", turned: int = 0, size: tuple[int, int] = (640, 480)
) -> Path:
    """Write a photo and return its path; `taken` and `offset` as EXIF writes them, `turned` an EXIF orientation."""
    image = belly(seed, size)
    exif = Image.Exif()
    inner = exif.get_ifd(EXIF_IFD)
    if taken:
        inner[TAKEN] = taken
    if offset:
        inner[OFFSET] = offset
    if turned:
        exif[ORIENTATION] = turned
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, exif=exif)
    return path
