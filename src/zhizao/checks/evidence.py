"""What a connector did in the checks, recorded beside it as data: its tier is computed from that, for each source by what the source promises.

The file lies in the package of the connector, built-in or a stranger's, and has of each rig the checks that were passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from zhizao.checks.connectors import CHECKS, Evidence, Tier, tier
from zhizao.sense.contract import Promise

FILE = "evidence.yaml"
_HEAD = "# Written by zhizao.checks.evidence.record: the checks of zhizao.checks.connectors that were passed, by rig.\n"

Passed = Mapping[str, frozenset[str]]
"""Of each rig the names of the checks that were passed."""


def passed(evidence: Evidence) -> frozenset[str]:
    """The names of the checks that a connector passes."""
    return frozenset(check.__name__ for check in CHECKS) - evidence.failed.keys()


def record(folder: Path, found: Mapping[str, Evidence]) -> None:
    """Write down, beside a connector, how it fared with each of its rigs."""
    import yaml

    listed = {rig: [c.__name__ for c in CHECKS if c.__name__ in passed(evidence)] for rig, evidence in found.items()}
    (folder / FILE).write_text(_HEAD + yaml.safe_dump(listed, sort_keys=False, allow_unicode=True), "utf-8")


def tier_of(package: str, promise: Promise) -> Tier | None:
    """The tier of a source, by what is recorded in its connector's package and by what it promises itself; None where nothing is recorded.

    Only what was passed with every rig counts.

    Example:
        >>> from zhizao.sense.connectors.shdr.connector import PROMISE
        >>> tier_of("zhizao.sense.connectors.shdr", PROMISE), tier_of("zhizao.sense.connectors", PROMISE)
        ('silver', None)
    """
    rigs = recorded(package).values()
    failed = {check.__name__: "not recorded" for check in CHECKS if not all(check.__name__ in names for names in rigs)}
    return tier(Evidence(promise, failed)) if rigs else None


def package_of(made: object) -> str:
    """The package of a connector, or of what makes one.

    Example:
        >>> from zhizao.sense.connectors.shdr.connector import Shdr
        >>> package_of(Shdr)
        'zhizao.sense.connectors.shdr'
    """
    return (made if isinstance(made, type) else type(made)).__module__.rpartition(".")[0]


@lru_cache
def recorded(package: str) -> Passed:
    """What is recorded in a package; nothing where there is no record, or none that can be read."""
    import yaml

    try:
        said = yaml.safe_load((files(package) / FILE).read_text("utf-8"))
        return {str(rig): frozenset(map(str, names)) for rig, names in said.items()}
    except (OSError, ModuleNotFoundError, yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError, ValueError):
        return {}
