"""The files of banding: under which code each is read and written, and what may be asked of it."""

from fieldapp.protocols.banding import crbpo
from fieldapp.protocols.banding.crbpo_reading import CrbpoParser
from fieldapp.protocols.banding.exchange import EXPORTS, IMPORTS, sessions_to_finish

BY_CODE = {item.code: item for item in EXPORTS}


def test_every_file_has_a_code_and_a_name_of_its_own() -> None:
    assert len(BY_CODE) == len(EXPORTS)
    assert len({item.filename for item in EXPORTS}) == len(EXPORTS)
    assert all(item.label for item in EXPORTS)
    assert all(item.label for item in IMPORTS)
    assert {item.dated_entity for item in EXPORTS} == {"visit"}


def test_what_is_written_for_the_crbpo_can_be_read_again() -> None:
    (reading,) = (item for item in IMPORTS if item.code == "crbpo")
    writing = BY_CODE["crbpo"]
    assert writing.separator == reading.separator
    for version in writing.layouts():
        names = {column.name for column in crbpo.layouts()[version]}
        assert set(reading.required or ()) <= names <= set(reading.columns)


def test_a_crbpo_table_comes_from_many_hands_and_may_be_put_right() -> None:
    (reading,) = (item for item in IMPORTS if item.code == "crbpo")
    assert not reading.is_strict
    assert {reading.separator, *reading.separators} == {";", ",", "\t"}
    assert reading.parser is CrbpoParser
    assert reading.mender is not None
    assert reading.mender is not reading.parser


def test_a_theme_may_be_asked_of_the_files_of_captures_and_a_layout_of_the_crbpo_s() -> None:
    assert {code for code, item in BY_CODE.items() if "theme" in item.options} >= {"crbpo", "euring"}
    assert [code for code, item in BY_CODE.items() if "layout" in item.options] == ["crbpo"]
    assert next(iter(BY_CODE["crbpo"].layouts())) == crbpo.USUAL_LAYOUT


def test_unfinished_sessions_are_told_in_words() -> None:
    assert sessions_to_finish(1).startswith("1 séance sans capture")
    assert sessions_to_finish(3).startswith("3 séances sans capture")
