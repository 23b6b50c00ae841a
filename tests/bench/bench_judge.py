"""The judge against the verdicts a second that it is asked for; what wrong answers cost it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import mean

from benchmark.judge.cases import Prepared
from benchmark.judge.pipeline import judge_prepared
from benchmark.judge.pool import JudgePool
from benchmark.judge.seeds import secret_seeds
from benchmark.solutions import solution_text
from benchmark.tasks.table import TASKS
from simulator.engine.run import warm_up

ASKED = 200
"""Verdicts a second that one core is asked for."""
COLD_S = 5.0
REPEATS = 7


def told(name: str, value: float, unit: str, asked: float) -> None:
    """Print a measure beside what is asked for."""
    print(f"{name:48} {value:10.2f} {unit:12} {value / asked:6.2f} of {asked:g}")


def least(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the seconds of CPU time of the fastest of several runs."""
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        run()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def solutions() -> dict[str, str]:
    """Return the right answers of all tasks."""
    found = {name: solution_text(name) for name in TASKS}
    return {name: text for name, text in found.items() if text is not None}


def wrong(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return answers that end at every stage, for each task."""
    return {
        name: [
            text.replace("(", "((", 1),
            text.replace("fn=", "fn=no_", 1),
            text.replace("Broadcast", "Nothing").replace("Map", "Scan", 1),
            "return " + TASKS[name].header.split("def kernel(")[1].split(":")[0].strip(),
        ]
        for name, text in texts.items()
    }


def nearly(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return answers of the right types whose values are wrong, where the inputs have such."""
    found: dict[str, list[str]] = {}
    for name, text in texts.items():
        swapped = [
            text.replace(f"fn={one}", f"fn={other}", 1)
            for one, other in (("times", "add"), ("mul", "add"), ("squared", "neg"), ("add", "max"))
            if f"fn={one}" in text
        ]
        if swapped:
            found[name] = swapped
    return found


def rate(prepared: dict[str, Prepared], answers: Mapping[str, Sequence[str]]) -> float:
    """Return verdicts a second of one core, as the mean over tasks of the time that one takes."""
    times = [
        least(lambda name=name, text=text: judge_prepared(prepared[name], text))  # type: ignore[misc]
        for name, texts in answers.items()
        for text in texts
    ]
    return 1 / mean(times)


def in_workers(texts: Mapping[str, str], jobs: int, rounds: int) -> float:
    """Return verdicts a second of several workers, after they have drawn what they judge on."""
    one = list(texts.items())
    with JudgePool(jobs) as pool:
        for _ in pool.map(one * 2 * jobs):
            pass
        begin = time.perf_counter()
        count = sum(each.verdict.is_correct for each in pool.map(one * rounds))
        assert count == rounds * len(one)
        return count / (time.perf_counter() - begin)


def cold_s(name: str, text: str) -> float:
    """Return the seconds from nothing to the first verdict."""
    begin = time.perf_counter()
    with JudgePool(1) as pool:
        assert pool.judge(name, text).is_correct
        return time.perf_counter() - begin


def main() -> None:
    """Print all measures."""
    texts = solutions()
    warm_up()
    told("first verdict, from nothing", cold_s(*next(iter(texts.items()))), "s", COLD_S)
    seeds = secret_seeds()
    prepared = {name: Prepared(TASKS[name], seeds) for name in texts}
    begin = time.perf_counter()
    for name, text in texts.items():
        assert judge_prepared(prepared[name], text).is_correct, name
    drawn = (time.perf_counter() - begin) / len(texts)
    print(f"{'  first verdict on a task, which draws':48} {drawn * 1000:10.2f} ms")
    right = {name: [text] for name, text in texts.items()}
    told("right answers, one core", rate(prepared, right), "verdicts/s", ASKED)
    once = {name: Prepared(TASKS[name], seeds[:1]) for name in texts}
    told("  with one draw of every regime", rate(once, right), "verdicts/s", ASKED)
    told(
        "answers that are rejected early, one core",
        rate(prepared, wrong(texts)),
        "verdicts/s",
        ASKED,
    )
    told("wrong values, one core", rate(prepared, nearly(texts)), "verdicts/s", ASKED)
    for jobs in (1, 2):
        found = in_workers(texts, jobs, 20)
        told(f"right answers, {jobs} workers", found, "verdicts/s", ASKED * jobs)


if __name__ == "__main__":
    main()
