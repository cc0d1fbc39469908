from fieldapp.protocols.occasional import schema


def test_a_list_is_a_root_with_a_date_and_its_lines_have_a_taxon() -> None:
    assert schema.VISIT.parent is None
    assert schema.VISIT.date_field == "visit_date_min"
    assert (schema.OBSERVATION.parent, schema.OBSERVATION.taxon_field) == ("visit", "cd_nom")


def test_a_line_that_says_nothing_of_it_is_of_something_seen() -> None:
    assert schema.present({})
    assert not schema.present({schema.STATUS: "No"})
    assert not schema.OBSERVATION.by_name[schema.STAGE].is_relevant({schema.STATUS: "No"})


def test_coded_fields_hold_the_codes_of_their_nomenclature() -> None:
    for name in schema.NOMENCLATURES:
        assert schema.OBSERVATION.by_name[name].choices, name


def test_a_list_is_named_by_its_day_and_place() -> None:
    assert schema.VISIT.title({"visit_date_min": "2026-04-14", "place_name": "Vimy"}) == "2026-04-14 Vimy"
