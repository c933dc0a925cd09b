"""Files and functions stay small; the sizes are printed so that everyone sees where they go."""

from __future__ import annotations

import ast
from collections import defaultdict
from statistics import median, quantiles

FILE_LIMIT, FUNCTION_LIMIT = 400, 60
FORBIDDEN = ("utils", "helpers", "common", "misc", "base", "manager")


def functions(source):
    return [node for node in ast.walk(source.tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def length(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


def test_no_file_grows_beyond_its_limit(sources):
    assert not {s.name: n for s in sources if (n := len(s.text.splitlines())) > FILE_LIMIT}


def test_no_function_grows_beyond_its_limit(sources):
    assert not {f"{s.name}:{f.lineno} {f.name}": length(f) for s in sources for f in functions(s) if length(f) > FUNCTION_LIMIT}


def test_half_of_all_functions_are_at_most_15_lines_and_nine_in_ten_at_most_40(sources, capsys):
    lengths = [length(f) for s in sources for f in functions(s)]
    with capsys.disabled():
        print(f"\n{report(sources)}\n{len(lengths)} functions, median {median(lengths):.0f} lines, nine in ten below {quantiles(lengths, n=10)[8]:.0f}")
    assert median(lengths) <= 15
    assert quantiles(lengths, n=10)[8] <= 40


def report(sources) -> str:
    lines: dict[str, int] = defaultdict(int)
    for s in sources:
        lines[s.stage] += len(s.text.splitlines())
    return "  ".join(f"{stage} {count}" for stage, count in sorted(lines.items(), key=lambda item: -item[1])) + f"  = {sum(lines.values())} lines"


def test_no_module_has_a_name_that_says_nothing(sources):
    assert not [s.name for s in sources if s.path.stem in FORBIDDEN or set(s.path.parts[:-1]) & set(FORBIDDEN)]
