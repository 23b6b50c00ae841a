"""Judge every hostile text in a process of its own, of bounded time and memory; one JSON a line.

Run as a script, so that what is measured is the reader alone and not the tests around it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback

from hostile import HOSTILE
from judged import judged_findings

SECONDS = 10
BYTES = 2**30


def main() -> None:
    """Judge the texts that are named, or all."""
    waiting = list(sys.argv[1:] or HOSTILE)[::-1]
    children: dict[int, str] = {}
    while waiting or children:
        while waiting and len(children) < (os.cpu_count() or 1):
            name = waiting.pop()
            child = os.fork()
            if not child:
                report(name)
            children[child] = name
        child, status = os.wait()
        name = children.pop(child)
        if status:
            write({"name": name, "raised": f"ended by {status}", "codes": [], "accepted": False})


def report(name: str) -> None:
    """Judge one text, write what was found, and end the process."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    text = HOSTILE[name].make()
    found: dict[str, object] = {"name": name, "raised": "", "codes": [], "accepted": False}
    try:
        checked, findings = judged_findings(text)
        found["codes"] = sorted({each.code for each in findings})
        found["accepted"] = checked is not None
    except BaseException:
        found["raised"] = traceback.format_exc(limit=-5)[-2000:]
    write(found)
    os._exit(0)


def write(found: dict[str, object]) -> None:
    """Write one line, at once, since several processes do."""
    os.write(sys.stdout.fileno(), f"{json.dumps(found)}\n".encode())


if __name__ == "__main__":
    main()
