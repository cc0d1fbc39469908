"""The page "batch_new": for whom, which data, what the file would hold; then the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLayout, QLineEdit, QWidget

from fieldapp.core import clock
from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import _
from fieldapp.exchange.batch import Made, Preview
from fieldapp.exchange.batch_request import Request
from fieldapp.exchange.formats import formats
from fieldapp.exchange.selecting import Selection
from fieldapp.store import changes, records
from fieldapp.ui import errors, files, theme
from fieldapp.ui.background import Latest
from fieldapp.ui.batches.new_cards import DataCard, SummaryCard, TermsCard
from fieldapp.ui.batches.register_page import ANY_FILE
from fieldapp.ui.batches.words import rows_words
from fieldapp.ui.batches.work import run_make, run_preview
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, KeyHint, live_key
from fieldapp.ui.windows.place_sheet import FormScroll
from fieldapp.ui.working import Working


class NewBatchPage(PageWidget):
    """A batch before it leaves. `open(lines, recipient, format, since)`: what is already known of it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._protocols = [item for item in self._services.protocols.values() if item.standard is not None]
        self._formats = formats(self._services.protocols)
        self._previews = Latest(context.background)
        self._is_filling = False
        self._is_own_target = False
        self._terms = TermsCard(self._services, tuple(self._formats.values()))
        self._data = DataCard(self._services, self._protocols)
        self._summary = SummaryCard()
        self._working = Working(name="batch_new.working")
        cards = QWidget()
        row = theme.row(self._terms, self._data)
        row.setStretch(0, 1)
        row.setStretch(1, 1)
        cards.setLayout(row)
        box = theme.column(FormScroll(cards), self._summary, self._working, self._foot())
        box.setStretch(0, 1)
        self.setLayout(box)
        self._connect()
        self._order()

    def _foot(self) -> QLayout:
        self._path = QLineEdit()
        self._path.setObjectName("batch_new.path")
        self._path.setAccessibleName(_("fichier à écrire"))
        self._path.textEdited.connect(lambda text: self._own_target(bool(text.strip())))
        live_key(self, "F10", self._path.setFocus)
        choose = ActionButton("", "open_folder", "F11", name="batch_new.choose", on=self.choose_target)
        choose.setAccessibleName(_("choisir le fichier"))
        self._write = ActionButton(
            _("Écrire le fichier"), "export_file", "Ctrl+Return", primary=True, name="batch_new.write", on=self.write
        )
        self._choose = choose
        foot = theme.row(KeyHint("F10"), self._path, choose, self._write, spacing=theme.S)
        foot.setStretch(1, 1)
        return foot

    def _connect(self) -> None:
        self._terms.recipient.changed.connect(lambda _uid: self._recipient_changed())
        self._terms.form.changed.connect(lambda _code: self._ask())
        self._terms.precision.changed.connect(lambda _codes: self._ask())
        self._terms.since.toggled.connect(lambda _on: self._ask())
        self._data.protocols.changed.connect(lambda _codes: self._ask())
        self._data.season.changed.connect(lambda _year: self._ask())
        for picks in (self._data.places, self._data.areas, self._data.taxa):
            picks.changed.connect(lambda _keys: self._ask())

    def _order(self) -> None:
        stops: list[QWidget] = [
            self._terms.recipient, self._terms.purpose, self._terms.form, self._terms.precision, self._terms.since,
            self._data.protocols, self._data.places.line, self._data.areas.line, self._data.taxa.line,
            self._path, self._choose, self._write,
        ]  # fmt: skip
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    # ---- showing

    def open(
        self,
        lines: Iterable[str] = (),
        recipient: str = "",
        format: str = "",
        since: bool = False,
        kept: bool = False,
        **_params: Any,
    ) -> None:
        """Begin a batch; `kept` goes on with the one that was being prepared."""
        self._is_filling = True
        self._data.forget_maps()
        if not kept:
            self._terms.recipient.set_value(recipient or None)
            self._terms.form.set_value(format or next(iter(self._formats)))
            self._terms.purpose.clear()
            self._terms.take_precision()
            self._data.clear(self._years())
            self._data.show_lines(frozenset(lines))
            self._is_own_target = False
        self._terms.follow()
        if since and self._terms.since.isEnabled():
            self._terms.since.setChecked(True)
        self._is_filling = False
        self.set_title(_("Nouvel envoi"))
        self._ask()
        # The list of the recipients opens with the cursor: it would cover the rest where the recipient is known.
        (self._terms.purpose if self._terms.recipient.value() else self._terms.recipient).setFocus()

    def _years(self) -> list[int]:
        """Return the years of all protocols that are told, newest first."""
        db = self._services.db
        dated = [(item.code, item.standard().visit) for item in self._protocols if item.standard is not None]
        return sorted({year for code, visit in dated for year in records.years(db, code, visit)}, reverse=True)

    def _recipient_changed(self) -> None:
        if not self._is_filling:
            self._terms.take_precision()
            self._ask()

    def _request(self) -> Request:
        terms = self._terms
        return Request(
            terms.form.value() or "",
            self._selection(),
            terms.recipient.value() or "",
            terms.purpose.text().strip(),
            precision=terms.wanted_precision(),
            since_last=terms.since.isChecked(),
            area=self._data.area_words(),
        )

    def _selection(self) -> Selection:
        """Return what is asked for; of what changed, the data of the batch before."""
        return Selection() if self._terms.since.isChecked() else self._data.selection()

    def _ask(self) -> None:
        """Work out what the file would hold, once nothing changes any more."""
        if self._is_filling:
            return
        self._is_filling = True
        self._terms.follow()
        self._data.setEnabled(not self._terms.since.isChecked())
        self._is_filling = False
        self._name_target()
        self._summary.show_counting()
        self._write.setEnabled(False)
        self._previews.run(
            run_preview, self._services, self._request(), done=self._show_preview, failed=self._not_previewed
        )

    def _show_preview(self, found: Preview) -> None:
        self._summary.show_preview(found)
        self._write.setEnabled(bool(found.rows or found.withdrawn))

    def _not_previewed(self, error: BaseException) -> None:
        if isinstance(error, CancelledError):
            return
        if not isinstance(error, FieldappError):
            errors.show(error)
            return
        self._summary.show_refusal(str(error))

    # ---- the file

    def _own_target(self, is_own: bool) -> None:
        self._is_own_target = is_own

    def _name_target(self) -> None:
        """Propose a name that says for whom, what and when."""
        if self._is_own_target:
            return
        form, today = self._terms.chosen_format(), clock.today()
        parts = (self._terms.recipient.text(), form.code, date.isoformat(today))
        name = "_".join(files.safe_name(part) for part in parts if part.strip())
        self._path.setText(files.home_words(files.start_folder() / f"{name}{form.ending}"))

    def choose_target(self) -> None:
        """Ask where to write."""
        name = Path(self._path.text().strip()).name
        files.ask_save(self, _("Écrire le fichier"), name, ANY_FILE, self._name_file)

    def _name_file(self, path: Path) -> None:
        self._path.setText(files.home_words(path))
        self._own_target(True)
        self._write.setFocus()

    def write(self) -> None:
        """Write the file."""
        text = self._path.text().strip().strip('"')
        if not text or self._working.is_busy() or not self._write.isEnabled():
            return
        path = Path(text).expanduser()
        job = self._context.background.run(
            run_make,
            self._services,
            self._request(),
            path,
            done=self._made,
            failed=self._not_made,
            progress=self._working.tell,
        )
        self._write.setEnabled(False)
        self._working.start(_("Écriture de {name}").format(name=path.name), job)

    def _made(self, made: Made) -> None:
        self._working.stop()
        if made.delivery and (saved_at := changes.last_saved_at(self._services.db)):
            self._services.on_saved(saved_at)
        words = _("{name} : {rows}, manifeste à côté.").format(
            name=made.path.name, rows=rows_words(int(made.manifest["rows"]))
        )
        self._context.back()
        if made.delivery:
            self._context.navigate("batches", delivery=made.delivery)
        self._context.notify(words, action=_("Ouvrir le dossier"), on=lambda: files.open_folder(made.path))

    def _not_made(self, error: BaseException) -> None:
        self._working.stop()
        self._write.setEnabled(True)
        if isinstance(error, CancelledError):
            self._context.notify(_("Arrêté : rien n’a été écrit."), "info")
        else:
            errors.show(error)
            self._path.setFocus()

    # ---- page

    def leaving(self) -> None:
        """Want no count any more."""
        self._previews.drop()

    def go_back(self) -> bool:
        """Cancel the work."""
        return self._working.cancel()

    def undo_state(self) -> dict[str, Any]:
        """Go on with what is being prepared."""
        return {"kept": True}

    def see_recipients(self) -> None:
        """Open the list of recipients."""
        self._context.navigate("recipients")

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("F2", _("choisir le destinataire"), self._terms.recipient.setFocus, "observers"),
            Action("F3", _("choisir le format"), self._terms.form.setFocus, "export_file"),
            Action("F4", _("une autre précision"), self._terms.next_precision, "locate"),
            Action("F5", _("seulement ce qui a changé, ou tout"), self._terms.since.toggle, "history"),
            *self._data.season.keys(),
            Action("F6", _("choisir les suivis"), self._data.protocols.setFocus, "data"),
            Action("F7", _("choisir des lieux"), self._data.places.line.setFocus, "area"),
            Action("F8", _("choisir des zones"), self._data.areas.line.setFocus, "protected"),
            Action("F9", _("choisir des espèces"), self._data.taxa.line.setFocus, "pond"),
            Action("F10", _("taper le fichier à écrire"), self._path.setFocus),
            Action("F11", _("le choisir"), self.choose_target, "open_folder"),
            Action("Ctrl+Return", _("écrire le fichier"), self.write, "export_file"),
            Action("", _("les destinataires"), self.see_recipients, "observers"),
        ]
