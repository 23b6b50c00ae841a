"""The first stages alone: where an answer ends, and what copies make of it."""

from __future__ import annotations

import pytest

from benchmark.judge.cases import Prepared
from benchmark.judge.early import Checkup, check_prepared, checkup_from_json, checkup_to_json
from benchmark.judge.pipeline import judge_prepared
from benchmark.judge.pool import JudgePool
from benchmark.judge.verdict import Outcome
from benchmark.solutions import solution_text
from benchmark.tasks.table import TASKS

TWICE = """mean = Map(Accum(Map(x, fn=squared), fn=total_of, rank=1), fn=mean_of)
size = Map(Map(mean, fn=plus_eps), fn=root)
return Map(Zip(x, Repeat(size, n=D)), fn=over)
"""


@pytest.mark.parametrize("name", TASKS)
def test_solutions_get_to_their_values(name: str) -> None:
    prepared = Prepared(TASKS[name], (1,))
    found = check_prepared(prepared, solution_text(name) or "")
    assert found == Checkup(outcome=None)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("return", Outcome.WRONG_SHAPE),
        ("return Map(", Outcome.UNPARSEABLE),
        ("return Map(x, fn=gelu_of)", Outcome.ILL_TYPED),
        ("return Zip(x, x)", Outcome.NOT_LINEAR),
    ],
)
def test_an_answer_ends_where_the_judge_ends_it(text: str, outcome: Outcome) -> None:
    prepared = Prepared(TASKS["norm/rms"], (1,))
    found = check_prepared(prepared, text)
    verdict = judge_prepared(prepared, text)
    assert (found.outcome, found.diagnostics) == (verdict.outcome, verdict.diagnostics)
    assert found.outcome is outcome
    assert found.linear is None
    assert checkup_from_json(checkup_to_json(found)) == found


def test_copies_are_put_in_where_they_are_all_that_lacks() -> None:
    with JudgePool(1) as pool:
        found = pool.check(TASKS["norm/rms"], TWICE)
        assert found.outcome is Outcome.NOT_LINEAR
        assert found.linear is not None
        assert "Broadcast(x, n=2)" in found.linear
        assert pool.check(TASKS["norm/rms"], found.linear) == Checkup(outcome=None)
        assert pool.judge(TASKS["norm/rms"], found.linear).is_correct
