"""Lines for a code that is proposed from a list and may also be any other text: themes and species."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.schema import CODE, PROGRAMME
from fieldapp.store import records
from fieldapp.ui.forms.links import ValuePick
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import Suggestion


class CodeEdit(ValuePick):
    """A code with proposals; what is typed and not taken stays as it is. `changed` carries the code or None."""

    def __init__(self, placeholder: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(self._rows, placeholder, name=name, parent=parent)
        self.in_form = True

    def _shown(self, key: str) -> str:
        return key

    def _rows(self, text: str) -> Sequence[Suggestion]:
        raise NotImplementedError

    def _written(self, text: str) -> str:
        """Return what was typed as the list writes it."""
        return text

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keep what was typed and not taken."""
        super().focusOutEvent(event)
        self._take(self._written(" ".join(self.text().split())) or None)


class ThemeEdit(CodeEdit):
    """A theme: those of the CRBPO, the association's own programmes, or any other text, kept as it was typed.

    `picked` carries (theme, target) when a programme was taken from the list.
    """

    picked = Signal(str, str)

    def __init__(self, services: Services, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__("STOC, PHENO, VOIE…", name=name, parent=parent)
        self._services = services

    def _rows(self, text: str) -> list[Suggestion]:
        typed = "" if text == self._value else fold(text)
        programmes = [record.data for record in records.roots(self._services.db, CODE, PROGRAMME.code)]
        pairs = [
            (str(values.get("theme", "")), str(values.get("target", "")), str(values.get("label", "")))
            for values in programmes
        ]
        own = {theme for theme, target, _label in pairs if not target}
        pairs += [(code, "", _(label)) for code, label in lists.themes().items() if code not in own]
        found = [
            Suggestion(
                (theme, target), " · ".join(filter(None, (theme, target))), label, italic=False, icon="programme"
            )
            for theme, target, label in pairs
            if theme and all(part in fold(f"{theme} {target} {label}") for part in typed.split())
        ]
        found.sort(key=lambda row: (fold(row.key[0]) != typed, not fold(row.key[0]).startswith(typed)))
        if typed and not any(fold(row.key[0]) == typed for row in found):
            kept = " ".join(text.split())
            words = _("Garder « {name} »").format(name=kept)
            found.append(Suggestion((kept, ""), words, italic=False, icon="add", faint=True))
        return found

    def _written(self, text: str) -> str:
        return next((code for code in lists.themes() if fold(code) == fold(text)), text)

    def _taken(self, row: Suggestion) -> None:
        theme, target = row.key
        self._take(theme)
        if target:
            self.picked.emit(theme, target)


class SpeciesEdit(CodeEdit):
    """The code of a species, by a few letters of its code, its French or its Latin name."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_("code ou nom"), name=name, parent=parent)

    def _rows(self, text: str) -> list[Suggestion]:
        typed = "" if text == self._value else text
        return [Suggestion(bird.code, f"{bird.code} {bird.nom_vern}", bird.lb_nom) for bird in lists.suggest(typed)]

    def _written(self, text: str) -> str:
        if lists.bird(text) is not None or lists.is_code(text):
            return text.upper()
        found = lists.suggest(text)
        return found[0].code if len(found) == 1 else text
