"""The messages of Sparkplug B on the wire, described to protobuf at run time: no generated code, nothing to compile.

Source: Eclipse Sparkplug 3.0, package org.eclipse.tahu.protobuf. ``Shell`` is the same ``Payload`` with its metrics left as bytes, to be read by columns.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

COMPRESSED, LIMIT = "SPBV1.0_COMPRESSED", 16 << 20
"""The uuid of a payload whose body is a compressed payload, and how large that may become."""

_VALUE = "int_value:uint32=%d long_value:uint64=%d float_value:float=%d double_value:double=%d"
_MESSAGES = {
    "Shell": "timestamp:uint64=1 *metrics:bytes=2 seq:uint64=3 uuid:string=4 body:bytes=5",
    "Payload": "timestamp:uint64=1 *metrics:Metric=2 seq:uint64=3 uuid:string=4 body:bytes=5",
    "Metric": "name:string=1 alias:uint64=2 timestamp:uint64=3 datatype:uint32=4 is_historical:bool=5 is_transient:bool=6 is_null:bool=7"
    " metadata:MetaData=8 properties:PropertySet=9 | " + _VALUE % (10, 11, 12, 13) + " boolean_value:bool=14"
    " string_value:string=15 bytes_value:bytes=16 dataset_value:DataSet=17 template_value:Template=18",
    "MetaData": "is_multi_part:bool=1 content_type:string=2 size:uint64=3 seq:uint64=4 file_name:string=5 file_type:string=6 md5:string=7 description:string=8",
    "PropertySet": "*keys:string=1 *values:PropertyValue=2",
    "PropertySetList": "*propertyset:PropertySet=1",
    "PropertyValue": "type:uint32=1 is_null:bool=2 | " + _VALUE % (3, 4, 5, 6) + " boolean_value:bool=7 string_value:string=8"
    " propertyset_value:PropertySet=9 propertysets_value:PropertySetList=10",
    "DataSet": "num_of_columns:uint64=1 *columns:string=2 *types:uint32=3 *rows:Row=4",
    "Row": "*elements:DataSetValue=1",
    "DataSetValue": "| " + _VALUE % (1, 2, 3, 4) + " boolean_value:bool=5 string_value:string=6",
    "Template": "version:string=1 *metrics:Metric=2 *parameters:Parameter=3 template_ref:string=4 is_definition:bool=5",
    "Parameter": "name:string=1 type:uint32=2 | " + _VALUE % (3, 4, 5, 6) + " boolean_value:bool=7 string_value:string=8",
}
"""Fields as name:type=number; ``*`` may come many times; of those after ``|`` one at most is there."""


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="sparkplug", syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        plain, bar, choice = fields.partition("|")
        message.field.extend(map(_field, plain.split()))
        if bar:
            message.oneof_decl.add(name="value")
        for word in choice.split():
            message.field.append(_field(word))
            message.field[-1].oneof_index = 0
    return file


def _field(word: str) -> descriptor_pb2.FieldDescriptorProto:
    kinds = descriptor_pb2.FieldDescriptorProto
    name, _, rest = word.lstrip("*").partition(":")
    kind, _, number = rest.partition("=")
    label = kinds.LABEL_REPEATED if word.startswith("*") else kinds.LABEL_OPTIONAL
    if kind in _MESSAGES:
        return kinds(name=name, number=int(number), label=label, type=kinds.TYPE_MESSAGE, type_name=f".sparkplug.{kind}")
    return kinds(name=name, number=int(number), label=label, type=getattr(kinds, f"TYPE_{kind.upper()}"))


_pool = descriptor_pool.DescriptorPool()
_pool.Add(_file())
Shell, Payload, Metric = (message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"sparkplug.{name}")) for name in ("Shell", "Payload", "Metric"))

Unreadable = (DecodeError, UnicodeDecodeError, ValueError, zlib.error)
"""What reading bytes that are no Sparkplug may raise."""


def shell(payload: bytes) -> Any:
    """A payload with its metrics as bytes, unpacked where it was compressed.

    Raises:
        Unreadable: it is none.
    """
    found = Shell.FromString(payload)
    if found.uuid != COMPRESSED:
        return found
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # with the header of zlib or of gzip
    body = unpacking.decompress(found.body, LIMIT)
    if not unpacking.eof:
        raise ValueError(f"a compressed body that is cut short, or larger than {LIMIT} bytes")
    return Shell.FromString(body)


def read_metric(raw: bytes) -> Any:
    """A metric, None where the bytes are none."""
    try:
        found = Metric.FromString(raw)
    except DecodeError:
        return None
    # of words that are no UTF-8 protobuf gives the bytes
    return found if isinstance(found.name, str) and isinstance(found.string_value, str) else None


def properties(metric: Any) -> Iterator[tuple[str, Any]]:
    """The properties of a metric that have a value."""
    for key, value in zip(metric.properties.keys, metric.properties.values, strict=False):
        if kind := value.WhichOneof("value"):
            yield key, getattr(value, kind)
