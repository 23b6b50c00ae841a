"""From the text of a task file to a `PclFile`; all that is wrong is reported at once."""

from __future__ import annotations

import ast
import math
import textwrap

from aspl.dims import Dim
from aspl.text.outside import RESERVED
from aspl.types import Element, Selector, Tuple, element_dtype, leaves
from benchmark.pcl.dtypes import read_extents, read_type
from benchmark.pcl.nodes import Item, read_yaml, unknown_fields
from benchmark.pcl.problem import Findings
from benchmark.pcl.schema import Code, Drawn, Fn, Generator, Output, PclFile, Port
from benchmark.pcl.sizes import folds_in

_TOP = ("test_name", "global", "inputs", "parameters", "fns", "outputs", "impl")
_PORT = ("name", "dtype", "dims", "data_gen", "min", "max")
_FN = ("name", "apply", "init", "input_dtype", "output_dtype", "func_name")
_OUTPUT = ("name", "dims", "dtype", "data_transform")
_WORDS = ("description", "comment", "doc", "docs", "formula", "statement", "notes")
"""Fields that the format does not have, and whose words are kept all the same."""

_GENERATORS: dict[str, Generator] = {
    "torch.rand": "rand",
    "torch.randn": "randn",
    "torch.ones": "ones",
    "torch.zeros": "zeros",
    "binary": "binary",
}


def read_file(text: str, found: Findings) -> PclFile | None:
    """Read a task file; None when something is wrong, which `found` then says."""
    top = read_yaml(text, found)
    fields = top.fields() if top is not None else {}
    if not fields:
        return None
    unknown_fields(fields, (*_TOP, *_WORDS))
    name = fields["test_name"].text("a name").strip() if "test_name" in fields else ""
    if not name:
        found.warn("test_name", 0, "the task has no `test_name`", "the file's name stands for it")
    impl = _impl(fields.get("impl"))
    folded = folds_in(impl or "")
    read = PclFile(
        file=found.file,
        test_name=name,
        comment=_comment(text, fields),
        setup=_setup(fields, found),
        inputs=_ports(fields.get("inputs"), "E"),
        weights=_ports(fields.get("parameters"), "W"),
        fns=_fns(fields.get("fns"), folded),
        outputs=_outputs(fields.get("outputs")),
        impl=impl,
    )
    for name, parts in (("inputs", read.inputs), ("outputs", read.outputs)):
        if not parts and not any(each.path.startswith(name) for each in found.errors):
            found.error(name, 0, f"the task has no {name}", f"write `{name}:` and a list")
    _names(read, found)
    return None if found.errors else read


def _comment(text: str, fields: dict[str, Item]) -> str:
    """Return the comment above the fields, and what fields for people say."""
    lines = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    told = [" ".join(fields[name].text().split()) for name in _WORDS if name in fields]
    return " ".join([*(line for line in lines if line), *told])


def _code(item: Item) -> Code:
    """Return a piece of Python; reports what Python cannot read."""
    raw = item.text("Python")
    text = textwrap.dedent(raw.expandtabs()).rstrip()
    code = Code(text=text, path=item.path, line=item.text_line)
    try:
        ast.parse(text)
    except SyntaxError as error:
        line = item.text_line + (error.lineno or 1) - 1
        item.found.error(item.path, line, f"this is no Python: {error.msg}")
    except (ValueError, RecursionError, MemoryError) as error:
        item.error(f"this is no Python: {error}")
    return code


def _setup(fields: dict[str, Item], found: Findings) -> Code:
    if "global" not in fields or fields["global"].is_none:
        return Code(text="", path="global", line=0)
    item = fields["global"]
    if not item.is_list:
        return _code(item)
    codes = [_code(each) for each in item.items()]
    return Code(text="\n".join(each.text for each in codes), path="global", line=item.line)


def _impl(item: Item | None) -> str | None:
    if item is None or item.is_none:
        return None
    text = textwrap.dedent(item.text("a body in the early dialect").expandtabs()).strip("\n")
    return text or None


def _ports(item: Item | None, letter: str) -> tuple[Port, ...]:
    found = []
    for place, each in enumerate(item.items("a list of inputs") if item is not None else []):
        fields = each.fields()
        if not fields:
            continue
        unknown_fields(fields, _PORT)
        name = _name(each, fields, "name", f"{letter}{place}")
        element, dims = _type(each, fields, "dtype"), _dims(each, fields)
        if element is not None and isinstance(element, Tuple):
            fields["dtype"].error("an input carries one type", "give each part an input of its own")
        elif element is not None and dims is not None:
            drawn = _drawn(each, fields, element)
            found.append(Port(name=name, type=element, dims=dims, drawn=drawn))
    return tuple(found)


def _name(item: Item, fields: dict[str, Item], key: str, example: str) -> str:
    if key not in fields:
        item.error(f"the field `{key}` is missing", f"write `{key}: {example}`")
        return ""
    name = fields[key].text("a name").strip()
    if not name.isidentifier():
        fields[key].error(f"`{name[:80]}` is no name", f"write one such as `{example}`")
    return name


def _type(item: Item, fields: dict[str, Item], key: str) -> Element | None:
    if key not in fields:
        item.error(f"the field `{key}` is missing", f"write `{key}: fp32`, or another type")
        return None
    return read_type(fields[key])


def _dims(item: Item, fields: dict[str, Item]) -> tuple[Dim, ...] | None:
    if "dims" not in fields:
        item.error("the field `dims` is missing", "write `dims: [N, M]`, innermost first")
        return None
    return read_extents(fields["dims"])


