"""Mergeable states, one a file; together they are all a formula can fold facts into."""

from zhizao.measure.states.contract import Column, Figure, State, Values, empty, finish, merge
from zhizao.measure.states.registry import state_of

__all__ = ["Column", "Figure", "State", "Values", "empty", "finish", "merge", "state_of"]
