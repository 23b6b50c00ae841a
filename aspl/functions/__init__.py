"""Functions that stream operators carry: a closed library, and a small language to declare more."""
