"""Everything public says what it means."""

from __future__ import annotations

import ast

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def test_every_module_says_what_it_is(sources):
    assert not [s.name for s in sources if s.text.strip() and not ast.get_docstring(s.tree)]


def test_every_public_function_and_class_says_what_it_means(sources):
    """What a contract says of a method it says once; those who keep the contract need not repeat it."""
    said = {node.name for s in sources if s.path.stem == "contract" for node in public(s.tree) if ast.get_docstring(node)}
    nodes = [(s, node) for s in sources for node in public(s.tree) if not ast.get_docstring(node)]
    silent = [f"{s.name}:{node.lineno} {node.name}" for s, node in nodes if not (node.name in said and is_method(node, s.tree))]
    assert not silent, "\n".join(silent)


def public(tree: ast.Module | ast.ClassDef):
    """Public definitions of a module and of its public classes."""
    for node in tree.body:
        if isinstance(node, DEFINITIONS) and not node.name.startswith("_") and not is_overload(node):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def is_method(node: ast.AST, tree: ast.Module) -> bool:
    return node not in tree.body


def is_overload(node: ast.AST) -> bool:
    return any("overload" in ast.unparse(d) for d in getattr(node, "decorator_list", []))
