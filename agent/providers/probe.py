"""What an endpoint takes, found out by asking it small things; what that costs is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Literal, TypeAlias

from agent.providers.answer import Answer
from agent.providers.costs import bound_of, usage_of
from agent.providers.failures import AttemptFailed
from agent.providers.model import CallFailed, Request, Sampling, spent_nothing
from agent.providers.online import Online
from agent.providers.profiles import OutputLimit, Profile
from agent.providers.wire import Body, Malformed, count, items, read_body
from benchmark.store.config import Usage
from benchmark.store.view import total
from prompts.prompt import Prompt, Section

Finding: TypeAlias = Literal["yes", "no", "unknown"]

PARAMETERS: Mapping[str, object] = {"temperature": 0.7, "top_p": 0.9, "seed": 7, "n": 2}
LIMITS: tuple[OutputLimit, ...] = ("max_completion_tokens", "max_tokens")
OUTPUT_TOKENS = 64
WORDS = 2500
"""Of a prompt that servers which cache at all do cache: some 5,000 tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of one question."""

    name: str
    finding: Finding
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What an endpoint takes, and what it took to find out."""

    model: str
    served: str
    found: tuple[Found, ...]
    profile: Profile
    """The one that was known, with what was found in its place."""
    usage: Usage


@dataclass(slots=True)
class _Asker:
    """Asks one model, and counts what that takes."""

    model: Online
    usage: Usage = field(default_factory=spent_nothing)
    received: Body = field(default_factory=dict)
    """What came back last."""

    async def ask(self, request: Request, profile: Profile, **more: object) -> Answer:
        """Ask for one answer, with further parameters. Errors: CallFailed."""
        bound = bound_of(request, profile, self.model.price)
        sent = {**self.model.api.body(self.model.model, request, profile), **more}

        async def attempt() -> Answer:
            received = await self.model.api.post(sent)
            try:
                self.received = read_body(received.text)
                return self.model.api.read(self.received, profile)
            except Malformed as malformed:
                raise AttemptFailed(str(malformed), "again", billed=True) from None

        try:
            answered = await self.model.calls.afresh().answer(attempt, bound)
        except CallFailed as failed:
            self.usage = total((self.usage, failed.usage))
            raise
        took = usage_of(
            answered.answer.tokens,
            self.model.price,
            bound,
            unknown=answered.unknown,
            seconds=answered.seconds,
        )
        self.usage = total((self.usage, took))
        return answered.answer


async def probe(model: Online) -> Probed:
    """Ask a model small things. Errors: CallFailed where it answers nothing at all."""
    asker = _Asker(model)
    plain = Profile(models=(model.known_as,), output_limit=model.profile.output_limit)
    plain, first = await _first_answer(asker, plain)
    found = [await _parameter(asker, plain, name) for name in PARAMETERS]
    found += [
        await _schema(asker, plain),
        await _caching(asker, replace(plain, caching=model.profile.caching)),
        await _counting(model, plain),
    ]
    return Probed(
        model=model.name,
        served=first.served,
        found=tuple(found),
        profile=_with(replace(model.profile, models=(model.known_as,)), plain, found),
        usage=asker.usage,
    )


def row_text(profile: Profile) -> str:
    """Write a profile as a row of the table that --profiles takes."""
    lines = ["[[profile]]"]
    for each in fields(Profile):
        value = getattr(profile, each.name)
        if value == each.default:
            continue
        lines.append(f"{each.name} = {_toml(value)}")
    return "\n".join(lines)


def record(probed: Probed) -> dict[str, object]:
    """Return what was found, for --json."""
    return {
        "schema": "aspl.probe/1",
        "model": probed.model,
        "served": probed.served,
        "found": {each.name: each.finding for each in probed.found},
        "details": {each.name: each.detail for each in probed.found if each.detail},
        "profile": asdict(probed.profile),
        "usage": asdict(probed.usage),
    }


