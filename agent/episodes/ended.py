"""How an episode ends before its verdict."""

from __future__ import annotations


class Stopped(Exception):
    """A sample goes no further in this session: no room in the budget, or the world failed.

    What there is of it is recorded, and resuming the run takes it up.
    """
