"""Diffusion as others have it: the limit that follows from the equations, and what simulations found.

Rows of docs/validation.md: who states what, with which definitions, what we find, and whether that is the
same. Fits that could not be looked up are not quoted: ours are for those who have them at hand.
"""

import numpy as np

from crviz import Config, atlas, simulate
from crviz.atlas import AtlasPoint
from figures import both
from rows import pm

#: Of the default spectrum [L_c]: the integral of <b(0).b(s)>/<b^2> from s = 0 on.
L_CORR = 0.8672
LOW, HIGH = 0.02, 0.1
LATE = 300.0


def isotropic_limit() -> tuple[str, str]:
    """D where B0 is a thousandth of the field and the gyroradius in the whole of "
    "it 3 L_c; 3200 waves."""
    r, sigma2 = 3.0, 1e6
    strength = np.sqrt(1 + sigma2)
    scattering = 2 * r / (L_CORR * strength)  # how long one takes: 2 r^2 / L_corr over r_L
    times = tuple(scattering * np.linspace(3, 7, 9))
    config = Config(sigma2=sigma2, rl_over_lc=r * strength, n_modes=3200, nside=2, omega_t=times)
    *_, result = simulate(config, 200)
    k = -np.einsum("rtii->r", result.dataset["rp"].values[:, 4:]) / 3 / 5 * config.rl_over_lc
    value, error = (each * L_CORR / r**2 for each in (k.mean(), k.std(ddof=1) / np.sqrt(len(k))))
    return f"r = 3 L_c, N = 3200, 200 fields: D L_corr/r² = {pm(value, error)} for 2/3", "yes"


def mean_free_path(place: AtlasPoint, gradient: str) -> tuple[float, float]:
    """3 D in units of L_c (speed 1) at a late time, and its error."""
    at = place.time_index(LATE)
    value, error = (each[at] for each in place.diffusion().along(gradient))
    return 3 * value * place.config.rl_over_lc, 3 * error * place.config.rl_over_lc


def scaling(gradient: str, sigma2: float) -> str:
    """d ln lambda / d ln r_L between two places of the atlas."""
    ends = [
        mean_free_path(atlas.load().interpolate(sigma2=sigma2, rl_over_lc=rl), gradient) for rl in (LOW, HIGH)
    ]
    (low, low_error), (high, high_error) = ends
    span = np.log(HIGH / LOW)
    return pm(np.log(high / low) / span, np.hypot(low_error / low, high_error / high) / span)


def kolmogorov() -> tuple[str, str]:
    """The growth of the mean free path with rigidity where there are resonant waves."""
    strengths = (1.0, 2.0, 5.0)
    found = both(lambda gradient: ", ".join(scaling(gradient, sigma2) for sigma2 in strengths))
    place = atlas.load().interpolate(sigma2=1.0, rl_over_lc=LOW)
    local = both(lambda gradient: f"{place.regime(gradient).exponent[place.time_index(LATE)]:.2f}")
    return (
        f"exponent of λ between r_L = {LOW} and {HIGH} L_c, Ω T = {LATE:g}, σ² = 1, 2, 5: {found}; "
        f"at σ² = 1, r_L = {LOW} L_c the exponent a of ⟨r²⟩ ~ T^a is {local} then",
        "along B₀ at σ² = 2; at 1 orbits are not yet diffusive, at 5 turbulence is "
        "strong. Across B₀ there is "
        "no asymptote by then: no test",
    )


def ratios() -> tuple[str, str]:
    """K_perp over K_par at the paper's rigidity."""
    found = []
    for sigma2 in (0.1, 0.5, 1.0, 5.0):
        place = atlas.load().interpolate(sigma2=sigma2, rl_over_lc=HIGH)
        along, across = (mean_free_path(place, gradient) for gradient in ("parallel", "perpendicular"))
        ratio = across[0] / along[0]
        found.append(
            f"{pm(ratio, ratio * np.hypot(along[1] / along[0], across[1] / across[0]))} ({sigma2:g})"
        )
    return (
        f"K_⊥/K_∥ at r_L = {HIGH} L_c = {HIGH / L_CORR:.3f} L_corr, Ω T = {LATE:g} (σ²): {', '.join(found)}",
        "yes; their numbers are not compared, since they could not be looked up",
    )


PUBLISHED = (
    (
        "isotropic limit: D → 2 r²/(3 L_corr) for r ≫ L_corr without B₀. From p' = p × "
        "b/r momenta forget "
        "themselves at the rate ν = (2/3r²) ∫g ds, g the correlation of a component of "
        "b across the path, "
        "g(0) = 1; ∇·b = 0 makes the integral 3/4 L_corr; D = 1/3ν. r: gyroradius in "
        "the rms field; L_corr: "
        "∫⟨b(0)·b(s)⟩ds/⟨b²⟩ from 0 on, 0.867 L_c",
        isotropic_limit,
    ),
    (
        "Kolmogorov's spectrum, quasi-linear: λ_∥ = 3D_∥/v ∝ r_L^(1/3) where there are "
        "resonant waves. Kuhlen, "
        "Phan & Mertsch 2022 (arXiv:2211.05881 and 2211.05882, abstracts) find that of "
        "λ_∥, and of λ_⊥ at the "
        "lowest rigidities; above them λ_⊥ grows faster, for which field lines that "
        "are subdiffusive are named",
        kolmogorov,
    ),
    (
        "diffusion across B₀ is slower than along it (Giacalone & Jokipii 1999, whose "
        "sum of waves section 3 of "
        "the paper takes; Candia & Roulet 2004, arXiv:astro-ph/0408054, with fits of "
        "D_∥, D_⊥ and D_A against "
        "rigidity and σ²)",
        ratios,
    ),
)
