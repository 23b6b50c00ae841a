"""Judge every mutant of every solution; exit 1 if one passes that is wrong. Takes minutes.

Run as `PYTHONPATH=tests/support python tests/bench/mutants_of_core.py [EVERY]`, where EVERY is how
many mutants there are to one that is judged.
"""

from __future__ import annotations

import sys
import time

from mutants import tried

from benchmark.tasks.table import TASKS


def main() -> int:
    """Print what became of the mutants of each task, and of all."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    begin = time.perf_counter()
    judged = passed = false = 0
    for name in TASKS:
        trial = tried(name, every)
        judged, passed = judged + trial.judged, passed + len(trial.passed)
        false += len(trial.false)
        print(f"{name:34} {trial.judged:5} judged {len(trial.passed):4} pass", flush=True)
        for mutant in trial.false:
            print(f"  false pass: {mutant.about}\n{mutant.text}", flush=True)
    seconds = time.perf_counter() - begin
    print(f"{judged} mutants, {passed - false} pass and are right, {false} pass and are wrong")
    print(f"in {seconds:.0f} s")
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
