"""What a running node knows beyond its files: its intake, its sources, its drainer, and where it answers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zhizao import __version__
from zhizao.checks.evidence import package_of, tier_of
from zhizao.model.text import Text
from zhizao.node import status
from zhizao.node.assemble import Node, now
from zhizao.node.chore import Chore
from zhizao.node.drainer import Drainer
from zhizao.node.introducer import Introducer
from zhizao.node.planned import Planner
from zhizao.node.status import Fares
from zhizao.sense.calendar import SOURCE
from zhizao.sense.intake import Intake
from zhizao.sense.supervise import Supervisor


@dataclass(eq=False)
class Live:
    """A node that runs."""

    node: Node
    intake: Intake
    supervisor: Supervisor
    drainer: Drainer
    planner: Planner
    introducer: Introducer
    chores: Mapping[str, Chore]
    since: datetime = field(default_factory=now)
    port: int = 0

    def status(self) -> dict[str, Any]:
        """See ``node/status.py``."""
        blocking = len(self.node.library.blocking)
        said: dict[str, Any] = {"running": True, "version": __version__, "pid": os.getpid(), "port": self.port, "since": self.since.isoformat()}
        said |= {"trouble": self.trouble, "calendar_trouble": self.planner.trouble, **{f"{name}_trouble": chore.trouble for name, chore in self.chores.items()},
                 "findings": {"blocking": blocking}, "log_file": self.intake.log.number}
        return status.status(self.node.home, self.node.store, self.fares(), node=said)

    @property
    def trouble(self) -> str:
        """Why the disk takes nothing at present, '' while it does."""
        return self.intake.trouble or self.drainer.trouble or self.introducer.trouble

    def fares(self) -> dict[str, Fares]:
        """How every source fares, pushers included."""
        supervised, pushed = self.supervisor.health.copy(), self.intake.standings.keys()
        found = {name: Fares("running" if name == SOURCE else "pushed", events=self._events(name)) for name in list(pushed) if name not in supervised}
        for name, health in supervised.items():
            connector, error = self.supervisor.connectors.get(name), health.error
            promise, tier = (connector.promise, tier_of(package_of(connector), connector.promise)) if connector else (None, None)
            found[name] = Fares(health.state, error, health.since_us, health.attempts, self._events(name), promise, tier)
        return found

    def _events(self, name: str) -> dict[str, int]:
        return {event: times for event, times in self.intake.events(name).items()}

    def remarks(self) -> list[Text]:
        """What the owner should know at once: sources that cannot work."""
        return [h.error for h in self.supervisor.health.values() if h.error and h.state in ("stopped", "failed")]
