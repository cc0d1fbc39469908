"""All records of a taxon that a protocol's own file is made from are known, with the department they lie in."""

from dataclasses import replace

import pytest

from fieldapp.core.errors import BatchError
from fieldapp.exchange import batch_own
from fieldapp.exchange.formats import formats
from fieldapp.protocols.pop_amphibiens import schema
from fieldapp.store import records, sensitivities
from fieldapp.store.connection import Database
from tests.desk.maps import lay
from tests.exchange.handing_on import ALYTES, CRESTED, PALMATE, edit, ponds, season, seen, visit

AROUND_THE_SECRET_POND = ("62861", "Vimy", 2.82, 50.42, 2.86, 50.46)


def test_the_lines_of_the_years_are_found_whether_anything_is_told_of_them_or_not(db: Database) -> None:
    made = season(db)
    shut = visit(made["secret"], made["who"], made["dataset"], "2026-04-02")
    shut = replace(shut, data={**shut.data, "accessibility": "Non"})
    earlier = visit(made["pond"], made["who"], made["dataset"], "2025-04-02")
    untold, old = seen(shut, CRESTED, 9), seen(earlier, PALMATE, 1)
    deleted = seen(shut, ALYTES, 1)
    records.save(db, [shut, earlier, untold, old, deleted], "de plus")
    records.delete(db, deleted.uid, "supprimer")
    form = formats(db.protocols)["shf"]
    own = {made[name].uid for name in ("toads", "palmate", "more", "crested", "others")} | {untold.uid}
    found = batch_own.lines(db, form, ponds(first_on="2026-01-01", last_on="2026-12-31"))
    assert {one.uid for one in found} == own
    assert all(one.is_line for one in found)
    assert {one.uid for one in batch_own.lines(db, form, ponds())} == own | {old.uid}
    with pytest.raises(BatchError, match="une année entière"):
        batch_own.lines(db, form, ponds(first_on="2026-02-01"))


def test_a_rule_of_another_department_hides_only_where_the_department_is_not_known(db: Database) -> None:
    made = season(db)
    form = formats(db.protocols)["shf"]
    sensitivities.replace_list(db, "test", [(CRESTED, "34", 2), (ALYTES, "", 0)])
    assert batch_own.hidden(db, batch_own.lines(db, form, ponds())) == {CRESTED}
    lay(db, "commune", [AROUND_THE_SECRET_POND])
    found = batch_own.lines(db, form, ponds())
    assert {one.department for one in found if one.cd_nom == CRESTED} == {"62"}
    assert batch_own.hidden(db, found) == set()
    edit(db, made["secret"], longitude=0.0)
    assert batch_own.hidden(db, batch_own.lines(db, form, ponds())) == {CRESTED}
    sensitivities.replace_list(db, "test", [(CRESTED, "62", 0)])
    assert batch_own.hidden(db, batch_own.lines(db, form, ponds())) == set()
    assert form.protocol == schema.CODE
