"""The log that takes the stream: what a source delivered is on the disk here before the source is told so, and goes into segments later."""
