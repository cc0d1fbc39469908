"""Says which system libraries Qt misses on this Linux machine, with the command that installs them.

Run by `make`, with the Python of the environment. Exit codes: 0 nothing is missing (or not Linux), 1 something is.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Library -> (Debian and Ubuntu package, Fedora package).
# Source: `ldd` on the libraries of PySide6 6.12; `apt-cache show` on Debian 12; Fedora's package list.
PACKAGES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libOpenGL.so.0": ("libopengl0", "libglvnd-opengl"),
    "libGLX.so.0": ("libglx0", "libglvnd-glx"),
    "libX11.so.6": ("libx11-6", "libX11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2", "krb5-libs"),
    "libstdc++.so.6": ("libstdc++6", "libstdc++"),
    "libz.so.1": ("zlib1g", "zlib"),
    "libzstd.so.1": ("libzstd1", "libzstd"),
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor"),
    "libwayland-egl.so.1": ("libwayland-egl1", "libwayland-egl"),
}

# What the program loads, and what Qt loads for it, per way of showing a window.
MODULES = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtNetwork")
PLUGINS = {"offscreen": "libqoffscreen.so", "xcb": "libqxcb.so", "wayland": "libqwayland.so"}


def platform_plugins(environment: dict[str, str]) -> list[str]:
    """Return the ways of showing a window that Qt may take here, best known first: xcb, wayland, else offscreen."""
    asked = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if asked in PLUGINS:
        return [asked]
    displays = {"xcb": environment.get("DISPLAY"), "wayland": environment.get("WAYLAND_DISPLAY")}
    return [plugin for plugin, display in displays.items() if display] or ["offscreen"]


def qt_libraries(pyside: Path) -> list[Path]:
    """Return the libraries of PySide6 that the program loads first."""
    libraries = [pyside / "Qt" / "lib" / f"lib{module.replace('Qt', 'Qt6')}.so.6" for module in MODULES]
    return libraries + [pyside / f"{module}.abi3.so" for module in MODULES]


def missing_in(ldd_output: str) -> set[str]:
    """Return the names of the libraries that `ldd` could not find."""
    return {line.split("=>")[0].strip() for line in ldd_output.splitlines() if line.rstrip().endswith("not found")}


def missing_libraries(files: list[Path]) -> set[str]:
    """Return the system libraries that `files` need and that this machine lacks; empty where there is no `ldd`."""
    ldd = shutil.which("ldd")
    if ldd is None:
        return set()
    missing: set[str] = set()
    for file in files:
        missing |= missing_in(subprocess.run([ldd, file], capture_output=True, text=True, check=False).stdout)
    return {name for name in missing if not name.startswith(("libQt6", "libpyside6", "libshiboken6", "libicu"))}


def missing_for_windows(pyside: Path, plugins: list[str]) -> set[str]:
    """Return what Qt itself misses, and what the first of `plugins` misses unless another one is complete."""
    missing = missing_libraries(qt_libraries(pyside))
    folder = pyside / "Qt" / "plugins" / "platforms"
    per_plugin = [missing_libraries([folder / PLUGINS[plugin]]) for plugin in plugins]
    return missing | (per_plugin[0] if all(per_plugin) else set())


def install_command(libraries: set[str], manager: str | None, superuser: bool) -> str:
    """Return the command that installs `libraries` with `manager`: "apt-get", "dnf" or None (unknown: apt-get's names).

    A library that stands in no list is asked of dnf by its file name; apt has no such question.
    """
    known = {PACKAGES[name][1 if manager == "dnf" else 0] for name in libraries if name in PACKAGES}
    unknown = sorted(name for name in libraries if name not in PACKAGES)
    if manager == "dnf":
        known |= {f"'{name}()(64bit)'" for name in unknown}
    if not known:
        return f"look for the package that holds it, for instance with: apt-file search {' '.join(unknown)}"
    command = f"{manager or 'apt-get'} install {' '.join(sorted(known))}"
    return command if superuser else f"sudo {command}"


def main() -> int:
    """Print what is missing and how to get it; return the exit code."""
    if not sys.platform.startswith("linux"):
        return 0
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        print(
            "PySide6 is not installed in this environment: run `make clean`, then the command again.", file=sys.stderr
        )
        return 1
    libraries = missing_for_windows(Path(spec.submodule_search_locations[0]), platform_plugins(dict(os.environ)))
    if not libraries:
        return 0
    for name in sorted(libraries):
        print(f"Missing system library: {name} (Qt needs it to show windows).", file=sys.stderr)
    manager = next((name for name in ("apt-get", "dnf") if shutil.which(name)), None)
    print("Install it, then run the command again:", file=sys.stderr)
    print(f"    {install_command(libraries, manager, os.geteuid() == 0)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
