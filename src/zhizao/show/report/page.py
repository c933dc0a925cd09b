"""A report as one HTML page: no script, no request, both languages inside."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from zhizao.model.text import Lang, Text
from zhizao.show.report.document import Document
from zhizao.show.report.palette import DARK, LIGHT

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

BOTH: tuple[Lang, Lang] = ("zh", "en")


def page(document: Document, lang: Lang) -> str:
    """The page, ``lang`` shown first."""
    return _environment().get_template("report.html.j2").render(doc=document, lang=lang, langs=BOTH, light=LIGHT, dark=DARK)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    loader = PackageLoader("zhizao.show.report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["t"] = _words
    environment.filters["kind"] = lambda block: type(block).__name__
    # A chart is made of escaped pieces only.
    environment.filters["chart"] = lambda figure: Markup(figure.draw(BOTH))
    return environment


def _words(text: Text) -> Markup:
    from markupsafe import Markup

    if text.zh == text.en:
        return Markup("{}").format(text.zh)
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(text.zh, text.en)
