"""The synthesiser behind the protocol of models."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from asked_of_synth import SQUARES, outside, section

from agent.providers.model import Model, Reply, Request, Sampling
from agent.synth.model import Synth
from agent.synth.synthesise import synthesise
from prompts.prompt import Prompt, Section

SOLVED = section(SQUARES, "y = x", "return Accum(Map(x, fn=square), fn=total)")


def request(*sections: Section, seed: int = 7) -> Request:
    return Request(
        prompt=Prompt(sections), sampling=Sampling(), seed=seed, task="sums/squares", sample=0
    )


def answered(*requests: Request, jobs: int = 1) -> list[Reply]:
    async def all_of() -> list[Reply]:
        model = Synth(jobs=jobs)
        try:
            return await asyncio.gather(*map(model.complete, requests))
        finally:
            await model.close()

    return asyncio.run(all_of())


def test_it_is_a_free_model() -> None:
    model: Model = Synth()
    assert (model.name, model.is_free, model.has_temperature) == ("local/synth", True, True)
    assert model.bound(request()).usd == 0.0
    asyncio.run(model.close())


def test_it_reads_task_exemplars_and_feedback_alone() -> None:
    before = synthesise(outside("rows"), (SOLVED,), seed=7)
    sections = (
        Section("role", "system", "always", "You write kernels."),
        Section("exemplar", "user", "campaign", SOLVED),
        Section("task", "user", "task", outside("rows")),
        Section("feedback", "user", "sample", f"It is wrong:\n\n{before}"),
    )
    (reply,) = answered(request(*sections))
    assert reply.text == synthesise(outside("rows"), (SOLVED,), before, seed=7)
    assert (reply.usage.usd, reply.usage.calls, reply.finish) == (0.0, 1, "complete")


def test_several_processes_answer_as_one_does() -> None:
    task = Section("task", "user", "task", outside("ways"))
    requests = [request(task, seed=seed) for seed in range(6)]
    texts = [each.text for each in answered(*requests, jobs=2)]
    assert texts == [synthesise(outside("ways"), seed=seed) for seed in range(6)]


def test_a_prompt_without_a_task_has_a_reply() -> None:
    (reply,) = answered(request(Section("role", "system", "always", "You write kernels.")))
    assert reply.text == "The prompt tells no task.\n"


INTERRUPTED = """\
import asyncio, os, signal
from agent.providers.model import Request, Sampling
from agent.synth.model import Synth
from prompts.prompt import Prompt, Section

async def answered(text):
    model = Synth(jobs=2)
    prompt = Prompt((Section("task", "user", "task", text),))
    asked = [
        Request(prompt=prompt, sampling=Sampling(), seed=each, task="t", sample=each)
        for each in range(2000)
    ]
    try:
        first, *others = [asyncio.ensure_future(model.complete(each)) for each in asked]
        await first
        os.killpg(0, signal.SIGINT)
        await asyncio.gather(*others)
    finally:
        await model.close()

if __name__ == "__main__":
    try:
        asyncio.run(answered(TEXT))
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_an_interrupt_ends_it_without_a_word(tmp_path: Path) -> None:
    file = tmp_path / "interrupted.py"
    file.write_text(f"TEXT = {outside('ways')!r}\n{INTERRUPTED}")
    done = subprocess.run(
        [sys.executable, str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted\n", "", 0)
