"""SHDR, the lines MTConnect adapters send: over a socket, or in a file that was recorded from one."""
