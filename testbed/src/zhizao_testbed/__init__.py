"""Machines that are not there, speaking as real ones do: for tests, for benchmarks, for a first look."""
