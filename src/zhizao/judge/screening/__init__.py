"""Thousands of cells looked at together, with a controlled share of false alarms."""
