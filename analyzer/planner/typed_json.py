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
    return lambda value: None if value is None else _reader(kind)(value)


def _tuple(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return lambda value: tuple(_reader(arguments[0])(item) for item in _list(value))
    return lambda value: tuple(
        _reader(kind)(item) for kind, item in zip(arguments, _list(value), strict=True)
    )


def _mapping(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    key, item = arguments
    return lambda value: {_reader(key)(k): _reader(item)(v) for k, v in _list(value)}


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {type(value).__name__}")
    return value


def _dataclass(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind) if f.init]

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise TypeError(f"expected an object, found {type(value).__name__}")
        return kind(**{n: _reader(hints[n])(value[n]) for n in names if n in value})

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
