"""A protocol of photos alone."""

from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Entity, Field, Kind, StudyProtocol, Values
from tests.store.ponds import no_taxa


def _name(values: Values) -> str:
    return str(values.get("file_name", ""))


PHOTO = Entity(
    "photo",
    "Photo",
    "Photos",
    None,
    (Field("sha256", Kind.TEXT, "Empreinte", hidden=True), Field("file_name", Kind.TEXT, "Fichier")),
    _name,
    indexed=("sha256",),
)
KEEPSAKES = StudyProtocol("keepsakes", "1.0", "Photos", (PHOTO,), {}, {}, no_taxa)


def keepsake(sha256: str) -> Record:
    """Return a record that names a photo."""
    return make_record("keepsakes", PHOTO, {"sha256": sha256, "file_name": "photo.jpg"}, None)
