"""Formulas: what is read, and how a mistake is answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.model.expression import Barrier, Call, Expr, Fold, Op, canonical, digest
from zhizao.pack.formula.build import build
from zhizao.pack.formula.fault import FormulaFault
from zhizao.pack.formula.functions import FUNCTIONS


def fault(formula: str, let: dict[str, str] | None = None) -> FormulaFault:
    with pytest.raises(FormulaFault) as caught:
        build(formula, let)
    return caught.value


def test_spaces_and_brackets_do_not_change_the_definition() -> None:
    assert digest(build("sum(a)/sum(b)")) == digest(build(" ( sum( a ) )\n / (sum(b))"))


def test_the_place_of_a_part_is_no_part_of_its_identity() -> None:
    assert build("  sum(a)") == build("sum(a)") and build("  sum(a)").at == 2


def test_a_text_is_never_taken_for_a_number() -> None:
    assert digest(build('count(where a == "1")')) != digest(build("count(where a == 1)"))


def test_multiplication_binds_closer_than_addition() -> None:
    assert build("sum(a) + sum(b) * sum(c)") == build("sum(a) + (sum(b) * sum(c))")
    assert build("sum(a) - sum(b) - sum(c)") == build("(sum(a) - sum(b)) - sum(c)")


def test_a_share_is_a_quotient() -> None:
    assert build("share(sum(a), sum(b))") == build("sum(a) / sum(b)")


@pytest.mark.parametrize("text", ["count(where a > 0)", "count() where a > 0"])
def test_a_filter_may_stand_inside_or_behind(text: str) -> None:
    fold = build(text)
    assert isinstance(fold, Fold) and fold.kind == "count" and fold.of is None and fold.where is not None


def test_sum_with_a_filter_is_one_fold() -> None:
    assert build("sum(a where b)") == build("sum(a) where b")


def test_barriers_nest_and_weigh() -> None:
    tree = build("mean over region weighted by sum(revenue) of mean over enterprise of (sum(a) / sum(b))")
    assert isinstance(tree, Barrier) and isinstance(tree.of, Barrier)
    assert (tree.level, tree.of.level, isinstance(tree.weight, Fold)) == ("region", "enterprise", True)


def test_a_barrier_takes_one_call_without_brackets_where_nothing_follows() -> None:
    assert build("sum(b) - max over site of sum(a)") == build("sum(b) - (max over site of (sum(a)))")


def test_keywords_may_name_fields() -> None:
    assert canonical(build("sum(over) / sum(of)")).count("FieldRef") == 2


def test_let_stands_for_its_text_in_either_layer() -> None:
    assert build("1 - i / base(i, 2015)", {"i": "sum(e) / sum(v)"}) == build("1 - (sum(e) / sum(v)) / base(sum(e) / sum(v), 2015)")
    assert build("sum(a where ok)", {"ok": 'grade in ("A", "B")'}) == build('sum(a where grade in ("A", "B"))')


def test_let_that_uses_itself_is_a_fault() -> None:
    assert "itself" in fault("a", {"a": "b", "b": "a + 1"}).message.en


def test_let_cannot_grow_without_bound() -> None:
    let = {f"x{i}": f"x{i + 1} + x{i + 1}" for i in range(30)} | {"x30": "sum(a)"}
    assert "too large" in fault("x0", let).message.en


def test_base_growth_and_rolling_carry_their_options() -> None:
    options = [tree.options for tree in map(build, ["base(sum(a), 2015)", "growth(sum(a), years=5)", "rolling(sum(a), n=4)"]) if isinstance(tree, Call)]
    assert [(name, int(value)) for ((name, value),) in options] == [("year", 2015), ("years", 5), ("n", 4)]


@pytest.mark.parametrize(
    ("formula", "code", "at", "says", "cure"),
    [
        ("sum(a", "formula", 5, "ends too early", "close 1 bracket"),
        ("sum(a))", "formula", 6, "found )", "the end"),
        ("sum(a) sum(b)", "formula", 7, "found sum", "* or /"),
        ("sum（a)", "formula", 3, "（", "write ("),
        ("smu(a)", "unknown_name", 0, "smu", "write sum"),
        ("a / sum(b)", "formula", 0, "outside a fold", "sum(a)"),
        ("sum(a where b = 3)", "formula", 14, "found =", "=="),
        ("count(a > 3)", "formula", 0, "takes a field", "count(where"),
        ("sum(a) / sum(b) where c", "formula", 0, "which fold", "brackets"),
        ("moments(a)", "formula", 0, "is a state", "mean(moments"),
        ("mean(a)", "formula", 5, "moments", "mean over"),
        ("mean(sum(a) / sum(b))", "barrier", 5, "moments", "mean over"),
        ("sum(sum(a) / sum(b))", "barrier", 4, "quotient", "over LEVEL"),
        ("sum(growth(sum(a)))", "barrier", 4, "finished value", "over enterprise"),
        ("sum(a / b)", "barrier", 4, "quotient", "sum(a) / sum(b)"),
        ("sum(mean over site of sum(a))", "barrier", 4, "finished value", "level"),
        ("median over site of sum(a)", "formula", 0, "median", "mean"),
        ("base(sum(a), 15)", "formula", 13, "year", "2015"),
        ("rolling(sum(a))", "formula", 0, "lacks n", "n=4"),
        ('sum("x)', "formula", 4, '"', "close"),
        ("sum(a) > 3", "formula", 0, "inside a fold", "where"),
        ("", "formula", 0, "empty", "because"),
    ],
)  # fmt: skip
def test_a_mistake_says_what_where_and_how_to_mend(formula: str, code: str, at: int, says: str, cure: str) -> None:
    found = fault(formula)
    assert (found.code, found.at) == (code, at)
    assert says in found.message.en and cure in found.cure.en
    assert f"column {at + 1}" in found.message.en and f"第 {at + 1} 列" in found.message.zh


@given(st.text(alphabet="sumcotweravg()+-*/=<>\"', .0123456789\n（%", max_size=60))
def test_any_text_is_a_tree_or_a_fault(text: str) -> None:
    try:
        assert build(text) is not None
    except FormulaFault as found:
        assert found.message.zh and found.cure.en


@given(st.text(max_size=60))
def test_any_characters_at_all_are_a_tree_or_a_fault(text: str) -> None:
    try:
        assert build(text, {"a": text}) is not None
    except FormulaFault as found:
        assert found.message.zh and found.cure.en


@pytest.mark.parametrize("n", [30, 100, 250, 450, 1000, 5000])
@pytest.mark.parametrize(("head", "middle", "tail"), [
    ("(", "sum(a)", ")"), ("-", "sum(a)", ""), ("", "sum(a)", "+1"), ("abs(", "sum(a)", ")"), ("mean over site of ", "sum(a)", ""),
])  # fmt: skip
def test_deep_nesting_is_a_tree_that_can_be_walked_or_a_fault(head: str, middle: str, tail: str, n: int) -> None:
    for text in (head * n + middle + tail * n, f"sum(a where {'not ' * n}b)", f"sum(a{'+b' * n})"):
        try:
            assert digest(build(text))
        except FormulaFault as found:
            assert found.cure.zh


def test_ten_thousand_terms_are_a_fault() -> None:
    assert "too long" in fault("+".join(["sum(a)"] * 10_000)).message.en
    assert "at most" in fault("x0", {f"x{i}": "sum(a)" for i in range(10_000)}).cure.en


_FIELDS = st.sampled_from(["a", "b", "c"])
_FOLDS = st.builds("{}({})".format, st.sampled_from(["sum", "count", "min", "max", "last"]), _FIELDS)
_TEXTS: st.SearchStrategy[str] = st.recursive(
    _FOLDS | st.sampled_from(["2", "0.5"]),
    lambda t: st.builds("({} {} {})".format, t, st.sampled_from("+-*/"), t)
    | st.builds("{} over {} of ({})".format, st.sampled_from(["mean", "sum"]), st.sampled_from(["site", "region"]), t)
    | st.builds("base({}, 2015)".format, t),
    max_leaves=6,
)


def written(tree: Expr) -> str:
    """A tree as a formula again."""
    match tree:
        case Fold(kind=kind, of=of):
            return f"{kind}({getattr(of, 'name', '')})"
        case Barrier(kind=kind, level=level, of=inner):
            return f"{kind} over {level} of ({written(inner)})"
        case Call(name=name, args=args, options=options):
            return f"{name}({', '.join([written(a) for a in args] + [str(value) for _, value in options])})"
        case Op(op=op, args=(left, right)):
            return f"({written(left)} {op} {written(right)})"
    return str(getattr(tree, "value", ""))


@given(_TEXTS)
def test_a_tree_written_out_reads_as_the_same_tree(text: str) -> None:
    tree = build(text)
    assert build(written(tree)) == tree


def test_every_function_is_documented() -> None:
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "packs.md").read_text(encoding="utf-8")
    assert [name for name in FUNCTIONS if f"`{name}(" not in text] == []
