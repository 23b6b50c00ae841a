"""Saying something to a run: every act is an event of its workspace, whoever runs the campaign."""

from __future__ import annotations

from dataclasses import dataclass

from agent.episodes.texts import split
from benchmark.store.objects import digest, encoded
from benchmark.store.steering import (
    FORKED,
    Act,
    AnswerAsked,
    AnswerGiven,
    ApprovalAsked,
    ApprovalGiven,
    HintGiven,
    RunSteered,
    SampleWanted,
    SteeringEvent,
)
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace, Write
from prompts.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Steering:
    """Says things to one run.

    Every method writes one event. Errors: WorkspaceFailed where the database refuses.
    """

    workspace: Workspace
    run: str

    def view(self) -> RunView:
        """Return the run as it stands. Errors: NoRun."""
        return fold(self.run, self.workspace.entries(self.run))

    def act(self, act: Act) -> None:
        """Have the newest session pause, go on, or stop when what is under way has ended."""
        self._write(RunSteered(session=self.view().sessions - 1, act=act))

    def hint(self, task: str, text: str) -> None:
        """Have words put into every further prompt of a task."""
        data = encoded(text)
        self._write(HintGiven(task=task, hint=digest(data)), data)

    def decide(self, asked: ApprovalAsked, is_approved: bool, reason: str = "") -> None:
        """Say yes or no to a program that waits."""
        self._write(
            ApprovalGiven(
                task=asked.task,
                sample=asked.sample,
                gate=asked.gate,
                is_approved=is_approved,
                reason=reason,
            )
        )

    def retry(self, task: str, sample: int) -> int:
        """Have a sample drawn anew; return the number of the new one."""
        return self._want(task, sample)

    def fork_program(self, task: str, sample: int, call: int, program: str) -> int:
        """Have an edited program take the place of what a call brought; return the new number."""
        data = encoded(program)
        return self._want(task, sample, data, call=call, program=digest(data))

    def fork_prompt(self, task: str, sample: int, call: int, prompt: Prompt) -> int:
        """Have a call made again with an edited prompt; return the number of the new sample."""
        parts = [encoded(part) for part in split(prompt) if part]
        names = [digest(part) for part in parts]
        tail = names[1] if len(names) > 1 else None
        return self._want(task, sample, *parts, call=call, prompt=names[0], tail=tail)

    def answer(self, asked: AnswerAsked, text: str) -> None:
        """Answer as the model."""
        data = encoded(text)
        event = AnswerGiven(
            task=asked.task, sample=asked.sample, call=asked.call, answer=digest(data)
        )
        self._write(event, data)

    def _want(
        self,
        task: str,
        source: int,
        *objects: bytes,
        call: int = 0,
        program: str | None = None,
        prompt: str | None = None,
        tail: str | None = None,
    ) -> int:
        view = self.view()
        sample = FORKED + len(view.steered.wanted)
        drawn = [each for each in view.samples if (each.task, each.sample) == (task, source)]
        event = SampleWanted(
            task=task,
            sample=sample,
            round=drawn[0].round if drawn else 0,
            source=source,
            call=call,
            program=program,
            prompt=prompt,
            tail=tail,
        )
        self._write(event, *objects)
        return sample

    def _write(self, event: SteeringEvent, *objects: bytes) -> None:
        self.workspace.write([Write(run=self.run, events=(event,), objects=objects)])
