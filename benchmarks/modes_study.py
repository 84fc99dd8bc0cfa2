"""Does the number of waves matter, and the range of their lengths, and the integration step?

    python benchmarks/modes_study.py [FOLDER]     # prints the tables, draws docs/modes*.svg

The paper does not give its N. Here C_1, C_2/C_1 and the slope at Omega T = 100, and the mean of K over
Omega T = 50 to 100, are measured while one of N, lambda_min, lambda_max and the step varies, at two points of
(sigma^2, r_L/L_c); and K alone where r_L is 10 times L_c. FOLDER keeps the results (by default one in the
system's folder of temporary files): what is there is not simulated again.

The random numbers of a field depend on the seed, its index and N. Variants of the same N share them, and
their differences are taken field by field; between different N fields are independent.
"""

import argparse
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from crviz import Config, simulate, theory
from crviz.library import Library
from crviz.spectra import contract
from crviz.waves import wave_spectrum

DOCS = Path(__file__).parents[1] / "docs"
GRADIENTS = ("parallel", "perpendicular")
#: Of the pairs of grids: low multipoles and K want many fields, the slope finer grids.
COARSE, FINE = 4, 8
#: Multipoles that the slope is read from, up to what is resolved in the fewest fields.
SLOPE_ELL = np.arange(2, 13)
QUANTITIES = ("K ∥", "K ⊥", "C_1/4π ∥", "C_1/4π ⊥", "C_2/C_1 ∥", "C_2/C_1 ⊥")
SLOPES = ("slope ∥", "slope ⊥")
NAMES = (*QUANTITIES, *SLOPES)
#: What may be given relative to the reference; slopes are differences as they are.
_PER_CENT = len(QUANTITIES)
_STORE_EVERY = 200


@dataclass(frozen=True)
class Variant:
    """A configuration that differs from its reference in one thing.

    Attributes
    ----------
    what, value : str, float
    config : Config
    fields : {nside: int}
    """

    what: str
    value: float
    config: Config
    fields: dict


@dataclass(frozen=True)
class Point:
    """A place in (sigma^2, r_L/L_c), with what is varied there; variants of N first."""

    name: str
    config: Config
    lambda_min: tuple
    lambda_max: tuple
    steps: tuple
    color: str
    mark: str

    def variants(self):
        """All `Variant`, the reference (N = 200 and all else by default) among those of N."""
        base, some = self.config, {COARSE: 200, FINE: 50}
        waves = {50: (600, 100), 100: (600, 100), 200: (600, 100), 400: (300, 60), 800: (400, 30)}
        for n, counts in waves.items():
            fields = dict(zip((COARSE, FINE), counts, strict=True))
            yield Variant("N", n, base.replace(n_modes=n), fields)
        for value in self.lambda_min:
            yield Variant("λ_min/L_c", value, base.replace(lambda_min=value), some)
        for value in self.lambda_max:
            yield Variant("λ_max/L_c", value, base.replace(lambda_max=value), some)
        for value in self.steps:
            yield Variant("step/default", value, base.replace(step=value * base.default_step), some)


TIMES = (10.0, 30.0, 50.0, 100.0)
POINTS = (
    Point(
        "σ² = 1, r_L = 0.1 L_c",
        Config(omega_t=TIMES, nside=COARSE, grids="cross"),
        (0.005, 0.02, 0.05, 0.1, 1.0),
        (30.0, 300.0),
        (0.5, 2.0),
        "#00695c",
        "o",
    ),
    Point(
        "σ² = 0.3, r_L = L_c",
        Config(sigma2=0.3, rl_over_lc=1.0, omega_t=TIMES, nside=COARSE, grids="cross"),
        (0.05, 0.1),
        (30.0,),
        (2.0,),
        "#c2571a",
        "s",
    ),
)

#: B0 is a thousandth of the turbulent field here, and r_L in that field is 10 L_c. The last time is some 7
#: scattering times; waves shorter than 0.1 L_c hardly scatter such particles.
RIGID = Config(sigma2=1e6, rl_over_lc=1e4, lambda_min=0.1, nside=2, omega_t=(0.15,))
RIGID_WAVES = (50, 200, 800, 3200)
RIGID_FIELDS = 200
#: (sigma2, r_L / L_c) where K of two N is compared, from no B0 to one that bends orbits; and {N: fields}.
BENT = [(1e6, 1e3 * r) for r in (1, 2, 3, 5, 10)]
BENT += [(100, 25), (100, 50), (100, 100), (30, 30), (10, 10), (10, 20), (1, 10)]
BENT_FIELDS = {200: 800, 3200: 200}


