"""Signals: observations in time order become pieces of time, pieces become cells."""
