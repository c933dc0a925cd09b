"""A report as PDF, set by Typst."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from importlib.resources import files
from typing import Any

from zhizao.errors import MissingExtra
from zhizao.model.text import Lang, Text
from zhizao.show.report.document import Document, Figure
from zhizao.show.report.palette import LIGHT

FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", "SimHei")
"""Fonts with Chinese characters, best first; sources carry Chinese in the English report too."""


def paper(document: Document, lang: Lang) -> bytes:
    """The report in one language; equal documents give equal bytes.

    Raises:
        MissingExtra: no font with Chinese characters is installed.
    """
    import typst

    template = files("zhizao.show.report") / "templates" / "report.typ"
    given = {"document": json.dumps(plain(document, lang)), "font": _font(), "lang": lang, "colours": json.dumps(dict(LIGHT))}
    # The plan's own time stands in the subtitle; a fixed stamp keeps the bytes the same for the same facts.
    made: bytes = typst.compile(template.read_bytes(), format="pdf", sys_inputs=given, timestamp=0, ignore_system_fonts=False)
    return made


def plain(part: Any, lang: Lang) -> Any:
    """A part of a document as data in one language; every block says its kind.

    Example:
        >>> from zhizao.show.report.document import Paragraph
        >>> plain(Paragraph(Text("好", "good")), "en")
        {'block': 'Paragraph', 'text': 'good', 'tone': '', 'verdict': False}
    """
    if isinstance(part, Text):
        return part.in_(lang)
    if isinstance(part, tuple):
        return [plain(p, lang) for p in part]
    if isinstance(part, Figure):
        return {"block": "Figure", "svg": _styled(part.draw((lang,))), "caption": part.caption.in_(lang)}
    if is_dataclass(part):
        return {"block": type(part).__name__} | {f.name: plain(getattr(part, f.name), lang) for f in fields(part)}
    return part


def _styled(svg: str) -> str:
    """A chart with its styles inside, in the colours of paper."""
    style = (files("zhizao.show.report") / "templates" / "chart.css").read_text(encoding="utf-8")
    for name, colour in LIGHT.items():
        style = style.replace(f"var(--{name})", colour)
    head, close, rest = svg.partition(">")
    return f"{head}{close}<style>{style.replace('.chart ', '')}</style>{rest}"


def _font() -> str:
    import typst

    there = set(typst.Fonts().families())
    found = next((name for name in FONTS if name in there), None)
    if found is None:
        raise MissingExtra(
            Text("未安装含汉字的字体，不能生成 PDF", "no font with Chinese characters is installed, so no PDF can be made"),
            cure=Text(
                "在 Debian 上安装软件包 fonts-noto-cjk，或改写 .html 报告",
                "on Debian install the package fonts-noto-cjk, or write an .html report",
            ),
        )
    return found
