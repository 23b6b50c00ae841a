"""Whether a library may pass: its manifest held against what was measured, and a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from aspl.diagnostics import Severity
from benchmark.judge.display import verdict_text
from benchmark.judge.verdict import Outcome, Verdict
from benchmark.library.findings import Finding
from benchmark.library.folder import Folder, ProgramFile, file_of, is_path
from benchmark.library.manifest import NAME, Manifest, Metrics, line_of, metrics_of
from benchmark.library.module import MODULE_TEXT
from benchmark.library.source import foreign_line, kernel_line, told_metrics
from benchmark.tasks.task import Task

_WORDS: Mapping[str, str] = {
    "cycles": "cycles",
    "off_chip_bytes": "off-chip bytes",
    "on_chip_bytes": "on-chip bytes",
    "flops": "FLOPs",
    "depth": "elements of queue depth",
}
"""What a manifest claims, by its key; of all of them less is better."""
_WORSE: Mapping[str, str] = {"cycles": "G003", "off_chip_bytes": "G004", "on_chip_bytes": "G005"}
"""What may not become worse, and the code where it does."""
_UNJUDGED = frozenset({Outcome.LIMIT, Outcome.CRASHED})
_WIDTH = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a library is held to."""

    tasks: Mapping[str, Task]
    """The tasks that this workbench has."""
    required: tuple[str, ...] = ()
    """Tasks that have to have a program."""
    baseline: Manifest | None = None
    """What programs are compared with; None for the library's own manifest."""
    max_regression: Fraction = Fraction(2, 100)
    """By how much of itself a number may be worse than the baseline's."""
    machine: str
    versions: Mapping[str, str]
    """Of this workbench."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One program as it was measured."""

    task: str
    outcome: str
    """In the judge's words; or why it was not judged."""
    metrics: Metrics | None
    before: Metrics | None
    """Of the baseline, or of the manifest."""
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing fails it."""
        return not any(each.is_error for each in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """What a gate says of a library."""

    rows: tuple[Row, ...]
    """In the order of tasks; missing programs too."""
    others: tuple[Finding, ...]
    """About the library and not one task."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, errors first."""
        found = [*self.others, *(each for row in self.rows for each in row.findings)]
        return tuple(sorted(found, key=lambda each: (each.code, each.file, each.line)))

    @property
    def is_good(self) -> bool:
        """Whether the library passes."""
        return not any(each.is_error for each in self.findings)


def gate(folder: Folder, verdicts: Mapping[str, Verdict], rules: Rules) -> Gated:
    """Hold a library against its rules.

    Args: verdicts: on its programs by task, for those that could be judged.
    """
    rows = [_row(each, folder, verdicts.get(each.entry.task), rules) for each in folder.files]
    rows += _missing({each.task for each in rows}, rules)
    return Gated(
        rows=tuple(sorted(rows, key=lambda each: each.task)), others=tuple(_others(folder, rules))
    )


def broken(words: str, line: int, rules: Rules) -> Gated:
    """Return what a gate says of a library whose manifest cannot be read."""
    found = Finding(code="G006", task="", file=NAME, line=line, message=words)
    return Gated(rows=tuple(_missing(set(), rules)), others=(found,))


def _missing(there: set[str], rules: Rules) -> Iterator[Row]:
    listed = () if rules.baseline is None else rules.baseline.programs
    for task in sorted({*rules.required, *(each.task for each in listed)} - there):
        words = "is required" if task in rules.required else "has a program in the baseline"
        message = f"`{task}` {words}, and the library has none"
        found = Finding(code="G002", task=task, file=NAME, line=1, message=message)
        before = next((each.metrics for each in listed if each.task == task), None)
        yield _unmeasured(task, "missing", before, (found,))


def _unmeasured(
    task: str, words: str, before: Metrics | None, findings: tuple[Finding, ...]
) -> Row:
    return Row(
        task=task, outcome=words, metrics=None, before=before, seconds=0.0, findings=findings
    )


def _others(folder: Folder, rules: Rules) -> Iterator[Finding]:
    changed = _changed(folder.manifest, rules)
    if changed:
        words = f"the manifest was measured with another {', '.join(changed)}; build it again"
        line = line_of(folder.manifest_text, None, "versions")
        yield Finding(code="G012", task="", file=NAME, line=line, message=words)
    for file in folder.unlisted:
        words = "no program of the manifest is in this file, and it is not judged"
        yield Finding(code="G013", task="", file=file, line=1, message=words)
    if folder.module is not None and folder.module != MODULE_TEXT:
        words = "this module is not what `aspl library build` writes; who imports it executes it"
        yield Finding(code="G014", task="", file="__init__.py", line=1, message=words)


def _changed(manifest: Manifest, rules: Rules) -> list[str]:
    """Return what its numbers hang on and that is another one now, in words."""
    found = [
        f"{name} ({manifest.versions.get(name, 'unknown')})"
        for name, version in rules.versions.items()
        if name != "workbench" and manifest.versions.get(name) != version
    ]
    same = manifest.machine == rules.machine
    return found if same else [*found, f"machine ({manifest.machine})"]


def _row(file: ProgramFile, folder: Folder, verdict: Verdict | None, rules: Rules) -> Row:
    entry = file.entry
    compared = entry if rules.baseline is None else rules.baseline.entry(entry.task)
    before = None if compared is None else compared.metrics
    if file.text is None:
        words, found = _unreadable(file, folder)
        return _unmeasured(entry.task, words, before, (found,))
    if verdict is None:
        line = line_of(folder.manifest_text, file.place, "task")
        message = f"there is no task `{entry.task}`"
        found = Finding(code="G008", task=entry.task, file=NAME, line=line, message=message)
        return _unmeasured(entry.task, "unknown task", before, (found,))
    cost = verdict.cost
    held = _Held(
        file=file,
        text=file.text,
        folder=folder,
        rules=rules,
        metrics=None if cost is None else metrics_of(cost),
        task_version=verdict.versions.get("task", entry.task_version),
    )
    findings = (*held.text_findings(verdict), *held.number_findings(before))
    return Row(
        task=entry.task,
        outcome=str(verdict.outcome),
        metrics=held.metrics,
        before=before,
        seconds=verdict.seconds,
        findings=tuple(dict.fromkeys(findings)),
    )


