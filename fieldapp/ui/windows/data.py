"""The page "data": every line of a protocol in one table, or those of all of them, and the choice between these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.data.choice import ALL
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.windows.data_list import DataList
from fieldapp.ui.windows.listed import in_use

if TYPE_CHECKING:
    from fieldapp.ui.data.all_list import AllList


class DataPage(PageWidget):
    """The list of one protocol at a time, or that of all; the columns differ, so another list is built anew."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._list: DataList | AllList | None = None
        self._shown: tuple[str, tuple[str, ...], int] = (ALL, (), 0)
        self._box = theme.column()
        self.setLayout(self._box)

    def open(self, **params: Any) -> None:
        """Show the lines of `protocol` ("": of all; by default those shown before) with the filter asked for.

        A filter without a protocol (letters, a place) is one of the first protocol.
        """
        services = self._context.services
        protocols = in_use(services.db)
        codes = [item.code for item in protocols]
        before = self._shown[0] if self._list is not None else codes[0]
        code = params.pop("protocol", None)
        if code is None:
            code = codes[0] if params or before not in {*codes, ALL} else before
        if code != ALL and code not in codes:
            protocols = [*protocols, services.protocols[code]]
            codes.append(code)
        wanted = (code, tuple(codes), theme.text_px())
        if self._list is None or wanted != self._shown:
            self._shown = wanted
            self._replace(self._made(code, protocols))
        assert self._list is not None
        self._list.open(params)

    def _made(self, code: str, protocols: Sequence[StudyProtocol]) -> DataList | AllList:
        if code != ALL:
            protocol = self._context.services.protocols[code]
            return DataList(self._context, protocol, protocols)
        from fieldapp.ui.data.all_list import AllList  # brings numpy: the other lists need none

        return AllList(self._context, protocols)

    def _replace(self, fresh: DataList | AllList) -> None:
        old, self._list = self._list, fresh
        if old is not None:
            old.leaving()
            self._box.removeWidget(old)
            old.setParent(None)
            old.deleteLater()
        self._box.addWidget(fresh)
        fresh.retitled.connect(lambda words: self.set_title(_("Données"), words))
        fresh.other.connect(lambda code: self.open(protocol=code))

    def go_back(self) -> bool:
        """Cancel the check that goes on."""
        return self._list is not None and self._list.go_back()

    def leaving(self) -> None:
        """Give up the check that goes on."""
        if self._list is not None:
            self._list.leaving()

    def undo_state(self) -> dict[str, Any]:
        """Return the protocol and the filter, so that Back shows the same list."""
        return self._list.shown() if self._list is not None else {}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return self._list.keys() if self._list is not None else ()
