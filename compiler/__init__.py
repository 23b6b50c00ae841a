"""How a checked program becomes a machine.

Intermediate representations, passes, pipelines and the lowering to machine tables belong here. It
may import `aspl`.
"""
