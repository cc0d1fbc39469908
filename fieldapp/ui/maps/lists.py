"""The two faces of the page "maps": the maps that are loaded, and the rules and lists of sensitive species."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QBoxLayout, QWidget

from fieldapp.core.record import Record
from fieldapp.core.text import _, fold
from fieldapp.protocols.directory.protocol import SENSITIVITY
from fieldapp.store.areas import KINDS, Layer
from fieldapp.ui import theme
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, text_label
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.wording import Words, instant_words, number_words

Do = Callable[[], object]

_KINDS = {choice.code: choice.label for choice in KINDS}


class MapsFace(QWidget):
    """The maps with their number of areas, file and day."""

    def __init__(self, on_choose: Do, on_remove: Do) -> None:
        super().__init__()
        self.table = RecordTable(
            [
                Column(_("Nom"), stretch=True, strong=True),
                Column(_("Zones"), chars=18),
                Column(_("Nombre"), number=True, chars=8),
                Column(_("Fichier"), chars=22),
                Column(_("Chargée le"), chars=16),
            ],
            name="maps.table",
        )
        self.table.opens_rows = False
        ColumnFit(self.table, (3, 4))
        self._empty = EmptyState(
            "area",
            _("Aucune carte chargée"),
            _(
                "Avec les communes, chaque lieu a sa commune et son département. L’IGN les donne : Admin Express, "
                "sur geoservices.ign.fr/adminexpress (GeoPackage). N charge un GeoPackage, un GeoJSON ou un Shapefile."
            ),
            name="maps.empty",
        )
        words = _(
            "Les cartes disent la commune, le département et les espaces protégés de chaque lieu dans les envois."
        )
        card = Card(name="maps.card")
        card.add(self.table, 1)
        card.add(self._empty, 1)
        self._remove = ActionButton(_("Retirer"), "delete", "R", role="quiet", name="maps.remove", on=on_remove)
        self._choose = ActionButton(
            _("Charger une carte"), "import_file", "N", primary=True, name="maps.choose", on=on_choose
        )
        box = theme.column(text_label(words, "secondary", wrap=True), card, theme.row(self._remove, 1, self._choose))
        box.setStretch(1, 1)
        self.setLayout(box)

    def show_layers(self, layers: Sequence[Layer]) -> None:
        """Show these maps."""
        rows = [
            (one.name, _(_KINDS[one.kind]), number_words(one.count), one.file_name, instant_words(one.loaded_at))
            for one in layers
        ]
        self.table.show_rows(rows, keys=[one.id for one in layers])
        self.table.setVisible(bool(layers))
        self._empty.setVisible(not layers)
        self._remove.setEnabled(bool(layers))

    def first(self) -> QWidget:
        """Return what has the cursor first."""
        return self.table if not self.table.isHidden() else self._choose


class SpeciesFace(QWidget):
    """The association's own rules, and beside them the lists that were loaded."""

    def __init__(self, on_new: Do, on_edit: Do, on_remove: Do, on_choose: Do, on_remove_list: Do) -> None:
        super().__init__()
        self.rules = RecordTable(
            [
                Column(_("Espèce"), stretch=True, strong=True),
                Column(_("Département"), chars=11),
                Column(_("Dit au plus"), chars=15),
                Column(_("Raison"), chars=16),
            ],
            name="maps.rules",
        )
        ColumnFit(self.rules, (3,))
        self.lists = RecordTable(
            [Column(_("Liste"), stretch=True), Column(_("Règles"), number=True, chars=7)], name="maps.lists"
        )
        self.lists.opens_rows = False
        self._no_rules = EmptyState(
            "protected",
            _("Aucune règle de l’association"),
            _("N en fait une : une espèce, et jusqu’où dire où elle est."),
            name="maps.no_rules",
        )
        self._no_lists = text_label(
            _("Aucune liste chargée. Celle de l’INPN est un tableau : CD_NOM, CD_DEPT, CODAGE."),
            "secondary", wrap=True, name="maps.no_lists",
        )  # fmt: skip
        self._edit = ActionButton(_("Modifier"), "edit", "E", name="maps.edit", on=on_edit)
        self._remove = ActionButton(_("Retirer"), "delete", "R", role="quiet", name="maps.remove_rule", on=on_remove)
        self._new = ActionButton(_("Nouvelle règle"), "add", "N", primary=True, name="maps.new", on=on_new)
        self._remove_list = ActionButton(
            _("Retirer"), "delete", "L", role="quiet", name="maps.remove_list", on=on_remove_list
        )
        choose = ActionButton(_("Charger une liste"), "import_file", "I", name="maps.choose_list", on=on_choose)
        self._words = text_label(
            _("Un destinataire qui ne voit pas les espèces sensibles n’en reçoit que la commune, la maille ou moins."),
            "secondary", wrap=True,
        )  # fmt: skip
        own = Card(_("Règles de l’association"), "protected", name="maps.rules_card")
        own.add(self.rules, 1)
        own.add(self._no_rules, 1)
        own.add(theme.row(self._remove, self._edit, 1, self._new, spacing=theme.S))
        loaded = Card(_("Listes de référence"), "data", name="maps.lists_card")
        loaded.add(self.lists, 1)
        loaded.add(self._no_lists)
        self._gap = loaded.body.count()
        loaded.body.addStretch(0)
        loaded.add(theme.row(self._remove_list, 1, choose, spacing=theme.S))
        self._loaded = loaded
        self._both = theme.row(own, loaded)
        box = theme.column(self._words, self._both)
        box.setStretch(1, 1)
        self.setLayout(box)
        theme.on_change().changed.connect(self._arrange)
        self._arrange()

    def _arrange(self) -> None:
        """Lay the two cards one above the other where large letters leave no room beside."""
        is_large = theme.current().scale > 1.0
        way = QBoxLayout.Direction
        self._both.setDirection(way.TopToBottom if is_large else way.LeftToRight)
        self._both.setStretch(0, 10 if is_large else 4)
        self._both.setStretch(1, 7 if is_large else 2)
        self._words.setVisible(not is_large)

    def show_rules(self, rules: Sequence[Record], lists: Sequence[tuple[str, int]], words: Words) -> None:
        """Show the rules in the order of the species' names, and the lists."""
        named = sorted(((_named(record, words), record) for record in rules), key=lambda one: fold(one[0][0]))
        self.rules.show_rows([row for row, _record in named], keys=[record.uid for _row, record in named])
        self.lists.show_rows(
            [(source, number_words(count)) for source, count in lists], keys=[source for source, _count in lists]
        )
        for shown, table, empty in ((rules, self.rules, self._no_rules), (lists, self.lists, self._no_lists)):
            table.setVisible(bool(shown))
            empty.setVisible(not shown)
        self._loaded.body.setStretch(self._gap, 0 if lists else 1)
        self._edit.setEnabled(bool(rules))
        self._remove.setEnabled(bool(rules))
        self._remove_list.setEnabled(bool(lists))

    def first(self) -> QWidget:
        """Return what has the cursor first."""
        return self.rules if not self.rules.isHidden() else self._new


def _named(record: Record, words: Words) -> tuple[str, str, str, str]:
    values = record.data
    cd_nom = values.get("cd_nom") if isinstance(values.get("cd_nom"), int) else None
    taxon = words.taxon(cd_nom) if cd_nom is not None else None
    name = f"{taxon.nom_vern}|{taxon.lb_nom}" if taxon and taxon.nom_vern else words.taxon_name(cd_nom)
    level = SENSITIVITY.by_name["level"].choice(values.get("level"))
    told = _(level.label).partition(" : ")[2] if level else str(values.get("level", ""))
    return name, str(values.get("department") or _("partout")), told, str(values.get("comments", ""))
