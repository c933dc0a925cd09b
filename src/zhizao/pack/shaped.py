"""Content held against its shape: what fits becomes an object, what does not becomes findings with line and cure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from zhizao.model.text import Text
from zhizao.pack.content import Content, Key, read_content
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.salvage import mended
from zhizao.pack.shapes import TextShape

_ROUNDS = 4
"""A part that stands in for another may itself be refused, once or twice."""


def read_shaped(path: Path, shape: Any, found: Found) -> tuple[Any, Content] | None:
    """The object a file makes, with its content; None, with findings, where it makes none."""
    content = read_content(path, found)
    fitted = None if content is None else shaped(content, shape, found)
    return None if content is None or fitted is None else (fitted, content)


def shaped(content: Content, shape: Any, found: Found) -> Any:
    """The object a file's content makes, with a finding for everything that does not fit; None where nothing can stand in for it.

    What does not fit is listed in the content's ``faulty``: such an object is there to be checked, not to be used.
    """
    value = content.value
    for _ in range(_ROUNDS):
        try:
            return _adapter(shape).validate_python(value)
        except ValidationError as error:
            problems: list[dict[str, Any]] = [dict(problem) for problem in error.errors(include_url=False, include_input=True)]
            for problem in problems if value is content.value else ():
                _report(content, shape, problem, found)
            content.faulty |= {tuple(problem["loc"]) for problem in problems}
            if () in content.faulty:
                return None
            value = mended(value, shape, [(str(p["type"]), tuple(p["loc"])) for p in problems], content.file)
    return None


def text(shape: TextShape | None, content: Content, path: Sequence[Key], found: Found) -> Text | None:
    """Words in both languages; where one is missing a finding says so and the other stands in for it."""
    if shape is None:
        return None
    for lang, words in (("zh", shape.zh), ("en", shape.en)):
        if not words.strip():
            _missing_words(lang, content, path, found)
    either = shape.zh.strip() or shape.en.strip() or str(path[0] if path else content.file)
    return Text(shape.zh.strip() or either, shape.en.strip() or either)


def _missing_words(lang: str, content: Content, path: Sequence[Key], found: Found) -> None:
    where, (zh, en) = ".".join(str(p) for p in path), {"zh": ("中文", "Chinese"), "en": ("英文", "English")}[lang]
    found.blocking(
        f"no_{lang}", content.place(*path, lang), Text(f"{where} 缺少{zh}", f"{where} has no {en}"),
        Text(f"请补写 {lang}: …", f"add {lang}: …"),
    )  # fmt: skip


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _report(content: Content, shape: Any, problem: dict[str, Any], found: Found) -> None:
    path: tuple[Key, ...] = tuple(problem["loc"])
    place, key = content.place(*path), ".".join(str(p) for p in path) or Path(content.file).name
    match problem["type"]:
        case "extra_forbidden":
            message = Text(f"这里没有键 {key}", f"the key {key} does not belong here")
            cure = did_you_mean(str(path[-1]), _keys_at(shape, path[:-1]))
        case "missing":
            message = Text(f"缺少键 {key}", f"the key {key} is missing")
            cure = Text(f"请补写 {path[-1]}: …", f"add {path[-1]}: …")
        case kind:
            message = Text(f"{key} 的值 {_short(problem['input'])} 不合要求", f"{key} cannot be {_short(problem['input'])}")
            cure = _expected(kind, problem.get("ctx", {}), str(problem["msg"]))
    found.blocking("shape", place, message, cure)


_EXPECTED = {
    "string_type": ("一段文字", "a text"),
    "int_type": ("一个整数", "a whole number"), "int_parsing": ("一个整数", "a whole number"), "int_from_float": ("一个整数", "a whole number"),
    "decimal_type": ("一个数", "a number"), "decimal_parsing": ("一个数", "a number"), "finite_number": ("一个有限的数", "a finite number"),
    "bool_type": ("true 或 false", "true or false"), "bool_parsing": ("true 或 false", "true or false"),
    "tuple_type": ("一个列表 [..., ...]", "a list [..., ...]"), "dict_type": ("键与值 {key: value}", "keys with values {key: value}"),
    "model_type": ("键与值 {key: value}", "keys with values {key: value}"),
    "model_attributes_type": ("键与值 {key: value}", "keys with values {key: value}"),
    "too_short": ("至少一项", "at least one item"),
    "string_too_long": ("短一些的名称", "a shorter name"), "decimal_max_digits": ("一个普通的数", "a number of ordinary size"),
    "decimal_max_places": ("一个普通的数", "a number of ordinary size"), "decimal_whole_digits": ("一个普通的数", "a number of ordinary size"),
    "int_parsing_size": ("一个普通的数", "a number of ordinary size"),
}  # fmt: skip


def _expected(kind: str, context: dict[str, Any], english: str) -> Text:
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        return Text(f"可写：{choices}", f"write one of: {choices}")
    if kind == "string_pattern_mismatch":
        return Text(f"写法须符合 {context['pattern']}", f"write it in the form {context['pattern']}")
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        (word, bound), *_ = context.items()
        sign = {"ge": ">=", "le": "<=", "gt": ">", "lt": "<"}[word]
        return Text(f"须 {sign} {bound}", f"write a value {sign} {bound}")
    zh, en = _EXPECTED.get(kind, (english, english))
    return Text(f"请写{zh}", f"write {en}")


def _short(value: Any) -> str:
    words = repr(str(value)) if isinstance(value, str) else str(value)
    words = " ".join(words.split())
    return words if len(words) <= 40 else words[:39] + "…"


def _keys_at(shape: Any, path: Sequence[Key]) -> list[str]:
    """The keys that may stand at a path, found by walking the shape's annotations."""
    models = list(_models(shape))
    for step in path:
        names = {f.alias or name: f.annotation for m in models for name, f in m.model_fields.items()}
        # An index or a free key stays inside what its annotation holds.
        models = list(_models(names[str(step)])) if str(step) in names else models
    return [f.alias or name for m in models for name, f in m.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
