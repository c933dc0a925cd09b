"""The language packs are written in: read, parse, type, resolve, lint. Bad content gives findings, never an exception."""
