"""A database of a few records of barriers, without a database."""

from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier import lists
from tests.protocols.few_records import FewRecords


class Here(FewRecords):
    """A few records, and the taxa of the barrier."""

    def __init__(self, *found: Record) -> None:
        super().__init__(lists.taxa(), *found)