async def _first_answer(asker: _Asker, plain: Profile) -> tuple[Profile, Answer]:
    """Find the word by which the most tokens of an answer are set. Errors: CallFailed."""
    try:
        return plain, await asker.ask(_small(), plain)
    except CallFailed as failed:
        other = replace(plain, output_limit=LIMITS[plain.output_limit == LIMITS[0]])
        body = asker.model.api.body
        if body(plain.models[0], _small(), plain) == body(plain.models[0], _small(), other):
            raise
        try:
            return other, await asker.ask(_small(), other)
        except CallFailed:
            raise failed from None


async def _parameter(asker: _Asker, plain: Profile, name: str) -> Found:
    try:
        await asker.ask(_small(), plain, **{name: PARAMETERS[name]})
    except CallFailed as failed:
        return _refused(name, failed)
    if name == "n" and len(items(asker.received, "choices")) != PARAMETERS["n"]:
        return Found(name=name, finding="no", detail="one answer came back")
    return Found(name=name, finding="yes")


async def _schema(asker: _Asker, plain: Profile) -> Found:
    try:
        answer = await asker.ask(_small(), replace(plain, schema=True))
    except CallFailed as failed:
        return _refused("schema", failed)
    if answer.finish == "complete" and not answer.text.startswith("```"):
        return Found(name="schema", finding="no", detail="taken, but the answer is not of it")
    return Found(name="schema", finding="yes")


async def _caching(asker: _Asker, profile: Profile) -> Found:
    try:
        for _ in range(2):
            answer = await asker.ask(_large(), profile)
    except CallFailed as failed:
        return _refused("caching", failed)
    if answer.tokens is None or not answer.tokens.cached:
        return Found(name="caching", finding="no", detail="of two equal calls neither was cached")
    detail = f"{answer.tokens.cached:,} of {answer.tokens.input:,} tokens were read from the cache"
    return Found(name="caching", finding="yes", detail=detail)


async def _counting(model: Online, plain: Profile) -> Found:
    name = "token counting"
    if model.api.count is None:
        return Found(name=name, finding="no", detail="this API has none")
    try:
        received = await model.api.count(model.api.body(model.model, _small(), plain))
        tokens = count(read_body(received.text), "input_tokens")
    except AttemptFailed as failed:
        finding: Finding = "unknown" if failed.outcome == "again" else "no"
        return Found(name=name, finding=finding, detail=failed.reason)
    except Malformed as malformed:
        return Found(name=name, finding="no", detail=str(malformed))
    return Found(name=name, finding="yes", detail=f"{tokens:,} tokens")


def _refused(name: str, failed: CallFailed) -> Found:
    # what was tried again is bad weather, and says nothing of the parameter
    finding: Finding = "unknown" if failed.retried or failed.unknown else "no"
    return Found(name=name, finding=finding, detail=failed.reason)


def _with(known: Profile, plain: Profile, found: list[Found]) -> Profile:
    takes = {each.name: each.finding == "yes" for each in found if each.finding != "unknown"}
    caching = known.caching
    if takes.get("caching") and caching == "none":
        caching = "automatic"
    return replace(
        known,
        output_limit=plain.output_limit,
        caching=caching,
        temperature=takes.get("temperature", known.temperature),
        top_p=takes.get("top_p", known.top_p),
        seed=takes.get("seed", known.seed),
        n=takes.get("n", known.n),
        schema=takes.get("schema", known.schema),
    )


def _small() -> Request:
    return _request(Section("task", "user", "task", "Say yes, and nothing else."))


def _large() -> Request:
    words = " ".join(f"word {number}" for number in range(WORDS))
    question = Section("task", "user", "task", "Say yes, and nothing else.")
    return _request(Section("role", "system", "always", words), question)


def _request(*sections: Section) -> Request:
    sampling = Sampling(max_output_tokens=OUTPUT_TOKENS)
    return Request(prompt=Prompt(sections), sampling=sampling, seed=0, task="probe", sample=0)


def _toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case _:
            return str(value)
