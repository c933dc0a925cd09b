"""What births say of the machines behind them: devices, metrics, units, present values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from zhizao.model.text import Text
from zhizao.sense.connectors.mqtt.link import Heard
from zhizao.sense.connectors.sparkplug.catalogue import is_command
from zhizao.sense.connectors.sparkplug.topic import Topic, read
from zhizao.sense.connectors.sparkplug.values import kind_name, unit_of, value_of
from zhizao.sense.connectors.sparkplug.wire import Unreadable, read_metric, shell
from zhizao.sense.source import Described, Description, Device

_NOBODY = Text("等待期间没有边缘节点发布出生消息；请确认组名，以及节点是否响应重生请求", "no edge node was born while we waited; check the name of the group, and whether nodes answer requests for rebirth")


def described(births: Iterable[Heard]) -> Description:
    """The description that birth messages give together; what cannot be read is named in a remark."""
    devices: dict[str, Device] = {}
    addresses: list[Described] = []
    remarks: list[Text] = []
    for message in births:
        try:
            topic, metrics = read(message.topic), list(_metrics(message))
        except Unreadable as error:
            remarks.append(Text(f"{message.topic} 的出生消息无法读取：{error}", f"the birth on {message.topic} cannot be read: {error}"))
            continue
        devices |= {d.id: d for d in _devices(topic)}
        addresses += [_address(topic, metric) for metric in metrics if metric.name and not is_command(metric.name)]
    return Description(tuple(devices.values()), tuple(addresses), remarks=tuple(remarks) or (() if devices else (_NOBODY,)))


def _devices(topic: Topic) -> Iterator[Device]:
    """An edge node is mostly a gateway: what is attached to it is a machine of its own, and no part of it."""
    yield Device(topic.edge, topic.edge, about="edge node")
    if topic.device:
        yield Device(topic.speaker, topic.device, about="device")


def _metrics(message: Heard) -> Iterator[Any]:
    return (metric for raw in shell(message.payload).metrics if (metric := read_metric(raw)) is not None)


def _address(topic: Topic, metric: Any) -> Described:
    return Described(f"{topic.speaker}/{metric.name}", topic.speaker, metric.name, kind_name(metric.datatype), unit_of(metric), _example(metric))


def _example(metric: Any) -> str:
    try:
        value, text = value_of(metric, metric.datatype)
    except Unreadable:
        return ""
    return text if text is not None else f"{value:g}"
