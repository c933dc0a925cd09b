"""What can still be read of content that does not fit its shape, so that its other faults are told at the same time.

What stands in for a wrong value is never used: whatever a file with such a fault defines is left out in the end.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from zhizao.pack.content import Key

Path_ = tuple[Key, ...]


def mended(value: Any, shape: Any, problems: Iterable[tuple[str, Path_]], file: str) -> Any:
    """A copy of a content's value without the parts that do not fit.

    Args:
        problems: sort and path of every fault, as pydantic names them.

    Example:
        >>> from zhizao.pack.shapes import DataShape
        >>> mended([{"record": "r", "flie": "f.csv"}], tuple[DataShape, ...], [("extra_forbidden", (0, "flie")), ("missing", (0, "file"))], "")
        [{'record': 'r', 'file': 'file'}]
    """
    tree = copy.deepcopy(value)
    for sort, path in problems:
        if path[-1:] == ("[key]",):  # the key itself is wrong: what it holds cannot be named
            _mend(tree, shape, "extra_forbidden", path[:-1], Path(file).stem)
        elif path:
            _mend(tree, shape, sort, path, Path(file).stem)
    return tree


def _mend(holder: Any, shape: Any, sort: str, path: Path_, stem: str) -> None:
    """Take one part out of what holds it, or put something else there."""
    annotation, field = shape, None
    for step in path[:-1]:
        holder, annotation = _below(holder, step), _inner(annotation, step)[0]
    key = path[-1]
    annotation, field = _inner(annotation, key)
    if isinstance(holder, dict) and (sort == "extra_forbidden" or (field is not None and not field.is_required())):
        holder.pop(key, None)
    elif isinstance(holder, dict):
        holder[str(key)] = _stand_in(annotation, str(key), stem)
    elif isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        holder[key] = _stand_in(annotation, str(key), stem)


def _below(holder: Any, step: Key) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    return holder[step] if isinstance(holder, list) and isinstance(step, int) and step < len(holder) else None


def _inner(annotation: Any, step: Key) -> tuple[Any, FieldInfo | None]:
    """What may stand below a step, and the field it is of a shape's."""
    plain = _bare(annotation)
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        for name, field in plain.model_fields.items():
            if str(step) in (name, field.alias):
                return field.annotation, field
        return Any, None
    inside = [part for part in get_args(plain) if part is not Ellipsis]
    return (inside[-1] if inside else Any), None


def _bare(annotation: Any) -> Any:
    """An annotation without its bounds, and without the None it may be."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        choices = [part for part in get_args(annotation) if part is not NoneType]
        if NoneType in get_args(annotation) and len(choices) == 1:
            annotation = choices[0]
            continue
        return annotation


def _stand_in(annotation: Any, key: str, stem: str) -> Any:
    """Something of the right shape."""
    plain = _bare(annotation)
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        texts = {"zh": key, "en": key} if set(plain.model_fields) == {"zh", "en"} else {}
        needed = {f.alias or n: f.annotation for n, f in plain.model_fields.items() if f.is_required()}
        return texts or {name: _stand_in(inner, name, stem) for name, inner in needed.items()}
    if get_origin(plain) is Literal:
        return get_args(plain)[0]
    if get_origin(plain) is dict:
        return {"x": _stand_in(get_args(plain)[1], "x", stem)}
    if get_origin(plain) is tuple:
        return [_stand_in(get_args(plain)[0], key, stem)]
    return _plain(plain, key, stem)


def _plain(annotation: Any, key: str, stem: str) -> Any:
    if annotation is str:
        return stem if key == "id" else key if key.isidentifier() else "x"
    return False if annotation is bool else 1


def top_keys(faulty: Iterable[Sequence[Key]]) -> frozenset[str]:
    """The keys of the file in which something does not fit."""
    return frozenset(str(path[0]) for path in faulty if path)
