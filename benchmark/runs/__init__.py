"""Running a benchmark: asking a solver, judging what it answers, recording all of it."""
