"""Task files of PCL-lite from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import aspl
from pcl import FILES, FOLDER, NOT_LINEAR, text_of

from benchmark.judge.find import find_task


def test_help_is_what_its_golden_says(
    golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = aspl("bench", "import-pcl", "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden("help/bench_import-pcl.txt", shown.stdout)


def _judged(linearity: str) -> dict[str, str]:
    files = [word for path in FILES for word in ("--pcl", str(path))]
    shown = aspl("bench", "judge", *files, "--linearity", linearity, "--json", "--seeds", "1,2")
    records = [json.loads(line) for line in shown.stdout.splitlines()]
    assert shown.exit_code == int(any(each["outcome"] != "correct" for each in records))
    return {Path(each["file"]).stem: each["outcome"] for each in records}


def test_answers_of_all_files_are_right_where_copies_are_put_in():
    assert _judged("auto") == {path.stem: "correct" for path in FILES}


def test_answers_that_read_twice_are_not_linear():
    found = _judged("strict")
    assert {name for name, outcome in found.items() if outcome == "not-linear"} == {*NOT_LINEAR}
    assert {*found.values()} == {"correct", "not-linear"}


def test_a_wrong_answer_is_rejected(tmp_path):
    path = tmp_path / "bmm_0.yaml"
    path.write_text(text_of("bmm_0").replace("return [state[0] + input[0]]", "return [input[0]]"))
    shown = aspl("bench", "judge", "--pcl", str(path), "--json")
    assert json.loads(shown.stdout)["outcome"] == "wrong-values"
    assert shown.exit_code == 1


def test_python_of_the_author_runs_in_a_worker_alone(tmp_path):
    path = tmp_path / "bmm_0.yaml"
    path.write_text("global: import os; os._exit(3)\n" + text_of("bmm_0"))
    shown = aspl("bench", "judge", "--pcl", str(path), "--json")
    assert json.loads(shown.stdout)["outcome"] == "crashed"
    shown = aspl("bench", "import-pcl", str(path), "-o", str(tmp_path / "out"))
    assert "its Python ends the process" in shown.stderr


def test_a_function_that_reads_the_inputs_breaks(tmp_path):
    path = tmp_path / "bmm_0.yaml"
    path.write_text(text_of("bmm_0").replace("[state[0] + input[0]]", "[input_data['E0']]"))
    shown = aspl("bench", "judge", "--pcl", str(path), "--json")
    record = json.loads(shown.stdout)
    assert record["outcome"] == "crashed"
    assert "functions see weights in `input_data`, never inputs" in record["reason"]


def test_imported_tasks_are_found_and_judge_other_answers(tmp_path):
    out = tmp_path / "tasks"
    files = [str(FOLDER / f"{name}.yaml") for name in ("bmm_0", "rope_neox")]
    shown = aspl("bench", "import-pcl", *files, "-o", str(out), "--json")
    assert shown.exit_code == 0, shown.stderr
    assert "its test is `rope_gptj`" in shown.stderr
    first, second = (json.loads(line) for line in shown.stdout.splitlines())
    assert first["regimes"] == ["paper", "ones", "primes", "even", "larger"]
    assert second["regimes"] == ["paper", "even"]
    # self-contained: the folder may move
    moved = tmp_path / "moved"
    out.rename(moved)
    task = find_task(str(moved / "bmm-0" / "task.py"))
    assert task.name == "pcl/bmm-0"
    assert (moved / "bmm-0" / "bmm_0.yaml").read_text() == text_of("bmm_0")
    answer = tmp_path / "answer.aspl"
    answer.write_text(
        "return Streamify(Accum(Map(Bufferize(E0), Bufferize(E1), fn=fn_outer), fn=fn_add))\n"
    )
    shown = aspl("bench", "judge", str(moved / "bmm-0" / "task.py"), str(answer), "--no-cache")
    assert "correct" in shown.stdout, shown.stdout + shown.stderr


def test_an_answer_cannot_name_what_only_functions_see(tmp_path):
    path = tmp_path / "bmm_0.yaml"
    text = text_of("bmm_0")
    start = text.index("impl:")
    path.write_text(text[:start] + "impl: return torch.bmm(input_data['E0'], E1)\n")
    shown = aspl("bench", "judge", "--pcl", str(path), "--json")
    assert json.loads(shown.stdout)["outcome"] in ("unparseable", "ill-typed")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("judge", "--pcl", "nowhere.yaml"), "cannot read `nowhere.yaml`"),
        (("judge", "bmm/outer", "--pcl", "x.yaml"), "leave TASK and FILE out"),
        (("judge",), "or --pcl FILE"),
        (("import-pcl", "nowhere.yaml", "-o", "out"), "there is no `nowhere.yaml`"),
    ],
)
def test_wrong_calls_are_told_in_a_line(arguments, told):
    shown = aspl("bench", *arguments)
    assert shown.exit_code == 2
    assert told in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_files_that_cannot_be_read_do_not_hold_up_others(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "bmm_0.yaml").write_text(text_of("bmm_0"))
    (folder / "bad.yml").write_text("inputs: 3\n")
    shown = aspl("bench", "import-pcl", str(folder), "-o", str(tmp_path / "out"))
    assert shown.exit_code == 1
    assert "bad.yml:1: inputs: expected fields" in shown.stderr
    assert shown.stdout.startswith("pcl/bmm-0  ")


def test_two_files_of_one_name_are_told_apart(tmp_path):
    for group in ("a", "b"):
        (tmp_path / group).mkdir()
        (tmp_path / group / "t.yaml").write_text(text_of("norm_literal"))
    shown = aspl("bench", "import-pcl", str(tmp_path), "-o", str(tmp_path / "out"))
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["pcl/a-t", "pcl/b-t"]
    assert "`norm_literal` is that of" in shown.stderr