def _drawn(item: Item, fields: dict[str, Item], element: Element) -> Drawn:
    if "data_gen" in fields and not fields["data_gen"].is_none:
        word = fields["data_gen"].text("a generator").strip().removesuffix("()")
        by = _GENERATORS.get(word) or _GENERATORS.get(f"torch.{word}")
        if by is not None:
            return Drawn(by=by)
        hint = f"write one of {', '.join(_GENERATORS)}"
        fields["data_gen"].error(f"`{word[:80]}` is no generator of values", hint)
    low, high = (_integer(fields.get(key)) for key in ("min", "max"))
    if low is None and high is None and not isinstance(element, Selector):
        if "data_gen" not in fields:
            item.error("nothing says how it is drawn", "write `data_gen: torch.rand`")
        return Drawn(by="rand")
    if not isinstance(element, Selector):
        item.error("`min` and `max` are for `Multihot` inputs", "write `data_gen: torch.rand`")
    if low is None and high is None:
        item.warn("nothing says how many flags are set", "taken for one: `min: 1`, `max: 1`")
    low = 1 if low is None else low
    high = max(low, 1) if high is None else high
    if not 0 <= low <= high:
        item.error(f"expected 0 <= min <= max, got min {low} and max {high}")
    return Drawn(by="multihot", low=low, high=high)


def _integer(item: Item | None) -> int | None:
    if item is None or item.is_none:
        return None
    text = item.text("a whole number").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    item.error(f"expected a whole number of 0 or more, got `{text[:80]}`")
    return None


def _fns(item: Item | None, folded: frozenset[str]) -> tuple[Fn, ...]:
    found = []
    for each in item.items("a list of functions") if item is not None else []:
        fields = each.fields()
        if not fields:
            continue
        unknown_fields(fields, _FN)
        key = "func_name" if "func_name" in fields else "name"
        name = _name(each, fields, key, "fn_add")
        given, made = _type(each, fields, "input_dtype"), _type(each, fields, "output_dtype")
        if "apply" not in fields:
            each.error("the field `apply` is missing", "write `apply: |` and a body")
            continue
        code = _code(fields["apply"])
        reads = "state" in code.text
        init = _init(fields, made, reads=reads, folds=reads or name in folded)
        if given is not None and made is not None:
            parts = leaves(given)
            found.append(Fn(name=name, inputs=parts, output=made, apply=code, init=init))
    return tuple(found)


def _init(
    fields: dict[str, Item], made: Element | None, *, reads: bool, folds: bool
) -> tuple[float, ...]:
    """Return initial values of a fold; a map may carry some all the same."""
    item = fields.get("init")
    if item is None or item.is_none or not item.items():
        if reads:
            hint = "write `init: [0]`, a value for each part of the state"
            fields["apply"].error("the body reads `state`, and there is no `init`", hint)
        return ()
    values = tuple(_number(each) for each in item.items())
    if not folds:
        return ()
    count = len(leaves(made)) if made is not None else len(values)
    if len(values) == 1:
        return values * count
    if len(values) != count:
        hint = "give a value for each part of `output_dtype`"
        item.error(f"expected {count} initial values, got {len(values)}", hint)
    return values


def _number(item: Item) -> float:
    text = item.text("a number").strip().strip("'\"").lower().replace(".inf", "inf")
    text = text.removeprefix("float(").removesuffix(")").strip("'\"")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        item.error(f"`{text[:80]}` is no initial value", 'write 0, 1, -1, another number or "-inf"')
        return 0.0
    return value


def _outputs(item: Item | None) -> tuple[Output, ...]:
    found = []
    for each in item.items("a list of outputs") if item is not None else []:
        fields = each.fields()
        if not fields:
            continue
        unknown_fields(fields, _OUTPUT)
        element, dims = _type(each, fields, "dtype"), _dims(each, fields)
        if "data_transform" not in fields or not fields["data_transform"].items():
            hint = "write `data_transform:` and a list of blocks; the last line is the tensor"
            each.error("the field `data_transform` is missing", hint)
            continue
        blocks = tuple(_code(block) for block in fields["data_transform"].items("a list of blocks"))
        if isinstance(element, Tuple):
            fields["dtype"].error(
                "an output carries one type", "give each part an output of its own"
            )
        elif element is not None and dims is not None:
            found.append(Output(type=element, dims=dims, transform=blocks))
    return tuple(found)


def _names(read: PclFile, found: Findings) -> None:
    """Report names that the language has, or that stand for two things."""
    seen: dict[str, str] = {}
    for path, each in (
        *((f"inputs[{place}].name", port.name) for place, port in enumerate(read.inputs)),
        *((f"parameters[{place}].name", port.name) for place, port in enumerate(read.weights)),
        *((f"fns[{place}].func_name", fn.name) for place, fn in enumerate(read.fns)),
    ):
        if each in RESERVED:
            found.error(path, 0, f"`{each}` is a name of the language", "pick another")
        elif each and each in seen:
            found.error(path, 0, f"`{each}` is the name of `{seen[each]}` too", "rename one")
        seen.setdefault(each, path)
    for place, fn in enumerate(read.fns):
        floats = all(element_dtype(leaf).is_float for leaf in leaves(fn.output))
        if any(math.isinf(value) for value in fn.init) and not floats:
            found.warn(f"fns[{place}].init", 0, "an infinity is the end of an integer's range")