def simulated(library, config, fields):
    """A Result of so many fields, from the folder as far as it is there."""
    stored = library.get(config)
    if stored is not None and stored.n_realizations >= fields:
        return stored
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that twice the step is long is what is studied
        for grown in simulate(config, fields, resume=stored):
            if grown.n_realizations % _STORE_EVERY == 0 or grown.n_realizations == fields:
                library.put(grown)
    return grown


def low_multipoles(result):
    """K and C_l of every field: (R, 2 + 2 * 2), columns K, then C_1, C_2 for each gradient, at the last time.

    K is its mean over the last interval of TIMES, from the growth of <r_i r_j>: across B0 it scatters from
    field to field several times less than -<r_i p_j> at one time does.
    """
    data = result.dataset
    before, end = TIMES[-2:]
    k = np.diff(data["rr"].values[:, -2:], axis=1)[:, 0] / (2 * (end - before))
    columns = [k[:, 2, 2], (k[:, 0, 0] + k[:, 1, 1]) / 2]
    for gradient in GRADIENTS:
        columns += list(contract(data["cl_cross"].values[:, -1].astype(float), gradient)[:, 1:3].T)
    return np.stack(columns, 1)


def quantities(mean):
    """QUANTITIES of mean spectra: (n, 6) from `low_multipoles` -> (n, 6)."""
    k_par, k_perp, par_1, par_2, perp_1, perp_2 = mean.T
    four_pi = 4 * np.pi
    return np.stack([k_par, k_perp, par_1 / four_pi, perp_1 / four_pi, par_2 / par_1, perp_2 / perp_1], 1)


def shapes(result):
    """C_l of every field over SLOPE_ELL, one gradient after the other: (R, 2 L)."""
    cl = result.dataset["cl_cross"].values[:, -1].astype(float)
    return np.concatenate([contract(cl, gradient)[:, SLOPE_ELL] for gradient in GRADIENTS], 1)


def slopes(mean):
    """d ln C_l / d ln(l + 1/2) for each gradient, all multipoles alike: (n, 2 L) -> (n, 2)."""
    each = mean.reshape(len(mean), 2, -1)
    return np.array([[theory.slope(SLOPE_ELL, cl)[0] for cl in spectra] for spectra in each])


def measured(fields, statistic):
    """A statistic of the mean over fields and its jackknife error: (M,), (M,)."""
    error = np.sqrt(np.diag(theory.jackknife_covariance(fields, statistic)))
    return statistic(fields.mean(0, keepdims=True))[0], error


def paired(fields, reference, statistic):
    """The difference of a statistic to the reference on the same fields and its error: (M,), (M,)."""
    n, width = min(len(fields), len(reference)), fields.shape[1]
    both = np.concatenate([fields[:n], reference[:n]], 1)
    return measured(both, lambda mean: statistic(mean[:, :width]) - statistic(mean[:, width:]))


@dataclass(frozen=True)
class Measurement:
    """What a variant gave: fields, and values with errors of QUANTITIES and SLOPES."""

    variant: Variant
    low: np.ndarray
    shape: np.ndarray
    value: np.ndarray
    error: np.ndarray

    @property
    def label(self):
        """What was varied, in words."""
        return f"{self.variant.what} = {self.variant.value:g}"

    @property
    def resonant(self):
        """Whether there are waves as short as a turn, 2 pi r_L."""
        return self.variant.config.lambda_min <= 2 * np.pi * self.variant.config.rl_over_lc

    def difference(self, reference):
        """Value less that of the reference, and its error; on the same fields where N is the same."""
        if self.variant.config.n_modes != reference.variant.config.n_modes:
            return self.value - reference.value, np.hypot(self.error, reference.error)
        parts = (paired(self.low, reference.low, quantities), paired(self.shape, reference.shape, slopes))
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))


def measure(library, variant):
    """Simulate what is missing of a variant and read it off."""
    coarse, fine = (
        simulated(library, variant.config.replace(nside=nside), count)
        for nside, count in variant.fields.items()
    )
    low, shape = low_multipoles(coarse), shapes(fine)
    parts = measured(low, quantities), measured(shape, slopes)
    value, error = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Measurement(variant, low, shape, value, error)


def against_1_over_n(n, value, error):
    """Q(200)/Q(infinity) - 1 and its error, for Q ~ 1 + a/N fitted to values and errors (n,).

    In per cent; for negative values, which are slopes, Q(200) - Q(infinity) as it is.
    """
    columns = np.stack([np.ones(len(n)), 200 / n], 1) / error[:, None]
    covariance = np.linalg.inv(columns.T @ columns)
    limit, excess = covariance @ columns.T @ (value / error)
    scale = 100 / limit if limit > 0 else 1.0
    return scale * excess, scale * np.sqrt(covariance[1, 1])


