"""A naive interpreter of stream programs, by which the reference is judged."""

from naive.extents import Unspecified
from naive.interpreter import Meant, interpret, read_inputs

__all__ = ["Meant", "Unspecified", "interpret", "read_inputs"]
