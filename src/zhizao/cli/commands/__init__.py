"""The commands, one a file; each file offers ``COMMAND``."""

COMMANDS = {
    "init": "init",
    "lint": "lint",
    "test": "test",
    "import": "import_",
    "export": "export",
    "withdraw": "withdraw",
    "forget": "forget",
    "measure": "measure",
    "explain": "explain",
    "evaluate": "evaluate",
    "plan": "plan",
    "connect": "connect",
    "run": "run",
    "status": "status",
    "backup": "backup",
    "restore": "restore",
    "verify": "verify",
}
"""Each command, in the order of the work, and the module it is written in; a module is read only when its command is asked for."""
