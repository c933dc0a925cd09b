"""Nouns as canonical JSON and back: one text for one content, so that it can be hashed, signed and read by anyone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def plain(value: Any) -> Any:
    """A noun as mappings, lists, texts and whole numbers; decimals become texts, and what is at its default is left out.

    Example:
        >>> from zhizao.model.text import Text
        >>> plain((Decimal("0.50"), Text("甲", "A")))
        ['0.50', {'zh': '甲', 'en': 'A'}]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(found) for f in fields(value) if (found := getattr(value, f.name)) != f.default}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return f"{value:f}" if isinstance(value, Decimal) else value


def canonical(value: Any) -> str:
    """The one text of a noun: keys in order, no spaces, no floats.

    Raises:
        TypeError: something in it has no exact text.

    Example:
        >>> canonical({"b": 1, "a": Decimal("2.0")})
        '{"a":"2.0","b":1}'
    """
    found = plain(value)
    _refuse_floats(found)
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """The hash of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def read(kind: type[T], told: Any) -> T:
    """The noun that plain data tell of.

    Raises:
        ValueError: the data do not have its shape.

    Example:
        >>> from zhizao.model.text import Text
        >>> read(Text, {"zh": "甲", "en": "A"})
        Text(zh='甲', en='A')
    """
    try:
        made: T = _read(kind, told)
    except (TypeError, KeyError, ArithmeticError, AttributeError) as error:
        raise ValueError(f"this is no {getattr(kind, '__name__', kind)}: {error!r}") from error
    return made


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float, which has no exact text")
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_floats(one)


def _read(kind: Any, told: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return None if told is None else _read(next(k for k in get_args(kind) if k is not NoneType), told)
    if origin is tuple:
        of = get_args(kind)
        each = (of[0],) * len(told) if len(of) == 2 and of[1] is Ellipsis else of
        return tuple(_read(k, one) for k, one in zip(each, told, strict=True))
    if origin is Literal:
        return _listed(told, get_args(kind))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], one) for name, one in told.items()})
    return Decimal(told) if kind is Decimal else _just(kind, told)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _listed(told: Any, choices: tuple[Any, ...]) -> Any:
    if told not in choices:
        raise ValueError(f"{told!r} is none of {choices}")
    return told


def _just(kind: Any, told: Any) -> Any:
    if type(told) is not kind:
        raise ValueError(f"{told!r} is no {kind.__name__}")
    return told
