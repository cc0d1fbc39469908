"""The page "weather": a file of daily temperatures and rain, joined to the mornings of a barrier by their date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from fieldapp.core.errors import CancelledError, FileRefusedError
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.pitfall_barrier import weather
from fieldapp.protocols.pitfall_barrier.weather import What
from fieldapp.store.records import Saved
from fieldapp.ui import errors, files, rounds, theme, way_back
from fieldapp.ui.background import Job, Latest
from fieldapp.ui.barrier import weather_work
from fieldapp.ui.barrier.season_read import Barrier, barriers
from fieldapp.ui.barrier.weather_cards import ColumnsCard, LinesCard, PlanCard, needs_words
from fieldapp.ui.barrier.weather_work import REMEMBERED, Joined, Loaded
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, EmptyState, KeyHint, LabeledField, live_key
from fieldapp.ui.wording import number_words
from fieldapp.ui.working import Working

KINDS = N_("Fichiers de météo (*.csv *.txt *.tsv *.gz)")


class WeatherPage(PageWidget):
    """One file for one barrier. `open(site, path)`; what is noted by hand is never overwritten."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._context = context
        self._services: Services = context.services
        self._barrier: Barrier | None = None
        self._loaded: Loaded | None = None
        self._mapping = weather.Mapping()
        self._joined: Joined | None = None
        self._asked = ""  # what stood in the line when a file was last asked for
        self._read_as = ""  # the same of the file that is shown
        self._joins = Latest(context.background)
        self._build()

    def _build(self) -> None:
        self._path = QLineEdit()
        self._path.setObjectName("weather.path")
        self._path.setPlaceholderText(_("déposez un fichier ici, ou tapez son chemin"))
        self._path.returnPressed.connect(self._read)
        self._path.textChanged.connect(self._renamed)
        choose = ActionButton(_("Choisir"), "open_folder", "F3", name="weather.choose", on=self._choose)
        self._file = LabeledField(_("Fichier"), self._path, key="F2")
        line = self._line = theme.row(self._file, choose, spacing=theme.S)
        line.setStretch(0, 1)
        self._choose_button = choose
        self._columns, self._lines, self._plan = ColumnsCard(), LinesCard(), PlanCard()
        self._columns.changed.connect(self._mapped)
        right = theme.column(self._lines, self._plan)
        right.setStretch(1, 1)
        self._content = QWidget()
        middle = theme.row(self._columns, right)
        middle.setStretch(0, 3)
        middle.setStretch(1, 6)
        self._content.setLayout(middle)
        self._empty = EmptyState(
            "weather",
            _("Un fichier CSV de météo par jour"),
            _("Ses lignes rejoignent les matins par leur date. Ce qui est déjà noté reste toujours."),
            name="weather.empty",
        )
        self._working = Working(name="weather.working")
        self._replace = QCheckBox(_("Remplacer aussi ce qu’un autre fichier avait donné"))
        self._replace.setObjectName("weather.replace")
        self._replace.toggled.connect(lambda _on: self._dress())
        self._replace_key = KeyHint("R")
        live_key(self._replace, "R", self._replace.toggle)
        self._go = ActionButton("", "check", "Ctrl+Return", True, name="weather.go", on=self._complete)
        foot = theme.row(self._replace_key, self._replace, 1, self._go, spacing=theme.S)
        box = theme.column(line, self._working, self._content, self._empty, foot)
        box.setStretch(2, 1)
        box.setStretch(3, 1)
        self.setLayout(box)
        self._say_refused("")
        for before, after in pairwise((self._path, choose, self._columns, self._plan.table, self._replace, self._go)):
            self.setTabOrder(before, after)

    # ------------------------------------------------------------------------------------------- showing

    def open(self, site: str = "", path: str = "", **_params: Any) -> None:
        """Show the page for a barrier; a file that was shown is joined anew, for its mornings may have changed."""
        found = barriers(self._services.db)
        before = self._barrier.uid if self._barrier else ""
        wanted = site or before
        self._barrier = next((one for one in found if one.uid == wanted), found[0] if found else None)
        if self._barrier is None:
            self._context.navigate("barrier")
            return
        self.set_title(_("Météo d’un fichier"), ", ".join(filter(None, (self._barrier.name, self._barrier.commune))))
        if path:
            self._path.setText(path)
            self._read()
        elif self._loaded is not None:
            self._join()
        self._dress()
        self._path.setFocus()

    def _dress(self) -> None:
        has_file = self._loaded is not None
        self._content.setVisible(has_file)
        self._empty.setVisible(not has_file)
        joined = self._joined
        others = joined.mornings(What.OTHER_FILE) if joined is not None else 0
        self._replace.setVisible(bool(others))
        self._replace_key.setVisible(bool(others))
        count = self._wanted()
        words = ngettext("Compléter {n} matin", "Compléter {n} matins", count).format(n=number_words(count))
        if not self._is_named():
            words = _("Entrée d’abord : lire le fichier nommé")
        self._go.set_text(words if count or not self._is_named() else _("Rien à compléter"))
        self._go.setVisible(joined is not None)
        self._go.setEnabled(bool(count) and self._is_named() and not self._working.is_busy())

    def _is_named(self) -> bool:
        """Return whether the line still names the file that is shown: no other one is filled in by its name."""
        return self._path.text() == self._read_as

    def _renamed(self, _text: str) -> None:
        self._say_refused("")
        if self._loaded is not None:
            self._dress()

    def _wanted(self) -> int:
        """Return how many mornings would change."""
        if self._joined is None:
            return 0
        also = (What.OTHER_FILE,) if self._replace.isChecked() else ()
        return self._joined.mornings(What.FILL, *also)

    # ------------------------------------------------------------------------------------------- reading

    def _choose(self) -> None:
        files.ask_open(self, _("Météo d’un fichier"), _(KINDS), self._named)

    def _named(self, path: Path) -> None:
        self._path.setText(files.home_words(path))
        self._read()

    def _kept(self) -> Sequence[Mapping[str, Any]]:
        kept = self._services.settings.others.get(REMEMBERED, ())
        return kept if isinstance(kept, list | tuple) else ()

    def _read(self) -> None:
        """Read the file that is named, in the background."""
        text = self._path.text().strip().strip('"')
        if not text or self._working.is_busy():
            self._path.setFocus()
            return
        path = Path(text).expanduser()
        job = self._context.background.run(
            weather_work.load, path, self._kept(), done=self._was_read, failed=self._not_read
        )
        self._asked = self._path.text()
        self._say_refused("")
        self._start(_("Lecture de {name}").format(name=path.name), job)

    def _was_read(self, loaded: Loaded) -> None:
        self._working.stop()
        self._read_as = self._asked
        self._loaded, self._mapping, self._joined = loaded, loaded.mapping, None
        self._replace.setChecked(False)
        self._columns.show_file(loaded)
        self._lines.show_file(loaded)
        self._join()

    def _say_refused(self, sentence: str) -> None:
        """Say below the name of the file why it is refused, "" for nothing; the button stays level with the name."""
        self._file.set_problem(sentence)
        where = Qt.AlignmentFlag.AlignVCenter if sentence else Qt.AlignmentFlag.AlignBottom
        self._line.setAlignment(self._choose_button, where)

    def _not_read(self, error: BaseException) -> None:
        """Say beside its name why the file can't be read; the one read before it no longer counts."""
        self._working.stop()
        self._joins.drop()
        self._loaded = self._joined = None
        if isinstance(error, FileRefusedError):
            self._say_refused(str(error))
        elif not isinstance(error, CancelledError):
            errors.show(error)
        self._dress()
        self._path.setFocus()
        self._path.selectAll()

    def _mapped(self, mapping: weather.Mapping) -> None:
        self._mapping = mapping
        self._join()

    def _join(self) -> None:
        """Find out in the background what the file would do; only the answer to the last question counts."""
        loaded, barrier = self._loaded, self._barrier
        self._joined = None
        self._joins.drop()
        if loaded is None or barrier is None:
            return
        needs = needs_words(self._mapping)
        self._plan.say(needs or _("Comparaison avec les matins de la barrière…"))
        self._dress()
        if needs:
            self._columns.edits["date" if self._mapping.date is None else "night_min_c"].setFocus()
            return
        self._joins.run(
            weather_work.join,
            self._services.open_own,
            barrier.uid,
            loaded.table,
            self._mapping,
            rounds.today(),
            done=self._was_joined,
            failed=self._not_joined,
        )

    def _was_joined(self, found: Joined) -> None:
        self._joined = found
        self._plan.show_plan(found)
        self._dress()
        if self._go.isEnabled() and (self._path.hasFocus() or not self._content.isAncestorOf(self.focusWidget())):
            self._go.setFocus()

    def _not_joined(self, error: BaseException) -> None:
        """Say that the mornings could not be compared; a file that is read meanwhile goes on."""
        self._plan.say(_("La comparaison n’a pas abouti : validez le fichier de nouveau par Entrée."))
        if not isinstance(error, CancelledError):
            errors.show(error)
        self._dress()

    def _start(self, words: str, job: Job) -> None:
        self._working.start(words, job)
        self._dress()

    def _failed(self, error: BaseException) -> None:
        self._working.stop()
        if not isinstance(error, CancelledError):
            errors.show(error)
        self._dress()
        self._path.setFocus()

    # ------------------------------------------------------------------------------------------- filling

    def _complete(self) -> None:
        """Fill the mornings as one action in the background, and remember what the columns are."""
        loaded, joined, barrier = self._loaded, self._joined, self._barrier
        if loaded is None or joined is None or barrier is None or not self._go.isEnabled():
            return
        self._remember(loaded)
        label = _("météo de {file} pour {name}").format(file=loaded.path.name, name=barrier.name)
        job = self._context.background.run(
            weather_work.complete,
            self._services.open_own,
            barrier.uid,
            joined.reading,
            loaded.path.name,
            label,
            replace_files=self._replace.isChecked(),
            done=self._completed,
            failed=self._failed,
        )
        self._start(label, job)

    def _completed(self, result: tuple[Saved, int]) -> None:
        saved, count = result
        self._working.stop()
        self._services.on_saved(saved.made_at)
        self._replace.setChecked(False)
        self._join()
        words = ngettext("{n} matin complété.", "{n} matins complétés.", count).format(n=number_words(count))
        way_back.offer(self._context, saved, words, self._join)

    def _remember(self, loaded: Loaded) -> None:
        """Keep what the columns of this header are, so that the next file like it needs no answer."""
        before = self._kept()
        kept = weather_work.remembered(before, loaded.table.header, self._mapping)
        if kept != list(before):
            settings = self._services.settings
            with errors.guard():
                self._services.change_settings(replace(settings, others={**settings.others, REMEMBERED: kept}))

    # ---------------------------------------------------------------------------------------------- page

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read the dropped file."""
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self._named(Path(url.toLocalFile()))
                break

    def leaving(self) -> None:
        """Give up the comparison; it is made anew when the page opens."""
        self._joins.drop()

    def go_back(self) -> bool:
        """Stop the work that runs."""
        return self._working.cancel()

    def undo_state(self) -> dict[str, Any]:
        """Return the barrier shown."""
        return {"site": self._barrier.uid} if self._barrier else {}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        found = [Action("F2", _("nommer le fichier"), self._path.setFocus, "weather")]
        found.append(Action("F3", _("choisir le fichier"), self._choose, "open_folder"))
        if not self._replace.isHidden():
            words = _("remplacer ce qu’un autre fichier avait donné")
            found.append(Action("R", words, self._replace.toggle, "weather"))
        if self._go.isEnabled() and not self._go.isHidden():
            found.insert(0, Action("Ctrl+Return", self._go.text().lower(), self._complete, "check"))
        return found
