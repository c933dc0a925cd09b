"""The solvers, one kind of problem each; others come by the entry points ``zhizao.solvers``."""
