"""Copies for second readers."""

from __future__ import annotations

from compiling import names, passed

TWICE = """
def kernel(x: Stream(f32, [3])) -> (Stream(f32, [3]), Stream(f32, [3])):
    y = Map(x, x, fn=mul)
    return y, y
"""


def test_every_stream_is_read_once_afterwards() -> None:
    found = passed(TWICE, "insert-broadcasts")
    assert names(found) == ["Broadcast", "Map", "Broadcast"]
    reads = [value for node in found.program.nodes for value in node.inputs]
    reads += found.program.results
    assert len(reads) == len(set(reads))


def test_copies_have_the_name_of_their_stream() -> None:
    values = passed(TWICE, "insert-broadcasts").program.values
    assert [value.name for value in values] == ["x", "x", "x", "y", "y", "y"]


def test_readers_get_copies_in_the_order_of_the_text() -> None:
    first, _, last = passed(TWICE, "insert-broadcasts").program.nodes
    assert first.outputs == (1, 2)
    assert last.outputs == (4, 5)


def test_a_linear_program_stays_as_it_is() -> None:
    text = "def kernel(x: Stream(f32, [3])) -> Stream(f32, [3]):\n    return Map(x, fn=exp)\n"
    assert passed(text, "insert-broadcasts") == passed(text, "")


def test_the_writer_of_a_feedback_may_have_other_readers() -> None:
    found = passed(
        """
B = Dim(3)

def double(x: f32) -> f32:
    return x * 2

def kernel(
    first: Stream(f32, [1]), pick: Stream(Index(2), [B]), keep: Stream(Index(2), [B])
) -> (Stream(f32, [B]), Stream(f32, [_])):
    later = Feedback(Stream(f32, [_]))
    value = Flatten(Reassemble([first, later], pick))
    again, last = Partition(value, keep, n=2)
    Consumer(last)
    more = Map(again, fn=double)
    Close(later, more)
    return value, more
""",
        "default",
    )
    assert names(found).count("Broadcast") == 2
