"""zhizao 智造: a manufacturing plan as a running loop that anyone can recompute."""

__version__ = "0.1.0"
