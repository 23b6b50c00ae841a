"""The sub-command that looks at what the workbench needs: doctor."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from aspl.command import REJECTED, JsonOption, told
from aspl.terminal import is_colored, write_records, write_text
from benchmark.store.command import WORKSPACE, WorkspaceOption


def register(app: typer.Typer) -> None:
    """Add the sub-command to the command."""
    app.command("doctor")(told(doctor))


def doctor(
    online: Annotated[
        bool,
        typer.Option("--online", help="Also ask the servers for which there is a key."),
    ] = False,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Look at versions, keys, servers, the workspace and the machine.

    Keys are never shown. The exit code is 1 if something is missing that is needed, and it is said
    what to do.

    Example: aspl doctor --online
    """
    import asyncio

    from agent.doctor.checks import checks, checks_record
    from agent.doctor.display import checks_text
    from agent.providers.table import Surroundings

    around = Surroundings()
    found = tuple(checks(workspace, around.environ))
    # without its packages no server can be asked, which is told then
    if online and not any(each.group == "versions" and each.state == "missing" for each in found):
        from agent.doctor.online import online_checks

        found += asyncio.run(online_checks(around.environ, around.clock))
    if json:
        write_records([checks_record(found)], sys.stdout)
    else:
        write_text(checks_text(found, color=is_colored(sys.stdout)) + "\n", sys.stdout)
    if any(each.state == "missing" for each in found):
        raise typer.Exit(REJECTED)
