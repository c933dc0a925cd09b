"""OPC UA: a client of any server of IEC 62541, by binary TCP."""
