"""The prompts of a session: which exemplars a task is shown, and how its samples differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.episodes.job import Job
from agent.episodes.texts import Texts, joined
from agent.prompting import compose
from agent.prompting.compose import Exemplar, tail_of
from agent.prompting.feedback import Feedback
from aspl.diagnostics import Diagnostic
from benchmark.store.events import RoundBegan
from benchmark.store.steering import SampleWanted
from benchmark.tasks.shown import Shown
from prompts.prompt import Prompt


@dataclass(slots=True)
class Asking:
    """Composes prompts for the samples of a run.

    Args:
        tasks: all of the run, as they are shown.
        has_temperature: whether the model draws its answers itself.
    """

    tasks: Mapping[str, Shown]
    texts: Texts
    has_temperature: bool
    hints: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Digests of what people said of tasks."""
    wanted: dict[tuple[str, int], SampleWanted] = field(default_factory=dict)
    """Samples that people asked for, by task and number."""
    rounds: dict[int, RoundBegan] = field(default_factory=dict)
    _shown: dict[tuple[str, int], tuple[Exemplar, ...]] = field(default_factory=dict)
    _plain: dict[tuple[str, int], Prompt] = field(default_factory=dict)

    def begin(self, asked: RoundBegan) -> None:
        """Take in a round; what was composed for earlier ones is let go."""
        self.rounds[asked.round] = asked
        self._shown.clear()
        self._plain.clear()

    def proposal(self, job: Job) -> Prompt:
        """Return the prompt of a first answer: an edited one where somebody gave one."""
        wanted = self.wanted.get((job.task, job.sample))
        if wanted is not None and wanted.prompt is not None:
            own = self.texts.get(wanted.tail) if wanted.tail else ""
            return joined(self.texts.get(wanted.prompt), own)
        return self._hinted(job, self._proposal(job))

    def _hinted(self, job: Job, prompt: Prompt) -> Prompt:
        """Put in what people said of a task, behind what lasts longer."""
        texts = [self.texts.get(name) for name in self.hints.get(job.task, ())]
        return compose.hinted(prompt, texts) if texts else prompt

    def _proposal(self, job: Job) -> Prompt:
        tail = tail_of(job.sample, has_temperature=self.has_temperature)
        if tail is not None:
            return compose.proposal(self.tasks[job.task], self.exemplars(job), tail)
        key = job.task, job.round
        if key not in self._plain:
            self._plain[key] = compose.proposal(self.tasks[job.task], self.exemplars(job), None)
        return self._plain[key]

    def repair(self, job: Job, attempt: str, feedback: Feedback) -> Prompt:
        """Return the prompt that tells what is wrong with an attempt."""
        tail = tail_of(job.sample, has_temperature=self.has_temperature)
        shown = self.tasks[job.task]
        prompt = compose.repair(shown, self.exemplars(job), attempt, feedback, tail)
        return self._hinted(job, prompt)

    def guard(self, job: Job, attempt: str, diagnostics: Iterable[Diagnostic]) -> Prompt:
        """Return the prompt that asks for copies."""
        return compose.guard(self.tasks[job.task], attempt, diagnostics)

    def exemplars(self, job: Job) -> tuple[Exemplar, ...]:
        """Return the solved tasks that a task is shown in a round; never itself."""
        key = job.task, job.round
        if key not in self._shown:
            self._shown[key] = exemplars_of(
                self.rounds[job.round], job.task, self.tasks, self.texts
            )
        return self._shown[key]


def exemplars_of(
    asked: RoundBegan, task: str, tasks: Mapping[str, Shown], texts: Texts
) -> tuple[Exemplar, ...]:
    """Return the exemplars that a round shows to a task, in the order of its prompt."""
    places = asked.chosen.get(task, range(len(asked.exemplars)))
    chosen = (asked.exemplars[place] for place in places)
    return tuple(
        Exemplar(task=tasks[each.task], body=texts.get(each.program))
        for each in chosen
        if each.task != task
    )
