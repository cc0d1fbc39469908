"""The style below the red-night theme."""

from __future__ import annotations

from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleOption, QWidget


class RedNightStyle(QProxyStyle):
    """Fusion without Qt's caret: it inverts the ground, which on black is white light. `caret` draws a red one."""

    def pixelMetric(
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        """Return Fusion's measures, but no width for the caret."""
        if metric == QStyle.PixelMetric.PM_TextCursorWidth:
            return 0
        return super().pixelMetric(metric, option, widget)
