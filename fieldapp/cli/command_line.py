"""The command line: its words, and which command they mean."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from fieldapp import __version__, protocols
from fieldapp.cli import batch_line, commands, review_line, sync_line
from fieldapp.core.text import N_, _
from fieldapp.exchange.exporting import exporters
from fieldapp.exchange.files import ENCODINGS
from fieldapp.exchange.importing import importers
from fieldapp.window import open_window, refuse_missing_qt

ARGPARSE_WORDS: Mapping[str, str] = {
    "argument %(argument_name)s: %(message)s": N_("%(argument_name)s : %(message)s"),
    "the following arguments are required: %s": N_("il manque : %s"),
    "one of the arguments %s is required": N_("il manque l’un de : %s"),
    "unrecognized arguments: %s": N_("de trop : %s"),
    "not allowed with argument %s": N_("ne va pas avec %s"),
    "ignored explicit argument %r": N_("ne prend pas de valeur (%r)"),
    "expected one argument": N_("une valeur est attendue"),
    "expected at most one argument": N_("une valeur au plus est attendue"),
    "expected at least one argument": N_("une valeur au moins est attendue"),
    "unexpected option string: %s": N_("option inattendue : %s"),
    "invalid %(type)s value: %(value)r": N_("valeur impossible : %(value)r"),
    "invalid choice: %(value)r (choose from %(choices)s)": N_("%(value)r n’existe pas (au choix : %(choices)s)"),
    "unknown parser %(parser_name)r (choices: %(choices)s)": N_(
        "%(parser_name)r n’existe pas (au choix : %(choices)s)"
    ),
}
"""What argparse says, in its English (source: Lib/argparse.py of Python 3.11), and the French text for it."""


_HUB = "hub"

TAXREF = "taxref"
"""The kind of file that holds the national reference of names."""


def run(argv: Sequence[str]) -> int:
    """Do what the words say and return the exit code; 2 when they make no sense."""
    parser = _parser(argv)
    try:
        given = parser.parse_args(argv)
        if given.no_display is not None and not given.demo:
            parser.error(_("--no-display va avec --demo"))
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else commands.REFUSED
    if given.command == _HUB:
        from fieldapp.hub import commands as hub_commands

        return hub_commands.run(given)
    given.database = None if given.database is None else Path(given.database)
    command = _COMMANDS.get(given.command)
    return _without_command(given) if command is None else command(commands.database_of(given.database), given)


def _without_command(given: argparse.Namespace) -> int:
    if given.self_test:
        refuse_missing_qt()
        from fieldapp.ui.selftest import run as self_test

        return self_test()
    if given.no_display is not None:
        return _demo_without_display(given.no_display)
    return open_window(given.database, given.demo)


def _demo_without_display(folder: Path) -> int:
    """Load the demonstration season, print its summary, export it and take pictures, all in one folder."""
    written, text = commands.demo_files(folder)
    print(text)
    print(_("Écrit :"))
    print("\n".join(map(str, written)), flush=True)
    refuse_missing_qt()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from fieldapp.ui.screenshots import take

    print("\n".join(map(str, take(folder / "captures"))))
    return commands.DONE


def _import(database: Path, given: argparse.Namespace) -> int:
    if given.kind == TAXREF:
        from fieldapp.cli import taxref_commands

        return taxref_commands.import_(database, given.file, everywhere=given.everywhere)
    return commands.import_(
        database,
        given.kind,
        given.file,
        update=given.update,
        encoding=given.encoding,
        report=given.report,
        mend=given.mend,
    )


def _export(database: Path, given: argparse.Namespace) -> int:
    if batch_line.is_batch(given):
        return batch_line.export(database, given)
    return commands.export(
        database,
        given.kind,
        given.file,
        year=given.year,
        taxon=given.taxon,
        theme=given.theme,
        layout=given.layout,
    )


def _summary(database: Path, given: argparse.Namespace) -> int:
    return commands.summary(
        database,
        given.protocol,
        year=given.year,
        as_json=given.json,
        site=given.site,
        direction=given.direction,
    )


def _ring(database: Path, given: argparse.Namespace) -> int:
    return commands.ring(database, " ".join(given.ring), as_json=given.json)


def _check(database: Path, _given: argparse.Namespace) -> int:
    return commands.check(database)


def _backup(database: Path, given: argparse.Namespace) -> int:
    return commands.make_backup(database, given.file)


def _restore(database: Path, given: argparse.Namespace) -> int:
    return commands.restore(database, given.file)


_COMMANDS: Mapping[str, Callable[[Path, argparse.Namespace], int]] = {
    "import": _import,
    "export": _export,
    "summary": _summary,
    "ring": _ring,
    "check": _check,
    "backup": _backup,
    "restore": _restore,
    **sync_line.COMMANDS,
    **batch_line.COMMANDS,
    **review_line.COMMANDS,
}
"""What does each command of the parser, given the database."""


# -------------------------------------------------------------------------------------------- the parser


def _word(message: str) -> str:
    """Return a text of argparse in the language of the interface."""
    return _(ARGPARSE_WORDS[message]) if message in ARGPARSE_WORDS else message


# argparse looks its texts up through this name of its own module, Python's hook for translating them.
vars(argparse)["_"] = _word


class _Parser(argparse.ArgumentParser):
    """A parser whose fixed words are in the language of the interface."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **options)
        self._positionals.title = _("arguments")
        self._optionals.title = _("options")
        self.add_argument("-h", "--help", action="help", help=_("montrer cette aide"))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how the command is written; exit code 2."""
        words = _("Commande mal écrite : {message}").format(message=message)
        self.exit(2, f"{self.format_usage()}{words}\n")

    def format_usage(self) -> str:
        """Return how the command is written."""
        return super().format_usage().replace("usage:", _("usage :"), 1)

    def format_help(self) -> str:
        """Return the help text."""
        return super().format_help().replace("usage:", _("usage :"), 1)


def _parser(argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="fieldapp",
        description=_("Suivis naturalistes, saisis sans réseau. Sans commande, ouvre la fenêtre."),
    )
    parser.add_argument("--version", action="version", version=f"fieldapp {__version__}", help=_("montrer la version"))
    parser.add_argument("--demo", action="store_true", help=_("ouvrir une base de démonstration, jetée à la fin"))
    parser.add_argument(
        "--no-display",
        metavar=_("DOSSIER"),
        type=Path,
        help=_("avec --demo : tout écrire dans ce dossier au lieu d’ouvrir une fenêtre"),
    )
    parser.add_argument("--self-test", action="store_true", help=_("essayer chaque fenêtre, puis dire si tout va bien"))
    _add_database(parser, None)
    actions = parser.add_subparsers(dest="command", metavar=_("COMMANDE"), title=_("commandes"), parser_class=_Parser)
    _add_exchange(actions)
    _add_others(actions)
    sync_line.add_to(actions, _add_database)
    batch_line.add_to(actions, _add_database)
    review_line.add_to(actions, _add_database, _year)
    _add_hub(actions, argv)
    return parser


def _add_database(parser: argparse.ArgumentParser, default: str | None = argparse.SUPPRESS) -> None:
    # As text: that of a hub may be a URL, of which a path would lose a stroke.
    parser.add_argument("--database", metavar=_("BASE"), default=default, help=_("travailler sur cette base"))


def _add_hub(actions: Any, argv: Sequence[str]) -> None:
    """Add the name of the hub's commands, and their words when they are asked for."""
    parser = actions.add_parser(_HUB, help=_("tenir le serveur où les portables se retrouvent"))
    if _HUB in argv:
        from fieldapp.hub import command_line as hub_words

        hub_words.add_to(parser, {commands.name_of(item): item for item in protocols.installed()})


