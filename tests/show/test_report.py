"""The report: one page that asks nothing of the network, and a PDF."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from zhizao.errors import MissingExtra
from zhizao.model.evaluation import Evaluation
from zhizao.model.text import Lang
from zhizao.show.report import html, pdf
from zhizao.show.report.indicator_chart import chart, series_labels, series_of

from .conftest import reading

VOID = {"meta", "input", "br", "img", "link", "hr"}


class Page(HTMLParser):
    """Checks that tags close in order, and gathers ids, links and words by language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        self.tags[tag] += 1
        self.ids += [given["id"]] if "id" in given else []
        self.links += [v for k, v in given.items() if k in ("href", "src", "xlink:href", "action", "srcset")]
        if tag not in VOID:
            self.open.append((tag, given.get("lang", "")))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][1] and data.strip():
            self.words[self.open[-1][1]] += 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_well_formed_and_its_links_stay_inside(small: Evaluation, lang: Lang) -> None:
    page = Page(html(small, lang))
    assert not page.open and all(link[1:] in page.ids for link in page.links if link.startswith("#"))
    assert [link for link in page.links if not link.startswith("#")] == []
    assert len(set(page.ids)) == len(page.ids)


def test_the_page_has_no_script_and_fetches_nothing(small: Evaluation) -> None:
    page = html(small, "en")
    assert Page(page).tags["script"] == 0 and "default-src 'none'" in page
    style = "".join(re.findall(r"<style>(.*?)</style>", page, re.S))
    assert "url(" not in style and "@import" not in style


def test_hostile_words_are_shown_as_words(small: Evaluation) -> None:
    page = html(small, "en")
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_both_languages_lie_in_one_page_and_the_asked_one_comes_first(small: Evaluation) -> None:
    zh, en = html(small, "zh"), html(small, "en")
    words = Page(zh).words
    assert words["zh"] == words["en"] > 100
    assert 'id="lang-zh" checked' in zh and 'id="lang-en" checked' in en and '<html lang="en">' in en


def test_every_figure_of_the_table_has_its_source_below(real: Evaluation) -> None:
    page = html(real, "en")
    for name in (i for i in real.indicators if real.indicators[i].number):
        for r in real.readings[name]:
            assert r.source[:40].replace("&", "&amp;").replace("'", "&#39;") in page


def test_each_section_tells_verdict_forecasts_doubts_and_the_rest(small: Evaluation) -> None:
    page = html(small, "en")
    for expected in (
        "Target for 2020: 1.26 %. ✓ Met. NBS gives 1.54 % for 2020 (published, plan&#39;s scope, 2021-09-22), 0.28 ahead of the required path.",
        "2020: official figures disagree: MIIT ≥ 1.6 % for 2020 (rd.miit); NBS 1.54 % for 2020 (rd.nbs). All are kept", "least-squares trend", "not enough data: under five points", "the denominator changed",
        "an earlier reading", "printed 3.4; 34 is used: a digit is lost", "Another plan&#39;s target", "for reference only",
    ):  # fmt: skip
        assert expected in page, expected


def test_the_surroundings_are_there(small: Evaluation) -> None:
    page = html(small, "en")
    assert [i for i in Page(page).ids if not i.startswith("lang-")] == [
        "danger", "scorecard", "rd", "nc", "energy", "reconciliations", "rounding", "others", "context-manufacturing_power_index", "plan", "findings",
        "recompute",
    ]  # fmt: skip
    assert "An intensity (sector:Z)" in page and "1.535 – 1.545" in page and "✓ agrees" in page and "✗ differs" in page and "runs backward" in page


def test_an_evaluation_without_surroundings_still_makes_a_report(small: Evaluation) -> None:
    bare = replace(small, context=(), rounded=(), reconciled=(), plan_lines=(), findings=(), other_targets=(), readings={})
    assert [i for i in Page(html(bare, "zh")).ids if not i.startswith("lang-")] == ["danger", "scorecard", "rd", "nc", "energy", "recompute"]


