"""What the paper's text states of its Figures 1 and 2, each with our figure from the shipped result.

Rows of docs/validation.md: what is stated, what we find, and whether that is the same.
"""

from collections.abc import Callable

import numpy as np

from crviz import interpretation, observations, theory
from crviz.arrays import Array
from crviz.diffusion.settling import change
from rows import GRADIENTS, covariances_known, index, pm, reference

LOW = np.arange(2, 13)
WIDE = np.arange(2, 31)
#: As far as the estimate of Eq. 9 stays positive for both gradients.
PAPERS = np.arange(2, 20)


def covariance(gradient: str, omega_t: float, ell: Array) -> Array:
    """Between some multipoles of the cross spectrum of the shipped result; variances where it has no more."""
    if covariances_known():
        return reference().covariance(gradient, omega_t=omega_t, estimator="cross")[np.ix_(ell, ell)]
    return reference().spectrum(gradient, omega_t=omega_t, estimator="cross").error[ell] ** 2


def both(say: Callable[[str], str]) -> str:
    """What a function of a gradient says of both, in one line."""
    return "; ".join(f"{name} {say(gradient)}" for gradient, name in GRADIENTS.items())


def excess(gradient: str, omega_t: float) -> str:
    """C_1 over the standard one, with the errors of both added as if independent."""
    one = reference().spectrum(gradient, omega_t=omega_t, estimator="cross")
    value, error = (each[index(omega_t)] for each in reference().standard_dipole(gradient))
    ratio = one.cl[1] / value
    return pm(ratio, ratio * np.hypot(error / value, one.error[1] / one.cl[1]))


def standard_dipole() -> tuple[str, str]:
    """The dipole of the ensemble mean against the mean dipole."""
    return "smaller at all late times: C_1/C_1^std = " + both(
        lambda g: f"{excess(g, 100)} at Ω T = 100, {excess(g, 300)} at 300"
    ), "yes"


def perpendicular_excess() -> tuple[str, str]:
    """The same across the field."""
    return f"{excess('perpendicular', 100)} at Ω T = 100 and {excess('perpendicular', 300)} at 300", "yes"


def growth_exponent(values: Array, errors: Array, times: Array) -> str:
    """d ln C / d ln T between two times and its error, as if independent."""
    span = np.log(times[1] / times[0])
    return pm(np.log(values[1] / values[0]) / span, np.hypot(*(errors / values)) / span)


def monopole() -> tuple[str, str]:
    """How C_0 grows late."""

    def say(gradient: str) -> str:
        cl = reference().evolution(gradient)
        at = [index(100), index(300)]
        return growth_exponent(cl.cl[at, 0], cl.error[at, 0], cl.omega_t[at])

    return f"d ln C_0 / d ln T between Ω T = 100 and 300: {both(say)}", (
        "it grows, along B₀ more slowly than in proportion to T still"
    )


def noise_dominates() -> tuple[str, str]:
    """The share of pixel noise in one grid's spectrum, from that of two."""

    def say(gradient: str) -> str:
        shares = []
        for omega_t in (100, 300):
            total, cross = (
                reference().spectrum(gradient, omega_t=omega_t, estimator=name).cl
                for name in ("none", "cross")
            )
            shares.append(f"{1 - cross[9] / total[9]:.0%} at {omega_t}")
        return ", ".join(shares)

    def half(omega_t: float, gradient: str) -> int:
        total, cross = (
            reference().spectrum(gradient, omega_t=omega_t, estimator=name).cl for name in ("none", "cross")
        )
        return int(np.flatnonzero(cross[1:] < total[1:] / 2)[0]) + 1

    return (
        f"noise in C_9 of one grid of nside 32, Ω T = 100 and 300: {both(say)}; it is more than half of C_ℓ "
        f"from ℓ = {both(lambda g: str(half(300, g)))} on at 300"
    ), "yes, beyond those multipoles"


def transition() -> tuple[str, str]:
    """The exponent of the mean square, 2 ballistic and 1 diffusive, and by how much K still changes."""

    def say(gradient: str) -> str:
        found, times = reference().regime(gradient), (10, 30, 100, 300)
        growth = change(reference().omega_t, *reference().diffusion().interval(gradient))
        pairs = (found.exponent, found.error), growth
        return " and ".join(
            ", ".join(pm(*(each[index(t)] for each in pair)) for t in times) for pair in pairs
        )

    return f"exponent of ⟨(r·g)²⟩ ~ T^a and K(T)/K(T/2) at Ω T = 10, 30, 100, 300: {both(say)}", (
        "transition, yes; along B₀ K is at rest from some 150 on, across B₀ it falls at 300 still"
    )


def multipoles_stay_finite() -> tuple[str, str]:
    """Late growth of some multipoles."""

    def say(gradient: str) -> str:
        early, late = (reference().spectrum(gradient, omega_t=t, estimator="cross") for t in (100, 300))
        ratio, error = late.cl / early.cl, np.hypot(late.error / late.cl, early.error / early.cl)
        return ", ".join(f"C_{ell} {pm(ratio[ell], ratio[ell] * error[ell], 1)}" for ell in (1, 2, 5, 9))

    return f"C_ℓ at Ω T = 300 over that at 100: {both(say)}", "yes; across B₀ they fall by a third"


