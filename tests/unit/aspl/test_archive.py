"""Values in archives: what is written is read, and what does not belong is named."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aspl import check, evaluate
from aspl.archive import ArchiveError, read_archive, values_from, write_archive
from aspl.diagnostics import Findings
from aspl.program import Program
from aspl.reference.inputs import random_inputs
from aspl.text.parse import parse
from aspl.values.literal import to_arrays, to_nested
from aspl.values.stream import StreamValue

TEXT = """\
M, N = Dim(3), Dim(2)
K, R = RaggedDim(4), RaggedDim(3)
bias = Parameter(f32, [N])

def kernel(
    x: Stream(f32, [M, K]),
    t: Stream(Tile(f32, [R, 2]), [M]),
    p: Stream(Tuple(i64, Selector(2)), [M, K]),
    w: Tensor(f32, [N, 2]),
) -> None:
    Consumer(x)
    Consumer(t)
    Consumer(p)
"""


@pytest.fixture
def program() -> Program:
    found = parse(TEXT, Findings())
    assert found is not None
    return found


@pytest.fixture
def arrays(program: Program) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, value in random_inputs(program, 0).items():
        written |= to_arrays(name, value) if isinstance(value, StreamValue) else {name: value}
    return written


def saved(path: Path, arrays: dict[str, Any]) -> Path:
    with path.open("wb") as file:
        write_archive(file, arrays)
    return path


def test_values_come_back_as_they_were(
    program: Program, arrays: dict[str, Any], tmp_path: Path
) -> None:
    values = values_from(program, read_archive(saved(tmp_path / "x.npz", arrays)))
    expected = random_inputs(program, 0)
    assert values.keys() == expected.keys()
    for name, value in values.items():
        if isinstance(value, StreamValue):
            assert to_nested(value) == to_nested(expected[name])
        else:
            assert np.array_equal(value, expected[name])


def test_any_name_can_be_written(tmp_path: Path) -> None:
    arrays = {"file": np.ones(2), "allow_pickle": np.zeros(1), "größe": np.array(3)}
    found = read_archive(saved(tmp_path / "x.npz", arrays))
    assert {name: value.tolist() for name, value in found.items()} == {
        name: value.tolist() for name, value in arrays.items()
    }


def test_equal_values_make_equal_bytes(arrays: dict[str, Any]) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    write_archive(first, arrays)
    write_archive(second, arrays)
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize(
    "name", ["x.length0", "x.length1", "x.data", "t.flat", "t.extents", "p.1.data", "w", "bias"]
)
def test_a_missing_array_is_named(program: Program, arrays: dict[str, Any], name: str) -> None:
    del arrays[name]
    with pytest.raises(ArchiveError, match=name.split(".")[0]):
        values_from(program, arrays)


def test_a_value_of_no_parameter_is_named(program: Program, arrays: dict[str, Any]) -> None:
    with pytest.raises(ArchiveError, match=r"`z\.data` is no parameter"):
        values_from(program, {**arrays, "z.data": np.ones(3)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x", np.ones((2, 2, 2))),
        ("x.length0", np.array([3])),
        ("x.length0", np.array(-3)),
        ("x.length0", np.array(3.0)),
        ("x.length0", np.array("3")),
        ("x.length1", np.array([1, 2])),
        ("x.length1", np.array([[1, 2, 3]])),
        ("x.length1", np.array([-1, 1, 2])),
        ("x.data", np.ones(1000)),
        ("x.data", np.array(1.0)),
        ("t.flat", np.ones(1)),
        ("t.flat", np.ones((4, 4))),
        ("t.extents", np.ones((3, 2))),
        ("t.extents", np.ones((3, 3), dtype=np.int64)),
        ("t.extents", np.ones(3, dtype=np.int64)),
        ("t.extents", -np.ones((3, 2), dtype=np.int64)),
        ("p.0.data", np.ones(77)),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(
    program: Program, arrays: dict[str, Any], name: str, value: Any
) -> None:
    with pytest.raises(ArchiveError, match=f"`{name[0]}` is not a `Stream"):
        values_from(program, {**arrays, name: value})


@pytest.mark.parametrize(
    "data", [b"", b"text", b"PK\x03\x04 and no more", b"\x93NUMPY\x01\x00", b"\x80\x04."]
)
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(data)
    with pytest.raises(ArchiveError):
        read_archive(path)


def test_a_single_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones(3))
    with pytest.raises(ArchiveError, match="single array"):
        read_archive(tmp_path / "x.npy")


def test_objects_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=np.array([{"a": 1}]))
    with pytest.raises(ArchiveError):
        read_archive(tmp_path / "x.npz")


@pytest.mark.parametrize("place", [40, 100, 150, -40, -10])
def test_a_damaged_archive_is_refused_or_read(tmp_path: Path, place: int) -> None:
    path = saved(tmp_path / "x.npz", {"x": np.arange(6.0)})
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)
    with suppress(ArchiveError):  # some bytes of an archive do not matter
        read_archive(path)


def test_a_tensor_that_is_only_stored_to_may_be_left_out() -> None:
    text = """\
def kernel(x: Stream(Tile(f32, [1, 2]), [1]), out: Tensor(f32, [1, 2])) -> None:
    LinearOffChipStore(x, out)
"""
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    values = values_from(program, {"x": np.array([[[3.0, 4.0]]])})
    checked = check(program, findings)
    assert checked is not None
    assert evaluate(checked, values).tensors["out"].tolist() == [[3.0, 4.0]]
