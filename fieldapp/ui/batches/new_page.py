"""The page "batch_new": for whom, which data, what the file would hold; then the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from fieldapp.core import clock
from fieldapp.core.errors import CancelledError, FieldappError, SheetError
from fieldapp.core.text import _
from fieldapp.exchange.batch import Made, Preview
from fieldapp.exchange.batch_request import Request
from fieldapp.exchange.formats import formats
from fieldapp.exchange.selecting import Selection
from fieldapp.store import batches, changes, records
from fieldapp.ui import errors, files, theme
from fieldapp.ui.background import Latest
from fieldapp.ui.batches.new_cards import DataCard, Pick, SummaryCard, TermsCard
from fieldapp.ui.batches.register_page import ANY_FILE, FOLDER_KEY
from fieldapp.ui.batches.words import made_words, own_words
from fieldapp.ui.batches.work import run_make, run_preview
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.sync.question import Question
from fieldapp.ui.widgets import ActionButton, GiveWay, KeyHint, live_key
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
        self._agreed: Path | None = None
        self._asked: Request | None = None
        self._counted: Request | None = None
        self._terms = TermsCard(self._services, tuple(self._formats.values()))
        self._data = DataCard(self._services, self._protocols)
        self._summary = SummaryCard(self.open_sheet)
        self._sheet: SheetError | None = None
        self._question = Question(name="batch_new.question", on_no=self._keep_file)
        self._working = Working(name="batch_new.working")
        cards = QWidget()
        row = theme.row(self._terms, self._data)
        row.setStretch(0, 1)
        row.setStretch(1, 1)
        cards.setLayout(row)
        foot = self._foot()
        box = theme.column(FormScroll(cards), self._summary, self._question, self._working, foot)
        box.setStretch(0, 1)
        self.setLayout(box)
        self._gives_way = GiveWay([self._question], [foot], self._question.no)
        self._connect()
        self._order()

    def _foot(self) -> QWidget:
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
        row = theme.row(KeyHint("F10"), self._path, choose, self._write, spacing=theme.S)
        row.setStretch(1, 1)
        foot = QWidget()
        foot.setLayout(row)
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
            picks.touched.connect(self._words_moved)
        for pick in self._terms.picks():
            pick.touched.connect(self._words_moved)
        self._terms.recipient.wanted.connect(self._add_recipient)

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
        self._agreed = None
        self._terms.follow()
        if since and self._terms.since.isEnabled():
            self._terms.since.setChecked(True)
        self._is_filling = False
        for pick in self._picks():
            pick.commit()  # what was typed may be there now
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

    def _picks(self) -> list[Pick]:
        return [*self._terms.picks(), *self._data.picks()]

    def _untaken(self) -> Pick | None:
        """Return the first line that holds words which nobody has taken."""
        return next((pick for pick in self._picks() if not pick.is_settled()), None)

    def _request(self) -> Request | None:
        """Return what is asked for; None while words stand somewhere that nobody has taken.

        They are no empty line: nothing is counted or written as if they were not there.
        """
        if self._untaken() is not None:
            return None
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

    def _words_moved(self) -> None:
        """Count anew where what was typed, or taken back, is another request."""
        request = self._request()
        if request is None or _same(request) != self._asked:
            self._ask()

    def _ask(self) -> None:
        """Work out what the file would hold, once nothing changes any more."""
        if self._is_filling:
            return
        self._asked = self._counted = self._sheet = None
        self._question.drop()
        self._is_filling = True
        self._terms.follow()
        self._data.follow(self._terms.goes_on_from())
        self._is_filling = False
        untaken, request = self._untaken(), self._request()
        self._write.setEnabled(request is None)  # its key then says which words are not taken
        if request is None:
            self._previews.drop()
            self._summary.show_untaken(untaken.words() if untaken is not None else "")
            return
        self._asked = _same(request)
        self._name_target()
        self._summary.show_counting()
        self._previews.run(
            run_preview,
            self._services,
            request,
            done=partial(self._show_preview, self._asked),
            failed=self._not_previewed,
        )

    def _show_preview(self, request: Request, found: Preview) -> None:
        self._counted = request
        own = "" if request.recipient else own_words(self._services.db, request.precision)
        self._summary.show_preview(found, own, is_empty=not found.rows and not self._years())
        self._write.setEnabled(bool(found.rows or found.withdrawn))

    def _not_previewed(self, error: BaseException) -> None:
        if isinstance(error, CancelledError):
            return
        if not isinstance(error, FieldappError):
            errors.show(error)
            return
        self._sheet = error if isinstance(error, SheetError) else None
        self._summary.show_refusal(error)

    def open_sheet(self) -> None:
        """Open the sheet without which nothing can be handed over; what is being prepared waits."""
        if self._sheet is None:
            return
        entity, uid = self._sheet.entity, self._sheet.uid
        found = [] if uid else records.roots(self._services.db, batches.DIRECTORY, entity)
        if len(found) > 1:
            self._context.navigate("directory", section=entity)
            return
        uid = found[0].uid if found else uid
        self._context.navigate("place", protocol=batches.DIRECTORY, entity=entity, uid=uid)

    def _add_recipient(self, name: str) -> None:
        """Open the sheet of a new recipient, called as was typed; what is being prepared waits."""
        self._context.navigate("place", protocol=batches.DIRECTORY, entity=batches.RECIPIENT, given={"name": name})

    # ---- the file

    def _own_target(self, is_own: bool) -> None:
        self._is_own_target = is_own

    def _name_target(self) -> None:
        """Propose a name that says for whom, what and when."""
        if self._is_own_target:
            return
        form, today = self._terms.chosen_format(), clock.today()
        suite = _("suite") if self._terms.since.isChecked() else ""
        parts = (self._terms.recipient.text(), form.code, date.isoformat(today), suite)
        name = "_".join(files.safe_name(part) for part in parts if part.strip())
        self._path.setText(files.home_words(_free(files.start_folder(), name, form.ending)))

    def choose_target(self) -> None:
        """Ask where to write."""
        name = Path(self._path.text().strip()).name
        files.ask_save(self, _("Écrire le fichier"), name, ANY_FILE, self._name_file)

    def _name_file(self, path: Path) -> None:
        self._path.setText(files.home_words(path))
        self._own_target(True)
        self._agreed = path  # the dialog has asked
        self._write.setFocus()

    def write(self) -> None:
        """Write the file, as it was counted; what is not taken or would be overwritten is asked first."""
        text = self._path.text().strip().strip('"')
        if not text or self._working.is_busy() or not self._write.isEnabled():
            return
        if not self._take_words():
            return
        request, path = self._request(), Path(text).expanduser()
        if request is None or _same(request) != self._counted:
            return
        if path.is_file() and path != self._agreed:
            sentence = _("Le fichier {name} existe déjà. L’écraser ? Ce qu’il contient sera perdu.")
            self._question.ask(
                sentence.format(name=path.name),
                _("Écraser"),
                _("Garder, changer de nom"),
                partial(self._make, request, path),
                key="Ctrl+E",
            )
            self._question.no.setFocus()
            return
        self._make(request, path)

    def _take_words(self) -> bool:
        """Take what was typed where it can mean only one thing; return whether nothing had to be: else look first."""
        untaken = [pick for pick in self._picks() if not pick.is_settled()]
        for pick in untaken:
            if not pick.commit():
                pick.setFocus()
                return False
        if untaken:
            self._context.notify(
                _("Ce qui était tapé est pris : relisez « Ce qui partira », puis Ctrl Entrée."), "info"
            )
        return not untaken

    def _keep_file(self) -> None:
        """Leave the file that is there as it is, and let another name be typed."""
        self._question.drop()
        self._path.setFocus()
        self._path.selectAll()

    def _make(self, request: Request, path: Path) -> None:
        job = self._context.background.run(
            run_make,
            self._services,
            request,
            path,
            done=partial(self._made, request),
            failed=self._not_made,
            progress=self._working.tell,
        )
        self._write.setEnabled(False)
        self._working.start(_("Écriture de {name}").format(name=path.name), job)

    def _made(self, request: Request, made: Made) -> None:
        self._working.stop()
        if made.delivery and (saved_at := changes.last_saved_at(self._services.db)):
            self._services.on_saved(saved_at)
        words = made_words(made, "" if made.delivery else own_words(self._services.db, request.precision))
        self._context.back()
        if made.delivery:
            self._context.navigate("batches", delivery=made.delivery)
        self._context.notify(
            words, action=_("Ouvrir le dossier"), key=FOLDER_KEY, on=lambda: files.open_folder(made.path)
        )

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
        """Cancel the work, leave the file that is there: in this order."""
        if self._working.cancel():
            return True
        if self._question.isHidden():
            return False
        self._keep_file()
        return True

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
            Action("F12", _("ouvrir la fiche qui manque"), self.open_sheet, "edit"),
            Action("", _("les destinataires"), self.see_recipients, "observers"),
        ]


def _same(request: Request) -> Request:
    """Return the request without its purpose, which changes nothing of what is told."""
    return replace(request, purpose="")


def _free(folder: Path, name: str, ending: str) -> Path:
    """Return the path of a file that is not there yet, with a number where its name is taken."""
    names = (f"{name}_{number}" if number > 1 else name for number in count(1))
    return next(path for one in names if not (path := folder / f"{one}{ending}").exists())
