"""The commands, one a file; each file offers ``COMMAND``. Other packages add theirs by the entry points ``zhizao.commands``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import click

COMMANDS = {
    "init": "init",
    "lint": "lint",
    "test": "test",
    "import": "import_",
    "export": "export",
    "derive": "derive",
    "withdraw": "withdraw",
    "forget": "forget",
    "measure": "measure",
    "explain": "explain",
    "why": "why",
    "evaluate": "evaluate",
    "warnings": "warnings",
    "effect": "effect",
    "plan": "plan",
    "decide": "decide",
    "approve": "approve",
    "actions": "actions",
    "act": "act",
    "stop-all": "stop_all",
    "connect": "connect",
    "run": "run",
    "status": "status",
    "backup": "backup",
    "restore": "restore",
    "bundle": "bundle",
    "verify": "verify",
}
"""Each command, in the order of the work, and the module it is written in; a module is read only when its command is asked for."""


def names() -> list[str]:
    """Every command, the built-in ones in the order of the work."""
    from importlib.metadata import entry_points

    return [*COMMANDS, *sorted({point.name for point in entry_points(group="zhizao.commands")} - set(COMMANDS))]


def load(name: str) -> click.Command | None:
    """The command of a name, or None."""
    if name in COMMANDS:
        return cast("click.Command", import_module(f"zhizao.cli.commands.{COMMANDS[name]}").COMMAND)
    from importlib.metadata import entry_points

    found = next(iter(entry_points(group="zhizao.commands", name=name)), None)
    return cast("click.Command", found.load()) if found else None
