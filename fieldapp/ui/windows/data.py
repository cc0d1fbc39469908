"""The page "data": every line of a protocol in one table, and the choice of the protocol where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.windows.data_list import DataList, is_large
from fieldapp.ui.windows.listed import in_use


class DataPage(PageWidget):
    """The list of one protocol at a time; the columns differ, so another protocol's list is built anew."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._list: DataList | None = None
        self._shown: tuple[str, tuple[str, ...], bool] = ("", (), False)
        self._box = theme.column()
        self.setLayout(self._box)

    def open(self, **params: Any) -> None:
        """Show the lines of `protocol` (by default those shown before) with the filter asked for.

        A filter without a protocol (letters, a place) is one of the first protocol.
        """
        protocols = in_use(self._context.services.db)
        codes = [item.code for item in protocols]
        before, default = self._shown[0], codes[0]
        code = params.pop("protocol", None) or (default if params or before not in codes else before)
        if code not in codes:
            protocols = [*protocols, self._context.services.protocols[code]]
            codes.append(code)
        is_tall = is_large() and (len(codes) > 1 or self._context.services.protocols[code].form is None)
        wanted = (code, tuple(codes), is_tall)
        if self._list is None or wanted != self._shown:
            self._shown = wanted
            self._replace(DataList(self._context, self._context.services.protocols[code], protocols, is_tall=is_tall))
        assert self._list is not None
        self._list.open(params)

    def _replace(self, fresh: DataList) -> None:
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
