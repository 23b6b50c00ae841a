"""The `aspl` command: the packages' sub-commands put together, and the exit codes they share.

0 good, 1 program or answer rejected, 2 usage, 3 budget spent, 70 our fault, 74 output not written,
130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, NoReturn

import typer

OUR_FAULT = 70
NOT_WRITTEN = 74
INTERRUPTED = 130
_UNWRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE)


def main() -> None:
    """Run the `aspl` command and end the process with its exit code."""
    guard(lambda: build()())


def build() -> typer.Typer:
    """Put the sub-commands of the packages together."""
    # here, so that `guard` reports a failure to load like any other
    import agent.ablation.cli
    import agent.campaigns.cli
    import agent.console.cli
    import agent.doctor.cli
    import agent.prompting.cli
    import agent.providers.cli
    import agent.records.cli
    import aspl.cli
    import benchmark.cli
    import compiler.cli
    import simulator.cli

    app = typer.Typer(
        name="aspl",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # loads twice as fast as help with frames
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_aspl)
    aspl.cli.register(app)
    compiler.cli.register(app)
    simulator.cli.register(app)
    bench = benchmark.cli.register(app)
    agent.campaigns.cli.register(bench)
    models = typer.Typer(
        help="Ask models for kernels, and look at what they did.\n\nExample: aspl agent show last",
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    agent.records.cli.register(models)
    agent.prompting.cli.register(models)
    agent.providers.cli.register(models)
    agent.ablation.cli.register(models)
    app.add_typer(models, name="agent")
    agent.console.cli.register(app)
    agent.doctor.cli.register(app)
    return app


def guard(command: Callable[[], object]) -> None:
    """Run a command; when it breaks, end the process with one line and the right exit code."""
    try:
        try:
            command()
        finally:
            # here, as what fails when the process ends is told by Python alone
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        _end_unwritten(error)
        _end_broken(error)
    except Exception as error:
        _end_broken(error)


def _end_broken(error: Exception) -> NoReturn:
    name, where = type(error).__name__, _write_traceback(error)
    typer.echo(f"aspl: internal error: {name}; traceback in {where}", err=True)
    sys.exit(OUR_FAULT)


def _end_unwritten(error: OSError) -> None:
    """End the process where output was not written; what waits to be is dropped."""
    if error.errno not in _UNWRITTEN:
        return
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        # whoever read has enough
        sys.exit(1)
    from aspl.terminal import reason

    typer.echo(f"aspl: cannot write: {reason(error)}", err=True)
    sys.exit(NOT_WRITTEN)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aspl {_version()}")
        raise typer.Exit


def _aspl(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Write, check, evaluate, simulate and judge Streaming Tensor Programs.

    Example: aspl check kernel.aspl
    """


def _version() -> str:
    from importlib import metadata  # slow to load, seldom needed

    try:
        return metadata.version("aspl-workbench")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _write_traceback(error: Exception) -> str:
    import tempfile  # slow to load, seldom needed
    import traceback

    lines = (
        f"aspl {_version()}, Python {sys.version}\n",
        f"{sys.argv}\n\n",
        *traceback.format_exception(error),
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="aspl-", suffix=".txt", errors="backslashreplace", delete=False
        ) as file:
            file.writelines(lines)
    except OSError:
        sys.stderr.writelines(lines)
        return "the lines above"
    return file.name
