"""From figures and thresholds to the verdict."""

from __future__ import annotations

from prodcls.audit import AuditReport, Check
from prodcls.audit_figures import FIGURES, as_interval
from prodcls.thresholds import Threshold, Thresholds

__all__ = ["failing", "judge"]


def judge(report: AuditReport, thresholds: Thresholds | None) -> tuple[Check, ...]:
    """Hold the figures of a report against the thresholds.

    Parameters
    ----------
    report : AuditReport
        Its own verdict is not read.
    thresholds : Thresholds or None
        None: none were set.

    Returns
    -------
    tuple of Check
        One line for each threshold, also where the report lacks the figure: such a threshold fails. Then the
        headline figures without a threshold, for information.
    """
    bounds = {} if thresholds is None else thresholds.bounds
    lines = [_check(report, name, bounds[name]) for name in FIGURES if name in bounds]
    rest = [_check(report, name, None) for name, kind in FIGURES.items() if kind.headline and name not in bounds]
    return (*lines, *(line for line in rest if line.value is not None))


def failing(checks: tuple[Check, ...]) -> tuple[str, ...]:
    """Return a line for each threshold that fails, for a terminal.

    Parameters
    ----------
    checks : tuple of Check

    Returns
    -------
    tuple of str
        Such as ``"accuracy is 0.911, and at least 0.95 was asked for"``.
    """
    lines = []
    for check in checks:
        if check.passed is not False or check.threshold is None:
            continue
        wanted = f"{'at least' if check.direction == 'min' else 'at most'} {check.threshold:g} was asked for"
        if check.value is None:
            lines.append(f"{check.name} was not measured, and {wanted}")
            continue
        end = check.low if check.direction == "min" else check.high
        by_interval = check.judged_by == "interval" and end is not None
        figure = f"{check.value:.4g}" + (f" (its interval ends at {end:.4g})" if by_interval else "")
        lines.append(f"{check.name} is {figure}, and {wanted}")
    return tuple(lines)


def _check(report: AuditReport, name: str, threshold: Threshold | None) -> Check:
    kind = FIGURES[name]
    value, low, high = as_interval(kind.read(report))
    if threshold is None:
        return Check(name, value, low, high, None, None, kind.direction)
    end = low if kind.direction == "min" else high
    judged = end if threshold.judged_by == "interval" else value
    passed = judged is not None and (
        judged >= threshold.bound if kind.direction == "min" else judged <= threshold.bound
    )
    return Check(name, value, low, high, threshold.bound, passed, kind.direction, threshold.judged_by)
