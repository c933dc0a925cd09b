"""Indicators: one formula, compiled to mergeable states, rolled up to any entity and period."""
