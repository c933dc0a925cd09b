"""From the text of a formula to lark's tree; what cannot be read becomes a fault that says what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from lark import Lark, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import Token

from zhizao.model.text import Text, same
from zhizao.pack.formula.brackets import ambiguous, without_brackets
from zhizao.pack.formula.fault import FormulaFault, column
from zhizao.pack.formula.look_alike import look_alike
from zhizao.pack.formula.syntax import moved

MAX_LENGTH = 4000
"""Characters of a formula; more is no formula a person could check."""

_WORDS = {
    "NUMBER": Text("数", "a number"), "TEXT": Text("引号中的文字", 'a "text"'), "NAME": Text("名称", "a name"), "QUALIFIED": Text("名称", "a name"),
    "SIGN": Text("+ 或 -", "+ or -"), "TIMES": Text("* 或 /", "* or /"), "COMPARE": Text("比较符", "a comparison"),
    "LPAR": Text("(", "("), "RPAR": Text(")", ")"), "COMMA": Text(",", ","), "EQUAL": Text("=", "="),
    "TRUTH": Text("true 或 false", "true or false"), "$END": Text("公式结束", "the end of the formula"),
}  # fmt: skip


def parse(text: str, start: int = 0) -> Tree[Token]:
    """The syntax tree of a formula, or of a part of ``let`` whose places begin at ``start``.

    Raises:
        FormulaFault: it cannot be read.

    Example:
        >>> parse("sum(a) / sum(b)").data
        'arithmetic'
    """
    if not text.strip():
        raise _fault(start, Text("公式是空的", "the formula is empty"), Text("请写公式，或写 formula: null 并说明 because", "write one, or write formula: null and because"))
    if len(text) > MAX_LENGTH:
        raise _fault(start + MAX_LENGTH, Text("公式过长", "the formula is too long"), Text("请用 let 命名其中部分，或拆成几个指标", "split it into several indicators"))
    try:
        tree = _parser().parse(text)
    except UnexpectedCharacters as error:
        raise _strange_character(text, error.pos_in_stream or 0, error.allowed or (), start) from None
    except UnexpectedToken as error:
        raise _strange_token(text, error, start) from None
    except UnexpectedInput as error:
        raise _fault(start + (error.pos_in_stream or 0), Text("公式无法读懂", "the formula cannot be read"), Text("请检查写法", "check how it is written")) from None
    unclear = ambiguous(text, tree, start)
    if unclear:
        raise unclear
    return moved(without_brackets(tree), start)


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("formula.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def _fault(at: int, message: Text, cure: Text) -> FormulaFault:
    return FormulaFault("formula", at, Text(f"{column(at).zh}：{message.zh}", f"{column(at).en}: {message.en}"), cure)


def _strange_character(text: str, at: int, allowed: Iterable[str], start: int) -> FormulaFault:
    mark, at = text[at], start + at
    message = Text(f"遇到“{mark}”", f"found {mark!r}")
    if mark == "=":
        return _fault(at, message, Text("比较相等请写 ==", "to compare, write =="))
    if alike := look_alike(mark):
        return _fault(at, Text(f"遇到 {alike.zh}", f"found {alike.en}"), alike.cure)
    if mark in "\"'":
        return _fault(at, message, Text("请补上另一半引号", "close the quotation mark"))
    return _fault(at, message, _expected(allowed))


def _strange_token(text: str, error: UnexpectedToken, start: int) -> FormulaFault:
    if error.token.type == "$END":
        missing = text.count("(") - text.count(")")
        cure = Text(f"请补 {missing} 个右括号", f"close {missing} bracket(s)") if missing > 0 else _expected(error.accepts or error.expected)
        return _fault(start + len(text), Text("公式在此中断", "the formula ends too early"), cure)
    at, word = start + (error.token.start_pos or 0), str(error.token)
    if word == "=":
        return _fault(at, Text("遇到 =", "found ="), Text("比较相等请写 ==", "to compare, write =="))
    return _fault(at, Text(f"遇到 {word}", f"found {word}"), _expected(error.accepts or error.expected))


def _expected(terminals: Iterable[str]) -> Text:
    words = list(dict.fromkeys(_WORDS.get(t) or same(t.strip("_").lower()) for t in sorted(terminals) if t != "WS"))
    if not words:
        return Text("请检查写法", "check how it is written")
    return Text(f"此处可为：{'、'.join(w.zh for w in words)}", f"here may stand: {', '.join(w.en for w in words)}")
