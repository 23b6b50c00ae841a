"""What commands share."""

from __future__ import annotations

import threading

import pytest
import typer

from aspl.command import interruptible


def test_work_that_may_be_interrupted_is_done_in_a_thread_of_its_own() -> None:
    assert interruptible(lambda: threading.current_thread()) is not threading.main_thread()


@pytest.mark.parametrize("error", [ValueError("no"), MemoryError(), typer.Exit(1), SystemExit(3)])
def test_its_failure_is_the_callers(error: BaseException) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        interruptible(work)
    assert raised.value is error
