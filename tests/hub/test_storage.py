from fieldapp.hub.storage import chunks
from tests.hub.storage_contract import StorageContract


class TestStorage(StorageContract):
    """The contract, on SQLite and on PostgreSQL."""


def test_things_are_parted_into_lists_of_a_size() -> None:
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(chunks((), 2)) == []
