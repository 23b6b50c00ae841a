"""What a task supplies to a bare kernel."""

from __future__ import annotations

import numpy as np

from aspl import Findings, Header, Program, check, evaluate, parse
from aspl.dims import Kind, size, to_dim
from aspl.types import DType, Scalar, Selector, Stream, Tensor

F32 = Scalar(DType.F32)
TASK = Header(
    sizes=(("M", 3, Kind.SIZE), ("E", 2, Kind.SIZE)),
    inputs=(
        ("values", Stream(F32, (size("M"),))),
        ("weights", Tensor(DType.F32, (to_dim(1),) * 2)),
    ),
    results=(Stream(F32, (size("M"),)),),
)


def read(text: str, header: Header = TASK) -> tuple[Program | None, list[str]]:
    findings = Findings()
    program = parse(text, findings, header=header)
    if program is not None:
        check(program, findings)
    return program, [each.code for each in findings]


def test_inputs_keep_the_names_of_the_task_whatever_the_kernel_calls_them() -> None:
    program, codes = read("def kernel(a, b):\n    return Map(a, fn=exp)\n")
    assert program is not None
    assert codes == []
    assert [each.name for each in program.inputs] == ["values", "weights"]
    findings = Findings()
    checked = check(program, findings)
    assert checked is not None
    result = evaluate(checked, {"values": np.zeros(3), "weights": np.zeros((1, 1))})
    assert len(result.outputs[0].column) == 3


def test_findings_speak_of_streams_by_the_names_of_the_kernel() -> None:
    findings = Findings()
    program = parse("def kernel(a, b):\n    return Map(a, a, fn=add)\n", findings, header=TASK)
    assert program is not None
    check(program, findings)
    assert [each.message for each in findings] == ["stream `a` is read twice"]


def test_a_tensor_is_read_under_the_name_of_the_kernel() -> None:
    body = "    Consumer(LinearOffChipLoad(b, tile=[1, 1]))\n    return Map(a, fn=exp)\n"
    program, codes = read(f"def kernel(a, b):\n{body}")
    assert program is not None
    assert codes == []
    assert [ref.name for ref in program.tensors] == ["weights"]


def test_a_size_of_the_task_may_be_fixed() -> None:
    task = Header(
        sizes=TASK.sizes,
        fixed=frozenset({"E"}),
        inputs=(("x", Stream(Selector(size("E")), (size("M"),))),),
        results=(Stream(Selector(to_dim(2)), (size("M"),)),),
    )
    program, codes = read("def kernel(x):\n    return x\n", task)
    assert program is not None
    assert codes == []
    assert program.specialised == {"E"}


def test_a_number_of_targets_may_be_written_as_a_number() -> None:
    text = """\
M, E = Dim(4), Dim(3)

def kernel(x: Stream(f32, [M]), s: Stream(Selector(E), [M])) -> Stream(f32, [M, _]):
    s0, s1 = Broadcast(s, n=2)
    return Reassemble(Partition(x, s0, n=3), s1)
"""
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    checked = check(program, findings)
    assert checked is not None, list(findings)
    assert "E" in checked.depends_on
    findings = Findings()
    program = parse(text, findings, sizes={"E": 4})
    assert program is not None
    check(program, findings)
    assert {each.code for each in findings} == {"S007"}
