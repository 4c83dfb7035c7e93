"""Reads of the cover floor."""
