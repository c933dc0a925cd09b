"""Sparkplug B 3.0, as a host application: edge nodes are born, say what changed, and die; nothing of it is lost unnoticed."""
