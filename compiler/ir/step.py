"""The `step` dialect: a stream program as one MLIR module.

    builtin.module {
      "step.size"() {name = "M", value = 5 : i64, kind = "size"} : () -> ()
      "step.kernel"() ({
      ^bb0(%x: !step.stream<f32, ["M"]>):
        %y = "step.map"(%x) {fn = #step.library<"exp", {}>}
          : (!step.stream<f32, ["M"]>) -> !step.stream<f32, ["M"]>
        "step.return"(%y) : (!step.stream<f32, ["M"]>) -> ()
      }) {name = "kernel", names = ["x"], types = [!step.stream<f32, ["M"]>]} : () -> ()
    }

The header operations stand first: sizes, symbols that the checker made, numbers, parameters,
functions. Then comes one kernel, a graph region: a `step.feedback` reads what a later operation
writes. Every operator of `aspl.ops.table` is one operation, made from its declaration; a parameter
that has its default is left out.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from xdsl.dialects.builtin import (
    ArrayAttr,
    IntegerAttr,
    StringAttr,
    SymbolRefAttr,
    UnitAttr,
)
from xdsl.ir import Attribute, Dialect
from xdsl.irdl import (
    AnyOf,
    AttrConstraint,
    BaseAttr,
    IRDLOperation,
    attr_def,
    irdl_op_definition,
    opt_attr_def,
    region_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.traits import IsTerminator
from xdsl.utils.exceptions import VerifyException

from aspl.ops.base import ArgumentKind, Op, Parameter
from aspl.ops.table import OPS
from compiler.ir.attributes import (
    ATTRIBUTES,
    EmptyAttr,
    FillAttr,
    LibraryAttr,
    PartsAttr,
    RefAttr,
    SpansAttr,
)
from compiler.ir.types import TYPES, StreamType, TensorType


@irdl_op_definition
class SizeOp(IRDLOperation):
    """A named extent of the header and its value in a run."""

    name = "step.size"
    called = attr_def(StringAttr, attr_name="name")
    value = attr_def(IntegerAttr)
    kind = attr_def(StringAttr)
    fixed = opt_attr_def(UnitAttr)
    """Present when the structure of the program depends on the value."""


@irdl_op_definition
class SymbolOp(IRDLOperation):
    """An extent that only a run decides, named by the checker."""

    name = "step.symbol"
    called = attr_def(StringAttr, attr_name="name")
    kind = attr_def(StringAttr)


@irdl_op_definition
class NumberOp(IRDLOperation):
    """A number that functions name."""

    name = "step.number"
    called = attr_def(StringAttr, attr_name="name")
    value = attr_def(StringAttr)


@irdl_op_definition
class ParameterOp(IRDLOperation):
    """A tensor that functions read by name."""

    name = "step.parameter"
    called = attr_def(StringAttr, attr_name="name")
    tensor = attr_def(TensorType)


@irdl_op_definition
class FunctionOp(IRDLOperation):
    """A declared function, line by line as in a program."""

    name = "step.function"
    sym_name = attr_def(StringAttr)
    lines = attr_def(ArrayAttr[StringAttr])
    unlisted = opt_attr_def(UnitAttr)
    """Present when operators carry it and the header does not name it."""
    spans = opt_attr_def(SpansAttr)


@irdl_op_definition
class KernelOp(IRDLOperation):
    """The kernel; its block has an argument for each parameter that is a stream."""

    name = "step.kernel"
    called = attr_def(StringAttr, attr_name="name")
    names = attr_def(ArrayAttr[StringAttr])
    types = attr_def(ArrayAttr[Attribute])
    declared = opt_attr_def(ArrayAttr[StreamType])
    """Types that the header gives to the results."""
    labels = opt_attr_def(ArrayAttr[StringAttr])
    depths = opt_attr_def(ArrayAttr[IntegerAttr])
    spans = opt_attr_def(SpansAttr)
    body = region_def("single_block")

    def verify_(self) -> None:
        """Hold the block's arguments against the types of the parameters."""
        streams = tuple(each for each in self.types if isinstance(each, StreamType))
        if len(self.names) != len(self.types) or tuple(self.body.block.arg_types) != streams:
            raise VerifyException("expected an argument for each parameter that is a stream")


