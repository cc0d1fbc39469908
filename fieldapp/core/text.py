"""Words: the language of the interface, and text compared without accents or capitals."""

from __future__ import annotations

import gettext
import unicodedata
from functools import lru_cache

from fieldapp.core import paths

LANGUAGES = {"fr": "Français", "en": "English"}
SOURCE_LANGUAGE = "fr"

_translations: gettext.NullTranslations = gettext.NullTranslations()
_language = SOURCE_LANGUAGE


def set_language(code: str) -> None:
    """Choose the language of every text from now on; French is the source and needs no file."""
    global _translations, _language
    _language = code if code in LANGUAGES else SOURCE_LANGUAGE
    if _language == SOURCE_LANGUAGE:
        _translations = gettext.NullTranslations()
    else:
        _translations = gettext.translation("fieldapp", paths.resource("translations"), [_language], fallback=True)


def language() -> str:
    """Return the code of the language in use ("fr" or "en")."""
    return _language


def _(message: str) -> str:
    """Return the French source text in the language of the interface."""
    return _translations.gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form that fits `n`; French counts 0 and 1 as singular."""
    if _language == SOURCE_LANGUAGE:
        return singular if abs(n) < 2 else plural
    return _translations.ngettext(singular, plural, n)


def N_(message: str) -> str:
    """Mark a French text for translation where it stands; it is translated where it is shown."""
    return message


def together(text: str) -> str:
    """Return the text with blanks that do not break before ; : ? ! » and after «, so that no sign wraps alone."""
    for sign in ";:?!»":
        text = text.replace(f" {sign}", f"\N{NO-BREAK SPACE}{sign}")
    return text.replace("« ", "«\N{NO-BREAK SPACE}")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the text without accents, ligatures and capitals, for searching and comparing."""
    if text.isascii():
        return text.casefold().strip()
    return _without_marks(unicodedata.normalize("NFKD", text)).casefold().strip()


def unaccent(text: str) -> str:
    """Return the text without accents, capitals kept, as PostgreSQL's `unaccent` writes site names for the SHF."""
    return _without_marks(unicodedata.normalize("NFD", text))


def _without_marks(decomposed: str) -> str:
    """Return decomposed text without accents and ligatures; accents first, for a ligature may carry one ("ǽ")."""
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE").replace("’", "'")