def rigid(library):
    """K L_corr / r^2 (speed 1) where r, in the whole field, is 10 L_c, for RIGID_WAVES: (2, n), values and
    errors. Many waves give 2/3."""
    found = []
    for n in RIGID_WAVES:
        config = RIGID.replace(n_modes=n)
        rp = simulated(library, config, RIGID_FIELDS).dataset["rp"].values[:, -1]
        k = -np.trace(rp, axis1=1, axis2=2) / 3
        scaled = k * correlation_length(config) / config.rl_over_lc * (1 + config.sigma2)
        found.append((scaled.mean(), scaled.std(ddof=1) / np.sqrt(len(scaled))))
    return np.array(found).T


def bent(library):
    """Rows of K at N = 200 over that at N = 3200, along B0 or, without it, over all directions."""
    for sigma2, rl_over_lc in BENT:
        # how long one scattering takes where B0 does not bend
        tau = 2 * rl_over_lc / (correlation_length(Config()) * sigma2)
        found = []
        for n, fields in BENT_FIELDS.items():
            times = tuple(tau * np.linspace(3, 7, 9))
            config = Config(sigma2=sigma2, rl_over_lc=rl_over_lc, n_modes=n, nside=2, omega_t=times)
            k = -simulated(library, config, fields).dataset["rp"].values[:, 4:].mean(1)
            k = k[:, 2, 2] if sigma2 < 1e6 else np.trace(k, axis1=1, axis2=2) / 3
            found.append((k.mean(), k.std(ddof=1) / np.sqrt(len(k))))
        (few, few_error), (many, many_error) = found
        ratio = few / many
        error = ratio * np.hypot(few_error / few, many_error / many)
        radius = rl_over_lc / np.sqrt(1 + sigma2)
        yield [f"{sigma2:g}, {rl_over_lc:g}", f"{radius:.2g}", f"{tau:.2g}", pm(ratio, error)]


def correlation_length(config):
    """Of the spectrum of a configuration, if it had many waves [L_c]: (pi/2) sum A^2/k / sum A^2."""
    k, amplitude = wave_spectrum(config.sigma2, config.gamma, config.lambda_min, config.lambda_max, 10_000)
    return np.pi / 2 * (amplitude**2 / k).sum() / (amplitude**2).sum()


def pm(value, error, sign=""):
    """A value with its error to two digits of the error."""
    digits = max(0, 1 - int(np.floor(np.log10(error)))) if error > 0 else 2
    return f"{value:{sign}.{digits}f} ± {error:.{digits}f}"


def table(header, rows):
    """Print a table in Markdown."""
    print("\n|", " | ".join(header), "|")
    print("|", " | ".join(["---"] * len(header)), "|")
    for row in rows:
        print("|", " | ".join(row), "|")


def waves_only(found):
    """N (n,) and the values and errors (n, 8) of the variants of N."""
    waves = [one for one in found if one.variant.what == "N"]
    n = np.array([one.variant.value for one in waves], float)
    return n, np.array([one.value for one in waves]), np.array([one.error for one in waves])


def reference_of(found):
    """The measurement with N = 200 and all else by default."""
    return next(one for one in found if one.variant.what == "N" and one.variant.value == 200)


def changes(one, reference):
    """Difference to the reference and its error: per cent, and slopes as they are; (8,), (8,)."""
    scale = np.ones(len(NAMES))
    scale[:_PER_CENT] = 100 / reference.value[:_PER_CENT]
    return tuple(scale * part for part in one.difference(reference))


def report(point, found):
    """Print values, differences to the reference, and what N = 200 leaves open."""
    reference = reference_of(found)
    print(f"\n## {point.name}\n\nStep {point.config.default_step:g} /Ω but where it varies.")
    rows, differences = [], []
    for one in found:
        v = one.variant
        name = [v.what, f"{v.value:g}"]
        fields = f"{len(one.low)}, {len(one.shape)}"
        rows.append([*name, fields, *map(pm, one.value, one.error)])
        if one is not reference:
            differences.append(name + [pm(*pair, "+") for pair in zip(*changes(one, reference), strict=True)])
    table(["varied", "value", "fields", *NAMES], rows)
    print("\nDifferences to the reference (N = 200, λ from 0.01 to 100 L_c): per cent; slopes as they are.")
    table(["varied", "value", *NAMES], differences)
    n, value, error = waves_only(found)
    excess = [pm(*against_1_over_n(n, *pair), "+") for pair in zip(value.T, error.T, strict=True)]
    mean = (value / error**2).sum(0) / (1 / error**2).sum(0)
    chi2 = (((value - mean) / error) ** 2).sum(0)
    print(
        f"\nOver all N: χ² of no dependence ({len(n) - 1} degrees of freedom); what N = 200 has more than an"
    )
    print("infinite N where the dependence is 1 + a/N, in per cent, slopes as they are.")
    table(["over all N", *NAMES], [["χ²", *(f"{each:.1f}" for each in chi2)], ["excess at 200", *excess]])


