from collections.abc import Callable

import pytest

from fieldapp.core.ids import new_uid
from fieldapp.core.merging import Rival
from fieldapp.hub.errors import StorageError
from fieldapp.hub.opening import open_storage
from tests.hub.storage_contract import add, make_change


@pytest.mark.postgresql
def test_a_server_that_starts_anew_costs_one_batch_and_no_number(
    postgresql_url: str, restart_postgresql: Callable[[], None]
) -> None:
    storage = open_storage(postgresql_url)
    storage.migrate()
    project = storage.add_project("LPO").uid
    add(storage, project, make_change())

    def add_across_a_restart() -> None:
        with storage.working(project) as work:
            work.add_changes([make_change()])
            restart_postgresql()
            work.add_changes([make_change()])

    with pytest.raises(StorageError) as raised:
        add_across_a_restart()
    assert raised.value.again
    with storage.reading(project) as reading:
        assert reading.last() == 1
    restart_postgresql()
    add(storage, project, make_change())
    with storage.reading(project) as reading:
        assert [item.number for item in reading.changes_after(0, "", (), 10)] == [1, 2]
    storage.close()


@pytest.mark.postgresql
def test_a_text_that_no_index_takes_is_not_tried_again(postgresql_url: str) -> None:
    storage = open_storage(postgresql_url)
    storage.migrate()
    project = storage.add_project("LPO").uid
    long = "".join(new_uid() for _part in range(300))

    def dispute() -> None:
        with storage.working(project) as work:
            work.put_disputes({new_uid(): {long: (Rival("c1", 1),)}})

    with pytest.raises(StorageError, match="aussi long") as raised:
        dispute()
    assert not raised.value.again
    storage.close()