def _unreadable(file: ProgramFile, folder: Folder) -> tuple[str, Finding]:
    task, name = file.entry.task, file.entry.file
    message = f"`{name}` {file.problem}"
    line = line_of(folder.manifest_text, file.place, "file")
    if file.is_missing:
        return "missing", Finding(code="G002", task=task, file=NAME, line=line, message=message)
    if is_path(name):
        found = Finding(code="G006", task=task, file=name, line=file.line, message=message)
    else:
        found = Finding(code="G006", task=task, file=NAME, line=line, message=message)
    return "broken", found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """One program that was judged, and what it is held against."""

    file: ProgramFile
    text: str
    folder: Folder
    rules: Rules
    metrics: Metrics | None
    """As measured now; None for a program that is not correct."""
    task_version: str
    """Of the task as it is now."""

    def text_findings(self, verdict: Verdict) -> Iterator[Finding]:
        """Walk what is found in the text: by the judge, and beside it."""
        entry, header = self.file.entry, self.rules.tasks[self.file.entry.task].header
        # what a worker broke at is not parsed here
        foreign = None if verdict.outcome in _UNJUDGED else foreign_line(self.text, header)
        if foreign is not None:
            words = f"the file does not declare what the header of `{entry.task}` does"
            yield self._at("G009", foreign, f"{words}; see `aspl bench show {entry.task}`")
        elif not verdict.is_correct:
            yield self._rejected(verdict)
        if self.file.is_edited:
            words = "the text is not the one that was measured: its hash differs"
            yield self._at("G011", kernel_line(self.text), words)
        if entry.task_version != self.task_version:
            yield self._claim("G012", "task_version", "the task is not the one that was measured")

    def _rejected(self, verdict: Verdict) -> Finding:
        errors = [each for each in verdict.diagnostics if each.severity is Severity.ERROR]
        line = errors[0].span.line if errors else 0
        words = f"the judge says {verdict.outcome}"
        if errors:
            words += f": {errors[0].code} {errors[0].message}"
        elif verdict.reason:
            words += f": {verdict.reason}"
        elif verdict.mismatches:
            first = verdict.mismatches[0]
            words += f": {first.wrong} of {first.total} numbers in regime `{first.regime}`"
        return self._at(
            "G010" if verdict.outcome in _UNJUDGED else "G001",
            line or kernel_line(self.text),
            words,
            verdict_text(verdict, self.file.entry.file, color=False, width=_WIDTH),
        )

    def number_findings(self, before: Metrics | None) -> Iterator[Finding]:
        """Walk what is found in the numbers: worse than before, better than measured."""
        if self.metrics is None:
            return
        claimed = self.file.entry.metrics
        if self.rules.baseline is not None:
            yield from self._regressions(before)
        if self.file.is_edited:
            # what was measured of another text is a baseline and no claim
            yield from self._regressions(claimed)
            return
        excuse = "; if another judge counted otherwise, build it again" if self._is_stale() else ""
        told = told_metrics(self.text)
        for key, words in _WORDS.items():
            claim, now = getattr(claimed, key), getattr(self.metrics, key)
            if _is_better(claim, now):
                message = f"{_said(claim)} {words} are claimed, {_said(now)} are measured{excuse}"
                yield self._claim("G007", key, message)
            elif claim != now:
                message = f"{_said(claim)} {words} are claimed, only {_said(now)} are measured"
                yield self._claim("G015", key, message)
            value, line = told.get(words, (now, 1))
            if _is_better(value, now):
                message = f"the comment tells {_said(value)} {words}, {_said(now)} are measured"
                yield self._at("G007", line, message)

    def _regressions(self, before: Metrics | None) -> Iterator[Finding]:
        if before is None or self.metrics is None:
            return
        most = 1 + self.rules.max_regression
        for key, code in _WORSE.items():
            then, now = getattr(before, key), getattr(self.metrics, key)
            if then is not None and (now is None or now > then * most):
                more = f" ({share(then, now)})" if now is not None and then else ""
                message = f"{_said(now)} {_WORDS[key]}, and {_said(then)} before{more}"
                yield self._at(code, kernel_line(self.text), message)

    def _is_stale(self) -> bool:
        if self.file.entry.task_version != self.task_version:
            return True
        return bool(_changed(self.folder.manifest, self.rules))

    def _at(self, code: str, line: int, message: str, detail: str = "") -> Finding:
        return Finding(
            code=code,
            task=self.file.entry.task,
            file=file_of(self.file.entry.task),
            line=line,
            message=message,
            detail=detail,
        )

    def _claim(self, code: str, key: str, message: str) -> Finding:
        line = line_of(self.folder.manifest_text, self.file.place, key)
        return Finding(code=code, task=self.file.entry.task, file=NAME, line=line, message=message)


def share(before: int, now: int) -> str:
    """Return by how much a number has changed, as a share of what it was."""
    return f"{100 * (now - before) / before:+.2f} %"


def _is_better(claim: int | None, now: int | None) -> bool:
    if claim is None:
        return False
    return now is None or claim < now


def _said(value: int | None) -> str:
    return "an unbounded number of" if value is None else f"{value:,}"
