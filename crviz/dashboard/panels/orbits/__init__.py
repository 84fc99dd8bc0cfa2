"""Orbits that part, in 3D."""
