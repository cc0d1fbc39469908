"""What opens below the board for one animal: which individual it is, and its photos."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.board_group import Group
from fieldapp.protocols.pitfall_barrier.schema import FEMALE, MALE
from fieldapp.ui import theme
from fieldapp.ui.barrier.board_session import MorningSession
from fieldapp.ui.barrier.board_words import kind_of
from fieldapp.ui.barrier.individual_choice import IndividualChoice
from fieldapp.ui.barrier.photos import PhotoStrip
from fieldapp.ui.page import PageContext
from fieldapp.ui.widgets import ActionButton, text_label

CHOICE_LINES = 14
"""The height of the choice of an individual, in lines of body text."""


class Extra(QObject):
    """Fills `box` with what is asked of a group. `named` carries its uid and the individual's, `pictured` its photos.

    Photos are values that are stored with the morning; their files are kept at once. What is kept only after the strip
    was closed comes from `strip.late`.
    """

    named = Signal(str, str)
    pictured = Signal(str, list)
    left = Signal()

    def __init__(self, context: PageContext, box: QFrame) -> None:
        super().__init__(box)
        self._box = box
        self._uid = self._pictured = ""
        self.choice = IndividualChoice(context, name="morning.individual")
        self.choice.chosen.connect(self._answered)
        self.choice.cancelled.connect(self._left)
        self.nobody = ActionButton(_("Aucun en particulier"), role="quiet", name="morning.individual.none")
        self.nobody.clicked.connect(lambda *_nothing: self._answered(""))
        self._asked = QWidget()
        self._asked.setLayout(theme.column(self.choice, self.nobody, spacing=theme.S))
        self._whose = text_label("", "strong", wrap=True, name="morning.photos.title")
        self.strip = PhotoStrip(context, name="morning.photos")
        self.strip.changed.connect(lambda: self.pictured.emit(self._pictured, self.strip.values()))
        done = ActionButton(_("Revenir au tableau"), role="quiet", name="morning.photos.done", on=self._left)
        done.show_key("Esc")
        self._photos = QWidget()
        self._photos.setLayout(theme.column(self._whose, self.strip, done, spacing=theme.S))
        theme.set_role(box, "card")
        layout = box.layout()
        assert layout is not None
        layout.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        for one in (self._asked, self._photos):
            one.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            one.hide()
            layout.addWidget(one)

    @property
    def is_open(self) -> bool:
        """Whether something is asked."""
        return not self._box.isHidden()

    def close(self) -> None:
        """Take what is asked away."""
        self._asked.hide()
        self._photos.hide()
        self._box.hide()

    def ask_individual(self, session: MorningSession, group: Group) -> None:
        """Ask which individual the animal is."""
        self.close()
        self._uid = group.uid
        self.nobody.setVisible(group.individual is not None)
        self._asked.setFixedHeight(CHOICE_LINES * theme.text_px())
        self._box.show()
        self._asked.show()
        sex = group.sex if group.sex in (FEMALE, MALE) else ""
        self.choice.ask(session.around.site.uid, group.cd_nom, sex=sex or "")

    def ask_photos(self, session: MorningSession, bucket: str, group: Group) -> None:
        """Show the photos of the animals, and take more of them in; asked again for the same, the files are asked."""
        if self.is_open and not self._photos.isHidden() and self._uid == group.uid:
            self.strip.ask_files()
            return
        self.close()
        self._uid = self._pictured = group.uid
        words = " ".join(filter(None, (str(group.shown), kind_of(group), session.name_of(group.cd_nom))))
        self._whose.setText(_("Seau {bucket} : photos, {what}").format(bucket=bucket, what=words))
        self.strip.set_values(session.photos.get(group.uid, []), session.on, group.uid)
        self._box.show()
        self._photos.show()
        self.strip.setFocus()

    def _answered(self, individual: str) -> None:
        self.close()
        self.named.emit(self._uid, individual)

    def _left(self) -> None:
        self.close()
        self.left.emit()
