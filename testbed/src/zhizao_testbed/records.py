"""What a person would tell of a plant beside its signals: its entities and where they belong, its shifts. The nation is the simulated one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from zhizao_testbed.plant import Plant

Row = Mapping[str, str]
NATION, ENTERPRISE, SITE, LINE = "nation:SIM", "enterprise:SIM-TESTBED", "site:SIM-TESTBED", "line:SIM-L1"
SINCE = "2000-01-01"


def records(plant: Plant) -> dict[str, list[Row]]:
    """Rows by record type, as ``zhizao import`` takes them.

    Example:
        >>> plant = Plant(seed=1, machines=1, begin=0)
        >>> [row["entity"] for row in records(plant)["entity"]]
        ['enterprise:SIM-TESTBED', 'site:SIM-TESTBED', 'line:SIM-L1', 'machine:M01']
    """
    return {"entity": list(_entities(plant)), "membership": list(_memberships(plant)), "shift_calendar": list(_shifts(plant))}


def site_of(plant: Plant) -> str:
    """The site of a plant: its own, or the one of a nation that it stands for."""
    return f"site:{plant.site}" if plant.site else SITE


def line_of(plant: Plant) -> str:
    """The line on which all its machines stand."""
    return f"line:{plant.site}-L1" if plant.site else LINE


def write(plant: Plant, folder: Path) -> list[Path]:
    """The same as files ``TYPE.csv``; those written."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_written(folder / f"{record}.csv", rows) for record, rows in records(plant).items()]


def _entities(plant: Plant) -> Iterator[Row]:
    if not plant.site:
        yield _entity(ENTERPRISE, "模拟企业", "Simulated enterprise")
        yield {**_entity(SITE, "模拟工厂", "Simulated plant"), "zone": plant.calendar.zone}
    yield _entity(line_of(plant), "模拟产线", "Simulated line")
    for name in plant.characters:
        yield _entity(f"machine:{name}", f"模拟机床 {name}", f"Simulated machine {name}")


def _entity(entity: str, zh: str, en: str) -> Row:
    return {"entity": entity, "name_zh": zh, "name_en": en, "since": SINCE, "zone": ""}


def _memberships(plant: Plant) -> Iterator[Row]:
    own = [] if plant.site else [(ENTERPRISE, "located_in", NATION), (SITE, "part_of", ENTERPRISE)]
    machines = [(f"machine:{name}", "part_of", line_of(plant)) for name in plant.characters]
    for entity, relation, parent in [*own, (line_of(plant), "part_of", site_of(plant)), *machines]:
        yield {"entity": entity, "relation": relation, "parent": parent, "valid_from": SINCE}


def _shifts(plant: Plant) -> Iterator[Row]:
    for shift in plant.calendar.shifts:
        down = "|".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in shift.breaks)
        yield {"entity": site_of(plant), "shift": shift.id, "valid_from": SINCE, "weekdays": "mon-sun", "starts": _clock(shift.begins_s), "ends": _clock(shift.ends_s),
               "planned_down": down}  # fmt: skip


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _written(file: Path, rows: Iterable[Row]) -> Path:
    told = list(rows)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(told[0]))
        writer.writeheader()
        writer.writerows(told)
    return file
