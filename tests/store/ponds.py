"""A small protocol with a tree of four levels, and short ways to make its records."""

from collections.abc import Sequence

from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Entity, Field, Kind, StudyProtocol, Taxon, Values
from fieldapp.store.connection import Database, open_database


def _name(values: Values) -> str:
    return str(values.get("name", ""))


def no_taxa() -> Sequence[Taxon]:
    return ()


GROUP = Entity("group", "Aire", "Aires", None, (Field("name", Kind.TEXT, "Nom"),), _name)
SITE = Entity("site", "Mare", "Mares", "group", (Field("name", Kind.TEXT, "Nom"),), _name)
VISIT = Entity(
    "visit",
    "Passage",
    "Passages",
    "site",
    (
        Field("visited_on", Kind.DATE, "Date"),
        Field("passage", Kind.INTEGER, "Passage"),
        Field("methods", Kind.CHOICES, "Méthodes"),
        Field("dry", Kind.BOOLEAN, "À sec"),
        Field("comments", Kind.LONG_TEXT, "Remarque"),
    ),
    _name,
    date_field="visited_on",
)
SEEN = Entity(
    "seen",
    "Observation",
    "Observations",
    "visit",
    (Field("cd_nom", Kind.TAXON, "Espèce"), Field("count", Kind.INTEGER, "Nombre"), Field("note", Kind.TEXT, "Note")),
    _name,
    taxon_field="cd_nom",
)
PONDS = StudyProtocol("ponds", "1.2", "Mares", (GROUP, SITE, VISIT, SEEN), {}, {}, no_taxa)


def make(entity: str, parent: Record | None = None, **data: object) -> Record:
    """Return a new record of the small protocol."""
    return make_record("ponds", PONDS.entity(entity), data, parent.uid if parent else None)


def reopen(db: Database, protocols: Sequence[StudyProtocol] = (PONDS,)) -> Database:
    """Return the same database, closed and opened again."""
    db.close()
    return open_database(db.path, protocols, db.author)
