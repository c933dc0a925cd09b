"""The form in which a home is kept, and the steps that bring an older one forward."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.damage import read_note
from zhizao.store.durable import replace

SCHEMA = 1
"""The form this program writes."""

Step = Callable[[Path], None]
"""Brings a home one form forward; may be repeated after a crash, so it must do no harm a second time."""

STEPS: Mapping[int, Step] = MappingProxyType({})
"""The step from each older form to the next."""


def form_of(identity: Path) -> int:
    """The form in which a home is kept; one that is not made yet is up to date."""
    said = read_note(identity, schema=int)
    return int(said["schema"]) if said else SCHEMA


def refuse_newer(identity: Path, schema: int = SCHEMA) -> None:
    """Let no older program touch what a newer one has written.

    Raises:
        InputError: the home is of a form this program does not know.
    """
    if (form := form_of(identity)) > schema:
        what = Text(f"该目录由更新的版本建立（格式 {form}，本程序到 {schema}）", f"a newer program made this home (form {form}, this one knows {schema})")
        raise InputError(what, where=str(identity.parent), cure=Text("请升级 zhizao", "upgrade zhizao"))


def migrate(identity: Path, steps: Mapping[int, Step] = STEPS, schema: int = SCHEMA) -> None:
    """Bring a home forward, one form after the other; each is noted before the next begins. Call it as the one writer."""
    refuse_newer(identity, schema)
    for form in range(form_of(identity), schema):
        steps[form](identity.parent)
        content = json.loads(identity.read_bytes())
        replace(identity, json.dumps({**content, "schema": form + 1}).encode())
