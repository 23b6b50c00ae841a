"""What models are told.

Templates and the contexts that fill them belong here. It imports nothing of ours; only `agent`
reads it.
"""
