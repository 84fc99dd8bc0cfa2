"""A Python script of a few lines that makes the numbers on the screen again."""

from __future__ import annotations

from crviz import library
from crviz.dashboard.state import State


def reproducing_script(state: State) -> str:
    """The script for what is shown: the same configuration, fields, gradient, time and estimator."""
    source = state.shown.source
    shipped = [library.shipped(path).digest for path in library.references()]
    recipe = source.recipe
    if source.digest in shipped:
        which = shipped.index(source.digest)
        recipe = f"crviz.load(crviz.library.{f'references()[{which}]' if which else 'reference()'})"
    theta, phi = state.gradient
    return (
        f'"""{state.shown.origin}, as crviz showed it."""\n\n'
        "import crviz\n\n"
        f"result = {recipe}\n"
        f"spectrum = result.spectrum(({theta!r}, {phi!r}), omega_t={state.omega_t!r}, "
        f"estimator={source.usable(state.estimator)!r})\n"
        f"analytic = crviz.theory.spectrum(spectrum.ell[1:], {state.p!r}, form={state.form!r})\n\n"
        'print("# ell", "C_l", "error")\n'
        "for ell, cl, error in zip(spectrum.ell, spectrum.cl, spectrum.error):\n"
        "    print(ell, cl, error)\n"
        f'print("p =", {state.p!r}, "C_2/C_1 =", analytic[1] / analytic[0])\n'
    )
