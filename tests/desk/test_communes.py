"""The list of communes is whole, and its middles lie where the communes are."""

import pytest
from pyproj import Geod

from fieldapp.desk import communes


def test_each_commune_lies_in_the_department_that_its_code_says() -> None:
    assert len(communes.listed()) == 24
    assert all(code[:2] == one.department in {"59", "62"} for code, one in communes.listed().items())


def test_a_middle_is_in_the_basin_and_has_a_precision_or_there_is_none() -> None:
    nowhere = []
    for one in communes.listed().values():
        if one.longitude is None or one.latitude is None:
            assert one.longitude is one.latitude is one.precision_m is None
            nowhere.append(one.name)
            continue
        assert one.precision_m == 5000
        assert Geod(ellps="WGS84").inv(2.8332, 50.4289, one.longitude, one.latitude)[2] < 30_000  # from Lens
    assert sorted(nowhere) == ["Estevelles", "Hersin-Coupigny", "Oignies", "Roost-Warendin"]


def test_no_two_communes_of_the_list_have_one_name() -> None:
    for code, one in communes.listed().items():
        assert list(communes.codes_named(communes.name_key(one.name))) == [code]
    assert list(communes.codes_named(communes.name_key("Ailleurs"))) == []


@pytest.mark.parametrize(("typed", "name"), [("HENIN BEAUMONT", "Hénin-Beaumont"), ("l'Étoile", "L’Étoile")])
def test_names_are_compared_without_accents_capitals_and_signs(typed: str, name: str) -> None:
    assert communes.name_key(typed) == communes.name_key(name) != communes.name_key("Lens")
