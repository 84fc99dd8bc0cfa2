"""A Python script of a few lines that makes the numbers on the screen again."""

from __future__ import annotations

import dataclasses

from crviz import library
from crviz.config import Config


def reproducing_script(state):
    """The script for what is shown: the same configuration, fields, gradient, time and estimator.

    Parameters
    ----------
    state : State

    Returns
    -------
    str
    """
    shown = state.shown
    theta, phi = state.gradient
    gradient = f"({theta!r}, {phi!r})"
    estimator = shown.usable(state.estimator)
    if shown.result is None:
        source = (
            f"place = crviz.atlas.load().interpolate({shown.config.sigma2!r}, {shown.config.rl_over_lc!r})\n"
            f"spectrum = place.spectrum({gradient}, {state.omega_t!r})\n"
        )
        imports = "import crviz.atlas\nimport crviz.theory\n"
    elif shown.result.digest == library.shipped().digest:
        source = (
            "result = crviz.load(crviz.library.reference())\n"
            f"spectrum = result.spectrum({gradient}, {state.omega_t!r}, {estimator!r})\n"
        )
        imports = "import crviz\n"
    else:
        source = (
            f"config = crviz.Config({settings(shown.config)})\n"
            f"result = crviz.run(config, realizations={shown.n_realizations})\n"
            f"spectrum = result.spectrum({gradient}, {state.omega_t!r}, {estimator!r})\n"
        )
        imports = "import crviz\n"
    return (
        f'"""{shown.origin}, as crviz showed it."""\n\n{imports}\n{source}'
        f"analytic = crviz.theory.spectrum(spectrum.ell[1:], {state.p!r}, form={state.form!r})\n\n"
        "for ell, cl, error in zip(spectrum.ell, spectrum.cl, spectrum.error):\n"
        "    print(ell, cl, error)\n"
        'print("p =", ' + repr(state.p) + ', "C_2/C_1 =", analytic[1] / analytic[0])\n'
    )


def settings(config):
    """The arguments of a Config that differ from the defaults."""
    changed = [
        f"{field.name}={getattr(config, field.name)!r}"
        for field in dataclasses.fields(Config)
        if getattr(config, field.name) != field.default
    ]
    return ", ".join(changed)
