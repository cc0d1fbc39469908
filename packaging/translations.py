"""Texts of the program: `update` brings those of the code into fieldapp.pot and every .po, `check` finds the gaps.

French is the source language, so there is no French .po; English is the first translation and stays complete.
Exit codes of `check`: 0 complete, 1 a text lacks its translation.
"""

import csv
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
TEMPLATE = TRANSLATIONS / "fieldapp.pot"
DOMAIN = "fieldapp"
REQUIRED_LANGUAGES = ("en",)

# The functions of fieldapp.core.text; N_ marks module-level data that `_` translates later.
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%(?:\(\w+\))?[sdif]")


def extract(root: Path) -> Catalog:
    """Return every text of fieldapp/**.py and every label of the code lists, with the files they stand in.

    No line numbers: they would change daily.
    """
    catalog = Catalog(project="fieldapp", charset="utf-8", copyright_holder="the fieldapp authors")
    package = root / "fieldapp"
    for name, _line, text, comments, context in extract_from_dir(
        package, method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        place = (package / name).relative_to(root).as_posix()
        catalog.add(text, None, [(place, None)], auto_comments=comments, context=context)  # type: ignore[list-item]
    for path in sorted(package.glob("protocols/*/reference/nomenclatures.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                for text in filter(None, (row["label"], row["short_label"])):
                    catalog.add(text, None, [(path.relative_to(root).as_posix(), None)])  # type: ignore[list-item]
    return catalog


def read(path: Path) -> Catalog:
    """Return the catalogue of the .po or .pot file `path`."""
    with path.open("rb") as source:
        return read_po(source, ignore_obsolete=False)


def write(path: Path, catalog: Catalog) -> None:
    """Write `catalog` to `path`, sorted, so that a change of the code moves no other line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalog, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)


def po_files() -> list[Path]:
    """Return the .po files, one per language."""
    return sorted(TRANSLATIONS.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def identifiers(catalog: Catalog) -> set[object]:
    """Return the source texts of `catalog`, header left out; a plural is a pair of texts."""
    return {message.id for message in catalog if message.id}


def update() -> int:
    """Write fieldapp.pot and merges it into every .po; a text that changed loses its translation, none is guessed."""
    catalog = extract(ROOT)
    catalog.creation_date = datetime.now(UTC)
    if TEMPLATE.exists():
        before = read(TEMPLATE)
        if identifiers(before) == identifiers(catalog):
            catalog.creation_date = before.creation_date
    write(TEMPLATE, catalog)
    for language in REQUIRED_LANGUAGES:
        path = TRANSLATIONS / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        if not path.exists():
            write(path, Catalog(locale=language, project="fieldapp", charset="utf-8"))
    for path in po_files():
        language = path.parts[-3]
        with path.open("rb") as source:
            translated = read_po(source, locale=language)
        translated.update(catalog, no_fuzzy_matching=True)
        write(path, translated)
        print(f"{path.relative_to(ROOT)}: {len(identifiers(translated))} texts, {len(gaps(catalog, translated))} to do")
    return 0


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a message's id or string: one, or one per plural form."""
    if isinstance(value, str):
        return (value,)
    return tuple(str(part) for part in value) if isinstance(value, (tuple, list)) else ()


def fault(source: Message, translation: Message | None) -> str | None:
    """Return what is wrong with `translation` of `source`, or None."""
    if translation is None:
        return "missing"
    if translation.fuzzy:
        return "fuzzy"
    strings = texts(translation.string)
    if not strings or not all(strings):
        return "not translated"
    expected = set(PLACEHOLDER.findall(texts(source.id)[-1]))
    if set(PLACEHOLDER.findall(strings[-1])) != expected:
        return f"its placeholders are not {', '.join(sorted(expected)) or '(none)'}"
    return None


def gaps(source: Catalog, translated: Catalog) -> list[str]:
    """Return one line per text of `source` that `translated` lacks, leaves empty or fuzzy, or fills otherwise."""
    found = []
    for message in source:
        if not message.id:
            continue
        wrong = fault(message, translated.get(message.id, message.context))
        if wrong:
            places = ", ".join(sorted({place for place, _line in message.locations}))
            found.append(f"{wrong}: {texts(message.id)[0]!r} ({places})")
    return found


def check() -> int:
    """Print every gap of every language; return 1 if there is one."""
    catalog = extract(ROOT)
    found = [
        f"{language}: no {DOMAIN}.po"
        for language in REQUIRED_LANGUAGES
        if not (TRANSLATIONS / language / "LC_MESSAGES" / f"{DOMAIN}.po").exists()
    ]
    for path in po_files():
        found += [f"{path.parts[-3]}: {line}" for line in gaps(catalog, read(path))]
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print(f"{len(found)} gap(s). Run `make translations`, then fill in the .po files.", file=sys.stderr)
        return 1
    print(f"{len(identifiers(catalog))} texts, complete in: {', '.join(path.parts[-3] for path in po_files())}")
    return 0


if __name__ == "__main__":
    commands = {"update": update, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit("usage: translations.py update|check")
    sys.exit(commands[sys.argv[1]]())
