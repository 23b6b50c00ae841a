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
    for name in sys.argv[1:] or HOSTILE:
        child = os.fork()
        if not child:
            report(name)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"name": name, "raised": f"ended by {status}"}), flush=True)


def report(name: str) -> None:
    """Judge one text, print what was found, and end the process."""
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
    print(json.dumps(found), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
