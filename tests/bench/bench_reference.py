"""A batched matrix product written number by number: whole streams against a Python loop.

The loop does what an element-by-element interpreter of streams does: one torch call for each
element of each operator. It runs on one matrix of the batch and is scaled, because all of it takes
minutes.
"""

from __future__ import annotations

import time

import numpy as np
import torch

from aspl import Checked, Findings, check, evaluate, parse
from aspl.values.literal import to_array

SIZE = 64

PROGRAM = f"""\
M, N, K, D = Dim({SIZE}), Dim({SIZE}), Dim({SIZE}), Dim({SIZE})

def kernel(a: Stream(f32, [M, N, K]), b: Stream(f32, [M, D, K])) -> Stream(f32, [M, N, D]):
    rows = Streamify(Bufferize(a, rank=1), repeat=D)
    columns = Streamify(Bufferize(b, rank=2), repeat=N)
    return Accum(Map(rows, columns, fn=mul), fn=add, init=zeros, rank=1)
"""


def checked() -> Checked:
    """Return the program, ready to be evaluated."""
    findings = Findings()
    program = parse(PROGRAM, findings)
    found = None if program is None else check(program, findings)
    assert found is not None, list(findings)
    return found


def loop_s(a: torch.Tensor, b: torch.Tensor) -> float:
    """Return the seconds that the loop takes for one product of SIZE x SIZE matrices."""
    rows = [list(row.unbind()) for row in a.unbind()]
    columns = [list(column.unbind()) for column in b.unbind()]
    begin = time.perf_counter()
    for row in rows:
        for column in columns:
            products = [x * y for x, y in zip(row, column, strict=True)]
            state = torch.zeros(())
            for each in products:
                state = state + each
    return time.perf_counter() - begin


def main() -> None:
    """Print both times and their ratio; check the values against numpy."""
    program = checked()
    rng = np.random.default_rng(0)
    a = rng.standard_normal((SIZE, SIZE, SIZE)).astype(np.float32)
    b = rng.standard_normal((SIZE, SIZE, SIZE)).astype(np.float32)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        result = evaluate(program, {"a": a, "b": b})
        times.append(time.perf_counter() - begin)
    found = to_array(result.outputs[0])
    assert found is not None
    np.testing.assert_allclose(found, np.einsum("mnk,mdk->mnd", a, b), rtol=1e-3, atol=1e-3)
    ours = min(times)
    theirs = loop_s(torch.from_numpy(a[0]), torch.from_numpy(b[0])) * SIZE
    rate = 2 * SIZE**4 / ours / 1e6
    for name, took, note in (
        ("bmm, 64 x 64 x 64 x 64, element-wise", ours, f"{rate:.0f} M elements/s"),
        ("the same, element by element with torch", theirs, f"1 of {SIZE} matrices, scaled"),
    ):
        print(f"{name:<42} {took * 1e3:9.1f} ms   {note}")
    print(f"{'ratio (wanted: at least 200)':<42} {theirs / ours:9.0f} x")


if __name__ == "__main__":
    main()
