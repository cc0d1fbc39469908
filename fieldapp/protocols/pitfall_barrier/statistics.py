"""Two intervals in plain Python: of a share (Wilson's score) and of the slope of a straight line (Student's t).

Python's own `statistics` is loaded when it is first needed: it costs the command line more than all else of a summary.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_POINTS = 3
"""A line through two points has no interval: its residuals have no degree of freedom."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` as a share from 0 to 1, and its interval; all three None where the whole is 0."""

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line fitted to points: y = intercept + slope × x; the interval is that of the slope."""

    slope: float
    intercept: float
    low: float
    high: float
    points: int


def share(part: int, whole: int, confidence: float = 0.95) -> Share:
    """Return the share with its score interval.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, Journal of the
    American Statistical Association 22, 209-212; without correction for continuity.
    """
    if not whole:
        return Share(part, whole, None, None, None)
    from statistics import NormalDist

    z = NormalDist().inv_cdf((1 + confidence) / 2)
    found, slack = part / whole, z * z / whole
    middle = (found + slack / 2) / (1 + slack)
    half = z / (1 + slack) * math.sqrt(found * (1 - found) / whole + slack / (4 * whole))
    # At 0 and at `whole` one end of the interval is the share itself; rounding must not step over it.
    low = 0.0 if part == 0 else max(0.0, middle - half)
    high = 1.0 if part == whole else min(1.0, middle + half)
    return Share(part, whole, found, low, high)


def line(xs: Sequence[float], ys: Sequence[float], confidence: float = 0.95) -> Line | None:
    """Return the line of ordinary least squares with the interval of its slope; None below three points.

    None too where all x are the same. Source: N. R. Draper & H. Smith, Applied Regression Analysis, 3rd ed. 1998, §1.4:
    slope ± t × s / √Σ(x − x̄)², with s² = Σ residual² / (n − 2) and t of n − 2 degrees of freedom.
    """
    from statistics import fmean, linear_regression

    points = len(xs)
    if points < LEAST_POINTS or len(set(xs)) == 1:
        return None
    slope, intercept = linear_regression(xs, ys)
    middle = fmean(xs)
    spread = math.fsum((x - middle) ** 2 for x in xs)
    rest = math.fsum((y - intercept - slope * x) ** 2 for x, y in zip(xs, ys, strict=True))
    half = student_quantile((1 + confidence) / 2, points - 2) * math.sqrt(rest / (points - 2) / spread)
    return Line(slope, intercept, slope - half, slope + half, points)


def student_within(t: float, freedom: int) -> float:
    """Return the share of Student's distribution between -t and t, for a whole number of degrees of freedom, 1 or more.

    Exact finite sums. Source: M. Abramowitz & I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.3 for odd
    degrees of freedom and 26.7.4 for even ones.
    """
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for step in range(1, freedom // 2 + 1):
        total += term
        term *= cosine * cosine * (2 * step / (2 * step + 1) if odd else (2 * step - 1) / (2 * step))
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def student_quantile(probability: float, freedom: int) -> float:
    """Return the t below which Student's variable stays with this probability (0.5 to below 1), by halving."""
    within = 2 * probability - 1
    low, high = 0.0, 1.0
    while student_within(high, freedom) < within:
        high *= 2
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if student_within(middle, freedom) < within else (low, middle)
    return high
