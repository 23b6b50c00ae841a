from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from answers import GOOD, SQUARES, WRONG, misbehaving

from aspl.text.source import MAX_CHARACTERS
from benchmark.judge.limits import Limits
from benchmark.judge.pool import JudgePool
from benchmark.judge.verdict import Outcome
from benchmark.tasks.task import TaskError

LIMITS = Limits(cpu_s=1, wall_s=4, memory_bytes=2**29, output_bytes=2**20)


@pytest.fixture(scope="module")
def pool() -> Iterator[JudgePool]:
    with JudgePool(1, limits=LIMITS) as made:
        yield made


def test_answers_are_judged(pool: JudgePool) -> None:
    good, wrong = pool.judge(SQUARES, GOOD), pool.judge(SQUARES, WRONG)
    assert good.outcome is Outcome.CORRECT
    assert good.cost is not None
    assert good.seeds == pool.seeds
    assert set(good.versions) >= {"judge", "task", "machine"}
    assert wrong.outcome is Outcome.WRONG_VALUES
    assert {each.regime for each in wrong.mismatches} == {"paper", "primes", "ones"}


def test_a_verdict_is_made_again_on_its_inputs(pool: JudgePool) -> None:
    first, again = (pool.judge(SQUARES, WRONG, seeds=(7, 8)) for _ in range(2))
    assert first.seeds == again.seeds == (7, 8)
    assert first.mismatches == again.mismatches
    assert first.mismatches != pool.judge(SQUARES, WRONG).mismatches


@pytest.mark.parametrize(
    ("deed", "outcome", "reason"),
    [
        ("spins", Outcome.LIMIT, "more than 1 s of CPU time"),
        ("sleeps", Outcome.LIMIT, "more than 4 s"),
        ("hogs", Outcome.LIMIT, "more than 536870912 bytes of memory"),
        ("prints", Outcome.LIMIT, "more than 1048576 bytes of output"),
        ("floods", Outcome.LIMIT, "more than 1048576 bytes of output, or no report"),
        ("dies", Outcome.CRASHED, "ended by SIGSEGV: these are my last words"),
        ("exits", Outcome.CRASHED, "ended with 0 and no report"),
        ("forges", Outcome.CRASHED, "a report that is not whole, or not ours"),
        ("breaks", Outcome.CRASHED, "ValueError: this reference is broken"),
    ],
)
def test_a_worker_that_breaks_costs_one_verdict(
    pool: JudgePool, tmp_path: Path, deed: str, outcome: Outcome, reason: str
) -> None:
    verdict = pool.judge(misbehaving(deed, tmp_path), "return x")
    assert (verdict.outcome, reason in verdict.reason) == (outcome, True), verdict.reason
    assert pool.judge(SQUARES, GOOD).outcome is Outcome.CORRECT
    assert pool.judge(SQUARES, WRONG).outcome is Outcome.WRONG_VALUES


@pytest.mark.parametrize("letter", ["#", "\u00e9", "\U0001f600", "\0"])
@pytest.mark.parametrize("more", [1, 100_000, 9_000_000])
def test_an_answer_that_is_too_long_has_one_verdict(
    pool: JudgePool, letter: str, more: int
) -> None:
    text = letter * (MAX_CHARACTERS + more)
    verdict, checkup = pool.judge(SQUARES, text), pool.check(SQUARES, text)
    assert (verdict.outcome, checkup.outcome) == (Outcome.UNPARSEABLE, Outcome.UNPARSEABLE)
    assert verdict.diagnostics == checkup.diagnostics
    (found,) = verdict.diagnostics
    assert (found.code, found.span.line) == ("P003", 1)
    assert str(MAX_CHARACTERS) in found.message
    assert (verdict.program, verdict.seeds) == (text, pool.seeds)
    assert set(verdict.versions) == {"judge", "task", "machine", "linearity"}


