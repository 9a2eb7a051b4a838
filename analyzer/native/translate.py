"""Kernels to WebAssembly's text form; see :mod:`analyzer.native.language`.

Each expression becomes one in brackets, so the text has the shape of the function's
tree. What the language does not have is refused with the place where it stands.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

Kernel = Callable[..., object]

_TYPES = {"Int": "i32", "Long": "i64"}
_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "shl",
    ast.RShift: "shr_u",
}
_COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt_s",
    ast.LtE: "le_s",
    ast.Gt: "gt_s",
    ast.GtE: "ge_s",
}


class Signature(NamedTuple):
    """Types of the arguments, and of the result; an empty one is none."""

    arguments: Sequence[str]
    result: str


# Each with its operations from the outside in, for the arguments as they come.
_BUILT_IN: Mapping[str, tuple[Sequence[str], Signature]] = {
    "u8": (("i32.load8_u",), Signature(("i32",), "i32")),
    "u32": (("i32.load align=1",), Signature(("i32",), "i32")),
    "u64": (("i64.load align=1",), Signature(("i32",), "i64")),
    "put32": (("i32.store align=1",), Signature(("i32", "i32"), "")),
    "put64": (("i64.store align=1",), Signature(("i32", "i64"), "")),
    "long": (("i64.extend_i32_u",), Signature(("i32",), "i64")),
    "below": (("i32.lt_u",), Signature(("i32", "i32"), "i32")),
    "zeros_behind": (("i32.wrap_i64", "i64.ctz"), Signature(("i64",), "i32")),
}
_WIDTHS = (
    (8, "i64", "i64.load"),
    (4, "i32", "i32.load"),
    (2, "i32", "i32.load16_u"),
    (1, "i32", "i32.load8_u"),
)


class NotInLanguageError(ValueError):
    """A kernel uses something that the language does not have."""


class _Code(NamedTuple):
    """An expression and its type; a number that is written out takes any."""

    text: str
    type: str


def module_text(kernels: Sequence[Kernel]) -> str:
    """The text of a module with one memory and some kernels that know each other.

    Raises:
        NotInLanguageError: a kernel is not written in the language.
    """
    trees = [_tree(kernel) for kernel in kernels]
    signatures = {tree.name: _signature(tree) for tree in trees}
    functions = [
        _Function(tree, signatures, _constants(kernel)).text()
        for tree, kernel in zip(trees, kernels, strict=True)
    ]
    memory = '(memory (export "memory") 1)'
    return "\n".join(("(module", memory, *functions, ")"))


def _tree(kernel: Kernel) -> ast.FunctionDef:
    code = getattr(kernel, "__code__", None)
    found = _functions(code.co_filename) if code else {}
    name = getattr(kernel, "__name__", "")
    if name not in found:
        raise NotInLanguageError(f"{kernel!r} is no function of a module")
    return found[name]


@cache
def _functions(path: str) -> Mapping[str, ast.FunctionDef]:
    """The functions of a module; `inspect` would take ten times as long."""
    body = ast.parse("".join(linecache.getlines(path))).body
    return {item.name: item for item in body if isinstance(item, ast.FunctionDef)}


def _constants(kernel: Kernel) -> Mapping[str, int]:
    known = getattr(kernel, "__globals__", {})
    return {name: value for name, value in known.items() if isinstance(value, int)}


def _type(annotation: ast.expr | None, where: ast.AST) -> str:
    match annotation:
        case ast.Name(id=name) if name in _TYPES:
            return _TYPES[name]
        case ast.Constant(value=None):
            return ""
    shown = ast.unparse(annotation) if annotation is not None else ""
    raise _refused(where, f"the type {shown!r}")


def _signature(tree: ast.FunctionDef) -> Signature:
    arguments = [_type(item.annotation, item) for item in tree.args.args]
    return Signature(arguments, _type(tree.returns, tree))


def _refused(where: ast.AST, what: str) -> NotInLanguageError:
    line = getattr(where, "lineno", 0)
    return NotInLanguageError(f"line {line} of a kernel: {what} is not in the language")


def _equal(one: ast.expr, other: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Compare(one, [ast.Eq()], [other]), one)


@dataclass
class _Function:
    """One kernel on its way."""

    tree: ast.FunctionDef
    signatures: Mapping[str, Signature]
    constants: Mapping[str, int]
    types: dict[str, str] = field(default_factory=dict)
    loops: list[int] = field(default_factory=list)
    loop_count: int = 0

    def text(self) -> str:
        tree = self.tree
        arguments, result = _signature(tree)
        names = [item.arg for item in tree.args.args]
        self.types = dict(zip(names, arguments, strict=True))
        body = self._block(tree.body)
        parameters = "".join(f"(param ${name} {self.types[name]})" for name in names)
        own = "".join(
            f"(local ${name} {kind})"
            for name, kind in self.types.items()
            if name not in names
        )
        returned = f"(result {result})" if result else ""
        end = "(unreachable)" if result else ""
        return (
            f'(func ${tree.name} (export "{tree.name}") {parameters}{returned}{own}'
            f"\n{body}{end})"
        )

    def _block(self, body: Sequence[ast.stmt]) -> str:
        return "".join(f"{self._statement(item)}\n" for item in body)

    def _statement(self, item: ast.stmt) -> str:
        match item:
            case ast.Expr(value=ast.Constant(value=str())):
                return ""
            case ast.Expr(value=ast.Call() as call):
                code = self._call(call)
                return f"(drop {code.text})" if code.type else code.text
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return self._assigned(name, self.types.setdefault(name, "i32"), value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                kind = self.types.setdefault(name, _type(item.annotation, item))
                return self._assigned(name, kind, value)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                target = ast.Name(id=name)
                both = ast.copy_location(ast.BinOp(target, op, value), item)
                return self._assigned(name, self.types.get(name, ""), both)
        return self._flow(item)

    def _flow(self, item: ast.stmt) -> str:
        match item:
            case ast.While(test=test, body=body, orelse=[]):
                return self._loop(test, body)
            case ast.If(test=test, body=body, orelse=orelse):
                then = f"(then {self._block(body)})"
                other = f"(else {self._block(orelse)})" if orelse else ""
                return f"(if {self._truth(test)} {then}{other})"
            case ast.Return(value=None):
                return "(return)"
            case ast.Return(value=ast.expr() as value):
                return f"(return {self._of(value, _signature(self.tree).result)})"
            case ast.Break():
                return f"(br $out{self.loops[-1]})"
            case ast.Continue():
                return f"(br $again{self.loops[-1]})"
        raise _refused(item, type(item).__name__)

    def _loop(self, test: ast.expr, body: Sequence[ast.stmt]) -> str:
        number = self.loop_count
        self.loop_count += 1
        self.loops.append(number)
        leave = f"(br_if $out{number} (i32.eqz {self._truth(test)}))"
        inner = self._block(body)
        self.loops.pop()
        return (
            f"(block $out{number} (loop $again{number} {leave}\n{inner}"
            f"(br $again{number})))"
        )

    def _assigned(self, name: str, kind: str, value: ast.expr) -> str:
        return f"(local.set ${name} {self._of(value, kind)})"

    def _of(self, item: ast.expr, kind: str) -> str:
        """An expression that must have a type."""
        return self._typed(item, self._expression(item), kind)

    def _typed(self, item: ast.expr, code: _Code, kind: str) -> str:
        if code.type == "number":
            return f"({kind}.const {code.text})"
        if code.type != kind:
            raise _refused(item, f"{ast.unparse(item)!r} as {kind}")
        return code.text

    def _truth(self, item: ast.expr) -> str:
        return self._of(item, "i32")

    def _expression(self, item: ast.expr) -> _Code:
        number = self._number(item)
        if number is not None:
            return _Code(str(number), "number")
        match item:
            case ast.Name(id=name) if name in self.types:
                return _Code(f"(local.get ${name})", self.types[name])
            case ast.BinOp(left=left, op=op, right=right):
                kind, texts = self._both(left, right)
                return _Code(f"({kind}.{_OPERATORS[type(op)]} {texts})", kind)
            case ast.IfExp(test=test, body=left, orelse=right):
                return self._either(test, left, right)
            case ast.Call():
                return self._call(item)
        return _Code(self._condition(item), "i32")

    def _either(self, test: ast.expr, left: ast.expr, right: ast.expr) -> _Code:
        kind, _ = self._both(left, right)
        then, other = self._of(left, kind), self._of(right, kind)
        choice = f"(then {then}) (else {other})"
        return _Code(f"(if (result {kind}) {self._truth(test)} {choice})", kind)

    def _condition(self, item: ast.expr) -> str:
        match item:
            case ast.Compare(left=left, ops=[op], comparators=[ast.Tuple(elts=those)]):
                found = self._choice(False, [_equal(left, one) for one in those])
                return found if isinstance(op, ast.In) else f"(i32.eqz {found})"
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                kind, texts = self._both(left, right)
                return f"({kind}.{_COMPARISONS[type(op)]} {texts})"
            case ast.BoolOp(op=op, values=values):
                return self._choice(isinstance(op, ast.And), values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"(i32.eqz {self._truth(operand)})"
        raise _refused(item, repr(ast.unparse(item)))

    def _number(self, item: ast.expr) -> int | None:
        match item:
            case ast.Constant(value=int() as value):
                return int(value)
            case ast.Name(id=name) if name not in self.types:
                return self.constants.get(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self._number(operand)
                return None if number is None else -number
            case ast.Call(
                func=ast.Name(id="ord"), args=[ast.Constant(value=str(text))]
            ):
                return ord(text)
        return None

    def _both(self, left: ast.expr, right: ast.expr) -> tuple[str, str]:
        """The type that two expressions have in common, and their texts."""
        one, other = self._expression(left), self._expression(right)
        kinds = {one.type, other.type} - {"number"}
        kind = kinds.pop() if kinds else "i32"
        texts = (self._typed(left, one, kind), self._typed(right, other, kind))
        return kind, " ".join(texts)

    def _choice(self, is_and: bool, values: Sequence[ast.expr]) -> str:
        text = self._truth(values[-1])
        for value in reversed(values[:-1]):
            then, other = (text, "(i32.const 0)") if is_and else ("(i32.const 1)", text)
            text = (
                f"(if (result i32) {self._truth(value)} (then {then}) (else {other}))"
            )
        return text

    def _call(self, item: ast.Call) -> _Code:
        match item:
            case ast.Call(
                func=ast.Name(id="is_at"),
                args=[at, ast.Constant(value=bytes() as word)],
            ):
                return _Code(self._is_at(at, word), "i32")
            case ast.Call(func=ast.Name(id="min"), args=[one, other]):
                is_less = ast.Compare(one, [ast.Lt()], [other])
                return self._either(is_less, one, other)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                known = self.signatures.get(name)
                operations = (f"call ${name}",)
                if known is None and name in _BUILT_IN:
                    operations, known = _BUILT_IN[name]  # type: ignore[assignment]
                if known is None or len(known.arguments) != len(arguments):
                    raise _refused(item, f"the call of {name!r}")
                text = " ".join(map(self._of, arguments, known.arguments))
                for operation in reversed(operations):
                    text = f"({operation} {text})"
                return _Code(text, known.result)
        raise _refused(item, repr(ast.unparse(item)))

    def _is_at(self, at: ast.expr, word: bytes) -> str:
        place = self._of(at, "i32")
        tests: list[str] = []
        start = 0
        while start < len(word):
            size, kind, load = next(w for w in _WIDTHS if w[0] <= len(word) - start)
            value = int.from_bytes(word[start : start + size], "little")
            loaded = f"({load} offset={start} align=1 {place})"
            tests.append(f"({kind}.eq {loaded} ({kind}.const {value}))")
            start += size
        text = tests[-1]
        for test in reversed(tests[:-1]):
            text = f"(if (result i32) {test} (then {text}) (else (i32.const 0)))"
        return text
