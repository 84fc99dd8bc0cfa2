"""From r_L = L_c down to a thousandth of it: spectra, diffusion, when it sets in, and what it costs.

    python benchmarks/small_rigidities.py FOLDER --cost         # says what it will take
    python benchmarks/small_rigidities.py FOLDER                # all; writes docs/small-rigidities.md
    python benchmarks/small_rigidities.py FOLDER --minutes 3    # a part of it: the same command goes on

Each rigidity is a run file in the folder, which grows: what is killed goes on where it was. Waves are those
of `--n-modes auto`: 50 a decade from 100 L_c to 0.1 r_L. Orbits are followed for `LONG` times the time at
which K settles by the power of the resonant waves, to see when it does.
"""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from crviz import Config, backtracking_times
from crviz.diffusion.settling import CLOSE, ERRORS, change
from crviz.ensemble import thread_count, work
from crviz.interpretation.shape import SLOPE, shape_errors
from crviz.result import nearest_time
from crviz.storing import File, begun, grow
from crviz.theory import slope
from crviz.waves import SETTLING, automatic, resonant_power

DOCS = Path(__file__).parents[1] / "docs"
RIGIDITIES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
FURTHER = (1e-4, 1e-5)
#: nside of the two grids, and fields, by sigma2.
SCANS = {1.0: (8, 100), 0.1: (4, 40)}
#: Orbits are followed for so many times the settling time that is estimated.
LONG, TIMES = 3.0, 40
MULTIPOLES = (2, 3, 5, 10)
#: Wave evaluations a second and core, where nothing is measured yet.
RATE = 4e9


#: How the page begins that this writes.
INTRODUCTION = """# Small rigidities

Written by `benchmarks/small_rigidities.py`. Waves are 50 a decade from 100 L_c to 0.1 r_L, those of
`crviz run --n-modes auto`. Values are those at the last time, with standard errors over fields; K in r_L² Ω;
slopes are d ln C_ℓ/d ln(ℓ + 1/2) over ℓ = 2 to 12. "Settled" is the Ω T from which on K(T)/K(T/2) is 1
within 15 % or two errors. What 1e-4 and 1e-5 would take is carried on by the same rule.

![K, shapes and slopes against rigidity](small-rigidities.svg)

"""


def configuration(sigma2, rl_over_lc):
    """The run of one rigidity."""
    waves = automatic(rl_over_lc)
    config = Config(sigma2=sigma2, rl_over_lc=rl_over_lc, nside=SCANS[sigma2][0], grids="cross", **waves)
    settled = SETTLING / resonant_power(*config.wave_spectrum())
    return config.replace(omega_t=backtracking_times(float(f"{LONG * settled:.2g}"), TIMES))


def settled_at(result, gradient):
    """From which Omega T on K(T)/K(T/2) is 1 within 15 % or two errors; NaN where it is not by the end."""
    times = result.omega_t
    ratio, error = change(times, *result.diffusion().interval(gradient))
    beyond = np.flatnonzero(np.abs(ratio - 1) > np.maximum(CLOSE, ERRORS * error))
    last = beyond[-1] if len(beyond) else 0
    return float(times[last + 1]) if last + 1 < len(times) else np.nan


def found(result):
    """What one rigidity says, at the last time: values with errors, by name."""
    k = result.diffusion()
    along, across = ([float(each[-1]) for each in k.interval(name)] for name in ("parallel", "perpendicular"))
    ratio = across[0] / along[0]
    values = {
        "K ∥": along,
        "K ⊥": across,
        "K ⊥/K ∥": [ratio, ratio * np.hypot(along[1] / along[0], across[1] / across[0])],
    }
    for sign, gradient in (("∥", "parallel"), ("⊥", "perpendicular")):
        spectrum = result.spectrum(gradient, estimator="cross")
        covariance = result.covariance(gradient, estimator="cross")
        for ell in MULTIPOLES:
            by = np.array([-1 / spectrum.cl[1], 1 / spectrum.cl[ell]])
            share = np.sqrt(by @ covariance[np.ix_([1, ell], [1, ell])] @ by)
            value = spectrum.cl[ell] / spectrum.cl[1]
            values[f"C_{ell}/C_1 {sign}"] = [value, abs(value) * share]
        ell = np.arange(SLOPE[0], min(SLOPE[1], 2 * result.config.nside) + 1)
        above = (spectrum.cl[ell] > 0).all()
        last = np.array([nearest_time(result.omega_t)])
        error = shape_errors(result, gradient, times=last, estimator="cross").slope[0]
        values[f"slope {sign}"] = [slope(ell, spectrum.cl[ell])[0] if above else np.nan, error]
    return values


