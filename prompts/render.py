"""From a context to the text that a model reads; each context has a template of its own."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from prompts.contexts import Context
from prompts.fences import fenced, given, prose

_HERE = Path(__file__).parent
TEMPLATES = _HERE / "templates"
_WORDS = ("patterns.py", "rewrites.py")
"""Files beside the templates that hold words of prompts."""
_INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def render(context: Context) -> str:
    """Write a context; the template bears the name of its class. No newline at the end."""
    kind = type(context)
    values = {each.name: getattr(context, each.name) for each in fields(kind)}
    return _environment().get_template(template_name(kind)).render(values).strip("\n")


def template_name(kind: type[Context]) -> str:
    """Return the file of a context's template."""
    return f"{_INNER_CAPITAL.sub('_', kind.__name__).lower()}.jinja"


def _version() -> str:
    hashed = sha256()
    for path in (*sorted(TEMPLATES.glob("*.jinja")), *map(_HERE.joinpath, _WORDS)):
        hashed.update(f"{path.name}\0{path.read_text(encoding='utf-8')}\0".encode())
    return hashed.hexdigest()[:16]


VERSION = _version()
"""Of all templates, idioms and rewrites; what is printed of operators is the language's own."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fenced"] = fenced
    environment.filters["given"] = given
    environment.filters["prose"] = prose
    return environment
