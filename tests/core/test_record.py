from fieldapp.core.ids import is_uid
from fieldapp.core.record import Node, Record, make_record, with_data
from fieldapp.core.schema import Entity, Field, Kind

VISIT = Entity(
    code="visit",
    label="Passage",
    label_plural="Passages",
    parent="site",
    fields=(Field("day", Kind.DATE, "Date"), Field("taxon", Kind.TAXON, "Espèce"), Field("note", Kind.TEXT, "Note")),
    title=str,
    date_field="day",
    taxon_field="taxon",
)


def test_a_new_record_gets_a_uid_and_leaves_unfilled_fields_out() -> None:
    made = make_record("p", VISIT, {"day": "2026-04-14", "note": "", "taxon": None, "people": [], "zero": 0}, "parent")
    assert is_uid(made.uid)
    assert made.data == {"day": "2026-04-14", "zero": 0}
    assert (made.parent, made.deleted) == ("parent", False)


def test_two_new_records_are_never_the_same() -> None:
    assert make_record("p", VISIT, {}, None).uid != make_record("p", VISIT, {}, None).uid


def test_date_and_taxon_are_repeated_for_the_index() -> None:
    made = make_record("p", VISIT, {"day": "2026-04-14", "taxon": 259}, None, "u")
    assert (made.uid, made.on_date, made.cd_nom) == ("u", "2026-04-14", 259)


def test_other_values_keep_uid_and_version_and_move_the_index() -> None:
    before = Record("u", "p", "visit", "s", {"day": "2026-04-14"}, "2026-04-14", None, deleted=True)
    after = with_data(before, VISIT, {"day": "2026-04-15", "taxon": 259})
    assert (after.uid, after.deleted, after.on_date, after.cd_nom) == ("u", True, "2026-04-15", 259)
    assert before.data == {"day": "2026-04-14"}


def test_a_removed_record_keeps_its_values() -> None:
    record = make_record("p", VISIT, {"note": "x"}, None)
    assert record.removed().deleted
    assert record.removed().data == record.data


def test_walking_a_tree_finds_every_record_of_an_entity_in_order() -> None:
    def node(uid: str, entity: str, *children: Node) -> Node:
        return Node(Record(uid, "p", entity, None, {}), list(children))

    tree = node("g", "sites_group", node("a", "site", node("1", "visit")), node("b", "site", node("2", "visit")))
    assert [found.record.uid for found in tree.walk("visit")] == ["1", "2"]
    assert [found.record.uid for found in tree.walk("sites_group")] == ["g"]
    assert [*tree.walk("observation")] == []
