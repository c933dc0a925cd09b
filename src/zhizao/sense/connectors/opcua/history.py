"""What a server kept while nobody listened.

Source: IEC 62541-11 (ReadRaw with continuation points).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from asyncua import Client, ua

from zhizao.sense.connectors.opcua.reading import EPOCH, time_us

VALUES = 5_000
"""Values in one answer."""


async def missed(client: Client, node: ua.NodeId, since_us: int) -> AsyncIterator[list[ua.DataValue]]:
    """Every value of a node that is newer than a time, oldest first, as many at a time as one answer holds.

    Raises:
        UaError: the server keeps no history of it after all.
    """
    details = ua.ReadRawModifiedDetails(
        IsReadModified=False, StartTime=EPOCH + timedelta(microseconds=since_us), NumValuesPerNode=VALUES, ReturnBounds=False
    )
    details.EndTime = details.StartTime + timedelta(days=36_500)
    asked, more = client.get_node(node), None
    while True:
        answer = await asked.history_read(details, more)
        answer.StatusCode.check()
        kept = getattr(answer.HistoryData, "DataValues", None) or []
        yield [said for said in kept if time_us(said, 0) > since_us]
        if not answer.ContinuationPoint or answer.ContinuationPoint == more:
            return
        more = answer.ContinuationPoint
