"""The time elements of ISO 22400-2 as conditions over what machines say: whenever a state is known, exactly one holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.model.condition import holds
from zhizao.model.library import Library
from zhizao.pack.load import load

from .conftest import PACKS

FOUR = ("producing", "setting_up", "delayed", "stopped")
SAID = {
    "execution": ("READY", "ACTIVE", "INTERRUPTED", "FEED_HOLD", "STOPPED", "OPTIONAL_STOP", "PROGRAM_STOPPED", "PROGRAM_COMPLETED", "WAIT", None),
    "controller_mode": ("AUTOMATIC", "MANUAL", "MANUAL_DATA_INPUT", "SEMI_AUTOMATIC", "EDIT", None),
    "functional_mode": ("PRODUCTION", "SETUP", "TEARDOWN", "MAINTENANCE", "PROCESS_DEVELOPMENT", None),
    "emergency_stop": ("ARMED", "TRIGGERED", None),
    "packml_state": ("Idle", "Starting", "Execute", "Completing", "Complete", "Resetting", "Holding", "Held", "Unholding", "Suspending", "Suspended",
                     "Unsuspending", "Stopping", "Stopped", "Aborting", "Aborted", "Clearing", None),
    "packml_mode": ("Production", "Setup", "Manual", "Maintenance", None),
    "machinery_item_state": ("NotAvailable", "OutOfService", "NotExecuting", "Executing", None),
    "machinery_operation_mode": ("None", "Maintenance", "Setup", "Processing", None),
}  # fmt: skip
"""Every word of MTConnect, PackML and OPC 40001-1 for a state, and nothing."""
KNOWN = ("execution", "packml_state", "machinery_item_state")

moments = st.fixed_dictionaries({name: st.sampled_from(words) for name, words in SAID.items()})


@pytest.fixture(scope="module")
def library() -> Library:
    return load([PACKS / "kernel", PACKS / "factory"])


def true(library: Library, moment: dict[str, str | None]) -> list[str]:
    """The time elements that hold at a moment."""
    return [name for name in FOUR if (row := library.quantities[name].when) is not None and holds(row, moment)]


@given(moments)
def test_exactly_one_time_element_holds_while_a_state_is_known_and_none_while_it_is_not(library: Library, moment: dict[str, str | None]) -> None:
    assert len(true(library, moment)) == any(moment[name] is not None for name in KNOWN)


CASES = [
    ({"execution": "ACTIVE", "controller_mode": "AUTOMATIC"}, "producing"),
    ({"execution": "ACTIVE"}, "producing"),
    ({"execution": "ACTIVE", "controller_mode": "MANUAL_DATA_INPUT"}, "setting_up"),
    ({"execution": "READY", "functional_mode": "SETUP"}, "setting_up"),
    ({"execution": "FEED_HOLD", "controller_mode": "AUTOMATIC"}, "delayed"),
    ({"execution": "ACTIVE", "emergency_stop": "TRIGGERED"}, "delayed"),
    ({"execution": "READY", "controller_mode": "AUTOMATIC"}, "stopped"),
    ({"execution": "PROGRAM_COMPLETED"}, "stopped"),
    ({"packml_state": "EXECUTE"}, "producing"),
    ({"packml_state": "Held"}, "delayed"),
    ({"packml_state": "Aborted"}, "delayed"),
    ({"packml_state": "Idle"}, "stopped"),
    ({"machinery_item_state": "Executing", "machinery_operation_mode": "Processing"}, "producing"),
    ({"machinery_item_state": "Executing", "machinery_operation_mode": "Setup"}, "setting_up"),
    ({"machinery_item_state": "OutOfService"}, "delayed"),
    ({"machinery_item_state": "NotExecuting"}, "stopped"),
]


@pytest.mark.parametrize(("said", "element"), CASES, ids=[" ".join(filter(None, s.values())) for s, _ in CASES])
def test_what_a_machine_says_belongs_to_the_time_element_its_standard_names(library: Library, said: dict[str, str | None], element: str) -> None:
    assert true(library, said) == [element]