@pytest.mark.parametrize("letter", ["#", "\U0001f600", "\0", "\ud83d", "\ud83d\ude00"])
def test_an_answer_just_short_enough_is_read_by_a_worker(letter: str) -> None:
    text = letter * (MAX_CHARACTERS // len(letter))
    with JudgePool(1) as pool:
        verdict = pool.judge(SQUARES, text)
    assert verdict.outcome is Outcome.UNPARSEABLE, verdict.reason
    assert verdict.program == text


def test_a_fault_of_the_author_is_told_with_its_place(pool: JudgePool, tmp_path: Path) -> None:
    path = tmp_path / "faulty.py"
    source = Path(SQUARES).read_text(encoding="utf-8")
    line = '    return ((values["x"] * values["x"]).sum(dim=-1),)\n'
    path.write_text(source.replace(line, '    return (values["x"] * values["y"],)\n'))
    verdict = pool.judge(str(path), GOOD)
    told = f"{path}:12: sums/squares: reference: in `_reference`: KeyError: 'y'"
    assert (verdict.outcome, verdict.reason) == (Outcome.CRASHED, told)
    assert pool.verify(str(path)).problems == (told,)
    path = tmp_path / "unfit.py"
    path.write_text(source.replace(line, '    return (values["x"],)\n'))
    verdict = pool.judge(str(path), GOOD)
    assert verdict.outcome is Outcome.CRASHED
    assert "output 0 of the reference has shape" in verdict.reason
    assert "\n" not in verdict.reason


def test_a_given_function_that_fails_is_told_with_its_place(
    pool: JudgePool, tmp_path: Path
) -> None:
    path = tmp_path / "given.py"
    source = Path(SQUARES).read_text(encoding="utf-8")
    source = source.replace("    return a * a\n", "    ...\n")
    source = source.replace("TASK =", "def _square(args, run):\n    return args[3]\n\n\nTASK =")
    path.write_text(source.replace("reference=", 'given={"square": _square},\n    reference='))
    reason = pool.judge(str(path), GOOD).reason
    assert "sums/squares: given function `square`: in `_square`: IndexError: " in reason
    assert reason.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("deed", "problem"),
    [
        ("spins", "more than "),
        ("hogs", "in `_hog`: MemoryError"),
        ("dies", "ended by SIGSEGV"),
        ("breaks", "in `_break`: ValueError: this reference is broken"),
    ],
)
def test_a_task_is_verified_in_a_worker(
    pool: JudgePool, tmp_path: Path, deed: str, problem: str
) -> None:
    found = pool.verify(misbehaving(deed, tmp_path))
    assert not found.is_good
    assert problem in found.problems[0]
    good = pool.verify(SQUARES)
    assert (good.is_good, good.cases) == (True, 9)


def test_many_answers_come_back_once_each() -> None:
    answers = [(SQUARES, GOOD if place % 3 else WRONG) for place in range(300)]
    with JudgePool(2) as pool:
        found = {each.place: each.verdict.is_correct for each in pool.map(iter(answers))}
    assert found == {place: bool(place % 3) for place in range(300)}


def test_a_stream_of_answers_may_be_left_early(pool: JudgePool) -> None:
    endless = ((SQUARES, GOOD) for _ in iter(int, 1))
    assert next(pool.map(endless)).verdict.is_correct
    assert pool.judge(SQUARES, GOOD).is_correct


def test_threads_share_a_pool() -> None:
    with JudgePool(2) as pool, ThreadPoolExecutor(8) as threads:
        verdicts = list(threads.map(lambda text: pool.judge(SQUARES, text), [GOOD, WRONG] * 20))
    assert [each.is_correct for each in verdicts] == [True, False] * 20


def test_workers_that_somebody_kills_are_replaced(pool: JudgePool) -> None:
    worker = pool._free.get()
    assert worker is not None
    os.kill(worker._pid, signal.SIGKILL)
    pool._free.put(worker)
    assert pool.judge(SQUARES, GOOD).outcome is Outcome.CRASHED
    assert pool.judge(SQUARES, GOOD).is_correct


def test_a_nursery_that_somebody_kills_is_replaced() -> None:
    with JudgePool(1) as pool:
        assert pool.judge(SQUARES, GOOD).is_correct
        process = pool._nursery._process
        assert process is not None
        process.kill()
        process.wait()
        assert pool.judge(SQUARES, GOOD).outcome is Outcome.CRASHED
        assert pool.judge(SQUARES, GOOD).is_correct


def test_a_worker_knows_nothing_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    path = tmp_path / "told.py"
    source = Path(SQUARES).read_text(encoding="utf-8")
    path.write_text(
        f"{source}\nimport os\nfrom pathlib import Path\n"
        f"Path({str(tmp_path / 'told')!r}).write_text(repr(dict(os.environ)))\n",
        encoding="utf-8",
    )
    with JudgePool(1) as pool:
        # the last to write is the worker
        assert pool.judge(str(path), GOOD).is_correct
    told = (tmp_path / "told").read_text(encoding="utf-8")
    assert "PATH" in told
    assert "secret" not in told


def test_a_task_that_is_not_there_is_told(pool: JudgePool) -> None:
    with pytest.raises(TaskError):
        pool.judge("bmm/nothing", GOOD)
    with pytest.raises(TaskError, match="cannot read"):
        pool.judge("nowhere.py", GOOD)


_HELD = f"""
import sys, time
from benchmark.judge.pool import JudgePool
if __name__ == "__main__":
    pool = JudgePool(1)
    assert pool.judge({SQUARES!r}, {GOOD!r}).is_correct
    worker = pool._free.get()
    print(pool._nursery._process.pid, worker._pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(ended_by: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HELD], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(ended_by)
        parent.wait()
    until = time.monotonic() + 10
    while any(map(_is_running, pids)):
        assert time.monotonic() < until, f"still there: {pids}"
        time.sleep(0.02)


def _is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    # a zombie has ended, and waits for who inherited it
    return status.rsplit(")", 1)[1].split()[0] != "Z"
