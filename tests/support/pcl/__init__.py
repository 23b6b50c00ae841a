"""Task files in the format of PCL-lite, written for these tests in the manner of its tasks."""

from pathlib import Path

FOLDER = Path(__file__).parent
FILES = tuple(sorted(FOLDER.glob("*.yaml")))
NOT_LINEAR = ("depths_top3", "moe_top1", "norm_rms")
"""Those whose answer reads a stream twice."""


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
