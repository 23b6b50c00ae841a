"""The steps of an episode: propose, check, guard, repair, approve, judge, record.

A step may be run again after a kill: answers come from the records then, and what it records a
second time counts once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from langgraph.types import interrupt

from agent.episodes.asking import Asking
from agent.episodes.caller import Answer, Caller
from agent.episodes.ended import Stopped
from agent.episodes.state import State, job_of
from agent.episodes.texts import CHECKUP, Texts
from agent.prompting.feedback import Feedback, feedback_of
from aspl.render import from_json as diagnostic_of
from benchmark.judge.early import checkup_to_json
from benchmark.judge.verdict import Outcome
from benchmark.runs.judging import Found, JudgeFailed, Judging, read_verdict
from benchmark.runs.recorder import Recorder
from benchmark.store.clock import Clock
from benchmark.store.config import PolicyOptions, Usage
from benchmark.store.events import (
    RunEvent,
    SampleChecked,
    SampleFailed,
    SampleGuarded,
    SampleJudged,
    SampleRejected,
    SampleUnfenced,
    as_cached,
)
from benchmark.store.workspace import Remembered, Write
from benchmark.tasks.task import Task

Update: TypeAlias = dict[str, Any]
"""What a step changes in the state."""
Next: TypeAlias = Literal[
    "propose", "check", "guard", "repair", "approve", "judge", "record", "end"
]

_MENDABLE = frozenset(
    {Outcome.UNPARSEABLE, Outcome.ILL_TYPED, Outcome.NOT_LINEAR, Outcome.WRONG_SHAPE}
)
"""What a check finds that a model can mend."""
_TOLD = _MENDABLE | {Outcome.OVER_BUDGET, Outcome.WRONG_VALUES, Outcome.DEADLOCK}
"""What a verdict finds that a model can mend."""


@dataclass(slots=True)
class Steps:
    """The steps of all episodes of one session."""

    run: str
    options: PolicyOptions
    tasks: Mapping[str, Task]
    asking: Asking
    caller: Caller
    judging: Judging
    recorder: Recorder
    texts: Texts
    clock: Clock
    failed: Counter[str] = field(default_factory=Counter)
    _found: dict[tuple[str, int], tuple[Found, float]] = field(default_factory=dict)
    """Verdicts on their way from the judge to the records, by task and sample."""

    async def propose(self, state: State) -> Update:
        """Ask for a first answer."""
        prompt = self.asking.proposal(job_of(state))
        answer = await self.caller.call(job_of(state), state["call"], "propose", prompt)
        return await self._answered(state, answer)

    async def check(self, state: State) -> Update:
        """Read and check the program at hand."""
        text = self.texts.get(state["program"])
        good = {"outcome": "", "found": ""}
        try:
            found = await self.judging.checkup(self.tasks[state["task"]], text)
        except JudgeFailed:
            # what broke here is the judge's to tell
            return good
        if found.outcome not in _MENDABLE:
            return good
        body = {"schema": CHECKUP, **checkup_to_json(found)}
        name, data = self.texts.put(json.dumps(body, sort_keys=True))
        event = SampleChecked(
            task=state["task"],
            sample=state["sample"],
            round=state["round"],
            call=state["call"] - 1,
            program=state["program"],
            checkup=name,
            outcome=str(found.outcome),
        )
        await self._record(event, data)
        return {"outcome": str(found.outcome), "found": name}

    async def guard(self, state: State) -> Update:
        """Put in the copies that a program lacks: by the compiler, else by the model."""
        checkup = json.loads(self.texts.get(state["found"]))
        if checkup["linear"] is not None:
            name, data = self.texts.put(checkup["linear"])
            event = SampleGuarded(
                task=state["task"],
                sample=state["sample"],
                round=state["round"],
                call=state["call"] - 1,
                before=state["program"],
                program=name,
            )
            await self._record(event, data)
            return {"program": name, "outcome": "", "found": "", "is_guarded": True}
        if self.options.guard != "model":
            return {"is_guarded": True}
        attempt = self.texts.get(state["program"])
        diagnostics = tuple(map(diagnostic_of, checkup["diagnostics"]))
        prompt = self.asking.guard(job_of(state), attempt, diagnostics)
        answer = await self.caller.call(job_of(state), state["call"], "guard", prompt)
        return {**await self._answered(state, answer), "is_guarded": True}

    async def repair(self, state: State) -> Update:
        """Ask again, with what is wrong."""
        attempt = self.texts.get(state["program"])
        prompt = self.asking.repair(job_of(state), attempt, self._feedback(state))
        answer = await self.caller.call(job_of(state), state["call"], "repair", prompt)
        return {**await self._answered(state, answer), "repairs": state["repairs"] + 1}

    async def approve(self, state: State) -> Update:
        """Wait for somebody's yes; a no is the end of the sample."""
        given = interrupt({"program": state["program"]})
        if given["is_approved"]:
            return {}
        event = SampleRejected(
            task=state["task"],
            sample=state["sample"],
            round=state["round"],
            reply=state["reply"],
            program=state["program"],
            reason=given["reason"],
        )
        await self._record(event)
        return {"program": ""}

    async def judge(self, state: State) -> Update:
        """Ask for the verdict."""
        found, seconds = await self._verdict(state)
        outcome = found.verdict.outcome
        self.texts.keep(found.name, found.data)
        if not self._goes_back(state, outcome):
            self._found[state["task"], state["sample"]] = found, seconds
            return {"verdict": found.name}
        event = SampleChecked(
            task=state["task"],
            sample=state["sample"],
            round=state["round"],
            call=state["call"] - 1,
            program=state["program"],
            checkup=found.name,
            outcome=str(outcome),
        )
        await self._record(event, found.data, remembered=found.remembered)
        return {"outcome": str(outcome), "found": found.name}

    async def record(self, state: State) -> Update:
        """Record how the sample ended."""
        kept = self._found.pop((state["task"], state["sample"]), None)
        # there is none where the sample is taken up behind a kill
        found, seconds = kept or await self._verdict(state)
        text = self.texts.get(state["program"])
        cost = found.verdict.cost
        judged = SampleJudged(
            task=state["task"],
            sample=state["sample"],
            round=state["round"],
            reply=state["reply"],
            program=state["program"],
            verdict=found.name,
            outcome=str(found.verdict.outcome),
            cycles=cost.cycles if cost is not None else None,
            length=len(text),
            seconds=seconds,
        )
        event = as_cached(judged, found.key) if found.cached else judged
        await self._record(event, self.texts.put(text)[1], found.data, remembered=found.remembered)
        return {}

    def at_first(self, state: State) -> Next:
        """Return where an episode begins."""
        return self.after_answer(state) if state["program"] else "propose"

    def after_answer(self, state: State) -> Next:
        """Return what follows an answer."""
        if not state["program"]:
            return "end"
        return "check" if self._looks else self._before_judge

    def after_check(self, state: State) -> Next:
        """Return what follows a check."""
        if not state["outcome"]:
            return self._before_judge
        is_fault_of_copies = state["outcome"] == Outcome.NOT_LINEAR
        if is_fault_of_copies and not state["is_guarded"] and self.options.guard != "off":
            return "guard"
        return "repair" if state["repairs"] < self.options.repairs else self._before_judge

    def after_guard(self, state: State) -> Next:
        """Return what follows copies that were put in, or were not."""
        if not state["program"]:
            return "end"
        return self.after_check(state) if state["outcome"] else "check"

    def after_approval(self, state: State) -> Next:
        """Return what follows a yes or a no."""
        return "judge" if state["program"] else "end"

    def after_judge(self, state: State) -> Next:
        """Return what follows a verdict."""
        return "record" if state["verdict"] else "repair"

    @property
    def _before_judge(self) -> Next:
        return "approve" if self.options.approve == "judge" else "judge"

    @property
    def _looks(self) -> bool:
        """Whether a check has any use."""
        return self.options.repairs > 0 or self.options.guard != "off"

    def _goes_back(self, state: State, outcome: Outcome) -> bool:
        return (
            self.options.repair_on == "verdict"
            and state["repairs"] < self.options.repairs
            and outcome in _TOLD
        )

    async def _answered(self, state: State, answer: Answer) -> Update:
        """Take in an answer; one without a program is the end of its sample."""
        if answer.program is None:
            event = SampleUnfenced(
                task=state["task"],
                sample=state["sample"],
                round=state["round"],
                reply=answer.reply,
                reason=answer.reason,
            )
            await self._record(event)
        return {
            "reply": answer.reply,
            "program": answer.program or "",
            "call": state["call"] + 1,
            "outcome": "",
            "found": "",
        }

    def _feedback(self, state: State) -> Feedback:
        """Return what is told of what was found."""
        text = self.texts.get(state["found"])
        record = json.loads(text)
        if record.get("schema") == CHECKUP:
            return Feedback(diagnostics=tuple(map(diagnostic_of, record["diagnostics"])))
        verdict = read_verdict(text.encode())
        if verdict is None:
            return Feedback(reason=state["outcome"])
        return feedback_of(verdict, self.tasks[state["task"]])

    async def _verdict(self, state: State) -> tuple[Found, float]:
        text = self.texts.get(state["program"])
        begin = self.clock.seconds()
        try:
            found = await self.judging.verdict(self.tasks[state["task"]], text)
        except JudgeFailed as failure:
            self.failed[f"judge: {failure}"] += 1
            await self._record(
                SampleFailed(
                    task=state["task"],
                    sample=state["sample"],
                    round=state["round"],
                    call=state["call"] - 1,
                    stage="judge",
                    reason=str(failure),
                    usage=Usage(calls=0, usd=0.0),
                )
            )
            raise Stopped from failure
        return found, self.clock.seconds() - begin

    async def _record(
        self, event: RunEvent, *objects: bytes, remembered: tuple[Remembered, ...] = ()
    ) -> None:
        write = Write(run=self.run, events=(event,), objects=objects, remembered=remembered)
        await self.recorder.record(write)
