"""Modbus TCP: a client that polls the registers a map names."""
