"""The form of one whole capture: every measure, whose hands, the ring that came off, and what is odd, in words."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from fieldapp.core import checking
from fieldapp.core.record import Record
from fieldapp.core.schema import Problem, Severity, StudyProtocol
from fieldapp.core.text import _
from fieldapp.protocols.banding.desk import Desk
from fieldapp.protocols.banding.schema import OBSERVATION, OTHER_MEASURES
from fieldapp.ui.banding.record_forms import SAID, RingingForm
from fieldapp.ui.forms.record_form import Editor
from fieldapp.ui.rounds import short_date
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import LabeledField


class CaptureForm(RingingForm):
    """The lines of a capture. What follows from them (keys of rings, taxon, condition) is filled in by the desk."""

    SPANS = MappingProxyType(
        {"action": 4, "ring_scheme": 4, "ring": 4, "health": 4, "sexing_method": 4, "moult": 4, "comments": 12}
        | {"condition": 6, "circumstances": 6, "theme": 4, "ringer": 4, "trainee": 4}
        | {"partner_ring": 3, "replaced_ring": 4, "replaced_ring_scheme": 5}
        | dict.fromkeys(OTHER_MEASURES, 2)
    )
    SPAN = 3

    def __init__(self, services: Services, protocol: StudyProtocol) -> None:
        super().__init__(services, protocol, OBSERVATION, name="capture")
        self._desk: Desk | None = None

    def set_desk(self, desk: Desk | None, uid: str) -> None:
        """Check against the session of this desk, or not at all; `uid` is that of the capture."""
        self._desk, self.uid = desk, uid

    def values(self) -> dict[str, Any]:
        """Return the values of the capture with what follows from them; as typed while a ring can't be read."""
        found = super().values()
        if self._desk is None:
            return found
        try:
            return dict(self._desk.complete(found, str(found.get("hour", ""))))
        except ValueError:
            return found

    def problems(self) -> list[Problem]:
        """Return what is to be said, without the warnings that were confirmed."""
        if self._desk is None:
            return []
        values = self.values()
        found = checking.unconfirmed(self._desk.problems(values, self.uid), values)
        try:
            self._desk.complete(super().values(), "")
        except ValueError as error:
            line = "ring" if str(values.get("ring", "")) in str(error) else "replaced_ring"
            found.append(Problem(line, SAID, Severity.BLOCKING, {"words": str(error)}))
        return found

    def warnings(self) -> list[Problem]:
        """Return the warnings that a person may confirm."""
        return [problem for problem in self.problems() if problem.severity is Severity.WARNING]

    def confirm(self) -> None:
        """Keep what the warnings say as it is: they are not said again of this capture."""
        codes = {problem.code for problem in self.warnings()}
        self._kept[checking.CONFIRMED] = sorted(codes | set(self._kept.get(checking.CONFIRMED, ())))
        self._edited()

    def _lines(self) -> list[tuple[Editor, LabeledField, bool]]:
        """Ask for the rare measures too, before the memo."""
        found = super()._lines()
        rare = []
        for name in OTHER_MEASURES:
            editor = self._make(OBSERVATION.by_name[name])
            rare.append((editor, LabeledField(name, editor.widget), False))
        return [*found[:-1], *rare, found[-1]]


def placed_words(session: Record | None, place: str) -> str:
    """Return "PHENO · 12/09/2026 · Bac à schlamms, Dourges" for the head of the page."""
    values = session.data if session else {}
    day = short_date(str(values.get("date", "")))
    return " · ".join(filter(None, (str(values.get("theme", "")), day, place))) or _("séance inconnue")
