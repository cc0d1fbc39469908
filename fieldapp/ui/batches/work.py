"""The work behind the pages of batches, each with a connection of its own."""

from __future__ import annotations

from pathlib import Path

from fieldapp.exchange import batch, batch_again, register
from fieldapp.exchange.batch import Made, Preview
from fieldapp.exchange.batch_request import Request
from fieldapp.ui.background import Progress
from fieldapp.ui.services import Services


def run_preview(services: Services, request: Request, progress: Progress) -> Preview:
    """Work out what a file would hold."""
    with services.open_own() as db:
        return batch.preview(db, request, progress.report)


def run_make(services: Services, request: Request, path: Path, progress: Progress) -> Made:
    """Write a file, and enter it into the register; cancelling leaves nothing of it."""
    with services.open_own() as db:
        return batch.make(db, request, path, progress.report)


def run_resend(services: Services, delivery: str, path: Path) -> list[Path]:
    """Write the files of a delivery again."""
    with services.open_own() as db:
        return batch_again.resend(db, delivery, path)


def run_register(services: Services, path: Path) -> int:
    """Write the register as a table."""
    with services.open_own() as db:
        return register.write(db, path)
