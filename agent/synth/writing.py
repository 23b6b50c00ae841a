"""From a drawn program to its text: a line for each function, copies where a stream is shared."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.synth.state import Application, State, Taken
from aspl.ops.base import Op
from aspl.text.outside import RESERVED


@dataclass(slots=True)
class _Writer:
    state: State
    lines: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    copies: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        program = self.state.problem.asked.program
        self.taken |= {"_", program.name, *RESERVED}
        self.taken |= {size.name for size in program.sizes}
        self.taken |= {ref.name for ref in program.parameters}
        self.taken |= {function.name for function in program.functions}
        self.taken |= {each.name for each in program.inputs}
        self.taken |= {name for name, _ in program.numbers}

    def body(self) -> str:
        inputs = len(self.state.problem.asked.inputs)
        for place, value in enumerate(self.state.values[:inputs]):
            self._hold(place, value.name)
        for place, application in enumerate(self.state.applied, start=inputs):
            stem = self.state.values[place].name
            text = self._route(application) if application.control else self._applied(application)
            self._hold(place, text, stem)
        results = ", ".join(self._read(each) for each in self.state.outputs)
        return "\n".join([*self.lines, f"return {results}"]) + "\n"

    def _free(self, stem: str) -> str:
        count, name = 1, f"{stem}_1"
        while name in self.taken:
            count += 1
            name = f"{stem}_{count}"
        self.taken.add(name)
        return name

    def _hold(self, place: int, text: str, stem: str = "") -> None:
        """Give a value as many names as it has readers."""
        reads = self.state.values[place].reads
        if reads > 1:
            names = [self._free(stem or text) for _ in range(reads)]
            self.lines.append(f"{', '.join(names)} = Broadcast({text}, n={reads})")
        elif stem:
            names = [self._free(stem)]
            self.lines.append(f"{names[0]} = {text}")
        else:
            names = [text]
        self.copies[place] = names

    def _read(self, taken: Taken) -> str:
        text = self.copies[taken.value].pop(0)
        for op in taken.way.ops:
            text = f"{op.name}({', '.join([text, *_parameters(op)])})"
        return text

    def _zipped(self, application: Application) -> str:
        read = [self._read(each) for each in application.sources]
        return read[0] if len(read) == 1 else f"Zip({', '.join(read)})"

    def _applied(self, application: Application) -> str:
        name = self.state.problem.asked.functions[application.functions[0]].name
        rank = "" if application.op == "Map" else f", rank={application.rank}"
        return f"{application.op}({self._zipped(application)}, fn={name}{rank})"

    def _route(self, application: Application) -> str:
        assert application.control is not None
        functions = self.state.problem.asked.functions
        sent = self._zipped(application)
        selectors = self._read(application.control)
        ahead, back = self._free("ahead"), self._free("back")
        self.lines.append(f"{ahead}, {back} = Broadcast({selectors}, n=2)")
        parts = [self._free("part") for _ in application.functions]
        count = len(parts)
        self.lines.append(f"{', '.join(parts)} = Partition({sent}, {ahead}, n={count})")
        results = self._free("results")
        mapped = [
            f"Map({part}, fn={functions[place].name})"
            for part, place in zip(parts, application.functions, strict=True)
        ]
        self.lines.append(f"{results} = [{', '.join(mapped)}]")
        return f"Reassemble({results}, {back})"


def _parameters(op: Op) -> list[str]:
    given = [(each, getattr(op, each.name)) for each in op.parameters()]
    return [
        f"{each.name}={value}" for each, value in given if each.required or value != each.default
    ]


def body_text(state: State) -> str:
    """Write the body of the kernel that a state stands for."""
    return _Writer(state).body()
