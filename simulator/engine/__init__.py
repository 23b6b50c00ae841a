"""The simulation engine: units with local clocks over bounded queues, compiled by numba."""
