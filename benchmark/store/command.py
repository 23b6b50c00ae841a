"""What commands share that read a workspace: which one, and which run."""

from __future__ import annotations

from typing import Annotated

import typer

WORKSPACE = ".aspl/workspace.db"

RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="Its name, how that begins, or `last`.")
]
WorkspaceOption = Annotated[
    str, typer.Option(metavar="FILE|URL", help="The database that everything is recorded in.")
]
