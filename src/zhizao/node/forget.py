"""An entity forgotten: its personal values in the store, and every kept answer, which may rest on them."""

from __future__ import annotations

from zhizao.errors import InputError
from zhizao.model.entity import is_entity
from zhizao.node.assemble import Node
from zhizao.node.warm import drop_answers


def forget(node: Node, named: str, why: str) -> str:
    """Forget an entity given by id or name; its id.

    Raises:
        InputError: nothing carries the name, or nothing personal is stored about the entity.
    """
    entity = named.strip() if is_entity(named.strip()) else _id_of(node, named)
    try:
        node.store.forget(entity, why)
    finally:  # also where it was forgotten before, by a process that died before it came here
        drop_answers(node.home)
    return entity


def _id_of(node: Node, named: str) -> str:
    from zhizao.node.entities import entity

    try:
        with node.store.session() as session:
            return entity(node.library, session, named)
    except InputError as error:
        error.where = named
        raise
