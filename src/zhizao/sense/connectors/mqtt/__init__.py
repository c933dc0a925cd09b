"""Values on topics of an MQTT broker: plain numbers and words, or JSON."""
