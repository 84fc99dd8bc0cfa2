"""`crviz info`: what a result file holds."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from crviz.cli.arguments import Subparsers, complete, loaded
from crviz.config import NUMERICS_VERSION, is_current
from crviz.diffusion import unsettled
from crviz.result import Result, numbered, seeds_in_words


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    info = commands.add_parser("info", help="say what a result file holds")
    info.add_argument("result", metavar="RESULT.nc", type=Path)
    info.set_defaults(command=_info, prints=True)


def _info(options: argparse.Namespace) -> int:
    result = loaded(options.result, lazily=True)
    with complete(options.result):
        _describe(options.result, result)
    return 0


def _describe(path: Path, result: Result) -> None:
    config = result.config
    part = f", a part of a run: {numbered(result.fields)}" if result.fields.start else ""
    print(
        f"{path}: {result.n_realizations} realisations{part}, made by crviz "
        f"{result.dataset.attrs['crviz_version']} on {result.dataset.attrs['created']}"
    )
    for name, value in config.to_dict().items():
        if name == "omega_t":
            value = f"{len(value)} times from {value[0]:g} to {value[-1]:g} /Omega"
        elif name == "seed" and result.seeds:
            value = seeds_in_words(result.seeds)
        elif name == "step" and value is None:
            value = f"{config.resolved_step:g} /Omega (chosen)"
        print(f"  {name:<12} {value}")
    if not is_current(result.numerics):
        print(f"  note: computed with numerics {result.numerics}; this version has {NUMERICS_VERSION}.")
    elif not result.fused:
        print("  note: computed without fused multiply-adds, so that other machines find other last bits.")
    for caveat in config.caveats:
        print(f"  note: {caveat}")
    tensors = result.diffusion()
    print(f"at Omega T = {result.omega_t[-1]:g}, in units of r_L and Omega:")
    for gradient in ("parallel", "perpendicular"):
        spectrum = result.spectrum(gradient, estimator="plateau")
        k, k_error = (each[-1] for each in tensors.interval(gradient))
        running = tensors.along(gradient, "running")[0][-1]
        c1, error = spectrum.cl[1] / (4 * np.pi), spectrum.error[1] / (4 * np.pi)
        print(
            f"  {gradient:<14} K = {k:.3g} +- {k_error:.2g}   <r r>/2T = {running:.3g}   "
            f"C_1/4pi = {c1:.3g} +- {error:.2g}"
        )
        if words := unsettled(tensors, gradient):
            print(f"  {'':<14} {words}")
