"""Kinds of turbulence: one file each, found by name.

A kind is a `Model`: what parameters it has, and what waves it draws from random numbers. It knows no
`Config`, no kernel and no page; they know no kind.
"""

from __future__ import annotations

from crviz.turbulence.model import Model, Settings, Waves
from crviz.turbulence.registry import get, install, known, register, unregister

__all__ = ["Model", "Settings", "Waves", "get", "install", "known", "register", "unregister"]
