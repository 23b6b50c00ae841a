"""What exemplars do: programs like them become likelier."""

from __future__ import annotations

from asked_of_synth import OUTSIDE, section

from agent.prompting.compose import proposal
from agent.synth import synthesise as synth
from agent.synth.grammar import PRIOR
from agent.synth.reading import fenced
from agent.synth.synthesise import synthesise
from benchmark.tasks.shown import shown
from benchmark.tasks.table import TASKS

SCAN = """\
A, B = Dim(3), Dim(4)

def counted(step: f32, state: f32 = 0.0) -> f32:
    return state + step

def moved(x: f32, by: f32) -> f32:
    return x + by

def kernel(steps: Stream(f32, [A, B]), x: Stream(f32, [A, B])) -> Stream(f32, [A, B]):
"""
OTHER = SCAN.replace("counted", "place").replace("moved", "shifted").replace("steps", "counts")
BODY = "places = Scan(counts, fn=place, rank=1)\nreturn Map(Zip(x, places), fn=shifted)\n"

ROUTED = """\
sent, copied = Broadcast(x, n=2)
parts, back = Broadcast(Map(copied, fn=chosen), n=2)
one, two = Partition(sent, parts, n=2)
results = [Map(one, fn=doubled), Map(two, fn=halved)]
return Accum(Reassemble(results, back), fn=total, rank=1)
"""


def wanted(reply: str) -> bool:
    """Whether steps are counted along a row before they move what is there."""
    body = fenced(reply) or ""
    return body.count("Scan(steps, fn=counted, rank=1)") == body.count("fn=moved") == 1


def rate(exemplars: tuple[str, ...]) -> float:
    replies = [synthesise(section(SCAN), exemplars, seed=seed) for seed in range(30)]
    return sum(map(wanted, replies)) / 30


def test_an_exemplar_of_the_same_kind_raises_the_rate() -> None:
    assert rate((section(OTHER, body=BODY),)) > rate(()) + 0.1


def test_an_exemplar_is_not_copied() -> None:
    reply = synthesise(section(SCAN), (section(OTHER, body=BODY),), seed=1)
    assert "place" not in reply.replace("places", "")


def test_an_exemplar_shows_how_elements_are_sent_ways() -> None:
    header, formula = OUTSIDE["ways"]
    solved = section(header, formula, ROUTED)
    task = section(header.replace("doubled", "grown").replace("halved", "shrunk"), formula)
    replies = [synthesise(task, (solved,), seed=seed) for seed in range(10)]
    assert sum("fn=grown), Map(part_2, fn=shrunk)]" in each for each in replies) > 5


def test_programs_of_the_manual_move_the_prior() -> None:
    prompt = proposal(shown(TASKS["norm/rms"]), (), None)
    sections = (*prompt.named("operators"), *prompt.named("patterns"))
    manual = "\n".join(each.text for each in sections)
    plain = synth._grammar((), "")
    told = synth._grammar((), manual)
    assert plain.weights == dict(PRIOR)
    assert told.weights != plain.weights
    assert not told.links, "what explains the language is nothing to imitate"
    assert synth._grammar((), "no program ```aspl\nreturn (\n```").weights == plain.weights
