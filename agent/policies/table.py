"""The policies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.policies.adaptive import Adaptive
from agent.policies.best_of_n import BestOfN
from agent.policies.policy import Policy

POLICIES: Mapping[str, Callable[[], Policy]] = {"adaptive": Adaptive, "best-of-n": BestOfN}
