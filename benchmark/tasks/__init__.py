"""The tasks: what a solver is asked for, and what it is judged by."""
