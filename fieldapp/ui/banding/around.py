"""What stands beside the form of a session: the sessions before at this net set, and the rings that are ready."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from fieldapp.core.parse import show_number
from fieldapp.core.text import _
from fieldapp.protocols.banding import stock
from fieldapp.store import records
from fieldapp.ui import rounds, theme
from fieldapp.ui.banding.overview import known_of, lines_of, stock_by_size
from fieldapp.ui.banding.session_start import Station
from fieldapp.ui.banding.stock_lines import StockLines
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import Card, text_label

SESSIONS_SHOWN = 30
"""Sessions of a net set that are listed, the newest first: two full seasons."""


class AroundCard(QFrame):
    """The newest sessions of a net set, and what is left of each ring size."""

    def __init__(self, services: Services, context: PageContext) -> None:
        super().__init__()
        self._services, self._context = services, context
        columns = [Column(_("Séance"), stretch=True), Column(_("Bagués"), number=True)]
        self.table = RecordTable([*columns, Column(_("Contr."), number=True)], name="session.before")
        self.table.opened.connect(self._open)
        self._none = text_label("", "secondary", wrap=True, name="session.before_none")
        self._card = Card(_("Ici, avant"), "history", name="session.around")
        self._card.add(self._none)
        self._card.add(self.table, 1)
        self._rings = StockLines(name="session.rings")
        rings = Card(_("Bagues prêtes"), "ring")
        rings.add(self._rings)
        box = theme.column(self._card, rings, spacing=theme.M)
        box.setStretch(0, 1)
        self.setLayout(box)

    def show_station(self, station: Station | None, uid: str) -> None:
        """Show what is known of this net set; the session `uid` itself is left out."""
        sessions = [one for one in station.sessions if one.uid != uid][:SESSIONS_SHOWN] if station else []
        found = lines_of(self._services.db, sessions, rounds.today())
        nets = {one.uid: one.data.get("net_m") for one in sessions}
        self.table.show_rows(
            [
                (
                    _words(line.on, " · ".join(filter(None, (line.theme, line.target))), nets[line.uid]),
                    str(line.ringed or "–"),
                    str(line.controls or "–"),
                )
                for line in found
            ],
            keys=[line.uid for line in found],
        )
        self.table.setVisible(bool(found))
        self._none.setVisible(not found)
        self._none.setText(
            _("Première séance à ce dispositif : ce que vous écrivez sera repris à la suivante.")
            if station
            else _("Choisissez un dispositif : ses dernières séances seront ici.")
        )
        self._card.set_title(_("Ici, avant"), str(len(station.sessions)) if station and found else "")
        self._rings.show_sizes(stock_by_size(stock.strings(known_of(self._services))))

    def _open(self, key: object) -> None:
        if isinstance(key, str) and records.get(self._services.db, key) is not None:
            self._context.navigate("session", uid=key)


def _words(on: str, theme_: str, metres: object) -> str:
    length = f"{show_number(metres)} m" if isinstance(metres, int | float) else ""
    return " · ".join(filter(None, (rounds.short_date(on), theme_, length)))
