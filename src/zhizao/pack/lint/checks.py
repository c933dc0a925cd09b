"""The checks of a whole library, one a file; a new check is a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from zhizao.model.library import Library
from zhizao.pack.context import context_names
from zhizao.pack.found import Found
from zhizao.pack.lint.data_columns import data_columns
from zhizao.pack.lint.has_test import has_test
from zhizao.pack.lint.plan_links import plan_links
from zhizao.pack.lint.reconciled_names import reconciled_names
from zhizao.pack.lint.record_levels import record_levels
from zhizao.pack.lint.rule_tests import rule_tests
from zhizao.pack.lint.stray_files import stray_files
from zhizao.pack.lint.target_names import target_names
from zhizao.pack.lint.target_path import target_path
from zhizao.pack.rounding import rounding_names

Check = Callable[[Library, Found], None]
CHECKS: tuple[Check, ...] = (
    stray_files, has_test, record_levels, target_names, target_path, plan_links, data_columns, reconciled_names,
    rounding_names, context_names, rule_tests,
)  # fmt: skip


def lint_library(library: Library, found: Found) -> Library:
    """The library with the findings made while reading and those of every check, in the order of files and lines."""
    for check in CHECKS:
        check(library, found)
    ordered = sorted(dict.fromkeys(found), key=lambda f: (f.place.file, f.place.line))
    return replace(library, findings=tuple(ordered))