def span(seconds):
    """A time in words."""
    for length, unit in ((86400 * 365, "years"), (86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def said(value, error):
    """A value with its error, to two digits of it."""
    if not (np.isfinite(value) and np.isfinite(error) and error > 0):
        return "–"
    places = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{places}f} ± {error:.{places}f}"


def costs(sigma2, rate):
    """The lines of what each rigidity takes, down to 1e-5."""
    cores, (_, fields) = thread_count(), SCANS[sigma2]
    lines = [
        f"| r_L/L_c | N | Ω T | wave evaluations a field | {fields} fields, {cores} cores |",
        "| --- | --- | --- | --- | --- |",
    ]
    total = 0.0
    for rl_over_lc in (*RIGIDITIES, *FURTHER):
        config = configuration(sigma2, rl_over_lc)
        seconds = work(config) * fields / (rate * cores)
        total += seconds if rl_over_lc in RIGIDITIES else 0
        last = config.omega_t[-1]
        lines.append(
            f"| {rl_over_lc:g} | {config.n_waves} | {last:g} | {work(config):.1e} | {span(seconds)} |"
        )
    return [*lines, "", f"At {rate:.1e} waves a second and core; {span(total)} in all down to 1e-3."]


def measured(folder, sigma2, end):
    """Go on with all rigidities until a time: their results by rigidity, and waves a second and core."""
    results, done, spent = {}, 0.0, 0.0
    _, fields = SCANS[sigma2]
    for rl_over_lc in RIGIDITIES:
        config = configuration(sigma2, rl_over_lc)
        out = File(folder / f"{config.digest}.nc")
        with out.held():
            result = there = begun(config, fields, [out])
            before = there.n_realizations if there is not None else 0
            start = time.monotonic()
            if before < fields and start < end:
                with closing(grow(config, fields, [out], resume=there)) as growing:
                    for result in growing:  # noqa: B007 - the last one is meant
                        if time.monotonic() > end:
                            break
                spent += time.monotonic() - start
                done += work(config) * (result.n_realizations - before)
        if result is not None and result.n_realizations > 2:
            results[rl_over_lc] = result
            print(f"{sigma2:g}, {rl_over_lc:g}: {result.n_realizations} of {fields} fields", flush=True)
    return results, done / spent / thread_count() if spent > 60 else RATE


def report(sigma2, results, rate):
    """What there is, as Markdown."""
    table = {rl_over_lc: found(result) for rl_over_lc, result in results.items()}
    nside, _ = SCANS[sigma2]
    lines = [f"## σ² = {sigma2:g}", "", f"Two grids of nside {nside}.", ""]
    names = ["fields", "Ω T", "settled ∥", "settled ⊥", *next(iter(table.values()))]
    lines += [f"| r_L/L_c | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
    for rl_over_lc, values in table.items():
        result = results[rl_over_lc]
        times = [settled_at(result, gradient) for gradient in ("parallel", "perpendicular")]
        cells = [str(result.n_realizations), f"{result.omega_t[-1]:g}"]
        cells += [f"{each:.0f}" if np.isfinite(each) else "later" for each in times]
        lines.append(
            f"| {rl_over_lc:g} | {' | '.join([*cells, *(said(*each) for each in values.values())])} |"
        )
    return "\n".join([*lines, "", "What it takes:", "", *costs(sigma2, rate), ""])


def draw(everything):
    """docs/small-rigidities.svg, a row of panels for each sigma2."""
    rows = len(everything)
    figure, panels = plt.subplots(rows, 3, figsize=(11, 3.4 * rows), layout="constrained", squeeze=False)
    shown = (("K ∥", "K ⊥"), ("C_2/C_1 ∥", "C_2/C_1 ⊥", "C_5/C_1 ∥", "C_5/C_1 ⊥"), ("slope ∥", "slope ⊥"))
    for row, (sigma2, results) in zip(panels, everything.items(), strict=True):
        table = {rl_over_lc: found(result) for rl_over_lc, result in results.items()}
        for panel, names in zip(row, shown, strict=True):
            for name in names:
                values, errors = np.transpose([each[name] for each in table.values()])
                panel.errorbar(list(table), values, errors, fmt="o-", label=name, capsize=2, lw=1, ms=3)
            scale = "linear" if "slope" in names[0] else "log"
            panel.set(xscale="log", yscale=scale, xlabel="r_L / L_c", title=f"σ² = {sigma2:g}")
            panel.grid(alpha=0.3)
            panel.legend(fontsize=8)
    figure.savefig(DOCS / "small-rigidities.svg")


def main():
    """Go on with what is missing, as long as there is time; then say what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=np.inf)
    parser.add_argument("--cost", action="store_true")
    arguments = parser.parse_args()
    if arguments.cost:
        for sigma2 in SCANS:
            print("\n".join([f"σ² = {sigma2:g}", *costs(sigma2, RATE)]))
        return
    arguments.folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + 60 * arguments.minutes
    everything = {sigma2: measured(arguments.folder, sigma2, end) for sigma2 in SCANS}
    everything = {sigma2: each for sigma2, each in everything.items() if each[0]}
    text = "\n".join(report(sigma2, *each) for sigma2, each in everything.items())
    print(text)
    whole = {
        sigma2: results
        for sigma2, (results, _) in everything.items()
        if [each.n_realizations for each in results.values()] == [SCANS[sigma2][1]] * len(RIGIDITIES)
    }
    if not whole:
        return
    draw(whole)
    words = INTRODUCTION + "\n".join(report(sigma2, *everything[sigma2]) for sigma2 in whole)
    (DOCS / "small-rigidities.md").write_text(words, encoding="utf8")


if __name__ == "__main__":
    main()
