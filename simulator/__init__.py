"""How long a machine takes.

Engine, units, memory models and timelines belong here: machine tables in, cycles, traffic and
occupancy out. It may import `compiler.machine` and `aspl`.
"""
