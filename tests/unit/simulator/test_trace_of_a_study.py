"""The timeline of a whole study, as a trace that Perfetto opens."""

from __future__ import annotations

import json

from traces import problems

from benchmark.studies.swiglu import Swiglu
from simulator.simulate import simulate
from simulator.timeline import chrome_trace, trace_text


def test_the_timeline_of_swiglu_is_a_valid_trace() -> None:
    experiment = Swiglu(rows=32, columns=128).experiment()
    found = simulate(experiment.checked, experiment.machine, experiment.inputs, timeline=True)
    assert found.timeline is not None
    trace = chrome_trace(found.timeline, found.report.units, found.report.machine)
    assert problems(trace) == []
    assert json.loads(trace_text(trace)) == trace
    spans = [each for each in trace["traceEvents"] if each["ph"] == "X"]
    assert max(each["ts"] + each["dur"] for each in spans) == found.report.cycles
    assert {each["name"] for each in spans} >= {"busy", "starved", "blocked", "off-chip access"}
