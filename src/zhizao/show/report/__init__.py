"""The evaluation report: one self-contained HTML page in both languages, and a PDF with the same content."""

from __future__ import annotations

from zhizao.model.evaluation import Evaluation
from zhizao.model.text import Lang


def html(evaluation: Evaluation, lang: Lang) -> str:
    """The report as one page that asks nothing of the network; both languages inside, ``lang`` shown first."""
    from zhizao.show.report.page import page
    from zhizao.show.report.write import write

    return page(write(evaluation), lang)


def pdf(evaluation: Evaluation, lang: Lang) -> bytes:
    """The report on paper, in one language.

    Raises:
        MissingExtra: no font with Chinese characters is installed.
    """
    from zhizao.show.report.paper import paper
    from zhizao.show.report.write import write

    return paper(write(evaluation), lang)
