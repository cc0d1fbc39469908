"""The card on which a file becomes a map: what its areas are, what it is called, which columns say code and name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from fieldapp.core.schema import Choice, Field, Kind
from fieldapp.core.text import _, ngettext
from fieldapp.exchange.layers import Wanted
from fieldapp.store.areas import KINDS
from fieldapp.ui import theme
from fieldapp.ui.forms.links import ChoiceEdit
from fieldapp.ui.maps.work import Looked
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, LabeledField, text_label
from fieldapp.ui.wording import number_words

LOAD_KEY = "Ctrl+Return"


class OneOf(ChoiceEdit):
    """One of some texts (columns, parts of a file), by letters or arrows."""

    def __init__(self, *, name: str) -> None:
        super().__init__(Field("", Kind.CHOICE, ""), name=name)

    def set_texts(self, texts: Sequence[str], chosen: str) -> None:
        """Offer these texts and show the chosen one."""
        self._field = Field("", Kind.CHOICE, "", choices=tuple(Choice(text, text) for text in texts))
        self.set_value(chosen)


class LayerForm(Card):
    """`changed` says that other columns or another part were chosen: who owns the form shows a sample of them."""

    changed = Signal(object)
    part_changed = Signal(str)

    def __init__(self, on_load: Callable[[], object], on_no: Callable[[], object]) -> None:
        super().__init__(_("Charger cette carte"), "area", name="maps.form")
        self._wanted: Wanted | None = None
        self._words = text_label("", "secondary", wrap=True, name="maps.form.words")
        self.kind = ChipRow(
            [(choice.code, _(choice.label)) for choice in KINDS],
            multiple=False, required=True, framed=False, name="maps.kind",
        )  # fmt: skip
        self.called = QLineEdit()
        self.called.setObjectName("maps.title")
        self.part, self.code, self.name = (OneOf(name=f"maps.{name}") for name in ("part", "code", "name"))
        self._title_field = LabeledField(_("Nom de la carte"), self.called, key="F3")
        self._part_field = LabeledField(_("Couche du fichier"), self.part, key="F4")
        self._sample = text_label("", name="maps.sample", wrap=True)
        self.load = ActionButton(_("Charger"), "import_file", LOAD_KEY, primary=True, name="maps.load", on=on_load)
        self._no = ActionButton(_("Ne rien charger"), name="maps.no", on=on_no)
        self._no.show_key("Esc")
        self.add(self._words)
        self.add(LabeledField(_("Ces zones sont"), self.kind, key="F2"))
        self.add(_beside(self._title_field, self._part_field))
        self.add(
            _beside(
                LabeledField(_("Colonne du code"), self.code, key="F5"),
                LabeledField(_("Colonne du nom"), self.name, key="F6"),
            )
        )
        self.add(text_label(_("Les premières zones, ainsi lues :"), "small"))
        self.add(self._sample)
        self.body.addStretch(1)
        self.add(theme.row(self._no, 1, self.load))
        for signal in (self.kind.changed, self.code.changed, self.name.changed):
            signal.connect(lambda _value: self.changed.emit(self.wanted()))
        self.part.changed.connect(lambda part: self.part_changed.emit(part or ""))
        self.called.returnPressed.connect(self.code.setFocus)

    def show_busy(self, busy: bool) -> None:
        """Offer neither answer while the file is being loaded: Esc stops that work then."""
        self.load.setEnabled(not busy)
        self._no.setVisible(not busy)

    def show_file(self, looked: Looked, title: str = "") -> None:
        """Show what a file holds; `title` keeps what was typed for another part of it."""
        found, wanted = looked.found, looked.wanted
        self._wanted = wanted
        count = ngettext("{n} zone dans {name}.", "{n} zones dans {name}.", found.count)
        self._words.setText(count.format(n=number_words(found.count), name=found.path.name))
        self.kind.set_value([wanted.kind])
        self.called.setText(title or wanted.title)
        self.part.set_texts(found.parts, found.part)
        self._part_field.setVisible(len(found.parts) > 1)
        self.code.set_texts(found.columns, wanted.code)
        self.name.set_texts(found.columns, wanted.name)
        self.show_sample(looked.sample)

    def show_sample(self, sample: Sequence[tuple[str, str]]) -> None:
        """Show code and name of the first areas."""
        told = [" ".join(part for part in called if part) or "–" for called in sample]
        self._sample.setText(", ".join(told) or _("Choisissez la colonne du nom."))

    def wanted(self) -> Wanted | None:
        """Return how the file is to be loaded, None while there is none or it has no name."""
        title = " ".join(self.called.text().split())
        if self._wanted is None or not title:
            return None
        return replace(
            self._wanted,
            kind=self.kind.value()[0],
            title=title,
            code=self.code.value() or "",
            name=self.name.value() or "",
        )

    def lacking(self) -> bool:
        """Say which line is still empty and stand on it; return whether there is one."""
        self._title_field.clear_problem()
        if not self.called.text().strip():
            self._title_field.set_problem(_("Donnez un nom à la carte : « Communes du Pas-de-Calais »."))
            self.called.setFocus()
            return True
        return False


def _beside(*fields: QWidget) -> QWidget:
    found = QWidget()
    box = theme.row(*fields)
    for number in range(len(fields)):
        box.setStretch(number, 1)
    found.setLayout(box)
    return found