def draw_waves(points, rigid_values):
    """Quantities against N, and K at large rigidity."""
    figure, panels = plt.subplots(1, 5, figsize=(12.5, 2.9), layout="constrained")
    for panel, index in zip(panels, (0, 2, 3, 6), strict=False):
        for shift, (point, found) in zip((0.96, 1.04), points.items(), strict=True):
            n, value, error = waves_only(found)
            scale = reference_of(found).value[index] if index < _PER_CENT else 1.0
            panel.errorbar(shift * n, value[:, index] / scale, error[:, index] / scale, **marks(point))
        panel.set_title(NAMES[index] + (" over that of N = 200" if index < _PER_CENT else ""), fontsize=9)
        label_waves(panel, n.astype(int))
    for panel in panels[:3]:
        panel.set_ylim(0.78, 1.18)
        panel.axhline(1, color="0.5", lw=0.8)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    panels[4].errorbar(RIGID_WAVES, *rigid_values, fmt="^", ms=4, color="#37474f")
    panels[4].axhline(2 / 3, color="0.5", lw=0.8)
    panels[4].annotate("2/3", (50, 2 / 3), xytext=(0, -10), textcoords="offset points", fontsize=8)
    panels[4].set_title("K L_corr / r², r = 10 L_c", fontsize=9)
    label_waves(panels[4], RIGID_WAVES)
    figure.savefig(DOCS / "modes.svg", metadata={"Date": None})


def marks(point):
    """How a point of POINTS is drawn."""
    return {"fmt": point.mark, "ms": 4, "color": point.color, "label": point.name}


def label_waves(panel, n):
    """A logarithmic axis of N, labelled where there are values."""
    panel.set_xscale("log")
    panel.set_xticks(n, [str(each) for each in n])
    panel.minorticks_off()
    panel.set_xlabel("waves N")
    panel.grid(alpha=0.25)


def draw_variants(points):
    """What lambda_min, lambda_max and the step change, with errors of the paired differences.

    Without resonant waves (lambda_min above 2 pi r_L) everything is far off the scale of the rest.
    """
    figure, panels = plt.subplots(1, 5, figsize=(12.5, 3.2), sharey=True, layout="constrained")
    shown = {
        point: [m for m in found if m.variant.what != "N" and m.resonant] for point, found in points.items()
    }
    labels = [m.label for m in max(shown.values(), key=len)]
    for shift, (point, found) in zip((-0.12, 0.12), shown.items(), strict=True):
        rows = [labels.index(m.label) + shift for m in found]
        change, error = np.array([changes(m, reference_of(points[point])) for m in found]).swapaxes(0, 1)
        for panel, index in zip(panels, (0, 1, 2, 3, 6), strict=True):
            panel.errorbar(change[:, index], rows, xerr=error[:, index], **marks(point))
            panel.set_title(NAMES[index], fontsize=9)
            panel.set_xlabel("change, per cent" if index < _PER_CENT else "change")
    for panel in panels:
        panel.axvline(0, color="0.5", lw=0.8)
        panel.grid(alpha=0.25)
    for panel in panels[:4]:
        panel.set_xlim(-19, 42)
    panels[0].set_yticks(range(len(labels)), labels)
    panels[0].invert_yaxis()
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    figure.savefig(DOCS / "modes-range-and-step.svg", metadata={"Date": None})


def main():
    """Simulate what is missing, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=Path(tempfile.gettempdir()) / "crviz-modes-study")
    library = Library(parser.parse_args().folder)
    points = {point: [measure(library, variant) for variant in point.variants()] for point in POINTS}
    for point, found in points.items():
        report(point, found)
    values = rigid(library)
    print("\n## r = 10 L_c in a purely turbulent field, 2/3 for many waves")
    rows = [[f"{n}", pm(*pair)] for n, pair in zip(RIGID_WAVES, values.T, strict=True)]
    table(["N", "K L_corr / r²"], rows)
    print("\n## N where B0 bends orbits by Omega tau while they are scattered once")
    table(["σ², r_L/L_c", "r/L_c", "Ω τ", "K at N = 200 over K at 3200"], bent(library))
    draw_waves(points, values)
    draw_variants(points)


if __name__ == "__main__":
    main()
