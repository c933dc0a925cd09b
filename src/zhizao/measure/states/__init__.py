"""Mergeable states, one a file; together they are all a formula can fold facts into."""

from zhizao.measure.states.contract import Column, State, Values, empty, merge
from zhizao.measure.states.registry import state_of

__all__ = ["Column", "State", "Values", "empty", "merge", "state_of"]
