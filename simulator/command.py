"""What sub-commands that simulate share."""

from __future__ import annotations

import sys

from aspl.command import tell


def prepare_engine() -> None:
    """Make the engine ready; somebody who waits at a terminal is told why, once a machine."""
    from simulator.engine.run import is_compiled, warm_up

    if sys.stderr.isatty() and not is_compiled():
        tell("compiling the simulator, once; this takes half a minute")
    warm_up()
