"""The sentence and the table below the plots."""

from pathlib import Path

from crviz.dashboard.panels import Panel

PANEL = Panel(
    name="summary",
    folder=Path(__file__).parent,
    order=40,
    depends=("tensors", "pinned", "fitted", "omega_t", "theta", "phi"),
)
