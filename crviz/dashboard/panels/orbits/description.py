"""The card of the orbits, whose content is a component of its own (view.py)."""

from pathlib import Path

from crviz.dashboard.panels import Panel

PANEL = Panel(
    name="orbits",
    folder=Path(__file__).parent,
    order=50,
    heading="Neighbouring orbits",
    depends=("omega_t",),
    of_panel=True,
    wide=True,
)