def _add_kind(parser: argparse.ArgumentParser, known: Mapping[str, object]) -> None:
    choices = sorted(known)
    words = _("sorte de fichier : {kinds}").format(kinds=", ".join(choices))
    parser.add_argument("kind", metavar=_("SORTE"), choices=choices, help=words)


def _add_exchange(actions: Any) -> None:
    known = protocols.installed()
    reading = actions.add_parser("import", help=_("lire un fichier dans la base"))
    _add_kind(reading, {**importers(known), TAXREF: None})
    reading.add_argument("file", metavar=_("FICHIER"), type=Path, help=_("fichier à lire"))
    reading.add_argument(
        "--update", action="store_true", help=_("remplacer nos valeurs par celles du fichier (l’historique les garde)")
    )
    reading.add_argument(
        "--mend", action="store_true", help=_("corriger ce qui est évident (chaque correction est dite)")
    )
    reading.add_argument(
        "--encoding", choices=ENCODINGS, default=ENCODINGS[0], help=_("encodage du fichier (cp1252 pour Excel)")
    )
    reading.add_argument(
        "--everywhere",
        action="store_true",
        help=_("taxref : tous les noms, pas seulement ceux de France métropolitaine"),
    )
    reading.add_argument("--report", metavar=_("RAPPORT"), type=Path, help=_("écrire ici le rapport ligne par ligne"))
    _add_database(reading)
    writing = actions.add_parser("export", help=_("écrire un fichier depuis la base"))
    _add_kind(writing, {**dict.fromkeys(batch_line.COMMON_KINDS), **exporters(known)})
    writing.add_argument("file", metavar=_("FICHIER"), type=Path, help=_("fichier à écrire"))
    writing.add_argument("--year", metavar=_("ANNÉE"), type=_year, help=_("cette année seulement"))
    writing.add_argument("--taxon", metavar="CD_NOM", type=int, help=_("ce taxon et ceux en dessous"))
    writing.add_argument("--theme", metavar=_("THÈME"), help=_("ce thème seulement (baguage : STOC, PHENO…)"))
    writing.add_argument("--layout", metavar=_("DISPOSITION"), help=_("disposition des colonnes (celle de l’année)"))
    batch_line.add_terms(writing)
    _add_database(writing)


