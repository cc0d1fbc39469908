"""The most memory that this process has held."""

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_bytes() -> int:
    """Returns the peak of the resident memory of this process, in bytes.

    `getrusage` says more than the truth on Linux: a child that was started with vfork and exec inherits the peak of the
    process that started it (here: of the whole test run). The kernel's own line `VmHWM` belongs to the program alone.
    """
    if STATUS.exists():
        line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # bytes there, kilobytes elsewhere
