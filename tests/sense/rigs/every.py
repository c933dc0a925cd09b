"""Every rig, by name, with the connector it examines. As a program it puts all connectors through the checks and records what they found."""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import partial
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.sense.rigs.file import csv_files, shdr_files
from tests.sense.rigs.modbus import modbus
from tests.sense.rigs.mqtt import sparkplug, topics
from tests.sense.rigs.mtconnect import mtconnect
from tests.sense.rigs.opcua import anonymous, as_user
from tests.sense.rigs.shdr import shdr
from zhizao.checks.connectors import Evidence, examined
from zhizao.checks.evidence import record

RIGS = {
    "mtconnect": (mtconnect, "mtconnect", "gold"),
    "mtconnect, asked again and again": (partial(mtconnect, stream="no"), "mtconnect", "gold"),
    "shdr": (shdr, "shdr", "silver"),
    "files of shdr": (shdr_files, "file", "gold"),
    "files of csv": (csv_files, "file", "gold"),
    "topics": (topics, "mqtt", "gold"),
    "topics of an older broker": (partial(topics, version=3), "mqtt", "gold"),
    "topics without a session": (partial(topics, qos=0), "mqtt", "silver"),
    "opcua, as a user": (as_user, "opcua", "gold"),
    "opcua, as nobody": (anonymous, "opcua", "silver"),
    "modbus": (modbus, "modbus", "silver"),
    "sparkplug": (sparkplug, "sparkplug", "silver"),
}
"""Each with the folder of its connector and the tier it is known to reach."""

PACKAGE = "zhizao.sense.connectors"


def main() -> None:
    """Examine every connector, or those named, and write down how each fared."""
    found: dict[str, dict[str, Evidence]] = defaultdict(dict)
    for rig, (make, connector, _) in RIGS.items():
        if connector in sys.argv[1:] or not sys.argv[1:]:
            with TemporaryDirectory() as folder:
                found[connector][rig] = examined(make, Path(folder))
            print(rig, found[connector][rig].tier, dict(found[connector][rig].failed), flush=True)
    for connector, evidence in found.items():
        record(Path(str(files(f"{PACKAGE}.{connector}"))), evidence)


if __name__ == "__main__":
    main()
