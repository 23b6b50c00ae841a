"""Symbolic metrics: off-chip traffic and on-chip memory of a program, before any run.

Two rules are kept apart: `published`, the equations behind the published figures of STeP, and
`paper`, those that its section 4.2 states.
"""

from compiler.metrics.measure import Metrics, OperatorMetrics, Values, metrics
from compiler.metrics.row import Rule

__all__ = ["Metrics", "OperatorMetrics", "Rule", "Values", "metrics"]
