"""Task files of PCL-lite: read as they are, and made tasks of ours."""

from benchmark.pcl.problem import AuthorError, PclFileError, Problem
from benchmark.pcl.task import PclTask, imported, imported_text, load_task, regimes_of

__all__ = [
    "AuthorError",
    "PclFileError",
    "PclTask",
    "Problem",
    "imported",
    "imported_text",
    "load_task",
    "regimes_of",
]
