"""The workspace: what happened, kept for good in one database, and views folded from it."""