def test_the_page_is_the_same_for_the_same_evaluation(small: Evaluation) -> None:
    assert html(small, "zh") == html(small, "zh")


# ── charts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def drawn(e: Evaluation, name: str) -> ElementTree.Element:
    judged = [j for j in e.judgements if j.target.indicator == name]
    return ElementTree.fromstring(chart(e.indicators[name], judged, e.readings[name], e.wording, ("en",)))


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if name in (e.get("class") or "").split()]


def test_readings_of_another_quantity_are_not_drawn(small: Evaluation) -> None:
    assert "rd_pool.x" not in series_of(small.indicators["rd"], small.readings["rd"])


def test_a_fan_is_drawn_where_there_are_forecasts_and_only_there(small: Evaluation) -> None:
    assert len(of_class(drawn(small, "nc"), "interval")) == 4 and not of_class(drawn(small, "rd"), "interval")


def test_everything_is_drawn_inside_the_frame(real: Evaluation) -> None:
    for name in (i for i in real.indicators if real.indicators[i].number):
        root = drawn(real, name)
        width, height = map(float, (root.get("viewBox") or "").split()[2:])
        for circle in of_class(root, "full") + of_class(root, "deciding"):
            if circle.get("cx"):
                assert 0 <= float(circle.get("cx") or 0) <= width and -10 <= float(circle.get("cy") or 0) <= height


# ── PDF ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pdf_is_a_pdf_and_the_same_each_time(small: Evaluation, lang: Lang) -> None:
    made = pdf(small, lang)
    assert made.startswith(b"%PDF-") and made == pdf(small, lang)


def test_without_a_chinese_font_the_error_names_the_package(small: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    import zhizao.show.report.paper as paper

    monkeypatch.setattr(paper, "FONTS", ("No Such Font",))
    with pytest.raises(MissingExtra) as caught:
        pdf(small, "zh")
    assert "fonts-noto-cjk" in caught.value.line("zh") and "fonts-noto-cjk" in caught.value.line("en")


def test_a_target_of_an_indicator_that_failed_to_load_is_still_reported(small: Evaluation) -> None:
    broken = replace(small, indicators={name: i for name, i in small.indicators.items() if name != "nc"})
    page = Page(html(broken, "en"))
    assert "nc" not in page.ids and "#nc" not in page.links
    assert pdf(broken, "en").startswith(b"%PDF-")


def test_a_publisher_is_shown_in_the_readers_language(small: Evaluation) -> None:
    page = html(small, "zh")
    assert '<span lang="zh">来源：国家统计局，公报</span><span lang="en">Source: NBS, communique</span>' in page


def test_context_names_the_goals_it_belongs_to_and_judges_nothing(small: Evaluation) -> None:
    page = html(small, "en")
    assert "Context for these goals and tasks; it judges nothing: First step." in page and "Highest: nation:US 168.71" in page


def test_the_path_of_a_five_year_average_lies_inside_the_chart(real: Evaluation) -> None:
    root = drawn(real, "labour_productivity_growth")
    for line in of_class(root, "path"):
        xs = [float(p.partition(",")[0]) for p in (line.get("points") or "").split()]
        assert all(50 <= x <= 700 for x in xs)


def test_two_series_of_one_publisher_and_scope_are_told_apart_in_the_legend(small: Evaluation) -> None:
    own = {f"rd.{n}": [reading("rd", f"rd.{n}", "2020", "1.5")] for n in ("a", "b")}
    assert [t.en for t in series_labels(own, small.wording).values()] == ["NBS · plan's scope (a)", "NBS · plan's scope (b)"]


def test_published_totals_have_their_sources_below_the_first_and_last_of_many(small: Evaluation) -> None:
    totals = tuple(replace(small.reconciled[0], period=str(y), source=f"NBS, communique {y}") for y in range(2018, 2023))
    page = html(replace(small, reconciled=totals), "en")
    assert "Source: NBS, communique 2018; NBS, communique 2022 (5 in all, first and last given)" in page