def slope() -> tuple[str, str]:
    """Without a noise floor and with the noise of Eq. 9 taken off."""

    def say(gradient: str) -> str:
        cross, eq9 = (
            reference().spectrum(gradient, omega_t=100, estimator=name).cl for name in ("cross", "eq9")
        )
        ours = [
            pm(*theory.slope(ell, cross[ell], covariance=covariance(gradient, 100, ell)))
            for ell in (LOW, WIDE)
        ]
        steep, low = (theory.slope(ell, eq9[ell])[0] for ell in (PAPERS, LOW))
        whole = theory.slope(np.r_[1, LOW], cross[np.r_[1, LOW]])[0]
        return (
            f"{ours[0]} over ℓ = 2–12, {ours[1]} over 2–30; dipole included {whole:.2f} over 1–12; "
            f"with Eq. 9 subtracted {low:.2f} over 2–12, {steep:.2f} over 2–19"
        )

    curve = theory.slope(LOW, theory.spectrum(LOW, 0.5))[0]
    return (
        f"slopes against ℓ + 1/2, Ω T = 100, two grids: {both(say)} (p = 1/2 itself: {curve:.2f} over 2–12)",
        "roughly, with Eq. 9's noise subtracted; without a noise floor the fall beyond the dipole is slower",
    )


def one_half() -> tuple[str, str]:
    """The curve of p = 1/2 and the best p."""

    def say(gradient: str) -> str:
        cl = reference().spectrum(gradient, omega_t=100, estimator="cross")
        ratio = cl.cl / cl.cl[1]
        apart = ratio[WIDE] / (theory.spectrum(WIDE, 0.5) / theory.spectrum(1, 0.5))
        fit = interpretation.fit_power_law(reference(), gradient, omega_t=100, estimator="cross", ell=LOW)
        return (
            f"C_ℓ/C_1 over the curve between {apart.min():.2f} and {apart.max():.2f} for ℓ = 2–30; "
            f"best p {pm(fit.p, fit.p_error)}, χ² = {fit.chi2:.0f} for {fit.dof} (ℓ = 2–12)"
        )

    return both(say), "in order of magnitude up to ℓ of about 10, not as a fit: no single power law does it"


def eq9_estimator() -> tuple[str, str]:
    """Where the estimate of Eq. 9 turns negative."""

    def say(gradient: str) -> str:
        cl = reference().spectrum(gradient, omega_t=100, estimator="eq9").cl
        return f"{int(np.flatnonzero(cl[1:] < 0)[0]) + 1}"

    return (
        f"Eq. 9 takes off too much at Ω T = 100: C^_ℓ is negative from ℓ = {both(say)} on (nside 32)",
        "no: pixels are not yet independent; the cross spectrum needs no such term",
    )


def cosmic_variance() -> tuple[str, str]:
    """Scatter from field to field against that of Gaussian skies."""

    def say(gradient: str) -> str:
        one = reference().spectrum(gradient, omega_t=100, estimator="cross")
        scatter = one.error * np.sqrt(reference().n_realizations) / one.cl
        return ", ".join(f"{scatter[ell]:.2f}" for ell in (1, 2, 3, 5))

    stated = ", ".join(f"{np.sqrt(2 / (2 * ell + 1)):.2f}" for ell in (1, 2, 3, 5))
    return f"relative scatter of C_1, C_2, C_3, C_5 from field to field: {both(say)}; stated {stated}", (
        "too small, more so at higher ℓ: fields are not Gaussian skies"
    )


def data() -> tuple[str, str]:
    """A later observed spectrum beside the simulated one."""
    seen = observations.spectrum(observations.WIDEST)
    inside = (seen.ell >= 2) & (seen.ell <= 12)
    observed = theory.slope(seen.ell[inside], seen.cl[inside])[0]

    def say(gradient: str) -> str:
        found = observations.compare(seen, reference().spectrum(gradient, omega_t=100, estimator="cross").cl)
        within = (found.ell >= 2) & (found.ell <= 12)
        ratio = (found.observed / found.simulated)[within]
        return f"{ratio.min():.2f} to {ratio.max():.2f}"

    return (
        f"{seen.name}: slope {observed:.2f} over ℓ = 2–12; observed over simulated, ℓ = 2–12, both over "
        f"their dipole and the simulation put through the same window: {both(say)}; {speaks_for(seen)}"
    ), "these later data fall more steeply beyond the dipole than a simulation without a noise floor"


def speaks_for(observed: observations.ObservedSpectrum) -> str:
    """The power of an observed sky, in words."""
    fit = interpretation.fit_observed(observed)
    return (
        f"as one Gaussian sky of Eq. 16, ℓ = {fit.ell[0]}–{fit.ell[-1]}, it speaks for p = {fit.p:.2f} "
        f"({fit.low:.2f} to {fit.high:.2f})"
    )


FIGURE_1 = (
    ("the standard dipole is below the ensemble average", standard_dipole),
    ("across B₀ the asymptotic values differ by about one order of magnitude", perpendicular_excess),
    ("the monopole grows with T (Eq. 7)", monopole),
    ("multipoles ℓ ≥ 1 stay finite at large T", multipoles_stay_finite),
    ("at large T high multipoles are dominated by noise", noise_dominates),
    ("Ω T = 100 is about the transition into diffusion", transition),
)
FIGURE_2 = (
    ("p = 1/2 is close to the ℓ^−3 of the data, and the simulation agrees with both", slope),
    ("agreement with ν_r ∝ (1−x)^(1/2)", one_half),
    ("C^_ℓ = ⟨C_ℓ⟩ − N with N from Eq. 9 is the best estimator", eq9_estimator),
    ("cosmic variance 2C_ℓ²/(2ℓ+1)", cosmic_variance),
    ("the simulation agrees well with IceCube and HAWC", data),
)
