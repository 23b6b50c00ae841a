"""Imported tasks on disk: the original file, and a `task.py` that reads it and runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from aspl.terminal import UsageError, quoted, reason
from benchmark.pcl.task import FAMILY, PclTask, slug

TASK_FILE = "task.py"

_TEXT = '''\
"""A task of PCL-lite, written by `aspl bench import-pcl`; the file beside it is read, not run."""

from pathlib import Path

from benchmark.pcl import load_task

TASK = load_task(
    Path(__file__).with_name({file!r}),
    name={name!r},
    regimes={regimes!r},
)
'''


def write_folder(pcl: PclTask, name: str, regimes: Sequence[str], into: Path) -> Path:
    """Write a task as a folder in `into`, and return its `task.py`.

    Errors: UsageError for a folder that cannot be written.
    """
    original = Path(pcl.read.file)
    folder = into / name.split("/", 1)[1]
    file = folder / TASK_FILE
    text = _TEXT.format(file=original.name, name=name, regimes=tuple(regimes))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / original.name).write_bytes(original.read_bytes())
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {quoted(str(folder))}: {reason(error)}") from error
    return file


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Return task files: those named, and all below the folders named, sorted.

    Errors: UsageError for a path that is not there, or a folder without task files.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            if not path.exists():
                raise UsageError(f"there is no {quoted(str(path))}")
            found[path] = None
            continue
        inside = sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml"))
        if not inside:
            raise UsageError(f"there are no .yaml files in {quoted(str(path))}")
        found.update(dict.fromkeys(inside))
    return list(found)


def names_for(files: Sequence[Path]) -> dict[Path, str]:
    """Return a name for each file: its own, with its folder's before it where two are alike.

    Errors: UsageError for files that even so have one name.
    """
    stems = [slug(each.stem) for each in files]
    names = {
        path: stem if stems.count(stem) == 1 else f"{slug(path.resolve().parent.name)}-{stem}"
        for path, stem in zip(files, stems, strict=True)
    }
    seen: dict[str, Path] = {}
    for path, name in names.items():
        if name in seen:
            first, second = quoted(str(seen[name])), quoted(str(path))
            raise UsageError(f"{first} and {second} both make `{FAMILY}/{name}`; rename one")
        seen[name] = path
    return {path: f"{FAMILY}/{name}" for path, name in names.items()}
