"""Build hook: compiles the translations, and lays resources/ into the wheel as fieldapp/resources."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RESOURCES = "resources"


def compile_translations(root: Path) -> list[Path]:
    """Return the .mo files written beside every resources/translations/<lang>/LC_MESSAGES/*.po under `root`.

    Fuzzy entries are left out, as gettext does: an unsure translation shows the French source.
    """
    written = []
    for po in sorted((root / RESOURCES / "translations").glob("*/LC_MESSAGES/*.po")):
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parts[-3])
        mo = po.with_suffix(".mo")
        with mo.open("wb") as target:
            write_mo(target, catalog)
        written.append(mo)
    return written


class TranslationsHook(BuildHookInterface[Any]):
    """Runs before a wheel (editable or not) is made; an sdist keeps the sources only."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the translations; a real wheel also gets resources/, an editable one reads it from the tree."""
        if self.target_name != "wheel":
            return
        compile_translations(Path(self.root))
        if version == "standard":
            build_data["force_include"][RESOURCES] = "fieldapp/resources"
