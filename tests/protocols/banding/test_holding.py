"""Who holds which string: the words, and when a string may be in two hands."""

from fieldapp.protocols.banding.holding import ALONE, Holding, table_words


def test_a_table_is_named_where_its_name_is_known() -> None:
    assert table_words("PC de Marie") == "l’autre table (PC de Marie)"
    assert table_words("") == "l’autre table"


def test_a_string_is_unsure_only_while_it_is_shared_and_nobody_is_known_to_hold_it() -> None:
    shared = Holding({"theirs": ""}, frozenset({"ours"}), is_shared=True)
    assert [uid for uid in ("theirs", "ours", "free") if shared.is_unsure(uid)] == ["free"]
    assert not ALONE.is_unsure("free")
