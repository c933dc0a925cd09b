"""What of the plan is served now: each listed thing must be loaded, and its test or conformance suite must pass."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from zhizao.model.evaluation import PlanLine
from zhizao.model.library import Library
from zhizao.model.plan import PlanNode, Served
from zhizao.node import cache
from zhizao.node.assemble import Node, open_store
from zhizao.node.packs import test
from zhizao.node.plans import plan_pack
from zhizao.node.usable import blocking
from zhizao.pack.fingerprint import fingerprint

FOLDER = "cache/proofs"

NEEDED_ANYWAY = ("plan", "goal", "task", "field", "support")
"""Kinds of node that are served by what is below them, not by a list of their own."""


def plan_lines(node: Node, plan: str, commands: Collection[str]) -> tuple[PlanLine, ...]:
    """The plan's tree, each node with what serves it and the evidence.

    Args:
        commands: the commands the program has, as its command line lists them.
    """
    root = plan_pack(node.library, plan).plan
    if root is None:
        return ()
    proof = _proof(node, commands)
    return tuple(_line(child, proof) for child in (root.children or (root,)))


@dataclass(frozen=True, slots=True)
class Proof:
    """What has just been shown to work: the indicators whose tests pass, the conformance suites that pass."""

    library: Library
    tested: frozenset[str]
    conforming: frozenset[str]
    commands: frozenset[str] = frozenset()

    def holds(self, item: str) -> bool:
        """Whether a thing that should serve a node is there and works.

        Example:
            >>> from zhizao.node.served import Proof
            >>> Proof(Library({}, {}, {}, {}, {}, (), (), ()), frozenset(), frozenset({"store"})).holds("conformance:store")
            True
        """
        kind, _, name = item.partition(":")
        match kind:
            case "indicator":
                return name in self.tested
            case "record":
                return name in self.library.records and not blocking(self.library, self.library.records[name].place)
            case "hierarchy":
                return name in self.library.hierarchies
            case "reconciliation":
                return any(r.id == name for r in self.library.reconciliations)
            case "command":
                return name in self.commands
            case "conformance":
                return name in self.conforming
            case _:
                return False


def _line(node: PlanNode, proof: Proof) -> PlanLine:
    children = tuple(_line(child, proof) for child in node.children)
    evidence = tuple(f"{item}: {'ok' if proof.holds(item) else 'missing'}" for item in _listed(node))
    return PlanLine(node, _served(node, proof, children), evidence, children)


def _listed(node: PlanNode) -> tuple[str, ...]:
    return (*node.serves, *(f"indicator:{i}" for i in node.indicators))


def _served(node: PlanNode, proof: Proof, children: tuple[PlanLine, ...]) -> Served:
    """Served: all it asks for is there. Partly: some of it is. A node above others is as far as they are."""
    own = [proof.holds(item) for item in _listed(node)]
    whole = bool(own) and all(own) and (node.whole or node.kind in NEEDED_ANYWAY)
    parts = [*(["yes" if whole else "partly" if any(own) else "no"] if own or not children else []), *(c.served for c in children)]
    return "yes" if all(p == "yes" for p in parts) else "no" if all(p == "no" for p in parts) else "partly"


def _proof(node: Node, commands: Collection[str]) -> Proof:
    """What works now; proved once for each state of packs and program, and kept."""
    kept, name = node.home / FOLDER, cache.key(cache.program(), fingerprint(node.folders))
    found = cache.load(kept, name)
    if found is None:
        found = _tested(node), _conforming()
        cache.save(kept, name, found)
    tested, conforming = found
    return Proof(node.library, tested, conforming, frozenset(commands))


def _tested(node: Node) -> frozenset[str]:
    """Indicators that a plan lists and whose every case passes."""
    plans = [pack.plan for pack in node.library.packs.values() if pack.plan]
    listed = {item.removeprefix("indicator:") for plan in plans for part in plan.walk() for item in _listed(part) if item.startswith("indicator:")}
    results = test(node.library, node.folders, listed)
    return frozenset(r.indicator for r in results) - frozenset(r.indicator for r in results if not r.passed)


def _conforming() -> frozenset[str]:
    """The conformance suites that this program's own implementations pass now."""
    return frozenset({"store"} if _store_conforms() else ())


def _store_conforms() -> bool:
    from zhizao.checks.store import conforms

    with TemporaryDirectory() as folder:
        return conforms(lambda name: open_store(Path(folder) / name))
