"""YAML with places: every value knows its field and its line."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import yaml

from benchmark.pcl.problem import Findings

MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """A value of a task file at its place."""

    node: yaml.Node
    path: str
    found: Findings

    @property
    def line(self) -> int:
        """The line that it begins on, from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def text_line(self) -> int:
        """The line that the first line of its text stands on."""
        block = isinstance(self.node, yaml.ScalarNode) and self.node.style in ("|", ">")
        return self.line + int(block)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_none(self) -> bool:
        """Whether nothing stands there."""
        return self.node.tag == "tag:yaml.org,2002:null"

    def error(self, message: str, hint: str = "") -> None:
        """Report what is wrong with it."""
        self.found.error(self.path, self.line, message, hint)

    def warn(self, message: str, hint: str = "") -> None:
        """Report what is passed over."""
        self.found.warn(self.path, self.line, message, hint)

    def text(self, wanted: str = "a text") -> str:
        """Return a single value as it is written; empty, and reported, for any other."""
        if isinstance(self.node, yaml.ScalarNode):
            return str(self.node.value)
        self.error(f"expected {wanted}, got {_kind(self.node)}")
        return ""

    def items(self, wanted: str = "a list") -> list[Item]:
        """Return the entries of a list; a single value counts as a list of one."""
        if self.is_none:
            return []
        if isinstance(self.node, yaml.SequenceNode):
            return [
                Item(each, f"{self.path}[{place}]", self.found)
                for place, each in enumerate(self.node.value)
            ]
        if isinstance(self.node, yaml.ScalarNode | yaml.MappingNode):
            return [self]
        self.error(f"expected {wanted}, got {_kind(self.node)}")
        return []

    def fields(self) -> dict[str, Item]:
        """Return the fields of a mapping by name; empty, and reported, for any other value."""
        if not isinstance(self.node, yaml.MappingNode):
            self.error(f"expected fields `name: value`, got {_kind(self.node)}")
            return {}
        fields: dict[str, Item] = {}
        for key, value in self.node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            item = Item(value, f"{self.path}.{name}" if self.path else name, self.found)
            if name in fields:
                item.error("the field stands twice", "keep one")
            fields[name] = item
        return fields


def unknown_fields(fields: dict[str, Item], known: tuple[str, ...]) -> None:
    """Warn of fields that nothing reads."""
    for name, item in fields.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            item.warn(f"nothing reads the field `{name}`", hint)


def read_yaml(text: str, found: Findings) -> Item | None:
    """Return the top of a YAML file; None, and reported, for what is no YAML."""
    if len(text) > MOST_CHARACTERS:
        found.error("", 0, f"the file has more than {MOST_CHARACTERS} characters")
        return None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        words = " ".join(str(error.problem or error.context).split())
        hint = 'put types with commas into quotes: `"Buffer(fp32, [D])"`'
        found.error("", line, f"this is no YAML: {words}", hint)
        return None
    except (yaml.YAMLError, RecursionError) as error:
        found.error("", 0, f"this is no YAML: {' '.join(str(error).split())[:200]}")
        return None
    if node is None:
        found.error("", 0, "the file is empty")
        return None
    return Item(node, "", found)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "fields"
    return "a list" if isinstance(node, yaml.SequenceNode) else f"`{str(node.value)[:60]}`"