def _add_others(actions: Any) -> None:
    figures = actions.add_parser("summary", help=_("montrer les chiffres d’une saison"))
    figures.add_argument("protocol", choices=sorted(commands.summarised()), help=_("suivi"))
    figures.add_argument(
        "--year", metavar=_("ANNÉE"), type=_year, help=_("année (sinon la dernière ; barrière : toutes)")
    )
    figures.add_argument("--site", metavar=_("NOM"), help=_("lieu, là où un suivi les résume un par un (barrière)"))
    figures.add_argument(
        "--direction",
        choices=sorted(commands.DIRECTIONS),
        help=_("barrière : entrées (in, d’office), sorties (out) ou toutes (all)"),
    )
    figures.add_argument("--json", action="store_true", help=_("en JSON"))
    _add_database(figures)
    life = actions.add_parser("ring", help=_("montrer la vie d’un oiseau bagué"))
    life.add_argument(
        "ring", metavar=_("BAGUE"), nargs="+", help=_("numéro gravé, centre devant si besoin : FRP 8680001")
    )
    life.add_argument("--json", action="store_true", help=_("en JSON"))
    _add_database(life)
    _add_database(actions.add_parser("check", help=_("vérifier la base et son historique")))
    saving = actions.add_parser("backup", help=_("écrire une copie vérifiée de la base"))
    saving.add_argument("file", metavar=_("FICHIER"), type=Path, help=_("fichier ou dossier de la copie"))
    _add_database(saving)
    restoring = actions.add_parser("restore", help=_("remettre une sauvegarde à la place de la base"))
    restoring.add_argument("file", metavar=_("FICHIER"), type=Path, help=_("sauvegarde"))
    _add_database(restoring)


def _year(text: str) -> int:
    if not (text.isdecimal() and len(text) == 4):
        raise argparse.ArgumentTypeError(_("« {text} » n’est pas une année").format(text=text))
    return int(text)
