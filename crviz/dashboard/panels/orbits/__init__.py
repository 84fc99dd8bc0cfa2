"""Neighbouring orbits, in 3D."""
