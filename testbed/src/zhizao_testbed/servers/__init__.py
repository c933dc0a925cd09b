"""The protocols a plant speaks: each server takes what machines say and tells it to whoever connects."""
