"""Who writes programs, and the `aspl` command.

Campaigns, their graph, providers, memory and console belong here. It may import every package of
ours, and is the only one that reads `prompts`.
"""
