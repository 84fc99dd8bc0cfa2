"""How often the interval of p holds the truth of skies of simulated fields: a table of docs/validation.md.

    python validation/single_skies.py FOLDER

draws 300 fields of the paper's configuration other than those of the shipped run, follows their orbits to
Omega T = 100, and keeps what is finished in FOLDER, so that it goes on where it was stopped. Each is seen
with two directions of B0. The true p is the one that is fitted to the mean of these skies.
"""

import dataclasses
import sys
from pathlib import Path

import numpy as np

from crviz import Config, ensemble, interpretation, library, observations, spectra
from crviz.gradient import gradient_vector
from crviz.observations import ObservedSpectrum, Orientation

FIELDS, FIRST_SEED = 300, 5000
ORIENTATIONS = (Orientation(), Orientation(140, -20, 33))
GRADIENTS = {"parallel": (0.0, 0.0), "perpendicular": (np.pi / 2, 0.0)}
#: Beyond it the pixels' noise is more than the power.
LAST = 11
PIXELS = 12 * 32**2


def sky(folder: Path, number: int) -> np.ndarray:
    """Positions (3, pixels) at Omega T = 100 in a field of its own."""
    path = folder / f"{number}.npy"
    if not path.exists():
        result = ensemble.run(Config(nside=32, omega_t=(100.0,), seed=FIRST_SEED + number), 1)
        unfinished = path.with_suffix(".part.npy")
        np.save(unfinished, result.dataset["sample_r"].values[-1].astype(np.float32))
        unfinished.rename(path)
    return np.load(path).astype(float)


def published(one: ObservedSpectrum, cl: np.ndarray, noise: float) -> ObservedSpectrum:
    """A sky's spectrum as if it had been published."""
    ell = one.ell[: cl.size]
    cut = {"error": one.error[:, : cl.size], "hidden": one.hidden[: cl.size]}
    return dataclasses.replace(one, ell=ell, cl=cl, noise=noise, **cut)


def table(folder: Path) -> None:
    """Print a row for each window, gradient and kind of scatter."""
    maps = [sky(folder, number) for number in range(FIELDS)]
    print("| window | gradient | scatter | true p | held | mean width |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for one in observations.spectra()[:2]:
        seen = np.array([observations.sky_as_observed(one, each, to) for to in ORIENTATIONS for each in maps])
        share = one.field_of_view.f_sky if one.pseudo else 1.0
        for name, gradient in GRADIENTS.items():
            square = np.mean([np.mean((gradient_vector(gradient) @ each) ** 2) for each in maps])
            row(one, name, spectra.contract(seen, gradient), share * 4 * np.pi * square / PIXELS)


def row(one: ObservedSpectrum, gradient: str, cl: np.ndarray, noise: float) -> None:
    """Print how skies (n, L) are fitted that scatter as Gaussian or as simulated ones."""
    ell = one.ell[one.ell <= LAST]
    true = interpretation.fit_observed(published(one, cl.mean(0), noise), ell=ell).p
    scatter = interpretation.excess_scatter(library.shipped(), gradient, omega_t=100.0, estimator="cross")
    for kind, excess in (("Gaussian", None), ("simulated", scatter)):
        skies = [published(one, each, noise) for each in cl]
        fits = [interpretation.fit_observed(each, ell=ell, excess=excess) for each in skies]
        held = np.mean([fit.low <= true <= fit.high for fit in fits])
        width = np.mean([fit.high - fit.low for fit in fits])
        print(f"| {one.label} | {gradient} | {kind} | {true:.2f} | {held:.3f} | {width:.2f} |", flush=True)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    table(place)
