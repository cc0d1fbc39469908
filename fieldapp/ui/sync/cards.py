"""The quieter cards of the page of syncing: what is to be looked at, what was received, the diary, files by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _, ngettext
from fieldapp.ui import theme
from fieldapp.ui.sync.listing import Concern, Entry
from fieldapp.ui.sync.words import ago_words
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, FlowLayout, IconLabel, follow_width, text_label
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.wording import number_words

REVIEW_KEY, GIVE_KEY, READ_KEY, COPY_KEY, COMMON_KEY, AGAIN_KEY, HISTORY_KEY = "V", "F7", "F8", "C", "R", "E", "H"

PARTNERS_SHOWN = 4
"""Computers by file that have a line of their own; the others are counted."""


class ReviewCard(Card):
    """How many fields have two versions, and the way to the page on which one of them is chosen."""

    def __init__(self, on_review: Callable[[], object]) -> None:
        super().__init__("", name="sync.review_card")
        self._count = text_label("", "secondary", name="sync.review")
        self.button = ActionButton(_("Relire"), "", REVIEW_KEY, name="sync.review_open", on=on_review)
        row = theme.row(
            IconLabel("conflict", "accent", parent=self), text_label(_("À relire"), "section"), self._count, self.button
        )
        row.setStretch(2, 1)
        self.add(row)
        self._words = text_label("", "secondary", wrap=True, name="sync.review_words")
        self._words.setText(_("Saisi différemment par deux personnes. Les deux versions sont gardées."))
        self.add(self._words)

    def show_count(self, count: int) -> None:
        """Say how many there are."""
        self.setVisible(bool(count) or theme.current().scale <= 1.0)
        self._count.setText(number_words(count) if count else _("rien"))
        self._words.setVisible(bool(count) and theme.current().scale <= 1.0)
        self.button.setVisible(bool(count))

    def can_review(self) -> bool:
        """Return whether there is something."""
        return not self.button.isHidden()


class FilesCard(Card):
    """The same exchange by hand: a file on a USB stick goes there, another comes back."""

    def __init__(self, on_give: Callable[[], object], on_read: Callable[[], object], *, alone: bool = False) -> None:
        title = _("Sans réseau : par un fichier") if alone else _("Par une clé USB")
        name = "sync.alone_files" if alone else "sync.files"
        super().__init__(title, "exchanges", name=name)
        self._is_alone = alone
        self._explained: tuple[QWidget, ...] = ()
        if alone:
            self._explain()
        self._partners = text_label("", "secondary", wrap=True, name=f"{name}.partners")
        self._partners.hide()
        self.add(self._partners)
        if alone:
            self.body.addSpacing(theme.S)
            self.body.addStretch(1)
        self.give = ActionButton(_("Remettre un fichier…"), "export_file", GIVE_KEY, name=f"{name}.give", on=on_give)
        self.read = ActionButton(_("Lire un fichier…"), "import_file", READ_KEY, name=f"{name}.read", on=on_read)
        if alone:
            beside = QWidget()
            follow_width(beside)
            flow = FlowLayout(beside)
            for button in (self.give, self.read):
                flow.addWidget(button)
            self.add(beside)
        else:
            self.add(theme.column(self.give, self.read, spacing=theme.S))

    def _explain(self) -> None:
        """Say at length what the file is for, to who has no hub."""
        words = _(
            "Un fichier sur une clé USB fait le même échange : il porte tout ce qui a été saisi ici vers "
            "l’ordinateur d’un collègue, et le sien vous revient."
        )
        again = _("Lire deux fois le même fichier, ou dans le désordre, ne fait pas de mal.")
        self._explained = text_label(words, "secondary", wrap=True), text_label(again, "secondary", wrap=True)
        for label in self._explained:
            self.add(label)

    def make_room(self, *, is_wanted: bool) -> None:
        """Leave what the file is for unsaid while room is wanted."""
        for label in self._explained:
            label.setVisible(not is_wanted)

    def show_partners(self, partners: Sequence[tuple[str, str]]) -> None:
        """Say with whom files were exchanged, and when last."""
        lines = [f"{name} · {ago_words(at)}" for name, at in partners[:PARTNERS_SHOWN]]
        if rest := len(partners) - PARTNERS_SHOWN:
            lines += [ngettext("et {n} autre", "et {n} autres", rest).format(n=rest)] if rest > 0 else []
        for part in (self.icon, self.title):
            if part is not None:
                part.setVisible(self._is_alone or theme.current().scale <= 1.0)
        self._partners.setText("\n".join(lines))
        self._partners.setVisible(bool(lines) and (self._is_alone or theme.current().scale <= 1.0))


class ConcernsCard(Card):
    """What the hub does not have as it is here, why, and what to do about it; hidden where there is nothing."""

    def __init__(
        self, on_common: Callable[[], object], on_again: Callable[[], object], on_history: Callable[[], object]
    ) -> None:
        super().__init__(_("À régler"), "warning", name="sync.concerns_card")
        self._found: tuple[Concern, ...] = ()
        self.table = RecordTable(
            [
                Column(_("État"), badge=True),
                Column(_("Fiche"), strong=True, stretch=True),
            ],
            name="sync.concerns",
        )
        self.what_now = text_label("", wrap=True, name="sync.what_now")
        self.common = ActionButton(_("Version commune"), "undo", COMMON_KEY, name="sync.common", on=on_common)
        self.common.setAccessibleName(_("Reprendre la version commune"))
        self.again = ActionButton(_("Renvoyer"), "", AGAIN_KEY, name="sync.again", on=on_again)
        self.again.setAccessibleName(_("Renvoyer la fiche, corrigée"))
        self.history = ActionButton(_("Historique"), "history", HISTORY_KEY, name="sync.history", on=on_history)
        self.table.current_changed.connect(lambda _key: self._chosen())
        self.table.opened.connect(lambda _key: on_history())
        self.add(self.table, 1)
        self.add(self.what_now)
        self.add(theme.row(self.common, self.again, self.history, 1, spacing=theme.S))

    def show_concerns(self, found: tuple[Concern, ...]) -> None:
        """Show these, or hide."""
        self._found = found
        self.setVisible(bool(found))
        count = ngettext("{n} fiche", "{n} fiches", len(found)).format(n=len(found))
        self.set_title(_("À régler"), count)
        refused, differs = f"inaccessible|{_('refusé')}", f"conflict|{_('différent')}"
        self.table.show_rows([(refused if item.is_refused else differs, item.what) for item in found])
        self._chosen()

    def chosen(self) -> Concern | None:
        """Return the one that the table stands on."""
        key = self.table.current_key()
        return self._found[key] if isinstance(key, int) and key < len(self._found) else None

    def _chosen(self) -> None:
        chosen = self.chosen()
        self.what_now.setText(f"{chosen.why} {chosen.what_now}" if chosen is not None else "")
        for button in (self.common, self.again):
            button.setEnabled(chosen is not None and chosen.is_refused)


class DiaryCard(Card):
    """The last syncs, newest first, and their copy for who is to help."""

    def __init__(self, on_copy: Callable[[], object]) -> None:
        super().__init__(_("Dernières synchronisations"), "history", name="sync.diary_card")
        self.table = RecordTable(
            [
                Column(_("Quand"), chars=15),
                Column(_("Avec"), chars=12),
                Column(_("Échangé"), strong=True, stretch=True),
            ],
            name="sync.diary",
        )
        self.fit = ColumnFit(self.table, [1])
        self._empty = EmptyState(
            "history",
            _("Pas encore de synchronisation"),
            _("Chacune laissera ici une ligne : quand, avec qui, ce qui est parti et venu."),
            name="sync.diary_empty",
        )
        self.copy = ActionButton(_("Copier le rapport"), "copy_report", COPY_KEY, name="sync.copy", on=on_copy)
        self.add(self.table, 1)
        self.add(self._empty, 1)
        self.add(theme.row(1, self.copy))

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show the diary."""
        self.table.show_rows([(one.when, one.whom, f"{one.figures}|{one.note}".rstrip("|")) for one in entries])
        self.table.setVisible(bool(entries))
        self._empty.setVisible(not entries)
        self.copy.setEnabled(bool(entries))


def report_text(entries: Sequence[Entry], head: str) -> str:
    """Return the diary as text for a mail: one line for each sync, what it ended with below it."""
    lines = [head, ""]
    for one in entries:
        lines.append(f"{one.when}  {one.whom}  {one.figures}")
        lines += [f"    {one.note}"] if one.note else []
    return "\n".join(lines) + "\n"