@irdl_op_definition
class ReturnOp(IRDLOperation):
    """The streams that the kernel returns."""

    name = "step.return"
    reads = var_operand_def(StreamType)
    spans = opt_attr_def(SpansAttr)
    traits = traits_def(IsTerminator())


class StepOp(IRDLOperation):
    """An operator at work; the attributes are its parameters.

    `labels` are the author's names of its streams where the names in the text are others, `depths`
    the places of the queues of its streams, 0 where the machine decides.
    """

    OPERATOR: ClassVar[type[Op]]
    reads = var_operand_def(StreamType)
    writes = var_result_def(StreamType)
    labels = opt_attr_def(ArrayAttr[StringAttr])
    depths = opt_attr_def(ArrayAttr[IntegerAttr])
    spans = opt_attr_def(SpansAttr)

    def verify_(self) -> None:
        """Hold the number of streams against what the operator takes."""
        count, operands = len(self.operands), self.OPERATOR.operands
        low = sum(each.low for each in operands if each.arity != "optional")
        high: int | None = len(operands)
        if any(each.arity == "many" for each in operands):
            high = None
        if self.OPERATOR.name == "Feedback":
            low = high = 1
        if count < low or (high is not None and count > high):
            words = str(low) if low == high else f"{low} or more"
            raise VerifyException(f"expected {words} streams to read, got {count}")
        if self.depths is not None and len(self.depths) != len(self.results):
            raise VerifyException("expected a depth for each stream that is written")


_CONSTRAINTS: dict[ArgumentKind, AttrConstraint] = {
    ArgumentKind.INTEGER: BaseAttr(IntegerAttr),
    ArgumentKind.DIM: BaseAttr(StringAttr),
    ArgumentKind.DIMS: BaseAttr(ArrayAttr),
    ArgumentKind.FUNCTION: AnyOf((BaseAttr(LibraryAttr), BaseAttr(SymbolRefAttr))),
    ArgumentKind.INIT: AnyOf((BaseAttr(FillAttr), BaseAttr(EmptyAttr), BaseAttr(PartsAttr))),
    ArgumentKind.TENSOR: BaseAttr(RefAttr),
    ArgumentKind.FLAG: BaseAttr(IntegerAttr),
    ArgumentKind.WORD: BaseAttr(StringAttr),
    ArgumentKind.TYPE: BaseAttr(StreamType),
}


def _field(parameter: Parameter) -> Any:  # noqa: ANN401 - fields of operations have private types
    define = attr_def if parameter.required else opt_attr_def
    return define(_CONSTRAINTS[parameter.argument.kind], attr_name=parameter.name)


def _operation(op: type[Op]) -> type[StepOp]:
    """Make the class of an operator's operations from its declaration."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", op.name).lower()
    fields: dict[str, Any] = {
        # `of_` keeps parameters such as `type` clear of what every operation has
        f"of_{parameter.name}": _field(parameter)
        for parameter in op.parameters()
    }
    fields |= {
        "name": f"step.{snake}",
        "OPERATOR": op,
        "__annotations__": {"OPERATOR": ClassVar[type[Op]]},
        "__module__": __name__,
        "__doc__": op.__doc__,
    }
    return irdl_op_definition(type(f"{op.name}Op", (StepOp,), fields))


OPERATIONS: dict[str, type[StepOp]] = {name: _operation(op) for name, op in OPS.items()}
"""The operation of each operator, by the operator's name."""

HEADER = (SizeOp, SymbolOp, NumberOp, ParameterOp, FunctionOp)

STEP = Dialect("step", [*HEADER, KernelOp, ReturnOp, *OPERATIONS.values()], [*TYPES, *ATTRIBUTES])
