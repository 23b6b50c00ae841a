"""Tasks of other packages and of files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmark.tasks.file import load_tasks
from benchmark.tasks.table import TASKS, all_tasks, task_named
from benchmark.tasks.task import TaskError
from benchmark.verify import verify

TEXT = '''\
from benchmark.tasks.task import Regime, Task

HEADER = """
M = Dim(3)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
"""

def reference(given):
    return (given["x"] * 2,)

def task(name):
    return Task(
        name=name, statement="Double.", formula="y = 2x", header=HEADER, reference=reference,
        regimes=(Regime(name="paper", sizes={}), Regime(name="long", sizes={"M": 9})),
    )
'''
LINE = TEXT.count("\n") + 1


def _file(folder: Path, rest: str) -> Path:
    path = folder / "mine.py"
    path.write_text(TEXT + rest, encoding="utf-8")
    return path


def test_a_file_has_a_task_or_several(tmp_path: Path) -> None:
    (one,) = load_tasks(_file(tmp_path, "TASK = task('mine/double')\n"))
    assert one.name == "mine/double"
    assert verify(one).text() == (
        "mine/double: good in 6 draws; control answers are rejected; no solution to try"
    )
    names = "TASKS = [task('mine/a'), task('mine/b')]\n"
    assert [each.name for each in load_tasks(_file(tmp_path, names))] == ["mine/a", "mine/b"]


WRONG = {
    "TASK = (\n": rf"mine\.py:{LINE}: '\(' was never closed",
    "\nTASK = missing\n": rf"mine\.py:{LINE + 1}: NameError: name 'missing' is not defined",
    "raise SystemExit(3)\n": rf"mine\.py:{LINE}: SystemExit: 3",
    "": "defines neither `TASK` nor `TASKS`",
    "TASK = TASKS = ()\n": "defines both",
    "TASK = 3\n": "`TASK`: expected a Task or a sequence of them, got int",
    "TASKS = [3]\n": "`TASKS`: expected a sequence of Task, got one of int",
    "TASKS = []\n": "expected a Task",
    "TASKS = [task('mine/a'), task('mine/a')]\n": "two tasks are called `mine/a`",
    "TASK = task('Mine')\n": "`family/variant` in small letters, got `Mine`",
    "HEADER = 'M = Dim(3)'\nTASK = task('mine/a')\n": "task `mine/a`: the header is wrong",
    "from dataclasses import replace\none = task('mine/a')\n"
    "TASK = replace(one, regimes=(Regime(name='a', sizes={'Z': 1}),))\n": "no size Z",
}


@pytest.mark.parametrize(("rest", "message"), WRONG.items(), ids=WRONG.values())
def test_a_file_that_is_wrong_is_told_where(tmp_path: Path, rest: str, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        load_tasks(_file(tmp_path, rest))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"cannot read .*none\.py: No such file"):
        load_tasks(tmp_path / "none.py")


@pytest.fixture
def install(tmp_path: Path, monkeypatch):
    """Return a function that puts a package with tasks among the installed ones."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def installed(package: str, rest: str, value: str = "TASKS") -> None:
        module = package.replace("-", "_")
        monkeypatch.delitem(sys.modules, module, raising=False)
        (tmp_path / f"{module}.py").write_text(TEXT + rest, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[aspl.tasks]\nall = {module}:{value}\n")

    return installed


def test_installed_tasks_are_found_by_name(install) -> None:
    install("doubling-kernels", "TASKS = (task('doubling-kernels/plain'),)\n")
    assert task_named("doubling-kernels/plain").statement == "Double."
    assert {*TASKS, "doubling-kernels/plain"} == set(all_tasks())
    with pytest.raises(TaskError, match="nearest are doubling-kernels/plain, "):
        task_named("doubling-kernels/plan")


def test_a_name_that_is_taken_names_both(install) -> None:
    install("norm", "TASKS = (task('norm/rms'),)\n")
    with pytest.raises(TaskError, match="task `norm/rms`: aspl-workbench and norm"):
        all_tasks()
    # what is ours is found all the same
    assert task_named("norm/rms") is TASKS["norm/rms"]


INSTALLED_WRONG = {
    "TASKS = (task('other/plain'),)\n": "`other/plain` must be called `kernels-of-mine/...`",
    "TASKS = 3\n": "got int",
    "raise KeyError('x')\n": "KeyError: 'x'",
    "": "has no attribute 'TASKS'",
}


@pytest.mark.parametrize(("rest", "message"), INSTALLED_WRONG.items())
def test_an_installed_package_that_is_wrong_is_told(install, rest, message) -> None:
    install("kernels-of-mine", rest)
    with pytest.raises(TaskError, match=f"`all = kernels_of_mine:TASKS` .*{message}"):
        all_tasks()
