"""What the pointer reads off the sky map, in figures of Bokeh."""

from __future__ import annotations

from typing import Any

from bokeh.models import CustomJSHover, HoverTool

# worked out in the browser from the place in the picture: the inverse projection
_ANGLES = """
    const x = special_vars.x, y = special_vars.y
    if (x*x/4 + y*y >= 1) return "-"
    const a = Math.asin(y)
    const latitude = Math.asin((2*a + Math.sin(2*a))/Math.PI)
    const azimuth = -Math.PI*x/(2*Math.cos(a))*180/Math.PI
    return format == "theta" ? (90 - latitude*180/Math.PI).toFixed(1) : ((azimuth + 360) % 360).toFixed(1)
"""


def sky_hover(value: str | None = None, **options: Any) -> HoverTool:
    """A HoverTool that says angles and relative intensity over an image in the Mollweide projection.

    Parameters
    ----------
    value
        JavaScript that gives the intensity at x, y; None takes the image's own values.
    """
    formatters: dict[str, Any] = {axis: CustomJSHover(code=_ANGLES) for axis in ("$x", "$y")}
    if value is not None:
        code = f"const {{x, y}} = special_vars; return {value}?.toFixed(3) ?? '-'"
        formatters["$sx"] = CustomJSHover(code=code)
    intensity = "@image{0.000}" if value is None else "$sx{custom}"
    return HoverTool(
        tooltips=[("θ from B₀", "$x{theta}°"), ("azimuth", "$y{phi}°"), ("δI [r_L |∇n|/n]", intensity)],
        formatters=formatters,
        **options,
    )
