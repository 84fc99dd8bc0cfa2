"""`crviz info`: what a result file holds."""

from __future__ import annotations

from pathlib import Path

from crviz.gradient import gradient_tensor
from crviz.result import load


def add(commands):
    """Declare the command and its options."""
    info = commands.add_parser("info", help="say what a result file holds")
    info.add_argument("result", metavar="RESULT.nc", type=Path)
    info.set_defaults(command=_info)


def _info(options):
    result = load(options.result)
    config = result.config
    print(
        f"{options.result}: {result.n_realizations} realisations, made by crviz "
        f"{result.dataset.attrs['crviz_version']} on {result.dataset.attrs['created']}"
    )
    for name, value in config.to_dict().items():
        if name == "omega_t":
            value = f"{len(value)} times from {value[0]:g} to {value[-1]:g} /Omega"
        elif name == "step" and value is None:
            value = f"{config.resolved_step:g} /Omega (chosen)"
        print(f"  {name:<12} {value}")
    for caveat in config.caveats:
        print(f"  note: {caveat}")
    tensors = result.diffusion()
    print(f"at Omega T = {result.omega_t[-1]:g}, in units of r_L and Omega:")
    for label, gradient in (("parallel", "parallel"), ("perpendicular", "perpendicular")):
        g = gradient_tensor(gradient)
        spectrum = result.spectrum(gradient, estimator="plateau")
        k, running = ((g * tensor[-1]).sum() for tensor in (tensors.k, tensors.running))
        c1, error = spectrum.cl[1], spectrum.error[1]
        print(
            f"  {label:<14} K = {k:.3g}   <r r>/2T = {running:.3g}   "
            f"C_1/4pi = {c1 / 12.566370614:.3g} +- {error / 12.566370614:.2g}"
        )
    return 0
