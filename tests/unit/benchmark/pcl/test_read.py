"""Task files are read field by field; what is wrong is told with its place and what to do."""

import pytest
from pcl import FILES, text_of

from benchmark.pcl import PclFileError, imported, imported_text
from benchmark.pcl.task import PclTask


def _problems(text: str) -> list[str]:
    with pytest.raises(PclFileError) as caught:
        imported_text(text, "t.yaml")
    return [str(each) for each in caught.value.problems]


def _changed(name: str, old: str, new: str) -> str:
    text = text_of(name)
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_samples_are_read(path):
    task = imported(path)
    assert task.impl
    assert "return" in task.impl
    assert "\n" not in task.task.statement


def test_dims_turn_round():
    header = imported_text(text_of("bmm_0"), "bmm_0.yaml").task.header
    assert "E0: Stream(f32, [M, K, N])" in header
    assert "def fn_add(x0: Buffer(f32, [N, D]), state: Buffer(f32, [N, D]) = 0)" in header
    assert "M = Dim(5)" in header


def test_sizes_of_flags_are_fixed_and_numbers_are_declared():
    header = imported_text(text_of("expert_weighted"), "t.yaml").task.header
    assert "E = Dim(3, fixed=True)" in header
    assert "TOP = 3" in imported_text(text_of("depths_top3"), "t.yaml").task.header


def test_a_tuple_state_begins_part_by_part():
    header = imported_text(text_of("attn_fold"), "t.yaml").task.header
    assert "state: Tuple(f32, f32, Buffer(f32, [D])) = (lowest, 0, 0)" in header


def test_an_answer_without_return_gives_its_results():
    task = imported_text(text_of("attn_fold"), "t.yaml")
    assert task.impl is not None
    assert task.impl.endswith("return S0\n")


def test_unknown_fields_are_passed_over():
    task = imported_text(text_of("index_top1"), "index_top1.yaml")
    assert [str(each) for each in task.warnings] == [
        "index_top1.yaml:3: author: nothing reads the field `author`"
    ]


def test_a_neighbours_test_name_is_told():
    (told,) = imported_text(text_of("rope_neox"), "rope_neox.yaml").warnings
    assert "the file is `rope-neox`, and its test is `rope_gptj`" in str(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("dtype: fp32\n    dims: [N", "dtype: fp31\n    dims: [N", "inputs[0].dtype: `fp31` is no"),
        ("dims: [N, K, M]", "dims: [N, Q, M]", "global: the size `Q` has no value; write `Q = 3`"),
        ("dims: [N, K, M]", "dims: [N, 0, M]", "inputs[0].dims: `0` is no extent of 1 or more"),
        ("data_gen: torch.rand", "data_gen: torch.cauchy", "inputs[0].data_gen: `torch.cauchy`"),
        ("init: [0]", "init: [zero]", "fns[1].init[0]: `zero` is no initial value"),
        ("init: [0]", "init: [0, 0]", "fns[1].init: expected 1 initial values, got 2"),
        ("init: [0]", "init: []", "fns[1].apply: the body reads `state`, and there is no `init`"),
        ("func_name: fn_add", "func_name: fn_outer", "`fn_outer` is the name of"),
        (
            "func_name: fn_add",
            "func_name: Map",
            "fns[1].func_name: `Map` is a name of",
        ),
        ("func_name: fn_add", "func_name: 3x", "fns[1].func_name: `3x` is no name"),
        ("name: E0", "nome: E0", "inputs[0]: the field `name` is missing; write `name: E0`"),
        ("outputs:", "outcomes:", "outputs: the task has no outputs"),
        ("torch.outer(input[0]", "torch.outer(input[0", "fns[0].apply: this is no Python"),
        ("    - torch.bmm", "    - torch bmm", "outputs[0].data_transform[0]: this is no Python"),
        ("test_name: bmm_0", "test_name: [", "this is no YAML"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(old, new, told):
    problems = _problems(_changed("bmm_0", old, new))
    assert any(told in each for each in problems), problems
    assert all(each.startswith("t.yaml") for each in problems)


def test_problems_name_their_lines():
    (told,) = _problems(_changed("bmm_0", "dims: [N, K, M]", "dims: [N, -1, M]"))
    assert told.startswith("t.yaml:6: inputs[0].dims: ")
    (told,) = _problems(_changed("bmm_0", "state[0] + input[0]]", "state[0] + input[0]"))
    assert told.startswith("t.yaml:24: fns[1].apply: this is no Python")


def test_all_problems_are_told_at_once():
    text = _changed("bmm_0", "data_gen: torch.rand", "data_gen: torch.cauchy")
    assert len(_problems(text.replace("func_name: fn_add", "func_name: Map"))) == 3


@pytest.mark.parametrize("text", ["", "[]", "just words", "a: &a [*a]", "- " * 5000])
def test_what_is_no_task_is_told(text):
    assert _problems(text)


def test_types_are_liberal():
    text = _changed("bmm_0", "dtype: fp32\n    dims: [N", "dtype: step.float32\n    dims: [N")
    text = text.replace("Buffer(fp32, [D, N])", "step.Buffer(fp32, (D, N))")
    assert isinstance(imported_text(text, "t.yaml"), PclTask)


def test_nothing_of_a_file_runs_when_it_is_read(tmp_path):
    mark = tmp_path / "ran"
    text = f"global: open({str(mark)!r}, 'w')\n" + text_of("bmm_0")
    imported_text(text, "t.yaml")
    assert not mark.exists()
