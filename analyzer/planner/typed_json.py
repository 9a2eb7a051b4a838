"""Frozen dataclasses to JSON values and back, guided by their type hints."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_PLAIN = frozenset({str, int, float, bool, type(None)})


def to_json(value: object) -> Any:
    """A value of JSON: dataclasses become objects, mappings lists of pairs.

    >>> to_json({"a": (1, 2)})
    [['a', [1, 2]]]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: to_json(getattr(value, f.name)) for f in fields(value) if f.init
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return [[to_json(key), to_json(item)] for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value


def from_json(kind: type[T], value: Any) -> T:
    """The value of a type that :func:`to_json` wrote.

    Unknown fields are ignored and absent ones take their defaults, so that a file of
    a neighbouring version can be read.

    Raises:
        TypeError, ValueError, KeyError: the value does not have that type.

    >>> from_json(tuple[int, ...], [1, 2])
    (1, 2)
    """
    reader: Callable[[Any], T] = _reader(kind)  # type: ignore[arg-type]
    return reader(value)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(next(a for a in arguments if a is not type(None)))
    if origin is tuple:
        return _tuple(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(arguments)
    if is_dataclass(kind):
        return _dataclass(kind)
    if kind is datetime:
        return datetime.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return _plain(kind)


def _optional(kind: Any) -> Callable[[Any], Any]:
    read = _reader(kind)
    return lambda value: None if value is None else read(value)


def _tuple(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return _alike(arguments[0])
    readers = [_reader(kind) for kind in arguments]
    return lambda value: tuple(
        read(item) for read, item in zip(readers, _list(value), strict=True)
    )


def _alike(kind: Any) -> Callable[[Any], Any]:
    """A tuple of one type; a snapshot has millions of plain values in such tuples."""
    read = _reader(kind)
    known = {kind} if kind in _PLAIN else set()
    if get_origin(kind) in (Union, types.UnionType):
        known = set(get_args(kind)) if _PLAIN.issuperset(get_args(kind)) else set()

    def read_all(value: Any) -> Any:
        items = _list(value)
        if known and known.issuperset(map(type, items)):
            return tuple(items)
        return tuple(map(read, items))

    return read_all


def _mapping(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    read_key, read_item = map(_reader, arguments)
    return lambda value: {read_key(k): read_item(v) for k, v in _list(value)}


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {type(value).__name__}")
    return value


def _dataclass(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind) if f.init]
    readers: dict[str, Callable[[Any], Any]] = {}

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise TypeError(f"expected an object, found {type(value).__name__}")
        if not readers:
            # Not before it is needed: a field may be of the type itself.
            readers.update((name, _reader(hints[name])) for name in names)
        return kind(**{n: read(value[n]) for n, read in readers.items() if n in value})

    return read


def _plain(kind: Any) -> Callable[[Any], Any]:
    accepted = (int, float) if kind is float else kind

    def read(value: Any) -> Any:
        if kind is Any:
            return value
        if not isinstance(value, accepted):
            raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
        return float(value) if kind is float else value

    return read
