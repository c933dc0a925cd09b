"""Conformance suites: what every implementation of a contract must do, and what content must fulfil."""
