"""Publishers and documents in the reader's language, as far as they have a name in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhizao.model.text import Text
from zhizao.model.wording import Wording

KNOWN = Wording(
    {"NBS": Text("国家统计局", "NBS"), "NBS, MOST and MOF": Text("国家统计局、科学技术部、财政部", "NBS, MOST and MOF"), "MIIT": Text("工业和信息化部", "MIIT")},
    {"page *": Text("网页 *", "page *"), "census no. *": Text("普查公报（第 * 号）", "census no. *"), "Miao Wei": Text("苗圩", "Miao Wei")},
)


def test_the_longest_publisher_at_the_head_is_taken_commas_and_all() -> None:
    assert KNOWN.source("NBS, MOST and MOF, census no. 6, 2024").zh == "国家统计局、科学技术部、财政部，普查公报（第 6 号），2024"


def test_a_person_quoted_stands_in_brackets_and_keeps_an_unknown_name() -> None:
    assert KNOWN.source("MIIT (Miao Wei), 2019-09").zh == "工业和信息化部（苗圩），2019-09"
    assert KNOWN.source("MIIT (Somebody Else), 2019-09").zh == "工业和信息化部（Somebody Else），2019-09"


def test_english_stays_as_it_is_written() -> None:
    written = "NBS, MOST and MOF, census no. 6, 2024; MIIT (Miao Wei), page x.cn 7; read somewhere"
    assert KNOWN.source(written).en == written


def test_what_has_no_name_is_shown_as_it_is_and_nothing_as_a_dash() -> None:
    assert KNOWN.source("a leaflet, 1999").zh == "a leaflet，1999"
    assert KNOWN.source("").zh == KNOWN.publisher("").zh == "–"


@given(st.lists(st.sampled_from(["NBS", "MIIT (", "MIIT ()", ", ", "; ", "page ", "*", " ", "x", ")", "NBS, "])).map("".join))
def test_no_source_however_damaged_fails(written: str) -> None:
    shown = KNOWN.source(written)
    assert shown.zh and shown.en
